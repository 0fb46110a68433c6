"""One operator object on one value, as an SQL condition.

A condition here may come out as NULL, which a WHERE clause reads as false; it is only ever joined with AND and OR, which
keep that reading. A negated operator is the plain negation of its positive twin (`IS NOT TRUE`), so a null column matches
`ngt`. A comparison with null is never true, so `gt: null` finds nothing and `ngt: null` everything. `in: null` likewise;
a null inside the list of `in` means "has no value", as in `eq: null`. `or: []` has no member that holds: nothing matches.

Text is compared by code point (`COLLATE "C"`) and searched with `strpos`, `starts_with` and `right`, which know no
wildcards, so nothing has to be escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from registers.common.mapping import Kind
from registers.common.sql.values import Leaf, Leaves

__all__ = ["OPERATOR_INPUTS", "SQL_TYPES", "Bind", "conjunction", "disjunction", "negation", "operator_condition"]

SQL_TYPES: Mapping[Kind, str] = {
    "uuid": "uuid",
    "text": "text",
    "int": "int4",
    "float": "float8",
    "date": "date",
    "datetime": "timestamptz",
    "bool": "bool",
    "key": "uuid",
}

OPERATOR_INPUTS: Mapping[str, Kind] = {
    "StringOperationFilterInput": "text",
    "UuidOperationFilterInput": "uuid",
    "DateOperationFilterInput": "date",
    "DateTimeOperationFilterInput": "datetime",
    "IntOperationFilterInput": "int",
    "FloatOperationFilterInput": "float",
}

_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_SEARCHES = {
    "contains": "strpos({column}, {value}) > 0",
    "startsWith": "starts_with({column}, {value})",
    "endsWith": "right({column}, length({value})) = {value}",
}
_NEGATIONS = {
    "nin": "in",
    **{f"n{name}": name for name in (*_COMPARISONS, *_SEARCHES)},
}


class Bind(Protocol):
    """Registers a value for a parameter and returns its placeholder with its cast (`$3::uuid`)."""

    def __call__(self, source: Leaf | Leaves, kind: Kind) -> str: ...


def conjunction(parts: list[str]) -> str:
    """AND of conditions; `true` for none."""
    if "false" in parts:
        return "false"
    kept = [part for part in parts if part != "true"]
    return " AND ".join(kept) if len(kept) == 1 else f"({' AND '.join(kept)})" if kept else "true"


def disjunction(parts: list[str]) -> str:
    """OR of conditions; `false` for none."""
    if "true" in parts:
        return "true"
    kept = [part for part in parts if part != "false"]
    return " OR ".join(kept) if len(kept) == 1 else f"({' OR '.join(kept)})" if kept else "false"


def negation(condition: str) -> str:
    """Plain negation: true where `condition` is false or NULL."""
    constants = {"true": "false", "false": "true"}
    return constants.get(condition) or f"(({condition}) IS NOT TRUE)"


def operator_condition(column: str, kind: Kind, operand_kind: Kind, operators: Mapping[str, Any], bind: Bind) -> str:
    """All operators of `operators` on `column` (an SQL expression of `kind`).

    `operand_kind` is that of the operator input; an Int column under a Float input (LR's `toewijzingPercentage`) compares
    as floats.
    """
    if "float" in {kind, operand_kind} and kind != operand_kind:
        column, kind = f"{column}::float8", "float"

    def holds(name: str, value: Any) -> str:
        if name in {"and", "or"}:
            if value is None:
                return "true"
            join = conjunction if name == "and" else disjunction
            return join([whole(part) for part in value])
        if name in _NEGATIONS:
            return negation(holds(_NEGATIONS[name], value))
        return _POSITIVE[name](column, kind, name, value, bind)

    def whole(part: Mapping[str, Any] | None) -> str:
        return conjunction([holds(name, value) for name, value in (part or {}).items()])

    return whole(operators)


def _equal(column: str, kind: Kind, _name: str, value: Leaf | None, bind: Bind) -> str:
    return f"{column} IS NULL" if value is None else f"{column} = {bind(value, kind)}"


def _unequal(column: str, kind: Kind, _name: str, value: Leaf | None, bind: Bind) -> str:
    return f"{column} IS NOT NULL" if value is None else f"{column} IS DISTINCT FROM {bind(value, kind)}"


def _among(column: str, kind: Kind, _name: str, value: Leaves | None, bind: Bind) -> str:
    if value is None:
        return "false"
    found = [f"{column} = ANY({bind(value, kind)})"]
    if value.has_null:
        found.append(f"{column} IS NULL")
    return disjunction(found)


def _compare(column: str, kind: Kind, name: str, value: Leaf | None, bind: Bind) -> str:
    if value is None:
        return "false"
    ordered = f'{column} COLLATE "C"' if kind == "text" else column
    return f"{ordered} {_COMPARISONS[name]} {bind(value, kind)}"


def _search(column: str, kind: Kind, name: str, value: Leaf | None, bind: Bind) -> str:
    return "false" if value is None else _SEARCHES[name].format(column=column, value=bind(value, kind))


_POSITIVE: Mapping[str, Callable[[str, Kind, str, Any, Bind], str]] = {
    "eq": _equal,
    "neq": _unequal,
    "in": _among,
    **dict.fromkeys(_COMPARISONS, _compare),
    **dict.fromkeys(_SEARCHES, _search),
}
