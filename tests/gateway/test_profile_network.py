"""`profile: network`: refusals with the statuses, codes and bodies of the existing network, whatever media type is asked for."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.library import GRANTS, SDL, Library, books, library, token
from tests.gateway.planning.harness import graph
from tests.gateway.transport.harness import ask, call


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Library]:
    async with library(tmp_path, profile="network") as running:
        yield running


JSON = "application/json"
DENIED = "Book.price is not granted to this caller."


def errors(message: str, code: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


@pytest.mark.parametrize("accept", [JSON, "application/graphql-response+json"])
@pytest.mark.parametrize(
    ("query", "role", "status", "body"),
    [
        ("{", "CLERK", 400, errors("query: Syntax Error: Expected Name, found <EOF>.", "BAD_REQUEST")),
        ("{ isbn }", "CLERK", 400, errors("query: Cannot query field 'isbn' on type 'Query'.", "BAD_REQUEST")),
        ("{ a: featured { title } b: featured { title } }", "CLERK", 400, errors(
            "query: The operation has more than 1 root fields.", "BAD_REQUEST")),
        ("query A { featured { title } } query B { loans { loanID } }", "CLERK", 400, errors(
            "query: The document has more than one operation.", "BAD_REQUEST")),
        ("fragment F on Book { title }", "CLERK", 400, {
            "ErrorCode": "bad_request", "Error": "No operation found to evaluate"}),
        ("query Dear { featured { price } }", "READER", 400, errors(f"Dear query: {DENIED}", "BAD_REQUEST")),
        ("{ featured { price } }", "READER", 400, errors(f"query: {DENIED}", "BAD_REQUEST")),
        ("mutation Out { remove { title } }", "READER", 400, errors(
            "Out mutation: Mutation.remove is not granted to this caller.", "BAD_REQUEST")),
        ("{ featured { price } }", "NOBODY", 401, errors(f"query: {DENIED}", "UNAUTHORIZED")),
    ],
)  # fmt: skip
async def test_what_is_refused(query: str, role: str, status: int, body: Any, accept: str, desk: Library):
    reply = await ask(desk.app, query, token=token(role), headers={"Accept": accept})
    assert (reply.status, reply.json(), reply.headers["content-type"]) == (status, body, JSON)
    assert desk.seen == []


async def test_a_missing_scope(desk: Library):
    reply = await ask(desk.app, "{ featured { title } }", token=token(scopes=["reviews:read"]))
    assert (reply.status, reply.json()) == (400, errors("query: Book.title needs the scope stock:read.", "BAD_REQUEST"))


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ("x.y.z", b"Jwt is invalid"),
        (token(aud="https://elsewhere.example"), b"Jwt is invalid"),
        (token(iat=int(time.time()) - 900, exp=int(time.time()) - 300), b"Jwt is expired"),
    ],
)
async def test_a_token_that_does_not_count(given: str, body: bytes, desk: Library):
    reply = await ask(desk.app, "{ featured { title } }", token=given)
    assert (reply.status, reply.body, reply.headers["content-type"]) == (401, body, "text/plain")


async def test_no_token(desk: Library):
    reply = await ask(desk.app, "{ featured { title } }")
    assert (reply.status, reply.json()) == (401, errors("query: Unauthorized", "UNAUTHORIZED"))


async def test_post_only_and_a_media_type_that_there_is(desk: Library):
    preflight = {"GraphQL-Require-Preflight": "1"}
    reply = await call(desk.app, "GET", query_string="query={featured{title}}", headers=preflight)
    assert (reply.status, reply.codes) == (405, ["METHOD_NOT_ALLOWED"])
    reply = await ask(desk.app, "{ featured { title } }", token=token(), headers={"Accept": "text/html"})
    assert (reply.status, reply.codes) == (406, ["NOT_ACCEPTABLE"])


async def test_what_is_executed_is_answered_as_ever(desk: Library):
    reply = await ask(desk.app, "{ featured { title } }", token=token("READER"))
    assert (reply.status, reply.json()) == (200, {"data": {"featured": {"title": "Dune"}}})
    assert reply.headers["content-type"] == "application/graphql-response+json; charset=utf-8"


# -- no relation found (dossier on authorization, §6.3) ------------------------------------------------------------------

RELATED = GRANTS.replace(
    "type: stock.Loan, fields: [loanID, reader, book]}",
    "type: stock.Loan, fields: [loanID, reader, book], when: WHEN}",
)
OWN = "X.reader == caller.branch"
LENT = "any(mine(B) for B in X.book)"
NONE = errors("query: No relation with what was asked for was found.", "UNAUTHORIZED")


@pytest.mark.parametrize(
    ("when", "query", "found", "expected"),
    [
        # Only a relation could have shown it: 401, as that network says when it finds none.
        (LENT, "{ loans { loanID } }", [], (401, NONE)),
        (LENT, "{ loans { loanID } }", None, (401, NONE)),
        (f"not {LENT}", "{ loans { loanID } }", [], (401, NONE)),
        # Something was found.
        (LENT, "{ loans { loanID } }", [{"loanID": "1"}], (200, {"data": {"loans": [{"loanID": "1"}]}})),
        # A query for one's own: rows or none.
        (f"{OWN} or {LENT}", '{ loans(where: {reader: {eq: "12"}}) { loanID } }', [], (200, {"data": {"loans": []}})),
        # It did not ask for its own.
        (f"{OWN} or {LENT}", "{ loans { loanID } }", [], (401, NONE)),
        (f"{OWN} or {LENT}", '{ loans(where: {loanID: {eq: "1"}}) { loanID } }', [], (401, NONE)),
        # No relation is asked for at all.
        (OWN, "{ loans { loanID } }", [], (200, {"data": {"loans": []}})),
        ("own(X)", "{ loans { loanID } }", [], (200, {"data": {"loans": []}})),
        ("lent(X)", "{ loans { loanID } }", [], (401, NONE)),
        ("X.loanID is not None", "{ loans { loanID } }", [], (200, {"data": {"loans": []}})),
    ],
)
async def test_no_relation_found(
    when: str, query: str, found: Any, expected: tuple[int, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    functions = """\
functions: |
  def mine(B: Book):
      return B.title == caller.branch
  def own(L: Loan):
      return L.reader == caller.branch
  def lent(L: Loan):
      return any(mine(B) for B in L.book)
inputs:
"""
    text = RELATED.replace("WHEN", f"'{when}'").replace("inputs:\n", functions, 1)
    text = text.replace("BookSort: {", "LoanFilter: {reads: stock.Loan}\n    BookSort: {")
    stock = SDL["stock"].replace("loans: [Loan!] featured", "loans(where: LoanFilter): [Loan!] featured")
    stock += "input LoanFilter { loanID: TextFilter reader: TextFilter }"
    sdl = {**SDL, "stock": stock}
    world = books()
    loans = None if found is None else [{"__typename": "Loan", "__keys__": ("loanID",), **loan} for loan in found]
    world.roots["loans"] = lambda _owner, **_: loans
    for name, value in (("SDL", sdl), ("supergraph", lambda: graph(**sdl)), ("books", lambda: world)):
        monkeypatch.setattr(f"tests.gateway.library.{name}", value)
    async with library(tmp_path, rules=text, profile="network") as desk:
        reply = await ask(desk.app, query, token=token("CLERK"))
        assert (reply.status, reply.json()) == expected
    async with library(tmp_path, rules=text) as desk:
        reply = await ask(desk.app, query, token=token("CLERK"))
        assert (reply.status, reply.json()) == (200, {"data": {"loans": found}})
