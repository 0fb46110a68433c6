"""How often each operation was asked, by whom, with what outcome: for `/metrics` and for the usage of fields.

One small record for each signature of operations (their hash, values left out), with the coordinates that they ask; a request is four additions on it, and everything else is
worked out when somebody reads.
The table is bounded. An operation that leaves it is folded into its coordinates, whose number the schema bounds, so that no usage is
lost, whatever clients make up.

`/metrics` shows the most frequent operations each as a series of its own, and the rest together as `other`. A series must never
fall, so what was counted as `other` once stays there: an operation that comes to the top starts at what it had not been shown for.

A caller is counted as a class, which is the role; never as somebody.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gateway.language.operation import Field, Operation, Selection

__all__ = ["OTHER", "Numbers", "Operations", "coordinates_of"]

OTHER = "other"

Numbers = tuple[int, int, float]
"""Requests, requests that failed, seconds."""

_NONE: Numbers = (0, 0, 0.0)


@dataclass(slots=True)
class _Seen:
    """What is remembered of an operation: not the operation, which holds on to the schema that it was asked of."""

    hash: str
    kind: str
    coordinates: tuple[str, ...]
    count: int = 0
    failed: int = 0
    seconds: float = 0.0
    classes: dict[str, int] = field(default_factory=dict[str, int])
    looked_at: int = 0
    """The count when the operation was last considered for leaving."""
    read: Numbers = _NONE
    """As of the last reading."""
    since: Numbers | None = None
    """While it has a series of its own: what it had been counted for as `other` before."""

    @property
    def numbers(self) -> Numbers:
        return self.count, self.failed, self.seconds


class Operations:
    """`shown` operations get a series of their own, `kept` are remembered, `classes` of callers told apart."""

    def __init__(self, *, shown: int = 100, kept: int = 2_000, classes: int = 64) -> None:
        self.since = time.time()
        self._shown = shown
        self._kept = kept
        self._max_classes = classes
        self._known_classes: set[str] = set()
        self._seen: dict[str, _Seen] = {}
        self._folded: dict[str, dict[str, int]] = {}
        self._totals: dict[str, Numbers] = {}
        self._past: dict[str, Numbers] = {}
        """By kind, what series that are no longer shown had shown."""

    def __len__(self) -> int:
        return len(self._seen)

    def count(self, operation: Operation, caller: str, seconds: float, *, failed: bool) -> None:
        """Count one request."""
        seen = self._seen.get(operation.signature)
        if seen is None:
            seen = self._add(operation)
        seen.count += 1
        seen.seconds += seconds
        if failed:
            seen.failed += 1
        classes = seen.classes
        if caller in classes:
            classes[caller] += 1
        else:
            caller = self._class(caller)
            classes[caller] = classes.get(caller, 0) + 1

    def asked(self, hash: str) -> int:
        """How often the operation was asked, as far as is remembered."""
        seen = self._seen.get(hash)
        return seen.count if seen is not None else 0

    def fields(self) -> dict[str, dict[str, int]]:
        """Requests by coordinate (`Type.field`) and class of callers. A field that is skipped by a variable counts as asked."""
        found = {coordinate: dict(classes) for coordinate, classes in self._folded.items()}
        for seen in self._seen.values():
            _fold(seen, found)
        return dict(sorted(found.items()))

    def series(self) -> list[tuple[str, str, Numbers]]:
        """Hash (16 digits) or `other`, kind, numbers; for a page that is read again and again."""
        self._choose()
        own = [(seen.hash[:16], seen.kind, _less(seen.numbers, seen.since)) for seen in self._own()]
        rest = self._all()
        for kind, past in self._past.items():
            rest[kind] = _less(rest[kind], past)
        for _, kind, numbers in own:
            rest[kind] = _less(rest[kind], numbers)
        for seen in self._seen.values():
            seen.read = seen.numbers
        return own + [(OTHER, kind, numbers) for kind, numbers in sorted(rest.items()) if numbers[0]]

    # -- the table -----------------------------------------------------------------------------------------------

    def _add(self, operation: Operation) -> _Seen:
        if len(self._seen) >= self._kept:
            self._leave()
        coordinates = tuple(map(sys.intern, set(coordinates_of(operation.selections))))
        seen = self._seen[operation.signature] = _Seen(operation.signature, operation.kind.value, coordinates)
        return seen

    def _leave(self) -> None:
        """The one that has been there longest leaves, unless it was asked since this was last said of it."""
        while True:
            hash = next(iter(self._seen))
            seen = self._seen.pop(hash)
            if seen.count == seen.looked_at:
                break
            seen.looked_at = seen.count
            self._seen[hash] = seen
        _fold(seen, self._folded)
        self._hide(seen)
        kind = seen.kind
        self._totals[kind] = _sum(self._totals.get(kind, _NONE), seen.numbers)

    def _class(self, caller: str) -> str:
        if caller not in self._known_classes:
            if len(self._known_classes) >= self._max_classes:
                return OTHER
            self._known_classes.add(caller)
        return caller

    # -- the series ----------------------------------------------------------------------------------------------

    def _own(self) -> Iterator[_Seen]:
        return (seen for seen in self._seen.values() if seen.since is not None)

    def _choose(self) -> None:
        """Free places go to the most frequent operations; one that nobody asked since the last reading frees its place when
        another one wants it.
        """
        waiting = [seen for seen in self._seen.values() if seen.since is None and seen.count > seen.read[0]]
        shown = list(self._own())
        idle = [seen for seen in shown if seen.count == seen.read[0]]
        free = self._shown - len(shown)
        for seen in idle[: max(0, len(waiting) - free)]:
            self._hide(seen)
            free += 1
        waiting.sort(key=lambda seen: -seen.count)
        for seen in waiting[: max(0, free)]:
            seen.since = seen.read

    def _hide(self, seen: _Seen) -> None:
        if seen.since is not None:
            kind = seen.kind
            self._past[kind] = _sum(self._past.get(kind, _NONE), _less(seen.numbers, seen.since))
            seen.since = None

    def _all(self) -> dict[str, Numbers]:
        totals = dict(self._totals)
        for seen in self._seen.values():
            kind = seen.kind
            totals[kind] = _sum(totals.get(kind, _NONE), seen.numbers)
        return totals


def coordinates_of(selections: Iterable[Selection]) -> Iterator[str]:
    """`Type.field` for each field, as often as it is written."""
    for selection in selections:
        if isinstance(selection, Field):
            yield f"{selection.parent}.{selection.name}"
        yield from coordinates_of(selection.selections)


def _fold(seen: _Seen, into: dict[str, dict[str, int]]) -> None:
    for coordinate in seen.coordinates:
        classes = into.setdefault(coordinate, {})
        for name, count in seen.classes.items():
            classes[name] = classes.get(name, 0) + count


def _sum(one: Numbers, other: Numbers) -> Numbers:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _less(one: Numbers, other: Numbers | None) -> Numbers:
    return one if other is None else (one[0] - other[0], one[1] - other[1], one[2] - other[2])
