"""What is told of each coordinate of an operation: the grants that open it, or why none does."""

from __future__ import annotations

from typing import Any

from gateway.authorization.explanation import explain
from tests.gateway.authorization.harness import caller, operation
from tests.gateway.authorization.library import grants, library
from tests.gateway.authorization.test_decide import more


def explained(role: str | None, scopes: str, query: str) -> dict[str, Any]:
    who = caller(role, scopes)
    return explain(operation(library().schema, query), {}, grants(), who).as_json()


def opened(coordinate: str, *by: str) -> dict[str, Any]:
    return {"coordinate": coordinate, "allowed": True, "grants": list(by)}


def closed(coordinate: str, reason: str, **more: Any) -> dict[str, Any]:
    return {"coordinate": coordinate, "allowed": False, "reason": reason, **more}


def test_what_is_open_names_its_grants():
    query = "{ books { title price reviews { stars } } }"
    assert explained("CLERK", "stock:read reviews:read", query) == {
        "role": "CLERK",
        "release": grants().release,
        "allowed": True,
        "coordinates": [
            opened("Book.price", "BOOK-OWN"),
            opened("Book.reviews", "REVIEWS"),
            opened("Book.title", "BOOK-OWN", "BOOK-LENT"),
            opened("Review.stars", "REVIEW"),
        ],
    }


def test_what_is_closed_says_why():
    query = '{ books(where: {title: {eq: "x"}}) { branch reviews(first: 1) { stars } } }'
    assert explained("CLERK", "stock:read", query) == {
        "role": "CLERK",
        "release": grants().release,
        "allowed": False,
        "coordinates": [
            closed("Book.branch", "role"),
            closed("Book.reviews", "scope", missingScope="reviews:read"),
            closed("Book.reviews(first:)", "input"),
            opened("Book.title", "BOOK-OWN", "BOOK-LENT"),
            closed("Review.stars", "scope", missingScope="reviews:read"),
        ],
    }


def test_what_an_anchored_grant_opens_names_it_and_what_it_asks_for():
    assert explained("AUDITOR", "stock:read", '{ loans(where: {loanID: {eq: "1"}}) { until } }') == {
        "role": "AUDITOR",
        "release": grants().release,
        "allowed": True,
        "coordinates": [opened("Loan.loanID", "LOAN-AUDITOR"), opened("Loan.until", "LOAN-AUDITOR")],
    }
    (pinned, until) = explain(
        operation(library().schema, '{ loans(where: {loanID: {eq: "1"}}) { until } }'),
        {},
        more(),
        caller("AUDITOR", "stock:read"),
    ).as_json()["coordinates"]
    assert pinned == opened("Loan.loanID", "LOAN-AUDITOR", "A-1", "A-2")
    assert until == opened("Loan.until", "LOAN-AUDITOR", "A-1")
    assert explained("READER", "stock:read", "{ loans { loanID reader } books { title } }") == {
        "role": "READER",
        "release": grants().release,
        "allowed": False,
        "coordinates": [
            opened("Book.title", "BOOK-READER"),
            opened("Loan.loanID", "LOAN-KEY"),
            closed("Loan.reader", "role"),
            closed("Query.loans", "anchor", needs=["loanID"]),
        ],
    }
