"""Clients that give or take too slowly, or too much, at the protocols that the gateway serves with."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.connections import connections
from gateway.settings import SubscriptionSettings
from tests.gateway.streaming.harness import SOLD, Street, events, street

HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
BOOKS = b'{"query": "{ books { title } }"}'
TITLES = "subscription { sold { title } }"
WEBSOCKET = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


@asynccontextmanager
async def impatient(
    folder: Path, *, head_seconds: float = 30, stalled_seconds: float = 30, **settings: Any
) -> AsyncGenerator[Street]:
    protocols = connections(head_seconds=head_seconds, stalled_seconds=stalled_seconds)
    async with street(folder, protocols=protocols, **settings) as town:
        yield town


async def ended(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the connection is cut."""
    received = b""
    async with asyncio.timeout(10):
        try:
            while chunk := await reader.read(65536):
                received += chunk
        except ConnectionError:
            pass
    return received


@pytest.mark.parametrize("sent", [b"", b"P", b"POST /graphql HTTP/1.1\r\nHost: x\r\nA: b", WEBSOCKET[:-2]])
async def test_a_head_that_never_ends_is_cut_off(tmp_path: Path, sent: bytes) -> None:
    async with impatient(tmp_path, head_seconds=0.1) as town:
        reader, writer = await asyncio.open_connection("127.0.0.1", town.port)
        writer.write(sent)
        assert await ended(reader) == b""
        writer.close()


async def test_a_head_that_never_ends_is_cut_off_after_an_answer_too(tmp_path: Path) -> None:
    async with impatient(tmp_path, head_seconds=0.2) as town:
        reader, writer = await asyncio.open_connection("127.0.0.1", town.port)
        writer.write(HEAD % len(BOOKS) + BOOKS)
        async with asyncio.timeout(10):
            assert (await reader.readuntil(b"}]}}")).startswith(b"HTTP/1.1 200 OK")
        writer.write(b"POST /gr")
        assert await ended(reader) == b""
        writer.close()


async def test_a_stream_outlives_the_time_for_heads(tmp_path: Path) -> None:
    heartbeat = SubscriptionSettings(heartbeat=0.02)
    async with (
        impatient(tmp_path, head_seconds=0.1, stalled_seconds=0.1, subscriptions=heartbeat) as town,
        events(town.port, body={"query": SOLD}) as stream,
        town.socket() as client,
    ):
        await client.subscribe(SOLD)
        for _ in range(50):  # a second
            assert [await stream.line(), await stream.line()] == [":\n", "\n"]
        await client.say("ping")
        assert await client.hear() == {"type": "pong"}


