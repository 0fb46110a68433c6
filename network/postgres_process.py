"""Which process is the server of a data folder, and how to end it.

`postmaster.pid` in the data folder names the server: line 1 its process id, line 8 its status (PostgreSQL writes `ready`
there). After `kill -9` the file stays behind, and by then the id may belong to somebody else's process; only a process whose
command line is a PostgreSQL on this very folder counts.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

__all__ = [
    "command_line",
    "is_alive",
    "postmaster_status",
    "remove_stale_locks",
    "running_postmaster",
    "stop_postmaster",
]


def running_postmaster(data: Path) -> int | None:
    """Return the process id of the server that runs on `data`, or None."""
    lines = _pid_lines(data)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    return pid if is_alive(pid) and str(data) in command_line(pid) else None


def postmaster_status(data: Path) -> str:
    """Return the status that the server on `data` last wrote: `starting`, `ready`, `stopping`, `standby` or ``."""
    lines = _pid_lines(data)
    return lines[7].strip() if len(lines) > 7 else ""


def remove_stale_locks(data: Path, sockets: Path) -> None:
    """Remove the lock files of a server that no longer runs. Call only when `running_postmaster` says None."""
    (data / "postmaster.pid").unlink(missing_ok=True)
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (sockets / name).unlink(missing_ok=True)


def stop_postmaster(pid: int, *, timeout: float) -> bool:
    """Stop a server: fast shutdown (open transactions roll back), and immediate shutdown after `timeout` seconds.

    Returns whether it ended by itself. An immediate shutdown loses nothing that was committed; the next start replays.
    """
    for number, patience in ((signal.SIGINT, timeout), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        if _ended_within(pid, patience):
            return number == signal.SIGINT
    return False


def is_alive(pid: int) -> bool:
    """Whether a process with this id exists and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    _reap(pid)
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return _exists(pid)
    return state not in ("Z", "X")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _reap(pid: int) -> None:
    """Collect `pid` when it is our own dead child, so that it does not linger as a zombie."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except (ChildProcessError, PermissionError):
        return


def _ended_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _pid_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return []


def command_line(pid: int) -> str:
    """Return the command of a process, its words joined by blanks, or `` when it cannot be seen."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        # No /proc (macOS): ask ps.
        done = subprocess.run(  # noqa: S603
            ["ps", "-o", "command=", "-p", str(pid)],  # noqa: S607 - a standard tool; its place differs by system
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()
