"""The one shape of an operation after normalization: fragments gone, fields merged, frozen.

Everything behind the parser — static decision, planning, completion — reads this and never the AST. A field that was
written plainly, under an alias, in a fragment or under `@include` looks the same here, so no later stage can judge them
differently (security cases A06–A10).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from graphql import GraphQLOutputType, ValueNode

__all__ = [
    "Argument",
    "Condition",
    "Field",
    "Fragment",
    "Operation",
    "OperationKind",
    "Selection",
    "VariableDefinition",
]


class OperationKind(Enum):
    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class Condition:
    """`@include(if: $variable)` (`wanted` true) or `@skip(if: $variable)` (`wanted` false). Literals are folded away."""

    variable: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument as written: `value` is the AST value node (literal, variable, or a mixture of both)."""

    name: str
    value: ValueNode
    text: str
    """The value printed; equal texts mean equal arguments."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `key` is its response key, `name` the field of `parent` (the type that it was selected on).

    Fields with one key, name, arguments and conditions in one selection set are merged into one; `selections` of a leaf
    is empty. All conditions must hold for the field to be included.
    """

    key: str
    name: str
    parent: str
    type: GraphQLOutputType
    arguments: tuple[Argument, ...] = ()
    selections: tuple[Selection, ...] = ()
    conditions: tuple[Condition, ...] = ()
    refused: bool = False
    """Marked by `pruning` in what is shown: the caller gets null and an error in its place."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """Selections that only apply to some runtime types of an interface or union.

    `condition` is a type name narrower than (or overlapping) the surrounding type; a fragment on the surrounding type
    itself or on one of its supertypes has been merged into the selections around it.
    """

    condition: str
    selections: tuple[Selection, ...]
    conditions: tuple[Condition, ...] = ()


Selection = Field | Fragment


@dataclass(frozen=True, slots=True)
class VariableDefinition:
    name: str
    type_text: str
    """The type as printed in SDL, e.g. `[UUID!]!`; what a fetch declares."""
    default_text: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """A normalized operation. `hash` identifies it (sha256 of its canonical text, hex); `text` is that canonical text."""

    kind: OperationKind
    name: str | None
    root_type: str
    selections: tuple[Selection, ...]
    variables: tuple[VariableDefinition, ...]
    text: str
    hash: str
    definition: Any = None
    """An `OperationDefinitionNode` with the variables that were declared, for their coercion; what it selects is left out."""
    signature: str = ""
    """The hash of its text without the values that a client wrote into it: what logs, metrics and traces may name it by. A hash of few
    possible values gives them away."""
