"""A table that a look only passes through is not looked into, and alternatives with the same look ask in it what else they ask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.authorization.conditions import FRESH, Condition, Entry, Look, Source, combine, looked, merged
from gateway.authorization.paths import Join
from gateway.authorization.tables import CLIENT_KEY, Column
from tests.gateway.authorization.shop import tables

BOOK = (("pol1.key", "{row}.key"), ("pol1.id", "{row}.book"))
"""What a book that a row refers to has in common with the row."""


def book(refers: str = "") -> Source:
    on = tuple(Condition(f"{own} = {before}") for own, before in BOOK)
    return Source("policy.book", "pol1", on, BOOK, refers)


def loan(alias: str = "pol2", before: str = "pol1.id") -> Source:
    key = before.replace("id", "key").replace("book", "key")
    on = (Condition(f"{alias}.key = {key}"), Condition(f"{alias}.book = {before}"))
    return Source("policy.loan", alias, on)


def sql(sources: tuple[Source, ...], *where: str | Condition) -> str:
    return looked(Look(sources, tuple(part if isinstance(part, Condition) else Condition(part) for part in where))).sql


def test_the_foreign_key_says_that_the_row_is_there():
    assert sql((book(), loan()), "pol2.until > 5") == (
        "EXISTS (SELECT FROM policy.loan pol2 WHERE pol2.key = {row}.key AND pol2.book = {row}.book AND pol2.until > 5 OFFSET 0)"
    )


def test_a_row_that_is_not_referred_to_is_looked_into():
    source = Source("policy.book", "pol1", book().on)
    assert sql((source, loan()), "pol2.until > 5") == (
        "EXISTS (SELECT FROM policy.book pol1, policy.loan pol2 WHERE pol1.key = {row}.key AND pol1.id = {row}.book "
        "AND pol2.key = pol1.key AND pol2.book = pol1.id AND pol2.until > 5 OFFSET 0)"
    )


@pytest.mark.parametrize(
    "more",
    [
        "pol1.title = 'a'",
        "pol2.until > pol1.until",
        "EXISTS (SELECT FROM policy.shelf pol3 WHERE pol3.id = pol1.shelf OFFSET 0)",
        # Here pol1 is another row, by the same alias.
        "EXISTS (SELECT FROM policy.shelf pol1 WHERE pol1.id = 5 OFFSET 0)",
        "pol1 IS NOT NULL",
    ],
)
def test_a_row_of_which_more_is_read_is_looked_into(more: str):
    assert "policy.book pol1" in sql((book(), loan()), more)


def test_null_refers_to_no_row():
    """What compares the foreign key says so itself; where nothing does, it is asked."""
    refers = "{row}.book"
    compared = sql((book(refers), loan()), "pol2.until > 5")
    assert compared == sql((book(), loan()), "pol2.until > 5")
    by_person = Source("policy.loan", "pol2", (Condition("pol2.key = pol1.key"),))
    assert sql((book(refers), by_person), "pol2.until > 5") == (
        "{row}.book IS NOT NULL AND EXISTS (SELECT FROM policy.loan pol2 WHERE pol2.key = {row}.key AND pol2.until > 5 OFFSET 0)"
    )


def test_what_refers_may_be_a_row_that_is_looked_into_itself():
    """Then the question whether it does belongs into that look."""
    first = loan("pol5", "{row}.id")
    known = (("pol1.key", "pol5.key"), ("pol1.id", "pol5.book"))
    on = tuple(Condition(f"{own} = {before}") for own, before in known)
    then = Source("policy.book", "pol1", on, known, "pol5.book")
    by_person = Source("policy.card", "pol2", (Condition("pol2.key = pol1.key"),))
    assert sql((first, then, by_person)) == (
        "EXISTS (SELECT FROM policy.loan pol5, policy.card pol2 WHERE pol5.key = {row}.key AND pol5.book = {row}.id "
        "AND pol2.key = pol5.key AND pol5.book IS NOT NULL OFFSET 0)"
    )


def test_several_tables_in_a_row_are_passed_through():
    known = (("pol3.key", "pol1.key"), ("pol3.id", "pol1.id"))
    shelf = Source("policy.shelf", "pol3", (Condition("pol3.key = pol1.key"), Condition("pol3.id = pol1.id")), known)
    assert sql((book(), shelf, loan("pol2", "pol3.id"))) == (
        "EXISTS (SELECT FROM policy.loan pol2 WHERE pol2.key = {row}.key AND pol2.book = {row}.book OFFSET 0)"
    )


def test_a_look_that_only_asks_whether_the_row_is_there_asks_for_the_reference():
    assert sql((book("{row}.book"),)) == "{row}.book IS NOT NULL"
    assert sql((book(),)) == "true"


def test_a_choice_of_looks_is_asked_from_the_row_before():
    choice = looked(Look((loan(),), (Condition("pol2.x = 1"),)))
    other = looked(Look((Source("policy.gift", "pol4", (Condition("pol4.book = pol1.id"),)),), ()))
    assert sql((book(),), combine("or", [choice, other])) == (
        "EXISTS (SELECT FROM policy.loan pol2 WHERE pol2.key = {row}.key AND pol2.book = {row}.book AND pol2.x = 1 OFFSET 0) "
        "OR EXISTS (SELECT FROM policy.gift pol4 WHERE pol4.book = {row}.book OFFSET 0)"
    )


def test_what_may_be_null_stays_in_a_look_which_never_is():
    """`(…) == False` holds for a look that finds nothing, and not for null."""
    price = Condition("{row}.price = 1")
    for condition in (price, combine("or", [price, looked(Look((loan(),), ()))])):
        assert sql((book(),), condition).startswith(
            "EXISTS (SELECT FROM policy.book pol1 WHERE pol1.key = {row}.key AND pol1.id = {row}.book AND "
        )


def test_whose_the_rows_are_stays_known():
    mine = frozenset({Entry("loan", "code", "code", "text")})
    assert looked(Look((book(), loan()), (Condition("pol2.until > 5"),)), mine).entries == mine


# --- which foreign keys there are ---

LOAN, READER, BOOKS, SHELF = (tables().rows[name] for name in ("Loan", "Reader", "Book", "Shelf"))
PERSON = (CLIENT_KEY, CLIENT_KEY)


@pytest.mark.parametrize(
    ("join", "expected"),
    [
        (Join(LOAN, BOOKS, (PERSON, ("bookID", "bookID"))), "bookID"),
        (Join(LOAN, BOOKS, (("bookID", "bookID"), PERSON)), "bookID"),
        (Join(BOOKS, SHELF, (PERSON, ("shelfID", "shelf_id"))), "shelfID"),
        # Of another person it may be there, and to another column or table nothing refers.
        (Join(LOAN, BOOKS, (("bookID", "bookID"),)), None),
        (Join(LOAN, BOOKS, (PERSON, ("bookID", "title"))), None),
        (Join(LOAN, BOOKS, (PERSON, ("bookID", "bookID"), ("until", "issued"))), None),
        (Join(LOAN, BOOKS, (("bookID", "bookID"), ("until", "issued"))), None),
        (Join(LOAN, BOOKS, (PERSON, ("loanID", "bookID"))), None),
        (Join(LOAN, BOOKS, (PERSON,)), None),
        (Join(LOAN, replace(READER, key="bookID", columns=BOOKS.columns), (PERSON, ("bookID", "bookID"))), None),
        (Join(LOAN, READER, (PERSON, ("readerID", "readerID"))), None),
        # A row has loans, or none.
        (Join(BOOKS, LOAN, (PERSON, ("bookID", "bookID"))), None),
    ],
)
def test_a_join_along_a_foreign_key(join: Join, expected: str | None):
    found = join.reference
    assert (found.name if found else None) == expected


def test_the_key_of_a_person_is_in_each_row_and_refers_to_none():
    assert BOOKS.columns[CLIENT_KEY] == Column(CLIENT_KEY, CLIENT_KEY, "key", hidden=True, nullable=False, refers="")


# --- alternatives that ask for something besides the same look ---


def with_loan(alias: str, kind: str, *besides: Condition) -> Condition:
    source = Source("policy.loan", alias, (Condition(f"{alias}.key = {{row}}.key"),))
    return combine("and", [*besides, looked(Look((source,), (Condition(f"{alias}.kind = '{kind}'"),)))])


def test_what_one_alternative_asks_besides_is_asked_in_the_look():
    alternatives = [with_loan("pol1", "a", FRESH, Condition("{row}.open")), with_loan("pol2", "b", FRESH)]
    (one,) = merged(alternatives)
    assert one.sql == (
        "current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy.loan pol1 WHERE pol1.key = {row}.key "
        "AND (({row}.open AND pol1.kind = 'a') OR pol1.kind = 'b') OFFSET 0)"
    )
    assert combine("or", alternatives).sql == one.sql


def test_each_may_ask_something_of_its_own():
    (one,) = merged(
        [with_loan("pol1", "a", Condition("{row}.open")), with_loan("pol2", "a", Condition("{row}.price = 1"))]
    )
    assert one.sql == (
        "EXISTS (SELECT FROM policy.loan pol1 WHERE pol1.key = {row}.key AND pol1.kind = 'a' "
        "AND ({row}.open OR {row}.price = 1) OFFSET 0)"
    )


@pytest.mark.parametrize(
    "besides",
    [
        FRESH,  # a matter of the transaction
        Condition("EXISTS (SELECT FROM policy.gift pol7 OFFSET 0)", 1),  # would be looked into for each loan
        Condition("pol1.until > 5"),  # a row around, which the look would hide
    ],
)
def test_what_is_no_matter_of_a_row_stays_outside(besides: Condition):
    alternatives = [with_loan("pol1", "a", besides), with_loan("pol2", "b")]
    assert merged(alternatives) == alternatives
    assert merged(alternatives[::-1]) == alternatives[::-1]
