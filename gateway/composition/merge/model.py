"""What merging yields and `writer.py` prints. `joins` are the printed `@join__…` applications of an element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.supergraph.model import TypeKind

__all__ = [
    "MergedDefinition",
    "MergedDirective",
    "MergedField",
    "MergedGraph",
    "MergedInput",
    "MergedType",
    "MergedValue",
]


@dataclass(frozen=True, slots=True, order=True)
class MergedDirective:
    """`name` as in the supergraph, `text` as printed: `@tag(name: "x")`."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class _Merged:
    name: str
    description: str | None
    directives: tuple[MergedDirective, ...]
    joins: tuple[str, ...]

    @property
    def inaccessible(self) -> bool:
        return any(directive.name == "inaccessible" for directive in self.directives)


@dataclass(frozen=True, slots=True)
class MergedInput(_Merged):
    type: str
    default: str | None

    @property
    def required(self) -> bool:
        return self.default is None and self.type.endswith("!")


@dataclass(frozen=True, slots=True)
class MergedField(_Merged):
    type: str
    arguments: Mapping[str, MergedInput]


@dataclass(frozen=True, slots=True)
class MergedValue(_Merged):
    pass


@dataclass(frozen=True, slots=True)
class MergedType(_Merged):
    kind: TypeKind
    interfaces: tuple[str, ...] = ()
    fields: Mapping[str, MergedField] = field(default_factory=dict[str, MergedField])
    inputs: Mapping[str, MergedInput] = field(default_factory=dict[str, MergedInput])
    values: Mapping[str, MergedValue] = field(default_factory=dict[str, MergedValue])
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MergedDefinition(_Merged):
    """A directive definition; `locations` in the order of the GraphQL specification."""

    arguments: Mapping[str, MergedInput]
    repeatable: bool
    locations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergedGraph:
    """All types by name, sorted; `directives` are the definitions that the graph keeps of its subgraphs, by name."""

    types: Mapping[str, MergedType]
    directives: Mapping[str, MergedDefinition] = field(default_factory=dict[str, MergedDefinition])
    schema_directives: tuple[MergedDirective, ...] = ()
    description: str | None = None
    schema_joins: tuple[str, ...] = ()
