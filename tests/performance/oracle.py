"""`make bench PART=oracle`: does the time of an answer tell a row that is not yours from one that is not there?

Over one connection, in random order: ids of rows that the caller may not see, and ids that nobody has; these in two halves, so that
the difference between two samples of the same kind is known too. All answers are the same bytes after the same fetches
(`tests/security/test_probing.py`); here their times are compared, by quantiles and by two statistics that ask nothing of the form of
the distributions:

* D (Kolmogorov–Smirnov): the largest distance between the two distribution functions. Who sees one time and has to say which of
  the two it was is right in (1 + D) / 2 of the cases at best; 1/2 is guessing.
* P (Mann–Whitney): how often a hidden row takes longer than a missing one, of all pairs; 1/2 is no difference.
"""

from __future__ import annotations

import bisect
import http.client
import json
import random
import tempfile
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from network.postgres import EmbeddedPostgres
from registers.synthetic.network import network
from tests.harness import Network
from tests.oracle.world import World

__all__ = ["main"]

CLIENTS, SEED = 300, 1
REQUESTS, WARM = 3000, 400
"""Requests of each of the three kinds, for each question; those that warm up come on top."""
PARTY = "uzovi:5532"
KINDS = ("not yours", "not there", "not there, again")
QUESTIONS = {
    "wlzIndicatie": ("WlzIndicatie", "wlzindicatieID", "wlzindicatieID besluitnummer client { bsn }"),
    "bemiddeling": ("Bemiddeling", "bemiddelingID", "bemiddelingID bemiddelingspecificatie { instelling }"),
    "levering": ("Levering", "leveringID", "leveringID leveringperiodes { ingangsdatum }"),
}


@dataclass(frozen=True)
class Compared:
    """`times` are sorted, in milliseconds."""

    times: dict[str, list[float]]

    def quantile(self, kind: str, share: float) -> float:
        found = self.times[kind]
        return found[min(int(share * len(found)), len(found) - 1)]

    def distance(self, one: str, other: str) -> float:
        """Kolmogorov–Smirnov's D."""
        a, b = self.times[one], self.times[other]
        return max(abs(_below(a, value) - _below(b, value)) for value in (*a, *b))

    def longer(self, one: str, other: str) -> float:
        """Mann–Whitney's U as a share: how often a time of `one` is longer than one of `other`; equal counts half."""
        b = self.times[other]
        found = sum(bisect.bisect_left(b, value) + bisect.bisect_right(b, value) for value in self.times[one])
        return found / (2 * len(b) * len(self.times[one]))


def _below(times: Sequence[float], value: float) -> float:
    return bisect.bisect_right(times, value) / len(times)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        net = Network(Path(folder) / "state", clients=CLIENTS, seed=SEED)
        net.start()
        try:
            print(table({name: compared(net, name) for name in QUESTIONS}))
        finally:
            net.stop()
            EmbeddedPostgres(net.state).destroy()


def compared(net: Network, root: str, requests: int = REQUESTS, warm: int = WARM) -> Compared:
    """Ask, and keep the times."""
    type_name, key, fields = QUESTIONS[root]
    world = World(network(net.clients, net.seed, datetime.now(ZoneInfo("Europe/Amsterdam")).date()))
    asking = _Asking(net, f"query ($id: UUID) {{ {root}(where: {{{key}: {{eq: $id}}}}) {{ {fields} }} }}")
    seen = {row[key] for row in net.ask(f"{{ {root} {{ {key} }} }}", token=net.token(PARTY)).json()["data"][root]}
    hidden = sorted({str(row[key]) for row in world.rows(type_name)} - seen)
    rng = random.Random(SEED)
    order = [kind for kind in KINDS for _ in range(requests)]
    rng.shuffle(order)
    nothing = json.dumps({"data": {root: []}}, separators=(",", ":")).encode()
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number, kind in enumerate([*rng.choices(KINDS, k=warm), *order]):
        asked = rng.choice(hidden) if kind == KINDS[0] else str(uuid.UUID(int=rng.getrandbits(128), version=4))
        milliseconds, body = asking.once(asked)
        assert body == nothing, body
        if number >= warm:
            times[kind].append(milliseconds)
    return Compared({kind: sorted(found) for kind, found in times.items()})


class _Asking:
    """One connection, one question, other ids."""

    def __init__(self, net: Network, query: str) -> None:
        place = urlsplit(net.url("gateway"))
        self.connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
        self.query = query
        self.headers = {
            "Content-Type": "application/json",
            "Accept": "application/graphql-response+json",
            "Authorization": f"Bearer {net.token(PARTY)}",
        }

    def once(self, asked: str) -> tuple[float, bytes]:
        body = json.dumps({"query": self.query, "variables": {"id": asked}}).encode()
        started = time.perf_counter_ns()
        self.connection.request("POST", "/graphql", body=body, headers=self.headers)
        answer = self.connection.getresponse().read()
        return (time.perf_counter_ns() - started) / 1e6, answer


def table(found: dict[str, Compared]) -> str:
    """The report."""
    lines = [
        "| question | kind | p10 ms | p50 ms | p90 ms | p99 ms | D | P | right in |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, each in found.items():
        for kind in KINDS:
            shares = (f"{each.quantile(kind, share):.3f}" for share in (0.1, 0.5, 0.9, 0.99))
            lines.append(_line(name, kind, shares, each))
    return "\n".join(lines)


def _line(name: str, kind: str, quantiles: Iterable[str], each: Compared) -> str:
    """A row; the statistics compare with `not there`."""
    cells: list[Any] = ["", "", ""]
    if kind != KINDS[1]:
        distance = each.distance(kind, KINDS[1])
        cells = [f"{distance:.3f}", f"{each.longer(kind, KINDS[1]):.3f}", f"{(1 + distance) / 2:.0%}"]
    return f"| {' | '.join([name, kind, *quantiles, *cells])} |"
