"""What a question must be answered with, worked out over the rows, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cmp_to_key
from typing import Any

from tests.properties.authorization.model import LINKS, ONE, ROOTS, TYPES, Row
from tests.properties.authorization.reading import Pins, Sight
from tests.properties.authorization.refusing import Selection, at_roots, linked, refusals

__all__ = ["LEFT_OUT", "Answer", "answer"]

Path = tuple[str | int, ...]
Named = tuple[str, str]
"""A type and a key: one record."""
LEFT_OUT = "UNAUTHORIZED_FIELD_OR_TYPE"
"""What is said of a field that is left out."""


@dataclass(frozen=True)
class Answer:
    """`refused`: each coordinate with the scope that is missing and what has to be pinned, where that is why; nothing is answered then.

    A coordinate that is asked at several places may be refused for several reasons; one of them is told.
    """

    refused: frozenset[tuple[str, str | None, tuple[str, ...]]] = frozenset()
    data: dict[str, Any] | None = None
    errors: frozenset[tuple[Path, str]] = frozenset()
    unavailable: str = ""
    """Whether all of it is refused because copies are not fresh: `always`, or (`perhaps`) when a register is asked about such rows."""
    lessened: frozenset[Path] = frozenset()
    """The roots beside which is said that rows may be left out."""
    read: Mapping[Path, Named] = field(default_factory=dict[Path, Named])
    """The rows that were come by, those among them of which nothing was left for a null that may not be."""


def answer(sight: Sight, selections: list[Selection], *, partial: bool = False) -> Answer:
    """What is answered. `partial`: what is refused is left out, instead of all. By the file alone copies are always fresh."""
    found = refusals(replace(sight, stale=frozenset()) if sight.stale else sight, selections)
    if found and not partial:
        return Answer(frozenset((r.coordinate, r.scope, r.needs) for r in found if r.coordinate))
    gone = frozenset(refusal.place for refusal in found)
    if any(_left(selection, gone) for selection in selections) and sight.stale:
        return _stale(sight, selections, gone, partial=partial)
    if not any(_left(selection, gone) for selection in selections):
        return Answer(errors=frozenset((path, LEFT_OUT) for path in _refused_paths(selections, gone, ())))
    return _answered(sight, selections, gone, partial=partial)


def _stale(sight: Sight, selections: list[Selection], gone: frozenset[int], *, partial: bool) -> Answer:
    """What is answered by the registers whose copies do not count."""
    found = [refusal for refusal in refusals(sight, selections) if refusal.place not in gone]
    unavailable = "always" if at_roots(sight, selections, gone) else "perhaps" if found else ""
    roots = [root for root in selections if root.included and id(root) not in gone]
    placed = [(root, ROOTS[root.name]) for root in roots]
    pinned = [(root.key, name, sight.grants.pins(name, root.where)) for root, name in placed]
    lessened = frozenset((key,) for key, name, pins in pinned if sight.lessened(name, pins))
    return replace(_answered(sight, selections, gone, partial=partial), unavailable=unavailable, lessened=lessened)


def _answered(sight: Sight, selections: list[Selection], gone: frozenset[int], *, partial: bool) -> Answer:
    rows = _Rows(sight, gone, patient=partial or sight.grants.layout is not ONE)
    try:
        data = rows.members(None, "Query", selections, (), None)
    except _NullError:
        data = None
    return Answer(data=data, errors=frozenset(rows.errors), read=rows.read)


def _left(selection: Selection, gone: frozenset[int]) -> bool:
    if id(selection) in gone:
        return False
    return not selection.children or any(_left(child, gone) for child in selection.children)


def _refused_paths(selections: list[Selection], gone: frozenset[int], above: Path) -> Iterator[Path]:
    for selection in selections:
        if not selection.included:
            continue
        if id(selection) in gone:
            yield (*above, selection.key)
        else:
            yield from _refused_paths(selection.children, gone, (*above, selection.key))


# --- row by row -------------------------------------------------------------------------------------------------------


class _NullError(Exception):
    """A null that may not stand where it is."""


class _Rows:
    """`gone`: what is left out. `pins` go along with the rows of a root; rows along an edge have None.

    `patient`: after a null that may not be, what stands beside it is worked out all the same, for the sake of its errors: it may come from another
    register, which does not know of the null (GraphQL §6.4.4 leaves it open whether such errors are told).
    """

    def __init__(self, sight: Sight, gone: frozenset[int], *, patient: bool) -> None:
        self.sight = sight
        self.gone = gone
        self.patient = patient
        self.errors: set[tuple[Path, str]] = set()
        self.read: dict[Path, Named] = {}

    def members(
        self, row: Row | None, name: str, selections: list[Selection], path: Path, pins: Pins
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        broken = False
        if row is not None:
            self.read[path] = (name, row[TYPES[name].key])
        for selection in selections:
            if selection.included:
                try:
                    found[selection.key] = self._field(row, name, selection, (*path, selection.key), pins)
                except _NullError:
                    broken = True
                    if not self.patient:
                        raise
        if broken:
            raise _NullError
        return found

    def _field(self, row: Row | None, name: str, selection: Selection, path: Path, pins: Pins) -> Any:
        if selection.name == "__typename":
            return name
        required = selection.name in {"persoon", "zaak"} if row is None else self._required(name, selection.name)
        try:
            value = self._value(row, name, selection, path, pins)
        except _NullError:
            value = None
        if value is None and required:
            raise _NullError
        return value

    def _value(self, row: Row | None, name: str, selection: Selection, path: Path, pins: Pins) -> Any:
        if id(selection) in self.gone:
            self.errors.add((path, LEFT_OUT))
            return None
        if row is None:
            target = ROOTS[selection.name]
            pinned = self.sight.grants.pins(target, selection.where)
            return self._list(target, self.sight.visible(target, pinned), selection, path, pinned)
        if not self._allowed(row, selection.name, pins):
            self.errors.add((path, "FORBIDDEN"))
            return None
        link = LINKS.get((name, selection.name))
        if link is None:
            return _leaf(row[selection.name])
        behind = self._behind(row, selection.name)
        if link.many:
            return self._list(link.target, behind, selection, path, None)
        found = [other for other in behind if self.matches(other, selection.where, None)]
        if not found:
            if self._required(name, selection.name):
                self.errors.add((path, "DOWNSTREAM_SERVICE_ERROR"))
            return None
        return self.members(found[0], link.target, selection.children, path, None)

    def _list(self, name: str, rows: list[Row], selection: Selection, path: Path, pins: Pins) -> list[Any]:
        found = [row for row in rows if self.matches(row, selection.where, pins)]
        ordered = sorted(found, key=cmp_to_key(lambda a, b: self._order(a, b, selection.order or [], pins)))
        children = selection.children
        return self._all(lambda at, row: self.members(row, name, children, (*path, at), pins), ordered)

    def _all(self, make: Callable[[int, Row], Any], rows: list[Row]) -> list[Any]:
        found: list[Any] = []
        broken = False
        for index, row in enumerate(rows):
            try:
                found.append(make(index, row))
            except _NullError:
                broken = True
                if not self.patient:
                    raise
        if broken:
            raise _NullError
        return found

    def _required(self, name: str, member: str) -> bool:
        return self.sight.grants.layout.required(name, member)

    def _allowed(self, row: Row, name: str, pins: Pins = None) -> bool:
        return name in (self.sight.fields(row, pins) or ())

    def _behind(self, row: Row, name: str) -> list[Row]:
        return [other for other in self.sight.world.behind(row, name) if self.sight.fields(other) is not None]

    # -- filters and sorts: what is refused on a row is not there ------------------------------------------------------

    def _read(self, row: Row, input_type: str, name: str, pins: Pins) -> bool:
        """Whether an input field may read what it reads, of this row."""
        coordinates = self.sight.grants.reads(input_type, name)
        mine = [part for owner, part in (c.split(".") for c in coordinates) if owner == row["type"]]
        return all(self._allowed(row, part, pins) for part in mine)

    def matches(self, row: Row, where: Mapping[str, Any] | None, pins: Pins) -> bool:
        return all(self._holds(row, name, value, pins) for name, value in (where or {}).items())

    def _holds(self, row: Row, name: str, value: Any, pins: Pins) -> bool:
        if value is None or name == "peildatum":
            return True
        if name in {"and", "or"}:
            return (all if name == "and" else any)(self.matches(row, part, pins) for part in value)
        if name == "eigenAgb":
            return operators(self.sight.identifiers.get("agb"), value)
        readable = self._read(row, f"{row['type']}FilterInput", name, pins)
        link = linked(row["type"], name)
        if link is None:
            return operators(row[name] if readable else None, value)
        behind = self._linked_rows(row, name) if readable else []
        if not link.many:
            return any(self.matches(other, value, None) for other in behind)
        return all(self._quantified(behind, *pair) for pair in value.items() if pair[1] is not None)

    def _linked_rows(self, row: Row, name: str) -> list[Row]:
        if (row["type"], name) != ("Stuk", "persoon"):
            return self._behind(row, name)
        cases = self._behind(row, "zaak")
        return [other for case in cases if self._allowed(case, "persoon") for other in self._behind(case, "persoon")]

    def _quantified(self, rows: list[Row], quantifier: str, value: Any) -> bool:
        if quantifier == "any":
            return bool(rows) == value
        hits = [self.matches(row, value, None) for row in rows]
        return {"some": any(hits), "all": all(hits), "none": not any(hits)}[quantifier]

    def _order(self, a: Row, b: Row, order: Sequence[Mapping[str, Any]], pins: Pins) -> int:
        for entry in order:
            terms = [list(self._terms(row, row["type"], entry, pins)) for row in (a, b)]
            for (left, down), (right, _) in zip(*terms, strict=True):
                verdict = _compared(left, right)
                if verdict:
                    return -verdict if down else verdict
        key = TYPES[a["type"]].key
        return _compared(a[key], b[key])

    def _terms(self, row: Row | None, name: str, entry: Mapping[str, Any], pins: Pins) -> Iterator[tuple[Any, bool]]:
        for part, value in entry.items():
            readable = row is not None and self._read(row, f"{name}SortInput", part, pins)
            if value is None:
                continue
            if isinstance(value, str):
                yield (row[part] if row is not None and readable else None), value == "DESC"
                continue
            behind = self._linked_rows(row, part) if row is not None and readable else []
            link = linked(name, part)
            assert link is not None
            yield from self._terms(behind[0] if behind else None, link.target, value, None)


def _compared(a: Any, b: Any) -> int:
    if a is None or b is None:
        return (a is None) - (b is None)
    return (a > b) - (a < b)


def _leaf(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def operators(value: Any, conditions: Mapping[str, Any]) -> bool:
    return all(_operator(value, name, operand) for name, operand in conditions.items())


def _operator(value: Any, name: str, operand: Any) -> bool:
    if name in {"and", "or"}:
        return operand is None or (all if name == "and" else any)(operators(value, part) for part in operand)
    if name in _TESTS:
        return _TESTS[name](value, operand)
    return not _TESTS["eq" if name == "neq" else name[1:]](value, operand)


def _known(value: Any, operand: Any) -> Any:
    if isinstance(value, datetime):
        return datetime.fromisoformat(operand)
    return date.fromisoformat(operand) if isinstance(value, date) else operand


def _equal(value: Any, operand: Any) -> bool:
    if value is None or operand is None:
        return value is None and operand is None
    return value == _known(value, operand)


def _with(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, operand: value is not None and operand is not None and test(value, _known(value, operand))


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": _equal,
    "in": lambda value, operand: operand is not None and any(_equal(value, item) for item in operand),
    "gt": _with(lambda value, operand: value > operand),
    "gte": _with(lambda value, operand: value >= operand),
    "lt": _with(lambda value, operand: value < operand),
    "lte": _with(lambda value, operand: value <= operand),
    "contains": _with(lambda value, operand: operand in value),
    "startsWith": _with(lambda value, operand: value.startswith(operand)),
    "endsWith": _with(lambda value, operand: value.endswith(operand)),
}
