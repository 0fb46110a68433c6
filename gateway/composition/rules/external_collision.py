"""`@external` beside `@requires` or `@provides` on one field: a field is resolved here, or it is not."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error

__all__ = ["check"]


def check(facts: Facts) -> Iterator[Issue]:
    if facts.subgraph.version is None:
        return
    for found in facts.subgraph.types.values():
        for field in found.fields.values():
            for directive in ("requires", "provides"):
                if field.has("external") and field.has(directive):
                    message = f"{found.name}.{field.name} cannot be @external and have @{directive}."
                    code = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE"
                    yield error(code, message, facts.subgraph.name, field.node)
