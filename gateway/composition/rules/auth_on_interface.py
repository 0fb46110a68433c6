"""Access demands on interfaces and their fields are refused: asked through another type they would not hold (A02)."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error
from gateway.supergraph.model import TypeKind

__all__ = ["check"]

_DEMANDS = ("authenticated", "requiresScopes", "policy")


def check(facts: Facts) -> Iterator[Issue]:
    for found in facts.subgraph.types.values():
        on_interface = found.kind is TypeKind.INTERFACE
        if not on_interface and not found.has("interfaceObject"):
            continue
        # On fields of an interface object a demand is fine: that subgraph is the only one to resolve them.
        elements = (found, *found.fields.values()) if on_interface else (found,)
        for element in elements:
            for directive in _DEMANDS:
                if element.has(directive):
                    message = (
                        f"@{directive} stands on the interface {found.name}; put it on the types that implement it."
                    )
                    yield error("AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", message, facts.subgraph.name, element.node)
