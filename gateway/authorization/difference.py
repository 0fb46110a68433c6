"""What changes between two grants files: which role gains or loses which field, and where other rows are meant.

Compared is what the files say, not how: order, ids, comments and sets of fields do not matter. A field whose grants have another
scope or predicate is changed, also where only a function that the predicate calls is another one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.authorization.language.expressions import Call, Function
from gateway.authorization.language.model import Grant, GrantsFile
from gateway.authorization.language.problems import Position

__all__ = ["differences"]

_Place = tuple[str, str, str]
"""Role, action, `register.Type.field`."""


def differences(before: GrantsFile, after: GrantsFile) -> Iterator[str]:
    """Yield a line for each difference, by role: `+` gained, `-` lost, `~` other rows or another scope. Nothing where there is none."""
    old, new = _said(before), _said(after)
    role = ""
    for place in sorted(old.keys() | new.keys()):
        if old.get(place) == new.get(place):
            continue
        if place[0] != role:
            role = place[0]
            yield f"{role}:"
        sign = "+" if place not in old else "-" if place not in new else "~"
        why = "" if sign != "~" else _why(old[place], new[place])
        yield f"  {sign} {place[1]} {place[2]}{why}"


def _why(old: frozenset[Any], new: frozenset[Any]) -> str:
    scopes = {scopes for scopes, _ in old} != {scopes for scopes, _ in new}
    rows = {rows for _, rows in old} != {rows for _, rows in new}
    parts = [word for word, changed in (("scope", scopes), ("rows", rows)) if changed]
    return f" ({' and '.join(parts) or 'scope with rows'})"


def _said(file: GrantsFile) -> Mapping[_Place, frozenset[Any]]:
    """For each place the ways that lead there: scopes, and what is asked of the row."""
    found: dict[_Place, set[Any]] = {}
    for grant in file.grants:
        if not grant.enabled:
            continue
        way = (grant.scopes, _rows(grant, file.functions))
        for role in grant.roles:
            for word in grant.fields:
                found.setdefault((role.text, grant.action, f"{grant.type}.{word.text}"), set()).add(way)
    return {place: frozenset(ways) for place, ways in found.items()}


def _rows(grant: Grant, functions: tuple[Function, ...]) -> Any:
    called = sorted(_called(grant.when, functions))
    bodies = tuple(_plain(function) for function in functions if function.name in called)
    return _plain(grant.when), _plain(grant.part), _plain(grant.anchor), bodies


def _called(value: Any, functions: tuple[Function, ...]) -> set[str]:
    """The functions of the file that a predicate calls, also through each other."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Call) and node.function not in found:
            found.add(node.function)
            waiting += [function.body for function in functions if function.name == node.function]
        if dataclasses.is_dataclass(node):
            waiting += [getattr(node, part.name) for part in dataclasses.fields(node)]
        elif isinstance(node, tuple):
            waiting += node
    return found


def _plain(value: Any) -> Any:
    """A value of the language without its places."""
    if dataclasses.is_dataclass(value):
        parts = ((part.name, getattr(value, part.name)) for part in dataclasses.fields(value))
        return (
            type(value).__name__,
            *((name, _plain(inner)) for name, inner in parts if not isinstance(inner, Position)),
        )
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value
