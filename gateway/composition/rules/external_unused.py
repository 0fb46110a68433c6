"""An `@external` field that no key, requirement, provision or interface names: a mistake, or a left-over."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error
from gateway.supergraph.model import TypeKind

__all__ = ["check"]


def check(facts: Facts) -> Iterator[Issue]:
    if facts.subgraph.version is None:
        return
    for found in facts.subgraph.types.values():
        if found.kind is not TypeKind.OBJECT:
            continue
        for field in found.fields.values():
            if field.has("external") and (found.name, field.name) not in facts.used:
                message = f"{found.name}.{field.name} is @external, but nothing uses it."
                yield error("EXTERNAL_UNUSED", message, facts.subgraph.name, field.node)
