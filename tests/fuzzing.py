"""What every fuzzed input is held to: it is counted, it ends, it takes no more memory than it may, and what is told of it has nothing of it.

The limit of time counts the processor's, so that a busy machine makes no difference.
"""

from __future__ import annotations

import resource
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings

from tests.proof import count, examples

__all__ = ["SECRET", "fuzzed", "kept_quiet", "many", "more", "most"]

SECONDS = 10.0
MEMORY = 512 * 1024 * 1024
SECRET = "zq7secret"
"""Stands in many inputs; no text of an error may have it."""

many = settings(
    max_examples=examples(200),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
more = settings(many, max_examples=examples(200, times=10))
"""For what is signed for each input."""
most = settings(many, max_examples=examples(200, times=80))
"""For what takes less than a millisecond."""


class EndlessError(AssertionError):
    """An input took longer than any may."""


@contextmanager
def fuzzed(*, again: bool = False) -> Generator[None]:
    """Around what is done with one input, or with the same one `again`. Raises `EndlessError`; MemoryError comes out as the failure that it is."""
    count(inputs=0 if again else 1)
    before = signal.signal(signal.SIGVTALRM, _endless)
    limit = resource.getrlimit(resource.RLIMIT_AS)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (_size() + MEMORY, limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limit)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def kept_quiet(*texts: object) -> None:
    """Nothing of the input stands in `texts`."""
    assert not any(SECRET in str(text) for text in texts)


def _endless(*_: Any) -> None:
    raise EndlessError(f"an input took more than {SECONDS} seconds of processor time")


def _size() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
