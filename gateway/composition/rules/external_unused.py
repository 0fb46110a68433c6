"""An `@external` field that no key, requirement, provision or interface names: a mistake, or a left-over."""

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
            place = (found.name, field.name)
            if place in facts.external and place not in facts.used:
                message = f"{found.name}.{field.name} is @external, but nothing uses it."
                yield error("EXTERNAL_UNUSED", message, facts.subgraph.name, field.node)
