"""Joins as SQL: a look into the views of schema `policy`, for its being there (`EXISTS`) or for a value of its one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.authorization.conditions import FALSE, TRUE, Condition, Look, Source, joined_by, looked
from gateway.authorization.paths import Join
from gateway.authorization.sql import quoted
from gateway.authorization.tables import CLIENT_KEY

__all__ = ["Joined", "exists", "select"]


@dataclass(frozen=True, slots=True)
class Joined:
    """A join with the aliases it got."""

    join: Join
    owner: str
    alias: str


def exists(joins: Sequence[Joined], condition: Condition) -> Condition:
    """Whether rows are there along the joins for which the condition holds."""
    if not joins:
        return condition
    if condition.sql == FALSE.sql:
        return FALSE
    known = () if condition.sql == TRUE.sql else joined_by("and", condition)
    look = Look(tuple(map(_source, joins)), known)
    # Entries speak of the person; a join that leaves the person loses them.
    same = all((CLIENT_KEY, CLIENT_KEY) in joined.join.on for joined in joins)
    return looked(look, condition.entries if same else None)


def _source(joined: Joined) -> Source:
    on = tuple(map(Condition, _equalities([joined])))
    reference = joined.join.reference
    if reference is None:
        return Source(_table(joined), joined.alias, on)
    known = tuple((_of(joined.alias, remote), _of(joined.owner, local)) for local, remote in joined.join.on)
    refers = _of(joined.owner, reference.column) if reference.nullable else ""
    return Source(_table(joined), joined.alias, on, known, refers)


def select(sql: str, joins: Sequence[Joined]) -> str:
    """A value of the row that to-one joins lead to, as a scalar sub-select."""
    return f"(SELECT {sql} FROM {_sources(joins)} WHERE {' AND '.join(_equalities(joins))})"


def _sources(joins: Sequence[Joined]) -> str:
    return ", ".join(f"{_table(joined)} {joined.alias}" for joined in joins)


def _table(joined: Joined) -> str:
    return f"policy.{quoted(joined.join.target.table)}"


def _equalities(joins: Sequence[Joined]) -> list[str]:
    return [
        f"{_of(joined.alias, remote)} = {_of(joined.owner, local)}"
        for joined in joins
        for local, remote in joined.join.on
    ]


def _of(alias: str, column: str) -> str:
    return f"{alias}.{quoted(column)}"
