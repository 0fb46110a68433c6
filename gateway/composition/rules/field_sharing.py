"""A field of an object is resolved by one subgraph, or by several that all say `@shareable`.

A field of an `@interfaceObject` counts for every implementation of the interface: its subgraph resolves it on all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context, Override
from gateway.composition.merge.model import MergedGraph, MergedType
from gateway.supergraph.model import TypeKind

__all__ = ["check"]


def check(context: Context, graph: MergedGraph) -> Iterator[Issue]:
    for name, merged in graph.types.items():
        if merged.kind is not TypeKind.OBJECT:
            continue
        for field in merged.fields:
            resolving = _resolving(context, merged, field)
            unshared = [subgraph for subgraph, shareable in resolving.items() if not shareable]
            if unshared and len(resolving) > 1:
                message = f"{name}.{field} is resolved in {', '.join(resolving)}, but not @shareable in {', '.join(unshared)}."
                yield error("INVALID_FIELD_SHARING", message)


def _resolving(context: Context, merged: MergedType, field_name: str) -> dict[str, bool]:
    """The subgraphs that resolve the field → whether they share it. Those that lose it by `@override` do not count."""
    found: dict[str, bool] = {}
    for interface in merged.interfaces:
        for subgraph, definition in context.defining(interface).items():
            if definition.has("interfaceObject") and field_name in definition.fields:
                _add(found, context, subgraph, interface, field_name, through=f"{subgraph} (through {interface})")
    for subgraph, definition in context.defining(merged.name).items():
        if field_name in definition.fields:
            _add(found, context, subgraph, merged.name, field_name, through=subgraph)
    return found


def _add(
    found: dict[str, bool], context: Context, subgraph: str, type_name: str, field_name: str, *, through: str
) -> None:
    place = (type_name, field_name)
    facts = context.facts[subgraph]
    field = facts.subgraph.types[type_name].fields[field_name]
    if facts.fully_external(place):
        return
    override = context.overrides.get((type_name, field_name, subgraph), Override())
    lost = override.removed or override.used or (override.label is not None and not field.has("override"))
    if not lost:
        found[through] = place in facts.shareable
