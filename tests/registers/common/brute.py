"""What a filter and an order mean, in plain Python over the example's rows: the other side of the property test."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key
from typing import Any

Row = Mapping[str, Any]


@dataclass
class House:
    """All rows by table; `related` walks a relation of the example."""

    tables: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])

    def related(self, table: str, row: Row, relation: str) -> tuple[str, list[Row]]:
        if (table, relation) in THROUGH:
            first, second = THROUGH[table, relation]
            middle, rows = self.related(table, row, first)
            found = [item for between in rows for item in self.related(middle, between, second)[1]]
            return RELATIONS[middle, second][0], found
        target, local, remote = RELATIONS[table, relation]
        matching = [
            other
            for other in self.tables[target]
            if row[local] is not None and other[remote] == row[local] and other["client_key"] == row["client_key"]
        ]
        return target, matching


RELATIONS = {
    ("huis", "bewoner"): ("bewoner", "bewonerID", "bewonerID"),
    ("huis", "kamers"): ("kamer", "huisID", "huisID"),
    ("kamer", "kleur"): ("kleur", "kleurID", "kleurID"),
    ("kamer", "huis"): ("huis", "huisID", "huisID"),
    ("bewoner", "huizen"): ("huis", "bewonerID", "bewonerID"),
}
THROUGH = {("kamer", "bewoner"): ("huis", "bewoner"), ("bewoner", "kamer"): ("huizen", "kamers")}
QUANTIFIED = {("huis", "kamers"), ("bewoner", "kamer")}


def matches(house: House, table: str, row: Row, where: Mapping[str, Any] | None) -> bool:
    return all(_holds(house, table, row, name, value) for name, value in (where or {}).items())


def _holds(house: House, table: str, row: Row, name: str, value: Any) -> bool:
    if value is None:
        return True
    if name in {"and", "or"}:
        parts = value if isinstance(value, list) else [value]
        return (all if name == "and" else any)(matches(house, table, row, part) for part in parts)
    if (table, name) in QUANTIFIED:
        target, rows = house.related(table, row, name)
        return all(_quantified(house, target, rows, *pair) for pair in value.items() if pair[1] is not None)
    if (table, name) in RELATIONS or (table, name) in THROUGH:
        target, rows = house.related(table, row, name)
        return any(matches(house, target, other, value) for other in rows)
    return operators(row[name], value)


def _quantified(house: House, target: str, rows: Sequence[Row], name: str, value: Any) -> bool:
    if name == "any":
        return bool(rows) == value
    hits = [matches(house, target, row, value) for row in rows]
    return {"some": any(hits), "all": all(hits), "none": not any(hits)}[name]


def _parsed(value: Any, operand: Any) -> Any:
    if isinstance(value, dt.datetime):
        return dt.datetime.fromisoformat(operand)
    if isinstance(value, dt.date):
        return dt.date.fromisoformat(operand)
    return uuid.UUID(operand) if isinstance(value, uuid.UUID) else operand


def _equal(value: Any, operand: Any) -> bool:
    if value is None or operand is None:
        return value is None and operand is None
    return value == _parsed(value, operand)


def _with(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda v, o: v is not None and o is not None and test(v, _parsed(v, o))


TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": _equal,
    "in": lambda v, o: o is not None and any(_equal(v, item) for item in (o if isinstance(o, list) else [o])),
    "gt": _with(lambda v, o: v > o),
    "gte": _with(lambda v, o: v >= o),
    "lt": _with(lambda v, o: v < o),
    "lte": _with(lambda v, o: v <= o),
    "contains": _with(lambda v, o: o in v),
    "startsWith": _with(lambda v, o: v.startswith(o)),
    "endsWith": _with(lambda v, o: v.endswith(o)),
}


def operators(value: Any, conditions: Mapping[str, Any]) -> bool:
    def holds(name: str, operand: Any) -> bool:
        if name in {"and", "or"}:
            parts = operand if isinstance(operand, list) else [operand]
            return operand is None or (all if name == "and" else any)(operators(value, part) for part in parts)
        if name in TESTS:
            return TESTS[name](value, operand)
        return not TESTS[name.removeprefix("n") if name != "neq" else "eq"](value, operand)

    return all(holds(*pair) for pair in conditions.items())


def ordered(house: House, table: str, rows: Sequence[Row], order: Sequence[Mapping[str, Any]], key: str) -> list[Row]:
    def terms(table: str, row: Row | None, entry: Mapping[str, Any]) -> list[tuple[Any, bool]]:
        found: list[tuple[Any, bool]] = []
        for name, value in entry.items():
            if isinstance(value, str):
                found.append((None if row is None else row[name], value == "DESC"))
            elif value is not None:
                target, behind = (RELATIONS[table, name][0], []) if row is None else house.related(table, row, name)
                found += terms(target, behind[0] if behind else None, value)
        return found

    def compare(a: Row, b: Row) -> int:
        for entry in order:
            for (left, down), (right, _) in zip(terms(table, a, entry), terms(table, b, entry), strict=True):
                verdict = _compare(left, right)
                if verdict:
                    return -verdict if down else verdict
        return _compare(a[key], b[key])

    return sorted(rows, key=cmp_to_key(compare))


def _compare(a: Any, b: Any) -> int:
    if a is None or b is None:
        return (a is None) - (b is None)
    return (a > b) - (a < b)
