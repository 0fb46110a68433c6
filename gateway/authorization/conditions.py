"""Conditions of policies: truth values in SQL that know what they cost and what they are made of, so that little of it has to be written.

PostgreSQL prepares every look into a table (`EXISTS`) of every policy in a statement each time that it runs it, looked into or not, and by key that is
most of a statement's time (docs/performance.md). So looks that begin alike become one with a choice in it, a look within a look a join, and a
table that is only passed through is not looked into.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.authorization.aliases import aliases, bound, columns_of, renamed

__all__ = [
    "FALSE",
    "FRESH",
    "TRUE",
    "Condition",
    "Entry",
    "Look",
    "Source",
    "combine",
    "joined_by",
    "looked",
    "merged",
]


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """Where rows of a caller can be found: those of `table` whose `column` is the caller's own `identifier`."""

    table: str
    column: str
    identifier: str
    kind: str


@dataclass(frozen=True, slots=True)
class Source:
    """A table that is looked into, the alias that it got, and what joins it to the row in question or to a table before it.

    `known` is set where a foreign key says that its row is there: the columns that join it, each with the one before that it equals; `refers`
    is the foreign key, if it may be null.
    """

    table: str
    alias: str
    on: tuple[Condition, ...]
    known: tuple[tuple[str, str], ...] = ()
    refers: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A look into tables, taken apart: the tables, and what all has to hold of their rows besides what joins them."""

    sources: tuple[Source, ...]
    where: tuple[Condition, ...]

    @property
    def aliases(self) -> frozenset[str]:
        return frozenset(source.alias for source in self.sources)


@dataclass(frozen=True, slots=True)
class Condition:
    """A truth value. `cost` counts the tables that it looks into; `operator` is its outermost `and` or `or`, if any, and `parts` what that
    joins; `look` is set where it is one look into tables and nothing else.

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
    each = [inner for part in parts for inner in joined_by(operator, part)]
    for part in sorted(each, key=lambda part: part.cost):
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
    common = _common(joined) if operator == "or" else []
    if common:
        return replace(_factored(common, joined), entries=entries)
    texts = [part.sql if part.operator in {"", operator} else f"({part.sql})" for part in joined]
    return Condition(
        f" {operator.upper()} ".join(texts),
        sum(part.cost for part in joined),
        operator,
        entries,
        joined,
    )


def joined_by(operator: str, condition: Condition) -> tuple[Condition, ...]:
    """What a condition joins with `operator` on the outside: itself, where that is not its operator."""
    return condition.parts if condition.operator == operator and condition.parts else (condition,)


def _common(alternatives: Sequence[Condition]) -> list[Condition]:
    """What every alternative asks for."""
    first, *others = alternatives
    texts = [{part.sql for part in joined_by("and", other)} for other in others]
    return [part for part in joined_by("and", first) if all(part.sql in known for known in texts)]


def _factored(common: Sequence[Condition], alternatives: Sequence[Condition]) -> Condition:
    """`(A and B) or (A and C)` as `A and (B or C)`: said once, and what is not in a choice an index can answer."""
    asked = {part.sql for part in common}
    rests = [[part for part in joined_by("and", found) if part.sql not in asked] for found in alternatives]
    return combine("and", [*common, combine("or", [combine("and", rest) for rest in rests])])


