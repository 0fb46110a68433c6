"""A server on a real socket that answers with exactly the bytes a test wants, as badly as it wants."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

Handler = Callable[["Line"], Awaitable[None]]


@dataclass
class Line:
    """One connection as the server sees it; `requests` are the raw requests of all connections."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    requests: list[bytes]

    async def request(self) -> bytes:
        """The next request, head and body; b"" when the client is gone."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
            )
            body = await self.reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""
        self.requests.append(head + body)
        return head + body

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, body: bytes = b'{"data":{}}', status: str = "200 OK", extra: str = "") -> None:
        await self.send(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode() + body)


@dataclass
class Server:
    url: str
    requests: list[bytes] = field(default_factory=list[bytes])
    connections: int = 0
    open: int = 0


@asynccontextmanager
async def serving(
    handler: Handler, socket: Path | None = None, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[Server]:
    """A server whose connections are all handled by `handler`."""
    server = Server("")
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        server.connections += 1
        server.open += 1
        try:
            await handler(Line(reader, writer, server.requests))
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            server.open -= 1
            writer.close()
            tasks.discard(task)

    if socket is None:
        listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
        scheme = "http" if tls is None else "https"
        server.url = f"{scheme}://127.0.0.1:{listener.sockets[0].getsockname()[1]}/graphql"
    else:
        listener = await asyncio.start_unix_server(connected, str(socket))
        server.url = f"http+unix://{quote(str(socket), safe='')}/graphql"
    try:
        yield server
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def polite(line: Line) -> None:
    """Answers every request."""
    while await line.request():
        await line.answer()
