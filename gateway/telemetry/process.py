"""What the process costs, under the names that Prometheus' own clients use."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gateway.telemetry.metrics import Metrics, Sample

__all__ = ["build_info", "read_process"]

_STARTED = time.time()
_STATM = Path("/proc/self/statm")
_FDS = Path("/proc/self/fd")


def read_process(metrics: Metrics) -> None:
    """Let `metrics` show time, memory and open files of this process, and which build it is."""
    metrics.reading("process_cpu_seconds_total", "Processor time, user and system.", _cpu, "counter")
    metrics.reading("process_resident_memory_bytes", "Resident memory.", _memory)
    metrics.reading("process_open_fds", "Open files and sockets.", _files)
    metrics.reading("process_start_time_seconds", "Start, in seconds since 1970.", lambda: [({}, _STARTED)])
    metrics.reading("gateway_build_info", "Version of the gateway and of Python.", lambda: [(build_info(), 1)])


@cache
def build_info() -> Mapping[str, str]:
    """Versions, by what they are of."""
    try:
        own = version("iwlz-netwerk")
    except PackageNotFoundError:
        own = "unknown"
    return {"version": own, "python": ".".join(map(str, sys.version_info[:3]))}


def _cpu() -> list[Sample]:
    return [({}, time.process_time())]


def _memory() -> list[Sample]:
    """Nothing where the system does not tell (it is Linux that does)."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except OSError:
        return []
    return [({}, pages * os.sysconf("SC_PAGE_SIZE"))]


def _files() -> list[Sample]:
    try:
        return [({}, sum(1 for _ in _FDS.iterdir()))]
    except OSError:
        return []
