"""A `@key` on an interface promises that every implementation can be entered by it, here and in the whole graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode, print_ast

from gateway.composition.facts import Facts
from gateway.composition.fieldsets import try_field_set
from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context
from gateway.composition.merge.model import MergedGraph
from gateway.composition.model import TypeDef
from gateway.supergraph.model import TypeKind

__all__ = ["check_graph", "check_subgraph"]


def check_subgraph(facts: Facts) -> Iterator[Issue]:
    subgraph = facts.subgraph
    if subgraph.version is None:
        return
    for found in subgraph.types.values():
        if found.kind is not TypeKind.INTERFACE:
            continue
        for key in found.all("key"):
            lacking = [
                name
                for name in subgraph.possible(found.name)
                if not any(_serves(own.values, key.values) for own in subgraph.types[name].all("key"))
            ]
            if lacking:
                message = f"The @key of the interface {found.name} is missing on {', '.join(lacking)}."
                yield error("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", message, subgraph.name, key.node)


def _serves(own: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a key of an implementation is the interface's, in any order, and lets in whom that lets in."""
    return _lets_in(own) >= _lets_in(wanted) and _shape(own.get("fields")) == _shape(wanted.get("fields"))


def _lets_in(key: Mapping[str, Any]) -> bool:
    return key.get("resolvable") is not False


def _shape(fields: object) -> frozenset[object]:
    selection = try_field_set(fields)
    return _selected(selection) if selection is not None else frozenset({fields})


def _selected(selection: SelectionSetNode) -> frozenset[object]:
    return frozenset(
        (node.name.value if isinstance(node, FieldNode) else print_ast(node), _selected(node.selection_set))
        if isinstance(node, (FieldNode, InlineFragmentNode)) and node.selection_set is not None
        else print_ast(node)
        for node in selection.selections
    )


def check_graph(context: Context, graph: MergedGraph) -> Iterator[Issue]:
    for name, merged in graph.types.items():
        if merged.kind is not TypeKind.INTERFACE:
            continue
        implementations = {t.name for t in graph.types.values() if t.kind is TypeKind.OBJECT and name in t.interfaces}
        for subgraph, found in context.defining(name).items():
            if _is_entity_interface(found) and (missing := implementations - set(_known(context, subgraph, name))):
                message = (
                    f"The interface {name} has a @key, but not all its implementations: {', '.join(sorted(missing))}."
                )
                yield error("INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE", message, subgraph, found.node)


def _is_entity_interface(found: TypeDef) -> bool:
    resolvable = any(_lets_in(key.values) for key in found.all("key"))
    return found.kind is TypeKind.INTERFACE and resolvable


def _known(context: Context, subgraph: str, name: str) -> tuple[str, ...]:
    return context.facts[subgraph].subgraph.possible(name)
