"""What the gateway did, as spans for a tracing collector: one for each request, one for each fetch under it.

A span holds times, the operation's hash and kind, status, error code, subgraph and outcome: nothing of a caller, and no word that a client
chose. Recorded are the traces that the caller wants recorded, and of those that leave it open a share, chosen by trace id so
that every process chooses alike. What the collector does not take in time is dropped and counted; no request waits.

    https://opentelemetry.io/docs/specs/otlp/#otlphttp (JSON: ids in hexadecimal, 64-bit numbers as strings)
"""

from __future__ import annotations

import time
from asyncio import Event
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from gateway.telemetry.trace import Trace

__all__ = ["Span", "Spans", "export_request"]

_SERVER, _CLIENT = 2, 3
"""Kinds of a span: an answer, and a question to somebody else."""
_ERROR = 2
_TRACE_IDS = 1 << 32


@dataclass(frozen=True, slots=True)
class Span:
    """Times in nanoseconds since 1970; `error` is a code, empty for none."""

    trace: str
    span: str
    parent: str | None
    name: str
    kind: int
    begun: int
    ended: int
    attributes: Mapping[str, str | int]
    error: str


class Spans:
    """Spans that wait to be sent, at most `limit`. `counts` by result: sent, dropped, failed."""

    def __init__(self, *, share: float = 1.0, limit: int = 4096) -> None:
        self.waiting = Event()
        self.counts: Counter[str] = Counter({"sent": 0, "dropped": 0, "failed": 0})
        self._chosen = round(share * _TRACE_IDS)
        self._limit = limit
        self._spans: deque[Span] = deque()

    def request(self, trace: Trace, operation: str, kind: str, status: int, code: str, seconds: float) -> None:
        """A request was answered. `operation` is its signature, `kind` query, mutation or subscription; empty when unknown."""
        if self._wanted(trace):
            attributes: dict[str, str | int] = {"http.response.status_code": status}
            if operation:
                attributes |= {"graphql.operation.type": kind, "graphql.operation.hash": operation[:16]}
            name = f"GraphQL {kind}" if kind else "GraphQL"
            self._add(trace.id, trace.span, trace.parent, name, _SERVER, seconds, attributes, code)

    def fetch(self, trace: Trace, span: str, subgraph: str, outcome: str, seconds: float) -> None:
        """A subgraph was asked under `span`."""
        if self._wanted(trace):
            error = "" if outcome == "ok" else outcome
            name, attributes = f"fetch {subgraph}", {"gateway.subgraph": subgraph}
            self._add(trace.id, span, trace.span, name, _CLIENT, seconds, attributes, error)

    def take(self, most: int) -> list[Span]:
        """Take the oldest `most` spans out."""
        taken = list(islice(self._spans, most))
        for _ in taken:
            self._spans.popleft()
        if not self._spans:
            self.waiting.clear()
        return taken

    def _wanted(self, trace: Trace) -> bool:
        return int(trace.id[-8:], 16) < self._chosen if trace.sampled is None else trace.sampled

    def _add(
        self,
        trace: str,
        span: str,
        parent: str | None,
        name: str,
        kind: int,
        seconds: float,
        attributes: Mapping[str, str | int],
        error: str,
    ) -> None:
        if len(self._spans) >= self._limit:
            self.counts["dropped"] += 1
            return
        ended = time.time_ns()
        begun = ended - round(seconds * 1e9)
        self._spans.append(Span(trace, span, parent, name, kind, begun, ended, attributes, error))
        self.waiting.set()


def export_request(spans: Sequence[Span], resource: Mapping[str, str]) -> bytes:
    """The body of an export: an `ExportTraceServiceRequest` in JSON."""
    scope = {"scope": {"name": "gateway"}, "spans": [_span(span) for span in spans]}
    return orjson.dumps({"resourceSpans": [{"resource": {"attributes": _pairs(resource)}, "scopeSpans": [scope]}]})


def _span(span: Span) -> dict[str, Any]:
    attributes = {**span.attributes, "error.type": span.error} if span.error else span.attributes
    entry: dict[str, Any] = {
        "traceId": span.trace,
        "spanId": span.span,
        "name": span.name,
        "kind": span.kind,
        "startTimeUnixNano": str(span.begun),
        "endTimeUnixNano": str(span.ended),
        "attributes": _pairs(attributes),
        "status": {"code": _ERROR} if span.error else {},
    }
    if span.parent is not None:
        entry["parentSpanId"] = span.parent
    return entry


def _pairs(values: Mapping[str, str | int]) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in values.items()
    ]
