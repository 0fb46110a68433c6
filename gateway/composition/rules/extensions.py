"""A type that subgraphs extend is defined by one of them; root types need no definition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context
from gateway.composition.model import ROOTS, SubgraphSchema, TypeDef
from gateway.composition.rules.type_kinds import kind_of

__all__ = ["check", "check_old"]


def check(context: Context) -> Iterator[Issue]:
    """Federation 2: a definition of another kind is none."""
    defined = {(found.name, kind_of(found)) for found in _defined(context.subgraphs)}
    for subgraph in context.subgraphs:
        for found in subgraph.types.values() if subgraph.version is not None else ():
            # A definition may carry `@extends` and be the base all the same.
            if found.extension and not found.has("extends") and (found.name, kind_of(found)) not in defined:
                yield from _baseless(subgraph, found)


def check_old(subgraph: SubgraphSchema, subgraphs: Sequence[SubgraphSchema]) -> Iterator[Issue]:
    """Federation 1, where extending is how an entity is joined: asked before anything is translated."""
    defined = {found.name for found in _defined(subgraphs)}
    for found in subgraph.types.values():
        if found.extension and found.name not in defined:
            yield from _baseless(subgraph, found)


def _defined(subgraphs: Sequence[SubgraphSchema]) -> Iterator[TypeDef]:
    for subgraph in subgraphs:
        yield from (found for found in subgraph.types.values() if not found.extension)


def _baseless(subgraph: SubgraphSchema, found: TypeDef) -> Iterator[Issue]:
    if found.name not in ROOTS:
        yield error(
            "EXTENSION_WITH_NO_BASE", f"{found.name} is extended, but defined nowhere.", subgraph.name, found.node
        )
