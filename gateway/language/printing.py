"""Normalized selections as text: canonical, so that equal operations print alike."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.language.operation import Condition, Field, Selection

__all__ = ["arguments_text", "selections_text"]


def selections_text(selections: Iterable[Selection]) -> str:
    """`{ a b: c(x: 1) { d } ... on T { e } }`."""
    return "{ " + " ".join(_selection(selection) for selection in selections) + " }"


def arguments_text(field: Field) -> str:
    if not field.arguments:
        return ""
    return "(" + ", ".join(f"{argument.name}: {argument.text}" for argument in field.arguments) + ")"


def _selection(selection: Selection) -> str:
    conditions = "".join(_condition(condition) for condition in selection.conditions)
    inner = f" {selections_text(selection.selections)}" if selection.selections else ""
    if isinstance(selection, Field):
        alias = "" if selection.key == selection.name else f"{selection.key}: "
        return f"{alias}{selection.name}{arguments_text(selection)}{conditions}{inner}"
    return f"... on {selection.condition}{conditions}{inner}"


def _condition(condition: Condition) -> str:
    return f" @{'include' if condition.wanted else 'skip'}(if: ${condition.variable})"
