"""ASGI by hand, and servers on real sockets: what a test sends is what goes over the wire."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from gateway.server import listen
from gateway.settings import Listen
from gateway.transport.asgi import App, Message


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes
    lines: tuple[tuple[str, str], ...] = ()
    """Every header line, also those of one name."""

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.json()["errors"]]


async def call(
    app: App,
    method: str = "POST",
    path: str = "/graphql",
    *,
    query_string: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    client: tuple[str, int] | None = ("127.0.0.1", 50000),
) -> Reply:
    """One request to an ASGI application; the body comes in one piece."""
    sent: list[Message] = []
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if pending:
            return pending.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query_string.encode("latin-1"),
        "headers": [
            (name.lower().encode(), value.encode("latin-1"))
            for name, value in {"Host": "localhost", **(headers or {})}.items()
        ],
        "client": client,
        "server": ("127.0.0.1", 8000),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    start = sent[0]
    lines = tuple((name.decode(), value.decode("latin-1")) for name, value in start["headers"])
    return Reply(start["status"], dict(lines), b"".join(message.get("body", b"") for message in sent[1:]), lines)


async def ask(app: App, query: str, *, token: str | None = None, path: str = "/graphql", **more: Any) -> Reply:
    """A POST as any client sends it."""
    headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    headers |= more.pop("headers", {})
    return await call(app, path=path, headers=headers, body=json.dumps({"query": query, **more}).encode())


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def served(
    app: Any,
    servers: list[uvicorn.Server] | None = None,
    protocols: tuple[type[asyncio.Protocol], type[asyncio.Protocol]] | None = None,
) -> AsyncGenerator[int]:
    """`app` under uvicorn as shipped, on a free port; `servers` is given the server. `protocols` are HTTP's and WebSocket's."""
    sockets = listen(Listen(port=0))
    config = uvicorn.Config(
        app,
        http=protocols[0] if protocols is not None else "httptools",
        ws=protocols[1] if protocols is not None else "websockets-sansio",
        ws_max_size=1024 * 1024,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    server = _Server(config)
    if servers is not None:
        servers.append(server)
    task = asyncio.create_task(server.serve(sockets=sockets))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task
        for opened in sockets:
            opened.close()


async def exchange(port: int, data: bytes, *, half: bytes = b"") -> bytes:
    """Send bytes, and `half` a moment later; return everything until the server closes or is silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    await writer.drain()
    if half:
        await asyncio.sleep(0.05)
        with contextlib.suppress(ConnectionError):
            writer.write(half)
            await writer.drain()
    received = b""
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(1):
            while chunk := await reader.read(65536):
                received += chunk
    writer.close()
    return received
