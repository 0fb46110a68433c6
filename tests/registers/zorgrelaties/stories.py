"""Invented streams of relations, and what ought to stand in the end: the last version of each Bemiddeling, nothing else."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from registers.zorgrelaties.stream import Batch, Event, Relation

Stored = frozenset[tuple[Any, ...]]
STREAM = uuid.UUID(int=7)
CLIENT = uuid.UUID(int=1)
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def relation(number: int, code: str = "5050", capacity: str = "ZKu", until: dt.date | None = None) -> Relation:
    specification = uuid.UUID(int=3000 + number) if capacity in {"ZKu", "ZA"} else None
    return Relation(
        uuid.UUID(int=1000 + number),
        capacity,
        code,
        uuid.UUID(int=2000),
        specification,
        dt.date(2026, 1, 1),
        until,
        None,
    )


def event(position: int, aggregate: int, version: int, *relations: Relation) -> Event:
    return Event(position, uuid.UUID(int=100 + aggregate), version, CLIENT, relations)


def story(seed: int, events: int, aggregates: int = 3) -> list[Event]:
    """A stream in its order: versions of an aggregate rise (and may skip one), some of them end it."""
    chance = random.Random(seed)
    versions = dict.fromkeys(range(aggregates), 0)
    told: list[Event] = []
    for position in range(1, events + 1):
        aggregate = chance.randrange(aggregates)
        versions[aggregate] += chance.choice((1, 1, 1, 2))
        relations = [
            relation(100 * aggregate + n, chance.choice(("5050", "5101")), chance.choice(("ZKv", "ZKu", "ZA", "ZKn")))
            for n in range(chance.choice((0, 1, 2, 3)))
        ]
        told.append(event(position, aggregate, versions[aggregate], *relations))
    return told


def outcome(events: Iterable[Event]) -> Stored:
    """The rows after all of `events`, whatever their order: of each aggregate the highest version."""
    last: dict[uuid.UUID, Event] = {}
    for item in events:
        if item.aggregate not in last or last[item.aggregate].version < item.version:
            last[item.aggregate] = item
    return rows_of(
        (item.client_key, item.aggregate, item.version, *found) for item in last.values() for found in item.relations
    )


def rows_of(rows: Iterable[Sequence[Any]]) -> Stored:
    return frozenset(tuple(row) for row in rows)


def batch(*events: Event, head: int | None = None, until: dt.datetime = LONG_AGO, stream: uuid.UUID = STREAM) -> Batch:
    return Batch(stream, head if head is not None else max((e.position for e in events), default=0), until, events)
