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
        allowed = longest if seconds is None or seconds > longest else seconds
        if not idempotent or not pool.endpoint.shares or len(body) > _MAX_SHARED:
            return await pool.post(headers + trace, body, allowed, idempotent=idempotent)
        clock = asyncio.get_running_loop().time
        deadline = clock() + allowed

        async def send() -> Response | FetchFailure:
            return await pool.post(headers + trace, body, deadline - clock(), idempotent=True)

        try:
            # Whose time was short must not end the wait of those who have more.
            share = None if allowed == longest else _is_no_timeout
            return await pool.running.run((headers, body), send, share=share, until=deadline)
        except TimeoutError:
            return FetchFailure(FailureKind.TIMEOUT)

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


def _pool(endpoint: Endpoint, known: Pool | None) -> Pool:
    pool = known if known is not None and known.endpoint == endpoint else Pool(endpoint)
    pool.users += 1
    return pool


def _is_no_timeout(outcome: Response | FetchFailure) -> bool:
    return not (isinstance(outcome, FetchFailure) and outcome.kind is FailureKind.TIMEOUT)
