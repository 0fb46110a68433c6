"""`@provides`: a selection on the objects that a field returns, whose leaves are external there."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error
from gateway.composition.model import named_type
from gateway.composition.rules.selections import Demands, check_selection
from gateway.supergraph.model import TypeKind

__all__ = ["check"]

_DEMANDS = Demands("PROVIDES", external_leaves=True)


def check(facts: Facts) -> Iterator[Issue]:
    subgraph = facts.subgraph
    for found in subgraph.types.values():
        for field in found.fields.values():
            for applied in field.all("provides"):
                where = f"@provides on {found.name}.{field.name}"
                if found.kind is TypeKind.INTERFACE:
                    message = f"{where} cannot stand on a field of an interface."
                    yield error("PROVIDES_UNSUPPORTED_ON_INTERFACE", message, subgraph.name, applied.node)
                yield from check_selection(facts, _DEMANDS, named_type(field.type), applied, where)
