"""The metrics that are read when `/metrics` is asked for: what the assembly that serves now knows of itself."""

from __future__ import annotations

from collections.abc import Callable

from gateway.assembly import Assembly
from gateway.telemetry.metrics import Metrics

__all__ = ["read_assembly"]


def read_assembly(metrics: Metrics, current: Callable[[], Assembly]) -> None:
    """Let `metrics` show caches and connections of whatever `current` returns."""
    metrics.reading(
        "gateway_cache_requests_total",
        "Look-ups by cache and result.",
        lambda: [
            ({"cache": name, "result": result}, count)
            for name, cache in current().pipeline.caches.items()
            for result, count in (("hit", cache.hits), ("miss", cache.misses))
        ],
        "counter",
    )
    metrics.reading(
        "gateway_cache_bytes",
        "Estimated size of a cache.",
        lambda: [({"cache": name}, cache.size) for name, cache in current().pipeline.caches.items()],
    )
    metrics.reading(
        "gateway_subgraph_connections",
        "Open connections by subgraph.",
        lambda: [({"subgraph": name}, current().client.connections(name)[0]) for name in current().client.names],
    )
