"""A second reader of grants files, small and slow: YAML, `ast`, and Python over the rows themselves.

It shares no line with the gateway. A comparison with something that is missing is false; `not` turns that into true. A day
that is not there may be `forever`, which stays what it is whatever is added to it.
"""

from __future__ import annotations

import ast
import calendar
import operator
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from registers.common.client_key import client_key
from tests.properties.authorization.model import ONE, TYPES, Layout, Row, World

__all__ = ["SECRET", "Asker", "Grants", "Pins", "Sight", "counts"]

FOREVER = date.max
SECRET = b"geheim"
"""Of the register's client keys."""
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


@dataclass(frozen=True)
class Asker:
    """Who asks, on which day, as the claims of a token say."""

    claims: tuple[tuple[str, str], ...]
    scopes: frozenset[str]
    today: date


@dataclass
class Grants:
    """A grants file as it is written, about data that lies as `layout` says."""

    text: str
    layout: Layout = ONE
    file: dict[str, Any] = field(init=False)
    functions: list[ast.FunctionDef] = field(init=False)

    def __post_init__(self) -> None:
        self.file = yaml.safe_load(self.text)
        tree = ast.parse(textwrap.dedent(self.file.get("functions") or ""))
        self.functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        self._read: dict[str, ast.expr] = {}

    def role_of(self, asker: Asker) -> tuple[str | None, dict[str, str]]:
        """The first role that the claims fit."""
        claims = dict(asker.claims)
        for name, entry in self.file["roles"].items():
            known = entry["identifiers"]
            fits = all(claims.get(claim, value) == value for claim, value in entry.get("claims", {}).items())
            if fits and all(claim in claims and re.fullmatch(known[claim], claims[claim]) for claim in known):
                return name, {claim: claims[claim] for claim in known}
        return None, {}

    def of_role(self, role: str | None) -> Iterator[dict[str, Any]]:
        """The grants that count for a role, whatever scopes they ask for."""
        for grant in self.file["grants"]:
            if grant.get("enabled", True) and grant["action"] == "lezen" and role in _listed(grant["role"]):
                yield grant

    def at_home(self, grant: Mapping[str, Any]) -> bool:
        """Whether a grant is about rows, rather than about what another register adds to a type."""
        register, _, name = grant["type"].partition(".")
        return self.layout.homes[name] == register

    def fields_of(self, grant: Mapping[str, Any]) -> list[str]:
        return list(self._fields(grant["fields"]))

    def _fields(self, items: Any) -> Iterator[str]:
        for item in _listed(items):
            if item.startswith("<"):
                yield from self._fields(self.file["fields"][item[1:-1]])
            else:
                yield item

    def scopes_of(self, grant: Mapping[str, Any]) -> list[str]:
        return _listed(self.file["scopes"][grant["scope"]])

    def expression(self, text: str) -> ast.expr:
        if text not in self._read:
            self._read[text] = ast.parse(f"({text}\n)", mode="eval").body
        return self._read[text]

    def pins(self, name: str, where: Mapping[str, Any] | None) -> frozenset[str]:
        """What a filter on a type holds to one value: at its top, by an input field that reads that field and no other."""
        found: set[str] = set()
        for part, operators in (where or {}).items():
            reads = self.reads(f"{name}FilterInput", part)
            if isinstance(operators, Mapping) and operators.get("eq") is not None and len(reads) == 1:
                found.add(reads[0].partition(".")[2])
        return frozenset(found)

    def reads(self, input_type: str, name: str) -> list[str]:
        """The coordinates that an input field reads."""
        entry = self.file["inputs"]["types"][input_type]
        if name in {*entry.get("combinators", ()), *entry.get("claims", {}), *_listed(entry.get("ignored", ()))}:
            return []
        if name in entry.get("fields", {}):
            return _listed(entry["fields"][name])
        return [f"{entry['reads'].partition('.')[2]}.{name}"]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def counts(grant: Mapping[str, Any], pins: Pins) -> bool:
    """Whether a grant counts for the rows of a root that pins `pins`, or (None) for rows along an edge."""
    if "anchored" not in grant:
        return True
    if pins is None:
        return not grant.get("anchor_only", False)
    return pins.issuperset(_listed(grant["anchored"]))


Pins = frozenset[str] | None
"""What a query root holds to one value; None for rows that are reached along an edge."""


