"""Subgraphs in, supergraph out: read each, merge, write. All errors of a run are reported, or none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.composition.merge import merge_types
from gateway.composition.model import CompositionError, CompositionHint, CompositionResult, SubgraphInput
from gateway.composition.subgraph import InvalidSubgraph, SubgraphSchema, read_subgraph
from gateway.composition.writer import write_supergraph

__all__ = ["CompositionError", "CompositionHint", "CompositionResult", "SubgraphInput", "compose"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def compose(subgraphs: Sequence[SubgraphInput]) -> CompositionResult:
    """Compose subgraphs (in order of their names, so that the order given does not matter)."""
    errors: list[CompositionError] = []
    schemas: list[SubgraphSchema] = []
    for given in sorted(subgraphs, key=lambda s: s.name):
        if not _NAME.fullmatch(given.name):
            message = f'Invalid name "{given.name}" for a subgraph'
            errors.append(CompositionError("INVALID_SUBGRAPH_NAME", message, (given.name,)))
            continue
        try:
            schemas.append(read_subgraph(given, _graph_name(given.name, schemas)))
        except InvalidSubgraph as verdict:
            errors += verdict.errors
    if errors:
        return CompositionResult(None, tuple(errors))
    types, errors = merge_types(schemas)
    if errors:
        return CompositionResult(None, tuple(errors))
    return CompositionResult(write_supergraph(schemas, types))


def _graph_name(name: str, known: Sequence[SubgraphSchema]) -> str:
    """The `join__Graph` value of a subgraph: upper case, and its own even when two names differ only in case."""
    graph = re.sub(r"[^A-Za-z0-9_]", "_", name).upper()
    taken = {schema.graph for schema in known}
    unique, count = graph, 1
    while unique in taken:
        count += 1
        unique = f"{graph}_{count}"
    return unique
