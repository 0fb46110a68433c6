"""Reads records back: who saw a person or a record, and the same as XML for whoever has to hand it over."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import msgspec

from gateway.audit.places import segments_of
from gateway.errors import OperatorError

__all__ = ["Sought", "as_sentences", "as_xml", "read_records"]

Record = Mapping[str, Any]
_ANSWERED = ("request", "event")
"""Looks. An evaluation is none: what was asked is whether somebody may look, and nothing was shown."""
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ASKED = ("request", "begun", "event", "evaluation")


@dataclass(frozen=True, slots=True)
class Sought:
    """Which records are meant: from `since` until before `until` (ISO 8601, UTC; empty for no end), of a person (a keyed hash) or of one of `records`
    (type and key); with neither, all.
    """

    since: str = ""
    until: str = ""
    person: str | None = None
    records: frozenset[tuple[str, str]] = frozenset()

    def includes(self, record: Record) -> bool:
        if record["at"] < self.since or (self.until and record["at"] >= self.until):
            return False
        if self.person is None and not self.records:
            return True
        if record["kind"] not in _ANSWERED:
            return False
        found: Mapping[str, list[str]] = record.get("records", {})
        named = self.person is not None and self.person in record.get("persons", ())
        return named or any(key in found.get(name, ()) for name, key in self.records)


def read_records(folder: Path, sought: Sought) -> Iterator[Record]:
    """The records that are meant, in the order of their journals. Nothing is proven by reading.

    Raises OSError, and `OperatorError` for a line that no journal wrote, after all others: one line keeps nothing from whom has a right to know.
    """
    problem: OperatorError | None = None
    for segment in segments_of(folder):
        with segment.path.open("rb") as file:
            for number, line in enumerate(file, segment.first):
                if not line.endswith(b"\n"):
                    continue  # never acknowledged
                try:
                    record = {"instance": segment.instance, **json.loads(line)}
                    included = sought.includes(record)
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    problem = problem or _unreadable(segment.path.name, number)
                    continue
                if included:
                    # Also where a line says otherwise of itself.
                    record["instance"] = segment.instance
                    yield record
    if problem is not None:
        raise problem


def as_sentences(records: Iterable[Record]) -> Iterator[str]:
    """One line for each record: when, who for whom, what for, what. Raises `OperatorError` for records that no gateway wrote, after all others."""
    return _each(records, _sentence)


def as_xml(records: Iterable[Record]) -> Iterator[str]:
    """An XML document in pieces: an `event` for each request, with its user, its objects and where it was logged (NEN 7513).

    Raises `OperatorError` for records that no gateway wrote, after a whole document with all others.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<auditLog>\n'
    problem: OperatorError | None = None
    try:
        yield from _each((record for record in records if record["kind"] in _ASKED), _xml)
    except OperatorError as error:
        problem = error
    yield "</auditLog>\n"
    if problem is not None:
        raise problem


def _each(records: Iterable[Record], told: Callable[[Record], str]) -> Iterator[str]:
    problem: OperatorError | None = None
    for record in records:
        try:
            msgspec.convert(record, _Asked)
        except (msgspec.ValidationError, RecursionError):
            sequence = record.get("sequence")
            problem = problem or _unreadable(record["instance"], sequence if isinstance(sequence, int) else None)
            continue
        yield told(record)
    if problem is not None:
        raise problem


def _unreadable(place: str, number: int | None) -> OperatorError:
    line = f"line {number}" if number is not None else "a line"
    return OperatorError(f"{place}: {line} cannot be read; `gateway audit verify` says more.")


