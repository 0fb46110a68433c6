"""`make bench PART=memory`: resident memory over 10,000 distinct operations, and over 50 changes of the graph.

The caches are bounded by bytes, so memory has to be flat once they are full. They are made small here, so that most of the
operations come when they are.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable

from tests.performance.gateways.moments import document, reloaded, times_of
from tests.performance.gateways.ships import SMALL
from tests.performance.gateways.stand import Served, stand
from tests.performance.processes import resident

__all__ = ["main"]

OPERATIONS, STEP = 10_000, 1_000
RELOADS, EACH = 50, 10
CACHE = 8 * 1024 * 1024


def main() -> None:
    """Print both tables."""
    with stand() as found:
        caches = {"documents": CACHE, "plans": CACHE, "decisions": CACHE}
        with found.gateway(SMALL, caches=caches) as served:
            _print("distinct operations", _operations(served))
        with found.gateway(SMALL, caches=caches) as served:
            _print("changes of the graph", _reloaded(served))


def _operations(served: Served) -> Iterable[tuple[int, float]]:
    for first in range(0, OPERATIONS, STEP):
        times_of(served, [document(SMALL, f"Sight{number}") for number in range(first, first + STEP)])
        yield first + STEP, resident(served.process.pid)


def _reloaded(served: Served) -> Iterable[tuple[int, float]]:
    times_of(served, [document(SMALL, f"Sight{number}") for number in range(EACH)])
    for count in range(1, RELOADS + 1):
        served.process.send_signal(signal.SIGHUP)
        asyncio.run(reloaded(served.url, count))
        if count % 5 == 0 or count == 1:
            yield count, resident(served.process.pid)


def _print(what: str, rows: Iterable[tuple[int, float]]) -> None:
    found = list(rows)
    print(f"| {what} | " + " | ".join(f"{count:,}" for count, _ in found) + " |")
    print("|---" * (len(found) + 1) + "|")
    print("| RSS MB | " + " | ".join(f"{memory:.0f}" for _, memory in found) + " |\n", flush=True)
