"""Equal work that is asked for while it is being done is done once.

Nothing is kept: the moment the work ends its result is handed to everybody who waits, and forgotten. Who asks first does the work
in place, so that work without company costs one entry in a dictionary. When that one is cancelled (its client went), the
others do not go with it: one of them starts again. Whoever makes the key puts everything into it that the result depends on,
identity included (security case A20).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar

__all__ = ["InFlight"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class InFlight(Generic[K, V]):
    """`shared` counts the results that were given to somebody who did not do the work."""

    __slots__ = ("_running", "shared")

    def __init__(self) -> None:
        self._running: dict[K, list[asyncio.Future[V | None]]] = {}
        self.shared = 0

    def __len__(self) -> int:
        return len(self._running)

    async def run(
        self,
        key: K,
        work: Callable[[], Awaitable[V]],
        *,
        share: Callable[[V], bool] | None = None,
        until: float | None = None,
    ) -> V:
        """Do `work`, or wait for who does it already, at most `until` that loop time. Raises TimeoutError, and what `work` does.

        An exception is nobody else's, and neither is a result that `share` says no to: those who wait start again.
        """
        while not self.take(key):
            result = await self._joined(self._running[key], until)
            if result is not None:
                self.shared += 1
                return result
        given: V | None = None
        try:
            result = await work()
            given = result if share is None or share(result) else None
            return result
        finally:
            self.give(key, given)

    def take(self, key: K) -> bool:
        """Be the one who does the work, and has to `give` what comes of it; False when somebody does it already."""
        if key in self._running:
            return False
        self._running[key] = []
        return True

    def give(self, key: K, result: V | None) -> None:
        """The work has ended; None tells those who wait to start again."""
        for future in self._running.pop(key):
            if not future.done():
                future.set_result(result)

    async def _joined(self, waiting: list[asyncio.Future[V | None]], until: float | None) -> V | None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[V | None] = loop.create_future()
        waiting.append(future)
        # No `asyncio.timeout`: it would cancel the task, which may have other work under way.
        timer = loop.call_at(until, _expire, future) if until is not None else None
        try:
            return await future
        finally:
            if timer is not None:
                timer.cancel()


def _expire(future: asyncio.Future[Any]) -> None:
    if not future.done():
        future.set_exception(TimeoutError())
