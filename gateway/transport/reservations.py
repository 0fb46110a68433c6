"""GraphQL over SSE, "single connection": one stream of events for many operations, for clients behind HTTP/1.1's six connections.

    PUT                        201, a token as text/plain
    GET   + token              200, the stream; once
    POST  + token              202; the answers come in the stream as {"id", "payload"}, by `extensions.operationId`
    DELETE + token, operationId   200; that operation ends

The token goes in the header `X-GraphQL-Event-Stream-Token`, or in the parameter `token` where a browser's `EventSource` sets no header. Whoever has it
may read the stream, so it is long, random, good for one stream, and forgotten when the stream ends or nobody takes it up in time. Each POST
carries its own `Authorization`: the stream decides nothing. Where callers have tokens at all, a stream is only reserved for one.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson

from gateway.answers import GraphQLResponse
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.requests import GraphQLRequest
from gateway.settings import SubscriptionSettings
from gateway.streams.events import HEARTBEAT, write_event
from gateway.subscriptions import Subscription
from gateway.telemetry.trace import Trace
from gateway.transport.asgi import Receive, Scope, Send, unless_gone
from gateway.transport.socket import Operations
from gateway.transport.sse import beating, send_events

__all__ = ["TOKEN_HEADER", "Reservations", "token_of"]

TOKEN_HEADER = b"x-graphql-event-stream-token"
_MAX_ID = 256
_WAITING = 64
"""Events that may wait for a stream; an operation with more has to wait itself, in its own bounded buffer."""


def token_of(scope: Scope, headers: Mapping[bytes, bytes]) -> str | None:
    """The stream token of a request, or None."""
    given = headers.get(TOKEN_HEADER)
    if given is not None:
        return given.decode("latin-1")
    return _parameter(scope, "token")


class Reservations:
    """All reserved and running streams of one GraphQL resource."""

    def __init__(self, operations: Operations, settings: SubscriptionSettings) -> None:
        self._operations = operations
        self._settings = settings
        self._streams: dict[str, _Stream] = {}

    @property
    def open(self) -> int:
        return len(self._streams)

    async def reserve(self, headers: Mapping[bytes, bytes]) -> GraphQLResponse:
        """PUT. Raises `GatewayError` 401 and 429."""
        await self._operations.caller(headers)
        if len(self._streams) >= self._settings.max_sockets:
            raise GatewayError(GraphQLIssue("There are too many streams.", Code.RATE_LIMITED))
        token = secrets.token_urlsafe(32)
        stream = self._streams[token] = _Stream(self._operations, self._settings)
        stream.timer = asyncio.get_running_loop().call_later(
            self._settings.init_timeout, self._streams.pop, token, None
        )
        return GraphQLResponse(201, token.encode(), {"Content-Type": "text/plain; charset=utf-8"}, executed=True)

    async def listen(self, token: str, receive: Receive, send: Send, trace_id: str) -> int:
        """GET. Sends the stream until the client goes; raises `ClientGone` then, `GatewayError` 404 and 409 before."""
        stream = self._stream(token)
        if stream.taken:
            raise GatewayError(GraphQLIssue("This stream is open already.", Code.BAD_USER_INPUT), status=409)
        stream.take()
        try:
            return await unless_gone(receive, send_events(send, stream.events(), trace_id))
        finally:
            del self._streams[token]
            await stream.aclose()

    def run(self, token: str, request: GraphQLRequest, headers: Mapping[bytes, bytes], trace: Trace) -> GraphQLResponse:
        """POST. Raises `GatewayError` 400, 404, 409 and 429."""
        extensions = dict(request.extensions)
        id_ = extensions.pop("operationId", None)
        if not isinstance(id_, str) or not 0 < len(id_) <= _MAX_ID:
            message = f"extensions.operationId must be a string of 1 to {_MAX_ID} characters."
            raise GatewayError(GraphQLIssue(message, Code.BAD_USER_INPUT))
        asked = GraphQLRequest(request.query, request.operation_name, request.variables, extensions)
        self._stream(token).run(id_, asked, headers, trace)
        return GraphQLResponse(202, b"", executed=True)

    def stop(self, token: str, scope: Scope) -> GraphQLResponse:
        """DELETE. An operation that is not there has ended already."""
        self._stream(token).stop(_parameter(scope, "operationId") or "")
        return GraphQLResponse(200, b"", executed=True)

    async def drain(self) -> None:
        for stream in tuple(self._streams.values()):
            await stream.aclose()

    def _stream(self, token: str) -> _Stream:
        stream = self._streams.get(token)
        if stream is None:
            raise GatewayError(GraphQLIssue("There is no such stream.", Code.BAD_USER_INPUT), status=404)
        return stream


class _Stream:
    def __init__(self, operations: Operations, settings: SubscriptionSettings) -> None:
        self._operations = operations
        self._settings = settings
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.timer: asyncio.TimerHandle | None = None
        self.taken = False

    def take(self) -> None:
        self.taken = True
        if self.timer is not None:
            self.timer.cancel()

    async def events(self) -> AsyncIterator[bytes]:
        yield HEARTBEAT
        async for item in beating(self._items(), self._settings.heartbeat):
            yield HEARTBEAT if item is None else item

    def run(self, id_: str, request: GraphQLRequest, headers: Mapping[bytes, bytes], trace: Trace) -> None:
        if id_ in self._tasks:
            issue = GraphQLIssue("An operation with this operationId is running.", Code.BAD_USER_INPUT)
            raise GatewayError(issue, status=409)
        if len(self._tasks) >= self._settings.max_operations:
            message = f"A stream runs {self._settings.max_operations} operations at a time."
            raise GatewayError(GraphQLIssue(message, Code.TOO_MANY_SUBSCRIPTIONS))
        task = asyncio.get_running_loop().create_task(self._operate(id_, request, headers, trace))
        self._tasks[id_] = task
        task.add_done_callback(lambda done: self._done(id_, done))

    def stop(self, id_: str) -> None:
        task = self._tasks.get(id_)
        if task is not None:
            task.cancel()

    async def aclose(self) -> None:
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def _operate(self, id_: str, request: GraphQLRequest, headers: Mapping[bytes, bytes], trace: Trace) -> None:
        answer = await self._operations.subscribe(request, headers, trace)
        if isinstance(answer, GraphQLResponse):
            await self._say(id_, answer.body)
        else:
            await self._say_all(id_, answer)
        await self._queue.put(write_event("complete", orjson.dumps({"id": id_})))

    async def _say_all(self, id_: str, subscription: Subscription) -> None:
        try:
            async for body in subscription:
                await self._say(id_, body)
        finally:
            subscription.close()

    async def _say(self, id_: str, body: bytes) -> None:
        data = b'{"id":%b,"payload":%b}' % (orjson.dumps(id_), body)
        await self._queue.put(write_event("next", data))

    def _done(self, id_: str, task: asyncio.Task[Any]) -> None:
        if self._tasks.get(id_) is task:
            del self._tasks[id_]

    def _items(self) -> _Items:
        return _Items(self._queue)


class _Items:
    """The queue as an iterator whose waiting may be given up at any time."""

    def __init__(self, queue: asyncio.Queue[bytes | None]) -> None:
        self._queue = queue

    def __aiter__(self) -> _Items:
        return self

    async def __anext__(self) -> bytes:
        item = await self._queue.get()
        if item is None:
            raise StopAsyncIteration
        return item


def _parameter(scope: Scope, name: str) -> str | None:
    try:
        found = parse_qs(scope["query_string"].decode("ascii"), max_num_fields=16)
    except ValueError:
        return None
    return found.get(name, [None])[0]
