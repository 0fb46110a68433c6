"""Loading into real databases with the registers' own migrations: keys, foreign keys and null constraints hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import registers
from network.postgres import EmbeddedPostgres
from registers.synthetic.command import database_urls, seed_command
from registers.synthetic.load import SeedError, seed
from registers.synthetic.network import DEMO_SECRET, network
from registers.synthetic.tables import REGISTERS, TABLES

TODAY = date(2026, 3, 15)
MIGRATIONS = Path(registers.__file__).parent


@pytest.fixture(scope="module")
def urls(postgres_server: EmbeddedPostgres) -> dict[str, str]:
    """Four empty databases."""
    return asyncio.run(make_databases(postgres_server))


async def make_databases(postgres_server: EmbeddedPostgres) -> dict[str, str]:
    found = database_urls(postgres_server.admin_url(), "seed_")
    admin: Any = await asyncpg.connect(postgres_server.admin_url())
    for register in REGISTERS:
        await admin.execute(f'CREATE DATABASE "seed_{register}"')
        connection: Any = await asyncpg.connect(found[register])
        for migration in sorted((MIGRATIONS / register / "migrations").glob("*.sql")):
            await connection.execute(migration.read_text().replace("{prefix}", f"seed_{register}"))
        await connection.close()
    await admin.close()
    return found


@pytest.fixture
async def emptied(urls: dict[str, str]) -> AsyncIterator[dict[str, str]]:
    yield urls
    for register, url in urls.items():
        connection: Any = await asyncpg.connect(url)
        names = ", ".join(f'"{table}"' for table in TABLES[register])
        await connection.execute(f"TRUNCATE {names}, locator, outbox")
        await connection.close()


async def stored(url: str, table: str) -> list[dict[str, Any]]:
    connection: Any = await asyncpg.connect(url)
    rows = await connection.fetch(f'SELECT * FROM "{table}"')
    await connection.close()
    return [dict(row) for row in rows]


def as_set(rows: list[dict[str, Any]]) -> set[tuple[tuple[str, Any], ...]]:
    return {tuple(sorted((k, v) for k, v in row.items() if k not in {"versie", "systeem_van"})) for row in rows}


async def test_what_is_loaded_is_the_network(emptied: dict[str, str]) -> None:
    done: list[tuple[int, int]] = []
    result = await seed(emptied, 450, 3, DEMO_SECRET, TODAY, lambda part, whole: done.append((part, whole)))
    net = network(450, 3, TODAY)
    for register, tables in net.items():
        for table, rows in tables.items():
            assert as_set(await stored(emptied[register], table)) == as_set(rows), table
    assert result.clients == 450
    assert result.rows == {register: sum(map(len, tables.values())) for register, tables in net.items()}
    assert done == [(200, 450), (400, 450), (450, 450)]


async def test_the_locator_finds_every_record_and_the_outbox_stays_silent(emptied: dict[str, str]) -> None:
    await seed(emptied, 20, 3, DEMO_SECRET, TODAY)
    net = network(20, 3, TODAY)
    expected = {
        (row[key], row["client_key"], table)
        for table, key in TABLES["bemiddeling"].items()
        for row in net["bemiddeling"][table]
        if table != "indicatiereferentie"
    }
    rows = await stored(emptied["bemiddeling"], "locator")
    assert {(row["record_id"], row["client_key"], row["tabel"]) for row in rows} == expected
    assert await stored(emptied["bemiddeling"], "outbox") == []


async def test_filled_registers_are_refused_and_left_as_they_are(emptied: dict[str, str]) -> None:
    await seed(emptied, 3, 1, DEMO_SECRET, TODAY)
    with pytest.raises(SeedError, match=r"indicatie\.wlzindicatie.*--replace"):
        await seed(emptied, 5, 2, DEMO_SECRET, TODAY)
    assert as_set(await stored(emptied["client"], "clientprofiel")) == as_set(
        network(3, 1, TODAY)["client"]["clientprofiel"]
    )


async def test_replace_empties_all_tables_first(emptied: dict[str, str]) -> None:
    await seed(emptied, 5, 1, DEMO_SECRET, TODAY)
    await seed(emptied, 2, 1, DEMO_SECRET, TODAY, replace=True)
    for register, tables in network(2, 1, TODAY).items():
        for table, rows in tables.items():
            assert as_set(await stored(emptied[register], table)) == as_set(rows)


async def test_if_needed_leaves_a_finished_network_alone(emptied: dict[str, str]) -> None:
    await seed(emptied, 4, 1, DEMO_SECRET, TODAY)
    again = await seed(emptied, 4, 1, DEMO_SECRET, TODAY, replace=True, if_needed=True)
    assert (again.clients, set(again.rows.values())) == (0, {0})


@pytest.mark.parametrize("size", [3, 5])
async def test_if_needed_does_not_take_another_size_for_finished(emptied: dict[str, str], size: int) -> None:
    await seed(emptied, 4, 1, DEMO_SECRET, TODAY)
    with pytest.raises(SeedError, match="--replace"):
        await seed(emptied, size, 1, DEMO_SECRET, TODAY, if_needed=True)
    again = await seed(emptied, size, 1, DEMO_SECRET, TODAY, replace=True, if_needed=True)
    assert again.clients == len(await stored(emptied["client"], "clientprofiel")) == size


async def test_if_needed_with_replace_mends_a_load_that_was_broken_off(emptied: dict[str, str]) -> None:
    await seed(emptied, 4, 1, DEMO_SECRET, TODAY)
    connection: Any = await asyncpg.connect(emptied["zorglevering"])
    await connection.execute("TRUNCATE zorgrelatie")
    await connection.close()
    again = await seed(emptied, 4, 1, DEMO_SECRET, TODAY, replace=True, if_needed=True)
    assert again.clients == 4
    assert len(await stored(emptied["zorglevering"], "zorgrelatie")) == len(
        network(4, 1, TODAY)["zorglevering"]["zorgrelatie"]
    )


async def test_a_failing_database_is_reported_as_it_is(emptied: dict[str, str]) -> None:
    connection: Any = await asyncpg.connect(emptied["zorglevering"])
    await connection.execute("ALTER TABLE levering ADD CONSTRAINT nooit CHECK (false)")
    try:
        with pytest.raises(asyncpg.CheckViolationError, match="nooit"):
            await seed(emptied, 5, 1, DEMO_SECRET, TODAY)
    finally:
        await connection.execute("ALTER TABLE levering DROP CONSTRAINT nooit")
        await connection.close()


async def test_databases_that_are_missing_or_not_migrated(
    emptied: dict[str, str], postgres_server: EmbeddedPostgres
) -> None:
    with pytest.raises(SeedError, match="no database given for client"):
        await seed({key: url for key, url in emptied.items() if key != "client"}, 1, 1, DEMO_SECRET, TODAY)
    with pytest.raises(SeedError, match="registers migrate client"):
        await seed({**emptied, "client": postgres_server.admin_url()}, 1, 1, DEMO_SECRET, TODAY)
    with pytest.raises(SeedError, match="at least one"):
        await seed(emptied, 0, 1, DEMO_SECRET, TODAY)


def test_the_command_says_what_it_did(urls: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert seed_command(urls, clients=20, seed=5, today=TODAY, replace=True) == 0
    net = network(20, 5, TODAY)
    counts = {register: sum(map(len, tables.values())) for register, tables in net.items()}
    assert capsys.readouterr().out.splitlines() == [
        "20 clients loaded, seed 5, as of 2026-03-15:",
        *(f"  {register:<13} {counts[register]:>9} rows" for register in REGISTERS),
    ]
    assert seed_command(urls, clients=20, if_needed=True) == 0
    assert capsys.readouterr().out == "20 clients are loaded already\n"
    assert seed_command(urls, clients=20) == 1
    assert "Use --replace" in capsys.readouterr().err
    assert seed_command(urls, clients=20, replace=True, quiet=True) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("url", "client"),
    [
        ("postgresql://owner:pw@db.example:5433/", "postgresql://owner:pw@db.example:5433/iwlz_client"),
        ("postgresql://owner@db.example", "postgresql://owner@db.example/iwlz_client"),
        ("postgresql:///postgres?host=/run/pg&port=1", "postgresql:///iwlz_client?host=/run/pg&port=1"),
    ],
)
def test_each_register_has_a_database_on_the_server(url: str, client: str) -> None:
    assert database_urls(url)["client"] == client


def test_something_else_is_no_database_url() -> None:
    with pytest.raises(SeedError, match="postgresql://"):
        database_urls("localhost")
