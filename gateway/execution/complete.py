"""What generated projections call when a value is not as it should be: exact nulls, and issues at the client's paths.

The rules are those of GraphQL §6.4.3–6.4.4, seen from a gateway: a value that cannot be what the *client's* schema says
(an enum value it does not know, a type it may not see, a string for a number) becomes null with an issue; a null where
none may be nulls the nearest object that may be null, and gets an issue of its own unless another one explains it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from gateway.errors import Code, GraphQLIssue
from gateway.execution.state import ABSENT, MAX_ISSUES, Mark, Path, State, Store

__all__ = ["HELPERS", "UNAUTHORIZED", "path_of", "settled_issues", "within_depth", "wrong_object"]

UNAUTHORIZED = "Unauthorized field or type"

_MAX_SCALAR_DEPTH = 100
"""Custom scalars pass untouched, but deeper values could not be encoded again."""


def path_of(trail: tuple[Any, ...]) -> Path:
    """`((((), "a"), 0), "b")` → `("a", 0, "b")`."""
    parts: list[str | int] = []
    while trail:
        trail, part = trail
        parts.append(part)
    return tuple(reversed(parts))


def missing(trail: tuple[Any, ...], coordinate: str, state: State) -> None:
    """A null where none may be."""
    path = path_of(trail)
    if not state.explained(path):
        where = f" field {coordinate}" if coordinate else " list item"
        state.issue(Code.DOWNSTREAM_SERVICE_ERROR, f"Cannot return null for non-nullable{where}.", path)


def refused(trail: tuple[Any, ...], state: State) -> None:
    """A field that this caller does not get."""
    state.issue(Code.UNAUTHORIZED_FIELD_OR_TYPE, UNAUTHORIZED, path_of(trail))


def missing_home(trail: tuple[Any, ...], coordinate: str, state: State) -> None:
    """An object that may not be null is absent: the null moves up, and what is said of it is said of every such object."""
    message = f"Cannot return null for non-nullable field {coordinate}."
    state.late.append(GraphQLIssue(message, Code.DOWNSTREAM_SERVICE_ERROR, path_of(trail)))


def wrong(trail: tuple[Any, ...], state: State) -> None:
    """A value that is not of its type."""
    message = "A subgraph returned a value that is not of the field's type."
    state.issue(Code.DOWNSTREAM_SERVICE_ERROR, message, path_of(trail))


def wrong_object(store: Store, trail: tuple[Any, ...], state: State) -> Any:
    """An object whose runtime type is unknown here: judged, absent, or foreign."""
    if Mark in store:
        return absent(store[Mark], trail, state)
    path = path_of(trail)
    if not state.explained(path):
        wrong(trail, state)
    return None


def absent(mark: Mark, trail: tuple[Any, ...], state: State) -> Any:
    """An object that its home did not confirm."""
    if mark is Mark.UNJUDGED:
        return None
    state.absent.append(path_of(trail))
    return ABSENT


def removed(trail: tuple[Any, ...], index: int, state: State) -> None:
    """Remember that a list closed up at `index`."""
    state.removed.setdefault(path_of(trail), []).append(index)


def untouched(value: Any, trail: tuple[Any, ...], state: State) -> Any:
    """A custom scalar that is a list or an object."""
    if within_depth(value):
        return value
    return wrong(trail, state)


def within_depth(value: Any, depth: int = _MAX_SCALAR_DEPTH) -> bool:
    """Whether a custom scalar can be encoded again."""
    if not isinstance(value, (dict, list)):
        return True
    if depth == 0:
        return False
    return all(within_depth(item, depth - 1) for item in (value.values() if isinstance(value, dict) else value))


def leaf_id(value: Any, trail: tuple[Any, ...], state: State) -> str | None:
    """An ID may come as a number (GraphQL §3.5.5)."""
    return str(value) if value.__class__ is int else wrong(trail, state)


def leaf_string(value: Any, trail: tuple[Any, ...], state: State) -> str | None:
    del value
    return wrong(trail, state)


def leaf_int(value: Any, trail: tuple[Any, ...], state: State) -> int | None:
    """`3.0` is an Int (GraphQL §3.5.1); anything beyond 32 bits is not."""
    if value.__class__ is float and value.is_integer() and -(2**31) <= value < 2**31:
        return int(value)
    return wrong(trail, state)


def leaf_float(value: Any, trail: tuple[Any, ...], state: State) -> float | None:
    return value if value.__class__ is int else wrong(trail, state)


def leaf_boolean(value: Any, trail: tuple[Any, ...], state: State) -> bool | None:
    del value
    return wrong(trail, state)


HELPERS: dict[str, Any] = {
    "ABSENT": ABSENT,
    "M": Mark,
    "absent": absent,
    "leaf_Boolean": leaf_boolean,
    "leaf_Float": leaf_float,
    "leaf_ID": leaf_id,
    "leaf_Int": leaf_int,
    "leaf_String": leaf_string,
    "missing": missing,
    "missing_home": missing_home,
    "refused": refused,
    "removed": removed,
    "untouched": untouched,
    "wrong": wrong,
    "wrong_object": wrong_object,
}


def settled_issues(state: State, judged: frozenset[tuple[str, ...]] = frozenset()) -> tuple[GraphQLIssue, ...]:
    """The issues as the client sees them: none from inside objects that do not exist, indices as lists closed up.

    `judged` are the places, by response keys, at which a home says whether an object exists.
    """
    told = state.told()
    issues: Sequence[GraphQLIssue] = _confirmed(state.data, told, judged) if judged and told else told
    if state.absent:
        gone = set(state.absent)
        issues = [*(issue for issue in issues if not _inside(issue.path, gone)), *state.late]
    if state.removed:
        issues = [replace(issue, path=_shifted(issue.path, state.removed)) for issue in issues]
    return tuple(issues[:MAX_ISSUES])


def _confirmed(data: Store, issues: Sequence[GraphQLIssue], judged: frozenset[tuple[str, ...]]) -> list[GraphQLIssue]:
    """The issues, without those from inside objects that their home did not confirm.

    Projection finds most of such objects, but none that a null above it hides. Where a subgraph nulled what the object stands in, its home
    was not asked at all: then the null is told at its own place, unless something else explains it.
    """
    kept: list[GraphQLIssue] = []
    nulls: dict[Path, None] = {}
    for issue in issues:
        path = issue.path or ()
        null = _unconfirmed(data, path, judged)
        if null is None:
            kept.append(issue)
        elif null:
            nulls[null] = None
    for null in nulls:
        if not any((issue.path or ())[: len(null)] == null for issue in kept):
            message = "A subgraph could not answer this field."
            kept.append(GraphQLIssue(message, Code.DOWNSTREAM_SERVICE_ERROR, null))
    return kept


def _unconfirmed(value: Any, path: Path, judged: frozenset[tuple[str, ...]]) -> Path | None:
    """None for a place outside of unconfirmed objects; for one inside, the null above it that hides the object, empty when nothing does."""
    keys: tuple[str, ...] = ()
    null: Path = ()
    for place, part in enumerate(path, 1):
        value = _below(value, part)
        if isinstance(part, str):
            keys = (*keys, part)
        if isinstance(value, dict) and cast("Store", value).get(Mark) is Mark.ABSENT:
            return ()
        if value is None and not null:
            null = path[:place]
        if null and place < len(path) and keys in judged:
            return null
    return None


def _below(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return cast("Store", value).get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) and part < len(cast("Any", value)) else None


def _inside(path: Path | None, gone: set[Path]) -> bool:
    return path is not None and any(path[:length] in gone for length in range(1, len(path) + 1))


def _shifted(path: Path | None, removed: dict[Path, list[int]]) -> Path | None:
    if path is None:
        return None
    shifted: list[str | int] = []
    for place, part in enumerate(path):
        gone = removed.get(path[:place], ()) if isinstance(part, int) else ()
        shifted.append(part - sum(index < part for index in gone) if isinstance(part, int) else part)
    return tuple(shifted)
