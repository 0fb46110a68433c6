"""The small change of SQL: quoting, literals, conditions that know what they cost, built-in functions.

Everything that ends up in a policy is made here or in `predicates`; no text of the grants file reaches SQL unquoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from gateway.authorization.language.expressions import Constant
from gateway.authorization.language.problems import GrantsError, Position

__all__ = [
    "BUILT_IN",
    "FALSE",
    "FRESH",
    "SQL_KINDS",
    "TRUE",
    "BuiltIn",
    "Condition",
    "Entry",
    "Look",
    "Value",
    "combine",
    "constant",
    "fit",
    "literal",
    "looked",
    "merged",
    "quoted",
    "setting",
]


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text constant."""
    return "'" + value.replace("'", "''") + "'"


def setting(name: str, cast: str = "") -> str:
    """A setting of the transaction. It is stable, so an index is asked with it once a scan.

    As an uncorrelated sub-select it would be read once a statement; but there are dozens in a statement, and each is a plan of its own, which costs
    more to make and to begin than it saves (docs/performance.md).
    """
    return f"nullif(current_setting({literal('caller.' + name)}, true), ''){cast}"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """Where rows of a caller can be found: those of `table` whose `column` is the caller's own `identifier`."""

    table: str
    column: str
    identifier: str
    kind: str


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar: SQL and kind (`date`, `text`, `uuid`, …). A constant's kind adapts to what it is compared with.

    `place` is the (table, column) that it stands in, `identifier` which one of the caller's it is, if it is just that.
    """

    sql: str
    kind: str
    constant: bool = False
    place: tuple[str, str] | None = None
    identifier: str = ""

    def own(self, other: Value) -> frozenset[Entry] | None:
        """The entry that equality of the two gives, which are of one kind: a column with a code or the key of a person, and the caller's own."""
        for column, code in ((self, other), (other, self)):
            if column.place and code.identifier:
                return frozenset({Entry(*column.place, code.identifier, column.kind)})
        return None


@dataclass(frozen=True, slots=True)
class Look:
    """A look into tables, taken apart: the tables with the aliases that they got, and what all has to hold of their rows."""

    tables: tuple[str, ...]
    aliases: tuple[str, ...]
    where: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A truth value. `cost` counts the tables that it looks into; `operator` is its outermost `and` or `or`, if any, and `parts` what an
    `and` joins; `look` is set where it is one look into tables and nothing else.

    `entries`: it holds only for rows of a person of whom one of these entries has a row too. None: nothing of the kind is
    known; empty: it never holds.
    """

    sql: str
    cost: int = 0
    operator: str = ""
    entries: frozenset[Entry] | None = None
    parts: tuple[Condition, ...] = ()
    look: Look | None = None


TRUE = Condition("true")
FALSE = Condition("false", entries=frozenset())
FRESH = Condition("current_setting('caller.relations', true) = 'fresh'")
"""Whether copies of other registers' rows are fresh; the register says so of each transaction."""


def combine(operator: str, parts: Iterable[Condition]) -> Condition:
    """Join conditions with `and` or `or`: constants folded, repetitions dropped, the cheapest first."""
    neutral, final = (TRUE, FALSE) if operator == "and" else (FALSE, TRUE)
    flat: dict[str, Condition] = {}
    for part in sorted(parts, key=lambda part: part.cost):
        if part.sql == final.sql:
            return final
        if part.sql != neutral.sql:
            flat.setdefault(part.sql, part)
    if not flat:
        return neutral
    if len(flat) == 1:
        return next(iter(flat.values()))
    entries = _entries(operator, flat)
    joined = tuple(flat.values()) if operator == "and" else tuple(merged(flat.values()))
    if len(joined) == 1:
        return replace(joined[0], entries=entries)
    texts = [part.sql if part.operator in {"", operator} else f"({part.sql})" for part in joined]
    return Condition(
        f" {operator.upper()} ".join(texts),
        sum(part.cost for part in joined),
        operator,
        entries,
        joined if operator == "and" else (),
    )


def looked(look: Look, entries: frozenset[Entry] | None = None) -> Condition:
    """Whether such rows are there."""
    sources = ", ".join(f"{table} {alias}" for table, alias in zip(look.tables, look.aliases, strict=True))
    where = " AND ".join(f"({part.sql})" if part.operator == "or" else part.sql for part in look.where)
    cost = sum(part.cost for part in look.where) + len(look.tables)
    # OFFSET 0 changes nothing, and keeps PostgreSQL from planning each EXISTS twice, asked for a row and hashed for all: what is nested twice
    # would be planned four times, and all of it is in every plan.
    return Condition(f"EXISTS (SELECT FROM {sources} WHERE {where} OFFSET 0)", cost, entries=entries, look=look)


def merged(alternatives: Iterable[Condition]) -> list[Condition]:
    """The alternatives, where looks that differ in one condition are one look with a choice in it: each is a plan of its own."""
    kept: list[Condition] = []
    for found in alternatives:
        for place, known in enumerate(kept):
            one = _as_one(known, found)
            if one is not None:
                kept[place] = one
                break
        else:
            kept.append(found)
    return kept


