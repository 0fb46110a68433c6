"""What follows from a subgraph's directives: which fields are external, used, provided, shareable.

Computed once per subgraph; merging and rules ask here and interpret no directive themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.composition.contextvalues import context_value
from gateway.composition.fieldsets import Coordinate, coordinates, named_coordinates, try_field_set
from gateway.composition.model import FieldDef, SubgraphSchema, TypeDef, named_type
from gateway.supergraph.model import TypeKind

__all__ = ["Facts", "facts_of"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Coordinates of one subgraph.

    `external` says `@external` (or stands in an `@external` type); `provided` is reachable through some `@provides`;
    `keys` is part of a key; `used` is named by a key, requirement, provision or interface; `shareable` may be resolved
    by other subgraphs too.
    """

    subgraph: SubgraphSchema
    external: frozenset[Coordinate]
    provided: frozenset[Coordinate]
    keys: frozenset[Coordinate]
    used: frozenset[Coordinate]
    shareable: frozenset[Coordinate]

    def fully_external(self, place: Coordinate) -> bool:
        """External and never provided: this subgraph does not resolve it at all."""
        return place in self.external and place not in self.provided


def facts_of(subgraph: SubgraphSchema) -> Facts:
    keys = frozenset(_key_fields(subgraph, subgraph.types.values()))
    provided = frozenset(_selected(subgraph, "provides"))
    external = frozenset(_external(subgraph))
    used = keys | provided | frozenset(_selected(subgraph, "requires")) | frozenset(_context_fields(subgraph))
    return Facts(
        subgraph=subgraph,
        external=external,
        provided=provided,
        keys=keys,
        used=used | frozenset(_of_interfaces(subgraph)),
        shareable=frozenset(_shareable(subgraph)) | keys | (provided & external),
    )


def _fields(subgraph: SubgraphSchema) -> Iterator[tuple[TypeDef, FieldDef]]:
    for found in subgraph.types.values():
        for field in found.fields.values():
            yield found, field


def _external(subgraph: SubgraphSchema) -> Iterator[Coordinate]:
    # An extension has the fields of its keys at hand, whatever `@external` says: a habit from Federation 1.
    at_hand = frozenset(_key_fields(subgraph, [found for found in subgraph.types.values() if found.extension]))
    for found, field in _fields(subgraph):
        place = (found.name, field.name)
        if (field.has("external") or found.has("external")) and place not in at_hand:
            yield place


def _key_fields(subgraph: SubgraphSchema, types: Iterable[TypeDef]) -> Iterator[Coordinate]:
    for found in types:
        for key in found.all("key"):
            selection = try_field_set(key.values.get("fields"))
            if selection is not None:
                yield from named_coordinates(subgraph, found.name, selection)


def _selected(subgraph: SubgraphSchema, directive: str) -> Iterator[Coordinate]:
    """What the field sets of `@requires` (on the type itself) or `@provides` (on the returned type) name."""
    for found, field in _fields(subgraph):
        for applied in field.all(directive):
            start = found.name if directive == "requires" else named_type(field.type)
            selection = try_field_set(applied.values.get("fields"))
            if selection is not None:
                yield from named_coordinates(subgraph, start, selection)


def _context_fields(subgraph: SubgraphSchema) -> Iterator[Coordinate]:
    """Every field that a `@fromContext` selection names, on each type that sets the context."""
    setters = {
        str(context.values.get("name")): found.name
        for found in subgraph.types.values()
        for context in found.all("context")
    }
    if not setters:
        return
    for _, field in _fields(subgraph):
        for argument in field.arguments.values():
            applied = argument.first("fromContext")
            text = applied.values.get("field") if applied is not None else None
            name, selection_text = context_value(text) or ("", "")
            selection = try_field_set(selection_text)
            if name in setters and selection is not None:
                yield from coordinates(subgraph, setters[name], selection)


def _of_interfaces(subgraph: SubgraphSchema) -> Iterator[Coordinate]:
    for found, field in _fields(subgraph):
        for interface in found.interfaces:
            declared = subgraph.types.get(interface)
            if declared is not None and field.name in declared.fields:
                yield found.name, field.name


def _shareable(subgraph: SubgraphSchema) -> Iterator[Coordinate]:
    for found, field in _fields(subgraph):
        if found.kind is TypeKind.OBJECT and (found.has("shareable") or field.has("shareable")):
            yield found.name, field.name
