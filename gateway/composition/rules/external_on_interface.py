"""`@external` on a field of an interface means nothing: interfaces resolve no fields."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error
from gateway.supergraph.model import TypeKind

__all__ = ["check"]


def check(facts: Facts) -> Iterator[Issue]:
    for found in facts.subgraph.types.values():
        if found.kind is not TypeKind.INTERFACE:
            continue
        for field in found.fields.values():
            if field.has("external"):
                message = f"{found.name}.{field.name} is a field of an interface and cannot be @external."
                yield error("EXTERNAL_ON_INTERFACE", message, facts.subgraph.name, field.node)
