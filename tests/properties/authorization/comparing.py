"""One invented grants file on the stage: every question of every asker, compared with what the evaluator says."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.properties.authorization.answering import LEFT_OUT, Answer, answer
from tests.properties.authorization.asking import Question, invent_question
from tests.properties.authorization.filling import invent_askers, invent_world
from tests.properties.authorization.inventing import invent_grants
from tests.properties.authorization.model import ROOTS, THREE, Layout
from tests.properties.authorization.reading import Grants, Pins, Sight, counts
from tests.properties.authorization.refusing import Selection
from tests.properties.authorization.running import Reply, Stage
from tests.properties.authorization.unseen import Places, unseen_change

__all__ = ["ASKERS", "QUESTIONS", "DifferenceError", "Tally", "compare"]

STALE = "AUTHORIZATION_UNAVAILABLE"
ASKERS, QUESTIONS = 20, 8
"""Of one grants file; every asker asks every question."""


class DifferenceError(AssertionError):
    """Gateway and evaluator differ, or a hidden row shows. `kind` says which."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}\n{text}")
        self.kind = kind


@dataclass
class Tally:
    """What was tried until now. `seen` are the cases, so that each counts once."""

    counts: Counter[str] = field(default_factory=Counter[str])
    seen: set[int] = field(default_factory=set[int])


def compare(stage: Stage, seed: str, tally: Tally) -> None:
    """Invent and compare. Raises `DifferenceError`, with all that it takes to see why."""
    rng = random.Random(seed)
    grants = invent_grants(rng, stage.layout)
    world, askers = invent_world(rng), invent_askers(rng, ASKERS)
    stage.play(grants.text)
    stage.fill(world)
    sights = [Sight(grants, world, asker, _stale(rng, stage.layout)) for asker in askers]
    questions = [invent_question(rng, world, rng.choice(sights)) for _ in range(QUESTIONS)]
    places = _places(grants, questions)
    for sight in sights:
        stage.hear(sight.stale)
        replies = stage.ask(sight.asker, questions)
        for question, reply in zip(questions, replies, strict=True):
            expected = answer(sight, question.selections, partial=question.partial)
            kind = _difference(sight, expected, reply)
            if kind:
                raise DifferenceError(kind, _report(grants, sight, question, expected, reply, seed))
            _count(tally, sight, question, expected, reply)
        change = unseen_change(rng, sight, places)
        if change.before:
            stage.change(change.before, change.after)
            for question, before, after in zip(questions, replies, stage.ask(sight.asker, questions), strict=True):
                if _shown(before) != _shown(after):
                    text = _report(grants, sight, question, after, before, seed)
                    raise DifferenceError(
                        "what is hidden shows", f"{text}\n--- gone {change.before}\n--- came {change.after}"
                    )
                tally.counts["asked again with other hidden data, same bytes and same fetches"] += 1
            stage.change(change.after, change.before)
        tally.counts["hidden rows and fields changed"] += len(change.before)
    tally.counts["grants files"] += 1
    tally.counts["grants"] += len(grants.file["grants"])


def _shown(reply: Reply) -> tuple[object, ...]:
    """All that an asker and a register could notice. Once a register cannot decide, what else was under way is given up: how far it came is chance."""
    return (reply.status, reply.body, reply.fetches if reply.status != 503 else ())


def _stale(rng: random.Random, layout: Layout) -> frozenset[str]:
    """Of some askers: whose copies are too old."""
    names = sorted(layout.copies)
    return frozenset(rng.sample(names, rng.choice((1, 1, 2)))) if names and rng.random() < 0.4 else frozenset()


def _places(grants: Grants, questions: list[Question]) -> Places:
    found: dict[str, set[Pins]] = {}
    for question in questions:
        for root in question.selections:
            name = ROOTS[root.name]
            found.setdefault(name, set()).add(grants.pins(name, root.where))
    return {name: frozenset(pins) for name, pins in found.items()}


def _difference(sight: Sight, expected: Answer, reply: Reply) -> str:
    body = reply.json()
    errors: list[dict[str, Any]] = body.get("errors", [])
    codes = {error["extensions"]["code"] for error in errors}
    if reply.status == 503 and codes == {STALE} and "data" not in body:
        return "" if expected.unavailable else "refused, though nothing hangs on stale copies"
    if expected.unavailable == "always":
        return "answered, though all of it hangs on stale copies"
    told = {tuple(error["path"]) for error in errors if error["extensions"]["code"] == STALE}
    if not told >= expected.lessened or (told and not sight.stale):
        return "not told that rows may be missing, or told without a reason"
    errors = [error for error in errors if error["extensions"]["code"] != STALE]
    if not codes <= {"FORBIDDEN", "DOWNSTREAM_SERVICE_ERROR", LEFT_OUT, STALE}:
        return "no answer"
    if "data" not in body or expected.refused:
        return _other_refusal(expected, reply.status, errors) if "data" not in body else "a leak: not refused"
    if reply.status != 200 and body["data"] is not None:
        return "another status"
    if json.dumps(body["data"]) != json.dumps(expected.data):
        return "other data"
    found = frozenset((tuple(error["path"]), error["extensions"]["code"]) for error in errors)
    if any(not _beside_a_null(body["data"], *error) for error in found - expected.errors):
        return "other errors"
    missed = [path for path, code in expected.errors - found if not (told and code == "DOWNSTREAM_SERVICE_ERROR")]
    if any(_told(body["data"], path) for path in missed):
        return "other errors"
    return _other_record(expected, body["data"], reply.record)