def _as_one(first: Condition, other: Condition) -> Condition | None:
    ours, theirs = first.look, other.look
    if ours is None or theirs is None or ours.tables != theirs.tables or len(ours.where) != len(theirs.where):
        return None
    names = dict(zip(theirs.aliases, ours.aliases, strict=True))
    asked = [_renamed(part.sql, names) for part in theirs.where]
    differing = [place for place, part in enumerate(ours.where) if part.sql != asked[place]]
    if not differing:
        return first
    if len(differing) != 1:
        return None
    place = differing[0]
    inner = set(_TOKEN.findall(theirs.where[place].sql)) - names.keys()
    if not inner.isdisjoint(ours.aliases):
        return None  # an alias of theirs, further in, would hide one of ours
    choice = combine("or", (ours.where[place], _under(theirs.where[place], names)))
    entries = first.entries | other.entries if first.entries is not None and other.entries is not None else None
    return looked(replace(ours, where=(*ours.where[:place], choice, *ours.where[place + 1 :])), entries)


_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\bpol[0-9]+\b""")


def _under(condition: Condition, names: Mapping[str, str]) -> Condition:
    """With other aliases, also in all that it is made of: that is what it may be merged by next."""
    look = condition.look
    return replace(
        condition,
        sql=_renamed(condition.sql, names),
        parts=tuple(_under(part, names) for part in condition.parts),
        look=None if look is None else replace(look, where=tuple(_under(part, names) for part in look.where)),
    )


def _renamed(sql: str, names: Mapping[str, str]) -> str:
    """With other aliases; what is quoted stays."""
    return _TOKEN.sub(lambda token: names.get(token[0], token[0]), sql)


def _entries(operator: str, parts: Mapping[str, Condition]) -> frozenset[Entry] | None:
    """Of parts that all hold, the narrowest entries; of alternatives those of all, if each has some."""
    known = [part.entries for part in parts.values() if part.entries is not None]
    if operator == "and":
        return min(known, key=lambda entries: (len(entries), sorted(entries)), default=None)
    return frozenset[Entry]().union(*known) if len(known) == len(parts) else None


def constant(node: Constant) -> Value:
    if isinstance(node.value, bool):
        return Value("true" if node.value else "false", "bool", constant=True)
    if isinstance(node.value, int):
        return Value(str(node.value), "int", constant=True)
    return Value(literal(node.value), "text", constant=True)


def fit(value: Value, other: Value, position: Position) -> Value:
    """Make `value` comparable with `other`, or say why it is not."""
    if value.kind == other.kind or {value.kind, other.kind} == {"int", "float"}:
        return value
    if value.constant and value.kind == "text" and other.kind in _CASTS:
        _check_literal(value.sql[1:-1], other.kind, position)
        return Value(f"{value.sql}::{_CASTS[other.kind]}", other.kind)
    if other.constant and other.kind == "text" and value.kind in _CASTS:
        return value
    hint = "; date(…) gives the day of a moment" if {value.kind, other.kind} == {"date", "datetime"} else ""
    raise GrantsError.at(position, f"a {value.kind} cannot be compared with a {other.kind}{hint}")


def _check_literal(text: str, kind: str, position: Position) -> None:
    try:
        {"uuid": UUID, "date": date.fromisoformat, "datetime": datetime.fromisoformat}[kind](text)
    except ValueError:
        raise GrantsError.at(position, f"'{text}' is no {kind}") from None


SQL_KINDS = {
    "text": "text",
    "int": "integer",
    "float": "double precision",
    "bool": "boolean",
    "uuid": "uuid",
    "date": "date",
    "datetime": "timestamptz",
}
"""How each kind of value is called in PostgreSQL."""
_CASTS = {"uuid": "uuid", "date": "date", "datetime": "timestamptz"}


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """`strict`: missing when an argument is missing. `takes` are the kinds asked for; `alike` takes two or more of one kind
    and gives that kind.
    """

    name: str
    takes: tuple[str, ...]
    gives: str
    write: Callable[[Sequence[str], str], str]
    strict: bool = True
    alike: bool = False

    def kind_of(self, values: Sequence[Value], position: Position) -> str:
        """The kind of the result. Raises `GrantsError` when the arguments do not fit."""
        if self.alike:
            kinds = {value.kind for value in values if not value.constant} or {value.kind for value in values}
            if len(values) < 2 or len(kinds) != 1:
                raise GrantsError.at(position, f"{self.name} takes two or more values of one kind")
            return kinds.pop()
        given = tuple(value.kind for value in values)
        if given != self.takes:
            raise GrantsError.at(
                position, f"{self.name} takes ({', '.join(self.takes)}), not ({', '.join(given) or 'nothing'})"
            )
        return self.gives


def _alike(name: str, word: str) -> BuiltIn:
    return BuiltIn(name, (), "", lambda given, _: f"{word}({', '.join(given)})", strict=False, alike=True)


BUILT_IN: dict[str, BuiltIn] = {
    built_in.name: built_in
    for built_in in (
        BuiltIn("date", ("datetime",), "date", lambda a, zone: f"({a[0]} AT TIME ZONE {zone})::date"),
        BuiltIn("year", ("date",), "int", lambda a, _: f"extract(year FROM {a[0]})::int"),
        BuiltIn("day", ("int", "int", "int"), "date", lambda a, _: f"make_date({', '.join(a)})"),
        # 29 February plus years is 28 February, as `make_interval` has it.
        BuiltIn("years", ("date", "int"), "date", lambda a, _: f"({a[0]} + make_interval(years => {a[1]}))::date"),
        BuiltIn("days", ("date", "int"), "date", lambda a, _: f"({a[0]} + {a[1]})"),
        _alike("min", "least"),
        _alike("max", "greatest"),
        _alike("coalesce", "coalesce"),
    )
}
"""What predicates may call besides the functions of the file. `min` and `max` pass over missing values."""
