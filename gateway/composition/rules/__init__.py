"""The rules of composition, one a module: each yields issues and knows nothing of the others.

`SUBGRAPH` rules look at one subgraph, `GRAPH` rules at all of them before merging, `MERGED` rules at the result.
A new rule is added to a list, none is edited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue
from gateway.composition.merge.context import Context
from gateway.composition.merge.model import MergedGraph
from gateway.composition.rules import (
    access_demands,
    auth_on_interface,
    compose_directive,
    contexts,
    cost,
    external_collision,
    external_on_interface,
    external_unused,
    field_sharing,
    inaccessible,
    interface_fields,
    interface_keys,
    interface_objects,
    key_fields,
    merged_on_external,
    no_queries,
    provides_fields,
    requires_fields,
    runtime_types,
    shareable_usage,
    type_kinds,
)

__all__ = ["GRAPH", "MERGED", "SUBGRAPH"]

SUBGRAPH: Sequence[Callable[[Facts], Iterable[Issue]]] = (
    key_fields.check,
    requires_fields.check,
    provides_fields.check,
    external_collision.check,
    external_on_interface.check,
    external_unused.check,
    merged_on_external.check,
    shareable_usage.check,
    interface_keys.check_subgraph,
    interface_objects.check_subgraph,
    auth_on_interface.check,
    contexts.check,
    cost.check,
)
GRAPH: Sequence[Callable[[Context], Iterable[Issue]]] = (
    type_kinds.check,
    no_queries.check,
    interface_objects.check_graph,
    compose_directive.check,
)
MERGED: Sequence[Callable[[Context, MergedGraph], Iterable[Issue]]] = (
    field_sharing.check,
    interface_fields.check,
    interface_keys.check_graph,
    inaccessible.check,
    runtime_types.check,
    access_demands.check,
)
