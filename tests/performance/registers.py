"""`make bench PART=registers`: the base line. One network, medians of alternating rounds, CPU per request of each process.

(a) a published query through the gateway, (b) the same at its register, (c) the showcase over four registers. Figures of
two machines, or of two runs, are not comparable; the ratios between the scenarios of one run are.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from network.postgres import EmbeddedPostgres
from registers.synthetic.network import network
from tests.end_to_end.published_queries.cases import CASES
from tests.harness import REPOSITORY, SCOPES, Network, register_audience
from tests.oracle.world import World
from tests.performance.load import Measured, children, load, request

CLIENTS, SEED = 2000, 1
ROUNDS, SECONDS, WARM = 5, 3.0, 2.0
CONNECTIONS = (1, 16)


def _message(url: str, query: str, variables: dict[str, Any], token: str) -> bytes:
    return request(url, json.dumps({"query": query, "variables": variables}).encode(), token)


def _scenarios(net: Network) -> dict[str, tuple[str, list[bytes]]]:
    """Name → (url, messages with varying variables)."""
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    world = World(network(CLIENTS, SEED, today))
    case = next(case for case in CASES if case.id == "QBR-0001-ZA")
    asked = [(code, variables) for code, variables in case.find(world, today)][:200]
    gateway, register = net.url("gateway") + "/graphql", net.url("bemiddeling") + "/graphql"
    showcase = (REPOSITORY / "network" / "examples" / "1-vier-registers.graphql").read_text()
    audience = register_audience("bemiddeling")
    return {
        "published query, gateway": (
            gateway,
            [_message(gateway, case.query, v, net.token(f"agb:{code}")) for code, v in asked],
        ),
        "published query, register": (
            register,
            [_message(register, case.query, v, net.token(f"agb:{code}", audience)) for code, v in asked],
        ),
        "showcase, gateway": (
            gateway,
            [_message(gateway, showcase, {"bsn": b}, net.token("uzovi:5050")) for b in _bsns(world, "5050")],
        ),
    }


def _bsns(world: World, office: str) -> Iterable[str]:
    found = {
        world.one("Bemiddeling", b, "client")["bsn"]
        for b in world.rows("Bemiddeling")
        if b["verantwoordelijkZorgkantoor"] == office
    }
    return sorted(found)[:200]


def _pids(net: Network) -> dict[str, list[int]]:
    services = net.services()
    database_url = json.loads((net.state / "run.json").read_text())["database_url"]
    socket_folder = Path(parse_qs(urlsplit(database_url).query)["host"][0])
    postmaster = int((socket_folder.parent / "data" / "postmaster.pid").read_text().split()[0])
    return {
        "gateway": [services["gateway"]["pid"]],
        "registers": [services[name]["pid"] for name in SCOPES],
        "postgres": children(postmaster),
    }


async def _measure(net: Network) -> dict[tuple[str, int], list[Measured]]:
    scenarios = _scenarios(net)
    results: dict[tuple[str, int], list[Measured]] = {}
    for url, messages in scenarios.values():
        await load(url, messages, 4, WARM, {})
    for _ in range(ROUNDS):
        for connections in CONNECTIONS:
            for name, (url, messages) in scenarios.items():
                measured = await load(url, messages, connections, SECONDS, _pids(net))
                results.setdefault((name, connections), []).append(measured)
    return results


def _report(results: dict[tuple[str, int], list[Measured]]) -> str:
    lines = [
        "| scenario | connections | requests/s | p50 ms | p99 ms | CPU ms/request: gateway | registers | PostgreSQL |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (name, connections), rounds in results.items():
        cells = [
            statistics.median(m.per_second for m in rounds),
            statistics.median(m.p50 for m in rounds),
            statistics.median(m.p99 for m in rounds),
            *(statistics.median(m.cpu_ms(who) for m in rounds) for who in ("gateway", "registers", "postgres")),
        ]
        lines.append(f"| {name} | {connections} | {cells[0]:.0f} | " + " | ".join(f"{c:.2f}" for c in cells[1:]) + " |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        net = Network(Path(folder) / "state", clients=CLIENTS, seed=SEED)
        net.start(300)
        try:
            results = asyncio.run(_measure(net))
        finally:
            net.stop()
            EmbeddedPostgres(net.state).destroy()
    print(f"{CLIENTS} clients, medians of {ROUNDS} rounds\n")
    print(_report(results))
