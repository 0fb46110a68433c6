"""From records of a journal to inzagen, on a real PostgreSQL: what is derived, of whom, and once."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from gateway.audit.chain import beginning, follow, link, read_line
from gateway.audit.database import insert_rows, prepare, row_of
from registers.common.client_key import client_key
from registers.common.migrations import migrate
from registers.inzage.app import REGISTER
from registers.inzage.tables import MAPPING
from tests.registers.inzage.shipped import ANNA, BERT, OFFICE, QUESTION, RECORD, SECRET, citizen, derived, person, ship


@pytest.fixture(scope="module")
def url(postgres_server: Any) -> str:
    async def made() -> str:
        admin = await asyncpg.connect(postgres_server.admin_url("postgres"))
        await admin.execute("DROP DATABASE IF EXISTS afleiding")
        await admin.execute("CREATE DATABASE afleiding")
        await admin.execute(
            "DO $$ BEGIN CREATE ROLE schrijver LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
        await admin.close()
        await migrate(postgres_server.admin_url("afleiding"), REGISTER)
        await prepare(postgres_server.admin_url("afleiding"), "schrijver")
        return postgres_server.admin_url("afleiding")

    return asyncio.run(made())


@pytest.fixture
async def database(url: str) -> AsyncIterator[Any]:
    """A connection as the gateway has one; what it does is undone."""
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("INSERT INTO partij VALUES ('uzovi:5050', 'Zorgkantoor Demonstratie')")
    await connection.execute("INSERT INTO vindplaats VALUES ($1, $2)", uuid.UUID(RECORD), client_key(SECRET, ANNA))
    await connection.execute("SET LOCAL ROLE schrijver")
    yield connection
    await transaction.rollback()
    await connection.close()


KANTOOR = ("ZORGKANTOOR", "uzovi:5050", "Zorgkantoor Demonstratie", "RAADPLEGING")


async def test_the_key_of_a_person_is_that_of_the_journal():
    assert client_key(SECRET, ANNA).hex == person(ANNA)[:32]


async def test_every_person_of_an_answer_has_an_inzage(database: Any):
    await ship(database, 1, ANNA, BERT)
    assert sorted(await derived(database)) == [("anna", "01", *KANTOOR), ("bert", "01", *KANTOOR)]


async def test_what_is_shipped_twice_is_one_inzage(database: Any):
    await ship(database, 1, ANNA)
    await ship(database, 1, ANNA)
    assert await derived(database) == [("anna", "01", *KANTOOR)]


async def test_a_record_tells_whose_it_is_and_counts_once(database: Any):
    await ship(database, 1, records={"Bemiddeling": [RECORD, "not an id", str(uuid.uuid4())]})
    await ship(database, 2, ANNA, records={"Bemiddeling": [RECORD]})
    assert await derived(database) == [("anna", "01", *KANTOOR), ("anna", "02", *KANTOOR)]


async def test_a_person_that_looks_is_itself_or_a_representative(database: Any):
    await ship(database, 1, ANNA, BERT, caller=citizen(ANNA))
    found = await derived(database)
    assert sorted(found) == [
        ("anna", "01", "CLIENT", None, None, "RAADPLEGING"),
        ("bert", "01", "VERTEGENWOORDIGER", None, None, "RAADPLEGING"),
    ]


async def test_looking_at_inzagen_is_an_inzage(database: Any):
    await ship(database, 1, ANNA)
    await database.execute("RESET ROLE")
    seen = await database.fetchval('SELECT "inzageID" FROM inzage')
    await database.execute("SET LOCAL ROLE schrijver")
    await ship(database, 2, caller=citizen(BERT), records={"Inzage": [str(seen)]}, registers=["inzage"])
    assert await derived(database) == [
        ("anna", "01", *KANTOOR),
        ("anna", "02", "VERTEGENWOORDIGER", None, None, "RAADPLEGING"),
    ]


async def test_an_event_of_a_subscription_is_one(database: Any):
    await ship(database, 1, ANNA, kind="event")
    assert [row[-1] for row in await derived(database)] == ["ABONNEMENT"]


@pytest.mark.parametrize(
    "content",
    [
        {"result": "refused"},
        {"result": "error"},
        {"kind": "begun"},
        {"caller": None},
        {"operation": None},
        {"kind": "opened", "caller": None, "operation": None},
    ],
    ids=str,
)
async def test_what_showed_nothing_is_none(database: Any, content: dict[str, Any]):
    await ship(database, 1, ANNA, **content)
    assert await derived(database) == []


async def test_a_party_without_a_name_is_still_named_by_its_code(database: Any):
    await ship(database, 1, ANNA, caller={**OFFICE, "identifiers": {"uzovi": "0001"}})
    assert await derived(database) == [("anna", "01", "ZORGKANTOOR", "uzovi:0001", None, "RAADPLEGING")]


async def test_a_number_that_was_not_hashed_is_shown_to_nobody(database: Any):
    """A gateway that is not told which identifiers are private."""
    await ship(database, 1, ANNA, caller={"role": "BURGER", "identifiers": {"bsn": BERT}})
    await ship(database, 2, persons=[ANNA])
    assert await derived(database) == [("anna", "01", "BURGER", None, None, "RAADPLEGING")]


async def test_one_question_is_kept_once_for_each_person(database: Any):
    await ship(database, 1, ANNA)
    await ship(database, 2, ANNA)
    await ship(database, 3, ANNA, operation={**QUESTION, "coordinates": ["Client.bsn", "Client.taal"]})
    await database.execute("RESET ROLE")
    kept = await database.fetch("SELECT gegevens FROM inzagevraag ORDER BY cardinality(gegevens)")
    assert [row["gegevens"] for row in kept] == [["Client.bsn"], ["Client.bsn", "Client.taal"]]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM inzage",
        "INSERT INTO vertegenwoordiging VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now(), NULL, NULL, true)",
        "SELECT leid_inzagen_af('i', 1, 'request', '{}', '{}')",
        "DELETE FROM audit_record",
    ],
)
async def test_the_gateway_may_add_records_and_no_more(database: Any, statement: str):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.execute(statement)


async def test_the_register_logs_in_with_no_right_to_anything_of_its_own(url: str, postgres_server: Any):
    connection = await asyncpg.connect(postgres_server.admin_url("afleiding"))
    await connection.execute('SET ROLE "afleiding_app"')
    for table in ("audit_record", "inzage", "inzagevraag", "vertegenwoordiging", "vindplaats", "partij", "afgeleid"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"SELECT FROM {table}")
    await connection.close()


async def test_the_tables_are_those_of_the_mapping(database: Any):
    await database.execute("RESET ROLE")
    rows = await database.fetch("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    mapped = {table.table for table in MAPPING.tables if table.table}
    assert {row["table_name"] for row in rows} == mapped | {
        "afgeleid",
        "audit_record",
        "audit_anchor",
        "partij",
        "vindplaats",
    }


async def test_both_owners_make_the_same_table_of_records(postgres_server: Any):
    """The gateway and this register meet in it and neither knows the other: whoever comes first makes it."""
    found: list[list[tuple[Any, ...]]] = []
    admin = await asyncpg.connect(postgres_server.admin_url("postgres"))
    for first in ("gateway", "register"):
        name = f"afspraak_{first}"
        await admin.execute(f"DROP DATABASE IF EXISTS {name}")
        await admin.execute(f"CREATE DATABASE {name}")
        place = postgres_server.admin_url(name)
        await (prepare(place) if first == "gateway" else migrate(place, REGISTER))
        connection = await asyncpg.connect(place)
        found.append(
            [tuple(row) for row in await connection.fetch(
                "SELECT column_name, data_type, is_nullable, ordinal_position FROM information_schema.columns WHERE table_name = 'audit_record' ORDER BY 4"
            )]
        )  # fmt: skip
        await connection.close()
    await admin.close()
    assert found[0] == found[1]
    assert len(found[0]) == 6


NUL = "\0"


def told(**content: Any) -> dict[str, Any]:
    return {
        "kind": "request", "at": "2026-11-26T02:00:01.000001Z", "result": "success", "caller": OFFICE, "operation": QUESTION,
        "registers": ["bemiddeling"], "persons": [person(ANNA)], "records": {"Bemiddeling": [RECORD]}, **content,
    }  # fmt: skip


def journal(*records: dict[str, Any]) -> list[bytes]:
    """The lines that a journal makes of them."""
    head, lines = beginning("i"), list[bytes]()
    for record in records:
        line, head = link(head, json.dumps(record, separators=(",", ":")).encode())
        lines.append(line[:-1])
    return lines


NAMELESS = ("ZORGKANTOOR", None, None, "RAADPLEGING")
UNKNOWN = ("ONBEKEND", "uzovi:5050", "Zorgkantoor Demonstratie", "RAADPLEGING")


@pytest.mark.parametrize(
    ("content", "inzage"),
    [
        ({"records": {"Bemiddeling": [RECORD, NUL, f"{RECORD}{NUL}"]}, "persons": []}, KANTOOR),
        ({"records": {f"Bemid{NUL}{NUL}deling": [RECORD]}, "persons": []}, KANTOOR),
        ({"records": {"Bemiddeling": [RECORD, "\\u0000", "\\" + NUL]}, "persons": []}, KANTOOR),
        ({"records": {"Bemiddeling": [RECORD, "\ud800"]}, "persons": []}, None),
        ({"purpose": NUL}, KANTOOR),
        ({"records": None}, KANTOOR),
        ({"records": [RECORD]}, KANTOOR),
        ({"records": {"Bemiddeling": None, "Client": RECORD}}, KANTOOR),
        ({"records": {"Bemiddeling": [7, None, RECORD]}, "persons": []}, KANTOOR),
        ({"persons": None}, KANTOOR),
        ({"persons": {"a": 1}, "records": None}, None),
        ({"persons": [7, None, NUL, "\ud800"], "records": None}, None),
        ({"persons": [7, person(ANNA)], "records": None}, KANTOOR),
        ({"registers": None}, KANTOOR),
        ({"registers": 7, "operation": {"coordinates": None, "grants": {}}}, KANTOOR),
        ({"operation": [QUESTION]}, None),
        ({"caller": [OFFICE]}, None),
        ({"caller": {**OFFICE, "identifiers": ["bsn"]}}, NAMELESS),
        ({"caller": {**OFFICE, "identifiers": None}}, NAMELESS),
        ({"caller": {**OFFICE, "identifiers": {"bsn": 7}}}, NAMELESS),
        ({"caller": {**OFFICE, "role": 7}}, UNKNOWN),
        ({"result": 7}, None),
        ({"result": None}, None),
    ],
    ids=repr,
)
async def test_a_line_that_is_not_as_it_should_be_stops_no_other(
    database: Any, content: dict[str, Any], inzage: tuple[Any, ...] | None
):
    lines = journal(told(**content), told(at="2026-11-26T02:00:02.000001Z"))
    assert await insert_rows(database, [row_of("i", number, line) for number, line in enumerate(lines, 1)])
    stored = [row["line"].encode() for row in await database.fetch("SELECT line FROM audit_record ORDER BY sequence")]
    head = beginning("i")
    for line in stored:
        head = follow(head, read_line(line))
    assert (stored, head.sequence) == (lines, 2)
    first = [] if inzage is None else [("anna", "01", *inzage)]
    assert await derived(database) == [*first, ("anna", "02", *KANTOOR)]


async def test_what_was_shipped_before_the_register_came_is_there(postgres_server: Any):
    admin = await asyncpg.connect(postgres_server.admin_url("postgres"))
    await admin.execute("DROP DATABASE IF EXISTS eerder")
    await admin.execute("CREATE DATABASE eerder")
    await admin.close()
    place = postgres_server.admin_url("eerder")
    await prepare(place)
    connection = await asyncpg.connect(place)
    await ship(connection, 1, ANNA)
    await migrate(place, REGISTER)
    assert [row[0] for row in await derived(connection)] == ["anna"]
    await connection.close()
