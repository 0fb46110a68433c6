"""From start to stop: which assembly serves, and how the next one takes its place without a dropped request.

A changed file or SIGHUP has the configuration read anew and a whole assembly made of it, in a worker thread, while the old one
serves; it is warmed with the old one's hottest documents before the switch. The switch is one assignment. What arrives afterwards is
answered by the new assembly; what is under way stays with the old one, which is closed when the last request has left it. A
configuration that is wrong changes nothing but a line in the log and a count in the metrics.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.assembly import Assembly, Lasting, assemble
from gateway.errors import OperatorError
from gateway.requests import GraphQLRequest
from gateway.sources import Fingerprint, Reading, Source, fingerprint
from gateway.telemetry.logs import get_log, whereabouts

__all__ = ["Lifecycle"]

_log = get_log(__name__)

_TURN = 0.0005
"""Seconds that the worker thread may keep the interpreter from the loop while the next assembly is made; Python's own 5 ms would be
added to each step of every request."""

_CONSIDERED = 4
"""Times as many documents are considered for warming as are prepared."""


@dataclass(frozen=True, slots=True)
class _Made:
    reading: Reading
    assembly: Assembly
    warmed: int


class Lifecycle:
    """`current` is the assembly that serves. `source` is read at each reload; without one, nothing is ever reloaded."""

    def __init__(self, assembly: Assembly, lasting: Lasting, reading: Reading, source: Source | None = None) -> None:
        """`reading` is what `assembly` was made of."""
        self.current = assembly
        self.draining = False
        self._lasting = lasting
        self._source = source
        self._files = reading.files
        self._told = reading.told
        self._alive = [assembly]
        self._closing: set[asyncio.Task[None]] = set()
        self._working: set[asyncio.Task[object]] = set()
        self._lock = asyncio.Lock()

    @property
    def running(self) -> int:
        """Requests that are being answered, by whatever assembly."""
        return sum(assembly.running for assembly in self._alive)

    @property
    def streams(self) -> int:
        """Streams that are open."""
        return sum(len(assembly.closing) for assembly in self._alive)

    # -- start and stop ------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Ready to serve."""
        gc.set_threshold(20_000, 20, 20)
        gc.enable()
        self._lasting.health.facts = self.current.facts
        self._lasting.health.ready = True
        if self._source is not None:
            self._listen_for_hangup()
            if self.current.settings.lifecycle.watch:
                self._work(self._watch())

    def drain(self) -> None:
        """No longer ready: a load balancer looks for another gateway, streams come to their end, the rest goes on."""
        self.draining = True
        self._lasting.health.ready = False
        for assembly in self._alive:
            assembly.closing.begin("stop")

    async def stop(self) -> None:
        """Close what was opened."""
        self.drain()
        for task in tuple(self._working):
            task.cancel()
        await asyncio.gather(*self._working, *self._closing, return_exceptions=True)
        for assembly in self._alive:
            await assembly.close()
        self._alive.clear()

    # -- one assembly after another ------------------------------------------------------------------------------

    async def reload(self, why: str) -> bool:
        """Read the source anew and let what comes of it serve; False when it cannot, and everything stays as it is."""
        assert self._source is not None
        async with self._lock:
            started = time.monotonic()
            before = self.current
            documents = self._hottest()
            try:
                with _short_turns():
                    made = await asyncio.to_thread(_make, self._source, self._lasting, before, documents)
            except OperatorError as error:
                self._refused(why, "refused", code=getattr(error, "code", ""), reason=str(error))
                return False
            except Exception as error:  # noqa: BLE001 - a fault of ours must not take the graph that serves away
                self._refused(why, "failed", **whereabouts(error))
                return False
            self._files, self._told = made.reading.files, made.reading.told
            self.replace(made.assembly)
            self._count("ok")
            seconds = round(time.monotonic() - started, 3)
            _log.info("reloaded", why=why, seconds=seconds, warmed=made.warmed, **made.assembly.facts)
            return True

    def _hottest(self) -> list[GraphQLRequest]:
        """The documents to prepare: of those asked lately, the most frequent ones where that is known."""
        limit = self.current.settings.lifecycle.warm_documents
        lately = self.current.pipeline.documents(_CONSIDERED * limit)
        if self._lasting.metrics is not None:
            asked = self._lasting.metrics.operations.asked
            lately.sort(key=lambda entry: -asked(entry[1]))
        return [request for request, _ in lately[:limit]]

    def replace(self, assembly: Assembly) -> None:
        """Let `assembly` serve from now on."""
        before, self.current = self.current, assembly
        _carry_counts(before, assembly)
        self._alive.append(assembly)
        self._lasting.health.facts = assembly.facts
        before.retired = True
        before.closing.begin("reload")
        if self.draining:
            assembly.closing.begin("stop")
        self.left(before)

    def enter(self, assembly: Assembly) -> Callable[[], None]:
        """Count an operation that does not belong to one request; call what is returned when it is done, once."""
        assembly.running += 1

        def leave() -> None:
            assembly.running -= 1
            if assembly.retired:
                self.left(assembly)

        return leave

    def left(self, assembly: Assembly) -> None:
        """A request has left a retired assembly."""
        if assembly.running == 0 and assembly in self._alive:
            self._alive.remove(assembly)
            task = asyncio.get_running_loop().create_task(self._close(assembly))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def settled(self) -> None:
        """Wait until every retired assembly that nobody is in any more has been closed."""
        await asyncio.gather(*self._closing)

    async def _close(self, assembly: Assembly) -> None:
        await assembly.close(self._alive)
        del assembly
        # Schemas are full of cycles, and the collector by itself would come by too late.
        asyncio.get_running_loop().call_soon(gc.collect)

    def _refused(self, why: str, result: str, **reason: object) -> None:
        # The same files are not tried again until they change.
        self._told = fingerprint(self._files)
        self._count(result)
        _log.error("reload_refused", why=why, **reason)

    def _count(self, result: str) -> None:
        if self._lasting.metrics is not None:
            self._lasting.metrics.reloads.add(result)

    # -- what sets a reload off ----------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Reload when the files have changed, and then stayed the same for a turn: nobody is half way through writing them."""
        before: Fingerprint | None = None
        while True:
            await asyncio.sleep(self.current.settings.lifecycle.watch_seconds)
            now = await asyncio.to_thread(fingerprint, self._files)
            if now != self._told and now == before:
                await self.reload("files changed")
            before = now

    def _listen_for_hangup(self) -> None:
        # Only a main thread hears signals, and Windows has no such one.
        if hasattr(signal, "SIGHUP") and threading.current_thread() is threading.main_thread():
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGHUP, lambda: self._work(self.reload("SIGHUP")))

    def _work(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)


def _make(source: Source, lasting: Lasting, before: Assembly, documents: Sequence[GraphQLRequest]) -> _Made:
    """Runs in a worker thread."""
    reading = source()
    assembly = assemble(reading.settings, lasting, supergraph=reading.supergraph, before=before)
    return _Made(reading, assembly, sum(map(assembly.pipeline.prepare, documents)))


def _carry_counts(before: Assembly, after: Assembly) -> None:
    """Counters go on counting; warming is not looking up."""
    for name, cache in after.pipeline.caches.items():
        known = before.pipeline.caches[name]
        cache.hits, cache.misses = known.hits, known.misses


@contextlib.contextmanager
def _short_turns() -> Generator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
