"""Who borrows what. A loan knows of a book no more than its ISBN; the catalogue knows the rest."""

import datetime as dt
from collections.abc import AsyncGenerator

import strawberry
from strawberry import federation

LOANS: list[tuple[str, str, dt.date]] = [
    ("7", "9789023418", dt.date(2026, 12, 1)),
    ("7", "9789028242", dt.date(2026, 12, 15)),
    ("8", "9789023418", dt.date(2026, 12, 24)),
]
MEMBERS = {"7": "Bo", "8": "Kim"}


@federation.type(keys=["isbn"])
class Book:
    isbn: strawberry.ID

    @strawberry.field
    def lent(self) -> int:
        """How many copies are out."""
        return sum(isbn == self.isbn for _, isbn, _ in LOANS)

    @classmethod
    def resolve_reference(cls, isbn: strawberry.ID) -> "Book":
        return cls(isbn=isbn)


@strawberry.type
class Loan:
    book: Book
    due: dt.date


@federation.type(keys=["number"])
class Member:
    number: strawberry.ID
    name: str

    @strawberry.field
    def loans(self) -> list[Loan]:
        return [Loan(book=Book(isbn=strawberry.ID(isbn)), due=due) for who, isbn, due in LOANS if who == self.number]

    @classmethod
    def resolve_reference(cls, number: strawberry.ID) -> "Member | None":
        return cls(number=number, name=MEMBERS[number]) if number in MEMBERS else None


@strawberry.type
class Query:
    @strawberry.field
    def member(self, number: strawberry.ID) -> Member | None:
        return Member.resolve_reference(number)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def lend(self, number: strawberry.ID, isbn: strawberry.ID) -> Loan:
        LOANS.append((number, isbn, dt.date(2027, 1, 1)))
        return Loan(book=Book(isbn=isbn), due=dt.date(2027, 1, 1))


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def overdue(self) -> AsyncGenerator[Loan, None]:
        """The loans that should be back, one after the other."""
        for _, isbn, due in LOANS:
            if due < dt.date(2026, 12, 20):
                yield Loan(book=Book(isbn=strawberry.ID(isbn)), due=due)


schema = federation.Schema(query=Query, mutation=Mutation, subscription=Subscription, federation_version="2.9")
