"""Row policies in PostgreSQL: each published query as its register asks it, beside the bare statement that asks for the same rows.

CPU of the database's own process for a statement that is planned already, and for planning it, which happens once a connection. The bare
statement is that of a register without policies, asked by the owner of the tables.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from network.postgres import EmbeddedPostgres
from registers.common.caller import Caller
from registers.common.pool import begin_as
from registers.graph import CARE_REGISTERS
from registers.synthetic.network import network
from tests.end_to_end.published_queries.cases import CASES
from tests.oracle.world import World
from tests.performance.conftest import AS_REGISTERS, TODAY, Register, Statement, caller, connected, derive, filled

__all__ = ["HEAD", "rows"]

HEAD = ("statements", "how many", "CPU ÷ bare: median", "worst", "aim", "planning: median", "worst", "bare, median")
CLIENTS, WARM, TIMES = 2000, 6, 15
_ENTITIES = (
    ("indicatie", "WlzIndicatie", "wlzindicatieID", "besluitnummer client { bsn }"),
    ("bemiddeling", "Clientprofiel", "bsn", "bemiddelingen { bemiddelingID }"),
    ("zorglevering", "Clientprofiel", "bsn", "leveringen { leveringID }"),
    ("client", "Clientprofiel", "bsn", "contactgegevens { adressoort }"),
)


@dataclass(frozen=True)
class Question:
    name: str
    register: str
    who: Caller
    query: str
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """Milliseconds of CPU, with policies and bare: of a statement that is planned, and of planning it."""

    name: str
    asked: tuple[float, float]
    planned: tuple[float, float]

    @property
    def ratio(self) -> float:
        return self.asked[0] / self.asked[1]


def rows() -> list[tuple[str, ...]]:
    """A row for the queries by key, one for lists."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "state", throw_away=True)
        server.start()
        try:
            by_key, lists = asyncio.run(_compared(server))
        finally:
            server.destroy()
    return [_row("published queries by key", 3, by_key), _row("lists, and entities by the hundred", 2, lists)]


def _row(name: str, aim: int, found: Sequence[Compared]) -> tuple[str, ...]:
    worst = max(found, key=lambda one: one.ratio)
    over = sum(one.ratio > aim for one in found)
    planned = sorted(one.planned[0] for one in found)
    return (
        name,
        f"{len(found)}, of which {over} above the aim" if over else str(len(found)),
        f"{statistics.median(one.ratio for one in found):.1f} ×",
        f"{worst.ratio:.1f} × ({worst.name}: {worst.asked[0]:.2f} and {worst.asked[1]:.2f} ms)",
        f"≤ {aim} ×",
        f"{statistics.median(planned):.0f} ms",
        f"{planned[-1]:.0f} ms",
        f"{statistics.median(one.planned[1] for one in found):.0f} ms",
    )


async def _compared(server: EmbeddedPostgres) -> tuple[list[Compared], list[Compared]]:
    await filled(server, CLIENTS)
    asking = {name: await connected(server, name) for name in CARE_REGISTERS}
    by_key: list[Compared] = []
    lists: list[Compared] = []
    async for question in _questions(asking, World(network(300, 1, TODAY))):
        found = await _compare(server, question)
        (lists if question.name.startswith(("POL", "100")) else by_key).append(found)
    for register in asking.values():
        await register.app.close()
    return by_key, lists


async def _questions(asking: Mapping[str, Register], world: World) -> AsyncIterator[Question]:
    for case in CASES:
        for code, variables in case.find(world, TODAY):
            found = Question(case.id, case.register, caller(case.role, code), case.query, variables)
            if any((await _answer(asking, found)).values()):
                yield found
                break
    office = caller("ZORGKANTOOR", "5050")
    for name, type_, key, fields in _ENTITIES:
        query = f"query($them: [_Any!]!) {{ _entities(representations: $them) {{ ... on {type_} {{ {fields} }} }} }}"
        them = [{"__typename": type_, key: str(row[key])} for row in world.rows(type_)]
        every = Question(f"100 {type_} of {name}", name, office, query, {"them": them})
        shown = (await _answer(asking, every))["_entities"]
        # The same rows on both sides: those that the office sees.
        mine = [one for one, found in zip(them, shown, strict=True) if found is not None][:100]
        yield Question(every.name, name, office, query, {"them": mine})


async def _answer(asking: Mapping[str, Register], question: Question) -> Any:
    register = asking[question.register]
    return await register.answer(
        question.who, await register.statement(question.who, question.query, question.variables)
    )


async def _compare(server: EmbeddedPostgres, question: Question) -> Compared:
    """On connections of its own, so that each plans for the first time."""
    register, who = await connected(server, question.register), question.who
    owner = await asyncpg.connect(server.admin_url(register.database), server_settings=AS_REGISTERS)
    guarded = await register.statement(who, question.query, question.variables)
    bare = await register.bare(who, question.query, question.variables)
    ours = await _cpu(register.app, begin_as(who, register.database, guarded[0], derive, fresh=True), guarded)
    theirs = await _cpu(owner, begin_as(who, None, bare[0], derive, fresh=True), bare)
    await register.app.close()
    await owner.close()
    return Compared(question.name, (ours[0], theirs[0]), (ours[1], theirs[1]))


async def _cpu(connection: Any, opening: str, statement: Statement) -> tuple[float, float]:
    """Milliseconds of a statement that is planned, and of what the first time took more."""
    pid: int = await connection.fetchval("SELECT pg_backend_pid()")
    times: list[float] = []
    for _ in range(WARM + TIMES):
        await connection.execute(opening)
        before = _spent(pid)
        json.loads(await connection.fetchval(statement[1], *statement[2]))
        await connection.execute("ROLLBACK")
        times.append(_spent(pid) - before)
    later = statistics.median(times[WARM:])
    return later, times[0] - later


def _spent(pid: int) -> float:
    """Milliseconds of CPU of a process, to the nanosecond (`sched-stats.rst` of the kernel)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
