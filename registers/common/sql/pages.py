"""The page of a list that the caller asks for: `pagina: {eerste, na}`, with the largest of the paging column first.

A page begins after the row that `na` names, as this caller sees it: the id of a row that is not there, or not the caller's, begins a page after
nothing, which is empty. So a cursor is an id that the caller was given, and says nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import get_named_type

from registers.common.mapping import Table
from registers.common.sql.filters import input_access
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
    newest, key = f'"{table.paging.newest}"', f'"{table.key}"'
    first, after = asked.get("eerste"), asked.get("na")
    limit = f"least({scope.bind(first, 'int')}, {table.paging.most})" if isinstance(first, Leaf) else table.paging.usual
    conditions: tuple[str, ...] = ()
    if isinstance(after, Leaf):
        other = scope.alias(table, scope.rules_of(alias))
        start = f'SELECT {other}.{newest}, {other}.{key} FROM "{table.table}" AS {other}'
        found = [f"{other}.{key} = {scope.bind(after, 'uuid')}", *scope.shown(other)]
        named = f"{start} WHERE {' AND '.join(found)}"
        conditions = (f"({alias}.{newest}, {alias}.{key}) < ({named})",)
    return Page(conditions, f"{alias}.{newest} DESC, {alias}.{key} DESC", str(limit))
