"""Values of arguments and defaults: when two are the same, and how one is printed.

Equality is that of GraphQL values: the order of an input object's fields is nothing, and an argument left out is its default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from graphql import (
    ConstValueNode,
    DirectiveDefinitionNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    print_ast,
)
from graphql.utilities.sort_value_node import sort_value_node

from gateway.composition.model import Applied, type_text

__all__ = ["applied_key", "applied_text", "default_text", "value_text"]

# Arguments that are the same whether written or left out.
_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "deprecated": {"reason": '"No longer supported"'},
    "listSize": {"requireOneSlicingArgument": "true"},
}


def value_text(value: ValueNode) -> str:
    """A value on one line."""
    return " ".join(print_ast(_plain(sort_value_node(cast(Any, value)))).split("\n"))


def _plain(node: Any) -> Any:
    """Block strings as plain ones: a line end inside would not survive on one line."""
    match node:
        case StringValueNode(block=True):
            return StringValueNode(value=node.value, block=False)
        case ListValueNode():
            return ListValueNode(values=tuple(_plain(item) for item in node.values))
        case ObjectValueNode():
            fields = tuple(type(f)(name=f.name, value=_plain(f.value)) for f in node.fields)
            return ObjectValueNode(fields=fields)
        case _:
            return node


def default_text(value: ConstValueNode | None, type_: Any) -> str | None:
    """A default as text: equal texts are equal values of the type."""
    if value is None:
        return None
    if isinstance(value, (FloatValueNode, IntValueNode)) and type_text(type_).strip("!") == "Float":
        number = float(value.value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e21 else repr(number)
    return value_text(value)


def applied_key(applied: Applied, definition: DirectiveDefinitionNode | None) -> tuple[tuple[str, str], ...]:
    """The arguments of an application with the defaults filled in; equal keys are equal applications."""
    found = dict(_DEFAULTS.get(applied.name, {}))
    if definition is not None:
        found = {a.name.value: value_text(a.default_value) for a in definition.arguments or () if a.default_value}
    found |= {a.name.value: value_text(a.value) for a in applied.node.arguments or ()}
    return tuple(sorted(found.items()))


def applied_text(name: str, arguments: Sequence[tuple[str, str]]) -> str:
    """`@name(first: 1)`"""
    listed = ", ".join(f"{argument}: {value}" for argument, value in arguments)
    return f"@{name}({listed})" if listed else f"@{name}"
