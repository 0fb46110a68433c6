"""A type has all fields of its interfaces, once the whole graph is merged."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context
from gateway.composition.merge.model import MergedGraph
from gateway.supergraph.model import TypeKind

__all__ = ["check"]


def check(context: Context, graph: MergedGraph) -> Iterator[Issue]:
    for name, merged in graph.types.items():
        if merged.kind not in {TypeKind.OBJECT, TypeKind.INTERFACE}:
            continue
        for interface in merged.interfaces:
            declared = graph.types.get(interface)
            for field in declared.fields if declared is not None else ():
                if field not in merged.fields:
                    having = [s for s, found in context.defining(interface).items() if field in found.fields]
                    message = f"{name} implements {interface}, but lacks its field {field} (of {', '.join(having)})."
                    yield error("INTERFACE_FIELD_NO_IMPLEM", message)
