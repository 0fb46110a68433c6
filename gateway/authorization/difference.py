"""What changes between two grants files: which role gains or loses which field, and where other rows are meant.

Compared is what the files say, not how: order, ids, comments and sets of fields do not matter. A field whose grants have another
scope or predicate is changed, also where only a function that the predicate calls is another one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gateway.authorization.language.expressions import Call, Function
from gateway.authorization.language.model import Grant, GrantsFile
from gateway.authorization.language.problems import Position

__all__ = ["Change", "changes", "differences", "sentences"]

_Place = tuple[str, str, str]
"""Role, action, `register.Type.field`."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `place` is `register.Type.field`; `what` of a field that is changed: `scope`, `rows`, or both.

    A role that claims make otherwise has no action and no place; what inputs read has neither, and no role.
    """

    role: str
    action: str
    place: str
    change: Literal["gained", "lost", "changed"]
    what: tuple[str, ...] = ()


_SIGNS = {"gained": "+", "lost": "-", "changed": "~"}


def changes(before: GrantsFile, after: GrantsFile) -> Iterator[Change]:
    """Yield the differences, by role; then those of the roles themselves and of what inputs read."""
    old, new = _said(before), _said(after)
    for place in sorted(old.keys() | new.keys()):
        if place not in old:
            yield Change(*place, "gained")
        elif place not in new:
            yield Change(*place, "lost")
        elif old[place] != new[place]:
            yield Change(*place, "changed", _what(old[place], new[place]))
    for role in sorted(before.roles.keys() | after.roles.keys()):
        if _plain(before.roles.get(role)) != _plain(after.roles.get(role)):
            yield Change(role, "", "", "changed", ("claims",))
    if _plain(before.inputs) != _plain(after.inputs):
        yield Change("", "", "", "changed", ("inputs",))


def sentences(found: Iterable[Change]) -> Iterator[str]:
    """A line for each difference, by role: `+` gained, `-` lost, `~` other rows or another scope."""
    role: str | None = None
    for one in found:
        if one.what == ("claims",):
            yield f"{one.role}: other claims make this role"
        elif one.what == ("inputs",):
            yield "inputs: they read other fields"
        else:
            if one.role != role:
                role = one.role
                yield f"{role}:"
            why = f" ({' and '.join(one.what)})" if one.what else ""
            yield f"  {_SIGNS[one.change]} {one.action} {one.place}{why}"


def differences(before: GrantsFile, after: GrantsFile) -> Iterator[str]:
    """The lines of `sentences`; nothing where there is no difference."""
    return sentences(changes(before, after))


def _what(old: frozenset[Any], new: frozenset[Any]) -> tuple[str, ...]:
    scopes = {scopes for scopes, _ in old} != {scopes for scopes, _ in new}
    rows = {rows for _, rows in old} != {rows for _, rows in new}
    return tuple(word for word, changed in (("scope", scopes), ("rows", rows)) if changed) or ("scope with rows",)


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
    if isinstance(value, Mapping):
        return frozenset((name, _plain(inner)) for name, inner in value.items())
    return value
