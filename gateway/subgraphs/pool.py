"""Connections to one subgraph, kept alive and bounded, and how a request gets through: a place, one retry, a breaker.

A query of which nothing was answered is sent once more on a fresh connection; a mutation is never sent twice, so it gets a fresh
connection from the start. Retries and waiting count as time of the request.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Coroutine
from typing import Any

from gateway.subgraphs.breaker import Breaker, BreakerState
from gateway.subgraphs.connection import Connection, ExchangeError, Response
from gateway.subgraphs.deadlines import Deadlines
from gateway.subgraphs.endpoint import Endpoint, Target, target_of
from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.inflight import InFlight
from gateway.subgraphs.tls import client_tls

__all__ = ["Pool"]

_OURS = frozenset({FailureKind.TIMEOUT, FailureKind.CONNECTION, FailureKind.PROTOCOL, FailureKind.TOO_LARGE})
"""Failures that count against a subgraph in its breaker; so does a status of 500 or more."""


class Pool:
    """At most `max_connections` are open; further requests queue in order. `running` holds the queries under way."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.running = InFlight[tuple[bytes, bytes], "Response | FetchFailure"]()
        self.breaker = Breaker(endpoint.breaker) if endpoint.breaker is not None else None
        self.users = 0
        """Clients that have it; the last one closes it."""
        self._deadlines = Deadlines()
        self._target = target_of(endpoint.url)
        self._tls = (endpoint.tls or client_tls()) if self._target.tls else None
        self._head = _head(self._target, endpoint)
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._opening = 0
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self.shares = endpoint.shares

    @property
    def count(self) -> tuple[int, int]:
        """Open and idle connections."""
        self._idle = [connection for connection in self._idle if not connection.closed]
        return len(self._idle) + len(self._busy) + self._opening, len(self._idle)

    @property
    def breaker_state(self) -> BreakerState:
        return BreakerState.CLOSED if self.breaker is None else self.breaker.state

    def time(self) -> float:
        """Loop time."""
        # Asking for the loop costs a system call each time.
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.get_running_loop()
        return self._loop.time()

    def post(
        self, headers: bytes, body: bytes, due: float, *, idempotent: bool, hurried: bool = False
    ) -> Coroutine[Any, Any, Response | FetchFailure]:
        """POST a request, unless the breaker is open. `due` (loop time) bounds everything, waiting for a place included.
        `hurried`: it is given less time than the subgraph is allowed.
        """
        if self.breaker is None:
            return self._sent(headers, body, due, idempotent=idempotent)
        return self._admitted(self.breaker, headers, body, due, idempotent=idempotent, hurried=hurried)

    async def _admitted(
        self, breaker: Breaker, headers: bytes, body: bytes, due: float, *, idempotent: bool, hurried: bool
    ) -> Response | FetchFailure:
        admission = breaker.admit(self.time())
        if not admission:
            return FetchFailure(FailureKind.BREAKER)
        told = False
        try:
            outcome = await self._sent(headers, body, due, idempotent=idempotent)
            # A fetch that was given less time says nothing of the subgraph when that is over.
            if not (hurried and outcome == FetchFailure(FailureKind.TIMEOUT)):
                breaker.done(admission, self.time(), failed=_failed(outcome))
                told = True
            return outcome
        finally:
            if not told:
                breaker.forget(admission)

    def close(self) -> None:
        self._closed = True
        for connection in (*self._idle, *self._busy):
            connection.abort()
        self._idle.clear()
        self._deadlines.close()
        while self._waiters:
            self._wake()

    async def _sent(self, headers: bytes, body: bytes, due: float, *, idempotent: bool) -> Response | FetchFailure:
        data = b"%b%bContent-Length: %d\r\n\r\n%b" % (self._head, headers, len(body), body)
        fresh = not idempotent
        for attempt in (1, 2):
            try:
                connection = self._kept(fresh=fresh) or await self._waited_for(due, fresh=fresh)
                try:
                    return await connection.request(data, due)
                finally:
                    self._release(connection)
            except ExchangeError as failure:
                # A connection that was kept alive may have been closed before the request reached anybody.
                again = failure.unanswered and (failure.kept or self.endpoint.retry)
                if attempt == 2 or not again or not idempotent:
                    return FetchFailure(failure.kind)
                fresh = True
            except TimeoutError:
                return FetchFailure(FailureKind.TIMEOUT)
            except (OSError, ssl.SSLError):
                return FetchFailure(FailureKind.CONNECTION)
        return FetchFailure(FailureKind.CONNECTION)

    # -- places --------------------------------------------------------------------------------------------------

    def _kept(self, *, fresh: bool) -> Connection | None:
        """The idle connection that was used last. One that was idle for too long is not trusted to be there still; a request
        that must not be repeated gets a new one (`fresh`), which an idle one makes way for.
        """
        while self._idle:
            connection = self._idle.pop()
            if connection.closed:
                continue
            if fresh:
                connection.abort()
                break
            if connection.idle_for() <= self.endpoint.keep_alive:
                self._busy.add(connection)
                return connection
            connection.abort()
        return None

    async def _waited_for(self, due: float, *, fresh: bool) -> Connection:
        """A connection that has to be opened, or waited for: a task of its own, so that its time-outs cancel no other
        fetch of the request.
        """
        task = asyncio.get_running_loop().create_task(self._acquire(due, fresh=fresh))
        try:
            return await task
        except BaseException:
            task.cancel()
            if task.done() and not task.cancelled() and task.exception() is None:
                self._release(task.result())
            raise

    async def _acquire(self, deadline: float, *, fresh: bool) -> Connection:
        while True:
            if self._closed:
                raise ExchangeError(FailureKind.CONNECTION)
            kept = self._kept(fresh=fresh)
            if kept is not None:
                return kept
            if len(self._busy) + self._opening < self.endpoint.max_connections:
                return await self._open(deadline)
            await self._queue(deadline)

    async def _queue(self, deadline: float) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout_at(deadline):
                await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled():
                self._wake()
            raise

    def _wake(self) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def _release(self, connection: Connection) -> None:
        self._busy.discard(connection)
        if self._closed:
            connection.abort()
        elif not connection.closed:
            self._idle.append(connection)
        if self._waiters:
            self._wake()

    async def _open(self, deadline: float) -> Connection:
        loop = asyncio.get_running_loop()
        self._opening += 1
        opened: Connection | None = None
        try:
            async with asyncio.timeout_at(min(deadline, loop.time() + self.endpoint.connect_timeout)):
                opened = await self._connect(loop)
            self._busy.add(opened)
            return opened
        finally:
            self._opening -= 1
            if opened is None:
                self._wake()

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> Connection:
        endpoint, target, tls = self.endpoint, self._target, self._tls

        def protocol() -> Connection:
            return Connection(
                loop,
                endpoint.max_body,
                self._deadlines,
                compression=endpoint.compression,
                wanted=endpoint.rules.answered,
            )

        if target.unix is not None:
            _, connection = await loop.create_unix_connection(protocol, target.unix)
        elif tls is None:
            _, connection = await loop.create_connection(protocol, target.host, target.port)
        else:
            name = tls.server_name or target.host
            _, connection = await loop.create_connection(
                protocol, target.host, target.port, ssl=tls.context, server_hostname=name
            )
        return connection


def _head(target: Target, endpoint: Endpoint) -> bytes:
    return (
        f"POST {target.path} HTTP/1.1\r\n"
        f"Host: {target.authority}\r\n"
        "Content-Type: application/json\r\n"
        "Accept: application/graphql-response+json, application/json;q=0.9\r\n"
        + ("Accept-Encoding: gzip\r\n" if endpoint.compression else "")
    ).encode("ascii")


def _failed(outcome: Response | FetchFailure) -> bool:
    return outcome.kind in _OURS if isinstance(outcome, FetchFailure) else outcome.status >= 500
