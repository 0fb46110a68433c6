"""The small change of SQL: quoting, literals, values with their kinds, built-in functions.

Everything that ends up in a policy is made here, in `looks` or in `predicates`; no text of the grants file reaches SQL unquoted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from gateway.authorization.conditions import Entry
from gateway.authorization.language.expressions import Constant
from gateway.authorization.language.problems import GrantsError, Position

__all__ = [
    "BUILT_IN",
    "SQL_KINDS",
    "BuiltIn",
    "Value",
    "constant",
    "fit",
    "literal",
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
