"""The selection of `@fromContext` names one value of the argument's type, on every type that sets the context.

It is one field (and one in that, down to the leaf), or a fragment for each object type on which the value is found elsewhere.
Whether the value may be null is not looked at: it is null wherever its parents are, so the argument must bear that.
Source: https://specs.apollo.dev/federation/v2.8#scalar-contextfieldvalue
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode, TypeNode

from gateway.composition.fieldsets import first_problem
from gateway.composition.model import SubgraphSchema, TypeDef, type_text
from gateway.supergraph.model import TypeKind

__all__ = ["selection_problem"]


def selection_problem(
    subgraph: SubgraphSchema, selection: SelectionSetNode, setters: Sequence[TypeDef], wanted: TypeNode
) -> str | None:
    """Why a selection does not find a `wanted` value on each of the `setters`; None when it does."""
    fragments = [node for node in selection.selections if isinstance(node, InlineFragmentNode)]
    if len(fragments) != len(selection.selections) or not fragments:
        if len(selection.selections) > 1:
            return "it selects more than one value"
        return _first(_value_problem(subgraph, setter.name, selection, wanted) for setter in setters)
    return _fragments_problem(subgraph, fragments, setters, wanted)


def _fragments_problem(
    subgraph: SubgraphSchema, fragments: Sequence[InlineFragmentNode], setters: Sequence[TypeDef], wanted: TypeNode
) -> str | None:
    used: set[str] = set()
    by_type: dict[str, SelectionSetNode] = {}
    for node in fragments:
        name = node.type_condition.name.value if node.type_condition is not None else None
        known = subgraph.types.get(name) if name is not None else None
        if name is None or known is None or known.kind is not TypeKind.OBJECT:
            return "a fragment is not on an object type"
        if name in by_type:
            return f"two fragments are on {name}"
        if node.directives:
            return "directives are not allowed in it"
        by_type[name] = node.selection_set
    for setter in setters:
        here = by_type.keys() & {setter.name, *subgraph.possible(setter.name)}
        if not here:
            return f"no fragment is on {setter.name}"
        used |= here
        if reason := _first(_value_problem(subgraph, name, by_type[name], wanted) for name in sorted(here)):
            return reason
    if unused := by_type.keys() - used:
        return f"nothing sets the context on {', '.join(sorted(unused))}"
    return None


def _value_problem(
    subgraph: SubgraphSchema, type_name: str, selection: SelectionSetNode, wanted: TypeNode
) -> str | None:
    if (problem := first_problem(subgraph, type_name, selection)) is not None:
        return problem[1]
    lists, current = 0, type_name
    inner: SelectionSetNode | None = selection
    while inner is not None:
        node = inner.selections[0]
        if len(inner.selections) > 1 or not isinstance(node, FieldNode):
            return "it selects more than one value"
        if node.directives:
            return "directives are not allowed in it"
        depth, current = _type_of(subgraph, current, node.name.value)
        lists += depth
        inner = node.selection_set
    found = f"{'[' * lists}{current}{']' * lists}"
    if found == type_text(wanted):
        return None
    return f"it finds {found} or null on {type_name}, and the argument is {type_text(wanted)}"


def _type_of(subgraph: SubgraphSchema, type_name: str, field_name: str) -> tuple[int, str]:
    """The depth in lists, and the name of the type of a field that is there."""
    if field_name == "__typename":
        return 0, "String"
    text = type_text(subgraph.types[type_name].fields[field_name].type)
    return text.count("["), text.strip("[]!")


def _first(reasons: Iterable[str | None]) -> str | None:
    return next((reason for reason in reasons if reason is not None), None)
