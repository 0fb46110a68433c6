"""Recorded operations decided again: as they are decided live, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from gateway.authorization.caller import Caller
from gateway.authorization.decide import decide
from gateway.authorization.grants import Grants, load_grants
from gateway.authorization.replay import Recorded, Replayed, Unreplayed, replay
from gateway.language.documents import Limits, parse_operation
from gateway.language.operation import Operation
from tests.gateway.authorization.harness import supergraph
from tests.gateway.authorization.library import GRANTS
from tests.gateway.authorization.library import library as graph

EVERYTHING = frozenset({"stock:read", "reviews:read"})
PLAIN = (
    "{ books { title } }",
    "{ books { title price } }",
    "{ books { __typename loans { __typename } } }",
    "{ books { loans { reader } reviews { stars } } }",
    "{ books(where: {price: {gt: \"1\"}}) { title } }",
    "{ books(where: {loans: {some: {reader: {eq: \"x\"}}}}) { title } }",
    "{ books(order: [{price: ASC}]) { bookID } }",
    "{ loans { book { title reviews { stars } } } }",
    "{ things { title } }",
    "{ a: books { title } b: books { price } }",
    "mutation { remove { title } }",
)  # fmt: skip
EDITS = (
    ("title, price, loans", "title, loans"),
    ("reviews: [reviews:read]", "reviews: [reviews:all]"),
    ("fields: [bookID, title]", "fields: [bookID, price]"),
)


def edited(old: str, new: str) -> Grants:
    assert old in GRANTS
    return load_grants(GRANTS.replace(old, new, 1), graph())


def operation(text: str) -> Operation:
    return parse_operation(graph().api, text, None, Limits())


def recorded(grants: Grants, asked: Operation, role: str, scopes: frozenset[str], **variables: Any) -> Recorded:
    """What a journal keeps of a request that `grants` decided."""
    decision = decide(asked, variables, grants, Caller(role, {}, scopes))
    return Recorded(
        asked.signature, asked.kind.value, role, scopes, decision.coordinates, grants.release, not decision.allowed
    )


@pytest.mark.parametrize("edit", EDITS)
def test_by_its_coordinates_an_operation_is_decided_as_it_is_live(edit: tuple[str, str]):
    before, after = load_grants(GRANTS, graph()), edited(*edit)
    verdicts: set[tuple[bool, bool]] = set()
    for text, role, scopes in product(PLAIN, ("CLERK", "READER", "AUDITOR"), (EVERYTHING, frozenset({"stock:read"}))):
        asked, caller = operation(text), Caller(role, {}, scopes)
        found = replay(recorded(before, asked, role, scopes), before, after)
        if isinstance(found, Unreplayed):
            continue
        live = (not decide(asked, {}, before, caller).allowed, not decide(asked, {}, after, caller).allowed)
        assert (text, role, bool(found.before), bool(found.after)) == (text, role, *live)
        verdicts.add(live)
    assert {(False, False), (False, True), (True, True)} <= verdicts


@pytest.mark.parametrize(
    ("text", "variables", "known", "expected"),
    [
        # Without its text nobody knows what was pinned.
        ("query ($id: String) { loans(where: {loanID: {eq: $id}}) { until } }", {"id": "7"}, False, None),
        ("query ($id: String) { loans(where: {loanID: {eq: $id}}) { until } }", {"id": "7"}, True, ((), ("Loan.until",))),
        ("{ loans { until } }", {}, True, (("Query.loans",), ("Loan.until", "Query.loans"))),
        # A filter in a variable may have pinned, or not.
        ("query ($w: LoanFilter) { loans(where: $w) { until } }", {"w": {"loanID": {"eq": "7"}}}, True, None),
    ],
)  # fmt: skip
def test_what_hangs_on_pinned_values_is_decided_by_its_text_or_not_at_all(
    text: str, variables: Mapping[str, Any], known: bool, expected: Any
):
    before, after = load_grants(GRANTS, graph()), edited("fields: [loanID, until]", "fields: [loanID]")
    asked = operation(text)
    record = recorded(before, asked, "AUDITOR", EVERYTHING, **variables)
    found = replay(record, before, after, asked if known else None)
    if expected is None:
        assert isinstance(found, Unreplayed)
        assert found.reason.startswith("a grant asks for pinned fields")
    else:
        assert isinstance(found, Replayed)
        assert (found.by_text, found.before, found.after) == (True, *expected)


@pytest.mark.parametrize(
    ("coordinates", "refused", "reason"),
    [
        (frozenset[str](), False, "asked for nothing but"),
        (frozenset({"Book.isbn"}), False, "asked for something that this graph does not have"),
        (frozenset({"BookFilter.secret"}), True, "asked for something that this graph does not have"),
        (frozenset({"Book.title"}), True, "decided then on more than is on record"),
        (frozenset({"Book.nothing", "Book.title"}), None, "asked for something"),
    ],
)
def test_what_cannot_be_decided_as_it_was_says_why(coordinates: frozenset[str], refused: bool | None, reason: str):
    grants = load_grants(GRANTS, graph())
    record = Recorded("s", "query", "CLERK", EVERYTHING, coordinates, grants.release, refused)
    found = replay(record, grants, edited(*EDITS[0]))
    assert isinstance(found, Unreplayed)
    assert found.reason.startswith(reason)


def test_an_outcome_under_other_grants_than_the_first_says_nothing_of_them():
    grants = load_grants(GRANTS, graph())
    record = Recorded("s", "query", "CLERK", EVERYTHING, frozenset({"Book.title"}), "another", refused=True)
    assert replay(record, grants, edited(*EDITS[0])) == Replayed((), ())


def test_of_a_record_that_does_not_tell_its_outcome_nothing_is_compared():
    grants = load_grants(GRANTS, graph())
    record = Recorded("s", "query", "READER", EVERYTHING, frozenset({"Book.price"}), grants.release, None)
    assert replay(record, grants, grants) == Replayed(("Book.price",), ("Book.price",), by_text=False)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [((), (), False), (("a",), ("b",), False), (("a",), (), True), ((), ("a", "b"), True)],
)
def test_what_is_changed_is_whether_it_is_refused(before: tuple[str, ...], after: tuple[str, ...], expected: bool):
    assert Replayed(before, after).changed is expected


@pytest.mark.parametrize(
    ("text", "variables", "by_text"),
    [
        # A condition without a value counts as fulfilled, as it was.
        ("query ($yes: Boolean!) { books { title price @include(if: $yes) } }", {"yes": True}, True),
        ("query ($yes: Boolean!) { books { title price @include(if: $yes) } }", {"yes": False}, False),
        ("query ($v: String) { books(where: {title: {eq: $v}}) { price } }", {"v": "x"}, True),
        # What a filter of any shape would ask is not known, also where it asked nothing.
        ("query ($w: BookFilter) { books(where: $w) { price } }", {}, False),
        ("query ($w: BookFilter) { books(where: $w) { price } }", {"w": {"title": {"eq": "x"}}}, False),
    ],
)
def test_whether_the_text_says_what_was_asked(text: str, variables: Mapping[str, Any], by_text: bool):
    grants, asked = load_grants(GRANTS, graph()), operation(text)
    record = recorded(grants, asked, "READER", EVERYTHING, **variables)
    refused = ("Book.price",) if "Book.price" in record.coordinates else ()
    assert replay(record, grants, grants, asked) == Replayed(refused, refused, by_text=by_text)


def test_a_text_of_another_graph_is_not_decided():
    other = supergraph(stock="type Query { books(at: Moment): [Book] } type Book { price: Int } scalar Moment")
    asked = parse_operation(other.api, "query ($at: Moment) { books(at: $at) { price } }", None, Limits())
    grants = load_grants(GRANTS, graph())
    record = Recorded("s", "query", "READER", EVERYTHING, frozenset({"Book.price"}), grants.release, refused=True)
    assert replay(record, grants, grants, asked) == Replayed(("Book.price",), ("Book.price",), by_text=False)


# --- by coordinates, one at a time ------------------------------------------------------------------------------------------

SHELVES = """
type Query { shelves: [Shelf!] }
type Shelf { name: String secret: String items: [Item!] first: Item keeper: Keeper }
interface Item { name: String }
type Book implements Item { name: String }
type Map implements Item { name: String }
type Keeper { name: String chief: Keeper shelf: Shelf }
"""
HEAD = "version: 1\nroles: {CLERK: {identifiers: {branch: x}}}\nscopes: {all: [all]}\ngrants:\n"


def shelves(*grants: str) -> Grants:
    """The grants of clerks, as `Type: fields` and, after a `!`, the fields to pin."""
    lines: list[str] = []
    for number, grant in enumerate(grants):
        opened, _, pinned = grant.partition(" ! ")
        type_, _, fields = opened.partition(": ")
        anchored = f", anchored: [{pinned}]" if pinned else ""
        what = f"action: lezen, scope: all, type: one.{type_}, fields: [{fields}]{anchored}"
        lines.append(f"  - {{id: G-{number}, role: CLERK, {what}}}\n")
    return load_grants(HEAD + "".join(lines), supergraph(one=SHELVES))


def again(asked: str, before: Grants, after: Grants) -> Replayed | Unreplayed:
    record = Recorded("s", "query", "CLERK", frozenset({"all"}), frozenset(asked.split()), "another", None)
    return replay(record, before, after)


ALL = ("Shelf: name, items, first, keeper", "Book: name", "Map: name", "Keeper: name, chief, shelf")
SHELF = "Shelf: name, items, first, keeper"


@pytest.mark.parametrize(
    ("asked", "after", "refused"),
    [
        ("Shelf.name", (SHELF,), ()),
        ("Shelf.name Shelf.secret", (SHELF,), ("Shelf.secret",)),
        ("Shelf.secret Keeper.name Book.name", (SHELF,), ("Book.name", "Keeper.name", "Shelf.secret")),
        # What leads to a type of which nothing was asked but its name.
        ("Shelf.items", (SHELF,), ("Shelf.items",)),
        ("Shelf.items", (SHELF, "Book: name"), ()),
        ("Shelf.keeper", (SHELF,), ("Shelf.keeper",)),
        ("Shelf.keeper", (SHELF, "Keeper: name"), ()),
        # What was asked of it says that already.
        ("Shelf.items Map.name", (SHELF,), ("Map.name",)),
        ("Shelf.keeper Keeper.name", (SHELF,), ("Keeper.name",)),
        # A coordinate that is closed is told once.
        ("Shelf.items Shelf.first", ("Shelf: name",), ("Shelf.first", "Shelf.items")),
        # A type that leads to itself needs no other.
        ("Keeper.chief", ("Keeper: chief",), ()),
        ("Keeper.shelf Keeper.name", ("Keeper: name, chief, shelf",), ("Keeper.shelf",)),
    ],
)
def test_what_each_coordinate_needs(asked: str, after: tuple[str, ...], refused: tuple[str, ...]):
    before = shelves(*ALL, "Shelf: secret")
    assert again(asked, before, shelves(*after)) == Replayed((), refused, by_text=False)
    assert again(asked, shelves(*after), before) == Replayed(refused, (), by_text=False)


@pytest.mark.parametrize(
    ("asked", "anchored", "known"),
    [
        ("Shelf.name", "Book: name ! name", True),
        ("Book.name", "Book: name ! name", False),
        # What may stand in its place is asked as well.
        ("Shelf.items", "Book: name ! name", False),
        ("Shelf.keeper", "Keeper: name ! name", False),
    ],
)
def test_where_a_grant_of_either_asks_for_pinned_fields(asked: str, anchored: str, known: bool):
    plain, other = shelves(*ALL), shelves(*ALL, anchored)
    reason = "a grant asks for pinned fields, and values are not on record (give the trusted documents)"
    expected = Replayed((), (), by_text=False) if known else Unreplayed(reason)
    assert (again(asked, plain, other), again(asked, other, plain)) == (expected, expected)
