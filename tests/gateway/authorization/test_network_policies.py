"""The shipped policies on the shipped tables: what each party sees, compared with a reading of the table by brute force.

For every type of the four registers, parties of every role on several days: exactly the visible rows come back, and a field
that only some grants give is there on exactly the rows that a second, independent reading of the table allows.
"""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from iwlz.participants import CIZ_KVK
from registers.common.client_key import client_key
from registers.graph import register
from registers.synthetic.load import seed
from registers.synthetic.network import DEMO_SECRET, network
from tests.gateway.authorization.harness import CARE_REGISTERS, SCOPES, mapping_of
from tests.oracle.rules.words import Party
from tests.oracle.table12 import BURGER, CIZ, ZA, ZK, allowed, visible
from tests.oracle.world import KEYS, World

CLIENTS = 40
TODAY = date(2026, 3, 1)
DAYS = (TODAY, date(2026, 5, 31), date(2026, 6, 1), TODAY + timedelta(days=900), TODAY - timedelta(days=500))
IDENTIFIER = {ZK: "uzovi", ZA: "agb", CIZ: "kvk", BURGER: "bsn"}
# A contact person's details are nobody's but an office's or a provider's; the policies refuse them to a client even where no
# path of the graph leads there, the reading by brute force asks whose dossier they are in.
STRICTER = {(BURGER, name) for name in ("ContactGegevens", "Adres", "Telefoon", "Email")}


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, list[Any]]]:
    return network(CLIENTS, 1, TODAY)


@pytest.fixture(scope="module")
def world(rows: dict[str, dict[str, list[Any]]]) -> World:
    return World(rows)


@pytest.fixture(scope="module")
def databases(postgres_server: Any) -> dict[str, str]:
    names = {name: f"beleid_{name}" for name in CARE_REGISTERS}

    async def prepare() -> None:
        admin = await asyncpg.connect(postgres_server.admin_url("postgres"))
        for database in names.values():
            await admin.execute(f"DROP DATABASE IF EXISTS {database}")
            await admin.execute(f"CREATE DATABASE {database}")
        await admin.close()
        for name, database in names.items():
            connection = await asyncpg.connect(postgres_server.admin_url(database))
            for migration in sorted(register(name).migrations.glob("*.sql")):
                await connection.execute(migration.read_text())
            policies = (register(name).policies / "policies.sql").read_text().replace("{prefix}", database)
            for _ in range(2):  # twice: it replaces what it made itself
                await connection.execute(policies)
            await connection.close()
        urls = {name: postgres_server.admin_url(database) for name, database in names.items()}
        await seed(urls, CLIENTS, 1, DEMO_SECRET, TODAY)

    asyncio.run(prepare())
    return {name: postgres_server.admin_url(database) for name, database in names.items()}


def parties(world: World) -> list[Party]:
    scopes = frozenset(SCOPES.values())
    offices = sorted({s["uitvoerendZorgkantoor"] for s in world.rows("Bemiddelingspecificatie")})
    offices += sorted({o["verantwoordelijkZorgkantoor"] for o in world.rows("Overdracht")} - set(offices))
    providers = sorted({s["instelling"] for s in world.rows("Bemiddelingspecificatie") if s["instelling"]})
    managers = sorted({r["instelling"] for r in world.rows("Regiehouder")} - set(providers))
    named = sorted({v["aanbieder"] for v in world.rows("VerzoekAanbieder")} - set(providers))
    persons = sorted({c["bsn"] for c in world.rows("Clientprofiel")})
    chosen = [(ZK, code) for code in offices[:9]] + [(ZA, code) for code in [*providers[:9], *managers[:3], *named[:3]]]
    chosen += [(CIZ, CIZ_KVK), (ZK, "0000"), (ZA, "00000000"), *((BURGER, bsn) for bsn in persons[:3])]
    found = [Party(role, code, scopes, DAYS[0]) for role, code in chosen]
    return found + [Party(p.role, p.code, scopes, day) for p in found if p.role in {ZK, ZA} for day in DAYS[1:]]


