"""Small changes to a subgraph's document: orphan extensions, federation's own root fields, names of root types."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
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
    OperationType,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    Visitor,
    visit,
)

from gateway.composition.issues import Issue, error
from gateway.composition.model import ROOTS

__all__ = ["adopt_orphans", "bad_roots", "root_fields_removed", "root_names", "roots_renamed"]

_CANONICAL = {
    OperationType.QUERY: "Query",
    OperationType.MUTATION: "Mutation",
    OperationType.SUBSCRIPTION: "Subscription",
}
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


# -- root types ------------------------------------------------------------------------------------------------------


def root_names(document: DocumentNode) -> dict[str, str]:
    """What root types are called here → what they are called in the graph.

    A root that the schema definition leaves out is the type of its usual name, as in GraphQL without a definition.
    """
    found: dict[str, str] = {}
    for node in document.definitions:
        if isinstance(node, (SchemaDefinitionNode, SchemaExtensionNode)):
            found |= {entry.type.name.value: _CANONICAL[entry.operation] for entry in node.operation_types or ()}
    for name in ROOTS:
        if name not in found.values():
            found.setdefault(name, name)
    return found


def bad_roots(document: DocumentNode, roots: Mapping[str, str], subgraph: str) -> Iterator[Issue]:
    """Types that carry the name of a root type and are another, so that they would be mistaken in the graph."""
    renamed = {target: name for name, target in roots.items() if name != target}
    seen: set[str] = set()
    for node in document.definitions:
        if not isinstance(node, (TypeDefinitionNode, TypeExtensionNode)) or node.name.value in seen:
            continue
        name = node.name.value
        if name in renamed and roots.get(name) != name:
            seen.add(name)
            message = f"{name} is a type here, but {renamed[name]} is the root type of that name."
            yield error(f"ROOT_{name.upper()}_USED", message, subgraph, node)


class _Renamer(Visitor):
    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self._names = names

    def enter_named_type(self, node: Any, *_: Any) -> Any:
        name = node.name.value
        if name not in self._names:
            return None
        return dataclasses.replace(node, name=dataclasses.replace(node.name, value=self._names[name]))

    enter_object_type_definition = enter_named_type
    enter_object_type_extension = enter_named_type


def roots_renamed(document: DocumentNode, roots: Mapping[str, str]) -> DocumentNode:
    names = {name: target for name, target in roots.items() if name != target}
    return visit(document, _Renamer(names)) if names else document
