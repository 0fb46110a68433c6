"""The journal of one gateway process: records wait here until they are on the disk, many at a time.

    append ─▶ waiting ─▶ one write and one sync for all that wait ─▶ acknowledged

While a write is under way the next ones gather, so that a busy gateway syncs as often as its disk can and an idle one at once. When a write fails every
record that waits is refused, and so is every request from then on, until a writing that is tried each second succeeds; what could not be
recorded is then said in the journal itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Protocol

import orjson

from gateway.audit.places import now
from gateway.audit.worker import Worker
from gateway.audit.writing import JournalWriter
from gateway.telemetry.logs import get_log
from gateway.telemetry.metrics import Metrics

__all__ = ["Journal", "JournalError", "Shipping"]

_log = get_log(__name__)

_RETRY = 1.0
"""Seconds between attempts to write again."""
_BATCH = 2048


class JournalError(Exception):
    """A record could not be kept."""


class Shipping(Protocol):
    """Takes what was written to another place, beside the requests."""

    @property
    def unshipped(self) -> int: ...

    def start(self) -> None: ...

    def wake(self) -> None: ...

    async def stop(self) -> None: ...


class Journal:
    """`opening` makes the first record; `window` is how long a first record waits for others, in seconds."""

    def __init__(
        self,
        writer: JournalWriter,
        *,
        window: float = 0.0,
        anchor_seconds: float = 60.0,
        metrics: Metrics | None = None,
        shipping: Shipping | None = None,
        retry: float = _RETRY,
    ) -> None:
        self._writer = writer
        self._window = window
        self._anchor_seconds = anchor_seconds
        self._metrics = metrics
        self.shipping = shipping
        self._retry = retry
        self._worker = Worker("journal")
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._mending: asyncio.Task[None] | None = None
        self._anchoring: asyncio.Task[None] | None = None
        self._refused = 0
        self._failed_at = ""

    @property
    def unshipped(self) -> int:
        """Records that are on the disk and not yet in the database; 0 without one."""
        return self.shipping.unshipped if self.shipping is not None else 0

    @property
    def failing(self) -> bool:
        """Whether nothing can be written just now."""
        return self._failed_at != ""

    def open(self, opening: bytes) -> None:
        """Take the place on the disk and write the first record. Blocks; before the loop runs. Raises OSError."""
        self._writer.open()
        self._writer.write([opening])

    def start(self) -> None:
        """Begin to sign heads, and to ship."""
        self._anchoring = asyncio.get_running_loop().create_task(self._anchor_each())
        if self.shipping is not None:
            self.shipping.start()

    async def append(self, record: bytes) -> None:
        """Return when the record is on the disk. Raises `JournalError` when it cannot be."""
        if self._failed_at:
            self._refused += 1
            raise JournalError
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((record, done))
        if self._writing is None:
            self._writing = loop.create_task(self._write())
        await done

    def refuse(self) -> None:
        """Count a request that was refused because nothing can be written."""
        self._refused += 1

    async def stop(self) -> None:
        """Write what waits, say that this is the end, and sign it."""
        for task in (self._anchoring, self._mending):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if not self.failing:
            with contextlib.suppress(JournalError):
                await self.append(orjson.dumps({"kind": "closed", "at": now()}))
            await self._in_thread(self._anchor)
        if self.shipping is not None:
            await self.shipping.stop()
        await self._in_thread(self._writer.close)
        self._worker.close()

    # -- writing ---------------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        try:
            if self._window:
                await asyncio.sleep(self._window)
            while self._waiting:
                batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
                started = time.perf_counter()
                try:
                    await self._in_thread(lambda: self._writer.write([record for record, _ in batch]))  # noqa: B023 - awaited here
                except OSError as error:
                    self._fail(error, batch)
                    return
                for _, done in batch:
                    if not done.done():
                        done.set_result(None)
                self._count(len(batch), time.perf_counter() - started)
                if self.shipping is not None:
                    self.shipping.wake()
        finally:
            self._writing = None

    def _fail(self, error: OSError, batch: list[tuple[bytes, asyncio.Future[None]]]) -> None:
        refused, self._waiting = [*batch, *self._waiting], []
        self._failed_at = now()
        self._refused = len(refused)
        for _, done in refused:
            if not done.done():
                done.set_exception(JournalError())
        _log.error("audit_unavailable", reason=error.strerror or type(error).__name__)
        self._mending = asyncio.get_running_loop().create_task(self._mend())

    async def _mend(self) -> None:
        """Try until a record that says what is missing has been written."""
        while True:
            await asyncio.sleep(self._retry)
            told = {"kind": "interrupted", "at": now(), "since": self._failed_at, "refused": self._refused}
            try:
                await self._in_thread(lambda: self._begin_anew(orjson.dumps(told)))  # noqa: B023 - awaited here
            except OSError:
                continue
            refused, self._refused, self._failed_at = self._refused, 0, ""
            _log.info("audit_resumed", refused=refused)
            return

    def _begin_anew(self, record: bytes) -> None:
        self._writer.mend()
        self._writer.write([record])

    def _count(self, records: int, seconds: float) -> None:
        if self._metrics is not None:
            self._metrics.audit_records.add(count=records)
            self._metrics.audit_seconds.observe(seconds)

    # -- anchors ---------------------------------------------------------------------------------------------------

    async def _anchor_each(self) -> None:
        while True:
            await asyncio.sleep(self._anchor_seconds)
            if not self.failing:
                await self._in_thread(self._anchor)

    def _anchor(self) -> None:
        try:
            signed = self._writer.anchor()
        except OSError as error:
            # The next one will say the same and more; that the folder is gone the next record finds out.
            _log.warning("audit_not_anchored", reason=error.strerror or type(error).__name__)
            return
        if signed is not None and self._metrics is not None:
            self._metrics.audit_anchors.add()

    async def _in_thread(self, work: Callable[[], None]) -> None:
        await self._worker.do(work)
