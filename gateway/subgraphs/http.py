"""The way to subgraphs: a bounded keep-alive pool per subgraph over TCP, TLS or unix sockets.

Written on asyncio.Protocol and httptools because a general client costs two to forty times the CPU per fetch. What it
leaves out, it leaves out on purpose: no redirects (security case T15), no cookies, no proxies, no compression, no
environment variables. A connection that was kept alive and turns out dead before it answers is replaced once.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping

from gateway.subgraphs.connection import Connection, ExchangeError, Response
from gateway.subgraphs.deadlines import Deadlines
from gateway.subgraphs.endpoint import Endpoint, Target, target_of
from gateway.subgraphs.failure import FailureKind, FetchFailure

__all__ = ["HttpClient", "header_lines"]


def header_lines(headers: Mapping[str, str]) -> bytes:
    """Headers as they go over the wire. Raises ValueError for a name or value that could smuggle another header."""
    lines: list[str] = []
    for name, value in headers.items():
        if not name.replace("-", "").isalnum() or not value.isprintable() or not value.isascii():
            raise ValueError("a header has a name of letters, digits and dashes, and a printable ASCII value")
        lines.append(f"{name}: {value}\r\n")
    return "".join(lines).encode("ascii")


class HttpClient:
    """One per gateway process; `endpoints` by subgraph name. Close it when the gateway stops."""

    def __init__(self, endpoints: Mapping[str, Endpoint], *, before: HttpClient | None = None) -> None:
        """`before` is a client that this one replaces; connections to endpoints that did not change are shared with it."""
        known = before.pools if before is not None else {}
        self.pools = {name: _pool(endpoint, known.get(name)) for name, endpoint in endpoints.items()}

    async def post(
        self,
        subgraph: str,
        headers: bytes,
        body: bytes,
        *,
        seconds: float | None = None,
        idempotent: bool = True,
    ) -> Response | FetchFailure:
        """POST a GraphQL request; `headers` come from `header_lines`. Any status is a Response, redirects included.

        `seconds` can only shorten the subgraph's own timeout. A request that is not idempotent is never sent twice.
        """
        pool = self.pools[subgraph]
        allowed = pool.endpoint.timeout if seconds is None else min(seconds, pool.endpoint.timeout)
        return await pool.post(headers, body, allowed, idempotent=idempotent)

    @property
    def names(self) -> tuple[str, ...]:
        """The endpoints: subgraphs, and instances of subgraphs."""
        return tuple(self.pools)

    def connections(self, subgraph: str) -> tuple[int, int]:
        """Open and idle connections of a subgraph, for metrics and leak tests."""
        return self.pools[subgraph].count

    async def close(self) -> None:
        """Close all connections, but for those that another client shares."""
        for pool in self.pools.values():
            pool.users -= 1
            if pool.users == 0:
                pool.close()
        await asyncio.sleep(0)


class _Pool:
    """Connections to one subgraph. At most `max_connections` are open; further requests queue in order."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._deadlines = Deadlines()
        self._target = target_of(endpoint.url)
        self._head = (
            f"POST {self._target.path} HTTP/1.1\r\n"
            f"Host: {self._target.authority}\r\n"
            "Content-Type: application/json\r\n"
            "Accept: application/graphql-response+json, application/json;q=0.9\r\n"
        ).encode("ascii")
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._opening = 0
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._closed = False
        self.users = 0
        """Clients that have it; the last one closes it."""

    @property
    def count(self) -> tuple[int, int]:
        self._idle = [connection for connection in self._idle if not connection.closed]
        return len(self._idle) + len(self._busy) + self._opening, len(self._idle)

    async def post(self, headers: bytes, body: bytes, seconds: float, *, idempotent: bool) -> Response | FetchFailure:
        data = b"%b%bContent-Length: %d\r\n\r\n%b" % (self._head, headers, len(body), body)
        due = asyncio.get_running_loop().time() + seconds
        fresh = not idempotent
        for attempt in (1, 2):
            try:
                connection = self._kept(fresh=fresh) or await self._waited_for(due, fresh=fresh)
                try:
                    return await connection.request(data, due)
                finally:
                    self._release(connection)
            except ExchangeError as failure:
                if attempt == 2 or not failure.stale or not idempotent:
                    return FetchFailure(failure.kind)
                fresh = True
            except TimeoutError:
                return FetchFailure(FailureKind.TIMEOUT)
            except (OSError, ssl.SSLError):
                return FetchFailure(FailureKind.CONNECTION)
        return FetchFailure(FailureKind.CONNECTION)

    def _kept(self, *, fresh: bool) -> Connection | None:
        """An idle connection. A request that must not be repeated gets a new one (`fresh`), which an idle one makes way for."""
        while self._idle:
            connection = self._idle.pop()
            if connection.closed:
                continue
            if fresh:
                connection.abort()
                break
            self._busy.add(connection)
            return connection
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
        self._wake()

    async def _open(self, deadline: float) -> Connection:
        loop = asyncio.get_running_loop()
        self._opening += 1
        opened: Connection | None = None
        try:
            async with asyncio.timeout_at(min(deadline, loop.time() + self.endpoint.connect_timeout)):
                opened = await _connect(loop, self._target, self.endpoint, self._deadlines)
            self._busy.add(opened)
            return opened
        finally:
            self._opening -= 1
            if opened is None:
                self._wake()

    def close(self) -> None:
        self._closed = True
        for connection in (*self._idle, *self._busy):
            connection.abort()
        self._idle.clear()
        self._deadlines.close()
        while self._waiters:
            self._wake()


def _pool(endpoint: Endpoint, known: _Pool | None) -> _Pool:
    pool = known if known is not None and known.endpoint == endpoint else _Pool(endpoint)
    pool.users += 1
    return pool


async def _connect(
    loop: asyncio.AbstractEventLoop, target: Target, endpoint: Endpoint, deadlines: Deadlines
) -> Connection:
    def protocol() -> Connection:
        return Connection(loop, endpoint.max_body, deadlines)

    if target.unix is not None:
        _, connection = await loop.create_unix_connection(protocol, target.unix)
        return connection
    context = (endpoint.tls or ssl.create_default_context()) if target.tls else None
    _, connection = await loop.create_connection(protocol, target.host, target.port, ssl=context)
    return connection
