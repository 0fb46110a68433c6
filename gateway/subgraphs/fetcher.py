"""A fetcher for one request of one caller: the subgraph client with that request's headers bound to it.

Only what is named here reaches a subgraph: the trace, a span id of its own for each hop, what `header_for` gives (the
decision context), and what the header rules of that subgraph take from the incoming request: nothing, unless an operator said
so (security case T14).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import orjson

from gateway.subgraphs.connection import Response
from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.http import HttpClient, header_lines
from gateway.telemetry.trace import Trace, new_span

__all__ = ["Fetcher", "Observer", "SubgraphFetcher"]

_MAX_ERROR_BODY = 64 * 1024
_MAX_ANSWERED = 64
"""Headers of subgraphs on one answer."""

Observer = Callable[[str, str, str, float], None]
"""Told of each fetch: subgraph, span, outcome (`ok` or the failure's kind), seconds."""


class Fetcher(Protocol):
    """What the executor needs: a body out, an answer or a failure back. It never raises for what a subgraph does."""

    async def fetch(self, subgraph: str, body: bytes, *, idempotent: bool = True) -> bytes | FetchFailure: ...


class SubgraphFetcher:
    """Fetches over `client` for one request.

    `header_for(subgraph)` gives the headers of the caller for that subgraph; it is asked once a subgraph. `deadline` is
    the loop time by which the whole request has to be done. `incoming` are the client's headers, lower-case names; `answered` are
    the headers that go back to the client.
    """

    __slots__ = (
        "_client",
        "_deadline",
        "_header_for",
        "_incoming",
        "_lines",
        "_observe",
        "_time",
        "_trace",
        "answered",
    )

    def __init__(
        self,
        client: HttpClient,
        trace: Trace,
        header_for: Callable[[str], Mapping[str, str]] | None = None,
        *,
        deadline: float | None = None,
        observe: Observer | None = None,
        incoming: Mapping[bytes, bytes] | None = None,
    ) -> None:
        self._client = client
        self._trace = trace
        self._header_for = header_for
        self._deadline = deadline
        self._observe = observe
        self._incoming = incoming
        self._lines: dict[str, bytes] = {}
        self._time = asyncio.get_running_loop().time
        self.answered: list[tuple[bytes, bytes]] = []

    async def fetch(self, subgraph: str, body: bytes, *, idempotent: bool = True) -> bytes | FetchFailure:
        start = self._time()
        span = new_span()
        left = None if self._deadline is None else self._deadline - start
        if left is not None and left <= 0:
            return self._seen(subgraph, span, start, FetchFailure(FailureKind.TIMEOUT))
        answer = await self._client.post(
            subgraph,
            self._headers(subgraph),
            body,
            trace=self._trace.headers(span),
            seconds=left,
            idempotent=idempotent,
        )
        if not isinstance(answer, Response) or not 200 <= answer.status < 300:
            return self._seen(subgraph, span, start, _failure(answer))
        if answer.headers:
            self.answered += answer.headers[: _MAX_ANSWERED - len(self.answered)]
        if self._observe is not None:
            self._observe(subgraph, span, "ok", self._time() - start)
        return answer.body

    def _headers(self, subgraph: str) -> bytes:
        lines = self._lines.get(subgraph)
        if lines is None:
            lines = header_lines(self._header_for(subgraph)) if self._header_for is not None else b""
            if subgraph not in self._client.plain:
                lines += self._client.rules(subgraph).lines(self._incoming or {})
            self._lines[subgraph] = lines
        return lines

    def _seen(self, subgraph: str, span: str, start: float, failure: FetchFailure) -> FetchFailure:
        if self._observe is not None:
            self._observe(subgraph, span, failure.kind.value, self._time() - start)
        return failure


def _failure(answer: Response | FetchFailure) -> FetchFailure:
    """What an answer that has no data is."""
    if isinstance(answer, FetchFailure):
        return answer
    if 300 <= answer.status < 400:
        return FetchFailure(FailureKind.PROTOCOL, answer.status)
    return FetchFailure(FailureKind.STATUS, answer.status, _code_in(answer.body))


def _code_in(body: bytes) -> str | None:
    """`errors[0].extensions.code` of an error body, when it has one."""
    if len(body) > _MAX_ERROR_BODY:
        return None
    try:
        found: Any = orjson.loads(body)
        code = found["errors"][0]["extensions"]["code"]
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError):
        return None
    return code if isinstance(code, str) else None
