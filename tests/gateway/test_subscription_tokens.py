"""Who asks on a stream: parties with tokens of their own on one socket, tokens that end, and tokens that are renewed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import HeaderSettings, SubscriptionSettings
from tests.gateway.library import decision_context, token
from tests.gateway.streaming.harness import DUNE, DUNE_SOLD, SOLD, bearer, street

TITLES = "subscription { sold { title } }"


def settings(**chosen: Any) -> dict[str, Any]:
    return {"subscriptions": SubscriptionSettings(**chosen)}


def code(message: Any) -> str:
    """The code of a `next` or an `error`."""
    payload = message["payload"]
    errors = payload if isinstance(payload, list) else payload["errors"]
    return errors[0]["extensions"]["code"]


def own(role: str = "READER", **claims: Any) -> dict[str, Any]:
    """The extensions of a `subscribe` that brings its own token."""
    return {"extensions": {"authorization": bearer(token(role, **claims))}}


# --- several parties on one socket --------------------------------------------------------------------------------------


async def test_each_operation_of_a_socket_is_decided_by_its_own_token(tmp_path: Path) -> None:
    price = "subscription { sold { title price } }"
    async with (
        street(tmp_path, grants=True) as town,
        town.socket(init={"authorization": bearer(token("READER"))}) as client,
    ):
        await client.subscribe(price, "socket")
        assert (await client.hear())["payload"][0]["extensions"]["coordinate"] == "Book.price"
        await client.subscribe(price, "clerk", **own("CLERK"))
        await town.shop.streams(1)
        await client.subscribe(TITLES, "socket")
        await client.subscribe(TITLES, "bob", **own(card="bob", sub="bob"))
        await town.shop.streams(3)
        town.shop.publish({**DUNE, "price": 9})
        heard = [await client.hear() for _ in range(3)]
        assert sorted((entry["id"], entry["payload"]["data"]["sold"]) for entry in heard) == [
            ("bob", {"title": "Dune"}),
            ("clerk", {"title": "Dune", "price": 9}),
            ("socket", {"title": "Dune"}),
        ]
        told = [decision_context(seen) for seen in town.shop.seen]
        assert [(entry["role"], entry["identifiers"]) for entry in told] == [
            ("CLERK", {"branch": "12"}),
            ("READER", {"card": "ann"}),
            ("READER", {"card": "bob"}),
        ]


async def test_events_are_completed_with_the_context_of_their_subscriber(tmp_path: Path) -> None:
    async with street(tmp_path, grants=True) as town, town.socket() as client:
        await client.subscribe(SOLD, "ann", **own())
        await client.subscribe(SOLD, "clerk", **own("CLERK"))
        await town.shop.streams(2)
        town.shop.publish(DUNE)
        assert [(await client.hear())["payload"] for _ in range(2)] == [DUNE_SOLD, DUNE_SOLD]
        roles = {decision_context(headers)["role"] for _, headers, _ in town.library.seen}
        assert (town.library.asked, roles) == (["reviews", "reviews"], {"READER", "CLERK"})


# --- tokens that end ----------------------------------------------------------------------------------------------------


async def test_a_subscription_ends_before_its_token_with_a_coded_answer(tmp_path: Path) -> None:
    async with street(tmp_path, grants=True, **settings(expiry_margin=297)) as town, town.socket() as client:
        now = int(time.time())
        await client.subscribe(TITLES, "short", **own(exp=now + 300))
        await client.subscribe(TITLES, "long", **own(exp=now + 599))
        await town.shop.streams(1)
        heard = [await client.hear(), await client.hear()]
        assert [(entry["type"], entry["id"]) for entry in heard] == [("next", "short"), ("complete", "short")]
        assert code(heard[0]) == "TOKEN_EXPIRED"
        town.shop.publish(DUNE)
        assert await client.hear() == {"type": "next", "id": "long", "payload": {"data": {"sold": {"title": "Dune"}}}}


async def test_a_token_at_its_end_begins_nothing(tmp_path: Path) -> None:
    async with street(tmp_path, grants=True, **settings(expiry_margin=400)) as town, town.socket() as client:
        await client.subscribe(TITLES, **own(exp=int(time.time()) + 300))
        assert code(await client.hear()) == "TOKEN_EXPIRED"
        assert town.shop.opened == 0


async def test_a_renewed_token_moves_the_end(tmp_path: Path) -> None:
    async with street(tmp_path, grants=True, **settings(expiry_margin=297)) as town, town.socket() as client:
        now = int(time.time())
        await client.subscribe(TITLES, **own(exp=now + 300))
        await town.shop.streams(1)
        renewal = bearer(token("READER", exp=now + 599, jti="later"))
        await client.say("ping", payload={"authorization": renewal, "id": "1"})
        pong = {"expiresAt": now + 599, "renewed": ["1"], "refused": []}
        assert await client.hear() == {"type": "pong", "payload": pong}
        # The moment at which the first token would have ended it is over when another one has ended so.
        await client.subscribe("subscription { a: sold { title } }", "2", **own(exp=int(time.time()) + 300))
        assert [(await client.hear())["id"] for _ in range(2)] == ["2", "2"]
        town.shop.publish(DUNE)
        assert (await client.hear())["payload"] == {"data": {"sold": {"title": "Dune"}}}


@pytest.mark.parametrize(
    "claims",
    [
        {"card": "bob"},
        {"sub": "other"},
        {"scopes": ["stock:read"]},
        {"act": {"sub": "helper"}},
        {"role": "CLERK"},
    ],
)
async def test_a_token_of_another_identity_renews_nothing(tmp_path: Path, claims: dict[str, Any]) -> None:
    role = claims.pop("role", "READER")
    async with street(tmp_path, grants=True, **settings(expiry_margin=297)) as town, town.socket() as client:
        now = int(time.time())
        renewal = token(role, exp=now + 599, **claims)
        await client.subscribe(TITLES, **own(exp=now + 300))
        await town.shop.streams(1)
        await client.say("ping", payload={"authorization": bearer(renewal), "id": "1"})
        pong = {"expiresAt": now + 599, "renewed": [], "refused": ["1"]}
        assert await client.hear() == {"type": "pong", "payload": pong}
        assert code(await client.hear()) == "TOKEN_EXPIRED"


async def test_the_token_of_the_socket_is_renewed_for_what_rides_on_it_and_for_what_comes(tmp_path: Path) -> None:
    now = int(time.time())
    init = {"authorization": bearer(token("READER", exp=now + 500))}
    async with street(tmp_path, grants=True) as town, town.socket(init=init) as client:
        await client.subscribe(TITLES, "rides")
        await client.subscribe(TITLES, "own", **own("CLERK"))
        await town.shop.streams(2)
        await client.say("ping", payload={"Authorization": bearer(token("READER", exp=now + 599))})
        pong = {"expiresAt": now + 599, "renewed": ["rides"], "refused": []}
        assert await client.hear() == {"type": "pong", "payload": pong}
        await client.say("ping", payload={"authorization": bearer("x.y.z")})
        assert code(await client.hear()) == "UNAUTHENTICATED"
        await client.subscribe(TITLES, "comes")
        await town.subscribed(3)
        assert town.shop.running == 2


@pytest.mark.parametrize(
    "value", ["", " ", "Bearer x\r\nX-Evil: 1", "Bearer \x00", "Bearer é", 5, ["a"], {"a": 1}, True]
)
async def test_a_token_that_no_header_could_hold_is_none(tmp_path: Path, value: Any) -> None:
    """Also where nobody asks for tokens, and a rule sends them on."""
    async with street(tmp_path, headers=HeaderSettings(propagate=("authorization",))) as town:
        async with town.socket() as client:
            await client.subscribe(TITLES, extensions={"authorization": value})
            assert code(await client.hear()) == "UNAUTHENTICATED"
            await client.say("ping", payload={"authorization": value})
            assert code(await client.hear()) == "UNAUTHENTICATED"
        async with town.socket(ready=False) as client:
            await client.say("connection_init", payload={"authorization": value})
            assert await client.closed() == (4403, "Forbidden")
        assert town.shop.opened == 0
