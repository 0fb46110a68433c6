"""Lines that were shipped before it was known whose a record is: derived when that is learned, each once, also when a run is cut short."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from registers.common.migrations import migrate
from registers.inzage.administration import AdministrationError
from registers.inzage.app import REGISTER
from registers.inzage.locating import Located, locate
from tests.registers.inzage.shipped import ANNA, BERT, RECORD, SECRET, derived, ship

KANTOOR = ("ZORGKANTOOR", "uzovi:5050", None, "RAADPLEGING")
OTHER = "3f2b1c00-0000-4000-8000-000000000002"


@dataclass
class Later:
    """The database of inzagen (a connection and its URL), and that of a register that knows records."""

    database: Any
    url: str
    source: str

    async def tell(self, record: str, bsn: str) -> None:
        """The register knows whose a record is."""
        register = await asyncpg.connect(self.source)
        key = uuid.uuid4()
        await register.execute("INSERT INTO locator VALUES ($1, $2)", uuid.UUID(record), key)
        await register.execute("INSERT INTO client VALUES ($1, $2)", key, bsn)
        await register.close()

    async def locate(self, **options: Any) -> Located:
        return await locate(self.url, [("bemiddeling", self.source)], SECRET, **options)

    async def seen(self) -> list[tuple[str, str]]:
        """Who was seen by which line."""
        return sorted((name, second) for name, second, *_ in await derived(self.database))


@pytest.fixture
async def later(postgres_server: Any) -> AsyncIterator[Later]:
    admin = await asyncpg.connect(postgres_server.admin_url("postgres"))
    for name in ("later", "later_register"):
        await admin.execute(f"DROP DATABASE IF EXISTS {name}")
        await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    url, source = postgres_server.admin_url("later"), postgres_server.admin_url("later_register")
    await migrate(url, REGISTER)
    register = await asyncpg.connect(source)
    await register.execute("CREATE TABLE locator (record_id uuid, client_key uuid)")
    await register.execute("CREATE TABLE client (client_key uuid, bsn text)")
    await register.close()
    connection = await asyncpg.connect(url)
    yield Later(connection, url, source)
    await connection.close()


def naming(*records: str) -> dict[str, Any]:
    return {"records": {"Bemiddeling": list(records)}}


async def test_what_was_shipped_before_it_was_known_whose_it_is_is_derived_when_that_is_learned(later: Later) -> None:
    await ship(later.database, 1, **naming(RECORD))
    await ship(later.database, 2, BERT, records={"Bemiddeling": [RECORD], "Other": None})
    assert await derived(later.database) == [("bert", "02", *KANTOOR)]
    await later.tell(RECORD, ANNA)
    assert await later.locate() == Located(records=1, lines=2)
    everything = 'SELECT i::text, q::text FROM inzage i JOIN inzagevraag q USING (client_key, "vraagID") ORDER BY 1'
    once = await later.database.fetch(everything)
    assert sorted(await derived(later.database)) == [
        ("anna", "01", *KANTOOR),
        ("anna", "02", *KANTOOR),
        ("bert", "02", *KANTOOR),
    ]
    assert await later.locate(again=True) == Located(records=0, lines=2)
    assert await later.database.fetch(everything) == once


async def test_only_what_came_since_the_last_time_is_read(later: Later) -> None:
    await ship(later.database, 1, **naming(RECORD))
    await later.tell(RECORD, ANNA)
    assert await later.locate() == Located(records=1, lines=1)
    assert await later.locate() == Located(records=0, lines=0)
    await ship(later.database, 2, **naming(OTHER))
    await later.tell(OTHER, BERT)
    assert await later.locate() == Located(records=1, lines=1)
    assert await later.seen() == [("anna", "01"), ("bert", "02")]


async def test_a_record_of_which_a_register_tells_too_late_is_found_by_reading_all_again(later: Later) -> None:
    await ship(later.database, 1, **naming(RECORD))
    assert await later.locate() == Located(records=0, lines=1)
    await later.tell(RECORD, ANNA)
    assert await later.locate() == Located(records=1, lines=0)
    assert await later.seen() == []
    assert await later.locate(again=True) == Located(records=0, lines=1)
    assert await later.seen() == [("anna", "01")]


async def test_how_far_is_written_with_what_was_derived(later: Later) -> None:
    """Cut short in the second piece: nothing of it is there, and the next run begins with it."""
    for sequence in (1, 2, 3):
        await ship(later.database, sequence, **naming(RECORD))
    await later.tell(RECORD, ANNA)
    await later.database.execute(
        "CREATE FUNCTION kapot() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cut'; END $$;"
        "CREATE TRIGGER kapot BEFORE UPDATE ON afgeleid FOR EACH ROW WHEN (NEW.sequence = 2) EXECUTE FUNCTION kapot()"
    )
    with pytest.raises(AdministrationError, match="cut"):
        await later.locate(piece=1)
    assert await later.seen() == [("anna", "01")]
    await later.database.execute("DROP TRIGGER kapot ON afgeleid")
    assert await later.locate(piece=1) == Located(records=0, lines=2)
    assert await later.seen() == [("anna", "01"), ("anna", "02"), ("anna", "03")]


async def test_a_line_that_is_shipped_while_registers_are_asked_is_left_for_the_next_time(later: Later) -> None:
    """Of its record they may not have told yet."""

    async def shipped() -> None:
        connection = await asyncpg.connect(later.url)
        await ship(connection, 1, **naming(RECORD))
        await connection.close()

    def registers() -> Iterator[tuple[str, str]]:
        yield "bemiddeling", later.source
        meanwhile = threading.Thread(target=lambda: asyncio.run(shipped()))
        meanwhile.start()
        meanwhile.join()

    assert await locate(later.url, registers(), SECRET) == Located(records=0, lines=0)
    await later.tell(RECORD, ANNA)
    assert await later.locate() == Located(records=1, lines=1)
    assert await later.seen() == [("anna", "01")]


async def test_lines_of_a_process_whose_clock_was_set_back_are_all_read(later: Later) -> None:
    for sequence in (1, 2, 3):
        await ship(later.database, sequence, **naming(RECORD))
    await later.database.execute("UPDATE audit_record SET at = now() - sequence * interval '1 hour'")
    await later.tell(RECORD, ANNA)
    assert await later.locate(piece=2) == Located(records=1, lines=3)
    assert await later.locate() == Located(records=0, lines=0)
    assert await later.seen() == [("anna", "01"), ("anna", "02"), ("anna", "03")]


async def test_lines_of_several_processes_are_read_each_from_its_own_place(later: Later) -> None:
    await ship(later.database, 5, **naming(RECORD))
    await later.tell(RECORD, ANNA)
    assert (await later.locate()).lines == 1
    await later.database.execute("UPDATE vindplaats SET record_id = gen_random_uuid()")
    copied = "INSERT INTO audit_record SELECT $1, $2, at, kind, persons, line FROM audit_record WHERE instance = 'i' AND sequence = 5"
    for instance, sequence in (("a", 3), ("z", 4), ("i", 4)):
        await later.database.execute(copied, instance, sequence)
    assert await later.locate() == Located(records=1, lines=2)
    told = await later.database.fetch("SELECT instance, sequence FROM afgeleid ORDER BY 1")
    assert [tuple(row) for row in told] == [("a", 3), ("i", 5), ("z", 4)]


async def test_where_a_process_stood_is_forgotten_with_its_lines(later: Later) -> None:
    await ship(later.database, 1, **naming(RECORD))
    await later.locate()
    await later.database.execute("DELETE FROM audit_record")
    await later.locate()
    assert await later.database.fetch("SELECT FROM afgeleid") == []
