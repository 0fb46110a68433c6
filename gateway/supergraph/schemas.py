"""The executable schemas of a supergraph: the full one, and the client's, without what is inaccessible."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphql import (
    REMOVE,
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLSchema,
    NamedTypeNode,
    Node,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    Visitor,
    build_ast_schema,
    print_schema,
    visit,
)

__all__ = ["api_schema", "api_sdl", "full_schema"]

_MACHINERY = ("join__", "link__", "core__", "federation__")
_COMPOSED = frozenset(
    {
        *("link", "core", "inaccessible", "tag", "authenticated", "requiresScopes", "policy", "cost", "listSize"),
        *("context", "fromContext", "cacheTag"),
    }
)
_KEPT = frozenset({"deprecated", "specifiedBy", "oneOf"})


def full_schema(document: DocumentNode) -> GraphQLSchema:
    """The schema of everything in the graph, inaccessible elements included."""
    return build_ast_schema(visit(document, _Strip(hide=False)), assume_valid_sdl=True)


def api_schema(document: DocumentNode) -> GraphQLSchema:
    """The schema that a client sees."""
    hidden = {
        d.name.value
        for d in document.definitions
        if isinstance(d, TypeDefinitionNode) and _is_inaccessible(d.directives or ())
    }
    return build_ast_schema(visit(document, _Strip(hide=True, hidden=frozenset(hidden))), assume_valid_sdl=True)


def api_sdl(schema: GraphQLSchema) -> str:
    """The client's schema as text."""
    return print_schema(schema) + "\n"


class _Strip(Visitor):
    """Takes out the join machinery, and with `hide` what is inaccessible (with what refers to it)."""

    def __init__(self, *, hide: bool, hidden: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._hide = hide
        self._hidden = hidden

    def enter(self, node: Node, *_: Any) -> Any:
        if isinstance(node, ConstDirectiveNode):
            return None if node.name.value in _KEPT else REMOVE
        if isinstance(node, DirectiveDefinitionNode) and _is_machinery(node.name.value):
            return REMOVE
        if isinstance(node, TypeDefinitionNode) and node.name.value.startswith(_MACHINERY):
            return REMOVE
        if isinstance(node, SchemaDefinitionNode):
            return None
        if self._hide and _is_inaccessible(getattr(node, "directives", None) or ()):
            return REMOVE
        if self._hidden and isinstance(node, NamedTypeNode) and node.name.value in self._hidden:
            return REMOVE
        return None


def _is_machinery(name: str) -> bool:
    return name.startswith(_MACHINERY) or name in _COMPOSED


def _is_inaccessible(directives: Iterable[ConstDirectiveNode]) -> bool:
    return any(directive.name.value == "inaccessible" for directive in directives)
