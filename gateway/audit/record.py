"""From what is known of a request to the bytes of its record; no clock, no file, no key is looked for here.

The fields are those of the Authorization Decision Log and of NEN 7513 (event, user, object, log data); `docs/audit.md` names them one by one. What
follows from the caller or the decision alone is encoded once and kept. A person is never written down: what names one becomes a keyed hash,
HMAC-SHA-256 under a secret of the operator, so that a journal can be searched for a person by who has the secret, and by nobody else.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from gateway.audit.keyed import Seen
from gateway.authorization.caller import Caller
from gateway.language.operation import Field, Operation, OperationKind, Selection
from gateway.telemetry.trace import Trace

__all__ = [
    "Asking",
    "Event",
    "Hasher",
    "Kind",
    "asked_part",
    "caller_part",
    "coordinates_of",
    "identifiers_part",
    "purpose_of",
    "record",
]

_PURPOSE = re.compile(rb"[A-Za-z][A-Za-z0-9_:/.#-]{0,99}")
_NUMBER = re.compile(rb"[0-9]{8}")
_ACTIONS = {OperationKind.QUERY: "R", OperationKind.SUBSCRIPTION: "R", OperationKind.MUTATION: "E"}
"""NEN 7513, action code: read; execute, because what a mutation does its register knows."""


class Kind(Enum):
    REQUEST = "request"
    BEGUN = "begun"
    """A mutation that is about to run: it is on record before anything changes."""
    EVENT = "event"
    """An event of a subscription."""
    EVALUATION = "evaluation"
    """What somebody asked us to decide, and did not ask for."""


class Hasher:
    """Makes the keyed hash of what names a person: 64 hexadecimal digits. The type of a value does not count."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def __call__(self, value: object) -> str:
        return hmac.digest(self._secret, str(value).encode(), hashlib.sha256).hex()


class Asking(NamedTuple):
    """A request as far as it came: when (UTC, ISO 8601), in which trace, with which headers; whose it is, what it asks.

    A tuple, as `Event` is: one is made for every request, and a tuple costs a third of a frozen dataclass.
    """

    at: str
    trace: Trace
    headers: Mapping[bytes, bytes]
    caller: Caller | None = None
    operation: Operation | None = None
    variables: Mapping[str, Any] = MappingProxyType({})


class Event(NamedTuple):
    """What happened. `at` is when the request came in (UTC, ISO 8601); `caller` and `operation` are encoded parts, None where nothing came of
    the token or the document. `evaluation`: about whom, and the decision; then `caller` is who asked.
    """

    kind: Kind
    at: str
    trace: str
    span: str
    status: int
    code: str
    caller: bytes | None = None
    operation: bytes | None = None
    purpose: str | None = None
    seen: Seen | None = None
    evaluation: Mapping[str, Any] | None = None


def record(event: Event) -> bytes:
    """The record as a JSON object, `kind` first, as the chain wants it."""
    content: dict[str, Any] = {
        "kind": event.kind.value,
        "at": event.at,
        "trace": event.trace,
        "span": event.span,
        "result": _result(event),
        "status": event.status,
    }
    if event.code:
        content["code"] = event.code
    if event.caller is not None:
        content["caller"] = orjson.Fragment(event.caller)
    if event.purpose is not None:
        content["purpose"] = event.purpose
    if event.operation is not None:
        content["operation"] = orjson.Fragment(event.operation)
    if event.evaluation is not None:
        content["evaluation"] = event.evaluation
    if event.seen is not None:
        _add(content, event.seen)
    return orjson.dumps(content)


def caller_part(caller: Caller, private: Iterable[str], hasher: Hasher) -> bytes:
    """Who asks, and on whose behalf. Identifiers of a `private` kind are hashed wherever they stand."""
    private = frozenset(private)
    hidden = {value: hasher(value) for kind, value in caller.identifiers.items() if kind in private}
    content = {
        "role": caller.role,
        "identifiers": identifiers_part(caller.identifiers, private, hasher),
        "subject": _without(caller.subject, hidden),
        "actor": _without(caller.actor or "", hidden) or None,
        "token": _without(caller.token_id, hidden),
        "issuer": caller.issuer,
        "scopes": sorted(caller.scopes),
    }
    return orjson.dumps(content)


def identifiers_part(identifiers: Mapping[str, str], private: Iterable[str], hasher: Hasher) -> dict[str, str]:
    """Identifiers by kind, those of a `private` kind as keyed hashes."""
    hidden = {value: hasher(value) for kind, value in identifiers.items() if kind in private}
    return {kind: hidden.get(value, value) for kind, value in identifiers.items()}


def asked_part(
    kind: OperationKind | None,
    signature: str,
    coordinates: Iterable[str],
    grants: Mapping[str, Sequence[str]],
    *,
    release: str | None,
    supergraph: str,
) -> bytes:
    """What was asked and on what ground. `grants`: coordinate to the ids of the grants that open it; `release` the hash of the grants file;
    `signature` the operation's, empty for a list of coordinates.

    A name that a client gave its operation is not written: it may hold anything.
    """
    asked = sorted(coordinates)
    used = sorted({id for coordinate in asked for id in grants.get(coordinate, ())})
    content: dict[str, Any] = {
        "type": kind.value if kind is not None else "",
        "action": _ACTIONS[kind] if kind is not None else "",
        "signature": signature,
        "coordinates": asked,
        "grants": used,
        "release": release,
        "supergraph": supergraph,
    }
    return orjson.dumps(content)


def coordinates_of(selections: Iterable[Selection]) -> set[str]:
    """Every coordinate that is selected, for a graph that decides nothing."""
    found: set[str] = set()
    for selection in selections:
        if isinstance(selection, Field) and not selection.name.startswith("__"):
            found.add(f"{selection.parent}.{selection.name}")
        found |= coordinates_of(selection.selections)
    return found


def purpose_of(value: bytes | None) -> str | None:
    """The purpose that a client gave, when it is a code: free text, and a number that could be somebody's, are not kept."""
    if value is None or not _PURPOSE.fullmatch(value) or _NUMBER.search(value):
        return None
    return value.decode("ascii")


def _add(content: dict[str, Any], seen: Seen) -> None:
    if seen.registers:
        content["registers"] = seen.registers
    if seen.records:
        content["records"] = seen.records
        content["counts"] = {name: len(keys) for name, keys in seen.records.items()}
    if seen.persons:
        content["persons"] = seen.persons


def _result(event: Event) -> str:
    """NEN 7513, result: success, refused, error."""
    denied = event.evaluation is not None and not event.evaluation["decision"]
    if event.status in (401, 403) or denied:
        return "refused"
    return "error" if event.status >= 400 else "success"


def _without(text: str, hidden: Mapping[str, str]) -> str:
    for value, hashed in hidden.items():
        text = text.replace(value, hashed)
    return text
