"""The gateway and its streaming subgraph on real sockets, and clients that share no code with either."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from gateway.settings import StreamSettings
from gateway.subgraphs.streams.endpoint import StreamProtocol
from tests.gateway.library import Library, library
from tests.gateway.streaming.shop import Shop, shop_open
from tests.gateway.transport.harness import served

SOLD = "subscription { sold { title reviews { stars } } }"
DUNE = {"bookID": "1", "title": "Dune"}
EMMA = {"bookID": "2", "title": "Emma"}
DUNE_SOLD: Any = {"data": {"sold": {"title": "Dune", "reviews": [{"stars": 5}]}}}
EMMA_SOLD: Any = {"data": {"sold": {"title": "Emma", "reviews": []}}}


def bearer(token: str) -> str:
    return f"Bearer {token}"


@dataclass
class Street:
    """The library with its gateway on `port`, and the shop that streams what it sells."""

    library: Library
    shop: Shop
    port: int
    servers: list[uvicorn.Server] = field(default_factory=list[uvicorn.Server])

    @asynccontextmanager
    async def socket(self, **options: Any) -> AsyncGenerator[Client]:
        async with connected(self.port, **options) as client:
            yield client

    async def subscribed(self, count: int) -> None:
        """Wait until exactly so many subscriptions run."""
        subscriptions = self.library.app.lifecycle.current.pipeline.subscriptions
        async with asyncio.timeout(10):
            while subscriptions.open != count:  # noqa: ASYNC110 - a counter without an event
                await asyncio.sleep(0.01)

    async def quiet(self) -> None:
        """Wait until nothing of any subscription is left, on either side of the gateway."""
        await self.shop.streams(0)
        streaming = self.library.app.streaming
        pipeline = self.library.app.lifecycle.current.pipeline
        assert streaming.websocket is not None
        async with asyncio.timeout(10):
            while (  # noqa: ASYNC110 - three counters, none of which has an event
                streaming.websocket.open or pipeline.subscriptions.open or pipeline.subscriptions.upstreams
            ):
                await asyncio.sleep(0.01)


@dataclass
class Client:
    raw: ClientConnection

    async def say(self, type_: str, **more: Any) -> None:
        await self.raw.send(json.dumps({"type": type_, **more}))

    async def subscribe(self, query: str, id_: str = "1", **payload: Any) -> None:
        await self.say("subscribe", id=id_, payload={"query": query, **payload})

    async def hear(self) -> Any:
        async with asyncio.timeout(10):
            return json.loads(await self.raw.recv())

    async def closed(self) -> tuple[int, str]:
        """The close frame, once everything before it was read."""
        async with asyncio.timeout(10):
            try:
                while True:
                    await self.raw.recv()
            except ConnectionClosed as error:
                return (error.rcvd.code, error.rcvd.reason) if error.rcvd is not None else (1006, "")


@asynccontextmanager
async def connected(
    port: int, *, init: Any = None, ready: bool = True, headers: Mapping[str, str] | None = None, **options: Any
) -> AsyncGenerator[Client]:
    """A socket of a client, acknowledged unless `ready` is off."""
    url = f"ws://127.0.0.1:{port}{options.pop('path', '/graphql')}"
    offered = [Subprotocol(name) for name in options.pop("subprotocols", ["graphql-transport-ws"])] or None
    async with connect(url, subprotocols=offered, additional_headers=dict(headers or {}), proxy=None, **options) as raw:
        client = Client(raw)
        if ready:
            await client.say("connection_init", **({} if init is None else {"payload": init}))
            assert await client.hear() == {"type": "connection_ack"}
        yield client


@asynccontextmanager
async def street(
    folder: Path,
    *,
    grants: bool = False,
    protocol: StreamProtocol = "websocket",
    share: bool = True,
    protocols: tuple[type[asyncio.Protocol], type[asyncio.Protocol]] | None = None,
    **settings: Any,
) -> AsyncGenerator[Street]:
    """Everything, on real sockets. `protocol` is what the gateway and the shop speak, `protocols` are uvicorn's for clients."""
    servers: list[uvicorn.Server] = []
    async with shop_open() as shop:
        stock = StreamSettings(url=shop.url, protocol=protocol, share=share, attempts=1)
        async with (
            library(folder, grants=grants, stock=stock, **settings) as built,
            served(built.app, servers, protocols) as port,
        ):
            yield Street(built, shop, port, servers)


# -- server-sent events, by hand -----------------------------------------------------------------------------------------


@dataclass
class EventSource:
    """A response that is read as it comes."""

    status: int
    headers: Mapping[str, str]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    chunked: bool

    async def event(self) -> tuple[str, Any]:
        """The next event, heartbeats passed over; data as JSON where there is any."""
        while True:
            name, data = "", ""
            while line := (await self._line()).rstrip("\r\n"):
                field, _, value = line.partition(":")
                if field == "event":
                    name = value.strip()
                if field == "data":
                    data += value.strip()
            if name:
                return name, json.loads(data) if data else None

    async def body(self) -> bytes:
        """All that is left."""
        async with asyncio.timeout(10):
            return await self.reader.read()

    async def content(self) -> bytes:
        """The body of an answer of one piece."""
        async with asyncio.timeout(10):
            return await self.reader.readexactly(int(self.headers.get("content-length", "0")))

    async def codes(self) -> list[str]:
        """Those of the errors of an answer of one piece."""
        return [error["extensions"]["code"] for error in json.loads(await self.content())["errors"]]

    async def unframed(self) -> bytes:
        """All that is left, without the frames of its chunks."""
        raw, text = await self.body(), b""
        while raw:
            size, _, raw = raw.partition(b"\r\n")
            length = int(size, 16)
            text += raw[:length]
            raw = raw[length + 2 :] if length else b""
        return text

    async def line(self) -> str:
        """The next line of a stream."""
        return await self._line()

    async def _line(self) -> str:
        async with asyncio.timeout(10):
            line = (await self.reader.readuntil(b"\n")).decode()
            if self.chunked and line.strip() and all(letter in "0123456789abcdef" for letter in line.strip()):
                return await self._line()  # the size of a chunk; each of ours holds whole lines
            if self.chunked and line == "\r\n":
                return await self._line()
            return line


@asynccontextmanager
async def events(
    port: int, method: str = "POST", path: str = "/graphql", *, body: Any = None, **headers: str
) -> AsyncGenerator[EventSource]:
    """One request on a connection of its own; underscores in the names of headers stand for dashes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=256 * 1024)
    sent = {"Host": "x", "Accept": "text/event-stream", **{name.replace("_", "-"): v for name, v in headers.items()}}
    data = b"" if body is None else json.dumps(body).encode()
    if body is not None:
        sent |= {"Content-Type": "application/json", "Content-Length": str(len(data))}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items() if value)
    writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + data)
    try:
        async with asyncio.timeout(10):
            raw = (await reader.readuntil(b"\r\n\r\n")).decode()
        status, *lines = raw.rstrip().split("\r\n")
        found = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        yield EventSource(int(status.split()[1]), found, reader, writer, found.get("transfer-encoding") == "chunked")
    finally:
        writer.close()


def reason(status: int) -> str:
    return http.client.responses[status]