def looked(look: Look, entries: frozenset[Entry] | None = None) -> Condition:
    """Whether such rows are there.

    Freshness is no row's matter and is asked outside: inside, it is a step of the plan that is prepared each time.
    """
    where = tuple(part for part in look.where if part.sql != FRESH.sql)
    if len(where) < len(look.where):
        return combine("and", [FRESH, looked(replace(look, where=where), entries)])
    inner = [part for part in where if part.look is not None]
    if len(inner) == 1:
        return looked(_flattened(replace(look, where=where), inner[0]), entries)
    nearer = _nearer(look)
    if nearer is not None:
        found = combine("and", nearer)
        return found if entries is None else replace(found, entries=entries)
    sources = ", ".join(f"{source.table} {source.alias}" for source in look.sources)
    asked = (*(condition for source in look.sources for condition in source.on), *where)
    text = " AND ".join(f"({part.sql})" if part.operator == "or" else part.sql for part in asked)
    cost = sum(part.cost for part in where) + len(look.sources)
    # OFFSET 0 changes nothing, and keeps PostgreSQL from planning each EXISTS twice, asked for a row and hashed for all: what is nested twice
    # would be planned four times, and all of it is in every plan.
    return Condition(f"EXISTS (SELECT FROM {sources} WHERE {text} OFFSET 0)", cost, entries=entries, look=look)


def _flattened(look: Look, inner: Condition) -> Look:
    """`∃x (A and ∃y B)` as `∃x, y (A and B)`: a join is less to prepare than a look within a look."""
    assert inner.look is not None
    rest = tuple(part for part in look.where if part is not inner)
    return Look((*look.sources, *inner.look.sources), (*rest, *inner.look.where))


def _nearer(look: Look) -> list[Condition] | None:
    """What all has to hold instead of a look that only passes through one of its tables; None where it reads something of each.

    `∃x, y (x.key = r.x and y.of = x.key and A(y))` is `∃y (y.of = r.x and A(y))` where `r.x` refers to a row of x.
    """
    for source in look.sources:
        rest = tuple(other for other in look.sources if other is not source)
        asked = [part for other in rest for part in other.on] + [*look.where]
        if not _known(source, asked) or not (rest or all(map(_never_null, look.where))):
            continue
        moved = _look_under(Look(rest, look.where), dict(source.known))
        there = _referring(source, moved)
        if not rest:
            return [there, *moved.where]
        if aliases(there.sql) & moved.aliases:
            return [looked(replace(moved, where=(there, *moved.where)))]
        return [there, looked(moved)]
    return None


def _referring(source: Source, moved: Look) -> Condition:
    """That there is a row which is referred to: null refers to none. What is compared with null does not hold anyway."""
    compared = any(part.sql.endswith(f" = {source.refers}") for other in moved.sources for part in other.on)
    return Condition(f"{source.refers} IS NOT NULL") if source.refers and not compared else TRUE


def _known(source: Source, asked: Iterable[Condition]) -> bool:
    """Whether nothing is asked of the table's row but what the row before it says too."""
    columns = {column for column, _ in source.known}
    read = frozenset[str]().union(*(columns_of(source.alias, part.sql) for part in asked))
    return bool(columns) and read <= columns


def _never_null(condition: Condition) -> bool:
    return condition.look is not None or (bool(condition.parts) and all(map(_never_null, condition.parts)))


def merged(alternatives: Iterable[Condition]) -> list[Condition]:
    """The alternatives, where looks that begin alike are one look with a choice in it.

    `∃x (A and B) or ∃x (A and C)` is `∃x (A and (B or C))`: one table to prepare and to look into instead of two.
    """
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
    ours, theirs = _only_look(first), _only_look(other)
    if ours is None or theirs is None:
        return None
    known = {part.sql for part in theirs[0]}
    both = [part for part in ours[0] if part.sql in known]
    inner = [_inside(outer, look, both) for outer, look in (ours, theirs)]
    if inner[0] is None or inner[1] is None:
        return None
    look = _one_look(inner[0], inner[1])
    if look is None:
        return None
    entries = first.entries | other.entries if first.entries is not None and other.entries is not None else None
    return combine("and", [*both, looked(look, entries)])


def _only_look(condition: Condition) -> tuple[list[Condition], Look] | None:
    """A condition that is one look and what else has to hold, if it is."""
    parts = joined_by("and", condition)
    looks = [part.look for part in parts if part.look is not None]
    return ([part for part in parts if part.look is None], looks[0]) if len(looks) == 1 else None


