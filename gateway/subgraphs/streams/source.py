"""Opening the stream of a subscription at a subgraph, in the form that this subgraph speaks.

What comes out is the same for all three: one JSON object an event (`data` and `errors`, as a response has them), and at the end nothing,
when the subgraph completed the stream, or a `FetchFailure`. A stream is opened for one identity, on a connection of its own, and sends
what a fetch of that identity sends; it is never shared below this point (security case A20).

A stream that could not be opened is tried again, `attempts` times in all. One that broke is not: what happened in between would be lost without
a sign, so that the client is told and resumes by its own cursor.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.streams.bodies import stream_body
from gateway.subgraphs.streams.endpoint import Payload, StreamEndpoint
from gateway.subgraphs.streams.sockets import stream_socket

__all__ = ["StreamClient"]

_FIRST_PAUSE = 0.2
_JITTER = random.Random()  # noqa: S311 - spreads reconnects, keeps no secret
_AGAIN = frozenset({FailureKind.CONNECTION, FailureKind.TIMEOUT})


class StreamClient:
    """One per gateway process; `endpoints` by subgraph name."""

    def __init__(self, endpoints: Mapping[str, StreamEndpoint]) -> None:
        self._endpoints = endpoints
        self.open = 0
        """Streams that are open now, for metrics and leak tests."""

    async def stream(
        self, subgraph: str, headers: Mapping[str, str], body: bytes
    ) -> AsyncGenerator[Payload | FetchFailure]:
        """The events of one subscription. `body` is the GraphQL request, JSON. A failure is the last item; nothing is raised."""
        endpoint = self._endpoints[subgraph]
        self.open += 1
        try:
            for attempt in range(endpoint.attempts):
                if attempt:
                    await asyncio.sleep(_FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + _JITTER.random()))
                failed: FetchFailure | None = None
                opened = False
                async with aclosing(_stream(endpoint, headers, body)) as items:
                    async for item in items:
                        if item is None:
                            opened = True
                        elif isinstance(item, FetchFailure):
                            failed = item
                        else:
                            yield item
                if failed is None:
                    return
                if opened or failed.kind not in _AGAIN or attempt + 1 == endpoint.attempts:
                    yield failed
                    return
        finally:
            self.open -= 1


def _stream(
    endpoint: StreamEndpoint, headers: Mapping[str, str], body: bytes
) -> AsyncGenerator[Payload | FetchFailure | None]:
    """Events, a failure as the last item, and None once the stream stands: from then on an event could be lost."""
    if endpoint.protocol == "websocket":
        return stream_socket(endpoint, headers, body)
    return stream_body(endpoint, headers, body)
