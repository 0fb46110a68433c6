"""`@interfaceObject`: an interface of the graph that one subgraph treats as an object, so that it need not know who implements it."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context
from gateway.supergraph.model import TypeKind

__all__ = ["check_graph", "check_subgraph"]

_CODE = "INTERFACE_OBJECT_USAGE_ERROR"


def check_subgraph(facts: Facts) -> Iterator[Issue]:
    for found in facts.subgraph.types.values():
        if found.has("interfaceObject") and not found.has("key"):
            message = f"{found.name} is an @interfaceObject and needs a @key."
            yield error(_CODE, message, facts.subgraph.name, found.node)


def check_graph(context: Context) -> Iterator[Issue]:
    for name in _interface_objects(context):
        definitions = context.defining(name)
        objects = {s: found for s, found in definitions.items() if found.has("interfaceObject")}
        # Beside a plain object of that name it is of two kinds, which is said elsewhere.
        if len(objects) == len(definitions):
            subgraph, found = next(iter(objects.items()))
            yield error(
                _CODE, f"{name} is an @interfaceObject, but no subgraph defines the interface.", subgraph, found.node
            )
        implementations = {
            t.name
            for s in context.subgraphs
            for t in s.types.values()
            if name in t.interfaces and t.kind is TypeKind.OBJECT
        }
        for subgraph, found in objects.items():
            known = implementations & set(context.facts[subgraph].subgraph.types)
            if known:
                message = f"{name} is an @interfaceObject beside its implementation {', '.join(sorted(known))}."
                yield error(_CODE, message, subgraph, found.node)


def _interface_objects(context: Context) -> list[str]:
    return sorted({t.name for s in context.subgraphs for t in s.types.values() if t.has("interfaceObject")})
