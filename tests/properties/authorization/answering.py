"""What a question must be answered with, worked out over the rows: first by the file alone, then row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cmp_to_key
from typing import Any

from tests.properties.authorization.model import LINKS, ROOTS, TYPES, Row
from tests.properties.authorization.reading import Sight

__all__ = ["Answer", "Selection", "answer"]

Path = tuple[str | int, ...]


@dataclass
class Selection:
    """A field as it is meant: fragments, literals and variables are matters of writing. `where` and `order` are absent when None."""

    key: str
    name: str
    where: Mapping[str, Any] | None = None
    order: Sequence[Mapping[str, Any]] | None = None
    children: list[Selection] = field(default_factory=list["Selection"])
    included: bool = True


@dataclass(frozen=True)
class Answer:
    """`refused`: each coordinate with the scope that is missing, if that is what is missing; nothing is answered then."""

    refused: frozenset[tuple[str, str | None]] = frozenset()
    data: dict[str, Any] | None = None
    errors: frozenset[tuple[Path, str]] = frozenset()


def answer(sight: Sight, selections: list[Selection]) -> Answer:
    refused: dict[str, str | None] = {}
    for coordinate, scope in _Static(sight).refused(selections):
        refused.setdefault(coordinate, scope)
    if refused:
        return Answer(frozenset(refused.items()))
    rows = _Rows(sight)
    try:
        data = rows.members(None, "Query", selections, ())
    except _NullError:
        data = None
    return Answer(data=data, errors=frozenset(rows.errors))


# --- by the file alone ------------------------------------------------------------------------------------------------


class _Static:
    def __init__(self, sight: Sight) -> None:
        self.sight = sight

    def refused(self, selections: list[Selection]) -> Iterator[tuple[str, str | None]]:
        for root in selections:
            if root.included and root.name in ROOTS:
                yield from self._inputs(ROOTS[root.name], root)
                yield from self._beneath("Query", ROOTS[root.name], root)

    def _beneath(self, owner: str, name: str, selection: Selection) -> Iterator[tuple[str, str | None]]:
        found = [issue for child in selection.children if child.included for issue in self._field(name, child)]
        yield from found
        if not found and name not in self.sight.held:
            scopes = [self._scopes(grant) for grant in self._grants(name)]
            yield f"{owner}.{selection.name}", scopes[0][0] if scopes else None

    def _field(self, owner: str, selection: Selection) -> Iterator[tuple[str, str | None]]:
        if selection.name == "__typename":
            return
        yield from self._read(f"{owner}.{selection.name}")
        if selection.children:
            target = LINKS[owner, selection.name].target
            yield from self._inputs(target, selection)
            yield from self._beneath(owner, target, selection)

    def _inputs(self, name: str, selection: Selection) -> Iterator[tuple[str, str | None]]:
        """Filtering and sorting is reading; and who may see nothing behind a link may not even count what is there."""
        reads = list(self._filter(f"{name}FilterInput", selection.where or {}))
        reads += [read for entry in selection.order or () for read in self._sort(f"{name}SortInput", entry)]
        for coordinate in reads:
            found = list(self._read(coordinate))
            yield from found
            owner, _, member = coordinate.partition(".")
            link = LINKS.get((owner, member))
            if found or link is None or link.target in self.sight.held:
                continue
            if not any(other.startswith(f"{link.target}.") for other in reads):
                scopes = [self._scopes(grant) for grant in self._grants(link.target)]
                yield coordinate, scopes[0][0] if scopes else None

    def _filter(self, input_type: str, where: Mapping[str, Any]) -> Iterator[str]:
        for name, value in where.items():
            if name in {"and", "or"}:
                for part in value or ():
                    yield from self._filter(input_type, part)
                continue
            yield from self.sight.grants.reads(input_type, name)
            link = _linked(input_type.removesuffix("FilterInput"), name)
            if link is None or value is None:
                continue
            parts = [value]
            if link.many:
                parts = [part for quantifier, part in value.items() if quantifier != "any" and part is not None]
            for part in parts:
                yield from self._filter(f"{link.target}FilterInput", part)

    def _sort(self, input_type: str, entry: Mapping[str, Any]) -> Iterator[str]:
        for name, value in entry.items():
            yield from self.sight.grants.reads(input_type, name)
            if isinstance(value, Mapping):
                link = _linked(input_type.removesuffix("SortInput"), name)
                yield from self._sort(f"{link.target}SortInput", value)

    def _read(self, coordinate: str) -> Iterator[tuple[str, str | None]]:
        if coordinate in self.sight.reach:
            return
        name, _, read = coordinate.partition(".")
        giving = [grant for grant in self._grants(name) if read in self.sight.grants.fields_of(grant)]
        yield coordinate, self._scopes(giving[0])[0] if giving else None

    def _grants(self, name: str) -> list[Mapping[str, Any]]:
        found = self.sight.grants.of_role(self.sight.role)
        return [grant for grant in found if grant["type"].partition(".")[2] == name]

    def _scopes(self, grant: Mapping[str, Any]) -> list[str]:
        return self.sight.grants.scopes_of(grant)


def _linked(name: str, link: str) -> Any:
    """A link as filters and sorts know it: the person of a paper is behind its case."""
    return LINKS["Zaak", "persoon"] if (name, link) == ("Stuk", "persoon") else LINKS.get((name, link))


# --- row by row -------------------------------------------------------------------------------------------------------


class _NullError(Exception):
    """A null that may not stand where it is."""


class _Rows:
    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.errors: set[tuple[Path, str]] = set()

    def members(self, row: Row | None, name: str, selections: list[Selection], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for selection in selections:
            if selection.included:
                found[selection.key] = self._field(row, name, selection, (*path, selection.key))
        return found

    def _field(self, row: Row | None, name: str, selection: Selection, path: Path) -> Any:
        if selection.name == "__typename":
            return name
        required = selection.name in {"persoon", "zaak"} if row is None else selection.name in TYPES[name].required
        try:
            value = self._value(row, name, selection, path)
        except _NullError:
            value = None
        if value is None and required:
            raise _NullError
        return value

    def _value(self, row: Row | None, name: str, selection: Selection, path: Path) -> Any:
        if row is None:
            return self._list(ROOTS[selection.name], self.sight.visible(ROOTS[selection.name]), selection, path)
        if not self._allowed(row, selection.name):
            self.errors.add((path, "FORBIDDEN"))
            return None
        link = LINKS.get((name, selection.name))
        if link is None:
            return _leaf(row[selection.name])
        behind = self._behind(row, selection.name)
        if link.many:
            return self._list(link.target, behind, selection, path)
        found = [other for other in behind if self.matches(other, selection.where)]
        if not found:
            if selection.name in TYPES[name].required:
                self.errors.add((path, "DOWNSTREAM_SERVICE_ERROR"))
            return None
        return self.members(found[0], link.target, selection.children, path)

    def _list(self, name: str, rows: list[Row], selection: Selection, path: Path) -> list[Any]:
        found = [row for row in rows if self.matches(row, selection.where)]
        ordered = sorted(found, key=cmp_to_key(lambda a, b: self._order(a, b, selection.order or [])))
        return [self.members(row, name, selection.children, (*path, index)) for index, row in enumerate(ordered)]

    def _allowed(self, row: Row, name: str) -> bool:
        return name in (self.sight.fields(row) or ())

    def _behind(self, row: Row, name: str) -> list[Row]:
        return [other for other in self.sight.world.behind(row, name) if self.sight.fields(other) is not None]

    # -- filters and sorts: what is refused on a row is not there ------------------------------------------------------

    def _read(self, row: Row, input_type: str, name: str) -> bool:
        """Whether an input field may read what it reads, of this row."""
        coordinates = self.sight.grants.reads(input_type, name)
        mine = [part for owner, part in (c.split(".") for c in coordinates) if owner == row["type"]]
        return all(self._allowed(row, part) for part in mine)

    def matches(self, row: Row, where: Mapping[str, Any] | None) -> bool:
        return all(self._holds(row, name, value) for name, value in (where or {}).items())

    def _holds(self, row: Row, name: str, value: Any) -> bool:
        if value is None or name == "peildatum":
            return True
        if name in {"and", "or"}:
            return (all if name == "and" else any)(self.matches(row, part) for part in value)
        if name == "eigenAgb":
            return operators(self.sight.identifiers.get("agb"), value)
        readable = self._read(row, f"{row['type']}FilterInput", name)
        if _linked(row["type"], name) is None:
            return operators(row[name] if readable else None, value)
        behind = self._linked_rows(row, name) if readable else []
        if not LINKS.get((row["type"], name), LINKS["Zaak", "persoon"]).many:
            return any(self.matches(other, value) for other in behind)
        return all(self._quantified(behind, *pair) for pair in value.items() if pair[1] is not None)

    def _linked_rows(self, row: Row, name: str) -> list[Row]:
        if (row["type"], name) != ("Stuk", "persoon"):
            return self._behind(row, name)
        cases = self._behind(row, "zaak")
        return [other for case in cases if self._allowed(case, "persoon") for other in self._behind(case, "persoon")]

    def _quantified(self, rows: list[Row], quantifier: str, value: Any) -> bool:
        if quantifier == "any":
            return bool(rows) == value
        hits = [self.matches(row, value) for row in rows]
        return {"some": any(hits), "all": all(hits), "none": not any(hits)}[quantifier]

    def _order(self, a: Row, b: Row, order: Sequence[Mapping[str, Any]]) -> int:
        for entry in order:
            for (left, down), (right, _) in zip(self._terms(a, entry), self._terms(b, entry), strict=True):
                verdict = _compared(left, right)
                if verdict:
                    return -verdict if down else verdict
        key = TYPES[a["type"]].key
        return _compared(a[key], b[key])

    def _terms(self, row: Row, entry: Mapping[str, Any]) -> list[tuple[Any, bool]]:
        return list(self._terms_of(row, row["type"], entry))

    def _terms_of(self, row: Row | None, name: str, entry: Mapping[str, Any]) -> Iterator[tuple[Any, bool]]:
        for part, value in entry.items():
            readable = row is not None and self._read(row, f"{name}SortInput", part)
            if value is None:
                continue
            if isinstance(value, str):
                yield (row[part] if row is not None and readable else None), value == "DESC"
                continue
            behind = self._linked_rows(row, part) if row is not None and readable else []
            yield from self._terms_of(behind[0] if behind else None, _linked(name, part).target, value)


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
