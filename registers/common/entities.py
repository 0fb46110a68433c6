"""Entity representations, from what a gateway sends to arrays that one statement reads.

Everything odd about a representation (not an object, an unknown or foreign `__typename`, a key that is missing or no key)
makes that one null and touches nothing else: null is also the answer for a row that does not exist.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError
from strawberry.federation import Schema
from strawberry.federation.schema_directives import Key
from strawberry.types.base import get_object_definition

from registers.common.mapping import Column
from registers.common.mapping import Mapping as RegisterMapping
from registers.common.scalars import parse_uuid

__all__ = ["Batch", "entity_keys", "sort_representations"]


@dataclass(frozen=True, slots=True)
class Batch:
    """The representations of one `_entities`: `types` by position (None where null is certain), arrays by kind and column."""

    types: tuple[str | None, ...]
    kinds: tuple[tuple[str, str], ...]
    arrays: Mapping[str, Any]


def entity_keys(schema: Schema, mapping: RegisterMapping) -> dict[str, tuple[str, ...]]:
    """The key fields of each entity type, in the order declared; composite keys are not used by any register."""
    found: dict[str, tuple[str, ...]] = {}
    for table in mapping.tables:
        declared: Any = schema.get_type_by_name(table.type)
        definition = get_object_definition(getattr(declared, "origin", declared))
        directives = definition.directives if definition else None
        keys = [str(item.fields) for item in directives or () if isinstance(item, Key)]
        if keys:
            found[table.type] = tuple(keys)
    return found


def sort_representations(
    representations: Sequence[Any],
    mapping: RegisterMapping,
    keys: Mapping[str, Sequence[str]],
    hash_bsn: Callable[[str], uuid.UUID],
) -> Batch:
    """Lay representations out as arrays aligned by position: `{"kind": […], Type: {key: {column: […]}}}`."""
    length = len(representations)
    kinds: list[str | None] = [None] * length
    arrays: dict[str, Any] = {"kind": kinds}
    present: dict[tuple[str, str], None] = {}
    for position, representation in enumerate(representations):
        found = _kind(representation, mapping, keys)
        if found is None:
            continue
        type_name, key, value = found
        table = mapping.table(type_name)
        columns = arrays.setdefault(type_name, {}).setdefault(key, {})
        for column in table.columns if table.stub else (_key_column(mapping, type_name, key),):
            row = columns.setdefault(column.name, [None] * length)
            if column.name == key:
                row[position] = value
            elif column.kind == "key":
                row[position] = hash_bsn(str(representation.get(table.keyed_from, "")))
            else:
                row[position] = _read(column, representation.get(column.name))
        kinds[position] = f"{type_name}.{key}"
        present[type_name, key] = None
    types = tuple(kind.partition(".")[0] if kind else None for kind in kinds)
    return Batch(types, tuple(sorted(present)), arrays)


def _kind(
    representation: Any, mapping: RegisterMapping, keys: Mapping[str, Sequence[str]]
) -> tuple[str, str, Any] | None:
    """The type, the key field used and its value; None for a representation that cannot name a row."""
    type_name = representation.get("__typename") if isinstance(representation, dict) else None
    if not isinstance(type_name, str):
        return None
    for key in keys.get(type_name, ()):
        if key in representation:
            value = _read(_key_column(mapping, type_name, key), representation[key])
            return None if value is None else (type_name, key, value)
    return None


def _key_column(mapping: RegisterMapping, type_name: str, key: str) -> Column:
    column = mapping.table(type_name).column(key)
    if column is None:
        raise LookupError(f"{type_name}.{key} is a key without a column in the mapping")
    return column


def _read(column: Column, value: Any) -> Any:
    if not isinstance(value, str) or "\x00" in value:
        return None
    if column.kind != "uuid":
        return value
    try:
        return parse_uuid(value)
    except GraphQLError:
        return None