async def become(connection: Any, database: str, party: Party, relations: str = "fresh") -> None:
    settings = {
        "role": party.role,
        "scopes": f" {' '.join(sorted(party.scopes))} ",
        IDENTIFIER[party.role]: party.code,
        "today": party.today.isoformat(),
        "anchored": "",
        "relations": relations,
    }
    if party.role == BURGER:
        settings["client_key"] = str(client_key(DEMO_SECRET, party.code))
    await connection.execute(f'SET LOCAL ROLE "{database}_{party.role.lower()}"')
    for name, value in settings.items():
        await connection.execute("SELECT set_config($1, $2, true)", f"caller.{name}", value)


def expression(field: str, column: str, alternatives: list[dict[str, Any]]) -> str:
    if any(alternative["when"] is None for alternative in alternatives):
        return f't."{column}" AS "{field}"'
    conditions = " OR ".join(alternative["when"].replace("{row}", "t") for alternative in alternatives)
    return f'CASE WHEN ({conditions}) THEN t."{column}" END AS "{field}"'


@pytest.mark.parametrize("name", CARE_REGISTERS)
def test_every_party_sees_exactly_its_rows_and_fields(name: str, databases: dict[str, str], world: World):
    mapping = mapping_of(name)
    fields = json.loads((register(name).policies / "fields.json").read_text())
    differences: list[str] = []
    seen = 0

    async def compare() -> None:
        nonlocal seen
        connection = await asyncpg.connect(databases[name])
        for party in parties(world):
            async with connection.transaction():
                await become(connection, f"beleid_{name}", party)
                for type_name, entry in mapping["types"].items():
                    granted = fields["roles"][party.role]["types"].get(type_name)
                    if entry["stub"] or entry["hidden"]:
                        continue
                    expected = {
                        row[KEYS[type_name]]: row
                        for row in world.rows(type_name)
                        if visible(type_name, row, world, party)
                    }
                    if not granted:
                        assert not expected or (party.role, type_name) in STRICTER
                        continue
                    key = KEYS[type_name]
                    columns = {f: c["column"] for f, c in entry["columns"].items() if f in granted}
                    selected = ", ".join(expression(f, column, granted[f]) for f, column in columns.items())
                    found = {
                        row[0]: row
                        for row in await connection.fetch(f'SELECT t."{key}", {selected} FROM "{entry["table"]}" t')
                    }
                    seen += len(found)
                    who = f"{party.role} {party.code} {party.today} {type_name}"
                    extra = set(found) - set(expected)
                    missing = set(expected) - set(found)
                    if extra or (missing and (party.role, type_name) not in STRICTER):
                        differences.append(f"{who}: {len(extra)} too many, {len(missing)} too few")
                    for id_ in set(found) & set(expected):
                        for f in columns:
                            wanted = expected[id_][f] if allowed(type_name, f, expected[id_], world, party) else None
                            if found[id_][f] != wanted:
                                differences.append(f"{who}: {f}")
        await connection.close()

    asyncio.run(compare())
    assert not differences, "\n".join(sorted(set(differences))[:40])
    assert seen > 100


@pytest.mark.parametrize("name", CARE_REGISTERS)
def test_entries_take_no_row_away(name: str, databases: dict[str, str], world: World):
    """The way in that root lists get is part of no decision: with it and without it, the same rows."""
    mapping = mapping_of(name)
    fields = json.loads((register(name).policies / "fields.json").read_text())

    async def compare() -> tuple[int, list[str]]:
        connection = await asyncpg.connect(databases[name])
        seen, differences = 0, list[str]()
        for party in parties(world):
            async with connection.transaction():
                await become(connection, f"beleid_{name}", party)
                for type_name, entry in fields["roles"][party.role]["entries"].items():
                    rows = f'SELECT count(*) FROM "{mapping["types"][type_name]["table"]}" t'
                    every = await connection.fetchval(rows)
                    seen += every
                    if every != await connection.fetchval(f"{rows} WHERE {entry.replace('{row}', 't')}"):
                        differences.append(f"{party.role} {party.code} {party.today} {type_name}")
        await connection.close()
        return seen, differences

    seen, differences = asyncio.run(compare())
    assert differences == []
    assert seen > 100


