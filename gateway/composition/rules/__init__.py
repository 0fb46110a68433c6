"""The rules of composition, one a module: each yields issues and knows nothing of the others.

`PLACES` and then `SUBGRAPH` rules look at one subgraph, `LINKED` rules at what the subgraphs link and compose. `GRAPH`
rules look at all of them and `MERGED` rules at what merging made of them; they report together. The others ask whether a
merged graph makes sense, and are asked one list after the other: `SOUND` as a schema, `CLIENT` without what clients do
not see.
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
    composed_applications,
    context_arguments,
    context_names,
    cost,
    extensions,
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
    provides_places,
    requires_arguments,
    requires_fields,
    shareable_usage,
    shared_subscriptions,
    type_kinds,
)

__all__ = ["CLIENT", "GRAPH", "LINKED", "MERGED", "PLACES", "SOUND", "SUBGRAPH"]

PLACES: Sequence[Callable[[Facts], Iterable[Issue]]] = (external_collision.check, provides_places.check)
SUBGRAPH: Sequence[Callable[[Facts], Iterable[Issue]]] = (
    key_fields.check,
    requires_fields.check,
    provides_fields.check,
    external_on_interface.check,
    external_unused.check,
    shareable_usage.check,
    interface_keys.check_subgraph,
    interface_objects.check_subgraph,
    auth_on_interface.check,
    context_names.check,
    context_arguments.check,
    cost.check,
)
LINKED: Sequence[Callable[[Context], Iterable[Issue]]] = (compose_directive.check,)
GRAPH: Sequence[Callable[[Context], Iterable[Issue]]] = (
    extensions.check,
    type_kinds.check,
    no_queries.check,
    interface_objects.check_graph,
    merged_on_external.check,
    shared_subscriptions.check,
)
MERGED: Sequence[Callable[[Context, MergedGraph], Iterable[Issue]]] = (
    field_sharing.check,
    interface_keys.check_graph,
    composed_applications.check,
)
SOUND: Sequence[Callable[[Context, MergedGraph], Iterable[Issue]]] = (
    interface_fields.check,
    requires_arguments.check,
    access_demands.check,
)
CLIENT: Sequence[Callable[[Context, MergedGraph], Iterable[Issue]]] = (inaccessible.check,)
