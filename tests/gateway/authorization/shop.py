"""Tables with one of everything that predicates may meet: each kind of column, each kind of way to other rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from gateway.authorization.conditions import FRESH, Condition
from gateway.authorization.language.expressions import parse_expression, parse_functions
from gateway.authorization.language.problems import GrantsError, Position
from gateway.authorization.language.source import Text
from gateway.authorization.predicates import ROW, Bound, Compiler
from gateway.authorization.tables import Tables, read_mapping

START = Position(1, 1)


def _columns(**kinds: str) -> dict[str, Any]:
    return {name: _column(name, kind) for name, kind in kinds.items()}


def _column(name: str, kind: str = "uuid", refers: str = "", *, nullable: bool = True) -> dict[str, Any]:
    return {"column": name, "kind": kind, "nullable": nullable, "hidden": False, "refers": refers}


def _relation(target: str, *on: str, many: bool = False, through: list[str] | None = None, same: bool = True) -> Any:
    pairs = [pair.split("=") for pair in on]
    return {"target": target, "many": many, "hidden": False, "on": pairs, "through": through, "same_client": same}


def _type(table: str, key: str, columns: Any, **more: Any) -> dict[str, Any]:
    relations = {name: value for name, value in more.items() if name != "projected"}
    return {
        "table": table, "key": key, "hidden": False, "columns": columns, "relations": relations,
        "projected": more.get("projected", False),
    }  # fmt: skip


MAPPING: dict[str, Any] = {
    "register": "shop",
    "types": {
        "Book": _type(
            "book",
            "bookID",
            {
                **_columns(
                    bookID="uuid", title="text", price="int", weight="float", lent="bool", bought="datetime", issued="date"
                ),
                "shelfID": _column("shelfID", refers="Shelf"),
                "odd": {"column": 'o"dd', "kind": "text", "nullable": True, "hidden": False, "refers": ""},
            },
            loans=_relation("Loan", "bookID=bookID", many=True),
            shelf=_relation("Shelf", "shelfID=shelf_id"),
            namesakes=_relation("Book", "title=title", many=True),
            editions=_relation("Book", "bookID=bookID", many=True),
            readers=_relation("Reader", many=True, through=["loans", "reader"]),
            lost=_relation("Reader", many=True, through=["loans", "nothing"]),
            sales=_relation("Sale", "bookID=bookID", many=True),
            author=_relation("Author", "bookID=bookID"),
            nowhere=_relation("Nothing", "bookID=bookID"),
        ),
        "Loan": _type(
            "loan",
            "loanID",
            {
                **_columns(loanID="uuid", until="date", readerID="uuid"),
                "bookID": _column("bookID", refers="Book", nullable=False),
            },
            book=_relation("Book", "bookID=bookID"),
            reader=_relation("Reader", "readerID=readerID", same=False),
        ),
        "Shelf": _type(
            "shelf",
            "shelfID",
            {
                **_columns(keeper="text"),
                "shelfID": {"column": "shelf_id", "kind": "uuid", "nullable": True, "hidden": False, "refers": ""},
            },
            books=_relation("Book", "shelf_id=shelfID", many=True),
        ),
        "Reader": _type("reader", "readerID", _columns(readerID="uuid", card="text", name="text"), favourite=_relation("Book", "card=title")),
        "Sale": _type("sale", "saleID", _columns(saleID="uuid", bookID="uuid", buyer="text"), projected=True),
        "Author": _type("", "authorID", _columns(authorID="uuid"), books=_relation("Book", "authorID=bookID", many=True)),
    },
}  # fmt: skip

FUNCTIONS = """\
def cheap(B: Book):
    return B.price < 3
def cheap(S: shop.Shelf):
    return S.keeper == 'cheap'
def cheap(price: int):
    return price < 2
def kept(row: object, keeper: text):
    return row.keeper == keeper
def dated(B: Book):
    return B.issued
def bought(B: Book):
    return date(B.bought)
def named(L: Loan, name: text):
    return L.reader.name == name
def sold(B: Book):
    return any(S.buyer == 'me' for S in B.sales)
def priced(price: int):
    return price.a == 1
def again(B: Book):
    return again(B)
def third(B: Book):
    return cheap(B)
def second(B: Book):
    return third(B)
"""


@cache
def tables() -> Tables:
    return read_mapping(MAPPING)


def compiler(
    *,
    given: Mapping[str, Any] | None = None,
    fresh: Condition = FRESH,
    functions: str = FUNCTIONS,
    granted_when: str | None = None,
) -> Compiler:
    """For a caller with a code, and a key that is derived from it; `granted(row)` says which row it asks for, or holds as `granted_when` says."""

    def granted(inner: Compiler, bound: Bound, _: Position) -> Condition:
        if granted_when is not None:
            return inner.predicate(parse_expression(Text(granted_when, START)), bound)
        return Condition(f"granted({bound.row.type} {bound.alias})", 1)

    return Compiler(
        tables(),
        parse_functions(Text(functions, START)),
        {"card": "text", "key": "key"},
        "Europe/Amsterdam",
        granted,
        given=given,
        fresh=fresh,
    )


def compiled(when: str, type_: str | None = "Book", **options: Any) -> tuple[Condition, Compiler]:
    """The condition of a predicate on a row of a type (None: there is no row), and what compiled it."""
    made = compiler(**options)
    bound = None if type_ is None else Bound(tables().rows[type_], ROW)
    return made.predicate(parse_expression(Text(when, START)), bound), made


def sql(when: str, type_: str | None = "Book", **options: Any) -> str:
    return compiled(when, type_, **options)[0].sql


def refused(when: str, type_: str | None = "Book", **options: Any) -> str:
    """What is wrong with a predicate, with its place."""
    try:
        return f"no mistake: {sql(when, type_, **options)}"
    except GrantsError as error:
        return str(error)
