"""A least-recently-used cache bounded by bytes, for plans and everything compiled from them.

The caller says what an entry weighs and puts everything the value depends on into its key (security case A19). An entry
that is heavier than the whole cache is not kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from itertools import islice
from typing import Generic, TypeVar

__all__ = ["BytesCache"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BytesCache(Generic[K, V]):
    """`max_bytes` bounds the sum of the weights of all entries; hits and misses are counted for the metrics."""

    __slots__ = ("_entries", "_max_bytes", "hits", "misses", "size")

    def __init__(self, max_bytes: int) -> None:
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._max_bytes = max_bytes
        self.size = 0
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: K) -> V | None:
        entry = self._entries.get(key)
        if entry is None:
            self.misses += 1
            return None
        self._entries.move_to_end(key)
        self.hits += 1
        return entry[0]

    def put(self, key: K, value: V, weight: int) -> None:
        """Keep `value` under `key`; `weight` in bytes. The longest unused entries make room."""
        old = self._entries.pop(key, None)
        if old is not None:
            self.size -= old[1]
        if weight > self._max_bytes:
            return
        self._entries[key] = (value, weight)
        self.size += weight
        while self.size > self._max_bytes:
            _, (_, freed) = self._entries.popitem(last=False)
            self.size -= freed

    def newest(self, limit: int) -> list[tuple[K, V]]:
        """The entries that were used last, the latest first."""
        return [(key, value) for key, (value, _) in islice(reversed(self._entries.items()), limit)]

    def clear(self) -> None:
        self._entries.clear()
        self.size = 0
