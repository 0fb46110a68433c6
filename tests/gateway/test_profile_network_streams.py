"""`profile: network` on sockets and event streams: refusals in the words of the existing network there as well."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import SubscriptionSettings
from tests.gateway.library import token
from tests.gateway.streaming.harness import DUNE, Street, bearer, events, street

SOLD = "subscription Sales { sold { title } }"
PRICED = "subscription Sales { sold { title price } }"
DENIED = "Sales subscription: Book.price is not granted to this caller."


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Street]:
    async with street(tmp_path, grants=True, profile="network") as running:
        yield running


def expired() -> str:
    now = int(time.time())
    return token("READER", iat=now - 900, exp=now - 300)


def errors(message: str, code: str) -> list[Any]:
    return [{"message": message, "extensions": {"code": code}}]


REFUSED: list[Any] = [
    (PRICED, lambda: token("READER"), DENIED, "BAD_REQUEST"),
    (PRICED, lambda: token("NOBODY"), DENIED.replace("Book.price", "Subscription.sold"), "UNAUTHORIZED"),
    (SOLD, lambda: token("READER", scopes=["reviews:read"]), "Sales subscription: Subscription.sold needs the scope stock:read.",
     "BAD_REQUEST"),
    ("{", lambda: token("READER"), "query: Syntax Error: Expected Name, found <EOF>.", "BAD_REQUEST"),
    ("fragment F on Book { title }", lambda: token("READER"), "query: No operation found to evaluate", "BAD_REQUEST"),
    ("{ a: featured { title } b: featured { title } }", lambda: token("READER"),
     "query: The operation has more than 1 root fields.", "BAD_REQUEST"),
    (SOLD, expired, "Jwt is expired", "UNAUTHORIZED"),
    (SOLD, lambda: "x.y.z", "Jwt is invalid", "UNAUTHORIZED"),
    (SOLD, lambda: None, "query: Unauthorized", "UNAUTHORIZED"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "given", "message", "code"), REFUSED)
async def test_over_a_socket(query: str, given: Any, message: str, code: str, town: Street):
    shown = given()
    async with town.socket() as client:
        own = {"authorization": bearer(shown)} if shown is not None else {}
        await client.subscribe(query, extensions=own)
        assert await client.hear() == {"type": "error", "id": "1", "payload": errors(message, code)}


@pytest.mark.parametrize(("query", "given", "message", "code"), REFUSED)
async def test_over_an_event_stream_it_has_the_status_and_body_of_a_request(
    query: str, given: Any, message: str, code: str, town: Street
):
    shown = given()
    headers = {"Authorization": bearer(shown)} if shown is not None else {}
    async with events(town.port, body={"query": query}, **headers) as stream:
        status = 401 if code == "UNAUTHORIZED" else 400
        told = (await stream.content()).decode()
        if message.startswith("Jwt"):
            assert (stream.status, stream.headers["content-type"], told) == (401, "text/plain", message)
        elif "No operation" in message:
            body = '{"ErrorCode":"bad_request","Error":"No operation found to evaluate"}'
            assert (stream.status, stream.headers["content-type"], told) == (400, "application/json", body)
        else:
            assert (stream.status, stream.headers["content-type"]) == (status, "application/json")
            assert f'"message":"{message}"' in told
            assert f'"code":"{code}"' in told


async def test_there_is_no_single_connection_because_requests_come_by_post(tmp_path: Path):
    single = SubscriptionSettings(single_connection=True)
    async with (
        street(tmp_path, grants=True, profile="network", subscriptions=single) as town,
        events(town.port, "GET", "/graphql?token=x") as stream,
    ):
        assert (stream.status, stream.headers["allow"]) == (405, "POST, DELETE, PUT")


async def test_a_token_that_does_not_renew(town: Street):
    async with town.socket() as client:
        await client.say("ping", payload={"authorization": bearer("x.y.z")})
        assert await client.hear() == {"type": "pong", "payload": {"errors": errors("Jwt is invalid", "UNAUTHORIZED")}}


async def test_what_is_allowed_is_answered_as_ever(town: Street):
    async with town.socket(init={"authorization": bearer(token("READER"))}) as client:
        await client.subscribe(SOLD)
        await town.shop.streams(1)
        town.shop.publish(DUNE)
        assert await client.hear() == {"type": "next", "id": "1", "payload": {"data": {"sold": {"title": "Dune"}}}}
