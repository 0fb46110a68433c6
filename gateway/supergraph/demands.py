"""Reads `@authenticated`, `@requiresScopes` and `@policy` of a supergraph, under whatever names they are imported (case A03).

Sources: https://specs.apollo.dev/authenticated/v0.1, https://specs.apollo.dev/requiresScopes/v0.1, https://specs.apollo.dev/policy/v0.1
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import InterfaceTypeDefinitionNode, ObjectTypeDefinitionNode, TypeDefinitionNode, parse

from gateway.supergraph.features import APOLLO, Feature, argument_values, linked_features, schema_directives

__all__ = ["Alternatives", "Demand", "StatedDemands", "read_demands"]

Alternatives = tuple[frozenset[str], ...]
"""One of these has to be held, all of it. None at all demands nothing."""

_ARGUMENTS = {"authenticated": "", "requiresScopes": "scopes", "policy": "policies"}


@dataclass(frozen=True, slots=True)
class Demand:
    """What one element of the graph asks of a caller; all three together."""

    authenticated: bool = False
    scopes: Alternatives = ()
    policies: Alternatives = ()


@dataclass(frozen=True, slots=True)
class StatedDemands:
    """What stands in the supergraph: by type name, and by `Type.field`."""

    types: Mapping[str, Demand] = field(default_factory=dict[str, Demand])
    fields: Mapping[str, Demand] = field(default_factory=dict[str, Demand])

    def __bool__(self) -> bool:
        return bool(self.types or self.fields)


def read_demands(sdl: str) -> StatedDemands:
    """Return the demands that join SDL states."""
    if not sdl:
        return StatedDemands()
    document = parse(sdl, no_location=True)
    features = [
        feature
        for feature in linked_features(schema_directives(document))
        if feature.identity.removeprefix(APOLLO) in _ARGUMENTS
    ]
    types: dict[str, Demand] = {}
    fields: dict[str, Demand] = {}
    for node in document.definitions if features else ():
        if not isinstance(node, TypeDefinitionNode):
            continue
        for demand in _demanded(node, features):
            types[node.name.value] = demand
        if isinstance(node, (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode)):
            for below in node.fields or ():
                for demand in _demanded(below, features):
                    fields[f"{node.name.value}.{below.name.value}"] = demand
    return StatedDemands(types, fields)


def _demanded(node: Any, features: list[Feature]) -> Iterator[Demand]:
    """The demand that stands on a node, if one does."""
    names = {feature.directive(feature.name): feature.name for feature in features}
    found: dict[str, Alternatives] = {}
    for applied in node.directives or ():
        spec = names.get(applied.name.value)
        if spec is not None:
            groups = argument_values(applied).get(_ARGUMENTS[spec]) or ()
            found[spec] = tuple(frozenset(map(str, group)) for group in groups)
    if found:
        yield Demand("authenticated" in found, found.get("requiresScopes", ()), found.get("policy", ()))
