"""A `@key` on an interface promises that every implementation can be entered by it, here and in the whole graph."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.fieldsets import canonical
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
                if _key(key.values) not in {_key(k.values) for k in subgraph.types[name].all("key")}
            ]
            if lacking:
                message = f"The @key of the interface {found.name} is missing on {', '.join(lacking)}."
                yield error("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", message, subgraph.name, key.node)


def _key(values: object) -> tuple[str, bool]:
    assert isinstance(values, dict)
    return canonical(str(values.get("fields"))), values.get("resolvable") is not False


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
    resolvable = any(key.values.get("resolvable") is not False for key in found.all("key"))
    return found.kind is TypeKind.INTERFACE and resolvable


def _known(context: Context, subgraph: str, name: str) -> tuple[str, ...]:
    return context.facts[subgraph].subgraph.possible(name)
