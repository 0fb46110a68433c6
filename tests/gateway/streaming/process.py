"""The shipped command as a process of its own: `gateway serve` over the shop that streams and the subgraph of reviews."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gateway.commands import composed
from tests.gateway.execution.harness import Federation
from tests.gateway.library import AUDIENCE, GATEWAY, ISSUER, SDL, books, subgraph_handler, write_files
from tests.gateway.streaming.harness import Client, connected
from tests.gateway.streaming.shop import Shop, shop_open
from tests.gateway.subgraphs.harness import serving
from tests.harness import REPOSITORY

__all__ = ["Shipped", "shipped"]

_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'


@dataclass
class Shipped:
    """`port` is the gateway's; `log` what it wrote to standard error, once it has ended."""

    port: int
    shop: Shop
    process: asyncio.subprocess.Process
    log: Path
    federation: Federation
    seen: list[tuple[str, dict[str, str], Any]] = field(default_factory=list[tuple[str, dict[str, str], Any]])

    @asynccontextmanager
    async def socket(self, **options: Any) -> AsyncGenerator[Client]:
        async with connected(self.port, **options) as client:
            yield client

    async def stop(self) -> int:
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            return await self.process.wait()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@asynccontextmanager
async def shipped(folder: Path, *, grants: bool = True, **settings: Any) -> AsyncGenerator[Shipped]:
    """Start it with these settings on top of what it needs."""
    write_files(folder)
    subgraphs: dict[str, Any] = {}
    for name, sdl in SDL.items():
        (folder / f"{name}.graphql").write_text(_LINK + sdl)
        subgraphs[name] = {"routing_url": f"http://{name}.example/", "schema": {"file": f"{name}.graphql"}}
    (folder / "supergraph.yaml").write_text(yaml.safe_dump({"subgraphs": subgraphs}))
    (folder / "schema.graphql").write_text(composed(folder / "supergraph.yaml"))
    seen: list[tuple[str, dict[str, str], Any]] = []
    federation = Federation(SDL, books())
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(shop_open())
        places: dict[str, Any] = {}
        for name in SDL:
            handler = subgraph_handler(name, federation, seen, {})
            server = await stack.enter_async_context(serving(handler, folder / f"{name}.sock"))
            places[name] = {"url": server.url, "audience": f"https://library.example/{name}"}
        places["stock"]["subscriptions"] = {"url": shop.url}
        content: dict[str, Any] = {"listen": {"port": 0}, "supergraph": "schema.graphql", "subgraphs": places}
        if grants:
            issuers = [{"issuer": ISSUER, "jwks": "jwks.json", "audience": AUDIENCE}]
            content |= {"grants": "grants.yaml", "authorization": {"issuers": issuers}}
            content["decision_context"] = {"key": "key.pem", "issuer": GATEWAY}
        (folder / "gateway.yaml").write_text(yaml.safe_dump({**content, **settings}))
        process, port = await _started(folder)
        try:
            yield Shipped(port, shop, process, folder / "gateway.log", federation, seen)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _started(folder: Path) -> tuple[asyncio.subprocess.Process, int]:
    command = [sys.executable, "-m", "gateway", "serve", "--settings", str(folder / "gateway.yaml")]
    with (folder / "gateway.log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=log, cwd=REPOSITORY
        )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        line = (await process.stdout.readline()).decode()
    found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
    assert found is not None, line + (folder / "gateway.log").read_text()
    return process, int(found[1])
