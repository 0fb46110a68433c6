"""Keeps the table `zorgrelatie` of one register as BR's stream says it is.

    read behind my position ─▶ what follows without a gap ─▶ one transaction: versions, rows, position, heartbeat

The position stands in the transaction that changes the rows, so a projector that dies at any point goes on where it was. Older or equal
versions of a Bemiddeling do nothing. Behind a gap nothing is taken and the heartbeat does not count: it is asked for again, and when
it stays, the relations grow stale and the grants that hang on them are refused. Two projectors of one register take turns at the
row of `projectie.stand`; the second finds everything done.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from registers.zorgrelaties.postgres import DISTURBANCES, connected
from registers.zorgrelaties.stream import Batch, Event, Relation, Source, StreamError, in_order

__all__ = ["Progress", "Projector", "begin_anew", "follow", "project"]

_log = structlog.get_logger(__name__)

_STAND = "SELECT stroom, positie, kenmerk FROM projectie.stand FOR UPDATE"
_NEWER = """
INSERT INTO projectie.aggregaat AS known (aggregaat_id, versie) VALUES ($1, $2)
ON CONFLICT (aggregaat_id) DO UPDATE SET versie = excluded.versie WHERE known.versie < excluded.versie
RETURNING true
"""
_FORGET = """
DELETE FROM zorgrelatie;
DELETE FROM projectie.aggregaat;
UPDATE projectie.stand SET stroom = NULL, positie = 0, kenmerk = NULL, volledig_tot = 'epoch';
"""
_CLEAR = 'DELETE FROM zorgrelatie WHERE "bemiddelingID" = $1'
_COLUMNS = ("client_key", "bemiddelingID", "versie", *Relation._fields)
_NAMES, _PLACES = (
    ", ".join(items) for items in zip(*((f'"{c}"', f"${n}") for n, c in enumerate(_COLUMNS, 1)), strict=True)
)
_WRITE = f"INSERT INTO zorgrelatie ({_NAMES}) VALUES ({_PLACES})"
# A clock that is ahead, or went back, must not keep relations fresh for longer than they are.
_ADVANCE = """
UPDATE projectie.stand SET stroom = $1, positie = $2, kenmerk = $5,
       volledig_tot = CASE WHEN $3 THEN least(greatest(volledig_tot, $4::timestamptz), clock_timestamp()) ELSE volledig_tot END
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a projection stands after a batch: `behind` when the stream goes further, `gap` when the next event is missing."""

    position: int
    applied: int
    behind: bool
    gap: bool


async def project(connection: Any, batch: Batch) -> Progress:
    """Take a batch in, in one transaction. Raises `StreamError` for another stream than before, or one that was set back."""
    async with connection.transaction():
        stand = await connection.fetchrow(_STAND)
        if stand["stroom"] not in {None, batch.stream}:
            raise StreamError("The source has another stream than before; take it from its beginning (--anew).")
        if _set_back(stand, batch):
            raise StreamError(
                "The stream of the source tells something else than was taken from it; it was set back (--anew)."
            )
        events = in_order(batch.events, stand["positie"])
        applied = await _apply(connection, events)
        position: int = stand["positie"] + len(events)
        caught_up = position >= batch.head
        mark = events[-1].mark if events else stand["kenmerk"]
        await connection.execute(_ADVANCE, batch.stream, position, caught_up, batch.complete_until, mark)
    ahead = any(event.position > position for event in batch.events)
    return Progress(position, applied, not caught_up, ahead)


def _set_back(stand: Any, batch: Batch) -> bool:
    """Whether the event that was taken last is another one now: a backup was put back, and went on from there.

    A batch that was read behind another position says nothing of it: meanwhile another projector has gone on.
    """
    known = stand["kenmerk"]
    return known is not None and stand["positie"] == batch.after and batch.mark != known


async def begin_anew(database_url: str) -> None:
    """Forget the relations of a register and where they came from, so that whatever stream is there now is taken from its beginning.

    In one transaction. Until all of that stream is there, nothing that hangs on relations is answered: what is kept is as old as can be.
    Raises what the database raises.
    """
    async with connected(database_url, "projector") as connection, connection.transaction():
        await connection.fetchrow(_STAND)  # who is projecting ends first
        await connection.execute(_FORGET)


async def _apply(connection: Any, events: Sequence[Event]) -> int:
    applied = 0
    for event in events:
        if not await connection.fetchval(_NEWER, event.aggregate, event.version):
            continue
        await connection.execute(_CLEAR, event.aggregate)
        rows = [(event.client_key, event.aggregate, event.version, *relation) for relation in event.relations]
        await connection.executemany(_WRITE, rows)
        applied += 1
    return applied


@dataclass(slots=True)
class Projector:
    """Follows one source with one connection. `limit` bounds the events of a transaction, `look` is in seconds."""

    name: str
    connection: Any
    source: Source
    limit: int = 500
    look: float = 2.0
    _told: bool = False
    _heard: tuple[datetime, datetime] | None = None
    """The last heartbeat, and the time of the register before it was read."""

    async def run(self) -> None:
        """Follow until cancelled. Raises what the database or the source raises."""
        while True:
            progress = await self.step()
            if progress.gap or not progress.behind:
                await self.source.wait(self.look)

    async def step(self) -> Progress:
        position, now = await self.connection.fetchrow("SELECT positie, clock_timestamp() FROM projectie.stand")
        batch = await self.source.read(position, self.limit)
        if batch.head < position:
            raise StreamError("The stream of the source ends before what was taken from it; it was set back (--anew).")
        if self._heard is None or self._heard[0] != batch.complete_until:
            self._heard = (batch.complete_until, now)
        # Of a clock that is ahead, a beat counts as of when it was heard first: what no longer beats does not stay fresh.
        progress = await project(self.connection, replace(batch, complete_until=min(self._heard)))
        stuck = progress.gap or (progress.behind and not batch.events)
        if stuck and not self._told:
            _log.error("relations_gap", register=self.name, position=progress.position)
        self._told = stuck
        # Behind without an event is a gap at the end of the stream: nothing to hurry for.
        return Progress(progress.position, progress.applied, progress.behind, stuck)


async def follow(
    name: str,
    database_url: str,
    open_source: Callable[[], AbstractAsyncContextManager[Source]],
    *,
    pause: float = 1.0,
) -> None:
    """Keep the relations of the register `name` until cancelled, over lost databases and sources. `pause` is in seconds."""
    while True:
        try:
            async with contextlib.AsyncExitStack() as stack:
                connection = await stack.enter_async_context(connected(database_url, "projector"))
                source = await stack.enter_async_context(open_source())
                _log.info("relations_followed", register=name)
                await Projector(name, connection, source).run()
        except StreamError as error:
            _log.error("relations_refused", register=name, reason=str(error))
        except DISTURBANCES as error:
            _log.warning("relations_interrupted", register=name, reason=type(error).__name__)
        await asyncio.sleep(pause)
