"""The rows fit the tables that the registers declare."""

from __future__ import annotations

from datetime import date, datetime
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest

from registers.common.mapping import Mapping
from registers.synthetic.tables import REGISTERS, TABLES

Net = dict[str, dict[str, list[dict[str, Any]]]]

TYPES = {
    "uuid": UUID, "key": UUID, "text": str, "int": int, "float": float, "date": date, "datetime": datetime, "bool": bool,
}  # fmt: skip
KEPT_BY_THE_DATABASE = {"versie", "systeem_van"}


def mapping_of(register: str) -> Mapping:
    return import_module(f"registers.{register}.tables").MAPPING


@pytest.mark.parametrize("register", REGISTERS)
def test_every_declared_table_is_filled_by_its_key(register: str) -> None:
    declared = {table.table: table.key for table in mapping_of(register).tables if not table.stub}
    assert declared == dict(TABLES[register])


@pytest.mark.parametrize("register", REGISTERS)
def test_rows_have_the_declared_columns_with_values_of_their_kind(register: str, net: Net) -> None:
    mapping = mapping_of(register)
    for table in mapping.tables:
        if table.stub:
            continue
        rows = net[register][table.table]
        declared = {column.column: column for column in table.columns}
        assert set(declared) - KEPT_BY_THE_DATABASE | {"client_key"} == set(rows[0]), table.table
        for column in declared.values():
            values = [row[column.column] for row in rows if column.column in row]
            assert column.nullable or None not in values, (table.table, column.name)
            assert all(type(value) is TYPES[column.kind] for value in values if value is not None), column.name
