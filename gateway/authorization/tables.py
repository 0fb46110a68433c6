"""A register's mapping in its JSON form: types, the tables they lie on, and the relations that predicates walk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["CLIENT_KEY", "Column", "Relation", "Row", "Tables", "read_mapping"]

CLIENT_KEY = "client_key"
"""The column that every table of a register starts its primary key with, and that every join compares."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    column: str
    kind: str
    hidden: bool
    nullable: bool
    refers: str
    """The type to whose key it is a foreign key, where the database sees to that; else empty."""


@dataclass(frozen=True, slots=True)
class Relation:
    """`on` pairs columns of this table with columns of the target; `through` names two relations to walk instead."""

    name: str
    target: str
    many: bool
    hidden: bool
    on: tuple[tuple[str, str], ...]
    through: tuple[str, str] | None
    same_client: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A type of the register: its table (empty for a stub, which has no rows here) and what can be read of a row."""

    type: str
    table: str
    key: str
    hidden: bool
    columns: Mapping[str, Column]
    relations: Mapping[str, Relation]
    projected: bool
    """Its rows are copied from another register, and count only while the copy is fresh."""

    @property
    def stub(self) -> bool:
        return not self.table

    @property
    def key_column(self) -> str:
        column = self.columns.get(self.key)
        return column.column if column else self.key


@dataclass(frozen=True, slots=True)
class Tables:
    register: str
    rows: Mapping[str, Row]


def read_mapping(mapping: Mapping[str, Any]) -> Tables:
    """Read what `registers mapping NAME` prints. Raises KeyError or TypeError when it has another form."""
    return Tables(mapping["register"], {name: _row(name, entry) for name, entry in mapping["types"].items()})


def _row(name: str, entry: Mapping[str, Any]) -> Row:
    columns = {
        column_name: Column(column_name, c["column"], c["kind"], bool(c["hidden"]), bool(c["nullable"]), c["refers"])
        for column_name, c in entry["columns"].items()
    }
    if entry["table"]:
        columns.setdefault(CLIENT_KEY, Column(CLIENT_KEY, CLIENT_KEY, "key", hidden=True, nullable=False, refers=""))
    relations = {
        relation_name: Relation(
            relation_name,
            r["target"],
            bool(r["many"]),
            bool(r["hidden"]),
            tuple((local, remote) for local, remote in r["on"]),
            tuple(r["through"]) if r["through"] else None,
            bool(r["same_client"]),
        )
        for relation_name, r in entry["relations"].items()
    }
    projected = bool(entry.get("projected", False))
    return Row(name, entry["table"], entry["key"], bool(entry["hidden"]), columns, relations, projected)
