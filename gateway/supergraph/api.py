"""Schemas without machinery: what clients see, and what the gateway executes against.

Two cuts of one supergraph document. The full schema loses the join and link machinery only; the API schema loses every
linked feature and everything `@inaccessible`. Both keep descriptions, deprecations and defaults.
Source: https://specs.apollo.dev/inaccessible/v0.2
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLSchema,
    Node,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    build_ast_schema,
    print_schema,
    validate_schema,
)

from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.features import Feature

__all__ = ["api_document", "build_checked", "full_document", "print_api_schema"]

_N = TypeVar("_N", bound=Node)
_MACHINERY = frozenset({"join", "link", "core"})
_MEMBERS = ("fields", "values", "arguments")


def full_document(document: DocumentNode, features: Sequence[Feature]) -> DocumentNode:
    """The document without join and link definitions and applications; other features stay readable."""
    return _Cut([feature for feature in features if feature.name in _MACHINERY]).apply(document)


def api_document(document: DocumentNode, features: Sequence[Feature], inaccessible: str | None) -> DocumentNode:
    """The document of the client's schema. `inaccessible` is the name of that directive here, when it is linked."""
    return _Cut(features, inaccessible).apply(document)


def build_checked(document: DocumentNode) -> GraphQLSchema:
    """The executable schema of a document. Raises SupergraphError INVALID_GRAPHQL with every complaint.

    Two rules of GraphQL are left out, that no composer demands and that no operation hangs on: deprecation of implementing
    fields, and defaults of input objects that leave out a required field.
    """
    try:
        schema = build_ast_schema(document, assume_valid_sdl=True)
    except (TypeError, ValueError, KeyError) as error:
        raise SupergraphError("INVALID_GRAPHQL", str(error)) from None
    if errors := [error for error in validate_schema(schema) if not _tolerated(error.message)]:
        raise SupergraphError("INVALID_GRAPHQL", " ".join(error.message for error in errors))
    return schema


def _tolerated(message: str) -> bool:
    return "so implementation field" in message or (
        "has invalid default value" in message and "to include required field" in message
    )


def print_api_schema(schema: GraphQLSchema) -> str:
    """The readable client schema, as `docs/api.graphql` holds it."""
    return print_schema(schema) + "\n"


@dataclass(frozen=True, slots=True)
class _Cut:
    features: Sequence[Feature]
    inaccessible: str | None = None

    def apply(self, document: DocumentNode) -> DocumentNode:
        hidden = self._hidden_types(document)
        kept = (self._definition(definition, hidden) for definition in document.definitions)
        return _changed(document, definitions=tuple(definition for definition in kept if definition is not None))

    def _hidden_types(self, document: DocumentNode) -> frozenset[str]:
        return frozenset(
            definition.name.value
            for definition in document.definitions
            if isinstance(definition, (TypeDefinitionNode, TypeExtensionNode))
            and (self._is_machinery(definition.name.value) or self._is_hidden(definition))
        )

    def _is_machinery(self, type_name: str) -> bool:
        return any(feature.owns_type(type_name) for feature in self.features)

    def _is_hidden(self, node: Any) -> bool:
        return self.inaccessible is not None and any(
            directive.name.value == self.inaccessible for directive in node.directives or ()
        )

    def _owned(self, directive_name: str) -> bool:
        return any(feature.owns_directive(directive_name) for feature in self.features)

    def _definition(self, node: DefinitionNode, hidden: Collection[str]) -> DefinitionNode | None:
        if isinstance(node, DirectiveDefinitionNode):
            return None if self._owned(node.name.value) else self._members(node, hidden)
        if isinstance(node, SchemaExtensionNode):
            return node if node.operation_types else None
        if isinstance(node, SchemaDefinitionNode):
            operations = tuple(entry for entry in node.operation_types if entry.type.name.value not in hidden)
            return _changed(node, directives=self._directives(node.directives), operation_types=operations)
        if isinstance(node, (TypeDefinitionNode, TypeExtensionNode)):
            return None if node.name.value in hidden else self._members(node, hidden)
        return node

    def _members(self, node: _N, hidden: Collection[str]) -> _N:
        """A copy of `node` and everything below it, without hidden members and owned directives."""
        changes: dict[str, Any] = {}
        if hasattr(node, "directives"):
            changes["directives"] = self._directives(node.directives)  # type: ignore[attr-defined]
        for attribute in _MEMBERS:
            if members := getattr(node, attribute, None):
                changes[attribute] = tuple(self._members(m, hidden) for m in members if self._keeps(m, hidden))
        for attribute in ("interfaces", "types"):
            if names := getattr(node, attribute, None):
                changes[attribute] = tuple(name for name in names if name.name.value not in hidden)
        return _changed(node, **changes)

    def _keeps(self, member: Any, hidden: Collection[str]) -> bool:
        """Whether a field, argument or value stays. One that refers to a hidden type must be hidden itself
        (composition refuses anything else), so it goes with the type.
        """
        return not self._is_hidden(member) and _named(getattr(member, "type", None)) not in hidden

    def _directives(self, directives: Iterable[ConstDirectiveNode] | None) -> tuple[ConstDirectiveNode, ...]:
        return tuple(directive for directive in directives or () if not self._owned(directive.name.value))


def _named(node: Any) -> str | None:
    while node is not None and not hasattr(node, "name"):
        node = node.type
    return node.name.value if node is not None else None


def _changed(node: _N, **changes: Any) -> _N:
    return dataclasses.replace(node, **changes)
