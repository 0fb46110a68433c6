"""A falsified example, readable: the subgraphs, the operation, its plan, both answers."""

from __future__ import annotations

import json
from typing import Any

from gateway.planning.text import plan_text
from tests.properties.federation.operations import Question
from tests.properties.federation.running import Answer, Federation

__all__ = ["report"]


def report(
    federation: Federation,
    question: Question | None,
    found: str,
    ours: Answer | None = None,
    theirs: Answer | None = None,
) -> str:
    """Everything that it takes to see what went wrong."""
    parts = [f"\n{found}"]
    for name, text in federation.sdl.items():
        lines = [line for line in text.split("\n") if not line.startswith("extend schema @link")]
        kind = federation.graph.subgraph(name).version or "federation 1"
        parts.append("\n".join([f"--- {name} ({kind})", *lines]))
    if federation.graph.labels:
        parts.append(f"--- labels on: {sorted(federation.graph.labels)}")
    if question is not None:
        parts.append(f"--- operation\n{question.query}\n{json.dumps(question.variables)}")
        parts.append(f"--- plan\n{plan_text(federation.plan(federation.operation(question.query)))}")
    for name, answer in (("gateway", ours), ("whole schema", theirs)):
        if answer is not None:
            parts.append(f"--- {name}\n{json.dumps(answer.data, indent=1)}\nerrors: {sorted(map(str, answer.errors))}")
    if ours is not None and theirs is not None and ours.data != theirs.data:
        parts.append(f"--- first difference\n{first_difference(ours.data, theirs.data)}")
    return "\n".join(parts)


def first_difference(ours: Any, theirs: Any, path: str = "") -> str:
    """The first place where two answers differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        return next((d for k in ours if (d := first_difference(ours[k], theirs[k], f"{path}.{k}"))), "")
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return next((d for n, (a, b) in pairs if (d := first_difference(a, b, f"{path}.{n}"))), "")
    return "" if ours == theirs else f"{path}: {json.dumps(ours)} is not {json.dumps(theirs)}"
