"""Which anchored grants count in an operation.

An anchored grant needs its fields pinned down to a value at each query root of its type. One that counts at roots *only* opens
every row of its type while the statement runs, so it is left out as soon as that type is read anywhere else in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registers.common.access import Anchor, Rules
from registers.common.mapping import Mapping
from registers.common.sql.scope import Scope
from registers.common.sql.selection import Selected
from registers.common.sql.values import Leaf

__all__ = ["beyond_anchors", "opened_by_anchor", "pinned", "unmet_anchors"]


def unmet_anchors(mapping: Mapping, rules: Rules, fields: Sequence[Selected]) -> frozenset[str]:
    """The grants that cannot count: a root of their type lacks the anchor, or an `only` grant has no root at all."""
    roots = _roots(mapping, fields)
    unmet: set[str] = set()
    for type_name, anchor in _anchors(mapping, rules):
        wheres = roots.get(type_name, [])
        if not all(pinned(where).issuperset(anchor.fields) for where in wheres) or (anchor.only and not wheres):
            unmet.add(anchor.grant)
    # One transaction names one anchored grant; the first counts.
    only = sorted(anchor.grant for _, anchor in _anchors(mapping, rules) if anchor.only and anchor.grant not in unmet)
    return frozenset(unmet.union(only[1:]))


def beyond_anchors(scope: Scope, fields: Sequence[Selected], unmet: frozenset[str]) -> frozenset[str]:
    """The `only` grants, not yet unmet, whose type the statement also reads elsewhere than at its roots."""
    roots = _roots(scope.mapping, fields)
    return frozenset(
        anchor.grant
        for type_name, anchor in _anchors(scope.mapping, scope.rules)
        if anchor.only and anchor.grant not in unmet and scope.uses(type_name) > len(roots.get(type_name, []))
    )


def opened_by_anchor(mapping: Mapping, rules: Rules, fields: Sequence[Selected], unmet: frozenset[str]) -> str:
    """The `only` grant that the row policies may count (`caller.anchored`), or nothing."""
    roots = _roots(mapping, fields)
    return next(
        (
            anchor.grant
            for type_name, anchor in _anchors(mapping, rules)
            if anchor.only and anchor.grant not in unmet and type_name in roots
        ),
        "",
    )


def pinned(where: Any) -> frozenset[str]:
    """The filter fields that must equal a given value: at the top of a filter, or in its `and`."""
    found: set[str] = set()
    for name, value in where.items() if isinstance(where, dict) else ():
        if name == "and":
            found.update(*(pinned(part) for part in value or ()))
        elif isinstance(value, dict) and isinstance(value.get("eq"), Leaf):
            found.add(name)
    return frozenset(found)


def _anchors(mapping: Mapping, rules: Rules) -> Iterator[tuple[str, Anchor]]:
    for table in mapping.tables:
        for anchor in rules.anchors(table.type):
            yield table.type, anchor


def _roots(mapping: Mapping, fields: Sequence[Selected]) -> dict[str, list[Any]]:
    """The `where` of each query root, by type."""
    types = {root.field: root.type for root in mapping.roots}
    found: dict[str, list[Any]] = {}
    for field in fields:
        if field.name in types:
            found.setdefault(types[field.name], []).append(field.arguments.get("where"))
    return found
