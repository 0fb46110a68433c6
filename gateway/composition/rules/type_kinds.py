"""A type has one kind in all subgraphs; an `@interfaceObject` counts as the interface that it stands for."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context, join_names
from gateway.composition.model import TypeDef
from gateway.supergraph.model import TypeKind

__all__ = ["check", "kind_of"]


def kind_of(found: TypeDef) -> TypeKind:
    return TypeKind.INTERFACE if found.has("interfaceObject") else found.kind


def check(context: Context) -> Iterator[Issue]:
    for name in sorted({name for subgraph in context.subgraphs for name in subgraph.types}):
        kinds = {subgraph: kind_of(found).value for subgraph, found in context.defining(name).items()}
        if len(set(kinds.values())) > 1:
            yield error("TYPE_KIND_MISMATCH", f"{name} is of different kinds: {join_names(kinds)}.")
