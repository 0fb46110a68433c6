"""What mappings say of foreign keys is what the databases enforce, of every register: row policies go by it (decision 0013)."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from registers.common.mapping import Mapping
from registers.graph import REGISTERS, register

_FOREIGN_KEYS = """
SELECT conrelid::regclass::text AS holder, confrelid::regclass::text AS target, a.attname AS column, b.attname AS key
  FROM pg_constraint c
  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]
  JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[2]
 WHERE contype = 'f' AND convalidated AND NOT condeferrable
"""


async def foreign_keys(server: Any, name: str) -> list[Any]:
    """Those of a database with the migrations of the register."""
    database = f"verwijzingen_{name}"
    admin: Any = await asyncpg.connect(server.admin_url("postgres"))
    await admin.execute(f"DROP DATABASE IF EXISTS {database}")
    await admin.execute(f"CREATE DATABASE {database}")
    connection: Any = await asyncpg.connect(server.admin_url(database))
    for migration in sorted(register(name).migrations.glob("*.sql")):
        await connection.execute(migration.read_text())
    found = await connection.fetch(_FOREIGN_KEYS)
    await connection.close()
    await admin.execute(f"DROP DATABASE {database}")
    await admin.close()
    return found


def type_of(mapping: Mapping, table: str) -> str:
    return next(item.type for item in mapping.tables if item.table == table)


@pytest.mark.parametrize("name", REGISTERS)
async def test_columns_refer_where_the_database_sees_to_it(name: str, postgres_server: Any) -> None:
    mapping = register(name).mapping
    rows = await foreign_keys(postgres_server, name)
    said = {(table.table, c.column, c.refers) for table in mapping.tables for c in table.columns if c.refers}
    assert said == {(row["holder"], row["column"], type_of(mapping, row["target"])) for row in rows}
    assert said
    assert all(row["key"] == mapping.table(type_of(mapping, row["target"])).key for row in rows)
