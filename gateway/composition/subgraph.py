"""One subgraph as composition sees it: its types with extensions joined, federation directives by their own names.

A Federation 2 schema may import directives under other names or use them behind a prefix; a Federation 1 schema (no `@link`)
uses them plainly, and shares what is a value type. Both come out alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    parse,
    value_from_ast_untyped,
)

from gateway.composition.model import CompositionError, SubgraphInput
from gateway.supergraph.model import TypeKind

__all__ = ["InvalidSubgraph", "SubgraphSchema", "TypePart", "read_subgraph"]

_FEDERATION = re.compile(r"^https://specs\.apollo\.dev/federation/v(\d+)\.(\d+)$")
_DIRECTIVES = frozenset(
    {
        *("key", "requires", "provides", "external", "shareable", "extends", "override", "inaccessible", "tag"),
        *("composeDirective", "interfaceObject", "authenticated", "requiresScopes", "policy", "context", "fromContext"),
        *("cost", "listSize", "cacheTag"),
    }
)
_KINDS: dict[type[Node], TypeKind] = {
    ScalarTypeDefinitionNode: TypeKind.SCALAR,
    ScalarTypeExtensionNode: TypeKind.SCALAR,
    ObjectTypeDefinitionNode: TypeKind.OBJECT,
    ObjectTypeExtensionNode: TypeKind.OBJECT,
    InterfaceTypeDefinitionNode: TypeKind.INTERFACE,
    InterfaceTypeExtensionNode: TypeKind.INTERFACE,
    UnionTypeDefinitionNode: TypeKind.UNION,
    UnionTypeExtensionNode: TypeKind.UNION,
    EnumTypeDefinitionNode: TypeKind.ENUM,
    EnumTypeExtensionNode: TypeKind.ENUM,
    InputObjectTypeDefinitionNode: TypeKind.INPUT,
    InputObjectTypeExtensionNode: TypeKind.INPUT,
}
_MACHINERY = frozenset({"_Any", "_Entity", "_Service", "_FieldSet", "FieldSet"})
_ROOTS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
Arguments = Mapping[str, Any]
FieldNodes = FieldDefinitionNode | InputValueDefinitionNode


class InvalidSubgraph(Exception):  # noqa: N818 - it is a verdict on a subgraph
    def __init__(self, *errors: CompositionError) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


@dataclass(slots=True)
class TypePart:
    """A type in one subgraph. `directives` are (canonical name, arguments), in the order written."""

    name: str
    kind: TypeKind
    description: str | None = None
    fields: dict[str, FieldNodes] = field(default_factory=dict[str, FieldNodes])
    interfaces: list[str] = field(default_factory=list[str])
    members: list[str] = field(default_factory=list[str])
    values: dict[str, tuple[str | None, tuple[ConstDirectiveNode, ...]]] = field(
        default_factory=dict[str, tuple["str | None", tuple[ConstDirectiveNode, ...]]]
    )
    directives: list[tuple[str, Arguments]] = field(default_factory=list[tuple[str, Arguments]])
    extension: bool = False

    def applied(self, name: str) -> list[Arguments]:
        return [arguments for known, arguments in self.directives if known == name]

    def has(self, name: str) -> bool:
        return any(known == name for known, _ in self.directives)


@dataclass(slots=True)
class SubgraphSchema:
    """`version` is that of the federation link; (1, 0) for a schema without one."""

    name: str
    graph: str
    url: str
    version: tuple[int, int]
    types: dict[str, TypePart]
    names: Mapping[str, str]
    """Directive as written → canonical name."""

    def canonical(self, directives: Iterable[ConstDirectiveNode]) -> list[tuple[str, Arguments]]:
        return [(self.names.get(d.name.value, d.name.value), _arguments(d)) for d in directives]

    def field_directives(self, node: FieldNodes) -> dict[str, list[Arguments]]:
        found: dict[str, list[Arguments]] = {}
        for name, arguments in self.canonical(node.directives or ()):
            found.setdefault(name, []).append(arguments)
        return found


def read_subgraph(given: SubgraphInput, graph: str) -> SubgraphSchema:
    """Read one subgraph. Raises InvalidSubgraph (INVALID_GRAPHQL, UNKNOWN_FEDERATION_LINK_VERSION)."""
    try:
        document = parse(given.sdl)
    except GraphQLError as error:
        raise InvalidSubgraph(
            CompositionError("INVALID_GRAPHQL", f"[{given.name}] {error.message}", (given.name,))
        ) from None
    version, names = _links(document, given.name)
    schema = SubgraphSchema(given.name, graph, given.url, version, {}, names)
    renamed = _root_names(document)
    for definition in document.definitions:
        kind = _KINDS.get(type(definition))
        if kind is not None:
            _add(schema, definition, kind, renamed)
    _drop_machinery(schema)
    return schema


def _links(document: DocumentNode, subgraph: str) -> tuple[tuple[int, int], dict[str, str]]:
    names = {name: name for name in _DIRECTIVES}
    for arguments in _link_applications(document):
        match = _FEDERATION.match(str(arguments.get("url")))
        if match is None:
            continue
        version = (int(match[1]), int(match[2]))
        if version[0] != 2 or version[1] > 14:
            message = f'[{subgraph}] unknown version "{arguments["url"]}" of the federation specification'
            raise InvalidSubgraph(CompositionError("UNKNOWN_FEDERATION_LINK_VERSION", message, (subgraph,)))
        prefix = str(arguments.get("as") or "federation")
        names = {f"{prefix}__{name}": name for name in _DIRECTIVES} | {"tag": "tag", "inaccessible": "inaccessible"}
        for wish in arguments.get("import") or ():
            name, alias = (wish, wish) if isinstance(wish, str) else (wish["name"], wish.get("as", wish["name"]))
            if name.startswith("@"):
                names[alias.removeprefix("@")] = name.removeprefix("@")
        return version, names
    return (1, 0), names


def _link_applications(document: DocumentNode) -> Iterator[Arguments]:
    for definition in document.definitions:
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode):
            for directive in definition.directives or ():
                if directive.name.value == "link":
                    yield _arguments(directive)


def _root_names(document: DocumentNode) -> dict[str, str]:
    """Root types as named in this subgraph → their usual names."""
    renamed: dict[str, str] = {}
    for definition in document.definitions:
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode):
            for operation in definition.operation_types or ():
                renamed[operation.type.name.value] = _ROOTS[operation.operation.value]
    return renamed


def _add(schema: SubgraphSchema, node: Any, kind: TypeKind, renamed: Mapping[str, str]) -> None:
    name = renamed.get(node.name.value, node.name.value)
    part = schema.types.setdefault(name, TypePart(name, kind, extension=True))
    extends = type(node).__name__.endswith("ExtensionNode")
    part.extension = part.extension and extends
    if getattr(node, "description", None):
        part.description = node.description.value
    part.directives += schema.canonical(node.directives or ())
    if part.has("extends"):
        part.extension = True
    part.interfaces += [i.name.value for i in getattr(node, "interfaces", None) or ()]
    part.members += [t.name.value for t in getattr(node, "types", None) or ()]
    for item in getattr(node, "fields", None) or ():
        part.fields[item.name.value] = item
    for value in getattr(node, "values", None) or ():
        text = value.description.value if value.description else None
        part.values[value.name.value] = (text, tuple(value.directives or ()))


def _drop_machinery(schema: SubgraphSchema) -> None:
    for name in list(schema.types):
        if name in _MACHINERY or name.startswith(("federation__", "link__")):
            del schema.types[name]
    query = schema.types.get("Query")
    if query is not None:
        query.fields.pop("_service", None)
        query.fields.pop("_entities", None)
        if not query.fields:
            del schema.types["Query"]


def _arguments(directive: ConstDirectiveNode) -> dict[str, Any]:
    return {a.name.value: value_from_ast_untyped(a.value) for a in directive.arguments or ()}
