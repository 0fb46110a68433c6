"""`@shareable` where it means nothing: on interface fields, or twice on one declaration."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error
from gateway.supergraph.model import TypeKind

__all__ = ["check"]

_CODE = "INVALID_SHAREABLE_USAGE"


def check(facts: Facts) -> Iterator[Issue]:
    name = facts.subgraph.name
    for found in facts.subgraph.types.values():
        if "shareable" in found.repeated:
            message = f"One declaration of {found.name} is @shareable more than once."
            yield error(_CODE, message, name, found.node)
        for field in found.fields.values():
            where = f"{found.name}.{field.name}"
            if found.kind is TypeKind.INTERFACE and field.has("shareable"):
                yield error(_CODE, f"{where} is a field of an interface and cannot be @shareable.", name, field.node)
            if sum(1 for _ in field.all("shareable")) > 1:
                yield error(_CODE, f"{where} is @shareable more than once.", name, field.node)
