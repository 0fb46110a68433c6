"""Everything that a schema offers can be asked: each field, each argument, each filter and each sort order reaches the database.

Without grants and with a small synthetic network. That the answers are the right ones is told elsewhere; here no statement
fails and no field is forgotten.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import asyncpg
import orjson
import pytest
from graphql import (
    GraphQLArgument,
    GraphQLInputObjectType,
    GraphQLSchema,
    get_named_type,
    is_enum_type,
    is_leaf_type,
)

from registers.common.caller import Caller
from registers.common.client_key import client_key
from registers.common.engine import Engine, Request
from registers.common.migrations import migrate
from registers.common.pool import open_database
from registers.common.sql.document import Limits
from registers.graph import CARE_REGISTERS, register
from registers.synthetic.load import seed
from tests.registers.listing import served

SECRET = b"een geheim voor de test"
LIMITS = Limits(max_tokens=200_000, max_tables=3_000)
EVERYBODY = Caller("context", None, {}, frozenset())
OPERATORS = {
    "StringOperationFilterInput": '"x"',
    "UuidOperationFilterInput": '"00000000-0000-4000-8000-000000000000"',
    "DateOperationFilterInput": '"2026-01-01"',
    "DateTimeOperationFilterInput": '"2026-01-01T00:00:00Z"',
    "IntOperationFilterInput": "1",
    "FloatOperationFilterInput": "1.5",
}


def derive(bsn: str) -> uuid.UUID:
    return client_key(SECRET, bsn)


@pytest.fixture(scope="module")
def urls(postgres_server: Any) -> dict[str, str]:
    """The four registers, migrated and filled."""
    urls = {name: postgres_server.admin_url(f"coordinaten_{name}") for name in CARE_REGISTERS}
    asyncio.run(_fill(postgres_server.admin_url("postgres"), urls))
    return urls


async def _fill(admin_url: str, urls: dict[str, str]) -> None:
    admin = await asyncpg.connect(admin_url)
    for name in CARE_REGISTERS:
        await admin.execute(f"DROP DATABASE IF EXISTS coordinaten_{name}")
        await admin.execute(f"CREATE DATABASE coordinaten_{name}")
    await admin.close()
    for name, url in urls.items():
        await migrate(url, register(name))
    await seed(urls, 60, 3, SECRET, date(2026, 3, 15))


@pytest.fixture(params=CARE_REGISTERS)
async def engine(request: pytest.FixtureRequest, urls: dict[str, str]) -> AsyncIterator[Engine]:
    name = request.param
    database = await open_database(urls[name], as_roles=False, derive=derive, size=1, statement_timeout=30)
    yield Engine(register(name), database, fields=None, derive=derive, limits=LIMITS)
    await database.close()


async def ask(engine: Engine, query: str) -> dict[str, Any]:
    return orjson.loads(await engine.run(Request(query, None, {}), EVERYBODY))


def selection(type_: Any, path: tuple[str, ...], conditions: bool) -> str:
    """Every field, and below it every field of types that are not above it."""
    parts: list[str] = []
    for name, field in type_.fields.items():
        if name.startswith("_"):
            continue
        named: Any = get_named_type(field.type)
        arguments = filled(field.args) if conditions else ""
        if is_leaf_type(named):
            parts.append(name)
        elif named.name not in path:
            parts.append(f"{name}{arguments} {{ {selection(named, (*path, named.name), conditions)} }}")
    return " ".join(parts) or "__typename"


def filled(arguments: dict[str, GraphQLArgument], depth: int = 1) -> str:
    """The arguments of a field, with every condition and every order that their types know, so many relations deep."""
    if not arguments:
        return ""
    return "(" + ", ".join(f"{n}: {_argument(n, a, depth)}" for n, a in arguments.items()) + ")"


def _argument(name: str, argument: GraphQLArgument, depth: int) -> str:
    type_: Any = get_named_type(argument.type)
    return f"[{orders(type_, depth)}]" if name == "order" else condition(type_, depth)


def condition(type_: GraphQLInputObjectType, depth: int) -> str:
    parts: list[str] = []
    for name, field in type_.fields.items():
        named: Any = get_named_type(field.type)
        if named.name in OPERATORS:
            if name not in {"agbCodeInstelling", "uzoviCodeZorgkantoor"}:
                parts.append(f"{name}: {{ eq: null, neq: {OPERATORS[named.name]} }}")
        elif name == "any":
            parts.append("any: true")
        elif name in {"and", "or"}:
            if depth:
                parts.append(f"{name}: [{condition(named, 0)}]")
        elif is_leaf_type(named):
            parts.append(f'{name}: "2026-01-01"')
        elif depth or type_.name.startswith("ListFilter"):
            parts.append(f"{name}: {condition(named, depth if named.name.startswith('ListFilter') else 0)}")
    return "{ " + ", ".join(parts) + " }"


def orders(type_: GraphQLInputObjectType, depth: int) -> str:
    parts: list[str] = []
    for name, field in type_.fields.items():
        named: Any = get_named_type(field.type)
        if is_enum_type(named):
            parts.append(f"{{ {name}: DESC }}")
        elif depth:
            parts += [f"{{ {name}: {part} }}" for part in orders(named, depth - 1).split(", ")]
    return ", ".join(parts)


def schema_of(engine: Engine) -> GraphQLSchema:
    return served(engine.definition.schema)


def roots(engine: Engine) -> dict[str, Any]:
    query = schema_of(engine).query_type
    assert query is not None
    return {name: field for name, field in query.fields.items() if not name.startswith("_")}


async def test_every_field_is_answered(engine: Engine) -> None:
    for root, field in roots(engine).items():
        named: Any = get_named_type(field.type)
        answer = await ask(engine, f"{{ {root} {{ {selection(named, (named.name,), conditions=False)} }} }}")
        assert "errors" not in answer, root
        assert answer["data"][root], root


async def test_every_condition_and_order_is_understood(engine: Engine) -> None:
    """Nothing matches at the root (no value is null and something else), so that parents that must match are not asked."""
    for root, field in roots(engine).items():
        named: Any = get_named_type(field.type)
        below = selection(named, (named.name,), conditions=True)
        answer = await ask(engine, f"{{ {root}{filled(field.args)} {{ {below} }} }}")
        assert answer == {"data": {root: []}}, root


# Where a register knows keys of entities that have their home elsewhere.
REFERENCES = {
    ("bemiddeling", "WlzIndicatie"): ("bemiddeling", "wlzIndicatieID"),
    ("zorglevering", "Bemiddelingspecificatie"): ("levering", "bemiddelingspecificatieID"),
    ("indicatie", "Clientprofiel"): ("client", "bsn"),
    ("bemiddeling", "Clientprofiel"): ("client", "bsn"),
    ("zorglevering", "Clientprofiel"): ("client", "bsn"),
}


async def test_every_entity_is_found_by_its_key(engine: Engine, urls: dict[str, str]) -> None:
    mapping = engine.definition.mapping
    connection = await asyncpg.connect(urls[mapping.register])
    for table in mapping.tables:
        if table.hidden:
            continue
        key = "bsn" if table.type == "Clientprofiel" else table.key
        place, column = REFERENCES.get((mapping.register, table.type), (table.table, key))
        known = str(await connection.fetchval(f'SELECT "{column}" FROM {place} LIMIT 1'))
        unknown = "000000000" if key == "bsn" else "00000000-0000-4000-8000-000000000000"
        query = (
            "{ _entities(representations: ["
            f'{{ __typename: "{table.type}", {key}: "{known}" }}, {{ __typename: "{table.type}", {key}: "{unknown}" }}'
            f"]) {{ ... on {table.type} {{ {key} }} }} }}"
        )
        # Of an entity with its home elsewhere a register knows no more than the key that it was given.
        absent = {key: unknown} if table.stub else None
        assert await ask(engine, query) == {"data": {"_entities": [{key: known}, absent]}}, table.type
    await connection.close()
