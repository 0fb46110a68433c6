"""Arguments of a field, with the values of variables left open.

A compiled statement serves every request of the same *shape*: the structure of the variables, which of them are null, and
the value of each boolean and enum. So an argument becomes a tree in which structure is plain Python (dict, list, None,
bool, `Word`) and every scalar is a `Leaf` that says where its value will come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from graphql import (
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
)
from graphql.utilities import coerce_input_literal

__all__ = ["ABSENT", "Leaf", "Leaves", "Value", "Word", "as_sent", "resolve", "shape", "take"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A non-null scalar: the constant `value`, or what stands at `path` in the coerced variables."""

    value: Any = None
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaves:
    """A list of scalars: from one variable (`path`), or item by item. Nulls are told apart and never bound."""

    path: tuple[str | int, ...] = ()
    items: tuple[Leaf, ...] = ()
    has_null: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """An enum value."""

    name: str


class _Absent(Enum):
    ABSENT = 0


ABSENT = _Absent.ABSENT
"""An argument or input field that was left out, or whose variable was."""

Value: TypeAlias = "dict[str, Any] | list[Any] | Leaf | Leaves | Word | bool | None"


def resolve(node: ValueNode, kind: GraphQLInputType, variables: Mapping[str, Any]) -> Any:
    """Return the `Value` of a literal or variable at a position of type `kind`; ABSENT for a variable not given."""
    if isinstance(node, VariableNode):
        name = node.name.value
        return _given(variables[name], kind, (name,)) if name in variables else ABSENT
    if isinstance(node, NullValueNode):
        return None
    if isinstance(kind, GraphQLNonNull):
        return resolve(node, kind.of_type, variables)
    if isinstance(kind, GraphQLList):
        return _literal_list(node, kind.of_type, variables)
    if is_input_object_type(kind):
        assert isinstance(node, ObjectValueNode)
        found = {
            field.name.value: resolve(field.value, kind.fields[field.name.value].type, variables)
            for field in node.fields
        }
        return {name: value for name, value in found.items() if value is not ABSENT}
    value: Any = coerce_input_literal(node, kind)
    return _scalar(value, kind, Leaf(value=value))


def _literal_list(node: ValueNode, kind: Any, variables: Mapping[str, Any]) -> Value:
    """A single value where a list is expected is a list of one (GraphQL, list input coercion)."""
    nodes: Sequence[ValueNode] = node.values if isinstance(node, ListValueNode) else (node,)
    items = [resolve(item, kind, variables) for item in nodes]
    # Inside a list a variable that was not given counts as null.
    items = [None if item is ABSENT else item for item in items]
    return _leaves(items) if _is_scalar(kind) else items


def _given(value: Any, kind: GraphQLInputType, path: tuple[str | int, ...]) -> Value:
    """Describe a coerced variable, or a part of one."""
    if value is None:
        return None
    if isinstance(kind, GraphQLNonNull):
        return _given(value, kind.of_type, path)
    if isinstance(kind, GraphQLList):
        if _is_scalar(kind.of_type):
            return Leaves(path=path, has_null=any(item is None for item in value))
        return [_given(item, kind.of_type, (*path, index)) for index, item in enumerate(value)]
    if is_input_object_type(kind):
        return {name: _given(item, kind.fields[name].type, (*path, name)) for name, item in value.items()}
    return _scalar(value, kind, Leaf(path=path))


def _scalar(value: Any, kind: Any, leaf: Leaf) -> Value:
    if is_enum_type(kind):
        return Word(value.name if isinstance(value, Enum) else str(value))
    return value if isinstance(value, bool) else leaf


def _is_scalar(kind: Any) -> bool:
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return is_leaf_type(inner) and not is_enum_type(inner)


def _leaves(items: Sequence[Any]) -> Leaves:
    return Leaves(
        items=tuple(item if isinstance(item, Leaf) else Leaf(value=item) for item in items if item is not None),
        has_null=any(item is None for item in items),
    )


def shape(value: Any, kind: GraphQLInputType) -> Any:
    """What a compiled statement depends on in a coerced variable: structure, nulls, booleans and enums. Hashable."""
    if value is None:
        return None
    if isinstance(kind, GraphQLNonNull):
        return shape(value, kind.of_type)
    if isinstance(kind, GraphQLList):
        if _is_scalar(kind.of_type):
            return "nulls" if any(item is None for item in value) else "values"
        return tuple(shape(item, kind.of_type) for item in value)
    if is_input_object_type(kind):
        return tuple((name, shape(item, kind.fields[name].type)) for name, item in value.items())
    if is_enum_type(kind) or isinstance(value, bool):
        return (value,)
    return "value"


def as_sent(coerced: Any, sent: Any) -> Any:
    """Put the fields of coerced input objects in the order in which the client sent them.

    Coercion follows the schema's order, but in `order: {a: ASC, b: DESC}` the client's order is the meaning.
    """
    if isinstance(coerced, dict) and isinstance(sent, dict):
        known = {name: as_sent(coerced[name], sent[name]) for name in sent if name in coerced}
        return known | {name: value for name, value in coerced.items() if name not in known}
    if isinstance(coerced, list):
        parts = sent if isinstance(sent, list) else [sent]
        return [as_sent(item, part) for item, part in zip(coerced, parts, strict=True)]
    return coerced


def take(source: Leaf | Leaves, variables: Mapping[str, Any]) -> Any:
    """Fetch the value that `source` stands for."""
    if isinstance(source, Leaves) and not source.path:
        return [take(item, variables) for item in source.items]
    if not source.path:
        assert isinstance(source, Leaf)
        return source.value
    found: Any = variables
    for step in source.path:
        found = found[step]
    return [item for item in found if item is not None] if isinstance(source, Leaves) else found
