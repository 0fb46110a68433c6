"""Which anchored grants count where in an operation.

An anchored grant needs its fields pinned down to a value at a query root of its type. Rows that are reached along an edge it shows all the
same, unless it counts at roots *only*. The row policies know nothing of roots: they show the rows of every grant that counts somewhere in the
statement. So each place has rules of its own, and where they leave out a grant whose rows the policies show, a condition on the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphql import get_named_type

from registers.common.access import Anchor, Rules
from registers.common.mapping import Mapping
from registers.common.sql.selection import Selected
from registers.common.sql.values import Leaf

__all__ = ["Anchors", "pinned"]


@dataclass(frozen=True, slots=True)
class Anchors:
    """The rules of an operation, by place. `opened` are the `only` grants that count at some root, padded with spaces."""

    mapping: Mapping
    rules: Rules
    elsewhere: Rules
    """For rows that no root gives."""
    opened: str

    @classmethod
    def of(cls, mapping: Mapping, rules: Rules, fields: Sequence[Selected]) -> Anchors:
        only = frozenset(anchor.grant for _, anchor in _anchors(mapping, rules) if anchor.only)
        counting = frozenset(
            anchor.grant
            for field in fields
            for anchor in _of_root(mapping, rules, field)
            if anchor.only and _met(rules, anchor, field)
        )
        opened = f" {' '.join(sorted(counting))} " if counting else ""
        return cls(mapping, rules, rules.without(only, shown=counting), opened)

    def at(self, field: Selected) -> Rules:
        """For the rows that a query root gives."""
        unmet = {a.grant for a in _of_root(self.mapping, self.rules, field) if not _met(self.rules, a, field)}
        shown = frozenset(a.grant for _, a in _anchors(self.mapping, self.rules) if not a.only)
        return self.rules.without(frozenset(unmet), shown=shown | frozenset(self.opened.split()))


def _met(rules: Rules, anchor: Anchor, field: Selected) -> bool:
    return pinned(rules, field).issuperset(anchor.fields)


def pinned(rules: Rules, field: Selected) -> frozenset[str]:
    """The fields that a root holds to a value: at the top of its filter, where an input field reads that field and no other."""
    where = field.arguments.get("where")
    found: set[str] = set()
    for name, value in where.items() if isinstance(where, dict) else ():
        if isinstance(value, dict) and isinstance(value.get("eq"), Leaf):
            reads = rules.input(get_named_type(field.argument_types["where"]).name, name) or ()
            found.update(coordinate.partition(".")[2] for coordinate in reads if len(reads) == 1)
    return frozenset(found)


def _anchors(mapping: Mapping, rules: Rules) -> Iterator[tuple[str, Anchor]]:
    for table in mapping.tables:
        for anchor in rules.anchors(table.type):
            yield table.type, anchor


def _of_root(mapping: Mapping, rules: Rules, field: Selected) -> Sequence[Anchor]:
    types = (root.type for root in mapping.roots if root.field == field.name)
    return [anchor for type_name in types for anchor in rules.anchors(type_name)]
