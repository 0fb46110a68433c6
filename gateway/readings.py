"""The metrics that are read when `/metrics` is asked for: what the lifecycle and the assembly that serves now know of themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.lifecycle import Lifecycle
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.spans import Spans

if TYPE_CHECKING:
    from gateway.audit.journal import Journal

__all__ = ["read_journal", "read_lifecycle", "read_spans"]


def read_lifecycle(metrics: Metrics, lifecycle: Lifecycle, connections: Callable[[], int]) -> None:
    """Let `metrics` show requests, streams, caches and connections as they are. `connections`: those of clients."""
    metrics.reading(
        "gateway_requests_in_flight", "Requests that are being answered.", lambda: [({}, lifecycle.running)]
    )
    metrics.reading("gateway_subscriptions", "Running subscriptions.", lambda: [({}, lifecycle.streams)])
    metrics.reading("gateway_connections", "Open connections of clients.", lambda: [({}, connections())])
    metrics.reading(
        "gateway_supergraph_info",
        "What is served, by hash.",
        lambda: [({"grants": "", **lifecycle.current.facts}, 1)],
    )
    metrics.reading(
        "gateway_supergraph_loaded_seconds",
        "When what is served was loaded, in seconds since 1970.",
        lambda: [({}, lifecycle.current.made_at)],
    )
    metrics.reading(
        "gateway_cache_requests_total",
        "Look-ups by cache and result.",
        lambda: [
            ({"cache": name, "result": result}, count)
            for name, cache in lifecycle.current.pipeline.caches.items()
            for result, count in (("hit", cache.hits), ("miss", cache.misses))
        ],
        "counter",
    )
    metrics.reading(
        "gateway_decision_contexts_total",
        "Decision contexts that went with fetches, signed for them or used again.",
        lambda: [
            ({"result": result}, count)
            for signer in (lifecycle.current.signer,)
            for result, count in (
                ("signed", signer.signed if signer is not None else 0),
                ("reused", signer.reused if signer is not None else 0),
            )
        ],
        "counter",
    )
    metrics.reading(
        "gateway_cache_bytes",
        "Estimated size of a cache.",
        lambda: [({"cache": name}, cache.size) for name, cache in lifecycle.current.pipeline.caches.items()],
    )
    metrics.reading(
        "gateway_subgraph_connections",
        "Open connections by subgraph.",
        lambda: [
            ({"subgraph": name}, lifecycle.current.client.connections(name)[0])
            for name in lifecycle.current.client.names
        ],
    )
    metrics.reading(
        "gateway_subgraph_fetches_shared_total",
        "Fetches that got the answer of an equal one under way.",
        lambda: [
            ({"subgraph": name}, lifecycle.current.client.shared(name)) for name in lifecycle.current.client.names
        ],
        "counter",
    )
    metrics.reading(
        "gateway_subgraph_breaker",
        "State of the breaker: 0 closed, 1 half-open, 2 open.",
        lambda: [
            ({"subgraph": name}, lifecycle.current.client.breaker(name).value)
            for name in lifecycle.current.client.names
        ],
    )


def read_journal(metrics: Metrics, journal: Journal | None) -> None:
    """Let `metrics` show how far the audit database is behind the journal."""
    metrics.reading(
        "gateway_audit_unshipped_records",
        "Records of the journal that are not in the audit database yet.",
        lambda: [({}, journal.unshipped if journal is not None else 0)],
    )


def read_spans(metrics: Metrics, spans: Spans) -> None:
    """Let `metrics` show what became of spans."""
    metrics.reading(
        "gateway_spans_total",
        "Spans by what became of them.",
        lambda: [({"result": result}, count) for result, count in spans.counts.items()],
        "counter",
    )
