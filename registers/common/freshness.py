"""Whether the rows copied from another register are fresh enough to decide by.

The projector keeps in `projectie.stand` until when nothing is missing. What was read once proves freshness for as long as its age
stays within the bound; only when it no longer does, it is read again. So a living stream costs one small read a minute, and a
stream that is back counts with the next request.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import asyncpg
import structlog

from registers.common.pool import DatabaseUnavailableError

__all__ = ["MAX_STALENESS", "Freshness"]

MAX_STALENESS = 60.0
"""Seconds that copies may lag behind before what hangs on them is refused."""

_AHEAD = 1.0
"""Seconds that the stand may be ahead of the clock of its database. Further ahead (the clock went back) it says nothing about now."""

_AGE = "SELECT extract(epoch FROM clock_timestamp() - volledig_tot)::float8 FROM projectie.stand"
_log = structlog.get_logger(__name__)


class Reader(Protocol):
    async def inspect(self, work: Callable[[Any], Awaitable[Any]]) -> Any: ...


class Freshness:
    """`maximum` is in seconds; infinity means that nobody asks (copies that no stream fills)."""

    def __init__(self, database: Reader, maximum: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._maximum = maximum
        self._clock = clock
        self._complete_until = float("-inf")
        self._told = True

    async def fresh(self) -> bool:
        """Whether copies count now. A database that does not say counts as no."""
        if self._maximum == float("inf") or self._proven():
            return True
        asked = self._clock()
        try:
            age = await self._database.inspect(lambda connection: connection.fetchval(_AGE))
        except (DatabaseUnavailableError, asyncpg.PostgresError):
            return False
        if age is not None and float(age) >= -_AHEAD:
            self._complete_until = asked - max(float(age), 0.0)
        self._tell()
        return self._proven()

    def _proven(self) -> bool:
        return self._clock() - self._complete_until <= self._maximum

    def _tell(self) -> None:
        """Once when relations have grown stale, once when they are fresh again."""
        if self._told is not (fresh := self._proven()):
            self._told = fresh
            (_log.info if fresh else _log.error)("relations_fresh" if fresh else "relations_stale")
