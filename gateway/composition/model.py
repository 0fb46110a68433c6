"""A subgraph schema as composition sees it: definitions and extensions joined, federation directives under their own names.

Made by `links.py`; every later stage reads this and no SDL. A directive of federation is called here what its
specification calls it, whatever the subgraph imported it as.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import ConstValueNode, DirectiveDefinitionNode, DirectiveNode, GraphQLSchema, Node, TypeNode

from gateway.supergraph.features import Feature
from gateway.supergraph.model import TypeKind

__all__ = [
    "ROOTS",
    "Applied",
    "EnumValueDef",
    "FieldDef",
    "InputDef",
    "SubgraphInput",
    "SubgraphSchema",
    "TypeDef",
    "named_type",
    "type_text",
]

ROOTS = ("Query", "Mutation", "Subscription")


@dataclass(frozen=True, slots=True)
class SubgraphInput:
    """What a subgraph brings: its name, the URL it is asked at, and its SDL."""

    name: str
    url: str
    sdl: str


@dataclass(frozen=True, slots=True)
class Applied:
    """A directive as applied. `federation` tells the specification's own directives from a subgraph's."""

    name: str
    values: Mapping[str, Any]
    federation: bool
    node: DirectiveNode
    extending: bool = False
    """Whether it stands on an extension of its type."""


@dataclass(frozen=True, slots=True)
class _Element:
    name: str
    description: str | None
    applied: tuple[Applied, ...]
    node: Node

    def has(self, directive: str) -> bool:
        """Whether a federation directive stands on this element."""
        return any(a.federation and a.name == directive for a in self.applied)

    def all(self, directive: str) -> Iterator[Applied]:
        return (a for a in self.applied if a.federation and a.name == directive)

    def first(self, directive: str) -> Applied | None:
        return next(self.all(directive), None)


@dataclass(frozen=True, slots=True)
class InputDef(_Element):
    """An argument or an input field."""

    type: TypeNode
    default: ConstValueNode | None

    @property
    def required(self) -> bool:
        return self.default is None and type_text(self.type).endswith("!")


@dataclass(frozen=True, slots=True)
class FieldDef(_Element):
    type: TypeNode
    arguments: Mapping[str, InputDef]


@dataclass(frozen=True, slots=True)
class EnumValueDef(_Element):
    pass


@dataclass(frozen=True, slots=True)
class TypeDef(_Element):
    """One type. Which of the members is filled depends on `kind`; `extension` when no definition of it is here.

    `repeated` are the federation directives that one declaration (definition or extension) carries more than once.
    """

    kind: TypeKind
    extension: bool = False
    interfaces: tuple[str, ...] = ()
    fields: Mapping[str, FieldDef] = field(default_factory=dict[str, FieldDef])
    inputs: Mapping[str, InputDef] = field(default_factory=dict[str, InputDef])
    values: Mapping[str, EnumValueDef] = field(default_factory=dict[str, EnumValueDef])
    members: tuple[str, ...] = ()
    repeated: frozenset[str] = frozenset()

    @property
    def is_composite(self) -> bool:
        return self.kind in {TypeKind.OBJECT, TypeKind.INTERFACE}


@dataclass(frozen=True, slots=True)
class SubgraphSchema:
    """A read subgraph. `version` is the linked version of federation, None for a Federation 1 schema.

    Root types are called Query, Mutation and Subscription here, whatever the subgraph calls them.
    """

    name: str
    url: str
    version: tuple[int, int] | None
    types: Mapping[str, TypeDef]
    directives: Mapping[str, DirectiveDefinitionNode]
    schema_applied: tuple[Applied, ...]
    features: tuple[Feature, ...]
    graphql: GraphQLSchema
    """The executable schema, federation's own definitions included; for checking field sets and values."""
    description: str | None = None
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """Federation's directives here: local name → name of the specification."""

    def possible(self, name: str) -> tuple[str, ...]:
        """The object types that a value of composite type `name` may have in this subgraph."""
        found = self.types.get(name)
        if found is None:
            return ()
        if found.kind is TypeKind.UNION:
            return found.members
        if found.kind is TypeKind.INTERFACE:
            return tuple(t.name for t in self.types.values() if t.kind is TypeKind.OBJECT and name in t.interfaces)
        return (name,)


def type_text(node: TypeNode) -> str:
    """A type reference as printed: `[Int!]`."""
    kind = node.kind
    if kind == "non_null_type":
        return f"{type_text(node.type)}!"  # type: ignore[attr-defined]
    if kind == "list_type":
        return f"[{type_text(node.type)}]"  # type: ignore[attr-defined]
    return node.name.value  # type: ignore[attr-defined]


def named_type(node: TypeNode) -> str:
    """The name inside a type reference."""
    return type_text(node).strip("[]!")
