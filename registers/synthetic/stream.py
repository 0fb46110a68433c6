"""Chance that repeats: one stream of numbers per client.

A stream depends on the seed and the number of the client only, so client 17 is the same person in a network of 20 and of
100,000. Only `random()` and `getrandbits()` of the standard generator are used; those two are stable over Python
versions.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Generic, Self, TypeVar
from uuid import UUID

from iwlz.periods import AMSTERDAM

__all__ = ["Stream", "Weighted"]

T = TypeVar("T")

_NOT_VERSION = ~((0xF000 << 64) | (0xC000 << 48))
_VERSION_4 = (0x4000 << 64) | (0x8000 << 48)


class Weighted(Generic[T]):
    """Values with weights; a pick costs one number and a binary search."""

    __slots__ = ("_cumulative", "_total", "values")

    def __init__(self, *pairs: tuple[T, float]) -> None:
        self.values = tuple(value for value, _ in pairs)
        self._cumulative = list(accumulate(weight for _, weight in pairs))
        self._total = self._cumulative[-1]

    def pick(self, stream: Stream) -> T:
        return self.values[bisect(self._cumulative, stream.random() * self._total)]


class Stream(Random):
    """The chance of one client. Equal (seed, client) give equal streams on every machine."""

    @classmethod
    def of(cls, seed: int, client: int) -> Self:
        return cls(f"{seed}:{client}")

    def uuid(self) -> UUID:
        """A UUID of version 4 made from this stream."""
        return UUID(int=self.getrandbits(128) & _NOT_VERSION | _VERSION_4)

    def chance(self, probability: float) -> bool:
        return self.random() < probability

    def pick(self, values: Sequence[T]) -> T:
        return values[int(self.random() * len(values))]

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """`count` different values in their own order, or all when there are fewer."""
        left, chosen = count, list[T]()
        for index, value in enumerate(values):
            if self.random() * (len(values) - index) < left:
                chosen.append(value)
                left -= 1
        return chosen

    def day(self, first: date, last: date) -> date:
        """A day from `first` to `last`, both included; `first` when `last` lies before it."""
        return first + timedelta(days=self.between(0, max(0, (last - first).days)))

    def moment(self, day: date) -> datetime:
        """A moment in office hours of that day, in Dutch time."""
        second = self.between(8 * 3600, 18 * 3600 - 1)
        return datetime(day.year, day.month, day.day, second // 3600, second // 60 % 60, second % 60, tzinfo=AMSTERDAM)
