"""When exchanges are due: one timer for all of them.

A timer of its own for each fetch costs more than the fetch has to spare (libuv closes each in a later turn of the loop). Here
one tick looks at what is under way, and there is no tick while nothing is.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

__all__ = ["TICK", "Deadlines", "Expiring"]

TICK = 0.02
"""Seconds; how much later than its time an exchange may be given up."""


class Expiring(Protocol):
    """An exchange under way."""

    def expire(self) -> None: ...


class Deadlines:
    """Calls `expire` of what was started and has not ended when it is due (loop time)."""

    __slots__ = ("_due", "_timer")

    def __init__(self) -> None:
        self._due: dict[Expiring, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def start(self, exchange: Expiring, due: float) -> None:
        self._due[exchange] = due
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK, self._tick)

    def end(self, exchange: Expiring) -> None:
        self._due.pop(exchange, None)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due.clear()

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for exchange in [exchange for exchange, due in self._due.items() if due <= now]:
            exchange.expire()
        self._timer = loop.call_later(TICK, self._tick) if self._due else None
