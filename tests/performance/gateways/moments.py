"""`make bench PART=moments`: what no steady load shows. Start, first sight of a document, latency, a change of the graph.

All over one kept connection at a time, from this process on the other core; times include that client's own.
"""

from __future__ import annotations

import asyncio
import json
import signal
import statistics
import time
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from tests.performance.gateways.floor import BERTHS, ROOT
from tests.performance.gateways.ships import BIG, SMALL, Graph
from tests.performance.gateways.stand import Served, Stand, bodies, stand
from tests.performance.load import one, request
from tests.performance.processes import resident

__all__ = ["document", "main", "reloaded", "times_of"]

STARTS, SIGHTS, ASKS, RELOADS, CLIENTS = 5, 40, 1000, 10, 8
PAUSE = 0.5
"""Seconds of plain load before and after each change of the graph."""


def main() -> None:
    """Print the table."""
    with stand() as found:
        rows = [*_start(found), *_first_sight(found), *_latency(found), *_reload(found)]
    print("| what | |\n|---|---|\n" + "\n".join(f"| {what} | {value} |" for what, value in rows))


def _start(found: Stand) -> Iterable[tuple[str, str]]:
    seconds: list[float] = []
    memory = 0.0
    for _ in range(STARTS):
        with found.gateway(SMALL) as served:
            seconds.append(served.ready)
            memory = resident(served.process.pid)
    yield "from start to first answer", f"{statistics.median(seconds):.2f} s"
    yield "memory then", f"{memory:.0f} MB"


# -- first sight -----------------------------------------------------------------------------------------------------


def _first_sight(found: Stand) -> Iterable[tuple[str, str]]:
    for graph in (SMALL, BIG):
        with found.gateway(graph) as served:
            first = [document(graph, f"Sight{number}") for number in range(SIGHTS)]
            new = times_of(served, first)
            again = times_of(served, first)
        value = f"{statistics.median(new) - statistics.median(again):.2f} ms ({statistics.median(again):.2f} ms later)"
        yield f"first sight of a document, {graph.name}: parse, validate, plan, compile", value


def document(graph: Graph, name: str) -> bytes:
    """A request with a document, an operation and a plan of its own, which asks the subgraphs nothing new."""
    head, _, rest = graph.query.partition("{")
    return bodies(graph, f"{head}{{ {name}: __typename {rest.lstrip()}")[0]


# -- latency -----------------------------------------------------------------------------------------------------------


def _latency(found: Stand) -> Iterable[tuple[str, str]]:
    """The subgraphs take a root fetch, then two entity fetches side by side: the time of two fetches, one after the other."""
    body = bodies(SMALL)[0]
    with found.gateway(SMALL) as served:
        times_of(served, [body] * ASKS)
        whole = statistics.median(times_of(served, [body] * ASKS))
        ships = served.ask(body)["ships"]
    keys = json.dumps([{"__typename": "Ship", "imo": ship["imo"]} for ship in ships], separators=(",", ":")).encode()
    fleet = ROOT + json.dumps(SMALL.variables[0]).encode() + b"}"
    fetches = {"fleet": fleet, "berths": BERTHS + keys + b"}}"}
    alone = 0.0
    for name, asked in fetches.items():
        message = request(f"{found.base}/small/{name}", asked)
        alone += statistics.median(asyncio.run(_timed(found.base, [message] * ASKS)))
    yield "small, one connection: p50", f"{whole:.2f} ms"
    yield "of which the subgraphs and the client", f"{alone:.2f} ms"
    yield "added by the gateway", f"{whole - alone:.2f} ms"


# -- a change of the graph -----------------------------------------------------------------------------------------------


def _reload(found: Stand) -> Iterable[tuple[str, str]]:
    """SIGHUP again and again under load. Any answer that is not a 200 without errors ends the run."""
    with found.gateway(SMALL) as served:
        times_of(served, bodies(SMALL))
        plain, during = asyncio.run(_reloading(served))
    yield f"{RELOADS} changes of the graph under load, {CLIENTS} connections: requests that failed", "0"
    p99 = [_quantile(times, 0.99) for times in (plain, during)]
    yield "p99 between changes, and while one is made", f"{p99[0]:.1f} ms, {p99[1]:.1f} ms"


async def _reloading(served: Served) -> tuple[list[float], list[float]]:
    """Milliseconds of the requests outside and inside of reloads."""
    messages = [request(served.url, body) for body in bodies(SMALL)]
    seen: list[tuple[float, float]] = []
    windows: list[tuple[float, float]] = []
    done = asyncio.Event()

    async def client(first: int) -> None:
        parts = urlsplit(served.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        turn = first
        while not done.is_set():
            start = time.perf_counter()
            body = await one(reader, writer, messages[turn % len(messages)])
            if b'"errors"' in body:
                raise RuntimeError(body.decode())
            seen.append((start, time.perf_counter()))
            turn += 1
        writer.close()

    async def change() -> None:
        for _ in range(RELOADS):
            await asyncio.sleep(PAUSE)
            start = time.perf_counter()
            served.process.send_signal(signal.SIGHUP)
            await reloaded(served.url, len(windows) + 1)
            windows.append((start, time.perf_counter()))
        await asyncio.sleep(PAUSE)
        done.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(change())
        for number in range(CLIENTS):
            group.create_task(client(number * 7))
    plain: list[float] = []
    during: list[float] = []
    for start, end in seen:
        inside = any(start < until and end > since for since, until in windows)
        (during if inside else plain).append(1000 * (end - start))
    return plain, during


async def reloaded(url: str, count: int) -> None:
    """Wait until so many reloads have succeeded. Raises TimeoutError after a minute."""
    async with asyncio.timeout(60):
        while await _reloads(url) < count:  # noqa: ASYNC110 - another process, which tells of it on a page only
            await asyncio.sleep(0.02)


async def _reloads(url: str) -> int:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(f"GET /metrics HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
    text = (await reader.read()).decode()
    writer.close()
    lines = (line for line in text.splitlines() if line.startswith('gateway_reloads_total{result="ok"}'))
    return int(float(next(lines, "0 0").split()[-1]))


# -- times ---------------------------------------------------------------------------------------------------------------


def times_of(served: Served, asked: Sequence[bytes]) -> list[float]:
    """Milliseconds of each request, one after the other."""
    return asyncio.run(_timed(served.url, [request(served.url, body) for body in asked]))


async def _timed(url: str, messages: Sequence[bytes]) -> list[float]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 24)
    times: list[float] = []
    for message in messages:
        start = time.perf_counter()
        body = await one(reader, writer, message)
        times.append(1000 * (time.perf_counter() - start))
        if b'"errors"' in body:
            raise RuntimeError(body.decode())
    writer.close()
    return times


def _quantile(values: Sequence[float], part: float) -> float:
    return sorted(values)[int(part * len(values))]
