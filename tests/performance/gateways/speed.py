"""`make bench PART=gateway`: what a request costs, beside the floor in the same run.

Rounds go over all that is measured in turn, so that a slow minute of the machine slows all of it. All processes stay up.
Other gateways are measured in the same run when `BENCH_BESIDE` names a file with a line `name = command` for each.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.performance.gateways.ships import BIG, SMALL, Graph
from tests.performance.gateways.stand import Served, Stand, bodies, stand
from tests.performance.load import Measured, children
from tests.performance.processes import resident
from tests.performance.wrk import loader, measured

__all__ = ["main"]

ROUNDS, SECONDS, WARM = 5, 2.0, 2.0
CONNECTIONS = (1, 50)


@dataclass(frozen=True)
class Scenario:
    """`bodies` are sent in turn."""

    name: str
    graph: Graph
    bodies: Sequence[bytes]


SCENARIOS = (
    Scenario("small-vary", SMALL, bodies(SMALL)),
    Scenario("small", SMALL, bodies(SMALL)[:1]),
    Scenario("big", BIG, bodies(BIG)),
)


@dataclass
class Line:
    """A line of the table."""

    who: str
    scenario: Scenario
    connections: int
    rounds: list[Measured]
    fetches: float
    memory: float = 0

    def median(self, value: Callable[[Measured], float]) -> float:
        return statistics.median(map(value, self.rounds))

    @property
    def cpu(self) -> float:
        return self.median(lambda one: one.cpu_ms("gateway"))


def main() -> None:
    """Print the table."""
    with stand() as found:
        lines = [line for scenario in SCENARIOS for line in _measured(found, scenario)]
    print(f"One core; load by {loader()}; medians of {ROUNDS} rounds of {SECONDS:.0f} s in turn.\n")
    print(_table(lines))


def _measured(found: Stand, scenario: Scenario) -> list[Line]:
    graph = scenario.graph
    starts: dict[str, AbstractContextManager[Served]] = {
        "gateway": found.gateway(graph),
        "gateway, token and grants": found.gateway(graph, token=True),
    }
    if graph is SMALL:
        starts["floor: plan by hand"] = found.floor(graph)
    starts |= {name: found.other(graph, command) for name, command in _beside()}
    with ExitStack() as stack:
        served = {name: stack.enter_context(start) for name, start in starts.items()}
        for body in scenario.bodies:
            # All of them, so that no subgraph has anything to work out later.
            answers = [one.ask(body) for one in served.values()]
            assert all(answer == answers[0] for answer in answers), "the answers differ"
        lines = [
            Line(name, scenario, connections, [], _fetches(found, one, scenario))
            for connections in CONNECTIONS
            for name, one in served.items()
        ]
        for one in served.values():
            _round(one, scenario, 20, WARM)
        for _ in range(ROUNDS):
            for line in lines:
                line.rounds.append(_round(served[line.who], scenario, line.connections, SECONDS))
        for line in lines:
            line.memory = sum(map(resident, children(served[line.who].process.pid)))
    return lines


def _beside() -> Iterable[tuple[str, str]]:
    path = os.environ.get("BENCH_BESIDE")
    for line in Path(path).read_text().splitlines() if path else ():
        name, separator, command = line.partition("=")
        if separator:
            yield name.strip(), command.strip()


def _round(served: Served, scenario: Scenario, connections: int, seconds: float) -> Measured:
    return measured(served.url, scenario.bodies, connections, seconds, served.process.pid, token=served.token)


def _fetches(found: Stand, served: Served, scenario: Scenario) -> float:
    before = found.asked()
    for body in scenario.bodies[:10]:
        served.ask(body)
    return (found.asked() - before) / len(scenario.bodies[:10])


def _table(lines: Sequence[Line]) -> str:
    rows = [
        "| scenario | connections | | requests/s | p50 ms | p99 ms | p99/p50 | CPU ms/request | × floor | fetches | RSS MB |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        like = [other for other in lines if (other.scenario, other.connections) == (line.scenario, line.connections)]
        floor = next((other.cpu for other in like if other.who.startswith("floor")), None)
        p50, p99 = line.median(lambda one: one.p50), line.median(lambda one: one.p99)
        rows.append(
            f"| {line.scenario.name} | {line.connections} | {line.who} | {line.median(lambda one: one.per_second):.0f} "
            f"| {p50:.2f} | {p99:.2f} | {p99 / p50:.1f} | {line.cpu:.3f} "
            f"| {'' if floor is None else f'{line.cpu / floor:.2f}'} | {line.fetches:.0f} | {line.memory:.0f} |"
        )
    return "\n".join(rows)
