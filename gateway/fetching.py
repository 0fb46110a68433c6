"""How the fetches of one request leave: with the headers of its caller, its trace, its deadline, and somebody who watches.

A subgraph is sent the decision context that is signed for it, and what header rules take from the client's request; nothing else of the caller
(security case T14).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from gateway.audit.keyed import RECORD_KEY
from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants
from gateway.instances import Served
from gateway.subgraphs.fetcher import Observer, SubgraphFetcher
from gateway.subgraphs.http import HttpClient
from gateway.telemetry.logs import get_log
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.spans import Spans
from gateway.telemetry.trace import Trace

__all__ = ["Days", "Fetching", "Signer"]

_log = get_log(__name__)


class Signer(Protocol):
    """Signs the decision context of a caller for one register."""

    def header_for(
        self, caller: Caller, audience: str, trace_id: str, today: date, release: str, record_key: str = ""
    ) -> str: ...


class Fetching:
    """Makes the fetchers of a pipeline. `seconds`: how long one request may take with all its fetches. `opened`: the subgraphs that are told that
    records are kept, and so open keys to them.
    """

    def __init__(
        self,
        client: HttpClient,
        served: Served,
        *,
        seconds: float,
        grants: Grants | None = None,
        signer: Signer | None = None,
        metrics: Metrics | None = None,
        spans: Spans | None = None,
        opened: frozenset[str] = frozenset(),
    ) -> None:
        self._client = client
        self._served = served
        self._seconds = seconds
        self._signer = signer
        self._metrics = metrics
        self._spans = spans
        self._days = Days(ZoneInfo(grants.file.timezone if grants is not None else "UTC"))
        self._contexts = {
            endpoint: (
                audience,
                grants.release_of(served.subgraph_of(endpoint)),
                RECORD_KEY if served.subgraph_of(endpoint) in opened else "",
            )
            for endpoint, audience in served.audiences.items()
            if grants is not None
        }
        """By endpoint, what a decision context is for: an audience, a release of the grants, the response key of what a record names."""

    def fetcher(self, caller: Caller | None, trace: Trace, incoming: Mapping[bytes, bytes]) -> SubgraphFetcher:
        """For one request, or for one event of a subscription. `incoming`: the client's headers, lower-case names."""
        return SubgraphFetcher(
            self._client,
            trace,
            self._signing(caller, trace.id),
            deadline=asyncio.get_running_loop().time() + self._seconds,
            observe=self._observer(trace),
            incoming=incoming,
        )

    def sent(
        self, caller: Caller | None, trace: Trace, incoming: Mapping[bytes, bytes], endpoint: str
    ) -> dict[str, str]:
        """All headers that say something of the caller to this endpoint, now."""
        lines = self._client.rules(endpoint).lines(incoming).decode("ascii")
        ruled = dict(line.split(": ", 1) for line in lines.split("\r\n") if line)
        signing = self._signing(caller, trace.id)
        return {**ruled, **signing(endpoint)} if signing is not None else ruled

    def passes_on(self, name: bytes, endpoint: str) -> bool:
        """Whether a header of the client, in lower case, goes on to this endpoint."""
        return self._client.rules(endpoint).takes(name)

    def _signing(self, caller: Caller | None, trace_id: str) -> Callable[[str], Mapping[str, str]] | None:
        signer, contexts = self._signer, self._contexts
        if caller is None or signer is None or not contexts:
            return None
        today = self._days.today()

        def header_for(endpoint: str) -> Mapping[str, str]:
            context = contexts.get(endpoint)
            if context is None:
                return {}
            audience, release, key = context
            return {"Decision-Context": signer.header_for(caller, audience, trace_id, today, release, key)}

        return header_for

    def _observer(self, trace: Trace) -> Observer:
        metrics, spans = self._metrics, self._spans

        def observe(subgraph: str, span: str, outcome: str, seconds: float) -> None:
            if metrics is not None:
                metrics.fetched(subgraph, outcome, seconds)
            if spans is not None:
                spans.fetch(trace, span, subgraph, outcome, seconds)
            if outcome != "ok":
                # The client hears a masked code; whoever runs this finds the reason by the trace id.
                _log.warning(
                    "fetch_failed", trace=trace.id, subgraph=subgraph, outcome=outcome, ms=round(seconds * 1000, 2)
                )

        return observe


class Days:
    """Which day it is somewhere; looked up once a second, which is when days change."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._second = -1
        self._today = date.min

    def today(self) -> date:
        second = int(time.time())
        if second != self._second:
            self._second = second
            self._today = datetime.fromtimestamp(second, self._zone).date()
        return self._today
