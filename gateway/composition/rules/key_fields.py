"""`@key`: a selection of plain fields, no abstract types, no arguments; on interfaces from Federation 2.3."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error
from gateway.composition.rules.selections import Demands, check_selection
from gateway.supergraph.model import TypeKind

__all__ = ["check"]

_DEMANDS = Demands("KEY")


def check(facts: Facts) -> Iterator[Issue]:
    subgraph = facts.subgraph
    for found in subgraph.types.values():
        for key in found.all("key"):
            if found.kind is TypeKind.INTERFACE and subgraph.version is not None and subgraph.version < (2, 3):
                message = f"@key on the interface {found.name} needs Federation 2.3."
                yield error("KEY_UNSUPPORTED_ON_INTERFACE", message, subgraph.name, key.node)
            yield from check_selection(facts, _DEMANDS, found.name, key, f"@key on {found.name}")
