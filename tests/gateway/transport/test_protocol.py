"""Answers on the wire: in one piece where they are plain, and as uvicorn writes them where they are not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from gateway.protocol import Protocol
from gateway.transport.asgi import Receive, Scope, Send

HEAD = (b"content-length", b"5")


class Written(Protocol):
    """Notes each write of an answer."""

    writes: list[bytes]

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        noted, write = self.config.app.writes, transport.write  # pyright: ignore - the stand-in below
        self.transport = _Noting(transport, noted, write)  # pyright: ignore - as much of a transport as is used


class _Noting:
    def __init__(self, transport: Any, noted: list[bytes], write: Any) -> None:
        self._transport, self._noted, self._write = transport, noted, write

    def write(self, data: bytes) -> None:
        self._noted.append(data)
        self._write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class App:
    """Answers with what it is given."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], *bodies: bytes) -> None:
        self.status, self.headers, self.bodies = status, headers, bodies
        self.writes: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        for number, body in enumerate(self.bodies, 1):
            await send({"type": "http.response.body", "body": body, "more_body": number < len(self.bodies)})


@asynccontextmanager
async def connected(app: App) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    config = uvicorn.Config(app, http=Written, lifespan="off", log_config=None, server_header=False, date_header=False)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Written(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    try:
        yield reader, writer
    finally:
        writer.close()
        server.close()


async def asked(app: App, method: str = "GET", more: str = "") -> bytes:
    """All that comes back until the connection ends."""
    async with connected(app) as (reader, writer):
        writer.write(f"{method} / HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode())
        writer.write_eof()
        return await reader.read()


async def test_a_plain_answer_is_one_write():
    app = App(200, [(b"content-type", b"text/plain"), HEAD], b"hello")
    answer = await asked(app)
    assert answer == b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nhello"
    assert app.writes == [answer]


async def test_a_connection_carries_one_answer_after_another():
    app = App(200, [HEAD], b"hello")
    async with connected(app) as (reader, writer):
        for _ in range(3):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
            assert await reader.readexactly(2 * 43) == b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello" * 2
    assert len(app.writes) == 6


@pytest.mark.parametrize(
    ("headers", "bodies", "method", "more", "answer"),
    [
        ([], (b"hello",), "GET", "", b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        ([HEAD], (b"he", b"llo"), "GET", "", b"content-length: 5\r\n\r\nhello"),
        ([HEAD], (b"hello",), "HEAD", "", b"content-length: 5\r\n\r\n"),
        ([HEAD], (b"hello",), "GET", "Connection: close\r\n", b"content-length: 5\r\nconnection: close\r\n\r\nhello"),
        (
            [HEAD, (b"connection", b"close")],
            (b"hello",),
            "GET",
            "",
            b"content-length: 5\r\nconnection: close\r\n\r\nhello",
        ),
    ],
)
async def test_any_other_answer_is_left_to_uvicorn(
    headers: list[tuple[bytes, bytes]], bodies: tuple[bytes, ...], method: str, more: str, answer: bytes
):
    app = App(200, headers, *bodies)
    assert await asked(app, method, more) == b"HTTP/1.1 200 OK\r\n" + answer
    assert b"hello" not in app.writes[0]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([(b"x", b"a\r\nset-cookie: b"), HEAD], b"hello"),
        ([(b"x", b"a\nset-cookie: b"), HEAD], b"hello"),
        ([(b"x\r\nset-cookie", b"b"), HEAD], b"hello"),
        ([(b"x", b"a\0"), HEAD], b"hello"),
    ],
)
async def test_no_header_smuggles_another_one(headers: list[tuple[bytes, bytes]], body: bytes):
    assert await asked(App(200, headers, body)) == b""


@pytest.mark.parametrize("body", [b"hell", b"hello!"])
async def test_a_body_of_another_length_than_was_said_ends_the_connection(body: bytes):
    app = App(200, [HEAD], body)
    async with connected(app) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert len(await reader.read()) <= 43
