"""Reads `@cost` and `@listSize` of a supergraph, under whatever names they are imported.

A field of an interface has no cost of its own: it costs what the dearest implementation of it costs.
Source: https://specs.apollo.dev/cost/v0.1
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    IntValueNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    TypeNode,
    parse,
)

from gateway.language.cost import CostRules, ListSize
from gateway.supergraph.features import APOLLO, Feature, argument_values, linked_features, schema_directives

__all__ = ["read_costs"]


def read_costs(sdl: str, list_size: int) -> CostRules:
    """The rules that a supergraph states. `list_size` is for lists of which nothing is said."""
    document = parse(sdl)
    features = linked_features(schema_directives(document))
    feature = next((found for found in features if found.identity == f"{APOLLO}cost"), None)
    return CostRules(list_size) if feature is None else _Reader(feature).rules(document, list_size)


@dataclass(slots=True)
class _Reader:
    feature: Feature
    types: dict[str, int] = field(default_factory=dict[str, int])
    fields: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    arguments: dict[tuple[str, str, str], int] = field(default_factory=dict[tuple[str, str, str], int])
    lists: dict[tuple[str, str], ListSize] = field(default_factory=dict[tuple[str, str], ListSize])
    inputs: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    taken: dict[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])
    """The types of arguments and input fields."""

    def rules(self, document: DocumentNode, list_size: int) -> CostRules:
        definitions = [node for node in document.definitions if isinstance(node, TypeDefinitionNode)]
        for definition in definitions:
            weight = self._weight(definition)
            if weight is not None:
                self.types[definition.name.value] = weight
            if isinstance(definition, (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode)):
                for node in definition.fields or ():
                    self._field(definition.name.value, node)
            elif isinstance(definition, InputObjectTypeDefinitionNode):
                for given in definition.fields or ():
                    self._input(definition.name.value, given)
        for definition in definitions:
            if isinstance(definition, ObjectTypeDefinitionNode):
                for interface in definition.interfaces or ():
                    self._lift(definition, interface.name.value)
        objects = {node.name.value for node in definitions if isinstance(node, InputObjectTypeDefinitionNode)}
        shapes = {place: name for place, name in self.taken.items() if name in objects} if self.inputs else {}
        return CostRules(list_size, self.types, self.fields, self.arguments, self.lists, self.inputs, shapes)

    def _input(self, type_name: str, node: InputValueDefinitionNode) -> None:
        place = (type_name, node.name.value)
        self.taken[place] = _named(node.type)
        weight = self._weight(node)
        if weight is not None:
            self.inputs[place] = weight

    def _field(self, type_name: str, node: FieldDefinitionNode) -> None:
        place = (type_name, node.name.value)
        weight = self._weight(node)
        if weight is not None:
            self.fields[place] = weight
        for argument in node.arguments or ():
            self.taken[(*place, argument.name.value)] = _named(argument.type)
            weight = self._weight(argument)
            if weight is not None:
                self.arguments[(*place, argument.name.value)] = weight
        for values in self._applied(node, "listSize"):
            self.lists[place] = _list_size(values, {a.name.value: a for a in node.arguments or ()})

    def _lift(self, definition: ObjectTypeDefinitionNode, interface: str) -> None:
        for node in definition.fields or ():
            own, place = (definition.name.value, node.name.value), (interface, node.name.value)
            if own in self.fields:
                self.fields[place] = max(self.fields[own], self.fields.get(place, 0))
            if own in self.lists:
                self.lists.setdefault(place, self.lists[own])

    def _weight(self, node: TypeDefinitionNode | FieldDefinitionNode | InputValueDefinitionNode) -> int | None:
        found = next(self._applied(node, "cost"), {}).get("weight")
        return found if isinstance(found, int) else None

    def _applied(self, node: Any, element: str) -> Iterator[dict[str, Any]]:
        name = self.feature.directive(element)
        return (argument_values(applied) for applied in node.directives or () if applied.name.value == name)


def _named(node: TypeNode) -> str:
    while isinstance(node, (ListTypeNode, NonNullTypeNode)):
        node = node.type
    return node.name.value if isinstance(node, NamedTypeNode) else ""


def _list_size(values: dict[str, Any], arguments: dict[str, InputValueDefinitionNode]) -> ListSize:
    assumed = values.get("assumedSize")
    slicing: dict[str, int | None] = {}
    for name in values.get("slicingArguments") or ():
        argument = arguments.get(name)
        default = argument.default_value if argument is not None else None
        slicing[name] = int(default.value) if isinstance(default, IntValueNode) else None
    return ListSize(assumed if isinstance(assumed, int) else None, slicing, frozenset(values.get("sizedFields") or ()))
