"""A database with the example register in it, and a way to ask it a query without the shell around it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import orjson
import pytest
from graphql import GraphQLSchema

from registers.common.access import AllowAll, Rules
from registers.common.client_key import client_key
from registers.common.entities import Batch, entity_keys, sort_representations
from registers.common.sql.complete import complete
from registers.common.sql.document import Limits, load_document
from registers.common.sql.selection import collect
from registers.common.sql.statement import Statement, compile_statement
from tests.registers.common import example

SECRET = b"geheim"
NONCE = "b5c1f0"

TABLES = (example.REGISTER.migrations / "0001_tabellen.sql").read_text()


def make_id(number: int) -> uuid.UUID:
    return uuid.UUID(f"00000000-0000-4000-8000-{number:012d}")


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


JAN, EVA = "999990019", "999990020"
JAN_KEY, EVA_KEY = client_key(SECRET, JAN), client_key(SECRET, EVA)
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "bewoner": [(JAN_KEY, make_id(1), JAN, "Jan"), (EVA_KEY, make_id(2), EVA, None)],
    "kleur": [(JAN_KEY, make_id(11), "rood"), (EVA_KEY, make_id(12), "blauw")],
    "huis": [
        (JAN_KEY, make_id(21), "Berk", make_id(91), make_id(1)),
        (EVA_KEY, make_id(22), "Eik", make_id(91), make_id(2)),
        (EVA_KEY, make_id(23), "Leeg", make_id(92), make_id(2)),
    ],
    "kamer": [
        (JAN_KEY, make_id(31), "Keuken", 1, 12.5, dt.date(2001, 2, 3), moment("2020-02-09T13:47:16+01:00"), make_id(21), make_id(11)),
        (JAN_KEY, make_id(32), "Zolder", None, None, None, None, make_id(21), None),
        (EVA_KEY, make_id(33), "keuken", 3, 8.0, dt.date(2010, 1, 1), moment("2021-07-01T00:00:00+02:00"), make_id(22), make_id(12)),
        (EVA_KEY, make_id(34), "100%_é", 2, None, None, None, make_id(22), None),
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def huizen_url(postgres: str) -> str:
    """A database of this test process with the tables and rows of the example."""
    import asyncio

    async def prepare() -> str:
        admin = await asyncpg.connect(postgres)
        await admin.execute('DROP DATABASE IF EXISTS "huizen_sql"')
        await admin.execute("CREATE DATABASE \"huizen_sql\" TEMPLATE template0 LOCALE 'C' ENCODING 'UTF8'")
        await admin.close()
        url = postgres.replace("/postgres?", "/huizen_sql?")
        connection = await asyncpg.connect(url)
        await connection.execute(TABLES)
        for table, rows in ROWS.items():
            await connection.copy_records_to_table(table, records=rows)
        await connection.close()
        return url

    return asyncio.run(prepare())


class Asker:
    """Compiles and runs queries against the example's tables; keeps the last statement."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.statement: Statement | None = None

    async def __call__(
        self, query: str, variables: dict[str, Any] | None = None, rules: Rules | None = None
    ) -> dict[str, Any]:
        schema: GraphQLSchema = example.SCHEMA._schema
        document = load_document(schema, query, None, Limits())
        coerced = document.variables(schema, variables or {})
        assert schema.query_type
        fields = collect(schema, schema.query_type, document.operation.selection_set, document.fragments, coerced)
        batches = {field.key: self.batch(field.nodes[0], coerced) for field in fields if field.name == "_entities"}
        self.statement = compile_statement(
            schema, example.MAPPING, rules or AllowAll(), fields, {key: batch.kinds for key, batch in batches.items()}
        )
        values = {
            **coerced,
            "@markers": {name: orjson.dumps({NONCE: name}).decode() for name in "FN"},
            "@entities": {key: batch.arrays for key, batch in batches.items()},
        }
        data: bytes = await self.connection.fetchval(self.statement.sql, *self.statement.arguments(values))
        if NONCE.encode() not in data:
            return {"data": orjson.loads(data)}
        found, issues = complete(
            data, self.statement.roots, NONCE, {key: batch.types for key, batch in batches.items()}
        )
        return {"data": found, "errors": [issue.as_json() for issue in issues]}

    @property
    def sql(self) -> str:
        """The last statement."""
        assert self.statement
        return self.statement.sql

    def batch(self, node: Any, variables: dict[str, Any]) -> Batch:
        from graphql import value_from_ast_untyped

        sent: Sequence[Any] = value_from_ast_untyped(node.arguments[0].value, variables)
        keys = entity_keys(example.SCHEMA, example.MAPPING)
        return sort_representations(sent, example.MAPPING, keys, lambda bsn: client_key(SECRET, bsn))


@pytest.fixture
async def ask(huizen_url: str) -> AsyncIterator[Asker]:
    connection = await asyncpg.connect(huizen_url, server_settings={"timezone": "Europe/Amsterdam", "jit": "off"})
    yield Asker(connection)
    await connection.close()
