"""Keeps the processes of the network alive: starts them, waits until they answer, restarts what dies, stops in order.

Processes are subprocesses of the shipped commands and nothing else; the supervisor knows them by their specification only. The
embedded database is watched the same way through `Guarded`.

A process that dies before it ever answered is a mistake in the set-up and ends the start with the tail of its log. One that
dies later is restarted after a pause that doubles; after five deaths within a minute of each other the supervisor gives up, stops the
rest and says which one it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog

from network.errors import NetworkError
from network.probe import answers
from network.processes import ProcessSpec, RunFile, RunningProcess

__all__ = ["Guarded", "Patience", "Supervisor", "SupervisorError", "last_words"]

_log = structlog.get_logger(__name__)


class SupervisorError(NetworkError):
    """A process does not start or does not stay; a sentence with the reason from its log."""


class Guarded(Protocol):
    """Something that is no child of ours and is watched all the same: the embedded database."""

    def alive(self) -> bool: ...
    def start(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """Times in seconds. `quick` is the age under which a death counts towards giving up."""

    ready: float = 60.0
    poll: float = 0.05
    pause: float = 0.5
    longest_pause: float = 8.0
    quick: float = 60.0
    deaths: int = 5
    stop: float = 10.0


@dataclass(slots=True)
class _Child:
    spec: ProcessSpec
    record: RunningProcess
    process: subprocess.Popen[bytes]
    started: float
    log_position: int
    deaths: int = 0
    was_ready: bool = False
    restart_at: float = field(default=0.0)


class Supervisor:
    """Runs `specs`: started together, stopped stage by stage."""

    def __init__(
        self,
        specs: Sequence[ProcessSpec],
        run_file: RunFile,
        *,
        guarded: Guarded | None = None,
        patience: Patience | None = None,
        tell: Callable[[str], None] = print,
    ) -> None:
        self._specs = specs
        self._run_file = run_file
        self._guarded = guarded
        self._patience = patience or Patience()
        self._tell = tell
        self._children: dict[str, _Child] = {}
        self._stop = asyncio.Event()

    def request_stop(self) -> None:
        """Make `watch` return."""
        self._stop.set()

    async def start(self) -> None:
        """Start everything and return when all processes answer. Raises `SupervisorError`; then nothing is left running."""
        try:
            for spec in self._specs:
                self._children[spec.name] = self._spawn(spec)
            await self._until_ready()
        except BaseException:
            await self.stop()
            raise
        self._run_file.ready = not self._stop.is_set()
        self._run_file.write()

    async def watch(self) -> None:
        """Supervise until `request_stop`. Raises `SupervisorError` when a process does not stay alive."""
        while not self._stop.is_set():
            for child in self._children.values():
                await self._look_after(child)
            if self._guarded is not None and not self._guarded.alive():
                self._tell("The database stopped; starting it again.")
                await asyncio.to_thread(self._guarded.start)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 0.25)

    async def stop(self) -> None:
        """Stop all processes, highest stage first. A process that does not listen is killed."""
        self._stop.set()
        for stage in sorted({child.spec.stage for child in self._children.values()}, reverse=True):
            await asyncio.gather(*(self._end(child) for child in self._children.values() if child.spec.stage == stage))
        self._children.clear()
        self._run_file.processes.clear()
        self._run_file.remove()

    # --- one process ---

    def _spawn(self, spec: ProcessSpec) -> _Child:
        spec.log.parent.mkdir(parents=True, exist_ok=True)
        if spec.socket is not None:
            spec.socket.unlink(missing_ok=True)
        with spec.log.open("ab") as log:
            position = log.tell()
            try:
                process = subprocess.Popen(  # noqa: S603 - our own commands
                    spec.command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env={**os.environ, **spec.environment},
                    # Ctrl-C goes to the supervisor alone, which stops the others in order.
                    start_new_session=True,
                )
            except OSError as error:
                raise SupervisorError(f"{spec.name} cannot be started: {error.strerror}.") from error
        socket = str(spec.socket) if spec.socket else None
        record = RunningProcess(spec.name, process.pid, spec.command, spec.url, socket)
        self._run_file.processes[spec.name] = record
        self._run_file.write()
        return _Child(spec, record, process, time.monotonic(), position)

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + self._patience.ready
        while not self._stop.is_set():
            waiting = [child for child in self._children.values() if not child.was_ready]
            if not waiting:
                return
            for child in waiting:
                await self._ask(child)
                if not child.was_ready and child.process.poll() is not None:
                    raise SupervisorError(_obituary(child))
                if time.monotonic() > deadline:
                    raise SupervisorError(
                        f"{child.spec.name} does not answer after {self._patience.ready:.0f} seconds. "
                        f"Its log is {child.spec.log}."
                    )
            await asyncio.sleep(self._patience.poll)

    async def _ask(self, child: _Child) -> None:
        ready = child.spec.probe is None or await answers(child.spec.probe, socket=child.spec.socket)
        if ready and child.process.poll() is None:
            child.was_ready = child.record.ready = True
            self._run_file.write()

    async def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process.poll() is None:
            if not child.record.ready:
                await self._ask(child)
            elif now - child.started > self._patience.quick:
                child.deaths = 0
            return
        if child.restart_at == 0.0:
            self._note_death(child, now)
        elif now >= child.restart_at:
            self._restart(child)

    def _note_death(self, child: _Child, now: float) -> None:
        child.deaths += 1
        child.record.ready = False
        self._run_file.write()
        if child.deaths >= self._patience.deaths:
            raise SupervisorError(f"{_obituary(child)} That was death {child.deaths}; giving up.")
        pause = min(self._patience.pause * 2 ** (child.deaths - 1), self._patience.longest_pause)
        child.restart_at = now + pause
        _log.warning("process_died", name=child.spec.name, status=child.process.returncode, restart_in=pause)
        self._tell(f"{_obituary(child)} Starting it again in {pause:g} s.")

    def _restart(self, child: _Child) -> None:
        fresh = self._spawn(child.spec)
        child.process, child.started, child.log_position = fresh.process, fresh.started, fresh.log_position
        fresh.record.restarts = child.record.restarts + 1
        child.record = fresh.record
        child.restart_at = 0.0
        self._run_file.write()

    async def _end(self, child: _Child) -> None:
        for number, seconds in ((signal.SIGTERM, self._patience.stop), (signal.SIGKILL, 5.0)):
            if child.process.poll() is not None:
                break
            child.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(child.process.wait, seconds)
        self._run_file.processes.pop(child.spec.name, None)
        self._run_file.write()


def _obituary(child: _Child) -> str:
    status = child.process.returncode
    how = f"was killed by signal {-status}" if status is not None and status < 0 else f"stopped with status {status}"
    reason = last_words(child.spec.log, child.log_position)
    said = f" It said: {reason}" if reason else ""
    return f"{child.spec.name} {how}.{said} Its log is {child.spec.log}."


def last_words(log: Path, position: int) -> str:
    """Return the last line that a process wrote to `log` after `position`, its log of requests (JSON) left out."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(position)
        lines = [line.strip() for line in file.read()[-8000:].decode(errors="replace").splitlines()]
        lines = [line for line in lines if line and not line.startswith("{")]
        return lines[-1][:300] if lines else ""
    return ""
