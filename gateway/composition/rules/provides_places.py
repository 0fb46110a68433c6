"""`@provides` stands on fields that return objects: elsewhere its selection has no type to be made on."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error
from gateway.composition.model import named_type
from gateway.supergraph.model import TypeKind

__all__ = ["check"]

_COMPOSITE = frozenset({TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION})


def check(facts: Facts) -> Iterator[Issue]:
    subgraph = facts.subgraph
    for found in subgraph.types.values():
        for field in found.fields.values():
            # Beside `@external` the place is wrong for another reason.
            applied = field.first("provides") if (found.name, field.name) not in facts.external else None
            target = subgraph.types.get(named_type(field.type))
            if applied is not None and (target is None or target.kind not in _COMPOSITE):
                message = f"@provides on {found.name}.{field.name}: the field does not return objects."
                yield error("PROVIDES_ON_NON_OBJECT_FIELD", message, subgraph.name, applied.node)
