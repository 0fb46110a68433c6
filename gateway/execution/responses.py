"""What a subgraph answered, looked at before it is believed (security case D08), and its errors in client terms.

An answer is a JSON object with `data` and perhaps `errors`; anything else is a failure. Upstream error texts never pass:
a client reads one plain sentence per code. Paths are translated by the tree of response keys of the fetch, and end where
the client's selection ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.execution.compile import Tree
from gateway.execution.state import MAX_ISSUES, Path
from gateway.planning.nodes import FetchField, FetchSelection
from gateway.subgraphs.failure import FailureKind, FetchFailure

__all__ = [
    "MESSAGES",
    "Answer",
    "UpstreamError",
    "answer_of",
    "client_path",
    "code_of",
    "fatal_of",
    "put_back",
    "read_answer",
]

MESSAGES = {
    Code.FORBIDDEN: "This caller may not read this field here.",
    Code.AUTHORIZATION_UNAVAILABLE: "Rows of which it cannot be decided at the moment whether this caller may see them are left out.",
    Code.BAD_USER_INPUT: "A subgraph refused an input value of this field.",
    Code.OWNER_REQUIRED: "An argument has to name the owner, because this field changes what one party keeps.",
    Code.DOWNSTREAM_TIMEOUT: "A subgraph did not answer in time.",
    Code.DOWNSTREAM_UNAVAILABLE: "A subgraph failed too often and is not asked for a while.",
    Code.DOWNSTREAM_SERVICE_ERROR: "A subgraph could not answer this field.",
}
_PASSED_ON = {
    "FORBIDDEN": Code.FORBIDDEN,
    "BAD_USER_INPUT": Code.BAD_USER_INPUT,
    # Beside data: part of the grants cannot be applied now. Without data it ends the whole request (`fatal_of`).
    "AUTHORIZATION_UNAVAILABLE": Code.AUTHORIZATION_UNAVAILABLE,
}
_UNAVAILABLE = frozenset({"AUTHORIZATION_UNAVAILABLE", "POLICY_MISMATCH"})


@dataclass(frozen=True, slots=True)
class UpstreamError:
    """`instance` names which of several instances of a subgraph says so."""

    code: Code
    path: Path | None
    instance: str = ""


class Answer(NamedTuple):
    data: dict[Any, Any] | None
    errors: tuple[UpstreamError, ...]


def read_answer(body: bytes) -> Answer | FetchFailure:
    """Decode an answer. Not JSON, too deep, or neither `data` nor `errors`: a failure."""
    try:
        payload: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return FetchFailure(FailureKind.INVALID)
    return answer_of(payload)


def answer_of(payload: Any) -> Answer | FetchFailure:
    """An answer that has been decoded."""
    if payload.__class__ is not dict:
        return FetchFailure(FailureKind.INVALID)
    data = payload.get("data")
    listed = payload.get("errors")
    errors = tuple(_errors(listed)) if listed.__class__ is list else ()
    if data.__class__ is dict:
        return Answer(data, errors)
    return Answer(None, errors) if errors and data is None else FetchFailure(FailureKind.INVALID)


def _errors(listed: list[Any]) -> Iterable[UpstreamError]:
    for found in listed[:MAX_ISSUES]:
        entry: dict[Any, Any] = found if isinstance(found, dict) else {}
        extensions = entry.get("extensions")
        code = extensions.get("code") if isinstance(extensions, dict) else None
        path: Any = entry.get("path")
        plain = isinstance(path, list) and bool(path) and all(part.__class__ in (str, int) for part in path)
        yield UpstreamError(
            _PASSED_ON.get(code, Code.DOWNSTREAM_SERVICE_ERROR)
            if isinstance(code, str)
            else Code.DOWNSTREAM_SERVICE_ERROR,
            tuple(path) if plain else None,
        )


def code_of(failure: FetchFailure) -> Code:
    """The code under which a client hears of a failed fetch."""
    if failure.kind is FailureKind.TIMEOUT or failure.status == 504:
        return Code.DOWNSTREAM_TIMEOUT
    if failure.kind is FailureKind.BREAKER:
        return Code.DOWNSTREAM_UNAVAILABLE
    if failure.kind is FailureKind.STATUS and failure.code is not None:
        return _PASSED_ON.get(failure.code, Code.DOWNSTREAM_SERVICE_ERROR)
    return Code.DOWNSTREAM_SERVICE_ERROR


def fatal_of(failure: FetchFailure) -> GatewayError | None:
    """The end of the whole request, where a register cannot tell what the caller may see: fail closed."""
    if failure.status == 503 and failure.code in _UNAVAILABLE:
        return GatewayError(
            GraphQLIssue("It cannot be decided at the moment what this caller may see.", Code.AUTHORIZATION_UNAVAILABLE)
        )
    return None


def client_path(rest: Path, tree: Tree) -> Path:
    """An upstream path below an object, as far as the client can follow it."""
    found: list[str | int] = []
    for part in rest:
        if isinstance(part, int):
            found.append(part)
            continue
        slot = tree.get(part)
        if slot is None or slot.hidden:
            break
        found.append(slot.key)
        tree = slot.below
    return tuple(found)


def nulled(value: Any, path: Path) -> Path | None:
    """The first place on the way to `path` at which an answer is null already; None when only `path` itself may be.

    `path` as `client_path` gives it, `value` as `put_back` leaves it.
    """
    for length, part in enumerate(path):
        if value is None:
            return path[:length]
        if isinstance(part, str):
            value = value.get(part) if value.__class__ is dict else ...
        else:
            value = value[part] if value.__class__ is list and 0 <= part < len(value) else ...
    return None


def put_back(value: Any, selections: Iterable[FetchSelection]) -> None:
    """Move values that travelled under an alias to the keys that they belong to, all the way down."""
    if value.__class__ is list:
        for item in value:
            put_back(item, selections)
        return
    if value.__class__ is not dict:
        return
    for selection in selections:
        if not isinstance(selection, FetchField):
            put_back(value, selection.selections)
            continue
        if selection.selections:
            put_back(value.get(selection.wire_key), selection.selections)
    for selection in selections:
        if isinstance(selection, FetchField) and selection.alias and selection.alias in value:
            value[selection.key] = value.pop(selection.alias)
