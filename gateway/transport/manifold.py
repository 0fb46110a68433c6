"""One stream of events that carries many operations: the running part of `transport/reservations.py`.

Each operation is a task that puts its answers into a bounded queue; one that has more waits, and its subscription's own buffer fills
meanwhile. All tasks are gone when the stream is (security case D09).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping

import orjson

from gateway.answers import GraphQLResponse
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.requests import GraphQLRequest
from gateway.settings import SubscriptionSettings
from gateway.streams.events import HEARTBEAT, write_event
from gateway.subscriptions import Subscription
from gateway.telemetry.logs import AccessLog
from gateway.telemetry.trace import Trace
from gateway.transport.socket import Operations
from gateway.transport.sse import beating

__all__ = ["Manifold"]

_WAITING = 64
"""Events that may wait for a stream."""
_LAST_WORDS = 1.0
"""Seconds for a client to take what waits when its stream is ended."""


class Manifold:
    """`events` is the stream. Begin operations with `run`, end one with `stop`; `aclose` in any case."""

    def __init__(
        self, operations: Operations, settings: SubscriptionSettings, access_log: AccessLog | None = None
    ) -> None:
        self._operations = operations
        self._settings = settings
        self._access_log = access_log
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def events(self) -> AsyncIterator[bytes]:
        """Everything that its operations say, and heartbeats, until `finish`."""
        yield HEARTBEAT
        async for item in beating(_Items(self._queue), self._settings.heartbeat):
            yield HEARTBEAT if item is None else item

    def run(self, id_: str, request: GraphQLRequest, headers: Mapping[bytes, bytes], trace: Trace) -> None:
        """Begin an operation. Raises `GatewayError` 409 for an id in use, 429 for too many."""
        if id_ in self._running:
            issue = GraphQLIssue("An operation with this operationId is running.", Code.BAD_USER_INPUT)
            raise GatewayError(issue, status=409)
        if len(self._running) >= self._settings.max_operations:
            message = f"A stream runs {self._settings.max_operations} operations at a time."
            raise GatewayError(GraphQLIssue(message, Code.TOO_MANY_SUBSCRIPTIONS))
        told = {name: value for name, value in request.extensions.items() if name != "operationId"}
        work = self._operate(id_, request._replace(extensions=told), headers, trace)
        task = self._running[id_] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(id_, done))

    def stop(self, id_: str) -> None:
        """End an operation, if it runs; its id is free at once."""
        task = self._running.pop(id_, None)
        if task is not None:
            task.cancel()

    def cancel(self) -> None:
        """End all operations."""
        for task in self._tasks:
            task.cancel()

    async def aclose(self) -> None:
        """End all operations, and wait until they have ended."""
        self.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def finish(self, seconds: float) -> None:
        """End the stream, after what its operations still say within `seconds`."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=seconds)
        self.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await self._queue.put(None)

    async def _operate(self, id_: str, request: GraphQLRequest, headers: Mapping[bytes, bytes], trace: Trace) -> None:
        started = time.perf_counter()
        answer: GraphQLResponse | Subscription | None = None
        try:
            answer = await self._operations.subscribe(request, headers, trace)
            if isinstance(answer, GraphQLResponse):
                await self._say(id_, answer.body)
            else:
                await self._say_all(id_, answer)
            await self._queue.put(write_event("complete", orjson.dumps({"id": id_})))
        finally:
            if answer is not None and self._access_log is not None:
                self._access_log(
                    "operation",
                    over="sse",
                    ms=round((time.perf_counter() - started) * 1000, 2),
                    trace=trace.id,
                    operation=answer.operation[:16],
                    role=answer.role,
                    code=answer.code,
                )

    async def _say_all(self, id_: str, subscription: Subscription) -> None:
        try:
            async for body in subscription:
                await self._say(id_, body)
        finally:
            subscription.close()

    async def _say(self, id_: str, body: bytes) -> None:
        data = b'{"id":%b,"payload":%b}' % (orjson.dumps(id_), body)
        await self._queue.put(write_event("next", data))

    def _ended(self, id_: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._running.get(id_) is task:
            del self._running[id_]


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