async def narrow(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection through which little fits while nobody reads."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.setblocking(False)
    await asyncio.get_running_loop().sock_connect(opened, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=opened, limit=1024)


def masked(message: Any) -> bytes:
    """A short text frame of a client; the mask is zero."""
    data = json.dumps(message).encode()
    assert len(data) < 126
    return b"\x81" + bytes([0x80 | len(data)]) + b"\0\0\0\0" + data


@pytest.mark.parametrize("over", ["sse", "websocket"])
async def test_a_client_that_takes_nothing_is_cut_off_and_leaves_nothing_behind(tmp_path: Path, over: str) -> None:
    """The subscription ended when its buffer was full; its connection, and the task that writes to it, have to end too."""
    async with impatient(tmp_path, stalled_seconds=0.3, subscriptions=SubscriptionSettings(buffer_events=4)) as town:
        reader, writer = await narrow(town.port)
        if over == "sse":
            body = json.dumps({"query": TITLES}).encode()
            writer.write(HEAD.replace(b"\r\n\r\n", b"\r\nAccept: text/event-stream\r\n\r\n") % len(body) + body)
        else:
            writer.write(WEBSOCKET)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(masked({"type": "connection_init"}))
            writer.write(masked({"type": "subscribe", "id": "1", "payload": {"query": TITLES}}))
        await town.shop.streams(1)
        pipeline = town.library.app.lifecycle.current.pipeline
        async with asyncio.timeout(20):
            while pipeline.subscriptions.dropped == 0 and town.shop.running:
                town.shop.publish({"bookID": "1", "title": "x" * 300_000})
                await asyncio.sleep(0.01)
        await town.quiet()
        writer.close()


async def test_an_answer_that_nobody_takes_is_given_up(tmp_path: Path) -> None:
    async with impatient(tmp_path, stalled_seconds=0.3) as town:
        fetch = town.library.federation.fetch

        async def much(subgraph: str, body: bytes, **options: Any) -> Any:
            answer = await fetch(subgraph, body, **options)
            return answer.replace(b"Dune", b"x" * 30_000_000) if isinstance(answer, bytes) else answer

        town.library.federation.fetch = much  # type: ignore[method-assign]  # a subgraph with a large book
        _, writer = await narrow(town.port)
        writer.write(HEAD % len(BOOKS) + BOOKS)
        open_ = town.servers[0].server_state.connections
        for wanted in (1, 0):
            async with asyncio.timeout(20):
                while len(open_) != wanted:  # noqa: ASYNC110 - a set without an event
                    await asyncio.sleep(0.01)
        assert town.library.app.lifecycle.current.running == 0
        writer.close()


# --- too much -----------------------------------------------------------------------------------------------------------


async def flooded(writer: asyncio.StreamWriter, piece: bytes, count: int) -> None:
    """Send as much as is taken."""
    try:
        for _ in range(count):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass


@pytest.mark.parametrize("piece", [b"x: " + b"y" * 8000 + b"\r\n", b"y" * 8000])
async def test_a_head_without_end_is_cut_off(tmp_path: Path, piece: bytes) -> None:
    async with impatient(tmp_path) as town:
        reader, writer = await asyncio.open_connection("127.0.0.1", town.port)
        writer.write(b"GET /graphql?query=x HTTP/1.1\r\nHost: x\r\n")
        await asyncio.gather(flooded(writer, piece, 1000), ended(reader))
        writer.close()


async def test_a_long_query_string_is_none(tmp_path: Path) -> None:
    async with impatient(tmp_path) as town:
        path = "/graphql?query=%7Bbooks%7Btitle%7D%7D" + "%20" * 21_000
        async with events(town.port, "GET", path, Accept="application/json", GraphQL_Require_Preflight="1") as reply:
            assert reply.status == 200


@pytest.mark.parametrize("piece", [b"\0\x80\0\0\0\0", b"\0\x81\0\0\0\0 "])
async def test_a_message_in_endless_pieces_closes_its_socket(tmp_path: Path, piece: bytes) -> None:
    async with impatient(tmp_path) as town, town.socket() as client:
        client.raw.transport.write(b"\x01\x80\0\0\0\0" + piece * 1000)
        await client.raw.ping()
        client.raw.transport.write(piece * 1000)
        assert await client.closed() == (1009, "too many pieces")
        await town.quiet()


async def test_a_message_in_some_pieces_is_one(tmp_path: Path) -> None:
    async with impatient(tmp_path) as town, town.socket() as client:
        await client.raw.send(iter(['{"type":', '"pi', 'ng"}', *[" "] * 1000]))
        assert await client.hear() == {"type": "pong"}


async def test_pongs_that_are_not_read_are_not_kept(tmp_path: Path) -> None:
    async with impatient(tmp_path) as town:
        reader, writer = await narrow(town.port)
        writer.write(WEBSOCKET)
        await reader.readuntil(b"\r\n\r\n")
        (server,) = town.servers[0].server_state.connections
        most = 0
        for _ in range(400):
            writer.write((b"\x89\xfd\0\0\0\0" + b"x" * 125) * 500)
            await writer.drain()
            most = max(most, server.transport.get_write_buffer_size())
        assert 0 < most < 1_000_000
        writer.close()
