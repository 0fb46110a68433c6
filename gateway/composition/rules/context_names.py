"""The name of a `@context` is made of letters and digits: it becomes part of names in the supergraph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error

__all__ = ["check"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def check(facts: Facts) -> Iterator[Issue]:
    for found in facts.subgraph.types.values():
        for applied in found.all("context"):
            context = str(applied.values.get("name"))
            if not _NAME.fullmatch(context):
                message = f"The context name {context!r} on {found.name} is not made of letters and digits."
                yield error("CONTEXT_NAME_INVALID", message, facts.subgraph.name, found.node)
