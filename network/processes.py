"""What is started, and what is known of it: process specifications, `run.json`, and the processes of a dead supervisor.

`run.json` is what tests and tools read, and what the next start cleans up by. A process that it names counts as ours only when
its command line is the recorded one, for ids are used again.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from network.files import write_file
from network.postgres_process import command_line, is_alive

__all__ = ["ProcessSpec", "RunFile", "RunningProcess", "end_processes", "leftover_processes", "read_run_file"]

MODULES = ("registers", "issuer", "gateway")


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """A process to keep alive.

    `url` is shown to people; `probe` is asked for readiness (any HTTP status under 500), on `socket` when it is given and `probe`
    is a path. `environment` is added to that of the supervisor. Its output goes to `log`. `stage` orders the stop: higher
    ones go first, those of one stage together.
    """

    name: str
    command: tuple[str, ...]
    log: Path
    url: str | None = None
    socket: Path | None = None
    probe: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    stage: int = 0


@dataclass(slots=True)
class RunningProcess:
    """A line of `run.json`."""

    name: str
    pid: int
    command: Sequence[str]
    url: str | None = None
    socket: str | None = None
    ready: bool = False
    restarts: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "pid": self.pid,
            "url": self.url,
            "socket": self.socket,
            "ready": self.ready,
            "restarts": self.restarts,
            "command": list(self.command),
        }


class RunFile:
    """`run.json` in the state folder; written whole at every change, removed at the end."""

    def __init__(self, path: Path, *, facts: Mapping[str, Any] | None = None) -> None:
        self.path = path
        self.facts: dict[str, Any] = dict(facts or {})
        self.processes: dict[str, RunningProcess] = {}
        self.ready = False

    def write(self) -> None:
        content = {
            "ready": self.ready,
            "supervisor": os.getpid(),
            **self.facts,
            "processes": [process.as_json() for process in self.processes.values()],
        }
        write_file(self.path, json.dumps(content, indent=2) + "\n", mode=0o600)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def read_run_file(path: Path) -> dict[str, Any] | None:
    """Return the content of `run.json`, or None when there is none that can be read."""
    try:
        content: Any = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def leftover_processes(run_file: Path, marker: str | None = None) -> list[int]:
    """Return the ids of processes that a supervisor left behind: those of `run.json`, and those that name `marker`.

    `marker` is a path that stands on the command line of every process of this state. It finds what was started in the
    instant before the supervisor could write it down.
    """
    found = set(_recorded(run_file))
    if marker is not None:
        found |= set(_marked(marker))
    return sorted(found - {os.getpid()})


def end_processes(pids: Iterable[int], *, timeout: float = 5.0) -> None:
    """End processes: asked first (SIGTERM), made to after `timeout` seconds. All at once."""
    left = [pid for pid in pids if _signal(pid, signal.SIGTERM)]
    deadline = time.monotonic() + timeout
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = [pid for pid in left if is_alive(pid)]
    for pid in left:
        _signal(pid, signal.SIGKILL)


def _recorded(run_file: Path) -> Iterable[int]:
    content = read_run_file(run_file) or {}
    for process in content.get("processes", []):
        pid, command = process.get("pid"), process.get("command")
        if isinstance(pid, int) and command and is_alive(pid) and command_line(pid) == " ".join(command):
            yield pid


def _marked(marker: str) -> Iterable[int]:
    """Linux only: elsewhere the record has to do."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if entry.stat().st_uid != os.geteuid():
                continue
        except OSError:
            continue
        ours = len(words) > 3 and words[1] == "-m" and words[2] in MODULES
        if ours and any(word == marker or word.startswith(marker + "/") for word in words[3:]):
            yield int(entry.name)


def _signal(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
