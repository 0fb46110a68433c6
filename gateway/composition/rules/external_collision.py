"""`@external` beside `@provides` on one field: a field that is not resolved here cannot provide anything."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error

__all__ = ["check"]


def check(facts: Facts) -> Iterator[Issue]:
    for found in facts.subgraph.types.values():
        for field in found.fields.values():
            if field.has("provides") and (found.name, field.name) in facts.external:
                message = f"{found.name}.{field.name} cannot be @external and have @provides."
                code = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE"
                yield error(code, message, facts.subgraph.name, field.node)
