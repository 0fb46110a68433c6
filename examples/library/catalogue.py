"""What the library has: books and their authors."""

import strawberry
from strawberry import federation

BOOKS = {
    "9789028242": ("Max Havelaar", "multatuli", 320),
    "9789025304": ("De avonden", "reve", 224),
    "9789023418": ("De aanslag", "mulisch", 256),
    "9789023466": ("De ontdekking van de hemel", "mulisch", 905),
}
AUTHORS = {"multatuli": "Multatuli", "reve": "Gerard Reve", "mulisch": "Harry Mulisch"}


@federation.type(keys=["id"])
class Author:
    id: strawberry.ID
    name: str

    @strawberry.field
    def books(self) -> list["Book"]:
        return [Book.of(isbn) for isbn, (_, author, _) in BOOKS.items() if author == self.id]

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "Author | None":
        return cls(id=id, name=AUTHORS[id]) if id in AUTHORS else None


@federation.type(keys=["isbn"])
class Book:
    isbn: strawberry.ID
    title: str
    pages: int
    author: Author

    @classmethod
    def of(cls, isbn: str) -> "Book":
        title, author, pages = BOOKS[isbn]
        return cls(
            isbn=strawberry.ID(isbn),
            title=title,
            pages=pages,
            author=Author(id=strawberry.ID(author), name=AUTHORS[author]),
        )

    @classmethod
    def resolve_reference(cls, isbn: strawberry.ID) -> "Book | None":
        return cls.of(isbn) if isbn in BOOKS else None


def books(title: str | None = None) -> list[Book]:
    return [Book.of(isbn) for isbn, (name, _, _) in BOOKS.items() if title is None or title.lower() in name.lower()]


@strawberry.type
class Query:
    books: list[Book] = strawberry.field(resolver=books)


schema = federation.Schema(query=Query, federation_version="2.9")
