"""`@requires`: a selection on the type itself whose leaves come from other subgraphs; arguments are allowed."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error
from gateway.composition.rules.selections import Demands, check_selection
from gateway.supergraph.model import TypeKind

__all__ = ["check"]

_DEMANDS = Demands("REQUIRES", arguments=True, external_leaves=True)


def check(facts: Facts) -> Iterator[Issue]:
    subgraph = facts.subgraph
    for found in subgraph.types.values():
        for field in found.fields.values():
            for applied in field.all("requires"):
                where = f"@requires on {found.name}.{field.name}"
                if found.kind is TypeKind.INTERFACE:
                    message = f"{where} cannot stand on a field of an interface."
                    yield error("REQUIRES_UNSUPPORTED_ON_INTERFACE", message, subgraph.name, applied.node)
                yield from check_selection(facts, _DEMANDS, found.name, applied, where)