def _inside(outer: Sequence[Condition], look: Look, both: Sequence[Condition]) -> Look | None:
    """The look with what only this alternative asks for besides: `A and ∃x B` is `∃x (A and B)`.

    None where that would ask for what is no row's matter, look into tables once for each row, or mean another row by an alias.
    """
    asked = {part.sql for part in both}
    moved = [part for part in outer if part.sql not in asked]
    if any(part.sql == FRESH.sql or part.cost or aliases(part.sql) & look.aliases for part in moved):
        return None
    return replace(look, where=(*moved, *look.where))


def _one_look(ours: Look, theirs: Look) -> Look | None:
    """Both looks as one, as far as they walk the same tables from the beginning; what comes after is looked into from there."""
    apart = _apart(theirs, ours)
    if apart is None:
        return None
    theirs = apart
    names: dict[str, str] = {}
    for mine, other in zip(ours.sources, theirs.sources, strict=False):
        here = names | {other.alias: mine.alias}
        on = [renamed(condition.sql, here) for condition in other.on]
        if mine.table != other.table or [condition.sql for condition in mine.on] != on:
            break
        names = here
    if not names:
        return None
    head, further = _headed(ours, len(names)), _headed(theirs, len(names))
    asked = [_under(part, names) for part in further.where]
    texts, known = {part.sql for part in head.where}, {part.sql for part in asked}
    common = [part for part in head.where if part.sql in known]
    choice = combine(
        "or",
        [
            combine("and", [part for part in head.where if part.sql not in known]),
            combine("and", [part for part in asked if part.sql not in texts]),
        ],
    )
    return replace(head, where=tuple(common) if choice.sql == TRUE.sql else (*common, choice))


def _headed(look: Look, count: int) -> Look:
    """The first `count` tables, with the rest as a look from there."""
    if count == len(look.sources):
        return look
    rest = look.sources[count:]
    behind = frozenset(source.alias for source in rest)
    inside = tuple(part for part in look.where if behind & aliases(part.sql))
    before = tuple(part for part in look.where if not behind & aliases(part.sql))
    return Look(look.sources[:count], (*before, looked(Look(rest, inside))))


def _apart(look: Look, other: Look) -> Look | None:
    """With no alias, however far in, that one of the other look's tables has: it would hide that table there.

    None where such an alias is of a row around the look.
    """
    texts = [part.sql for source in look.sources for part in source.on] + [part.sql for part in look.where]
    seen = frozenset[str]().union(*map(aliases, texts))
    own = look.aliases.union(*map(bound, texts))
    if (seen - own) & other.aliases:
        return None
    new = max(int(alias[3:]) for alias in seen | own | other.aliases) + 1
    names = {alias: f"pol{new + place}" for place, alias in enumerate(sorted(own & other.aliases))}
    return _look_under(look, names) if names else look


def _under(condition: Condition, names: Mapping[str, str]) -> Condition:
    """With other aliases, also in all that it is made of: that is what it may be merged by next."""
    look = condition.look
    return replace(
        condition,
        sql=renamed(condition.sql, names),
        parts=tuple(_under(part, names) for part in condition.parts),
        look=None if look is None else _look_under(look, names),
    )


def _look_under(look: Look, names: Mapping[str, str]) -> Look:
    sources = tuple(
        Source(
            source.table,
            names.get(source.alias, source.alias),
            tuple(_under(part, names) for part in source.on),
            tuple((renamed(column, names), renamed(before, names)) for column, before in source.known),
            renamed(source.refers, names),
        )
        for source in look.sources
    )
    return Look(sources, tuple(_under(part, names) for part in look.where))


def _entries(operator: str, parts: Mapping[str, Condition]) -> frozenset[Entry] | None:
    """Of parts that all hold, the narrowest entries; of alternatives those of all, if each has some."""
    known = [part.entries for part in parts.values() if part.entries is not None]
    if operator == "and":
        return min(known, key=lambda entries: (len(entries), sorted(entries)), default=None)
    return frozenset[Entry]().union(*known) if len(known) == len(parts) else None
