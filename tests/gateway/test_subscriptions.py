"""What holds for subscriptions whatever they travel over: graphs that change, headers, bounds, counts, logs, several instances."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.app import build_app
from gateway.settings import HeaderSettings, Settings, SubscriptionSettings
from tests.gateway.library import graph, token
from tests.gateway.streaming.harness import DUNE, DUNE_SOLD, EMMA, SOLD, Client, Street, bearer, events, street
from tests.gateway.streaming.shop import END, Shop, shop_open
from tests.gateway.transport.harness import call, served

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


# --- another graph ------------------------------------------------------------------------------------------------------


async def test_a_change_of_the_graph_ends_subscriptions_in_words_and_keeps_the_socket(tmp_path: Path) -> None:
    async with street(tmp_path) as town, town.socket() as client, events(town.port, body={"query": SOLD}) as stream:
        await client.subscribe(SOLD)
        await town.subscribed(2)
        lifecycle = town.library.app.lifecycle
        before = lifecycle.current
        lifecycle.replace(build_app(before.settings, supergraph=before.supergraph).lifecycle.current)
        assert code(await client.hear()) == "GATEWAY_STOPPING"
        assert await client.hear() == {"type": "complete", "id": "1"}
        name, answer = await stream.event()
        assert (name, answer["errors"][0]["extensions"]["code"]) == ("next", "GATEWAY_STOPPING")
        assert await stream.event() == ("complete", None)
        await town.shop.streams(0)
        await lifecycle.settled()
        assert before.running == 0
        await client.subscribe(SOLD)
        await town.shop.streams(1)
        town.shop.publish(DUNE)
        assert (await client.hear())["payload"] == DUNE_SOLD


# --- headers ------------------------------------------------------------------------------------------------------------

RULES = HeaderSettings(propagate=("x-*", "authorization"), remove=("x-secret",), insert={"X-Source": "gateway"})
SENT = {"X-Tenant": "12", "X-Secret": "s", "Cookie": "a=b", "X-Forwarded-For": "10.0.0.1", "Decision-Context": "forged"}


@pytest.mark.parametrize("over", ["websocket", "sse"])
async def test_t14_header_rules_hold_for_streams_and_for_the_fetches_of_their_events(tmp_path: Path, over: str) -> None:
    async with street(tmp_path, headers=RULES) as town, AsyncExitStack() as stack:
        if over == "websocket":
            client = await stack.enter_async_context(town.socket(headers=SENT))
            await client.subscribe(SOLD, extensions={"authorization": "Bearer own"})
            await town.shop.streams(1)
            town.shop.publish(DUNE)
            await client.hear()
        else:
            more = {name.replace("-", "_"): value for name, value in {**SENT, "Authorization": "Bearer own"}.items()}
            stream = await stack.enter_async_context(events(town.port, body={"query": SOLD}, **more))
            await town.shop.streams(1)
            town.shop.publish(DUNE)
            await stream.event()
        (_, fetched, _), opened = town.library.seen[0], town.shop.seen[0]
        ruled = {"x-tenant": "12", "x-source": "gateway", "authorization": "Bearer own"}
        for headers in (opened, fetched):
            assert {name: headers.get(name) for name in ruled} == ruled
            assert not {"x-secret", "cookie", "x-forwarded-for", "decision-context"} & headers.keys()
        assert {name: town.shop.inits[0][name] for name in ruled} == ruled


@pytest.mark.parametrize(
    ("one", "other", "streams"),
    [
        ({"X-Tenant": "1"}, {"X-Tenant": "1"}, 1),
        ({"X-Tenant": "1"}, {"X-Tenant": "2"}, 2),
        ({"X-Tenant": "1"}, {}, 2),
        ({"X-Unsent": "1"}, {"X-Unsent": "2"}, 1),
    ],
)
async def test_a20_headers_that_go_to_a_subgraph_tell_streams_apart(
    tmp_path: Path, one: dict[str, str], other: dict[str, str], streams: int
) -> None:
    rules = HeaderSettings(propagate=("x-tenant",))
    async with street(tmp_path, headers=rules) as town, town.socket(headers=one) as a, town.socket(headers=other) as b:
        await a.subscribe(TITLES)
        await b.subscribe(TITLES)
        await town.subscribed(2)
        await town.shop.streams(streams)
        town.shop.publish(DUNE)
        assert (
            await a.hear()
            == await b.hear()
            == {"type": "next", "id": "1", "payload": {"data": {"sold": {"title": "Dune"}}}}
        )


async def test_a_subgraph_that_was_sent_the_token_cannot_be_told_another(tmp_path: Path) -> None:
    now = int(time.time())
    rules = HeaderSettings(propagate=("authorization",))
    async with street(tmp_path, grants=True, headers=rules) as town, town.socket() as client:
        for id_ in ("1", "2"):
            await client.subscribe(TITLES, id_, **own(exp=now + 300, jti=id_))
        await town.shop.streams(2)
        await client.say("ping", payload={"authorization": bearer(token("READER", exp=now + 599)), "id": "1"})
        pong = {"expiresAt": now + 599, "renewed": [], "refused": ["1"]}
        assert await client.hear() == {"type": "pong", "payload": pong}


async def test_headers_with_a_tab_reach_a_stream(tmp_path: Path) -> None:
    rules = HeaderSettings(propagate=("x-tenant",))
    async with (
        street(tmp_path, protocol="sse", headers=rules) as town,
        town.socket(headers={"X-Tenant": "a\tb"}) as client,
    ):
        await client.subscribe(TITLES)
        await town.shop.streams(1)
        assert town.shop.seen[0]["x-tenant"] == "a\tb"


# --- bounds -------------------------------------------------------------------------------------------------------------


async def test_too_many_operations_on_a_socket_are_refused_and_finished_ones_free_their_place(tmp_path: Path) -> None:
    async with street(tmp_path, **settings(max_operations=2)) as town, town.socket() as client, town.socket() as other:
        await client.subscribe(TITLES, "1")
        await client.subscribe(TITLES, "2")
        await client.subscribe(TITLES, "3")
        heard = await client.hear()
        assert (heard["type"], heard["id"], code(heard)) == ("error", "3", "TOO_MANY_SUBSCRIPTIONS")
        await client.say("complete", id="1")
        await client.subscribe(TITLES, "3")
        await other.subscribe(TITLES, "1")
        await town.subscribed(3)


@pytest.mark.parametrize("over", ["websocket", "sse"])
async def test_too_many_subscriptions_are_refused(tmp_path: Path, over: str) -> None:
    async with street(tmp_path, **settings(max_subscriptions=1)) as town, town.socket() as client:
        await client.subscribe(TITLES)
        await town.subscribed(1)
        if over == "websocket":
            await client.subscribe(TITLES, "2")
            assert code(await client.hear()) == "TOO_MANY_SUBSCRIPTIONS"
        else:
            async with events(town.port, body={"query": TITLES}) as reply:
                assert (reply.status, await reply.codes()) == (429, ["TOO_MANY_SUBSCRIPTIONS"])
        await client.say("complete", id="1")
        await town.subscribed(0)
        await client.subscribe(TITLES, "3")
        await town.subscribed(1)


@pytest.mark.parametrize("overflow", ["disconnect", "drop_oldest"])
async def test_a_reader_of_events_that_takes_nothing_loses_what_its_buffer_does_not_hold(
    tmp_path: Path, overflow: str
) -> None:
    count, title = 200, "x" * 100_000
    chosen = settings(overflow=overflow, buffer_events=4)
    async with street(tmp_path, **chosen) as town, town.socket() as quick:
        async with events(town.port, body={"query": "subscription { sold { title bookID } }"}) as slow:
            await town.shop.streams(1)
            await quick.subscribe("subscription { sold { title bookID } }")
            await town.subscribed(2)
            for number in range(count):
                town.shop.publish({"bookID": str(number), "title": title})
                assert (await quick.hear())["payload"]["data"]["sold"]["bookID"] == str(number)
            town.shop.publish(END)
            answers: list[Any] = []
            while (event := await slow.event())[0] == "next":
                answers.append(event[1])
            assert event == ("complete", None)
        dropped = sum(answer.get("extensions", {}).get("dropped", 0) for answer in answers)
        numbers = [int(answer["data"]["sold"]["bookID"]) for answer in answers if "data" in answer]
        assert numbers == sorted(numbers)
        if overflow == "disconnect":
            assert answers[-1]["errors"][0]["extensions"] == {"code": "SUBSCRIBER_TOO_SLOW"}
            assert numbers == list(range(len(numbers)))
        else:
            assert (numbers[-1], dropped > 0) == (count - 1, True)
            assert dropped == count - len(numbers)
        await town.subscribed(0)


# --- counts and logs ----------------------------------------------------------------------------------------------------


async def metrics(town: Street) -> list[str]:
    return (await call(town.library.app, "GET", "/metrics")).body.decode().splitlines()


async def test_metrics_of_streams(tmp_path: Path) -> None:
    async with street(tmp_path) as town, town.socket() as client, events(town.port, body={"query": TITLES}):
        await client.subscribe(TITLES)
        await town.subscribed(2)
        await client.subscribe("{ books { title } }", "q")
        assert [(await client.hear())["type"] for _ in range(2)] == ["next", "complete"]
        shown = await metrics(town)
        assert 'gateway_stream_connections{over="websocket"} 1' in shown
        assert 'gateway_stream_connections{over="sse"} 1' in shown
        assert "gateway_subscriptions 2" in shown
        assert "gateway_subscription_upstreams 1" in shown
        counted = [line for line in shown if line.startswith("gateway_operation_requests_total")]
        assert sorted(line.partition("kind=")[2] for line in counted) == ['"query"} 1', '"subscription"} 2']
        await client.raw.close()
        await town.subscribed(1)


LITERAL = 'subscription { sold(title: "%s") { title } }'


async def test_lines_of_the_log_name_operations_by_signature_and_hold_no_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ann = bearer(token("READER"))
    async with street(tmp_path, **settings(single_connection=True)) as town:
        async with town.socket() as client:
            for secret in ("secret-1", "secret-2"):
                await client.subscribe(LITERAL % secret, extensions={"authorization": ann})
                await town.subscribed(1)
                await client.say("complete", id="1")
                await town.subscribed(0)
        for secret in ("secret-3", "secret-4"):
            async with events(town.port, body={"query": LITERAL % secret}, Authorization=ann):
                await town.subscribed(1)
            await town.quiet()
        async with events(town.port, "PUT", Authorization=ann) as reply:
            name = (await reply.content()).decode()
        async with events(town.port, "GET", f"/graphql?token={name}"):
            body = {"query": LITERAL % "secret-5", "extensions": {"operationId": "secret-6"}}
            async with events(town.port, body=body, Accept="*/*", Authorization=ann, X_GraphQL_Event_Stream_Token=name):
                await town.subscribed(1)
        await town.quiet()
    said = capsys.readouterr().err
    assert [secret for secret in ("secret-", name, ann[:20], "ann", "127.0.0.1") if secret in said] == []
    lines = [json.loads(line) for line in said.splitlines()]
    of = sorted((line["event"], line["over"]) for line in lines if line.get("operation"))
    assert of == [("events", "sse")] * 2 + [("operation", "sse")] + [("operation", "websocket")] * 2
    assert len({line["operation"] for line in lines if line.get("operation")}) == 1


# --- several instances --------------------------------------------------------------------------------------------------

LOANS = """
type Query { ok: Boolean }
type Subscription { sold(title: String): Book }
type Book @key(fields: "bookID") { bookID: ID! title: String price: Int }
"""


@asynccontextmanager
async def two_shops(**owners: Any) -> AsyncGenerator[tuple[Shop, Shop, Client]]:
    """Two parties that sell, one graph over both, and a client of it."""
    async with shop_open() as north, shop_open() as south:
        places = {name: {"url": shop.url} for name, shop in (("north", north), ("south", south))}
        stock = {"instances": places, "owners": owners} if owners else {"instances": places}
        chosen = msgspec.convert({"subgraphs": {"stock": stock}, "supergraph": "-"}, Settings)
        app = build_app(chosen, supergraph=graph(stock=LOANS))
        async with served(app) as port:
            town = Street.__new__(Street)
            town.port = port
            async with town.socket() as client:
                yield north, south, client
        await app.stop()


async def test_streams_of_several_instances_are_one() -> None:
    async with two_shops() as (north, south, client):
        await client.subscribe(TITLES)
        await north.streams(1)
        await south.streams(1)
        for shop, book in ((north, DUNE), (south, EMMA), (north, EMMA)):
            shop.publish(book)
            assert (await client.hear())["payload"] == {"data": {"sold": {"title": book["title"]}}}
        south.publish(END)
        await south.streams(0)
        north.publish(DUNE)
        assert (await client.hear())["payload"] == {"data": {"sold": {"title": "Dune"}}}
        north.publish(END)
        assert await client.hear() == {"type": "complete", "id": "1"}


async def test_one_instance_that_breaks_ends_the_whole_in_words() -> None:
    async with two_shops() as (north, south, client):
        await client.subscribe(TITLES)
        await north.streams(1)
        await south.streams(1)
        await south.cut()
        assert code(await client.hear()) == "DOWNSTREAM_SERVICE_ERROR"
        assert await client.hear() == {"type": "complete", "id": "1"}
        await north.streams(0)


async def test_an_owner_in_the_arguments_is_asked_alone() -> None:
    async with two_shops(arguments={"Subscription.sold": ["title"]}) as (north, south, client):
        await client.subscribe('subscription { sold(title: "south") { title } }')
        await south.streams(1)
        assert north.opened == 0
