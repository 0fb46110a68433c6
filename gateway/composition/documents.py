"""Small changes to a subgraph's document before it is checked: orphan extensions, and federation's own root fields."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
)

__all__ = ["adopt_orphans", "root_fields_removed"]

_SERVICE_FIELDS = frozenset({"_service", "_entities"})
_DEFINITIONS: Mapping[type[Any], type[Any]] = {
    ScalarTypeExtensionNode: ScalarTypeDefinitionNode,
    ObjectTypeExtensionNode: ObjectTypeDefinitionNode,
    InterfaceTypeExtensionNode: InterfaceTypeDefinitionNode,
    UnionTypeExtensionNode: UnionTypeDefinitionNode,
    EnumTypeExtensionNode: EnumTypeDefinitionNode,
    InputObjectTypeExtensionNode: InputObjectTypeDefinitionNode,
}


def root_fields_removed(definitions: Sequence[DefinitionNode], roots: Mapping[str, str]) -> tuple[DefinitionNode, ...]:
    """Without `Query._service` and `Query._entities`; a query type (or extension) left empty by that goes as well."""
    kept: list[DefinitionNode] = []
    for node in definitions:
        is_object = isinstance(node, (ObjectTypeDefinitionNode, ObjectTypeExtensionNode))
        if not is_object or roots.get(node.name.value) != "Query" or not node.fields:
            kept.append(node)
            continue
        fields = tuple(field for field in node.fields if field.name.value not in _SERVICE_FIELDS)
        if fields:
            kept.append(dataclasses.replace(node, fields=fields) if len(fields) != len(node.fields) else node)
    return tuple(_without_lost_roots(kept))


def _without_lost_roots(definitions: Sequence[DefinitionNode]) -> list[DefinitionNode]:
    """Drop entries of the schema definition whose type is gone."""
    defined = {node.name.value for node in definitions if isinstance(node, (TypeDefinitionNode, TypeExtensionNode))}
    kept: list[DefinitionNode] = []
    for node in definitions:
        if isinstance(node, (SchemaDefinitionNode, SchemaExtensionNode)) and node.operation_types:
            types = tuple(
                t for t in node.operation_types if t.type.name.value in defined or t.operation.value != "query"
            )
            if len(types) != len(node.operation_types):
                kept.append(_schema_with(node, types))
                continue
        kept.append(node)
    return kept


def _schema_with(node: Any, types: tuple[Any, ...]) -> Any:
    if types or isinstance(node, SchemaExtensionNode):
        return dataclasses.replace(node, operation_types=types)
    return SchemaExtensionNode(directives=node.directives, operation_types=(), loc=node.loc)


def adopt_orphans(document: DocumentNode) -> tuple[DocumentNode, frozenset[str]]:
    """Make the first extension of each type without definition a definition; say which types those are.

    In federation the base may live in another subgraph, which plain GraphQL does not know.
    """
    defined = {node.name.value for node in document.definitions if isinstance(node, TypeDefinitionNode)}
    adopted: set[str] = set()
    definitions: list[DefinitionNode] = []
    for node in document.definitions:
        if isinstance(node, TypeExtensionNode) and node.name.value not in defined:
            defined.add(node.name.value)
            adopted.add(node.name.value)
            definitions.append(_as_definition(node))
        else:
            definitions.append(node)
    return DocumentNode(definitions=tuple(definitions)), frozenset(adopted)


def _as_definition(node: TypeExtensionNode) -> DefinitionNode:
    target = _DEFINITIONS[type(node)]
    names = {field.name for field in dataclasses.fields(target)} & {field.name for field in dataclasses.fields(node)}
    return target(**{name: getattr(node, name) for name in names})
