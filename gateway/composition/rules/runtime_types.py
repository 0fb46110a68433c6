"""A shared field that returns an interface or union should return the same types everywhere.

Where the runtime types have nothing in common, whichever subgraph is asked decides what can come back, which is an error.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.issues import Issue, error, hint
from gateway.composition.merge.context import Context, Override, join_names
from gateway.composition.merge.model import MergedGraph
from gateway.composition.model import named_type
from gateway.supergraph.model import TypeKind

__all__ = ["check"]

_ABSTRACT = frozenset({TypeKind.INTERFACE, TypeKind.UNION})


def check(context: Context, graph: MergedGraph) -> Iterator[Issue]:
    for name, merged in graph.types.items():
        if merged.kind is not TypeKind.OBJECT:
            continue
        for field in merged.fields.values():
            returned = graph.types.get(field.type.strip("[]!"))
            if returned is not None and returned.kind in _ABSTRACT:
                yield from _compare(context, name, field.name)


def _compare(context: Context, type_name: str, field_name: str) -> Iterator[Issue]:
    possible: dict[str, frozenset[str]] = {}
    for subgraph, found in context.defining(type_name).items():
        field = found.fields.get(field_name)
        facts = context.facts[subgraph]
        override = context.overrides.get((type_name, field_name, subgraph), Override())
        if field is None or facts.fully_external((type_name, field_name)) or override.removed or override.used:
            continue
        target = facts.subgraph.types.get(named_type(field.type))
        if target is not None and not target.has("interfaceObject"):
            possible[subgraph] = frozenset(facts.subgraph.possible(target.name))
    if len(set(possible.values())) <= 1:
        return
    listed = join_names({subgraph: "/".join(sorted(types)) or "nothing" for subgraph, types in possible.items()})
    where = f"{type_name}.{field_name}"
    if frozenset.intersection(*possible.values()):
        message = f"{where} may return different types: {listed}."
        yield hint("INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN", message)
    else:
        message = f"{where} returns types that have nothing in common: {listed}."
        yield error("SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES", message)
