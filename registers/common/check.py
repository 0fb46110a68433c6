"""Whether schema, mapping and policies of a register fit each other: found before a request finds out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)

from registers.common.access import load_fields
from registers.common.definition import RegisterDefinition
from registers.common.entities import entity_keys
from registers.common.mapping import Mapping, Table
from registers.common.sql.operators import OPERATOR_INPUTS

__all__ = ["problems"]

_OPEN = {"Query", "_Service"}
_QUANTIFIED = {"some", "all", "none", "any"}


def problems(register: RegisterDefinition) -> list[str]:
    """What does not fit, a sentence each; empty when all is in order."""
    schema = register.schema._schema  # noqa: SLF001
    found: list[str] = []
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__") and type_.name not in _OPEN:
            found += _object(type_, register.mapping)
        elif isinstance(type_, GraphQLInputObjectType) and type_.name not in {
            *OPERATOR_INPUTS,
            *register.mapping.pages,
        }:
            found += _input(type_, register.mapping)
    for type_name, keys in entity_keys(register.schema, register.mapping).items():
        table = register.mapping.table(type_name)
        found += [f"{type_name} has the key {key}, which is no column" for key in keys if table.column(key) is None]
    try:
        if load_fields(register.policies / "fields.json") is None:
            found.append("there are no policies; make them with `gateway grants compile`")
    except ValueError as error:
        found.append(str(error))
    return found


def _object(type_: GraphQLObjectType, mapping: Mapping) -> Iterator[str]:
    try:
        table = mapping.table(type_.name)
    except KeyError:
        yield f"{type_.name} has no table in the mapping"
        return
    for name, field in type_.fields.items():
        column, relation = table.column(name), table.relation(name)
        nullable = not isinstance(field.type, GraphQLNonNull)
        if is_leaf_type(get_named_type(field.type)):
            if column is None or column.hidden:
                yield f"{type_.name}.{name} has no column in the mapping"
            elif column.nullable and not nullable:
                yield f"{type_.name}.{name} is never null, its column may be"
        elif relation is None or relation.hidden:
            yield f"{type_.name}.{name} has no relation in the mapping"
        elif relation.many != _is_list(field.type) or relation.target != get_named_type(field.type).name:
            yield f"{type_.name}.{name} and its relation lead to different things"
        elif relation.nullable != nullable:
            yield f"{type_.name}.{name} and its relation differ in whether they may be null"


def _is_list(kind: Any) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)


def _input(type_: GraphQLInputObjectType, mapping: Mapping) -> Iterator[str]:
    if mapping.filters.get(type_.name) not in {table.type for table in mapping.tables}:
        yield f"{type_.name} speaks of no type (mapping.filters)"
        return
    table = mapping.table(mapping.filters[type_.name])
    if set(type_.fields) >= _QUANTIFIED:
        return
    for name in type_.fields:
        coordinate = f"{type_.name}.{name}"
        if name in {"and", "or"} or coordinate in mapping.identity or coordinate in mapping.ignored:
            continue
        if table.column(name) is None and not _reachable(mapping, table, name):
            yield f"{coordinate} is neither column nor relation of {table.type}"


def _reachable(mapping: Mapping, table: Table, name: str) -> bool:
    relation = table.relation(name)
    if relation is None or relation.through is None:
        return relation is not None
    first = table.relation(relation.through[0])
    return first is not None and mapping.table(first.target).relation(relation.through[1]) is not None