def _sentence(record: Record) -> str:
    caller: Mapping[str, Any] = record.get("caller", {})
    who = " ".join([caller.get("role") or "nobody", *(f"{kind}:{value}" for kind, value in _identifiers(caller))])
    if caller.get("actor"):
        who += f" through {caller['actor']}"
    purpose = f", for {record['purpose']}" if record.get("purpose") else ""
    operation: Mapping[str, Any] = record.get("operation", {})
    what = ", ".join(operation.get("coordinates", ()))
    ground = ", ".join(operation.get("grants", ())) or "no grant"
    text = f"{record['at']}  {who}{purpose}: {record['result']}; {what}; on {ground}; trace {record['trace']}"
    # A line is one, and a terminal is told nothing.
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _xml(record: Record) -> str:
    operation: Mapping[str, Any] = record.get("operation", {})
    evaluation: Mapping[str, Any] = record.get("evaluation", {})
    event = _element(
        "event",
        eventCode=record["kind"],
        actionCode=operation.get("action", ""),
        dateTime=record["at"],
        result=record["result"],
        status=record["status"],
        errorCode=record.get("code", "") or evaluation.get("reason", ""),
    )
    subject = _subject(evaluation["subject"]) if "subject" in evaluation else ""
    log = _element(
        "logData",
        source=record["instance"],
        sequence=record["sequence"],
        hash=record["hash"],
        traceId=record["trace"],
        spanId=record["span"],
    )
    parts = (event, _user(record.get("caller")), subject, *_objects(record, operation), log)
    return "".join(("  <record>\n", *parts, "  </record>\n"))


def _user(caller: Mapping[str, Any] | None) -> str:
    if caller is None:
        return _element("user", userId="", initiator="true")
    ids = " ".join(f"{kind}:{value}" for kind, value in _identifiers(caller))
    return _element(
        "user",
        userId=ids or caller["subject"],
        subject=caller["subject"],
        role=caller["role"] or "",
        responsibleUserId=caller["actor"] or caller["subject"],
        tokenId=caller["token"],
        tokenIssuer=caller.get("issuer", ""),
        initiator="true",
    )


def _subject(subject: Mapping[str, Any]) -> str:
    """Whom somebody else asked about."""
    ids = " ".join(f"{kind}:{value}" for kind, value in _identifiers(subject))
    return _element("user", userId=ids or subject["reference"], role=subject.get("role") or "", initiator="false")


def _objects(record: Record, operation: Mapping[str, Any]) -> Iterator[str]:
    common = {
        "authorizationProtocol": operation.get("release") or "",
        "grants": " ".join(operation.get("grants", ())),
        "consentProfile": record.get("purpose", ""),
        "query": operation.get("signature", ""),
    }
    yield _element(
        "object", identifierType="coordinates", identifier=" ".join(operation.get("coordinates", ())), **common
    )
    for name, keys in record.get("records", {}).items():
        for key in keys:
            yield _element("object", identifierType=name, identifier=key)
    for person in record.get("persons", ()):
        yield _element("object", identifierType="person", objectClass="1", identifier=person)


def _identifiers(caller: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return caller.get("identifiers", {}).items()


def _element(name: str, **attributes: object) -> str:
    written = "".join(f" {key}={quoteattr(_clean(str(value)))}" for key, value in attributes.items())
    return f"    <{name}{written}/>\n"


def _clean(text: str) -> str:
    """Characters that XML 1.0 cannot hold (§2.2) are left out."""
    return _NO_XML.sub("", text)


class _Caller(msgspec.Struct, frozen=True):
    role: str | None
    identifiers: dict[str, str]
    subject: str
    actor: str | None
    token: str
    issuer: str = ""
    """Older records have none."""


class _Operation(msgspec.Struct, frozen=True):
    coordinates: list[str]
    grants: list[str]
    action: str
    signature: str
    release: str | None


class _Subject(msgspec.Struct, frozen=True):
    reference: str
    role: str | None = None
    identifiers: dict[str, str] = {}


class _Evaluation(msgspec.Struct, frozen=True):
    subject: _Subject | msgspec.UnsetType = msgspec.UNSET
    reason: str = ""


class _Asked(msgspec.Struct, frozen=True):
    """What is read here of a record that a request left. Whether it was written as it stands is the matter of `verify`."""

    at: str
    trace: str
    span: str
    result: str
    status: int
    sequence: int
    hash: str
    code: str = ""
    purpose: str = ""
    caller: _Caller | msgspec.UnsetType = msgspec.UNSET
    operation: _Operation | msgspec.UnsetType = msgspec.UNSET
    evaluation: _Evaluation | msgspec.UnsetType = msgspec.UNSET
    records: dict[str, list[str]] = {}
    persons: list[str] = []
