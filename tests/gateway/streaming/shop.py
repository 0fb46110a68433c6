"""A subgraph that streams: a strawberry application, over WebSocket, multipart and server-sent events.

None of the gateway's own protocol code takes part in it. A test publishes, and waits for what it wants to see; nothing sleeps.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import strawberry
from strawberry.asgi import GraphQL
from strawberry.subscriptions import (
    GRAPHQL_SSE_PROTOCOL,
    GRAPHQL_TRANSPORT_WS_PROTOCOL,
    MULTIPART_SUBSCRIPTION_PROTOCOL,
)

from gateway.transport.asgi import Receive, Scope, Send
from tests.gateway.transport.harness import served

END = object()
_PROTOCOLS = (GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL, MULTIPART_SUBSCRIPTION_PROTOCOL)


@dataclass
class Shop:
    """`seen`: headers (lower case), and the payload of `connection_init`, of every stream that was opened."""

    app: Any = None
    port: int = 0
    running: int = 0
    opened: int = 0
    seen: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    inits: list[Any] = field(default_factory=list[Any])
    _queues: list[asyncio.Queue[Any]] = field(default_factory=list[asyncio.Queue[Any]])
    servers: list[Any] = field(default_factory=list[Any])
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    def publish(self, item: Any) -> None:
        """A book (a dict), an exception, None, or `END`; to every stream that runs."""
        for queue in self._queues:
            queue.put_nowait(item)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds; it is looked at whenever a stream begins or ends."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(condition)

    async def streams(self, count: int) -> None:
        """Wait until exactly so many streams run."""
        await self.until(lambda: self.running == count)

    async def events(self) -> AsyncGenerator[Any]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self._queues.append(queue)
        self.running += 1
        self.opened += 1
        try:
            await self._tell()
            while (item := await queue.get()) is not END:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self._queues.remove(queue)
            self.running -= 1
            await self._tell()

    async def cut(self) -> None:
        """Break every connection, as a process that is killed does."""
        for server in self.servers:
            for connection in tuple(server.server_state.connections):
                connection.transport.abort()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@strawberry.federation.type(keys=["bookID"])
class Book:
    bookID: strawberry.ID
    title: str | None = None
    price: int | None = None


@strawberry.type
class Query:
    @strawberry.field
    def ok(self) -> bool:
        return True


def _schema(shop: Shop) -> Any:
    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def sold(self, title: str | None = None) -> AsyncGenerator[Book | None, None]:
            async for item in shop.events():
                if item is None or title is None or item["title"] == title:
                    yield None if item is None else Book(**item)

    return strawberry.federation.Schema(query=Query, subscription=Subscription, types=[Book])


class _Server(GraphQL[Any, Any]):
    shop: Shop

    async def on_ws_connect(self, context: Any) -> Any:
        self.shop.inits.append(context.get("connection_params"))
        return await super().on_ws_connect(context)


def _app(shop: Shop) -> Any:
    schema = _schema(shop)
    inner = _Server(schema, subscription_protocols=_PROTOCOLS, keep_alive=False)
    inner.shop = shop

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        shop.seen.append(headers)
        await inner(scope, receive, send)

    return app


@asynccontextmanager
async def shop_open() -> AsyncGenerator[Shop]:
    """The shop under uvicorn, on a free port."""
    shop = Shop()
    shop.app = _app(shop)
    async with served(shop.app, shop.servers) as port:
        shop.port = port
        yield shop
