"""What the input of a mutation decides by itself: a predicate evaluated where only the input, the caller and the day are known.

Everything that hangs on stored rows is unknown. The answer is true, false, or unknown (None): then the register asks the stored row,
with the SQL of the same predicate. Kleene's logic: `false and unknown` is false, `true or unknown` is true.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.authorization.language.expressions import (
    Any_,
    Attribute,
    Call,
    Choice,
    Comparison,
    Constant,
    Expression,
    Function,
    Logic,
    Name,
    Negation,
    Presence,
    Sum,
)
from gateway.authorization.sql import BUILT_IN

__all__ = ["Given", "decided"]

_MAX_DEPTH = 32


class _Unknown:
    """What only a stored row can tell; also the row itself."""


UNKNOWN = _Unknown()

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Given:
    """What is known before any row is looked at. `kinds` types the values of `input`; one without a kind stays unknown."""

    input: Mapping[str, Any]
    kinds: Mapping[str, Any]
    identifiers: Mapping[str, str]
    today: date
    timezone: str = "UTC"
    functions: Sequence[Function] = field(default=())


def decided(expression: Expression | None, given: Given) -> bool | None:
    """Whether the predicate holds, or None when that hangs on a stored row. No predicate holds always."""
    return True if expression is None else _truth(_value(expression, {}, given, 0))


def _truth(value: Any) -> bool | None:
    return None if isinstance(value, _Unknown) else value is True


def _value(node: Expression, scope: Mapping[str, Any], given: Given, depth: int) -> Any:
    match node:
        case Constant():
            return node.value
        case Name():
            return {"today": given.today, "forever": date.max, **scope}.get(node.name, UNKNOWN)
        case Attribute():
            return _path(node, given)
        case Comparison():
            pair = _value(node.left, scope, given, depth), _value(node.right, scope, given, depth)
            return _compared(node.operator, *pair)
        case Choice():
            among = [item.value for item in node.among]
            found = _value(node.value, scope, given, depth)
            return found if isinstance(found, _Unknown) else _is_among(found, among)
        case Presence():
            found = _value(node.value, scope, given, depth)
            return found if isinstance(found, _Unknown) else (found is not None) is node.present
        case Logic():
            return _joined(node.operator, [_truth(_value(part, scope, given, depth)) for part in node.parts])
        case Negation():
            inner = _truth(_value(node.value, scope, given, depth))
            return UNKNOWN if inner is None else not inner
        case Any_():
            rows = {step.variable: UNKNOWN for step in node.steps}
            inner = _truth(_value(node.condition, {**scope, **rows}, given, depth))
            return False if inner is False else UNKNOWN
        case Sum():
            left, right = _value(node.left, scope, given, depth), _value(node.right, scope, given, depth)
            return _strict(operator.add if node.operator == "+" else operator.sub, [left, right])
        case Call():
            return _call(node, scope, given, depth)


def _path(node: Attribute, given: Given) -> Any:
    names: list[str] = []
    walked: Expression = node
    while isinstance(walked, Attribute):
        names.append(walked.name)
        walked = walked.owner
    if not isinstance(walked, Name):
        return UNKNOWN
    if walked.name == "caller":
        return given.identifiers.get(node.name, UNKNOWN)
    return _input(names[::-1], given) if walked.name == "input" else UNKNOWN


def _input(names: Sequence[str], given: Given) -> Any:
    value: Any = given.input
    kind: Any = given.kinds
    for name in names:
        kind = kind.get(name) if isinstance(kind, Mapping) else None
        value = value.get(name) if isinstance(value, Mapping) else None
    if not isinstance(kind, str):
        return UNKNOWN
    return None if value is None else _typed(value, kind)


def _typed(value: Any, kind: str) -> Any:
    """As what it is compared. What cannot be read is left to the register, which refuses it."""
    try:
        if kind == "date":
            return date.fromisoformat(value)
        if kind == "datetime":
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo is not None else UNKNOWN
    except (TypeError, ValueError):
        return UNKNOWN
    return value


def _compared(word: str, left: Any, right: Any) -> Any:
    """A comparison with a missing value is false, whatever the other one is."""
    if left is None or right is None:
        return False
    if isinstance(left, _Unknown) or isinstance(right, _Unknown):
        return UNKNOWN
    if isinstance(left, str) and isinstance(right, date):
        left = _typed(left, "datetime" if isinstance(right, datetime) else "date")
    if isinstance(right, str) and isinstance(left, date):
        right = _typed(right, "datetime" if isinstance(left, datetime) else "date")
    try:
        return _OPERATORS[word](left, right)
    except TypeError:
        return UNKNOWN  # SQL has its own word for what does not fit


def _is_among(value: Any, among: Sequence[Any]) -> Any:
    answers = [_truth(_compared("==", value, item)) for item in among]
    return _joined("or", answers)


def _joined(word: str, parts: Sequence[bool | None]) -> Any:
    final = word == "or"
    if final in parts:
        return final
    return UNKNOWN if None in parts else not final


def _strict(apply: Callable[..., Any], values: Sequence[Any]) -> Any:
    if any(value is None for value in values):
        return None
    if any(isinstance(value, _Unknown) for value in values):
        return UNKNOWN
    try:
        return apply(*values)
    except (TypeError, ValueError, OverflowError):
        return UNKNOWN


def _call(node: Call, scope: Mapping[str, Any], given: Given, depth: int) -> Any:
    if node.function == "granted" or depth > _MAX_DEPTH:
        return UNKNOWN
    arguments = [_value(argument, scope, given, depth) for argument in node.arguments]
    if node.function in BUILT_IN:
        return _built_in(node.function, arguments, given.timezone)
    # Which of several functions of a name is meant, the types of rows decide; here they are not known.
    meant = [f for f in given.functions if f.name == node.function and len(f.parameters) == len(arguments)]
    if len(meant) != 1:
        return UNKNOWN
    names = (parameter.name for parameter in meant[0].parameters)
    return _value(meant[0].body, dict(zip(names, arguments, strict=True)), given, depth + 1)


def _built_in(name: str, values: Sequence[Any], timezone: str) -> Any:
    if name == "coalesce":
        return next((value for value in values if value is not None), None)
    if name in {"min", "max"}:
        if any(isinstance(value, _Unknown) for value in values):
            return UNKNOWN
        known = [value for value in values if value is not None]
        return (min(known) if name == "min" else max(known)) if known else None
    apply: Mapping[str, Callable[..., Any]] = {
        "date": lambda moment: moment.astimezone(ZoneInfo(timezone)).date(),
        "year": lambda day: day.year,
        "day": date,
        "years": _years_later,
        "days": lambda day, number: day + timedelta(days=number),
    }
    return _strict(apply[name], values)


def _years_later(day: date, years: int) -> date:
    """29 February plus years is 28 February, as PostgreSQL has it."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
