"""Paths over relations as joins: `X.book.loans` becomes the tables between, and what joins them.

A table in between that only passes a key on is left out: when a step arrives at the key of a row and the next step starts
from that same key, the foreign key already says that the row exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.authorization.language.expressions import Attribute, Expression, Name
from gateway.authorization.language.problems import GrantsError, Position, meant
from gateway.authorization.tables import CLIENT_KEY, Column, Relation, Row, Tables

__all__ = ["Fork", "Join", "Segment", "forked", "reversed_joins", "split_path", "steps_of"]

Segment = tuple[str, Position]


@dataclass(frozen=True, slots=True)
class Join:
    """From a row of `source` to rows of `target`, where each pair of columns (local, remote) is equal."""

    source: Row
    target: Row
    on: tuple[tuple[str, str], ...]

    @property
    def reference(self) -> Column | None:
        """The foreign key with which a row of `source` refers to its one row of `target`, which then is there; None where none does."""
        pairs = [pair for pair in self.on if pair != (CLIENT_KEY, CLIENT_KEY)]
        if len(pairs) != 1 or len(self.on) != 2 or pairs[0][1] != self.target.key_column:
            return None
        columns = (column for column in self.source.columns.values() if column.column == pairs[0][0])
        return next((column for column in columns if column.refers == self.target.type), None)


@dataclass(frozen=True, slots=True)
class Fork:
    """Ways that begin alike, part, and meet again in rows of one person.

    `meeting` enters the rows where they meet by the person alone; the last join of each of the `arms` says which of those rows it arrives at.
    """

    before: tuple[Join, ...]
    arms: tuple[tuple[Join, ...], ...]
    meeting: Join
    after: tuple[Join, ...]


def split_path(node: Expression) -> tuple[Name, list[Segment]]:
    """`X.a.b` → `X` and `[a, b]`. Raises `GrantsError` when the path does not start at a name."""
    segments: list[Segment] = []
    while isinstance(node, Attribute):
        segments.append((node.name, node.position))
        node = node.owner
    if not isinstance(node, Name):
        raise GrantsError.at(node.position, "a path starts at a name: X.relation.column")
    return node, segments[::-1]


def steps_of(tables: Tables, start: Row, segments: Sequence[Segment], *, single: bool = False) -> list[Join]:
    """The joins along a path. `single` refuses steps that lead to many rows."""
    return _shortened(_all_steps(tables, start, segments, single=single))


def reversed_joins(tables: Tables, owner: Row, segments: Sequence[Segment], part: Row) -> list[Join]:
    """The joins from a part back to its owner, along the path that leads from the owner to it."""
    forward = _all_steps(tables, owner, segments, single=False)
    arrives = forward[-1].target.type
    if arrives != part.type:
        raise GrantsError.at(segments[0][1], f"this path leads from {owner.type} to {arrives}, not to {part.type}")
    return [
        Join(join.target, join.source, tuple((remote, local) for local, remote in join.on))
        for join in reversed(forward)
    ]


def forked(ways: Sequence[Sequence[Join]]) -> Fork | None:
    """Several ways as one with a fork in it, if none of them leaves the person and all arrive by the same table."""
    same = (CLIENT_KEY, CLIENT_KEY)
    if len(ways) < 2 or not all(same in join.on for way in ways for join in way):
        return None
    before = _alike(ways)
    rests = [way[before:] for way in ways]
    shortest = min(map(len, rests))
    if not shortest:
        return None  # one way is the beginning of another
    # The joins that arrive at the table where they meet differ; all after them are the same.
    after = min(_alike([rest[::-1] for rest in rests]), shortest - 1)
    arms = tuple(tuple(rest[: len(rest) - after]) for rest in rests)
    target, start = arms[0][-1].target, arms[0][0].source
    if any(arm[-1].target.type != target.type for arm in arms):
        return None
    meeting = Join(start, target, (same,))
    return Fork(tuple(ways[0][:before]), arms, meeting, tuple(rests[0][len(arms[0]) :]))


def _alike(ways: Sequence[Sequence[Join]]) -> int:
    """How many joins all ways have in common at their beginning."""
    count = 0
    for joins in zip(*ways, strict=False):
        if any(join != joins[0] for join in joins):
            break
        count += 1
    return count


def _all_steps(tables: Tables, start: Row, segments: Sequence[Segment], *, single: bool) -> list[Join]:
    joins: list[Join] = []
    row = start
    for name, position in segments:
        relation = row.relations.get(name)
        if relation is None:
            if name in row.columns:
                raise GrantsError.at(position, f"{row.type}.{name} is a column; it leads nowhere")
            hint = meant(name, [*row.relations, *row.columns])
            raise GrantsError.at(position, f"{row.type} has no relation '{name}'{hint}")
        if single and relation.many:
            raise GrantsError.at(position, f"{row.type}.{name} leads to many rows; write any(… for S in ….{name})")
        for step in _expanded(relation):
            joins.append(_join(tables, row, step, position))
            row = joins[-1].target
    return joins


def _expanded(relation: Relation) -> list[str | Relation]:
    return list(relation.through) if relation.through else [relation]


def _join(tables: Tables, row: Row, step: str | Relation, position: Position) -> Join:
    relation = row.relations.get(step) if isinstance(step, str) else step
    if relation is None or relation.target not in tables.rows:
        name = step if isinstance(step, str) else step.name
        raise GrantsError.at(position, f"the mapping of {tables.register} has no rows behind {row.type}.{name}")
    target = tables.rows[relation.target]
    if target.stub:
        raise GrantsError.at(
            position, f"rows of {target.type} are kept by another register; predicates stay within one"
        )
    on = relation.on
    if relation.same_client:
        on = ((CLIENT_KEY, CLIENT_KEY), *on)
    return Join(row, target, on)


def _shortened(joins: Sequence[Join]) -> list[Join]:
    kept: list[Join] = []
    for join in joins:
        before = kept[-1] if kept else None
        if before is not None and _passes_on(before, join):
            local_of = {remote: local for local, remote in before.on}
            on = tuple((local_of[local], remote) for local, remote in join.on)
            kept[-1] = Join(before.source, join.target, on)
        else:
            kept.append(join)
    return kept


def _passes_on(before: Join, join: Join) -> bool:
    return before.reference is not None and {local for local, _ in join.on} <= {remote for _, remote in before.on}
