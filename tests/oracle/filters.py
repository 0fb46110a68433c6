"""Filters and sorting by brute force: the published meaning of `where` and `order`, over rows a party may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cmp_to_key
from typing import Any
from uuid import UUID

from tests.oracle.rules.words import Party
from tests.oracle.table12 import allowed, visible
from tests.oracle.world import KEYS, RELATIONS, Row, World

INPUT_TYPES = {"Client": "BemiddelingClient"}
IDENTITY = {"agbCodeInstelling": "ZORGAANBIEDER", "uzoviCodeZorgkantoor": "ZORGKANTOOR"}
TO_MANY = {"all", "none", "some", "any"}


def type_of_input(name: str) -> str:
    """`ClientSortInput` → `BemiddelingClient`; `ListFilterInputTypeOfXFilterInput` → X."""
    stem = name.removeprefix("ListFilterInputTypeOf").removesuffix("FilterInput").removesuffix("SortInput")
    return INPUT_TYPES.get(stem, stem)


def foreign_key(type_name: str, field: str) -> tuple[str, str] | None:
    """A filter field that is no field of its type but the key of a parent: (relation, key field of the parent)."""
    for (owner, relation), (target, local, _) in RELATIONS.items():
        if owner == type_name and local == field and KEYS[target].lower() == field.lower():
            return relation, KEYS[target]
    return None


def coordinates(type_name: str, field: str) -> list[tuple[str, str]]:
    """What a filter or sort field reads."""
    if (type_name, field) == ("Regiehouder", "client"):
        return [("Regiehouder", "bemiddeling"), ("Bemiddeling", "client")]
    if (type_name, field) == ("BemiddelingClient", "regiehouder"):
        return [("BemiddelingClient", "bemiddeling"), ("Bemiddeling", "regiehouder")]
    if (type_name, field) in HIDDEN_KEYS:
        relation, key = HIDDEN_KEYS[type_name, field]
        return [(type_name, relation), (RELATIONS[type_name, relation][0], key)]
    return [(type_name, field)]


HIDDEN_KEYS: dict[tuple[str, str], tuple[str, str]] = {
    ("Bemiddeling", "clientID"): ("client", "clientID"),
    ("Overdracht", "bemiddelingID"): ("bemiddeling", "bemiddelingID"),
    ("Overdrachtspecificatie", "bemiddelingspecificatieID"): ("bemiddelingspecificatie", "bemiddelingspecificatieID"),
    ("Levering", "clientID"): ("client", "clientID"),
    ("Leveringperiode", "leveringID"): ("levering", "leveringID"),
    ("BehandelingPeriode", "leveringperiodeID"): ("leveringperiode", "leveringperiodeID"),
    ("Uitstelperiode", "leveringID"): ("levering", "leveringID"),
    ("Afstel", "leveringID"): ("levering", "leveringID"),
    ("Verzoek", "leveringID"): ("levering", "leveringID"),
    ("VerzoekAanbieder", "verzoekID"): ("verzoek", "verzoekID"),
}


class Reader:
    """Rows as one party sees them on one day: hidden rows are absent, refused values are null."""

    def __init__(self, world: World, party: Party) -> None:
        self.world = world
        self.party = party
        self._visible: dict[tuple[str, UUID], bool] = {}

    def visible(self, type_name: str, row: Row) -> bool:
        key = (type_name, row[KEYS[type_name]])
        found = self._visible.get(key)
        if found is None:
            found = self._visible[key] = visible(type_name, row, self.world, self.party)
        return found

    def allowed(self, type_name: str, field: str, row: Row) -> bool:
        return allowed(type_name, field, row, self.world, self.party)

    def rows(self, type_name: str) -> list[Row]:
        return [row for row in self.world.rows(type_name) if self.visible(type_name, row)]

    def related(self, type_name: str, row: Row, field: str) -> tuple[str, list[Row]]:
        target = target_type(type_name, field)
        return target, [r for r in self.world.related(type_name, row, field) if self.visible(target, r)]

    def value(self, type_name: str, row: Row, field: str) -> Any:
        readable = all(
            self.allowed(owner, name, row) for owner, name in coordinates(type_name, field) if owner == type_name
        )
        return row[field] if readable else None

    # --- where ---

    def matches(self, type_name: str, row: Row, where: Mapping[str, Any] | None) -> bool:
        return where is None or all(self._condition(type_name, row, f, value) for f, value in where.items())

    def _condition(self, type_name: str, row: Row, field: str, value: Any) -> bool:
        if field == "and":
            return value is None or all(self.matches(type_name, row, part) for part in value)
        if field == "or":
            return value is None or any(self.matches(type_name, row, part) for part in value)
        if field in IDENTITY:
            return self._identity(field, value)
        if field == "raadpleegDatum" or value is None:
            return True
        if (type_name, field) in RELATIONS:
            return self._relation(type_name, row, field, value)
        return operators(self.value(type_name, row, field), value)

    def _identity(self, field: str, value: Mapping[str, Any] | None) -> bool:
        if not value or "eq" not in value:
            return True
        return self.party.role == IDENTITY[field] and value["eq"] == self.party.code

    def _relation(self, type_name: str, row: Row, field: str, value: Mapping[str, Any]) -> bool:
        related: list[Row] = []
        target = target_type(type_name, field)
        if all(self.allowed(o, n, row) for o, n in coordinates(type_name, field) if o == type_name):
            target, related = self.related(type_name, row, field)
        if not set(value) <= TO_MANY or not value:
            return any(self.matches(target, r, value) for r in related)
        verdicts: list[bool] = []
        for quantifier, condition in value.items():
            if condition is None:
                continue
            if quantifier == "any":
                verdicts.append(bool(related) == condition)
                continue
            hits = [self.matches(target, r, condition) for r in related]
            verdicts.append({"some": any(hits), "all": all(hits), "none": not any(hits)}[quantifier])
        return all(verdicts)

    # --- order ---

    def sort(self, type_name: str, rows: Sequence[Row], order: Sequence[Mapping[str, Any] | None] | None) -> list[Row]:
        steps = [step for entry in order or () if entry for step in self._steps(type_name, entry, lambda row: row)]

        def compare(a: Row, b: Row) -> int:
            for read, descending in steps:
                verdict = _compare(read(a), read(b))
                if verdict:
                    return -verdict if descending else verdict
            return _compare(a[KEYS[type_name]].int, b[KEYS[type_name]].int)

        return sorted(rows, key=cmp_to_key(compare))

    def _steps(
        self, type_name: str, entry: Mapping[str, Any], to_row: Callable[[Row], Row | None]
    ) -> list[tuple[Callable[[Row], Any], bool]]:
        steps: list[tuple[Callable[[Row], Any], bool]] = []
        for field, direction in entry.items():
            if direction is None:
                continue
            if isinstance(direction, Mapping):
                target = target_type(type_name, field)
                steps += self._steps(target, direction, self._through(type_name, field, to_row))
            else:
                steps.append((self._reader(type_name, field, to_row), str(direction).endswith("DESC")))
        return steps

    def _through(self, type_name: str, field: str, to_row: Callable[[Row], Row | None]) -> Callable[[Row], Row | None]:
        def read(row: Row) -> Row | None:
            owner = to_row(row)
            if owner is None:
                return None
            if not all(self.allowed(o, n, owner) for o, n in coordinates(type_name, field) if o == type_name):
                return None
            _, related = self.related(type_name, owner, field)
            return related[0] if related else None

        return read

    def _reader(self, type_name: str, field: str, to_row: Callable[[Row], Row | None]) -> Callable[[Row], Any]:
        def read(row: Row) -> Any:
            owner = to_row(row)
            return None if owner is None else self.value(type_name, owner, field)

        return read


def target_type(type_name: str, field: str) -> str:
    if (type_name, field) == ("Clientprofiel", "bemiddelingen"):
        return "Bemiddeling"
    if (type_name, field) == ("Clientprofiel", "leveringen"):
        return "Levering"
    return RELATIONS[type_name, field][0]


def _compare(a: Any, b: Any) -> int:
    """Nulls sort as the largest value, as in PostgreSQL."""
    if a is None or b is None:
        return (a is None) - (b is None)
    if isinstance(a, UUID):
        a, b = a.int, b.int
    return (a > b) - (a < b)


def _ordered(value: Any, operand: Any, test: Callable[[Any, Any], bool]) -> bool:
    return value is not None and operand is not None and test(*_alike(value, operand))


def _alike(value: Any, operand: Any) -> tuple[Any, Any]:
    if isinstance(value, UUID):
        return value.int, (operand if isinstance(operand, UUID) else UUID(str(operand))).int
    if isinstance(value, datetime):
        return value, operand if isinstance(operand, datetime) else datetime.fromisoformat(operand)
    if isinstance(value, date):
        return value, operand if isinstance(operand, date) else date.fromisoformat(operand)
    return value, operand


def _equal(value: Any, operand: Any) -> bool:
    if value is None or operand is None:
        return value is None and operand is None
    a, b = _alike(value, operand)
    return a == b


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": _equal,
    "in": lambda v, o: o is not None and any(_equal(v, x) for x in o),
    "gt": lambda v, o: _ordered(v, o, lambda a, b: a > b),
    "gte": lambda v, o: _ordered(v, o, lambda a, b: a >= b),
    "lt": lambda v, o: _ordered(v, o, lambda a, b: a < b),
    "lte": lambda v, o: _ordered(v, o, lambda a, b: a <= b),
    "contains": lambda v, o: _ordered(v, o, lambda a, b: b in a),
    "startsWith": lambda v, o: _ordered(v, o, lambda a, b: a.startswith(b)),
    "endsWith": lambda v, o: _ordered(v, o, lambda a, b: a.endswith(b)),
}
_NEGATIONS = {
    "neq": "eq",
    "nin": "in",
    "ngt": "gt",
    "ngte": "gte",
    "nlt": "lt",
    "nlte": "lte",
    "ncontains": "contains",
    "nstartsWith": "startsWith",
    "nendsWith": "endsWith",
}


def operators(value: Any, conditions: Mapping[str, Any]) -> bool:
    """All operators of one operator object hold for a value (null included)."""
    for name, operand in conditions.items():
        if name == "and":
            verdict = operand is None or all(operators(value, part) for part in operand)
        elif name == "or":
            verdict = operand is None or any(operators(value, part) for part in operand)
        elif name in _NEGATIONS:
            verdict = not _TESTS[_NEGATIONS[name]](value, operand)
        else:
            verdict = _TESTS[name](value, operand)
        if not verdict:
            return False
    return True
