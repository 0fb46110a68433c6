"""Equal queries of clients that are under way together are answered once, where the operator asks for that.

The key holds the operation, its variables and extensions, and every header but those that are known to change nothing: so
whatever a decision or a subgraph could see tells two requests apart, a token, a certificate and a purpose among them (security
case A20). Mutations are never shared.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from gateway.answers import GraphQLResponse
from gateway.language.operation import Operation
from gateway.subgraphs.inflight import InFlight

__all__ = ["SharedRequests"]

_SAME_FOR_ALL = frozenset(
    {
        b":address",
        b"accept",
        b"accept-encoding",
        b"accept-language",
        b"b3",
        b"connection",
        b"content-length",
        b"content-type",
        b"host",
    }
    | {b"origin", b"referer", b"traceparent", b"tracestate", b"user-agent"}
    | {b"x-b3-parentspanid", b"x-b3-sampled", b"x-b3-spanid", b"x-b3-traceid"}
)


class SharedRequests:
    """The queries of clients that are under way. `propagated` says of a header whether some subgraph hears it."""

    def __init__(self, propagated: Callable[[bytes], bool]) -> None:
        self._running = InFlight[tuple[Any, ...], GraphQLResponse]()
        self._propagated = propagated

    async def answer(
        self,
        operation: Operation,
        variables: Mapping[str, Any],
        extensions: Mapping[str, Any],
        headers: Mapping[bytes, bytes],
        work: Callable[[], Awaitable[GraphQLResponse]],
    ) -> GraphQLResponse:
        """Do `work`, or get the answer to an equal query that is under way."""
        told = frozenset(item for item in headers.items() if item[0] not in _SAME_FOR_ALL or self._propagated(item[0]))
        asked = orjson.dumps((variables, extensions), option=orjson.OPT_SORT_KEYS)
        return await self._running.run((operation.hash, asked, told), work)
