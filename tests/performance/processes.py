"""Processes that are measured: started on a core of their own, watched by way of /proc, ended."""

from __future__ import annotations

import os
import platform
import re
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from tests.harness import REPOSITORY

__all__ = ["LOAD_CORE", "MEASURED_CORE", "cpu_seconds", "free_port", "machine", "resident", "running"]

_TICKS = os.sysconf("SC_CLK_TCK")
_CORES = sorted(os.sched_getaffinity(0))
MEASURED_CORE, LOAD_CORE = _CORES[0], _CORES[-1]
"""What is measured has a core to itself, as far as the machine has two; subgraphs and load share the other."""

_RUN = str(REPOSITORY)


@contextmanager
def running(command: Sequence[str], *, core: int, log: Path) -> Generator[subprocess.Popen[bytes]]:
    """A process pinned to one core, from start to end. Its output goes to `log`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=_RUN,
            stdout=output,
            stderr=output,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),  # noqa: PLW1509 - nothing here has threads
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def until(ready: Callable[[], bool], *, process: subprocess.Popen[bytes], log: Path, seconds: float = 30) -> float:
    """Ask `ready` until it is so; returns the seconds since the call. Raises RuntimeError with the end of the log."""
    start = time.perf_counter()
    while process.poll() is None and time.perf_counter() - start < seconds:
        try:
            if ready():
                return time.perf_counter() - start
        except OSError:
            pass
        time.sleep(0.005)
    raise RuntimeError(f"not ready:\n{log.read_text(errors='replace')[-2000:]}")


def cpu_seconds(pids: Sequence[int]) -> float:
    """User and system time of some processes."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def resident(pid: int) -> float:
    """Resident memory in megabytes."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def machine() -> str:
    """One line on what the figures were taken on, and with."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    parts: Mapping[str, str] = {
        name: version(name) for name in ("uvicorn", "uvloop", "httptools", "orjson", "graphql-core")
    }
    return (
        f"{time.strftime('%Y-%m-%d %H:%M')}, {len(_CORES)} cores {model} ({platform.machine()}), {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, " + ", ".join(f"{k} {v}" for k, v in parts.items())
    )
