"""WebSockets of clients, from the outside: the shipped application under uvicorn, and the library `websockets`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from gateway.settings import SubscriptionSettings
from gateway.subgraphs.streams.endpoint import StreamProtocol
from gateway.transport.origins import origin_allowed
from tests.gateway.streaming.harness import DUNE, DUNE_SOLD, EMMA, EMMA_SOLD, SOLD, street
from tests.gateway.streaming.shop import END

BOOKS = "{ books { title } }"
BOOKS_ANSWER = {"data": {"books": [{"title": "Dune"}, {"title": "Emma"}]}}


def settings(**chosen: Any) -> dict[str, Any]:
    return {"subscriptions": SubscriptionSettings(**chosen)}


# --- what it is for -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["websocket", "sse", "multipart"])
async def test_events_are_completed_from_other_subgraphs_in_order(tmp_path: Path, protocol: StreamProtocol) -> None:
    async with street(tmp_path, protocol=protocol) as town, town.socket() as client:
        await client.subscribe(SOLD)
        await town.shop.streams(1)
        for book in (DUNE, EMMA, None):
            town.shop.publish(book)
        town.shop.publish(END)
        assert [await client.hear() for _ in range(4)] == [
            {"type": "next", "id": "1", "payload": DUNE_SOLD},
            {"type": "next", "id": "1", "payload": EMMA_SOLD},
            {"type": "next", "id": "1", "payload": {"data": {"sold": None}}},
            {"type": "complete", "id": "1"},
        ]
        assert town.library.asked == ["reviews", "reviews"]


async def test_queries_and_mutations_are_answered_too(tmp_path: Path) -> None:
    async with street(tmp_path) as town, town.socket() as client:
        await client.subscribe(BOOKS, "q")
        assert await client.hear() == {"type": "next", "id": "q", "payload": BOOKS_ANSWER}
        assert await client.hear() == {"type": "complete", "id": "q"}
        await client.subscribe("mutation M { remove { title } } query Q { loans { loanID } }", "q", operationName="M")
        assert await client.hear() == {"type": "next", "id": "q", "payload": {"data": {"remove": {"title": "Emma"}}}}
        assert await client.hear() == {"type": "complete", "id": "q"}


async def test_variables_reach_the_subgraph(tmp_path: Path) -> None:
    query = "subscription($t: String) { sold(title: $t) { title } }"
    async with street(tmp_path) as town, town.socket() as client:
        await client.subscribe(query, variables={"t": "Emma"})
        await town.shop.streams(1)
        town.shop.publish(DUNE)
        town.shop.publish(EMMA)
        assert await client.hear() == {"type": "next", "id": "1", "payload": {"data": {"sold": {"title": "Emma"}}}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { sold { title } again: sold { title } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { a: sold { title } b: sold { title } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription A { sold { title } } subscription B { sold { title } }", "BAD_USER_INPUT"),
    ],
)
async def test_what_cannot_begin_is_an_error_and_frees_its_id(tmp_path: Path, query: str, code: str) -> None:
    async with street(tmp_path) as town, town.socket() as client:
        for _ in range(2):
            await client.subscribe(query)
            heard = await client.hear()
            assert (heard["type"], heard["id"]) == ("error", "1")
            assert [error["extensions"]["code"] for error in heard["payload"]] == [code]
        assert town.shop.opened == 0


async def test_ping_is_answered_with_its_payload(tmp_path: Path) -> None:
    async with street(tmp_path) as town, town.socket() as client:
        await client.say("ping", payload={"n": 1})
        assert await client.hear() == {"type": "pong", "payload": {"n": 1}}
        await client.say("ping")
        assert await client.hear() == {"type": "pong"}


# --- what goes wrong at the subgraph ------------------------------------------------------------------------------------


async def test_an_error_in_an_event_is_masked_and_placed(tmp_path: Path) -> None:
    async with street(tmp_path) as town, town.socket() as client:
        await client.subscribe("subscription { sale: sold { title } }")
        await town.shop.streams(1)
        town.shop.publish(RuntimeError("secret 10.0.0.1"))
        heard = await client.hear()
        assert heard["type"] == "next"
        assert "secret" not in json.dumps(heard)
        assert {error["extensions"]["code"] for error in heard["payload"]["errors"]} == {"DOWNSTREAM_SERVICE_ERROR"}
        assert await client.hear() == {"type": "complete", "id": "1"}


async def test_a_subgraph_that_goes_away_ends_the_subscription_with_a_code(tmp_path: Path) -> None:
    async with street(tmp_path) as town, town.socket() as client:
        town.library.app.lifecycle.current.pipeline  # noqa: B018 - built before the shop is gone
        await client.subscribe(SOLD)
        await town.shop.streams(1)
        town.shop.publish(DUNE)
        assert (await client.hear())["payload"] == DUNE_SOLD
        await town.shop.cut()
        heard = await client.hear()
        assert (heard["type"], heard["payload"]["errors"][0]["extensions"]) == (
            "next",
            {"code": "DOWNSTREAM_SERVICE_ERROR"},
        )
        assert await client.hear() == {"type": "complete", "id": "1"}


async def test_an_event_whose_entities_cannot_be_fetched_is_partial_and_the_stream_goes_on(tmp_path: Path) -> None:
    def fail_once(_request: Any, honest: Any) -> Any:
        town.library.federation.answers.clear()
        return {"errors": [{"message": "secret"}], "data": None}

    async with street(tmp_path) as town, town.socket() as client:
        await client.subscribe(SOLD)
        await town.shop.streams(1)
        town.library.federation.answers["reviews"] = fail_once
        town.shop.publish(DUNE)
        heard = (await client.hear())["payload"]
        assert heard["data"] == {"sold": {"title": "Dune", "reviews": None}}
        assert [(error["path"], error["extensions"]["code"]) for error in heard["errors"]] == [
            (["sold", "reviews"], "DOWNSTREAM_SERVICE_ERROR")
        ]
        town.shop.publish(EMMA)
        assert (await client.hear())["payload"] == EMMA_SOLD


# --- leaving ----------------------------------------------------------------------------------------------------------------


async def test_complete_cancels_upstream_and_leaves_the_others_alone(tmp_path: Path) -> None:
    async with street(tmp_path) as town, town.socket() as client:
        await client.subscribe("subscription { sold { title } }", "1")
        await client.subscribe("subscription { sold { bookID } }", "2")
        await town.shop.streams(2)
        await client.say("complete", id="1")
        await town.shop.streams(1)
        town.shop.publish(DUNE)
        assert await client.hear() == {"type": "next", "id": "2", "payload": {"data": {"sold": {"bookID": "1"}}}}


@pytest.mark.parametrize("how", ["close", "abort"])
async def test_a_client_that_is_gone_leaves_nothing_behind(tmp_path: Path, how: str) -> None:
    async with street(tmp_path) as town:
        async with town.socket() as client:
            for number in range(5):
                await client.subscribe(f"subscription {{ a{number}: sold {{ title }} }}", str(number))
            await town.shop.streams(5)
            if how == "abort":
                client.raw.transport.abort()
        await town.quiet()


async def test_rounds_of_subscribe_and_complete_leave_nothing_behind(tmp_path: Path) -> None:
    async with street(tmp_path) as town, town.socket() as client:
        for _ in range(50):
            await client.subscribe("subscription { sold { title } }")
            await town.shop.streams(1)
            await client.say("complete", id="1")
            await town.shop.streams(0)
        subscriptions = town.library.app.lifecycle.current.pipeline.subscriptions
        await client.say("ping")
        assert await client.hear() == {"type": "pong"}
        assert (subscriptions.open, subscriptions.upstreams, town.shop.opened) == (0, 0, 50)


# --- sharing, and slow ones --------------------------------------------------------------------------------------------------


async def test_equal_subscriptions_share_one_stream_and_one_completion(tmp_path: Path) -> None:
    async with street(tmp_path) as town, town.socket() as one, town.socket() as other:
        await one.subscribe(SOLD)
        await town.shop.streams(1)
        await other.subscribe("subscription { sold { title, ... { reviews { stars } } } }")
        await town.subscribed(2)
        town.shop.publish(DUNE)
        assert (await one.hear())["payload"] == (await other.hear())["payload"] == DUNE_SOLD
        assert (town.shop.opened, town.library.asked) == (1, ["reviews"])
        await one.say("complete", id="1")
        town.shop.publish(EMMA)
        assert (await other.hear())["payload"] == EMMA_SOLD


async def test_a_subgraph_that_replays_gets_a_stream_for_each(tmp_path: Path) -> None:
    async with street(tmp_path, share=False) as town, town.socket() as client:
        await client.subscribe(SOLD, "1")
        await client.subscribe(SOLD, "2")
        await town.shop.streams(2)


@pytest.mark.parametrize("overflow", ["disconnect", "drop_oldest"])
async def test_a_slow_client_stalls_nobody(tmp_path: Path, overflow: str) -> None:
    """One client reads nothing. The other gets every event; afterwards the slow one hears what became of it."""
    title = "x" * 100_000
    count = 200
    chosen = settings(overflow=overflow, buffer_events=4)
    async with street(tmp_path, **chosen) as town, town.socket() as quick, town.socket(max_queue=1) as slow:
        for client in (slow, quick):
            await client.subscribe("subscription { sold { title bookID } }")
        await town.shop.streams(1)
        await town.subscribed(2)
        for number in range(count):
            town.shop.publish({"bookID": str(number), "title": title})
            assert (await quick.hear())["payload"]["data"]["sold"]["bookID"] == str(number)
        town.shop.publish(END)
        assert (await quick.hear())["type"] == "complete"
        heard = [await slow.hear()]
        while heard[-1]["type"] != "complete":
            heard.append(await slow.hear())
    payloads = [entry["payload"] for entry in heard[:-1]]
    numbers = [int(payload["data"]["sold"]["bookID"]) for payload in payloads if "data" in payload]
    dropped = sum(payload.get("extensions", {}).get("dropped", 0) for payload in payloads)
    subscriptions = town.library.app.lifecycle.current.pipeline.subscriptions
    if overflow == "disconnect":
        assert numbers == list(range(len(numbers)))
        assert payloads[-1]["errors"][0]["extensions"] == {"code": "SUBSCRIBER_TOO_SLOW"}
        assert (len(numbers) < count, subscriptions.dropped) == (True, 1)
    else:
        assert numbers == sorted(numbers)
        assert numbers[-1] == count - 1
        assert 0 < dropped == count - len(numbers) == subscriptions.dropped


# --- breaches, floods, the end -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", 4400),
        (b"\x00\x01", 4400),
        ('{"type":"start","id":"1","payload":{}}', 4400),
        ('{"type":"connection_init"}', 4429),
        ('{"type":"ping","payload":{"x":"' + "x" * 3000 + '"}}', 1009),
    ],
)
async def test_a_breach_closes_the_socket_and_ends_what_runs(tmp_path: Path, frame: str | bytes, code: int) -> None:
    async with street(tmp_path, **settings(max_message_bytes=2000)) as town:
        async with town.socket() as client:
            await client.subscribe(SOLD)
            await town.shop.streams(1)
            await client.raw.send(frame)
            assert (await client.closed())[0] == code
        await town.quiet()


async def test_a_silent_client_is_closed_4408(tmp_path: Path) -> None:
    async with street(tmp_path, **settings(init_timeout=0.05)) as town, town.socket(ready=False) as client:
        assert await client.closed() == (4408, "Connection initialisation timeout")


async def test_garbage_on_the_line_ends_it_alone(tmp_path: Path) -> None:
    """Bytes that are no frames, a frame without mask, half a frame and then nothing."""
    async with street(tmp_path) as town, town.socket() as healthy:
        for garbage in (b"\xff" * 64, b"\x81\x02{}", b"\x81\xfe\x10\x00"):
            async with town.socket() as client:
                await client.subscribe(SOLD)
                await town.shop.streams(1)
                client.raw.transport.write(garbage)
                client.raw.transport.write_eof()
                assert (await client.closed())[0] in {1002, 1006, 1007}
            await town.shop.streams(0)
        await healthy.say("ping")
        assert await healthy.hear() == {"type": "pong"}


async def test_a_flood_of_pings_and_operations_is_worked_off_in_order(tmp_path: Path) -> None:
    async with street(tmp_path) as town, town.socket() as client:
        for number in range(500):
            await client.say("ping", payload={"n": number})
            await client.subscribe("subscription { sold { title } }", "x")
            await client.say("complete", id="x")
        pongs = [await client.hear() for _ in range(500)]
        assert [pong["payload"]["n"] for pong in pongs] == list(range(500))
        await town.shop.streams(0)


async def test_a_drain_ends_subscriptions_in_words_and_lets_nobody_in(tmp_path: Path) -> None:
    async with street(tmp_path) as town, town.socket() as client:
        await client.subscribe(SOLD)
        await town.shop.streams(1)
        town.library.app.drain()
        heard = await client.hear()
        assert heard["payload"]["errors"][0]["extensions"] == {"code": "GATEWAY_STOPPING"}
        assert await client.hear() == {"type": "complete", "id": "1"}
        assert await client.closed() == (1001, "Going away")
        with pytest.raises(InvalidStatus) as refused:
            async with town.socket():
                pass
        assert refused.value.response.status_code == 503


async def test_too_many_sockets_are_refused(tmp_path: Path) -> None:
    async with street(tmp_path, **settings(max_sockets=1)) as town, town.socket():
        with pytest.raises(InvalidStatus) as refused:
            async with town.socket():
                pass
        assert refused.value.response.status_code == 429
        assert json.loads(refused.value.response.body or b"")["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}


async def test_websockets_can_be_switched_off(tmp_path: Path) -> None:
    async with street(tmp_path, **settings(websocket=False)) as town:
        with pytest.raises(InvalidStatus):
            async with town.socket():
                pass


async def test_another_path_has_no_websocket(tmp_path: Path) -> None:
    async with street(tmp_path) as town:
        for path in ("/", "/plan", "/graphql/", "/graphql/x"):
            with pytest.raises(InvalidStatus):
                async with town.socket(path=path):
                    pass


async def test_the_answer_to_the_handshake_tells_the_trace(tmp_path: Path) -> None:
    async with street(tmp_path) as town, town.socket(headers={"X-B3-TraceId": "ab" * 16}) as client:
        assert client.raw.response is not None
        assert client.raw.response.headers["x-b3-traceid"] == "ab" * 16
        assert "sec-websocket-extensions" not in client.raw.response.headers


async def test_a_stopped_server_closes_its_sockets(tmp_path: Path) -> None:
    async with street(tmp_path) as town:
        async with town.socket() as client:
            await client.subscribe(SOLD)
            await town.shop.streams(1)
            reading = asyncio.create_task(client.raw.recv())
        with pytest.raises(ConnectionClosed):
            await reading


# --- origins ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, b"api.example", True),
        (b"https://api.example", b"api.example", True),
        (b"https://API.example:443", b"api.example", True),
        (b"http://api.example:8000", b"api.example:8000", True),
        (b"http://[::1]:8000", b"[::1]:8000", True),
        (b"https://app.example", b"api.example", True),
        (b"https://app.example:444", b"api.example", False),
        (b"http://app.example", b"api.example", False),
        (b"http://api.example:8001", b"api.example:8000", False),
        (b"https://api.example.evil.example", b"api.example", False),
        (b"https://evil.example/https://app.example", b"api.example", False),
        (b"null", b"null", False),
        (b"", b"", False),
        (b"file://", b"", False),
        (b"https://[", b"api.example", False),
        (b"https://api.example:x", b"api.example", False),
    ],
)
def test_origins(origin: bytes | None, host: bytes, allowed: bool) -> None:
    assert origin_allowed(origin, host, ("https://app.example",)) is allowed
