"""A directive that is merged into the graph has no effect on an `@external` declaration, so it may not stand there."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error

__all__ = ["check"]

_MERGED = ("authenticated", "cost", "inaccessible", "listSize", "policy", "requiresScopes", "tag")


def check(facts: Facts) -> Iterator[Issue]:
    if facts.subgraph.version is None:
        return
    for found in facts.subgraph.types.values():
        for field in found.fields.values():
            if not field.has("external"):
                continue
            elements = (field, *field.arguments.values())
            for directive in _MERGED:
                if any(element.has(directive) for element in elements):
                    message = f"{found.name}.{field.name} is @external, where @{directive} has no effect."
                    code = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"
                    yield error(code, message, facts.subgraph.name, field.node)
