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
