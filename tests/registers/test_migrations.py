"""The migrations on a real PostgreSQL: the tables that the mappings speak of, their keys, their history."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from registers.common.mapping import Mapping, Table
from registers.graph import CARE_REGISTERS, register

SQL_TYPES = {
    "uuid": "uuid",
    "text": "text",
    "int": "integer",
    "float": "double precision",
    "date": "date",
    "datetime": "timestamp with time zone",
    "key": "uuid",
}
WITHOUT_HISTORY = {"zorgrelatie", "indicatiereferentie"}
CLIENT = uuid.UUID(int=1)
HELPERS = {"outbox", "locator"}


def stored(mapping: Mapping) -> list[Table]:
    return [table for table in mapping.tables if not table.stub]


@pytest.fixture(scope="module", params=CARE_REGISTERS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def mapping(name: str) -> Mapping:
    return register(name).mapping


@pytest.fixture(scope="module")
def url(name: str, postgres_server: Any) -> str:
    database = f"migraties_{name}"

    async def prepare() -> None:
        admin = await asyncpg.connect(postgres_server.admin_url("postgres"))
        await admin.execute(f"DROP DATABASE IF EXISTS {database}")
        await admin.execute(f"CREATE DATABASE {database}")
        await admin.close()
        connection = await asyncpg.connect(postgres_server.admin_url(database))
        for migration in sorted(register(name).migrations.glob("*.sql")):
            await connection.execute(migration.read_text())
        await connection.close()

    asyncio.run(prepare())
    return postgres_server.admin_url(database)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Any]:
    """A connection whose work is undone after the test."""
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def columns_of(database: Any, table: str) -> dict[str, tuple[str, bool]]:
    rows = await database.fetch(
        "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = $1", table
    )
    return {row["column_name"]: (row["data_type"], row["is_nullable"] == "YES") for row in rows}


async def primary_key(database: Any, table: str) -> list[str]:
    return await database.fetchval(
        """
        SELECT array_agg(a.attname::text ORDER BY k.place)
          FROM pg_constraint c, unnest(c.conkey) WITH ORDINALITY AS k(attnum, place), pg_attribute a
         WHERE c.contype = 'p' AND c.conrelid = $1::regclass AND a.attrelid = c.conrelid AND a.attnum = k.attnum
        """,
        table,
    )


async def indexed_first(database: Any, table: str) -> set[str]:
    """The columns by which an index of the table begins."""
    rows = await database.fetch(
        """
        SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indrelid = $1::regclass
        """,
        table,
    )
    return {row["attname"] for row in rows}


async def test_migrations_are_numbered_without_gaps(name: str) -> None:
    numbers = [path.name[:4] for path in sorted(register(name).migrations.glob("*.sql"))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


async def test_every_table_is_mapped(database: Any, mapping: Mapping) -> None:
    rows = await database.fetch("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    expected = {table.table for table in stored(mapping)}
    expected |= {f"{table}_historie" for table in expected - WITHOUT_HISTORY} | HELPERS
    assert {row["table_name"] for row in rows} == expected


async def test_every_mapped_column_exists_with_its_type(database: Any, mapping: Mapping) -> None:
    for table in stored(mapping):
        found = await columns_of(database, table.table)
        for column in table.columns:
            sql_type, nullable = found[column.column]
            assert sql_type == SQL_TYPES[column.kind], (table.table, column.column)
            assert column.nullable or not nullable, (table.table, column.column)
        mapped = {column.column for column in table.columns}
        extra = {name: shown for name, shown in found.items() if name not in mapped | {"systeem_van"}}
        assert extra == {"client_key": ("uuid", False), "versie": ("integer", False)}, table.table


async def test_keys_begin_with_the_client(database: Any, mapping: Mapping) -> None:
    for table in stored(mapping):
        assert await primary_key(database, table.table) == ["client_key", table.key]


async def test_foreign_keys_hold_the_client(database: Any) -> None:
    keys = await database.fetch(
        """
        SELECT conrelid::regclass::text AS holder, a.attname AS first
          FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
         WHERE contype = 'f' AND array_length(conkey, 1) = 2
        """
    )
    assert keys
    assert {key["first"] for key in keys} == {"client_key"}
    assert await database.fetchval("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == len(keys)


async def test_every_join_has_an_index(database: Any, mapping: Mapping) -> None:
    for table in stored(mapping):
        for relation in table.relations:
            target = mapping.table(relation.target)
            if target.stub or not relation.on:
                continue
            [(_, remote)] = relation.on
            assert remote in await indexed_first(database, target.table), (table.type, relation.name)


PATHS = {
    # What the published queries filter their roots by, and what row policies start from.
    "indicatie": {
        "wlzindicatie": {"wlzindicatieID", "initieelVerantwoordelijkZorgkantoor", "bsn", "besluitnummer"},
        "zorgrelatie": {"code", "wlzIndicatieID", "bemiddelingID", "bemiddelingspecificatieID"},
    },
    "bemiddeling": {
        "client": {"clientID", "bsn"},
        "bemiddeling": {"bemiddelingID", "wlzIndicatieID", "verantwoordelijkZorgkantoor", "clientID"},
        "bemiddelingspecificatie": {
            "bemiddelingspecificatieID", "bemiddelingID", "instelling", "uitvoerendZorgkantoor",
        },
        "overdracht": {"overdrachtID", "bemiddelingID", "verantwoordelijkZorgkantoor"},
        "regiehouder": {"regiehouderID", "bemiddelingID", "instelling"},
        "indicatiereferentie": {"wlzIndicatieID"},
    },
    "zorglevering": {
        "levering": {"leveringID", "bemiddelingspecificatieID", "clientID"},
        "leveringperiode": {"leveringperiodeID", "leveringID"},
        "behandelingperiode": {"behandelingperiodeID", "leveringperiodeID"},
        "uitstelperiode": {"uitstelperiodeID", "leveringID"},
        "afstel": {"afstelID", "leveringID"},
        "verzoek": {"verzoekID", "leveringID"},
        "verzoekaanbieder": {"verzoekAanbiederID", "verzoekID", "aanbieder"},
        "client": {"clientID", "bsn"},
        "zorgrelatie": {"code", "wlzIndicatieID", "bemiddelingID", "bemiddelingspecificatieID"},
    },
    "client": {
        "clientprofiel": {"clientprofielID", "bsn"},
        "zorgrelatie": {"code", "wlzIndicatieID", "bemiddelingID", "bemiddelingspecificatieID"},
    },
}  # fmt: skip


async def test_every_path_of_queries_and_policies_has_an_index(database: Any, name: str) -> None:
    for table, paths in PATHS[name].items():
        assert paths | {"client_key"} <= await indexed_first(database, table), table


async def test_history_twins_follow_their_tables(database: Any, mapping: Mapping) -> None:
    for table in stored(mapping):
        if table.table in WITHOUT_HISTORY:
            continue
        twin = await columns_of(database, f"{table.table}_historie")
        assert twin == {
            **await columns_of(database, table.table),
            "systeem_tot": ("timestamp with time zone", False),
        }
        triggers = await database.fetch(
            "SELECT event_manipulation FROM information_schema.triggers WHERE event_object_table = $1", table.table
        )
        assert {row["event_manipulation"] for row in triggers} == {"UPDATE", "DELETE"}


ROOTS = {
    # A table without a parent, a value for each column that must have one, and the column that changes.
    "indicatie": (
        "wlzindicatie",
        {
            "wlzindicatieID": "'00000000-0000-4000-8000-000000000001'",
            "bsn": "'999990019'",
            "besluitnummer": "1",
            "soortWlzindicatie": "'1'",
            "afgiftedatum": "'2026-01-01'",
            "ingangsdatum": "'2026-01-02'",
            "initieelVerantwoordelijkZorgkantoor": "'5509'",
        },
        "commentaar",
    ),
    "bemiddeling": ("client", {"clientID": "'00000000-0000-4000-8000-000000000001'", "bsn": "'999990019'"}, "taal"),
    "zorglevering": ("client", {"clientID": "'00000000-0000-4000-8000-000000000001'", "bsn": "'999990019'"}, "bsn"),
    "client": (
        "clientprofiel",
        {
            "clientprofielID": "'00000000-0000-4000-8000-000000000001'",
            "bsn": "'999990019'",
            "bronhouder": "'5509'",
            "vaststellingMoment": "'2026-01-01T12:34:56.789012+01:00'",
        },
        "taal",
    ),
}


async def test_history_keeps_what_a_row_was(database: Any, name: str) -> None:
    table, values, changed = ROOTS[name]
    names = ", ".join(f'"{column}"' for column in values)
    await database.execute(
        f"INSERT INTO {table} (client_key, {names}) VALUES ('{CLIENT}', {', '.join(values.values())})"
    )
    before = dict(await database.fetchrow(f"SELECT * FROM {table}"))

    await database.execute(f"UPDATE {table} SET \"{changed}\" = 'anders'")
    after = dict(await database.fetchrow(f"SELECT * FROM {table}"))
    assert after == {**before, changed: "anders", "versie": 2, "systeem_van": after["systeem_van"]}
    assert after["systeem_van"] >= before["systeem_van"]

    await database.execute(f"DELETE FROM {table}")
    history = [dict(row) for row in await database.fetch(f"SELECT * FROM {table}_historie ORDER BY versie")]
    moments = [row.pop("systeem_tot") for row in history]
    assert history == [before, after]
    assert moments[0] == after["systeem_van"]


async def test_a_removed_row_can_come_back(database: Any, name: str) -> None:
    """The history of both lives stays, also within one transaction."""
    table, values, _ = ROOTS[name]
    names = ", ".join(f'"{column}"' for column in values)
    for moment in ("2026-01-01", "2026-01-02"):
        await database.execute(
            f"INSERT INTO {table} (client_key, {names}, systeem_van) "
            f"VALUES ('{CLIENT}', {', '.join(values.values())}, '{moment}')"
        )
        await database.execute(f"DELETE FROM {table}")
    assert await database.fetchval(f"SELECT count(*) FROM {table}_historie") == 2


async def test_outbox_knows_the_transaction(database: Any) -> None:
    await database.execute(
        "INSERT INTO outbox (client_key, aggregaat, aggregaat_id, aggregaat_versie, tabel, record_id, versie_na) "
        "VALUES ($1, 'X', $1, 1, 'x', $1, 1)",
        CLIENT,
    )
    assert await database.fetchval("SELECT transactie = pg_current_xact_id() FROM outbox")


@pytest.mark.parametrize("name", ["indicatie"], indirect=True)
async def test_contact_details_have_one_parent(database: Any) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(
            f"INSERT INTO contactgegevens (client_key, \"contactGegevensID\") VALUES ('{CLIENT}', '{CLIENT}')"
        )
