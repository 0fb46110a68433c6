"""A load by `wrk` where it is installed, because it costs its core less than a load in Python does; else by `load.py`."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.performance.load import Measured, children, load, request
from tests.performance.processes import LOAD_CORE, cpu_seconds

__all__ = ["loader", "measured"]

_SCRIPT = """
wrk.method = "POST"
local requests, turn = {}, 0
function init()
  local head = {["Content-Type"] = "application/json", ["Accept"] = "application/graphql-response+json"}
  local token = os.getenv("BENCH_TOKEN")
  if token ~= "" then head["Authorization"] = "Bearer " .. token end
  for body in io.lines(os.getenv("BENCH_BODIES")) do
    requests[#requests + 1] = wrk.format(nil, nil, head, body)
  end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
bad = 0
local threads = {}
function setup(thread) threads[#threads + 1] = thread end
function response(status, headers, body)
  if status ~= 200 or string.find(body, '"errors"', 1, true) then bad = bad + 1 end
end
function done(summary, latency)
  local count = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do count = count + thread:get("bad") end
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), count))
end
"""


def loader() -> str:
    """What makes the load."""
    return "wrk" if shutil.which("wrk") else "a closed loop in Python"


def measured(
    url: str, bodies: Sequence[bytes], connections: int, seconds: float, pid: int, *, token: str = ""
) -> Measured:
    """One round of load with these bodies in turn. Raises RuntimeError when any answer has errors."""
    if loader() == "wrk":
        return _by_wrk(url, bodies, connections, seconds, pid, token)
    messages = [request(url, body, token) for body in bodies]
    return asyncio.run(load(url, messages, connections, seconds, {"gateway": children(pid)}))


def _by_wrk(url: str, bodies: Sequence[bytes], connections: int, seconds: float, pid: int, token: str) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        script, lines = Path(folder) / "load.lua", Path(folder) / "bodies"
        script.write_text(_SCRIPT)
        lines.write_bytes(b"\n".join(bodies) + b"\n")
        before = cpu_seconds(children(pid))
        told = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "10s", "-s", str(script), url],
            env={**os.environ, "BENCH_TOKEN": token, "BENCH_BODIES": str(lines)},
            preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE}),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        cpu = cpu_seconds(children(pid)) - before
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", told)
    assert found is not None, told
    count, microseconds, p50, p99, bad = map(int, found.groups())
    if bad:
        raise RuntimeError(f"{bad} of {count} answers were wrong")
    return Measured(count, count / microseconds * 1e6, p50 / 1000, p99 / 1000, {"gateway": cpu})
