"""A cache that forgets what was used longest ago, bounded by entries and by bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["LRU"]

V = TypeVar("V")


class LRU(Generic[V]):
    """At most `entries` values of together at most `size` bytes, as the caller counts them; a larger value is not kept."""

    def __init__(self, *, entries: int, size: int) -> None:
        self._entries = entries
        self._size = size
        self._held = 0
        self._values: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    @property
    def size(self) -> int:
        """The bytes held now."""
        return self._held

    def get(self, key: Hashable) -> V | None:
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: V, size: int) -> None:
        self.drop(key)
        if size > self._size:
            return
        self._values[key] = (value, size)
        self._held += size
        while self._held > self._size or len(self._values) > self._entries:
            _, (_, freed) = self._values.popitem(last=False)
            self._held -= freed

    def drop(self, key: Hashable) -> None:
        found = self._values.pop(key, None)
        if found is not None:
            self._held -= found[1]

    def clear(self) -> None:
        self._values.clear()
        self._held = 0
