"""Reads records back: who saw a person or a record, and the same as XML for whoever has to hand it over."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from gateway.audit.places import segments_of
from gateway.errors import OperatorError

__all__ = ["Sought", "as_sentence", "as_xml", "read_records"]

Record = Mapping[str, Any]
_ANSWERED = ("request", "event")
"""Looks. An evaluation is none: what was asked is whether somebody may look, and nothing was shown."""
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

    Raises OSError, and `OperatorError` for a line that no journal wrote.
    """
    for segment in segments_of(folder):
        with segment.path.open("rb") as file:
            for number, line in enumerate(file, segment.first):
                if not line.endswith(b"\n"):
                    continue  # never acknowledged
                try:
                    record = {"instance": segment.instance, **json.loads(line)}
                    included = sought.includes(record)
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    message = f"{segment.path.name}: line {number} cannot be read; `gateway audit verify` says more."
                    raise OperatorError(message) from None
                if included:
                    yield record


def as_sentence(record: Record) -> str:
    """One line for a person: when, who for whom, what for, what."""
    caller: Mapping[str, Any] = record.get("caller", {})
    who = " ".join([caller.get("role") or "nobody", *(f"{kind}:{value}" for kind, value in _identifiers(caller))])
    if caller.get("actor"):
        who += f" through {caller['actor']}"
    purpose = f", for {record['purpose']}" if record.get("purpose") else ""
    operation: Mapping[str, Any] = record.get("operation", {})
    what = ", ".join(operation.get("coordinates", ()))
    ground = ", ".join(operation.get("grants", ())) or "no grant"
    return f"{record['at']}  {who}{purpose}: {record['result']}; {what}; on {ground}; trace {record['trace']}"


def as_xml(records: Iterable[Record]) -> Iterator[str]:
    """An XML document in pieces: an `event` for each request, with its user, its objects and where it was logged (NEN 7513)."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<auditLog>\n'
    for record in records:
        if record["kind"] not in _ASKED:
            continue
        operation: Mapping[str, Any] = record.get("operation", {})
        evaluation: Mapping[str, Any] = record.get("evaluation", {})
        yield "  <record>\n"
        yield _element(
            "event",
            eventCode=record["kind"],
            actionCode=operation.get("action", ""),
            dateTime=record["at"],
            result=record["result"],
            status=record["status"],
            errorCode=record.get("code", "") or evaluation.get("reason", ""),
        )
        yield _user(record.get("caller"))
        if "subject" in evaluation:
            yield _subject(evaluation["subject"])
        yield from _objects(record, operation)
        yield _element(
            "logData",
            source=record["instance"],
            sequence=record["sequence"],
            hash=record["hash"],
            traceId=record["trace"],
            spanId=record["span"],
        )
        yield "  </record>\n"
    yield "</auditLog>\n"


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
    return "".join(letter for letter in text if letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff"))
