"""`profile: network`: refusals with the statuses, codes and bodies of the existing network, whatever media type is asked for."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.library import Library, library, token
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
