"""Ships the journal to the audit database: in order, beside the requests, as far as the disk has it.

The journal is the truth and the database a copy: where it stands is asked of the database itself, so a gateway that was killed, or a database that was away,
costs nothing but time. Journals of processes that are gone and had more to ship are finished by the next one that starts here. Two that ship the
same line leave one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg

from gateway.audit.chain import ChainError, Head, read_line
from gateway.audit.database import UNREACHABLE, insert_anchors, insert_lines, shipped_to
from gateway.audit.places import anchors_file, instances_of, is_alive, segments_of
from gateway.telemetry.logs import get_log

__all__ = ["Shipper"]

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
        self._shipped = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: Any = None
        self._tail = _Tail(folder, instance)
        self._failing = False

    @property
    def unshipped(self) -> int:
        return self._written().sequence - self._shipped

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
            self._shipped = await shipped_to(self._connection, self._instance)
            self._tail = _Tail(self._folder, self._instance, self._shipped)
        await self._ship_tail(self._tail, self._written().sequence)

    async def _finish_others(self) -> None:
        for instance in await asyncio.to_thread(instances_of, self._folder):
            if instance != self._instance and not is_alive(self._folder, instance):
                await self._ship_tail(_Tail(self._folder, instance, await shipped_to(self._connection, instance)), None)

    async def _ship_tail(self, tail: _Tail, end: int | None) -> None:
        while lines := await asyncio.to_thread(tail.take, _BATCH, end):
            await insert_lines(self._connection, tail.instance, lines)
            tail.taken(len(lines))
            if tail.instance == self._instance:
                self._shipped = tail.shipped
        anchors = await asyncio.to_thread(tail.anchors)
        await insert_anchors(self._connection, tail.instance, anchors)
        tail.anchored(len(anchors))

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    def _failed(self, reason: str) -> None:
        if not self._failing:
            self._failing = True
            _log.warning("audit_not_shipped", reason=reason)


class _Tail:
    """What of an instance comes after line `shipped`."""

    def __init__(self, folder: Path, instance: str, shipped: int = 0) -> None:
        self.instance = instance
        self.shipped = shipped
        self._folder = folder
        self._path: Path | None = None
        self._place = 0
        self._next: tuple[Path | None, int] = (None, 0)
        self._anchors = 0

    def take(self, limit: int, end: int | None) -> list[bytes]:
        """The next lines, at most `limit` and none after number `end`."""
        segments = segments_of(self._folder, self.instance)
        current = [segment for segment in segments if segment.first <= self.shipped + 1][-1:]
        if not current:
            return []
        path = current[0].path
        lines: list[bytes] = []
        with path.open("rb") as file:
            place = file.seek(self._place if path == self._path else 0)
            for line in file:
                sequence = _sequence(line)
                if sequence is None or (end is not None and sequence > end) or len(lines) == limit:
                    break
                place += len(line)
                if sequence > self.shipped:
                    lines.append(line[:-1])
        self._next = (path, place)
        return lines

    def taken(self, count: int) -> None:
        """The lines that were taken are where they belong."""
        self.shipped += count
        self._path, self._place = self._next

    def anchors(self) -> list[str]:
        try:
            text = anchors_file(self._folder, self.instance).read_text(encoding="ascii")
        except FileNotFoundError:
            return []
        return [line.strip() for line in text.splitlines(keepends=True) if line.endswith("\n")][self._anchors :]

    def anchored(self, count: int) -> None:
        self._anchors += count


def _sequence(line: bytes) -> int | None:
    """The number of a line; None for one that is not finished."""
    try:
        return read_line(line.removesuffix(b"\n")).head.sequence if line.endswith(b"\n") else None
    except ChainError:
        return None
