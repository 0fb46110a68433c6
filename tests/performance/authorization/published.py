"""A published query through a gateway that decides everything, and through one that decides nothing, at the same registers.

Where nothing is decided the client's own token goes on to the register, which wants to know whose rows to show: the rows, the fetches and the answer are
the same. The last gateway keeps a record of each request too.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from network.postgres import EmbeddedPostgres
from registers.synthetic.network import network
from tests.end_to_end.published_queries.cases import CASES
from tests.harness import GATEWAY_AUDIENCE, Network, register_audience, request
from tests.oracle.world import World
from tests.performance.load import Measured
from tests.performance.processes import MEASURED_CORE, free_port, running, until
from tests.performance.wrk import measured

__all__ = ["HEAD", "rows"]

HEAD = ("QBR-0001-ZA", "connections", "CPU of the gateway", "÷ undecided", "aim", "p50", "fetches")
CLIENTS, ROUNDS, SECONDS = 40, 4, 1.0
OFF, ON, KEPT = "nothing decided", "token, grants, decision contexts", "… and a record of each request"


@dataclass(frozen=True)
class _Served:
    url: str
    pid: int
    token: str


def rows() -> list[tuple[str, ...]]:
    """A row for each gateway and number of connections. Raises RuntimeError when answers or numbers of fetches differ."""
    with tempfile.TemporaryDirectory() as text, ExitStack() as stack:
        folder = Path(text)
        net = Network(folder / "state", clients=CLIENTS, seed=1)
        net.start(300)
        stack.callback(EmbeddedPostgres(net.state).destroy)
        stack.callback(net.stop)
        code, bodies = _bodies()
        tokens = {
            OFF: net.token(f"agb:{code}", register_audience("bemiddeling")),
            ON: net.token(f"agb:{code}", GATEWAY_AUDIENCE),
        }
        served = {
            name: stack.enter_context(_gateway(folder, content, tokens.get(name, tokens[ON])))
            for name, content in _settings(net, folder).items()
        }
        fetches = _checked(served, bodies)
        return _measured(served, bodies, fetches)


def _bodies() -> tuple[str, list[bytes]]:
    """A provider that has most examples of the query, and the requests for them."""
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    world = World(network(CLIENTS, 1, today))
    case = next(case for case in CASES if case.id == "QBR-0001-ZA")
    asked: dict[str, list[Mapping[str, Any]]] = {}
    for code, variables in case.find(world, today):
        asked.setdefault(code, []).append(variables)
    code = max(asked, key=lambda name: len(asked[name]))
    return code, [json.dumps({"query": case.query, "variables": variables}).encode() for variables in asked[code]]


def _settings(net: Network, folder: Path) -> dict[str, dict[str, Any]]:
    """The settings of the network's gateway with ever less in them."""
    shipped: dict[str, Any] = yaml.safe_load((net.state / "gateway" / "gateway.yaml").read_text())
    common = {name: shipped[name] for name in ("supergraph", "subgraphs")}
    deciding = {name: shipped[name] for name in ("grants", "authorization", "decision_context")}
    audit = {**shipped["audit"], "folder": str(folder / "journal"), "database": None}
    return {
        OFF: {**common, "headers": {"propagate": ["authorization"]}},
        ON: {**common, **deciding},
        KEPT: {**common, **deciding, "audit": audit},
    }


@contextmanager
def _gateway(folder: Path, settings: Mapping[str, Any], token: str) -> Generator[_Served]:
    port = free_port()
    path, log, url = folder / f"{port}.yaml", folder / f"{port}.log", f"http://127.0.0.1:{port}"
    path.write_text(json.dumps({**settings, "listen": {"port": port}}))
    command = (sys.executable, "-m", "gateway", "serve", "--settings", str(path))
    with running(command, core=MEASURED_CORE, log=log) as process:
        until(lambda: request(f"{url}/health/ready", method="GET").status == 200, process=process, log=log)
        yield _Served(f"{url}/graphql", process.pid, token)


def _checked(served: Mapping[str, _Served], bodies: Sequence[bytes]) -> dict[str, float]:
    """Fetches for each request, once every answer was seen to be the same. They must be as many."""
    fetches: dict[str, float] = {}
    answers: dict[str, list[bytes]] = {}
    for name, one in served.items():
        before = _fetches(one)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {one.token}"}
        answers[name] = [request(one.url, body=body, headers=headers).body for body in bodies]
        fetches[name] = (_fetches(one) - before) / len(bodies)
    if any(b'"errors"' in body or body != other for body, other in zip(answers[OFF], answers[ON], strict=True)):
        raise RuntimeError("the answers differ")
    if len(set(fetches.values())) != 1:
        raise RuntimeError(f"fetches differ: {fetches}")
    return fetches


def _fetches(served: _Served) -> int:
    page = request(served.url.replace("/graphql", "/metrics"), method="GET").body.decode()
    return sum(int(count) for count in re.findall(r"^gateway_subgraph_fetches_total\{.*\} (\d+)$", page, re.MULTILINE))


def _measured(
    served: Mapping[str, _Served], bodies: Sequence[bytes], fetches: Mapping[str, float]
) -> list[tuple[str, ...]]:
    rounds: dict[tuple[int, str], list[Measured]] = {}
    for _ in range(ROUNDS + 1):
        for connections in (1, 16):
            for name, one in served.items():
                found = measured(one.url, bodies, connections, SECONDS, one.pid, token=one.token)
                rounds.setdefault((connections, name), []).append(found)
    rows: list[tuple[str, ...]] = []
    for (connections, name), (_warm, *found) in rounds.items():
        cpu = statistics.median(one.cpu_ms("gateway") for one in found)
        # Of rounds side by side, so that a slow minute slows both.
        ratio = statistics.median(
            one.cpu_ms("gateway") / other.cpu_ms("gateway")
            for one, other in zip(found, rounds[connections, OFF][1:], strict=True)
        )
        p50 = statistics.median(one.p50 for one in found)
        rows.append(
            (
                name,
                str(connections),
                f"{cpu:.3f} ms",
                f"{ratio:.2f} ×",
                "≤ 1.3 ×" if name == ON else "",
                f"{p50:.2f} ms",
                f"{fetches[name]:.0f}",
            )
        )
    return rows
