"""`make bench PART=growth`: how planning grows with the operation, the subgraphs, and the keys of an entity.

In this process, with nothing else of a request. Prints a table and draws `docs/planning-growth.svg`.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gateway.execution.compile import compile_plan
from gateway.language.documents import Limits, parse_operation
from gateway.planning.planner import plan_operation
from tests.gateway.planning.harness import graph
from tests.harness import REPOSITORY

__all__ = ["main"]

ROUNDS = 7
PLOT = REPOSITORY / "docs" / "planning-growth.svg"
LIMITS = Limits(max_source=1_000_000, max_tokens=100_000, max_fields=10_000)


@dataclass(frozen=True)
class Point:
    size: int
    plan: float
    compiled: float
    """Milliseconds."""
    fetches: int


def main() -> None:
    """Print the table and draw the plot."""
    series = {
        "fields of the operation, over 4 subgraphs": [_point(n, _graph(4, n, 1), n) for n in (10, 100, 1000)],
        "subgraphs, 200 fields": [_point(n, _graph(n, 200, 1), 200) for n in (4, 20, 100)],
        "keys of each entity, 4 subgraphs, 100 fields": [_point(n, _graph(4, 100, n), 100) for n in (1, 4, 16, 64)],
    }
    print("| growing | size | plan ms | compile ms | fetches | time for each 10 × size |")
    print("|---|---|---|---|---|---|")
    for name, points in series.items():
        for number, point in enumerate(points):
            slope = "" if number == 0 else f"× {_tenfold(points[number - 1], point):.1f}"
            cells = f"{point.size:,} | {point.plan:.2f} | {point.compiled:.2f} | {point.fetches} | {slope}"
            print(f"| {name if number == 0 else ''} | {cells} |")
    PLOT.write_text(_svg(series))
    print(f"\nThe plot is {PLOT.relative_to(REPOSITORY)}.")


def _graph(subgraphs: int, fields: int, keys: int) -> Mapping[str, str]:
    """A list of things whose fields are dealt out over the subgraphs. Each has all keys, and every tenth field is another thing."""
    names = [f"s{number}" for number in range(subgraphs)]
    declared = " ".join(f'@key(fields: "k{number}")' for number in range(keys))
    given = " ".join(f"k{number}: ID!" for number in range(keys))
    found = dict.fromkeys(names, f"type Thing {declared} {{ {given} %s }}")
    for place, name in enumerate(names):
        mine = (f"f{number}: {_kind(number)}" for number in range(place, fields, subgraphs))
        found[name] %= " ".join(mine)
    found[names[0]] += " type Query { things: [Thing!] }"
    return found


def _kind(number: int) -> str:
    return "Thing" if number % 10 == 9 else "String"


def _query(fields: int) -> str:
    """Fields of one thing; every tenth is a thing of which the same first field is asked."""
    asked = (f"f{number} {{ f0 }}" if _kind(number) == "Thing" else f"f{number}" for number in range(fields))
    return f"{{ things {{ {' '.join(asked)} }} }}"


def _point(size: int, sdl: Mapping[str, str], fields: int) -> Point:
    supergraph = graph(**sdl)
    operation = parse_operation(supergraph.api, _query(fields), None, LIMITS)
    plan = plan_operation(supergraph, operation)
    return Point(
        size,
        _median(lambda: plan_operation(supergraph, operation)),
        _median(lambda: compile_plan(plan, supergraph.api)),
        len(plan.fetches),
    )


def _median(work: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def _tenfold(before: Point, after: Point) -> float:
    """How many times longer, for ten times the size."""
    return (after.plan / before.plan) ** (1 / _decades(after.size / before.size))


def _decades(ratio: float) -> float:
    return math.log10(ratio)


# -- the plot ------------------------------------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, BOTTOM, DECADE = 640, 420, 60, 50, 110
COLOURS = ("#1b6ca8", "#b5472f", "#3d7a3a")


def _svg(series: Mapping[str, Sequence[Point]]) -> str:
    """Both axes logarithmic: a straight line at 45° is linear growth."""

    def at(size: float, milliseconds: float) -> tuple[float, float]:
        return LEFT + DECADE * _decades(size) * 1.6, HEIGHT - BOTTOM - DECADE * (_decades(milliseconds) + 1)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for size in (1, 10, 100, 1000):
        x, _ = at(size, 1)
        lines.append(f'<line x1="{x:.0f}" y1="20" x2="{x:.0f}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        lines.append(f'<text x="{x:.0f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{size:,}</text>')
    for milliseconds in (0.1, 1, 10, 100):
        _, y = at(1, milliseconds)
        lines.append(f'<line x1="{LEFT}" y1="{y:.0f}" x2="{WIDTH - 20}" y2="{y:.0f}" stroke="#ddd"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{milliseconds:g} ms</text>')
    for number, (name, points) in enumerate(series.items()):
        places = [at(point.size, point.plan) for point in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        colour = COLOURS[number]
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places]
        lines.append(f'<text x="{LEFT + 10}" y="{36 + 18 * number}" fill="{colour}">{name}</text>')
    lines.append(f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">size</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"
