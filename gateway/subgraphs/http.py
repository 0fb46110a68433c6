"""The way to subgraphs: a bounded keep-alive pool per subgraph over TCP, TLS or unix sockets.

Written on asyncio.Protocol and httptools because a general client costs two to forty times the CPU per fetch. What it
leaves out, it leaves out on purpose: no redirects (security case T15), no cookies, no proxies, no environment variables.
A query that is under way already, with the same headers, is not sent again: both get its answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from gateway.subgraphs.breaker import BreakerState
from gateway.subgraphs.connection import Response
from gateway.subgraphs.endpoint import Endpoint
from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.headers import HeaderRules, header_lines
from gateway.subgraphs.pool import Pool

__all__ = ["HttpClient", "header_lines"]

_MAX_SHARED = 64 * 1024
"""Bytes. Requests beyond this are hardly ever equal, and finding out would cost more than it saves."""


_TIMEOUT = FetchFailure(FailureKind.TIMEOUT)


class HttpClient:
    """One per gateway process; `endpoints` by subgraph name. Close it when the gateway stops."""

    def __init__(self, endpoints: Mapping[str, Endpoint], *, before: HttpClient | None = None) -> None:
        """`before` is a client that this one replaces; connections to endpoints that did not change are shared with it."""
        known = before.pools if before is not None else {}
        self.pools = {name: _pool(endpoint, known.get(name)) for name, endpoint in endpoints.items()}
        self.plain = frozenset(name for name, endpoint in endpoints.items() if not endpoint.rules.asks)
        """The endpoints that hear nothing of a client's headers."""

    async def post(
        self,
        subgraph: str,
        headers: bytes,
        body: bytes,
        *,
        trace: bytes = b"",
        seconds: float | None = None,
        idempotent: bool = True,
    ) -> Response | FetchFailure:
        """POST a GraphQL request; `headers` come from `header_lines`. Any status is a Response, redirects included.

        `trace` are header lines that say nothing of who asks and what for: requests that differ in nothing else are sent once.
        `seconds` can only shorten the subgraph's own timeout. A request that is not idempotent is never sent twice, nor shared.
        """
        pool = self.pools[subgraph]
        longest = pool.endpoint.timeout
        hurried = seconds is not None and seconds < longest
        due = pool.time() + (seconds if seconds is not None and hurried else longest)
        if not idempotent or not pool.shares or len(body) > _MAX_SHARED:
            return await pool.post(headers + trace, body, due, idempotent=idempotent, hurried=hurried)
        key = (headers, body)
        if not pool.running.take(key):
            return await _shared(pool, key, headers + trace, due, hurried=hurried)
        outcome: Response | FetchFailure | None = None
        try:
            outcome = await pool.post(headers + trace, body, due, idempotent=True, hurried=hurried)
            return outcome
        finally:
            # Whose time was short must not end the wait of those who have more.
            pool.running.give(key, None if hurried and outcome == _TIMEOUT else outcome)

    def rules(self, subgraph: str) -> HeaderRules:
        """Which headers travel to and from a subgraph."""
        return self.pools[subgraph].endpoint.rules

    def hears(self, name: bytes) -> bool:
        """Whether some subgraph is told of this header of a client."""
        return any(pool.endpoint.rules.takes(name) for pool in self.pools.values())

    @property
    def answers(self) -> bool:
        """Whether headers of some subgraph go back to clients."""
        return any(pool.endpoint.rules.answered for pool in self.pools.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The endpoints: subgraphs, and instances of subgraphs."""
        return tuple(self.pools)

    def connections(self, subgraph: str) -> tuple[int, int]:
        """Open and idle connections of a subgraph, for metrics and leak tests."""
        return self.pools[subgraph].count

    def shared(self, subgraph: str) -> int:
        """How many fetches got the answer of an equal one."""
        return self.pools[subgraph].running.shared

    def breaker(self, subgraph: str) -> BreakerState:
        return self.pools[subgraph].breaker_state

    async def close(self) -> None:
        """Close all connections, but for those that another client shares."""
        for pool in self.pools.values():
            pool.users -= 1
            if pool.users == 0:
                pool.close()
        await asyncio.sleep(0)


async def _shared(
    pool: Pool, key: tuple[bytes, bytes], headers: bytes, due: float, *, hurried: bool
) -> Response | FetchFailure:
    """The answer to a query that is under way; or one of our own, when nothing comes of that one."""

    async def send() -> Response | FetchFailure:
        return await pool.post(headers, key[1], due, idempotent=True, hurried=hurried)

    try:
        return await pool.running.run(key, send, share=lambda outcome: not (hurried and outcome == _TIMEOUT), until=due)
    except TimeoutError:
        return _TIMEOUT


def _pool(endpoint: Endpoint, known: Pool | None) -> Pool:
    pool = known if known is not None and known.endpoint == endpoint else Pool(endpoint)
    pool.users += 1
    return pool
