"""One invented grants file on the stage: every question of every asker, compared with what the evaluator says."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.properties.authorization.answering import Answer, answer
from tests.properties.authorization.asking import Question, invent_question
from tests.properties.authorization.inventing import invent_askers, invent_grants, invent_world
from tests.properties.authorization.reading import Asker, Grants, Sight
from tests.properties.authorization.running import Reply, Stage
from tests.properties.authorization.unseen import unseen_change

__all__ = ["ASKERS", "QUESTIONS", "DifferenceError", "Tally", "compare"]

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
    grants, world, askers = invent_grants(rng), invent_world(rng), invent_askers(rng, ASKERS)
    stage.play(grants.text)
    stage.fill(world)
    sights = [Sight(grants, world, asker) for asker in askers]
    questions = [invent_question(rng, world, frozenset(rng.choice(sights).reach)) for _ in range(QUESTIONS)]
    asked = [(question.query, question.variables) for question in questions]
    for sight in sights:
        replies = stage.ask(sight.asker, asked)
        for question, reply in zip(questions, replies, strict=True):
            expected = answer(sight, question.selections)
            kind = _difference(expected, reply)
            if kind:
                raise DifferenceError(kind, _report(grants, sight, question, expected, reply, seed))
            _count(tally, sight.asker, question, expected, grants)
        change = unseen_change(rng, sight)
        if change.before:
            stage.change(change.before, change.after)
            for question, before, after in zip(questions, replies, stage.ask(sight.asker, asked), strict=True):
                if before != after:
                    text = _report(grants, sight, question, after, before, seed)
                    raise DifferenceError(
                        "what is hidden shows", f"{text}\n--- gone {change.before}\n--- came {change.after}"
                    )
                tally.counts["asked again with other hidden data, same bytes"] += 1
            stage.change(change.after, change.before)
        tally.counts["hidden rows and fields changed"] += len(change.before)
    tally.counts["grants files"] += 1
    tally.counts["grants"] += len(grants.file["grants"])


def _difference(expected: Answer, reply: Reply) -> str:
    body = reply.json()
    errors: list[dict[str, Any]] = body.get("errors", [])
    codes = {error["extensions"]["code"] for error in errors}
    if not codes <= {"FORBIDDEN", "DOWNSTREAM_SERVICE_ERROR"}:
        return "no answer"
    if "data" not in body or expected.refused:
        refused = {(e["extensions"].get("coordinate"), e["extensions"].get("missingScope")) for e in errors}
        if (reply.status, refused) == (403, expected.refused) and "data" not in body and len(errors) == len(refused):
            return ""
        return "a leak: not refused" if expected.refused - refused else "refused wrongly"
    if reply.status != 200 and body["data"] is not None:
        return "another status"
    if json.dumps(body["data"]) != json.dumps(expected.data):
        return "other data"
    found = frozenset((tuple(error["path"]), error["extensions"]["code"]) for error in errors)
    return "other errors" if found ^ expected.errors else ""


def _count(tally: Tally, asker: Asker, question: Question, expected: Answer, grants: Grants) -> None:
    case = hash((grants.text, asker, question.query, json.dumps(question.variables)))
    if case in tally.seen:
        tally.counts["repeated cases left out"] += 1
        return
    tally.seen.add(case)
    tally.counts["cases"] += 1
    if expected.refused:
        tally.counts["refused before anything was read"] += 1
        return
    found = list(_values(expected.data))
    tally.counts["answered with rows" if found else "answered without rows"] += 1
    tally.counts["answered with refused fields"] += any(code == "FORBIDDEN" for _, code in expected.errors)
    tally.counts["values compared"] += len(found)


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _values(item)
    else:
        yield value


def _report(grants: Grants, sight: Sight, question: Question, expected: Any, reply: Reply, seed: str) -> str:
    return (
        f"--- seed {seed}\n--- grants\n{grants.text}\n--- asker {sight.asker} as {sight.role}\n--- question\n{question.query}\n{question.variables}\n"
        f"--- expected\n{expected}\n--- answered {reply.status}\n{reply.body.decode()}"
    )