@dataclass
class Sight:
    """What one asker may see of a world, row by row. Counts nothing as seen before a grant says so.

    `stale`: the registers whose copies are too old to count. An alternative of a predicate that looks at them shows nothing then, a grant of
    which nothing is left does not count, and below a `not` all hangs on them: what is missing there could open something.
    An anchored grant counts at a query root that pins its fields; along an edge too, unless it is for anchored roots only.
    """

    grants: Grants
    world: World
    asker: Asker
    stale: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.role, self.identifiers = self.grants.role_of(self.asker)
        held = [g for g in self.grants.of_role(self.role) if self.holds(g) and self._hangs(g) != "all"]
        self.held: dict[str, list[tuple[dict[str, Any], frozenset[str]]]] = {}
        self.contributed: dict[str, frozenset[str]] = {}
        for grant in held:
            name, fields = grant["type"].partition(".")[2], frozenset(self.grants.fields_of(grant))
            if self.grants.at_home(grant):
                self.held.setdefault(name, []).append((grant, fields))
            else:
                self.contributed[name] = self.contributed.get(name, frozenset()) | fields - {TYPES[name].key}
        self._fields: dict[tuple[int, Pins], frozenset[str] | None] = {}

    def holds(self, grant: Mapping[str, Any]) -> bool:
        """Whether the asker has a scope of a grant."""
        return not self.asker.scopes.isdisjoint(self.grants.scopes_of(grant))

    def lessened(self, name: str, pins: Pins) -> bool:
        """Whether a grant that counts here shows less of a type than it would with fresh copies."""
        found = [g for g in self.grants.of_role(self.role) if g["type"].partition(".")[2] == name and self.holds(g)]
        return any(counts(grant, pins) and self._hangs(grant) for grant in found)

    def _hangs(self, grant: Mapping[str, Any]) -> str:
        """How much of a grant hangs on copies that do not count: nothing, `some`, or `all`."""
        expression = self.grants.expression(grant["when"]) if "when" in grant else None
        if expression is None or grant["type"].partition(".")[0] not in self.stale or not _copies(expression):
            return ""
        return "all" if _lost(expression) else "some"

    def giving(self, name: str, pins: Pins) -> list[tuple[dict[str, Any], frozenset[str]]]:
        """The grants on a type that count here, each with the fields that it gives."""
        return [(grant, fields) for grant, fields in self.held.get(name, ()) if counts(grant, pins)]

    def reach(self, name: str, pins: Pins) -> frozenset[str]:
        """The fields of a type that some row may show here. What another register adds to a type hangs on who sees it at home."""
        found = [fields for _, fields in self.giving(name, pins)]
        return frozenset().union(*found, self.contributed.get(name, ())) if found else frozenset()

    def fields(self, row: Row, pins: Pins = None) -> frozenset[str] | None:
        """The fields of a row that some grant gives; None when the row is not there for this asker."""
        key = id(row), pins
        if key not in self._fields:
            found = [fields for grant, fields in self.giving(row["type"], pins) if self._shows(grant, row)]
            more = self.contributed.get(row["type"], ())
            self._fields[key] = frozenset().union(*found, more) if found else None
        return self._fields[key]

    def visible(self, name: str, pins: Pins) -> list[Row]:
        return [row for row in self.world.rows[name] if self.fields(row, pins) is not None]

    def _shows(self, grant: Mapping[str, Any], row: Row) -> bool:
        if "part_of" in grant:
            owners = self.world.rows[grant["part_of"]]
            return any(
                any(part is row for part in self._walk(owner, path.split("."))) and self.fields(owner) is not None
                for path in _listed(grant["path"])
                for owner in owners
            )
        return "when" not in grant or self.truth(self.grants.expression(grant["when"]), {"X": row})

    def _walk(self, row: Row, path: list[str]) -> list[Row]:
        rows = [row]
        for name in path:
            rows = [other for start in rows for other in self.world.behind(start, name)]
        return rows

    # -- predicates --------------------------------------------------------------------------------------------------

    def truth(self, node: ast.expr, names: Mapping[str, Any]) -> bool:
        if self._too_old(node, names):
            return False
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return all(self.truth(value, names) for value in values)
            case ast.BoolOp(values=values):
                return any(self.truth(value, names) for value in values)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self.truth(operand, names)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [left, *comparators]
                return all(self._compare(a, op, b, names) for a, op, b in zip(sides, ops, comparators, strict=False))
            case ast.Call(func=ast.Name(id="any"), args=[ast.GeneratorExp() as generator]):
                return self._any(generator, names)
            case ast.Call(func=ast.Name(id="granted"), args=[ast.Name(id=name)]):
                return self.fields(names[name]) is not None
            case ast.Call(func=ast.Name(id=name)) if self._known(name):
                return self._call(node, names, self.truth)
            case _:
                return self.value(node, names) is True

    def _too_old(self, node: ast.expr, names: Mapping[str, Any]) -> bool:
        """Whether an expression looks at copies that do not count, as a whole: each part of an `and` or `or` does for itself."""
        if isinstance(node, ast.BoolOp) or not self.stale or "X" not in names:
            return False
        return self.grants.layout.homes[names["X"]["type"]] in self.stale and _copies(node)

    def _compare(self, left: ast.expr, op: ast.cmpop, right: ast.expr, names: Mapping[str, Any]) -> bool:
        value = self.value(left, names)
        if isinstance(op, ast.Is | ast.IsNot):
            return (value is None) == isinstance(op, ast.Is)
        if isinstance(op, ast.In | ast.NotIn):
            assert isinstance(right, ast.Tuple)
            found = value is not None and value in [self.value(item, names) for item in right.elts]
            return found == isinstance(op, ast.In)
        other = self.value(right, names)
        if value is None or other is None:
            return False
        if isinstance(other, str) and isinstance(value, date):
            other = date.fromisoformat(other)
        return COMPARED[type(op)](value, other)

    def _any(self, node: ast.GeneratorExp, names: Mapping[str, Any]) -> bool:
        def tried(index: int, names: Mapping[str, Any]) -> bool:
            if index == len(node.generators):
                return self.truth(node.elt, names)
            step = node.generators[index]
            assert isinstance(step.target, ast.Name)
            for row in self._rows(step.iter, names):
                inner = {**names, step.target.id: row}
                if all(self.truth(condition, inner) for condition in step.ifs) and tried(index + 1, inner):
                    return True
            return False

        return tried(0, names)

    def _rows(self, node: ast.expr, names: Mapping[str, Any]) -> list[Row]:
        if isinstance(node, ast.Attribute):
            return self._walk_all(self._rows(node.value, names), node.attr)
        assert isinstance(node, ast.Name)
        return [names[node.id]]

    def _walk_all(self, rows: list[Row], name: str) -> list[Row]:
        return [other for row in rows for other in self.world.behind(row, name)]

    def value(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.value(operand, names)
            case ast.Name(id="today"):
                return self.asker.today
            case ast.Name(id="forever"):
                return FOREVER
            case ast.Name(id=name):
                return names[name]
            case ast.Attribute(value=ast.Name(id="caller"), attr=name):
                return self._identifier(name)
            case ast.Attribute(value=owner, attr=name):
                rows = self._rows(owner, names)
                return rows[0]["client" if name == "client_key" else name] if rows else None
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self.value(left, names), self.value(right, names)
                return None if a is None or b is None else a + b if isinstance(op, ast.Add) else a - b
            case ast.Call(func=ast.Name(id=name), args=args) if name in _BUILT_IN:
                return _BUILT_IN[name]([self.value(argument, names) for argument in args])
            case ast.Call():
                return self._call(node, names, self.value)
            case _:
                raise AssertionError(ast.dump(node))

    def _identifier(self, name: str) -> str:
        """A code of the asker; a derived one is computed from another, as the register does it."""
        if name in self.identifiers:
            return self.identifiers[name]
        origin = self.grants.file["roles"][self.role]["derived"][name]
        return str(client_key(SECRET, self.identifiers[origin]))

    def _known(self, name: str) -> bool:
        return any(function.name == name for function in self.grants.functions)

    def _call(
        self, node: ast.Call, names: Mapping[str, Any], judge: Callable[[ast.expr, Mapping[str, Any]], Any]
    ) -> Any:
        assert isinstance(node.func, ast.Name)
        given = [self._argument(argument, names) for argument in node.args]
        for function in self.grants.functions:
            parameters = function.args.args
            if function.name != node.func.id or len(parameters) != len(given):
                continue
            if all(_takes(parameter, value) for parameter, value in zip(parameters, given, strict=True)):
                body = function.body[-1]
                assert isinstance(body, ast.Return)
                assert body.value is not None
                return judge(body.value, dict(zip((p.arg for p in parameters), given, strict=True)))
        raise AssertionError(ast.unparse(node))

    def _argument(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        if isinstance(node, ast.Name) and node.id in names:
            return names[node.id]
        return self.value(node, names)


def _copies(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Attribute) and part.attr == "betrokkenen" for part in ast.walk(node))


def _lost(node: ast.expr) -> bool:
    """Whether nothing can make an expression true without copies."""
    if isinstance(node, ast.BoolOp):
        return (all if isinstance(node.op, ast.Or) else any)(map(_lost, node.values))
    return _copies(node)


def _takes(parameter: ast.arg, value: Any) -> bool:
    assert parameter.annotation is not None
    types = [word.rpartition(".")[2] for word in ast.unparse(parameter.annotation).split(" | ")]
    if isinstance(value, dict):
        return value["type"] in types or "object" in types
    return not types[0][:1].isupper()


def _strict(function: Callable[..., Any]) -> Callable[[list[Any]], Any]:
    return lambda given: None if None in given else function(*given)


def _years(day: date, years: int) -> date:
    if day == FOREVER:
        return day
    last = calendar.monthrange(day.year + years, day.month)[1]
    return date(day.year + years, day.month, min(day.day, last))


def _day_of(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()


_BUILT_IN: dict[str, Callable[[list[Any]], Any]] = {
    "date": _strict(_day_of),
    "year": _strict(lambda day: day.year),
    "day": _strict(date),
    "days": _strict(lambda day, number: day if day == FOREVER else day + timedelta(number)),
    "years": _strict(_years),
    "min": lambda given: min((value for value in given if value is not None), default=None),
    "max": lambda given: max((value for value in given if value is not None), default=None),
    "coalesce": lambda given: next((value for value in given if value is not None), None),
}
