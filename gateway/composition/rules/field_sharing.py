"""A field of an object is resolved by one subgraph, or by several that all say `@shareable`."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context, Override
from gateway.composition.merge.model import MergedGraph
from gateway.supergraph.model import TypeKind

__all__ = ["check"]


def check(context: Context, graph: MergedGraph) -> Iterator[Issue]:
    for name, merged in graph.types.items():
        if merged.kind is not TypeKind.OBJECT:
            continue
        for field in merged.fields:
            resolving = _resolving(context, name, field)
            unshared = [subgraph for subgraph, shareable in resolving.items() if not shareable]
            if unshared and len(resolving) > 1:
                message = f"{name}.{field} is resolved in {', '.join(resolving)}, but not @shareable in {', '.join(unshared)}."
                yield error("INVALID_FIELD_SHARING", message)


def _resolving(context: Context, type_name: str, field_name: str) -> dict[str, bool]:
    """The subgraphs that resolve the field → whether they share it. Those that lose it by `@override` do not count."""
    place = (type_name, field_name)
    found: dict[str, bool] = {}
    for subgraph, definition in context.defining(type_name).items():
        field = definition.fields.get(field_name)
        facts = context.facts[subgraph]
        if field is None or facts.fully_external(place):
            continue
        override = context.overrides.get((type_name, field_name, subgraph), Override())
        lost = override.removed or override.used or (override.label is not None and not field.has("override"))
        if not lost:
            found[subgraph] = place in facts.shareable
    return found
