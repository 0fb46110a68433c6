"""What the arguments of a field read: every input field that is reached through literals and variables, by value.

An input object that hides in a variable is walked by its value, a literal by its nodes, and a mixture as what it is. The
result names coordinates of the graph, so that the decision can treat a filter as the reading that it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLSchema,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
)

from gateway.authorization.language.model import Inputs
from gateway.language.operation import Field

__all__ = ["Read", "pinned_fields", "read_coordinates"]

_ABSENT = object()


class Read(NamedTuple):
    """A coordinate that an input field reads. `behind`: of rows behind an edge, not of the rows that the field gives."""

    coordinate: str
    known: bool
    behind: bool = False


def read_coordinates(
    inputs: Inputs, schema: GraphQLSchema, field: Field, variables: Mapping[str, Any]
) -> Iterator[Read]:
    """Yield `Type.field` for each field that the arguments read, and `Input.field` for one that is not known.

    An argument that is no input object is unknown too, since nobody said what it reads: `Type.field(argument:)`.
    """
    for name, argument_type, value in _arguments(schema, field):
        named = get_named_type(argument_type)
        if isinstance(named, GraphQLInputObjectType):
            yield from _walk(inputs, named, value, variables, behind=False)
        elif _resolve(value, variables) is not _ABSENT:
            yield Read(f"{field.parent}.{field.name}({name}:)", known=False)


def pinned_fields(inputs: Inputs, schema: GraphQLSchema, field: Field, variables: Mapping[str, Any]) -> frozenset[str]:
    """The coordinates that the arguments hold to one non-null value: `where: {id: {eq: …}}`, at the top of the filter."""
    found: set[str] = set()
    for _, argument_type, value in _arguments(schema, field):
        named = get_named_type(argument_type)
        entry = inputs.types.get(named.name)
        written: Any = argument_type
        if entry is None or not isinstance(get_nullable_type(written), GraphQLInputObjectType):
            continue  # a list of filters pins nothing
        for name, operators in _fields(value, variables):
            coordinates = entry.overrides.get(name) or (f"{entry.reads.name}.{name}",)
            if name in entry.combinators or name in entry.claims or name in entry.ignored or len(coordinates) != 1:
                continue
            pins = (operand for operator, operand in _fields(operators, variables) if operator in inputs.equality)
            if any(_has_value(operand, variables) for operand in pins):
                found.add(coordinates[0])
    return frozenset(found)


def _arguments(schema: GraphQLSchema, field: Field) -> Iterator[tuple[str, GraphQLInputType, ValueNode]]:
    known: Mapping[str, Any] = getattr(schema.type_map.get(field.parent), "fields", {})
    for argument in field.arguments:
        definition = known[field.name].args.get(argument.name) if field.name in known else None
        if definition is not None:
            yield argument.name, definition.type, argument.value


def _walk(
    inputs: Inputs, input_type: GraphQLInputObjectType, value: Any, variables: Mapping[str, Any], *, behind: bool
) -> Iterator[Read]:
    for name, inner in _fields(value, variables):
        coordinates = _coordinates(inputs, input_type.name, name)
        if coordinates is None:
            yield Read(f"{input_type.name}.{name}", known=False, behind=behind)
            continue
        for coordinate in coordinates:
            yield Read(coordinate, known=True, behind=behind)
        definition = input_type.fields.get(name)
        named = get_named_type(definition.type) if definition else None
        if isinstance(named, GraphQLInputObjectType):
            # What reads a field of its own and has fields itself leads to other rows.
            yield from _walk(inputs, named, inner, variables, behind=behind or bool(coordinates))


def _coordinates(inputs: Inputs, input_name: str, name: str) -> tuple[str, ...] | None:
    """What an input field reads; None when nobody has said."""
    transparent = inputs.transparent.get(input_name)
    if transparent is not None:
        return () if name in transparent else None
    entry = inputs.types.get(input_name)
    if entry is None:
        return None
    if name in entry.combinators or name in entry.claims or name in entry.ignored:
        return ()
    return entry.overrides.get(name) or (f"{entry.reads.name}.{name}",)


def _fields(value: Any, variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields of an input object, or of each object in a list; a field whose variable is not given is absent."""
    value = _resolve(value, variables)
    if isinstance(value, ObjectValueNode):
        for node in value.fields:
            if _resolve(node.value, variables) is not _ABSENT:
                yield node.name.value, node.value
    elif isinstance(value, ListValueNode):
        for item in value.values:
            yield from _fields(item, variables)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _fields(item, variables)


def _resolve(value: Any, variables: Mapping[str, Any]) -> Any:
    return variables.get(value.name.value, _ABSENT) if isinstance(value, VariableNode) else value


def _has_value(value: Any, variables: Mapping[str, Any]) -> bool:
    resolved = _resolve(value, variables)
    return not (resolved is None or isinstance(resolved, NullValueNode))
