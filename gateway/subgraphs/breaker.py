"""A breaker leaves a subgraph alone that keeps failing, so that requests fail at once instead of after a timeout each.

Closed: fetches pass and are counted per window. Open: nothing passes until the pause is over. Half-open: one probe passes, all
others are refused; its outcome closes or opens the breaker. Pure: the caller hands in the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Breaker", "BreakerPolicy", "BreakerState"]


class BreakerState(Enum):
    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """Opens when, within `window` seconds, at least `failures` fetches and at least `ratio` of all have failed; stays
    open for `pause` seconds.
    """

    failures: int = 5
    ratio: float = 0.5
    window: float = 10.0
    pause: float = 5.0


class Breaker:
    """The breaker of one subgraph. A fetch asks `admit` and tells with what it got there how it ended (`done`, or `forget`)."""

    __slots__ = ("_admission", "_failed", "_policy", "_since", "_total", "state")

    def __init__(self, policy: BreakerPolicy) -> None:
        self._policy = policy
        self._since = 0.0
        self._total = 0
        self._failed = 0
        self._admission = 1
        self.state = BreakerState.CLOSED

    def admit(self, now: float) -> int:
        """A number for a fetch that may start now, 0 for one that may not. While half-open one probe runs at a time."""
        if self.state is BreakerState.CLOSED:
            return self._admission
        if self.state is BreakerState.OPEN and now - self._since >= self._policy.pause:
            self._become(BreakerState.HALF_OPEN, self._since)
            return self._admission
        return 0

    def done(self, admission: int, now: float, *, failed: bool) -> None:
        """What an admitted fetch came to. One that began in an earlier state says nothing of this one."""
        if admission != self._admission:
            return
        if self.state is BreakerState.HALF_OPEN:
            self._become(BreakerState.OPEN if failed else BreakerState.CLOSED, now)
        else:
            self._count(now, failed)

    def forget(self, admission: int) -> None:
        """An admitted fetch ended without an outcome (its client went): the next one may probe."""
        if admission == self._admission and self.state is BreakerState.HALF_OPEN:
            self._become(BreakerState.OPEN, self._since)

    def _count(self, now: float, failed: bool) -> None:
        if now - self._since > self._policy.window:
            self._since, self._total, self._failed = now, 0, 0
        self._total += 1
        self._failed += failed
        if failed and self._failed >= self._policy.failures and self._failed >= self._policy.ratio * self._total:
            self._become(BreakerState.OPEN, now)

    def _become(self, state: BreakerState, since: float) -> None:
        self.state = state
        self._since, self._total, self._failed = since, 0, 0
        self._admission += 1
