"""A grants file as frozen values, before its names are compared with any schema or table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.authorization.language.expressions import Expression, Function
from gateway.authorization.language.problems import Position

__all__ = [
    "Anchor",
    "Grant",
    "GrantsFile",
    "InputType",
    "Inputs",
    "Mutation",
    "Never",
    "Part",
    "Role",
    "TypeName",
    "Word",
]


@dataclass(frozen=True, slots=True)
class Word:
    """A name in the file and where it stands."""

    text: str
    position: Position


@dataclass(frozen=True, slots=True)
class TypeName:
    """`register.Type`: a type as one register knows it."""

    register: str
    name: str
    position: Position = field(compare=False)

    def __str__(self) -> str:
        return f"{self.register}.{self.name}"


@dataclass(frozen=True, slots=True)
class Role:
    """How claims become a role: `match` names claims that must have a value, `identifiers` the codes it is known by.

    `derived` are identifiers that a register computes itself from another one (a keyed hash of it).
    """

    name: str
    match: Mapping[str, str]
    identifiers: Mapping[str, str]
    """Name → regular expression that the whole value matches."""
    derived: Mapping[str, str]
    position: Position


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that belong to a row of `owner`: what shows the owner shows them. Each path leads from the owner to them."""

    owner: Word
    paths: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Fields that a query root pins to a value. `only`: the grant counts nowhere else; otherwise rows reached along an
    edge are judged by `when` alone, and only root lists need the anchor.
    """

    fields: tuple[Word, ...]
    only: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of the table: who (`roles`, any of `scopes`) may do `action` with which fields of which rows."""

    id: str
    source: tuple[str, ...]
    roles: tuple[Word, ...]
    action: str
    scopes: tuple[str, ...]
    type: TypeName
    fields: tuple[Word, ...]
    when: Expression | None
    part: Part | None
    anchor: Anchor | None
    enabled: bool
    position: Position


@dataclass(frozen=True, slots=True)
class InputType:
    """What the fields of an input type read: by name a field of `reads`, unless one of the others says so."""

    name: str
    reads: TypeName
    combinators: frozenset[str]
    claims: Mapping[str, str]
    ignored: frozenset[str]
    overrides: Mapping[str, tuple[str, ...]]
    position: Position


@dataclass(frozen=True, slots=True)
class Inputs:
    """`transparent` input types read nothing themselves (operators, quantifiers); the value lists their fields."""

    equality: frozenset[str] = frozenset()
    transparent: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    types: Mapping[str, InputType] = field(default_factory=dict[str, InputType])


@dataclass(frozen=True, slots=True)
class Mutation:
    """What a mutation of the graph does: `action` on a row of `type`, with new values in the argument `input` (if any).

    `stored` is the row that grants call `X`: the one that is changed or ended; for a registration the one that it is added to, if any.
    `keys` are arguments that name the row or the request, and write nothing.
    """

    name: str
    action: str
    type: TypeName
    input: str
    stored: TypeName | None
    keys: frozenset[str]
    position: Position


@dataclass(frozen=True, slots=True)
class Never:
    type: TypeName
    fields: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class GrantsFile:
    """Everything the file says, together with what the files that it `extends` say.

    `release` is the sha256 (hex) of its bytes, and of the releases that it extends. `releases` has it for each register: the
    one of the last file that says anything of that register, so that a neighbour who joins changes nobody else's release.
    """

    release: str
    timezone: str
    releases: Mapping[str, str]
    roles: Mapping[str, Role]
    scopes: Mapping[str, tuple[str, ...]]
    sets: Mapping[str, tuple[Word, ...]]
    homes: Mapping[str, Word]
    functions: tuple[Function, ...]
    inputs: Inputs
    grants: tuple[Grant, ...]
    never: tuple[Never, ...]
    mutations: Mapping[str, Mutation] = field(default_factory=dict[str, Mutation])