def _other_record(expected: Answer, data: Any, record: Mapping[str, Any]) -> str:
    """A record names the rows that stand in the answer; besides, at most what was read and became null for what stands beside it."""
    named = {(name, key) for name, keys in record.get("records", {}).items() for key in keys}
    shown = {row for at, row in expected.read.items() if _told(data, (*at, ""))}
    if shown - named:
        return "a look that is not on record"
    return "on record, though nobody saw it" if named - set(expected.read.values()) else ""


def _told(data: Any, path: tuple[str | int, ...]) -> bool:
    """Whether an error at `path` has to be told. Inside of what became null, one that explains it is enough."""
    for part in path[:-1]:
        if data is None:
            return False
        data = data[part]
    return data is not None


def _beside_a_null(data: Any, path: tuple[str | int, ...], code: str) -> bool:
    """Whether it only says that a register was not asked for what had become null already, for want of a key that stood there."""
    return code == "DOWNSTREAM_SERVICE_ERROR" and not _told(data, path)


def _other_refusal(expected: Answer, status: int, errors: list[dict[str, Any]]) -> str:
    refused = [_refusal(error["extensions"]) for error in errors]
    named, ought = [coordinate for coordinate, *_ in refused], {coordinate for coordinate, *_ in expected.refused}
    if status != 403 or set(named) - ought or len(set(named)) != len(named):
        return "refused wrongly"
    if ought - set(named):
        return "a refusal that is not told"
    return "" if expected.refused.issuperset(refused) else "refused for another reason"


def _refusal(extensions: dict[str, Any]) -> tuple[Any, Any, tuple[str, ...]]:
    return extensions.get("coordinate"), extensions.get("missingScope"), tuple(extensions.get("needs", ()))


def _anchoring(sight: Sight, root: Selection) -> str:
    """Whether the anchors of a root's type hold there; nothing where it has none."""
    name = ROOTS[root.name]
    pins = sight.grants.pins(name, root.where)
    anchored = [counts(grant, pins) for grant, _ in sight.held.get(name, ()) if "anchored" in grant]
    return ("holds" if any(anchored) else "does not hold") if anchored else ""


def _count(tally: Tally, sight: Sight, question: Question, expected: Answer, reply: Reply) -> None:
    case = hash((sight.grants.text, sight.asker, question.query, json.dumps(question.variables), question.partial))
    if case in tally.seen:
        tally.counts["repeated cases left out"] += 1
        return
    tally.seen.add(case)
    tally.counts["cases"] += 1
    tally.counts["over three registers"] += sight.grants.layout is THREE
    for way in {_anchoring(sight, root) for root in question.selections} - {""}:
        tally.counts[f"asked with an anchor that {way}"] += 1
    if expected.refused:
        tally.counts["refused before anything was read"] += 1
        return
    tally.counts["asked with stale copies"] += bool(sight.stale)
    tally.counts["beside which rows were said to be left out"] += bool(expected.lessened)
    if expected.unavailable == "always":
        tally.counts["refused because copies were stale"] += 1
        return
    found = list(_values(expected.data))
    tally.counts["answered with rows" if found else "answered without rows"] += 1
    tally.counts["answered with refused fields"] += any(code == "FORBIDDEN" for _, code in expected.errors)
    tally.counts["answered in part, as asked"] += any(code == LEFT_OUT for _, code in expected.errors)
    tally.counts["values compared"] += len(found)
    tally.counts["rows named on record"] += sum(len(keys) for keys in reply.record.get("records", {}).values())


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _values(item)
    else:
        yield value


def _report(grants: Grants, sight: Sight, question: Question, expected: Any, reply: Reply, seed: str) -> str:
    return (
        f"--- seed {seed}\n--- grants\n{grants.text}\n--- asker {sight.asker} as {sight.role}\n--- question\n{question.query}\n{question.variables}\n"
        f"--- expected\n{expected}\n--- answered {reply.status}\n{reply.body.decode()}\n--- on record {reply.record.get('records')}"
    )
