"""How long a reading of the projection's stand proves that its rows are fresh."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import structlog.testing

from registers.common.freshness import Freshness
from registers.common.pool import DatabaseUnavailableError


class Stand:
    """The age of the copies, as the database tells it, and the clock of the register."""

    def __init__(self, age: float | None) -> None:
        self.age = age
        self.now = 1000.0
        self.asked = 0

    async def inspect(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        return await work(self)

    async def fetchval(self, sql: str) -> Any:
        assert "FROM projectie.stand" in sql
        self.asked += 1
        if self.age == -1:
            raise DatabaseUnavailableError
        return self.age

    def freshness(self, maximum: float = 60.0) -> Freshness:
        return Freshness(self, maximum, clock=lambda: self.now)


@pytest.mark.parametrize(
    ("age", "fresh"),
    [(0.0, True), (60.0, True), (60.1, False), (-0.5, True), (-5.0, False), (None, False), (-1, False)],
)
async def test_copies_count_up_to_the_bound(age: float | None, fresh: bool) -> None:
    """A stand that is yet to come (a clock that went back) proves nothing; a database that does not say, or has no stand, counts as no."""
    assert await Stand(age).freshness().fresh() is fresh


async def test_a_reading_is_used_for_as_long_as_it_proves_something() -> None:
    stand = Stand(10.0)
    freshness = stand.freshness()
    for later in (0.0, 20.0, 30.0):
        stand.now += later
        assert await freshness.fresh()
    assert stand.asked == 1
    # 10 + 50 seconds is the bound; past it, it is read again.
    stand.now += 0.5
    stand.age = 60.5
    assert not await freshness.fresh()
    assert stand.asked == 2


async def test_what_is_stale_is_fresh_with_the_next_heartbeat() -> None:
    stand = Stand(3600.0)
    freshness = stand.freshness()
    with structlog.testing.capture_logs() as lines:
        assert not await freshness.fresh()
        assert not await freshness.fresh()
        stand.age = 1.0
        assert await freshness.fresh()
    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("relations_stale", "error"),
        ("relations_fresh", "info"),
    ]


async def test_without_a_bound_nobody_asks() -> None:
    stand = Stand(-1)
    assert await stand.freshness(float("inf")).fresh()
    assert stand.asked == 0
