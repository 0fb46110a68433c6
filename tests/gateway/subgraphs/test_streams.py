"""Streams from subgraphs over real sockets: the three protocols, and what goes wrong on each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve

from gateway.settings import Settings, StreamSettings, SubgraphSettings
from gateway.subgraphs.endpoint import Endpoint
from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.streams.configured import stream_client
from gateway.subgraphs.streams.endpoint import StreamProtocol
from gateway.subgraphs.streams.source import StreamClient
from tests.gateway.streaming.shop import END, Shop, shop_open
from tests.gateway.subgraphs.harness import Line, serving

PROTOCOLS: tuple[StreamProtocol, ...] = ("websocket", "sse", "multipart")
QUERY = {"query": "subscription($t: String) { sold(title: $t) { bookID title } }", "variables": {"t": None}}
DUNE = {"bookID": "1", "title": "Dune"}
EMMA = {"bookID": "2", "title": "Emma"}


def client(url: str, protocol: StreamProtocol, **options: Any) -> StreamClient:
    chosen = msgspec.convert({"protocol": protocol, "attempts": 1, **options}, StreamSettings)
    return stream_client(
        Settings(subgraphs={"s": SubgraphSettings(subscriptions=chosen)}), {"s": Endpoint(url, timeout=5)}
    )


def stream(of: StreamClient, query: Any = QUERY, **headers: str) -> AsyncGenerator[Any]:
    return of.stream("s", headers, json.dumps(query).encode())


async def drained(of: StreamClient) -> list[Any]:
    async with asyncio.timeout(10):
        return [item async for item in stream(of)]


def failed(kind: FailureKind, status: int | None = None) -> list[FetchFailure]:
    return [FetchFailure(kind, status)]


@pytest.fixture
async def shop() -> AsyncGenerator[Shop]:
    async with shop_open() as opened:
        yield opened


# --- what all three do ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_events_come_as_they_happen_and_the_end_is_the_end(protocol: StreamProtocol, shop: Shop) -> None:
    of = client(shop.url, protocol)
    async with aclosing(stream(of)) as items:
        first = asyncio.create_task(anext(items))
        await shop.streams(1)
        shop.publish(DUNE)
        assert await first == {"data": {"sold": DUNE}}
        shop.publish(EMMA)
        shop.publish(END)
        assert [item async for item in items] == [{"data": {"sold": EMMA}}]
    await shop.streams(0)
    assert of.open == 0


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_who_leaves_ends_the_stream_at_the_subgraph(protocol: StreamProtocol, shop: Shop) -> None:
    of = client(shop.url, protocol)
    async with aclosing(stream(of)) as items:
        waiting = asyncio.create_task(anext(items))
        await shop.streams(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    await shop.streams(0)
    assert of.open == 0


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_headers_are_sent_with_the_request(protocol: StreamProtocol, shop: Shop) -> None:
    async with aclosing(stream(client(shop.url, protocol), **{"Decision-Context": "abc"})) as items:
        task = asyncio.create_task(anext(items))
        await shop.streams(1)
        assert shop.seen[0]["decision-context"] == "abc"
        assert shop.inits == ([{"Decision-Context": "abc"}] if protocol == "websocket" else [])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_headers_stay_out_of_connection_init_where_the_settings_say_so(shop: Shop) -> None:
    of = client(shop.url, "websocket", connection_init=False)
    async with aclosing(stream(of, **{"Decision-Context": "abc"})) as items:
        task = asyncio.create_task(anext(items))
        await shop.streams(1)
        assert (shop.seen[0]["decision-context"], shop.inits) == ("abc", [{}])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_nobody_there_is_a_failure_after_the_attempts(protocol: StreamProtocol) -> None:
    async with serving(lambda _: asyncio.sleep(0)) as server:
        url = server.url
    assert await drained(client(url, protocol)) == failed(FailureKind.CONNECTION)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_opening_is_tried_again(protocol: StreamProtocol) -> None:
    async def hang_up(line: Line) -> None:
        await line.reader.read(1)

    async with serving(hang_up) as server:
        of = client(server.url, protocol, attempts=3)
        assert await drained(of) == failed(FailureKind.CONNECTION)
        assert server.connections == 3


# --- over HTTP: anything but what the protocol says -------------------------------------------------------------------


def answering(*pieces: bytes) -> Callable[[Line], Awaitable[None]]:
    async def handle(line: Line) -> None:
        await line.request()
        for piece in pieces:
            await line.send(piece)

    return handle


def http(content_type: str, body: bytes, status: str = "200 OK", extra: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{extra}\r\n".encode() + body


EVENT = b'event: next\ndata: {"data":{"sold":null}}\n\n'
PART = b'--graphql\r\nContent-Type: application/json\r\n\r\n{"payload":{"data":{"sold":null}}}\r\n'
MULTIPART = 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"'
SOLD: dict[str, Any] = {"data": {"sold": None}}

HTTP_CASES: dict[str, tuple[StreamProtocol, bytes, list[Any]]] = {
    "heartbeats and complete": ("sse", http("text/event-stream", b":\n\n" + EVENT + b":\n\nevent: complete\n\n"), [SOLD]),
    "nothing after complete": ("sse", http("text/event-stream", b"event: complete\ndata:\n\n" + EVENT), []),
    "other events": ("sse", http("text/event-stream", b"event: odd\ndata: 1\n\nevent: complete\n\n"), []),
    "cut off": ("sse", http("text/event-stream", EVENT), [SOLD, *failed(FailureKind.CONNECTION)]),
    "cut off in chunks": (
        "sse",
        http("text/event-stream", b"5\r\nevent\r\n", extra="Transfer-Encoding: chunked\r\n"),
        failed(FailureKind.CONNECTION),
    ),
    "not JSON": ("sse", http("text/event-stream", b"event: next\ndata: {\n\n"), failed(FailureKind.INVALID)),
    "not an object": ("sse", http("text/event-stream", b"event: next\ndata: []\n\n"), failed(FailureKind.INVALID)),
    "endless event": ("sse", http("text/event-stream", b"data: " + b"x" * 9000), failed(FailureKind.TOO_LARGE)),
    "plain JSON": ("sse", http("application/json", b'{"errors":[{"message":"no"}]}'), [{"errors": [{"message": "no"}]}]),
    "endless JSON": ("sse", http("application/json", b'"' + b"x" * 9000), failed(FailureKind.TOO_LARGE)),
    "another type": ("sse", http("text/html", b"<p>"), failed(FailureKind.PROTOCOL)),
    "compressed": (
        "sse",
        http("text/event-stream", EVENT, extra="Content-Encoding: gzip\r\n"),
        failed(FailureKind.PROTOCOL),
    ),
    "status": ("sse", http("text/plain", b"", "503 No"), failed(FailureKind.STATUS, 503)),
    "redirect": (
        "sse",
        http("text/plain", b"", "307 Away", "Location: http://127.0.0.1:1/\r\n"),
        failed(FailureKind.PROTOCOL, 307),
    ),
    "not HTTP": ("sse", b"SSH-2.0-x\r\n", failed(FailureKind.PROTOCOL)),
    "endless head": ("sse", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000, failed(FailureKind.TOO_LARGE)),
    "parts": ("multipart", http(MULTIPART, PART + PART + b"--graphql--"), [SOLD, SOLD]),
    "heartbeat parts": (
        "multipart",
        http(MULTIPART, b"--graphql\r\nContent-Type: application/json\r\n\r\n{}\r\n" + PART + b"--graphql--"),
        [SOLD],
    ),
    "transport error": (
        "multipart",
        http(MULTIPART, b'--graphql\r\n\r\n\r\n{"payload":null,"errors":[{"message":"gone"}]}\r\n' + PART),
        [{"errors": [{"message": "gone"}]}],
    ),
    "cut off between parts": ("multipart", http(MULTIPART, PART), [SOLD, *failed(FailureKind.CONNECTION)]),
    "payload is a list": ("multipart", http(MULTIPART, b'--graphql\r\n\r\n\r\n{"payload":[1]}'), failed(FailureKind.INVALID)),
    "endless part": (
        "multipart",
        http(MULTIPART, b'--graphql\r\n\r\n\r\n{"payload":"' + b"x" * 20_000),
        failed(FailureKind.TOO_LARGE),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HTTP_CASES)
async def test_streams_over_http(name: str) -> None:
    protocol, answer, expected = HTTP_CASES[name]
    async with serving(answering(answer)) as server:
        of = client(server.url, protocol, max_event_bytes=8192)
        assert await drained(of) == expected
        assert of.open == 0


async def test_a_silent_line_counts_as_broken_after_the_time_that_is_set() -> None:
    async def silent(line: Line) -> None:
        await line.request()
        await line.send(http("text/event-stream", b":\n\n"))
        await line.reader.read()

    async with serving(silent) as server:
        assert await drained(client(server.url, "sse", silence=0.05)) == failed(FailureKind.TIMEOUT)


async def test_streams_pass_over_unix_sockets(tmp_path: Any) -> None:
    async with serving(answering(http("text/event-stream", EVENT + b"event: complete\n\n")), tmp_path / "s") as server:
        assert await drained(client(server.url, "sse")) == [SOLD]


async def test_the_request_says_what_it_takes_and_carries_no_more() -> None:
    async with serving(answering(http("text/event-stream", b"event: complete\n\n"))) as server:
        [item async for item in stream(client(server.url, "sse", path="/live?x=1"), **{"X-B3-TraceId": "a" * 32})]
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
    port = server.url.split(":")[2].split("/")[0]
    assert head.decode().split("\r\n") == [
        "POST /live?x=1 HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
        f"X-B3-TraceId: {'a' * 32}",
        "Accept: text/event-stream",
        "Cache-Control: no-cache",
    ]
    assert json.loads(body) == QUERY


# --- over WebSocket: anything but what the protocol says -------------------------------------------------------------


@asynccontextmanager
async def websocket(handler: Callable[[ServerConnection], Awaitable[None]], **options: Any) -> AsyncGenerator[str]:
    """A server of the library `websockets` whose sockets are all handled by `handler`."""
    settings: dict[str, Any] = {"subprotocols": ["graphql-transport-ws"], "compression": None, **options}
    async with serve(handler, "127.0.0.1", 0, **settings) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/graphql"


def saying(*messages: Any, close: int = 1000, wait: bool = True) -> Callable[[ServerConnection], Awaitable[None]]:
    """Acknowledges, awaits the subscription, says these texts, closes."""

    async def handle(socket: ServerConnection) -> None:
        assert json.loads(await socket.recv()) == {"type": "connection_init", "payload": {}}
        await socket.send('{"type":"connection_ack"}')
        if wait:
            assert json.loads(await socket.recv()) == {"type": "subscribe", "id": "1", "payload": QUERY}
        for message in messages:
            await socket.send(message if isinstance(message, (str, bytes)) else json.dumps(message))
        if close == 1000:
            async for _ in socket:
                pass
        else:
            await socket.close(close)

    return handle


def message(type_: str, payload: Any = None, id_: str = "1") -> dict[str, Any]:
    return {"type": type_, "id": id_, **({"payload": payload} if payload is not None else {})}


NEXT = message("next", SOLD)
SOCKET_CASES: dict[str, tuple[Callable[[ServerConnection], Awaitable[None]], list[Any]]] = {
    "complete": (saying(NEXT, message("complete")), [SOLD]),
    "nothing after complete": (saying(NEXT, message("complete"), NEXT), [SOLD]),
    "error": (saying(NEXT, message("error", [{"message": "no"}])), [SOLD, {"errors": [{"message": "no"}]}]),
    "another id": (saying(message("next", SOLD, "2"), message("complete", id_="2"), message("complete")), []),
    "ping": (saying({"type": "ping"}, NEXT, message("complete")), [SOLD]),
    "garbage": (saying(NEXT, "ka"), [SOLD, *failed(FailureKind.PROTOCOL)]),
    "binary": (saying(b"\x00"), failed(FailureKind.PROTOCOL)),
    "payload is a list": (saying(message("next", [])), failed(FailureKind.PROTOCOL)),
    "too large": (saying(message("next", {"data": "x" * 20_000})), failed(FailureKind.TOO_LARGE)),
    "second ack": (saying({"type": "connection_ack"}), failed(FailureKind.PROTOCOL)),
    "closed": (saying(NEXT, close=1001), [SOLD, *failed(FailureKind.CONNECTION)]),
    "forbidden": (saying(close=4403, wait=False), failed(FailureKind.PROTOCOL)),
}


@pytest.mark.parametrize("name", SOCKET_CASES)
async def test_streams_over_websocket(name: str) -> None:
    handler, expected = SOCKET_CASES[name]
    async with websocket(handler) as url:
        of = client(url, "websocket", max_event_bytes=8192)
        assert await drained(of) == expected
        assert of.open == 0


async def test_a_server_of_another_subprotocol_is_left_at_once() -> None:
    received: list[Any] = []

    async def record(socket: ServerConnection) -> None:
        received.extend([text async for text in socket])

    async with websocket(record, select_subprotocol=lambda _socket, _offered: None) as url:
        assert await drained(client(url, "websocket")) == failed(FailureKind.PROTOCOL)
    assert received == []


async def test_no_acknowledgement_in_time_is_a_timeout() -> None:
    async def silent(socket: ServerConnection) -> None:
        async for _ in socket:
            pass

    async with websocket(silent) as url:
        of = stream_client(
            Settings(subgraphs={"s": SubgraphSettings(subscriptions=StreamSettings(attempts=1))}),
            {"s": Endpoint(url, timeout=0.05)},
        )
        assert await drained(of) == failed(FailureKind.TIMEOUT)


@pytest.mark.parametrize(("status", "kind"), [("503 No", FailureKind.STATUS), ("307 Away", FailureKind.PROTOCOL)])
async def test_a_refused_or_redirected_handshake_is_a_failure_and_goes_nowhere_else(
    status: str, kind: FailureKind
) -> None:
    asked: list[bytes] = []

    async def elsewhere(line: Line) -> None:
        asked.append(await line.reader.read(10))

    async with serving(elsewhere) as other:

        async def refuse(line: Line) -> None:
            await line.reader.readuntil(b"\r\n\r\n")
            await line.send(f"HTTP/1.1 {status}\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n".encode())

        async with serving(refuse) as server:
            assert await drained(client(server.url, "websocket")) == failed(kind, int(status[:3]))
    assert asked == []
