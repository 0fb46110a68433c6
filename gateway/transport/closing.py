"""Tells answers that last — subscriptions — that they have to come to an end, and why.

Each assembly has one. It closes when the assembly is replaced (`reload`) or when the gateway stops (`stop`); whoever serves a stream
listens, sends the client a clean end, and is done within the grace time of a stop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from gateway.telemetry.logs import get_log, whereabouts

__all__ = ["Closing", "Reason"]

Reason = Literal["reload", "stop"]

_log = get_log(__name__)


class Closing:
    """`reason` is None while everything goes on; it may change from `reload` to `stop`, and listeners are told again."""

    def __init__(self) -> None:
        self.reason: Reason | None = None
        self._listeners: dict[int, Callable[[Reason], None]] = {}
        self._next = 0

    def listen(self, end: Callable[[Reason], None]) -> Callable[[], None]:
        """Have `end` called on the event loop when the time has come, at once if it has. Returns what stops listening."""
        self._next += 1
        number = self._next
        self._listeners[number] = end
        if self.reason is not None:
            end(self.reason)
        return lambda: self._forget(number)

    def begin(self, reason: Reason) -> None:
        """Tell everybody. One listener that fails keeps nobody else from hearing it."""
        if self.reason in (reason, "stop"):
            return
        self.reason = reason
        for end in tuple(self._listeners.values()):
            try:
                end(reason)
            except Exception as error:  # noqa: BLE001 - see above
                _log.error("closing_failed", **whereabouts(error))

    def __len__(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def _forget(self, number: int) -> None:
        self._listeners.pop(number, None)
