"""Ships the journal to the audit database: in order, beside the requests, as far as the disk has it.

The journal is the truth and the database a copy: where it stands is asked of the database itself, so a gateway that was killed, or a database that was away,
costs nothing but time. Journals of processes that are gone and had more to ship are finished by the next one that starts here; one that cannot be
read holds up no other (`tails`). Two that ship the same line leave one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from gateway.audit.chain import Head
from gateway.audit.database import UNREACHABLE, insert_anchors, insert_rows, shipped_to
from gateway.audit.places import instances_of, is_alive
from gateway.audit.tails import Tail
from gateway.telemetry.logs import get_log

__all__ = ["Shipper"]

T = TypeVar("T")

_log = get_log(__name__)

_LINGER = 0.5
"""Seconds that lines gather before they are shipped."""
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts, the last one again and again."""
_BATCH = 500
_LAST = 5.0
"""Seconds that a stop waits for what is left."""


class Shipper:
    """Ships what `instance` has written in `folder` up to `written()`, what is on the disk, and what journals before it left."""

    def __init__(
        self, folder: Path, instance: str, url: str, written: Callable[[], Head], *, linger: float = _LINGER
    ) -> None:
        self._folder = folder
        self._instance = instance
        self._url = url
        self._written = written
        self._linger = linger
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: Any = None
        self._tail = Tail(folder, instance)
        self._told: set[str] = set()
        self._failing = False

    @property
    def unshipped(self) -> int:
        return self._written().sequence - self._tail.shipped.sequence

    def start(self) -> None:
        self._wake.set()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def wake(self) -> None:
        self._wake.set()

    async def stop(self) -> None:
        """Ship what is left, when the database takes it within a few seconds."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            # What was cancelled may have left its connection in the middle of something.
            await self._disconnect()
            with contextlib.suppress(*UNREACHABLE):
                async with asyncio.timeout(_LAST):
                    await self._ship()
        await self._disconnect()

    async def _run(self) -> None:
        failures = 0
        while True:
            await self._wake.wait()
            await asyncio.sleep(self._linger)
            self._wake.clear()
            try:
                await self._ship()
                failures = 0
                self._failing = False
            except UNREACHABLE as error:
                self._failed(type(error).__name__)
                await self._disconnect()
                await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1
                self._wake.set()

    async def _ship(self) -> None:
        if self._connection is None:
            self._connection = await asyncpg.connect(self._url, timeout=10, command_timeout=30)
            await self._finish_others()
            self._tail = await self._tail_of(self._instance)
        await self._ship_tail(self._tail, self._written().sequence)

    async def _finish_others(self) -> None:
        for instance in await asyncio.to_thread(instances_of, self._folder):
            if instance != self._instance and not is_alive(self._folder, instance):
                await self._ship_tail(await self._tail_of(instance), None)

    async def _tail_of(self, instance: str) -> Tail:
        return Tail(self._folder, instance, await shipped_to(self._connection, instance))

    async def _ship_tail(self, tail: Tail, end: int | None) -> None:
        while rows := await self._read(tail, lambda: tail.take(_BATCH, end)):
            if not await insert_rows(self._connection, rows):
                tail.broken = rows[0].sequence
                break
            tail.taken()
        if tail.broken is not None:
            self._tell(tail.instance, tail.broken)
        anchors = await self._read(tail, tail.anchors)
        await insert_anchors(self._connection, tail.instance, anchors)
        tail.anchored()

    async def _read(self, tail: Tail, read: Callable[[], list[T]]) -> list[T]:
        """What is read of a journal; of another one that cannot be read nothing, and ours is shipped all the same."""
        try:
            return await asyncio.to_thread(read)
        except OSError:
            if tail.instance == self._instance:
                raise
            self._tell(tail.instance, tail.shipped.sequence + 1)
            return []

    def _tell(self, instance: str, line: int) -> None:
        if instance not in self._told:
            self._told.add(instance)
            _log.error("audit_line_not_shipped", instance=instance, line=line)

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    def _failed(self, reason: str) -> None:
        if not self._failing:
            self._failing = True
            _log.warning("audit_not_shipped", reason=reason)
