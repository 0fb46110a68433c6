"""The composed graph as frozen values: what each subgraph knows of each type and field.

Made by `gateway.supergraph.reader` from join SDL, read by planning, authorization and introspection. Knows nothing of
what the graph is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from graphql import GraphQLSchema

__all__ = ["FieldJoin", "Key", "Subgraph", "Supergraph", "SupergraphField", "SupergraphType", "TypeJoin", "TypeKind"]


class TypeKind(Enum):
    SCALAR = "scalar"
    OBJECT = "object"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class Subgraph:
    """`name` as configured, `graph` its `join__Graph` enum value, `url` from `@join__graph` (settings may override it)."""

    name: str
    graph: str
    url: str


@dataclass(frozen=True, slots=True)
class Key:
    """One `@key` of a type in a subgraph: the field set as text, and whether the subgraph resolves entities by it."""

    fields: str
    resolvable: bool = True


@dataclass(frozen=True, slots=True)
class TypeJoin:
    """What one subgraph says of a type (`@join__type`, `@join__implements`, `@join__unionMember`)."""

    subgraph: str
    keys: tuple[Key, ...] = ()
    extension: bool = False
    is_interface_object: bool = False
    implements: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    enum_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldJoin:
    """What one subgraph says of a field (`@join__field`). Absent arguments are None or empty."""

    subgraph: str
    type: str | None = None
    external: bool = False
    requires: str | None = None
    provides: str | None = None
    override: str | None = None
    override_label: str | None = None
    used_overridden: bool = False
    context_arguments: tuple[tuple[str, str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SupergraphField:
    """A field with the subgraphs that can resolve it; `joins` is complete (a field without `@join__field` is in every
    subgraph of its type, and is listed so).
    """

    name: str
    joins: Mapping[str, FieldJoin]
    """By subgraph name."""
    inaccessible: bool = False


@dataclass(frozen=True, slots=True)
class SupergraphType:
    name: str
    kind: TypeKind
    joins: Mapping[str, TypeJoin]
    """By subgraph name."""
    fields: Mapping[str, SupergraphField] = field(default_factory=dict[str, SupergraphField])
    inaccessible: bool = False
    contexts: tuple[str, ...] = ()
    """The contexts that objects of this type set (`@context`), each under its name in the supergraph."""


@dataclass(frozen=True, slots=True)
class Supergraph:
    """A composed graph. `schema` is the full executable schema (join machinery removed, inaccessible elements kept),
    `api` the client's (inaccessible elements removed); `hash` is sha256 (hex) of the SDL.
    """

    sdl: str
    hash: str
    subgraphs: Mapping[str, Subgraph]
    types: Mapping[str, SupergraphType]
    schema: GraphQLSchema
    api: GraphQLSchema
