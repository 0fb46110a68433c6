"""The page of a list that the caller asks for: `pagina: {eerste, na}`, with the largest of the paging column first.

A page begins after the row that `na` names, as this caller sees it: the id of a row that is not there, or not the caller's, begins a page after
nothing, which is empty. So a cursor is an id that the caller was given, and says nothing else.

Order tells of values too. So rows are ordered by what the caller may read of them: those on which the paging column is refused come last, by their
key, and where it is refused altogether all do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import get_named_type

from registers.common.mapping import Column, Table
from registers.common.sql.filters import input_access, read
from registers.common.sql.operators import SQL_TYPES
from registers.common.sql.scope import Scope
from registers.common.sql.selection import Selected
from registers.common.sql.values import Leaf

__all__ = ["Page", "paged"]


@dataclass(frozen=True, slots=True)
class Page:
    """The conditions on the row, its ORDER BY and its LIMIT, as SQL."""

    conditions: tuple[str, ...]
    order: str
    limit: str


def paged(scope: Scope, selected: Selected, table: Table, alias: str) -> Page:
    """The page of `selected`, a list of rows of `table`, which comes in pages."""
    assert table.paging is not None
    asked: Mapping[str, Any] = selected.arguments.get("pagina") or {}
    for name in asked:
        input_access(scope, table, alias, f"{get_named_type(selected.argument_types['pagina']).name}.{name}")
    first, after = asked.get("eerste"), asked.get("na")
    limit = f"least({scope.bind(first, 'int')}, {table.paging.most})" if isinstance(first, Leaf) else table.paging.usual
    terms = _terms(scope, table, alias)
    conditions = (_after(scope, table, alias, terms, after),) if isinstance(after, Leaf) else ()
    return Page(conditions, ", ".join(f"{term} DESC" for term in terms), str(limit))


def _after(scope: Scope, table: Table, alias: str, terms: list[str], named: Leaf) -> str:
    """That the row comes after the one whose key is `named`, where the caller sees that one and its key."""
    other = scope.alias(table, scope.rules_of(alias))
    key = _column(table, table.key)
    wanted = scope.bind(named, "uuid")
    access = scope.rules_of(other).field(table.type, key.name)
    found = [f'{other}."{table.key}" = {wanted}', *scope.shown(other)]
    if access.refused:
        found.append("false")
    elif access.condition(other):
        found.append(f"{read(scope, key, other, access)} = {wanted}")
    source = scope.row(f'"{table.table}"', other)
    start = f"SELECT {', '.join(_terms(scope, table, other))} FROM {source} WHERE {' AND '.join(found)}"
    return f"({', '.join(terms)}) < ({start})"


def _terms(scope: Scope, table: Table, alias: str) -> list[str]:
    """What the row is ordered by, largest first: what is readable of its paging column, then its key."""
    assert table.paging is not None
    newest = _column(table, table.paging.newest)
    access = scope.rules_of(alias).field(table.type, newest.name)
    key = f'{alias}."{table.key}"'
    if access.refused:
        return [key]
    value = read(scope, newest, alias, access)
    if access.condition(alias) or newest.nullable:
        # Of a day or a moment nothing is less; a null would make the comparison with a cursor unknown.
        value = f"coalesce({value}, '-infinity'::{SQL_TYPES[newest.kind]})"
    return [value, key]


def _column(table: Table, name: str) -> Column:
    """The column called `name` in the table: a field that is no alias of another."""
    found = next((column for column in table.columns if column.column == name), None)
    if found is None:
        raise LookupError(f"{name} is no column in the mapping of {table.type}")
    return found
