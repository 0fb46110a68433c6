"""Normalized selections as text: canonical, so that equal operations print alike, and valid GraphQL, so that it can be sent."""

from __future__ import annotations

import re
from collections.abc import Iterable

from graphql import get_named_type, is_composite_type

from gateway.language.operation import Condition, Field, OperationKind, Selection, VariableDefinition

__all__ = ["arguments_text", "masked_text", "operation_text", "selections_text", "variables_text"]

# A selection of which nothing is left still is an object in the answer; GraphQL has no `{ }`, but this says the same.
_NOTHING = "{ __typename @skip(if: true) }"

_STRING = re.compile(r'"""(?:\\"""|(?!""").)*"""|"(?:[^"\\]|\\.)*"', re.DOTALL)
_NUMBER = re.compile(r"(?<![\w$])-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?!\w)")


def operation_text(
    kind: OperationKind, name: str | None, variables: Iterable[VariableDefinition], selections: Iterable[Selection]
) -> str:
    """`query Name($a: Int! = 1) { … }`, on one line."""
    head = f"{kind.value} {name}" if name else kind.value
    return f"{head}{variables_text(variables)} {selections_text(selections)}"


def masked_text(text: str) -> str:
    """The same text with an empty string for each string that is written in it, and 0 for each number."""
    return _NUMBER.sub("0", _STRING.sub('""', text))


def variables_text(variables: Iterable[VariableDefinition]) -> str:
    """`($a: Int! = 1, $b: [ID!])`, or nothing."""
    declared = ", ".join(
        f"${v.name}: {v.type_text}" + (f" = {v.default_text}" if v.default_text is not None else "") for v in variables
    )
    return f"({declared})" if declared else ""


def selections_text(selections: Iterable[Selection]) -> str:
    """`{ a b: c(x: 1) { d } ... on T { e } }`."""
    inner = " ".join(_selection(selection) for selection in selections)
    return f"{{ {inner} }}" if inner else _NOTHING


def arguments_text(field: Field) -> str:
    """`(x: 1, y: $v)`, or nothing."""
    if not field.arguments:
        return ""
    return "(" + ", ".join(f"{argument.name}: {argument.text}" for argument in field.arguments) + ")"


def _selection(selection: Selection) -> str:
    conditions = "".join(_condition(condition) for condition in selection.conditions)
    if isinstance(selection, Field):
        alias = "" if selection.key == selection.name else f"{selection.key}: "
        composite = is_composite_type(get_named_type(selection.type))
        inner = f" {selections_text(selection.selections)}" if composite else ""
        return f"{alias}{selection.name}{arguments_text(selection)}{conditions}{inner}"
    return f"... on {selection.condition}{conditions} {selections_text(selection.selections)}"


def _condition(condition: Condition) -> str:
    return f" @{'include' if condition.wanted else 'skip'}(if: ${condition.variable})"
