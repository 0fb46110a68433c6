"""`gateway grants diff`: what changes between two grants files for roles, and for the operations that a journal has on record.

    files ─▶ changes by role ─▶ records, grouped by what was decided ─▶ each decided by both files ─▶ report

The report says what it could not replay, and why. It names operations by signature, and nobody.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.assembly import load_supergraph, read_grants
from gateway.audit.places import segments_of
from gateway.audit.reports import Sought, read_records
from gateway.authorization.difference import Change, changes, sentences
from gateway.authorization.files import ChainError, parse_chain
from gateway.authorization.grants import Grants
from gateway.authorization.language.model import GrantsFile
from gateway.authorization.replay import Recorded, Replayed, Unreplayed, replay
from gateway.errors import GatewayError, OperatorError
from gateway.language.documents import Limits, parse_operation
from gateway.language.operation import Operation
from gateway.supergraph.model import Supergraph
from gateway.trusted import read_manifest

__all__ = ["Report", "as_json", "as_text", "compared"]

_WIDE = Limits(max_tokens=100_000, max_depth=200, max_fields=100_000, max_aliases=100_000, max_root_fields=1_000)


@dataclass(frozen=True, slots=True)
class Changed:
    """An operation whose verdict changes, and how many requests for it were recorded. `coordinates`: why it is refused, before or after."""

    recorded: Recorded
    requests: int
    change: str
    coordinates: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """`changed` None: nothing was replayed."""

    changes: list[Change]
    changed: list[Changed] | None = None
    requests: int = 0
    evaluations: int = 0
    """Of the requests those that somebody else asked to have decided."""
    by_text: int = 0
    by_coordinates: int = 0
    elsewhere: int = 0
    """Requests that were recorded under other grants than the first file, or another graph."""
    not_replayed: Counter[str] = field(default_factory=Counter[str])

    @property
    def different(self) -> bool:
        """Whether a person should look: a verdict changes, or, where nothing was replayed, anything at all."""
        return bool(self.changes if self.changed is None else self.changed)


def compared(
    before: Path,
    after: Path,
    *,
    journal: Path | None = None,
    supergraph: Path | None = None,
    documents: Path | None = None,
) -> Report:
    """Compare two grants files. Raises `OperatorError` for input that cannot be used."""
    report = Report(list(changes(_parsed(before), _parsed(after))))
    if journal is None:
        if supergraph is not None or documents is not None:
            raise OperatorError("--supergraph and --documents serve to replay a journal; give --replay as well.")
        return report
    if supergraph is None:
        raise OperatorError("--replay needs a --supergraph: whose grants count for a field, the graph says.")
    graph = load_supergraph(supergraph)
    grants = read_grants(before, graph), read_grants(after, graph)
    _replay(report, _groups(report, journal, graph), *grants, _documents(documents, graph))
    return report


def _parsed(path: Path) -> GrantsFile:
    try:
        return parse_chain(path)
    except ChainError as error:
        raise OperatorError(str(error)) from None
    except OSError as error:
        raise OperatorError(f"{error.filename}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise OperatorError("a grants file is written in UTF-8") from None


# -- the journal -------------------------------------------------------------------------------------------------------


def _groups(report: Report, journal: Path, graph: Supergraph) -> Counter[tuple[Recorded, bool]]:
    """How many requests there were of each decision, and whether this graph made it."""
    found: Counter[tuple[Recorded, bool]] = Counter()
    for record in _records(journal):
        if record["kind"] not in ("request", "evaluation"):
            continue
        report.requests += 1
        report.evaluations += record["kind"] == "evaluation"
        try:
            recorded = _recorded(record)
            here = recorded is not None and record["operation"]["supergraph"] == graph.hash
        except (KeyError, TypeError):
            raise OperatorError(f"{journal}: line {record.get('sequence')} of a journal is no record.") from None
        if recorded is None:
            report.not_replayed["ended before somebody known had asked a valid operation"] += 1
        else:
            found[recorded, here] += 1
    return found


def _records(journal: Path) -> Iterator[Mapping[str, Any]]:
    try:
        if not segments_of(journal):
            raise OperatorError(f"There is no journal in {journal}.")
        yield from read_records(journal, Sought())
    except OSError as error:
        raise OperatorError(f"{journal}: {error.strerror}.") from None
    except (ValueError, KeyError):
        raise OperatorError(f"{journal}: a line of it is no record.") from None


def _recorded(record: Mapping[str, Any]) -> Recorded | None:
    """None for a request of which nothing was decided."""
    evaluated = record["kind"] == "evaluation"
    operation, caller = record.get("operation"), _subject(record) if evaluated else record.get("caller")
    if operation is None or caller is None:
        return None
    code = record["evaluation"].get("reason", "") if evaluated else record.get("code", "")
    return Recorded(
        signature=operation["signature"],
        kind=operation["type"],
        role=caller["role"],
        scopes=frozenset(caller["scopes"]),
        coordinates=frozenset(operation["coordinates"]),
        release=operation["release"],
        refused=_OUTCOMES.get(code),
    )


def _subject(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """About whom an evaluation was; None where grants did not decide it, or on something that no graph knows."""
    evaluation: Mapping[str, Any] = record.get("evaluation", {})
    decided = evaluation.get("reason", "") in _OUTCOMES and "unknown" not in evaluation
    return evaluation.get("subject") if decided else None


_OUTCOMES = {"": False, "FORBIDDEN": True}
"""Whether grants refused, by the code of an answer. After any other code it is not known."""


def _documents(manifest: Path | None, graph: Supergraph) -> Mapping[str, Operation]:
    """The operations of trusted documents by signature; without those that this graph cannot answer."""
    if manifest is None:
        return {}
    try:
        texts = read_manifest(manifest, only=False).known
    except OSError as error:
        raise OperatorError(f"{manifest}: {error.strerror}.") from None
    except ValueError as error:
        raise OperatorError(f"{error}.") from None
    return {operation.signature: operation for text in texts if (operation := _operation(graph, text)) is not None}


def _operation(graph: Supergraph, text: str) -> Operation | None:
    try:
        return parse_operation(graph.api, text, None, _WIDE)
    except GatewayError:
        return None


def _replay(
    report: Report,
    groups: Counter[tuple[Recorded, bool]],
    before: Grants,
    after: Grants,
    documents: Mapping[str, Operation],
) -> None:
    report.changed = []
    for (recorded, here), requests in groups.items():
        if not here or recorded.release != before.release:
            report.elsewhere += requests
        found = replay(recorded, before, after, documents.get(recorded.signature))
        if isinstance(found, Unreplayed):
            report.not_replayed[found.reason] += requests
            continue
        if found.by_text:
            report.by_text += requests
        else:
            report.by_coordinates += requests
        if found.changed:
            report.changed.append(_changed(recorded, requests, found))
    report.changed.sort(key=lambda one: (-one.requests, one.recorded.signature, one.recorded.role or ""))


def _changed(recorded: Recorded, requests: int, found: Replayed) -> Changed:
    change = "allowed" if found.before else "refused"
    return Changed(recorded, requests, change, found.before or found.after)


# -- how it is told ----------------------------------------------------------------------------------------------------


def as_text(report: Report) -> str:
    lines = [*sentences(report.changes)] or ["Nobody gains or loses anything."]
    if report.changed is not None:
        lines += ["", *_replayed(report, report.changed)]
    return "".join(f"{line}\n" for line in lines)


def _replayed(report: Report, changed: Iterable[Changed]) -> Iterator[str]:
    asked = f" ({report.evaluations} of them evaluations)" if report.evaluations else ""
    yield (
        f"Of {report.requests} requests on record{asked} {report.by_text + report.by_coordinates} were decided again: "
        f"{report.by_text} by their text, {report.by_coordinates} by their coordinates."
    )
    if report.elsewhere:
        yield f"{report.elsewhere} of the requests were decided then by other grants than the first file, or on another graph."
    lines = [
        f"  {one.recorded.signature[:16] or 'a list, as'} {one.recorded.kind} of {one.recorded.role or 'nobody'}, {one.requests} requests: "
        f"would be {one.change} ({', '.join(one.coordinates)})"
        for one in changed
    ]
    yield from ["These would be decided otherwise:", *lines] if lines else ["None of these would be decided otherwise."]
    if report.not_replayed:
        yield "Not decided again:"
        yield from (f"  {count} requests: {reason}" for reason, count in sorted(report.not_replayed.items()))
    yield "Which rows are seen is not replayed; where other rows are meant stands above."


def as_json(report: Report) -> str:
    """The report for a machine, on one line."""
    content: dict[str, Any] = {
        "different": report.different,
        "changes": [
            {"role": one.role, "action": one.action, "place": one.place, "change": one.change, "what": list(one.what)}
            for one in report.changes
        ],
    }
    if report.changed is not None:
        content["replay"] = {
            "requests": report.requests,
            "evaluations": report.evaluations,
            "byText": report.by_text,
            "byCoordinates": report.by_coordinates,
            "elsewhere": report.elsewhere,
            "changed": [
                {
                    "signature": one.recorded.signature,
                    "type": one.recorded.kind,
                    "role": one.recorded.role,
                    "scopes": sorted(one.recorded.scopes),
                    "requests": one.requests,
                    "wouldBe": one.change,
                    "coordinates": list(one.coordinates),
                }
                for one in report.changed
            ],
            "notReplayed": dict(sorted(report.not_replayed.items())),
        }
    return json.dumps(content)
