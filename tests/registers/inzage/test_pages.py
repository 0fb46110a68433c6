"""Pages of inzagen under grants that show the moment of some rows only: neither their order nor a cursor tells of what is hidden."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest
from graphql import GraphQLSchema

from gateway.authorization.command import compile_command
from registers.common.access import Rules, load_fields
from registers.common.caller import Caller
from registers.common.migrations import migrate
from registers.common.pool import begin_as
from registers.common.sql.document import Limits, load_document
from registers.common.sql.selection import collect
from registers.common.sql.statement import Statement, compile_statement
from registers.inzage.app import REGISTER
from registers.inzage.schema import SCHEMA
from registers.inzage.tables import MAPPING
from tests.harness import REPOSITORY

SCOPE = "registers/wlzinzageregister/inzagen/inzage:read"
ANNA, BERT, CAROLA = (uuid.UUID(int=number) for number in (1, 2, 3))
SHIPPED = "    fields: [<inzage>]\n    when: any(represents(V) for V in X.vertegenwoordigingen)\n"
WITHOUT_MOMENT = SHIPPED.replace("<inzage>", "inzageID, persoon, hoedanigheid, wijze")


def row_id(number: int) -> uuid.UUID:
    return uuid.UUID(f"00000000-0000-4000-8000-{number:012d}")


def minute(number: int) -> dt.datetime:
    return dt.datetime(2026, 11, 1, 12, number, tzinfo=dt.UTC)


# Of each inzage its number, its person and its minute. Bert sees Anna's, for whom he speaks; Carola's nobody here does.
ROWS = [(1, BERT, 10), (2, ANNA, 40), (3, BERT, 30), (4, ANNA, 5), (5, BERT, 20), (6, ANNA, 35), (7, CAROLA, 25)]


@pytest.fixture(scope="module")
def place(postgres_server: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Rules]:
    """The register under grants by which Bert sees the moments of his own inzagen only, and the rules of Bert."""
    folder: Path = tmp_path_factory.mktemp("inzage")
    (folder / "migrations").symlink_to(REGISTER.migrations)
    (folder / "mapping.json").write_text(json.dumps(MAPPING.as_json()))
    text = (REPOSITORY / "network" / "grants.yaml").read_text()
    assert SHIPPED in text
    (folder / "grants.yaml").write_text(text.replace(SHIPPED, WITHOUT_MOMENT))
    register = replace(REGISTER, package_dir=folder)
    assert compile_command(folder / "mapping.json", folder / "grants.yaml", register.policies, check=False) == 0
    url = postgres_server.admin_url("bladzijden")

    async def filled() -> None:
        admin = await asyncpg.connect(postgres_server.admin_url("postgres"))
        await admin.execute("DROP DATABASE IF EXISTS bladzijden")
        await admin.execute("CREATE DATABASE bladzijden")
        await admin.close()
        await migrate(url, register)
        database = await asyncpg.connect(url)
        for person in (ANNA, BERT, CAROLA):
            await database.execute("INSERT INTO inzagevraag VALUES ($1, $2, '{}', '{}', '{}')", person, row_id(99))
        for number, person, at in ROWS:
            await database.execute(
                "INSERT INTO inzage VALUES ($1, $2, $3, 'ZORGKANTOOR', null, null, null, 'RAADPLEGING', $4)",
                person, row_id(number), minute(at), row_id(99),
            )  # fmt: skip
        await database.execute(
            "INSERT INTO vertegenwoordiging VALUES ($1, $2, $3, '2026-01-01', null, null, false)",
            ANNA, row_id(98), BERT,
        )  # fmt: skip
        await database.close()

    asyncio.run(filled())
    fields = load_fields(register.policies / "fields.json")
    assert fields is not None
    return url, fields.rules("BURGER", frozenset({SCOPE}))


class Asker:
    """Asks as Bert."""

    def __init__(self, database: Any, rules: Rules) -> None:
        self.database = database
        self.rules = rules
        self.opening = begin_as(
            Caller("context", "BURGER", {"bsn": "bert"}, frozenset({SCOPE}), today="2026-11-26"),
            "bladzijden",
            "",
            lambda _bsn: BERT,
        )

    async def __call__(self, query: str, **variables: Any) -> list[int]:
        """The numbers of the inzagen."""
        statement, coerced = self.statement(query, variables)
        await self.database.execute(self.opening)
        try:
            data: bytes = await self.database.fetchval(statement.sql, *statement.arguments(coerced))
        finally:
            await self.database.execute("ROLLBACK")
        return [int(row["inzageID"][-4:]) for row in orjson.loads(data)["inzagen"]]

    def statement(self, query: str, variables: dict[str, Any]) -> tuple[Statement, dict[str, Any]]:
        schema: GraphQLSchema = SCHEMA._schema
        document = load_document(schema, query, None, Limits())
        coerced = document.variables(schema, variables)
        assert schema.query_type
        fields = collect(schema, schema.query_type, document.operation.selection_set, document.fragments, coerced)
        return compile_statement(schema, MAPPING, self.rules, fields, {}), coerced


@pytest.fixture
async def ask(place: tuple[str, Rules]) -> AsyncIterator[Asker]:
    url, rules = place
    database = await asyncpg.connect(url)
    yield Asker(database, rules)
    await database.close()


LIST = "{ inzagen { inzageID } }"
PAGE = "query ($n: Int, $na: UUID) { inzagen(pagina: {eerste: $n, na: $na}) { inzageID } }"


async def test_rows_whose_moment_is_hidden_come_last_by_their_key(ask: Asker) -> None:
    assert await ask(LIST) == [3, 5, 1, 6, 4, 2]


async def test_pages_go_through_all_of_them_once(ask: Asker) -> None:
    pages: list[list[int]] = []
    while not pages or pages[-1]:
        pages.append(await ask(PAGE, n=2, na=str(row_id(pages[-1][-1])) if pages else None))
    assert pages == [[3, 5], [1, 6], [4, 2], []]


@pytest.mark.parametrize("named", [7, 50], ids=["not-yours", "not-there"])
async def test_a_cursor_of_a_row_that_is_not_the_callers_begins_after_nothing(ask: Asker, named: int) -> None:
    assert await ask(PAGE, n=5, na=str(row_id(named))) == []


async def test_other_hidden_moments_change_nothing(ask: Asker, place: tuple[str, Rules]) -> None:
    async def all_pages() -> list[list[int]]:
        return [await ask(LIST), *[await ask(PAGE, n=2, na=str(row_id(number))) for number in range(1, 8)]]

    before = await all_pages()
    owner = await asyncpg.connect(place[0])
    swapped = "UPDATE inzage SET moment = timestamptz '2026-11-02Z' - (moment - timestamptz '2026-11-01Z') WHERE client_key <> $1"
    await owner.execute(swapped, BERT)
    try:
        assert await all_pages() == before
    finally:
        await owner.execute(swapped, BERT)
        await owner.close()


async def test_where_no_moment_may_be_read_the_key_is_the_order(ask: Asker) -> None:
    rules: Any = ask.rules
    inzage = {name: found for name, found in rules.types["Inzage"].items() if name != "moment"}
    ask.rules = replace(rules, types={**rules.types, "Inzage": inzage})
    assert await ask(LIST) == [6, 5, 4, 3, 2, 1]
    assert "moment" not in ask.statement(LIST, {})[0].sql


async def test_a_cursor_whose_key_is_hidden_begins_after_nothing(ask: Asker) -> None:
    """An id that was guessed is not confirmed."""
    rules: Any = ask.rules
    own = [{"grant": "IZ-BURGER", "scopes": [SCOPE], "when": f"{{row}}.client_key = '{BERT}'"}]
    inzage = {**rules.types["Inzage"], "inzageID": own}
    ask.rules = replace(rules, types={**rules.types, "Inzage": inzage})
    query = "query ($n: Int, $na: UUID) { inzagen(pagina: {eerste: $n, na: $na}) { __typename } }"
    statement, coerced = ask.statement(query, {"n": 2, "na": str(row_id(6))})
    await ask.database.execute(ask.opening)
    assert orjson.loads(await ask.database.fetchval(statement.sql, *statement.arguments(coerced))) == {"inzagen": []}
    await ask.database.execute("ROLLBACK")
