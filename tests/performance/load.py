"""A closed-loop load: N connections, each sends its next request when the answer to the last one is in.

HTTP/1.1 over plain asyncio streams: enough to keep one core of the server busy, and nothing that hides its cost.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.performance.processes import cpu_seconds

__all__ = ["Measured", "children", "load", "one", "request"]


@dataclass(frozen=True)
class Measured:
    """Of one round: requests a second, milliseconds at the median and at the 99th percentile, and CPU seconds by pid."""

    requests: int
    per_second: float
    p50: float
    p99: float
    cpu: dict[str, float]

    def cpu_ms(self, name: str) -> float:
        return 1000 * self.cpu[name] / self.requests


def children(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found += children(int(path.parent.name))
    return found


async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes) -> bytes:
    """The body of one answer. Raises RuntimeError for any status but 200."""
    writer.write(message)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return await reader.readexactly(length)


def request(url: str, body: bytes, token: str = "") -> bytes:
    """A POST as it goes over the wire."""
    parts = urlsplit(url)
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        f"Accept: application/graphql-response+json\r\n{authorization}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _client(url: str, messages: Sequence[bytes], until: float, first: int, times: list[float]) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 24)
    position = first
    try:
        while time.perf_counter() < until:
            start = time.perf_counter()
            body = await one(reader, writer, messages[position % len(messages)])
            if b'"errors"' in body:
                raise RuntimeError(body.decode())
            times.append(time.perf_counter() - start)
            position += 7
    finally:
        writer.close()


async def load(
    url: str, messages: Sequence[bytes], connections: int, seconds: float, pids: dict[str, list[int]]
) -> Measured:
    """Run one round; every answer must be a 200 without errors."""
    times: list[float] = []
    before = {name: cpu_seconds(group) for name, group in pids.items()}
    start = time.perf_counter()
    await asyncio.gather(*(_client(url, messages, start + seconds, i * 13, times) for i in range(connections)))
    elapsed = time.perf_counter() - start
    cpu = {name: cpu_seconds(group) - before[name] for name, group in pids.items()}
    times.sort()
    return Measured(
        len(times),
        len(times) / elapsed,
        1000 * statistics.median(times),
        1000 * times[int(len(times) * 0.99)],
        cpu,
    )
