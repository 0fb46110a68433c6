"""The same world with other things in it that an asker cannot see.

Hidden rows go, or hold something else; so do fields that are refused on rows that are visible. What a grant looks at may not
change by it: where the asker would then see more or less, that change is left out.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.properties.authorization.filling import other_value
from tests.properties.authorization.model import LINKS, TYPES, Row, World
from tests.properties.authorization.reading import Pins, Sight

__all__ = ["Change", "Places", "unseen_change"]

_TRIES = 7


@dataclass(frozen=True)
class Change:
    """`before` leave, `after` come in their place."""

    before: list[Row]
    after: list[Row]


Places = Mapping[str, frozenset[Pins]]
"""By type, what the roots of all questions pin."""


def unseen_change(rng: random.Random, sight: Sight, places: Places) -> Change:
    """As much of a change as the asker's view allows; it may be none."""
    candidates = list(_candidates(rng, sight, places))
    rng.shuffle(candidates)
    tries = 0

    def accepted(kept: list[Change], more: list[Change]) -> list[Change]:
        nonlocal tries
        tries += 1
        if not more or tries > _TRIES:
            return kept
        if _same_view(sight, _whole(sight.world, kept + more), places):
            return kept + more
        if len(more) == 1:
            return kept
        half = len(more) // 2
        return accepted(accepted(kept, more[:half]), more[half:])

    return _whole(sight.world, accepted([], candidates))


def _candidates(rng: random.Random, sight: Sight, places: Places) -> Iterator[Change]:
    for name, rows in sight.world.rows.items():
        for row in rows:
            fields = _seen(sight, row, places)
            if fields is None and rng.random() < 0.6:
                yield Change([row], [])
                continue
            other = _changed(rng, name, row, fields or frozenset())
            if other != row:
                yield Change([row], [other])


def _changed(rng: random.Random, name: str, row: Row, seen: frozenset[str]) -> Row:
    columns: dict[str, Any] = {}
    for column, value in row.items():
        if column in {"type", "client"} or column.endswith("ID") or column in seen:
            continue
        columns[column] = other_value(rng, name, column, value)
    return {**row, **columns}


def _whole(world: World, changes: list[Change]) -> Change:
    """All changes together, but for removals of what something still points to."""
    gone = {id(change.before[0]): change.before[0] for change in changes if not change.after}
    while True:
        kept = [row for row in gone.values() if any(id(other) not in gone for other in _pointing(world, row))]
        if not kept:
            break
        for row in kept:
            del gone[id(row)]
    found = [change for change in changes if change.after or id(change.before[0]) in gone]
    return Change([row for change in found for row in change.before], [row for change in found for row in change.after])


def _pointing(world: World, row: Row) -> Iterator[Row]:
    for (owner, _), link in LINKS.items():
        if link.target == row["type"] and link.remote == TYPES[row["type"]].key and not link.many:
            yield from (other for other in world.rows[owner] if other[link.local] == row[link.remote])


def _seen(sight: Sight, row: Row, places: Places) -> frozenset[str] | None:
    """The fields of a row that show anywhere."""
    found = [sight.fields(row, pins) for pins in {None, *places.get(row["type"], ())}]
    return frozenset[str]().union(*filter(None, found)) if any(fields is not None for fields in found) else None


def _same_view(sight: Sight, change: Change, places: Places) -> bool:
    """Whether the asker sees the same rows with the same fields, before and after."""
    gone = {id(row) for row in change.before}
    rows = {name: [row for row in rows if id(row) not in gone] for name, rows in sight.world.rows.items()}
    for row in change.after:
        rows[row["type"]].append(row)
    other = replace(sight, world=World(rows))
    return _view(sight, places) == _view(other, places)


def _view(sight: Sight, places: Places) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for name in sight.held:
        for pins in {None, *places.get(name, ())}:
            for row in sight.world.rows[name]:
                fields = sight.fields(row, pins)
                if fields is not None:
                    found[row[TYPES[name].key], pins] = (fields, {f: row.get(f) for f in fields})
    return found
