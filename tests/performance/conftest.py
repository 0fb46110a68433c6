"""A network of some thousand clients in the four registers of a throw-away server, and statements as the registers run them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import asyncpg
import pytest

from network.postgres import EmbeddedPostgres
from registers.common.access import FieldsFile, load_fields
from registers.common.caller import Caller
from registers.common.client_key import client_key
from registers.common.engine import Engine, Request
from registers.common.migrations import migrate
from registers.common.pool import begin_as, quote_literal
from registers.graph import CARE_REGISTERS, register
from registers.synthetic.load import seed
from registers.synthetic.network import DEMO_SECRET, network
from tests.harness import SCOPES
from tests.oracle.world import World

CLIENTS = 4_000
TODAY = date(2026, 11, 23)
AS_REGISTERS = {
    "timezone": "Europe/Amsterdam",
    "jit": "off",
    "random_page_cost": "1.1",
    "plan_cache_mode": "force_generic_plan",
}
"""As `registers.common.pool` connects."""
IDENTIFIERS = {"ZORGKANTOOR": "uzovi", "ZORGAANBIEDER": "agb", "CIZ": "kvk", "BURGER": "bsn"}

Statement = tuple[str, str, list[Any]]


def caller(role: str, code: str, today: date = TODAY) -> Caller:
    return Caller("context", role, {IDENTIFIERS[role]: code}, frozenset(SCOPES.values()), today=today.isoformat())


def derive(bsn: str) -> Any:
    return client_key(DEMO_SECRET, bsn)


class _NoDatabase:
    """Keeps the statement that an engine would run."""

    last: Statement = ("", "", [])

    async def read(
        self, _caller: Caller, anchored: str, sql: str, arguments: Sequence[Any], *, fresh: bool = False
    ) -> bytes:
        del fresh  # transactions of these tests say it themselves
        self.last = (anchored, sql, list(arguments))
        return b'{"data": null}'


@dataclass(frozen=True)
class Plan:
    """What EXPLAIN (ANALYZE) says: tables that no index could answer for, and how many rows and index entries it looked at."""

    sequential: list[str]
    looked_at: int


@dataclass
class Register:
    """One register's database, its statements, and a connection of its login role that plans as the register's own does."""

    name: str
    database: str
    app: Any
    fields: FieldsFile

    async def statement(
        self, who: Caller, query: str, variables: Mapping[str, Any], fields: FieldsFile | None = None
    ) -> Statement:
        """The statement of a query: what row policies call anchored, SQL, arguments. `fields` for others than the shipped."""
        keeper = _NoDatabase()
        engine = Engine(
            register(self.name),
            cast("Any", keeper),
            fields=fields or self.fields,
            derive=derive,
            max_staleness=float("inf"),  # no stream fills these relations
        )
        await engine.run(Request(query, None, variables), who)
        return keeper.last

    async def bare(self, who: Caller, query: str, variables: Mapping[str, Any]) -> Statement:
        """The statement of a register without policies."""
        keeper = _NoDatabase()
        engine = Engine(register(self.name), cast("Any", keeper), fields=None, derive=derive)
        await engine.run(Request(query, None, variables), who)
        return keeper.last

    async def answer(self, who: Caller, statement: Statement) -> Any:
        return json.loads(await self._as(who, statement[0], lambda: self.app.fetchval(statement[1], *statement[2])))

    async def plan(self, who: Caller, statement: Statement) -> Plan:
        async def explain() -> str:
            # Some tables are still so small here that reading all of them is right; with a million clients they are not.
            await self.app.execute("SET LOCAL enable_seqscan = off")
            # By way of PREPARE: EXPLAIN of a statement with arguments would plan for these arguments alone.
            await self.app.execute(f"PREPARE explained AS {statement[1]}")
            arguments = ", ".join(_literal(argument) for argument in statement[2])
            execute = f"EXECUTE explained({arguments})" if arguments else "EXECUTE explained"
            try:
                return await self.app.fetchval(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {execute}")
            finally:
                await self.app.execute("DEALLOCATE explained")

        nodes = list(_nodes(json.loads(await self._as(who, statement[0], explain))[0]["Plan"]))
        return Plan(
            [node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"],
            round(sum(map(_looked_at, nodes))),
        )

    async def _as(self, who: Caller, anchored: str, read: Any) -> Any:
        await self.app.execute(begin_as(who, self.database, anchored, derive, fresh=True))
        try:
            return await read()
        finally:
            await self.app.execute("ROLLBACK")


def _literal(argument: Any) -> str:
    if isinstance(argument, list):
        return quote_literal("{" + ",".join("NULL" if item is None else f'"{item}"' for item in argument) + "}")
    return quote_literal(str(argument))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _looked_at(node: dict[str, Any]) -> float:
    if "Relation Name" not in node and node["Node Type"] != "Bitmap Index Scan":
        return 0
    left_out = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return node["Actual Loops"] * (node["Actual Rows"] + left_out)


async def filled(server: EmbeddedPostgres, clients: int) -> None:
    """Databases of the four registers with so many clients."""
    admin = await asyncpg.connect(server.admin_url("postgres"))
    urls: dict[str, str] = {}
    for name in CARE_REGISTERS:
        await admin.execute(f'DROP DATABASE IF EXISTS "schaal_{name}"')
        await admin.execute(f"CREATE DATABASE \"schaal_{name}\" ENCODING 'UTF8' TEMPLATE template0")
        urls[name] = server.admin_url(f"schaal_{name}")
        await migrate(urls[name], register(name))
    await admin.close()
    await seed(urls, clients, 1, DEMO_SECRET, TODAY)


async def connected(server: EmbeddedPostgres, name: str) -> Register:
    """A register on a connection of its own."""
    database = f"schaal_{name}"
    app = await asyncpg.connect(server.app_url(database, f"{database}_app"), server_settings=AS_REGISTERS)
    fields = load_fields(register(name).policies / "fields.json")
    assert fields is not None
    return Register(name, database, app, fields)


@pytest.fixture(scope="session")
def examples() -> World:
    """The first clients of the network; a client is the same however many follow."""
    return World(network(120, 1, TODAY))


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as found:
        yield found


@pytest.fixture(scope="session")
def registers(postgres_server: EmbeddedPostgres, runner: asyncio.Runner) -> Iterator[dict[str, Register]]:
    async def prepare() -> dict[str, Register]:
        await filled(postgres_server, CLIENTS)
        return {name: await connected(postgres_server, name) for name in CARE_REGISTERS}

    found = runner.run(prepare())
    yield found
    for each in found.values():
        runner.run(each.app.close())
