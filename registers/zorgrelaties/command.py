"""`registers relations` and `registers relay` as processes: until a signal, over whatever databases do meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import uvicorn

from registers.zorgrelaties.postgres import DISTURBANCES, PostgresSource
from registers.zorgrelaties.projector import follow
from registers.zorgrelaties.publish import BEAT, keep_beating

__all__ = ["run_relations", "run_relay"]

_AGE = "SELECT positie, extract(epoch FROM clock_timestamp() - volledig_tot)::float8 AS age FROM projectie.stand"


async def run_relations(
    databases: Mapping[str, str], source: str, *, relay: str = "", unix: Path | None = None, max_staleness: float = 60.0
) -> None:
    """Keep the relations of the registers of `databases` (name → URL of its projector's login) as the stream at `source` says.

    `relay`: also let that stream beat. `unix`: answer `GET /health` on that socket, 200 when all are fresh.
    """
    tasks: list[Coroutine[Any, Any, None]] = [
        follow(name, url, partial(PostgresSource.opened, source)) for name, url in databases.items()
    ]
    if relay:
        tasks.append(keep_beating(relay))
    if unix is not None:
        tasks.append(_serve_health(databases, unix, max_staleness))
    await _until_signal(tasks)


async def run_relay(database: str, *, every: float = BEAT) -> None:
    """Let the stream beat, every so many seconds."""
    await _until_signal([keep_beating(database, every)])


async def _until_signal(tasks: list[Coroutine[Any, Any, None]]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(task) for task in tasks]
        await stop.wait()
        for task in running:
            task.cancel()


async def health(databases: Mapping[str, str], max_staleness: float) -> tuple[int, bytes]:
    """Status and body of the health check: how far each register is, and how old its relations are (seconds)."""
    found: dict[str, Any] = {name: await _age(url) for name, url in databases.items()}
    fresh = all(
        item is not None and item["age"] is not None and item["age"] <= max_staleness for item in found.values()
    )
    return (200 if fresh else 503), orjson.dumps({"status": "fresh" if fresh else "stale", "registers": found})


async def _age(url: str) -> dict[str, Any] | None:
    try:
        connection = await asyncpg.connect(url, timeout=2, command_timeout=2)
        try:
            return dict(await connection.fetchrow(_AGE))
        finally:
            connection.terminate()
    except DISTURBANCES:
        return None


async def _serve_health(databases: Mapping[str, str], unix: Path, max_staleness: float) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 - the form of ASGI
        known = scope["type"] == "http" and scope["path"] in {"/health", "/health/ready"}
        status, body = await health(databases, max_staleness) if known else (404, b"{}")
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(
        app, uds=str(unix), http="httptools", ws="none", lifespan="off", log_config=None, access_log=False,
        server_header=False, date_header=False, proxy_headers=False, timeout_graceful_shutdown=2,
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment] - signals are ours
    await server.serve()
