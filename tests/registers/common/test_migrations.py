"""Migrations: once each, never edited, one at a time; policies whenever they changed."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import asyncpg
import pytest

from registers.common.definition import RegisterDefinition
from registers.common.migrations import Migrated, MigrationError, migrate, pending
from tests.registers.common.example import REGISTER


@pytest.fixture
def register(tmp_path: Path) -> RegisterDefinition:
    """The example with its own copy of the files."""
    shutil.copytree(REGISTER.package_dir, tmp_path / "huizen")
    return RegisterDefinition("huizen", REGISTER.schema, REGISTER.mapping, tmp_path / "huizen")


@pytest.fixture
async def url(postgres: str) -> str:
    admin = await asyncpg.connect(postgres)
    await admin.execute('DROP DATABASE IF EXISTS "huizen_migrate"')
    await admin.execute('CREATE DATABASE "huizen_migrate" TEMPLATE template0')
    await admin.close()
    return postgres.replace("/postgres?", "/huizen_migrate?")


async def missing(url: str, register: RegisterDefinition) -> str:
    connection = await asyncpg.connect(url)
    try:
        return await pending(connection, register)
    finally:
        await connection.close()


async def test_files_run_once_and_policies_when_they_changed(url: str, register: RegisterDefinition) -> None:
    assert await missing(url, register) == "The database of huizen is not migrated; run `registers migrate huizen`."
    assert await migrate(url, register) == Migrated(("0001_tabellen.sql", "0002_opmerking.sql"), True)
    assert await migrate(url, register) == Migrated((), False)
    assert await missing(url, register) == ""

    connection = await asyncpg.connect(url)
    comment = await connection.fetchval("SELECT obj_description('huis'::regclass)")
    login = await connection.fetchrow("SELECT * FROM pg_roles WHERE rolname = 'huizen_migrate_app'")
    await connection.close()
    assert comment == "of huizen_migrate"
    assert login is not None
    assert (login["rolcanlogin"], login["rolinherit"], login["rolbypassrls"], login["rolsuper"]) == (
        True,
        False,
        False,
        False,
    )

    with (register.policies / "policies.sql").open("a") as file:
        file.write("-- another release\n")
    assert "another release" in await missing(url, register)
    assert await migrate(url, register) == Migrated((), True)


async def test_two_at_once(url: str, register: RegisterDefinition) -> None:
    done = await asyncio.gather(migrate(url, register), migrate(url, register), migrate(url, register))
    assert sorted(len(one.applied) for one in done) == [0, 0, 2]


async def test_an_applied_file_may_not_change_or_go(url: str, register: RegisterDefinition) -> None:
    await migrate(url, register)
    second = register.migrations / "0002_opmerking.sql"
    text = second.read_text()
    second.write_text(text + "\n")
    with pytest.raises(MigrationError, match=r"^0002_opmerking\.sql was changed after it was applied"):
        await migrate(url, register)
    assert "not migrated" in await missing(url, register)
    second.unlink()
    with pytest.raises(MigrationError, match="is gone; restore the file"):
        await migrate(url, register)


async def test_a_file_that_fails_leaves_nothing_and_a_sentence(url: str, register: RegisterDefinition) -> None:
    (register.migrations / "0003_fout.sql").write_text("CREATE TABLE half (x int); SELECT * FROM nergens;")
    with pytest.raises(MigrationError, match=r'^0003_fout\.sql does not run: relation "nergens" does not exist\.$'):
        await migrate(url, register)
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT to_regclass('half')") is None
    assert await connection.fetchval("SELECT count(*) FROM migration.applied") == 2
    await connection.close()


async def test_names_and_numbers(url: str, register: RegisterDefinition) -> None:
    wrong = register.migrations / "drie.sql"
    wrong.write_text("")
    with pytest.raises(MigrationError, match="name it NNNN_words"):
        await migrate(url, register)
    wrong.rename(register.migrations / "0002_nog.sql")
    with pytest.raises(MigrationError, match="have the same number"):
        await migrate(url, register)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://x:geheim@127.0.0.1:1/weg", "cannot be reached"),
        ("geen url", "cannot be read"),
    ],
)
async def test_a_database_that_is_not_there(register: RegisterDefinition, url: str, sentence: str) -> None:
    with pytest.raises(MigrationError, match=sentence) as raised:
        await migrate(url, register)
    assert "geheim" not in str(raised.value)


async def test_an_unknown_database(postgres: str, register: RegisterDefinition) -> None:
    with pytest.raises(MigrationError, match="does not exist on the server"):
        await migrate(postgres.replace("/postgres?", "/nergens?"), register)