@pytest.mark.parametrize(
    ("name", "table", "party", "own"),
    [
        ("indicatie", "wlzindicatie", (ZA, "provider"), "false"),
        ("indicatie", "wlzindicatie", (ZK, "5050"), "\"initieelVerantwoordelijkZorgkantoor\" = '5050'"),
        ("indicatie", "wlzindicatie", (CIZ, CIZ_KVK), "true"),
        ("zorglevering", "leveringperiode", (ZK, "5050"), "false"),
        ("client", "clientprofiel", (ZK, "5050"), "false"),
    ],
)
@pytest.mark.parametrize("relations", ["", "stale"])
def test_while_relations_are_stale_only_own_rows_are_visible(
    name: str, table: str, party: tuple[str, str], own: str, relations: str, databases: dict[str, str], world: World
):
    """Whatever a register forgets to say or says wrong: only the one word opens what hangs on relations."""
    role, code = party
    if code == "provider":
        code = next(s["instelling"] for s in world.rows("Bemiddelingspecificatie") if s["instelling"])

    async def counts() -> tuple[int, int, int]:
        connection = await asyncpg.connect(databases[name])
        expected = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE {own}")
        seen: list[int] = []
        for words in (relations, "fresh"):
            async with connection.transaction():
                await become(connection, f"beleid_{name}", Party(role, code, frozenset(SCOPES.values()), TODAY), words)
                seen.append(await connection.fetchval(f"SELECT count(client_key) FROM {table}"))
        await connection.close()
        return expected, seen[0], seen[1]

    expected, stale, fresh = asyncio.run(counts())
    assert stale == expected
    assert fresh > stale or role == CIZ


async def _refused(connection: Any, statement: str) -> bool:
    try:
        async with connection.transaction():
            await connection.fetch(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    return False


@pytest.mark.parametrize("name", CARE_REGISTERS)
def test_helper_tables_history_and_columns_without_grant_are_out_of_reach(name: str, databases: dict[str, str]):
    async def check() -> list[str]:
        connection = await asyncpg.connect(databases[name])
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        data = {e["table"] for e in mapping_of(name)["types"].values() if not e["hidden"] and not e["stub"]}
        reachable: list[str] = []
        async with connection.transaction():
            await become(connection, f"beleid_{name}", Party(ZK, "5050", frozenset(SCOPES.values()), TODAY))
            for (table,) in tables:
                if table not in data and not await _refused(connection, f'SELECT 1 FROM "{table}"'):
                    reachable.append(table)
                if table in data and not await _refused(connection, f'SELECT versie FROM "{table}"'):
                    reachable.append(f"{table}.versie")
                if not await _refused(connection, f'DELETE FROM "{table}"'):
                    reachable.append(f"delete from {table}")
        await connection.close()
        return reachable

    assert asyncio.run(check()) == []


@pytest.mark.parametrize("name", CARE_REGISTERS)
def test_without_scope_or_settings_nothing_is_visible(name: str, databases: dict[str, str], world: World):
    async def count() -> int:
        connection = await asyncpg.connect(databases[name])
        total = 0
        fields = json.loads((register(name).policies / "fields.json").read_text())
        for party in parties(world)[:8]:
            for scopes in (frozenset[str](), frozenset({"registers/other:read"})):
                async with connection.transaction():
                    await become(connection, f"beleid_{name}", Party(party.role, party.code, scopes, TODAY))
                    for type_name in fields["roles"][party.role]["types"]:
                        entry = mapping_of(name)["types"][type_name]
                        if not entry["stub"]:
                            total += await connection.fetchval(
                                f'SELECT count("{KEYS[type_name]}") FROM "{entry["table"]}"'
                            )
        async with connection.transaction():
            await connection.execute(f'SET LOCAL ROLE "beleid_{name}_zorgkantoor"')
            for type_name in fields["roles"][ZK]["types"]:
                entry = mapping_of(name)["types"][type_name]
                if not entry["stub"]:
                    total += await connection.fetchval(f'SELECT count("{KEYS[type_name]}") FROM "{entry["table"]}"')
        await connection.close()
        return total

    assert asyncio.run(count()) == 0
