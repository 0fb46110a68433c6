"""Reads a supergraph (join SDL) into `gateway.supergraph.model` values.

Phases: parse; find the linked features and what they are called here; refuse what this gateway cannot honour; list the
subgraphs; read the join directives of each type; cut the two schemas. Version 0.3 and later say everything explicitly.
Versions 0.1 and 0.2 leave out what follows from the owner of a type: `legacy.py` fills that in.
Source: https://specs.apollo.dev/join/v0.3
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
    specified_scalar_types,
)

from gateway.supergraph.api import api_document, build_checked, full_document
from gateway.supergraph.deprecations import without_null_reasons
from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.features import Feature, argument_values, linked_features, schema_directives
from gateway.supergraph.legacy import with_owners
from gateway.supergraph.model import (
    FieldJoin,
    Key,
    Subgraph,
    Supergraph,
    SupergraphField,
    SupergraphType,
    TypeJoin,
    TypeKind,
)

__all__ = ["SupergraphError", "read_supergraph"]

_KINDS: dict[type[Any], TypeKind] = {
    ScalarTypeDefinitionNode: TypeKind.SCALAR,
    ObjectTypeDefinitionNode: TypeKind.OBJECT,
    InterfaceTypeDefinitionNode: TypeKind.INTERFACE,
    UnionTypeDefinitionNode: TypeKind.UNION,
    EnumTypeDefinitionNode: TypeKind.ENUM,
    InputObjectTypeDefinitionNode: TypeKind.INPUT,
}
_NEWEST_JOIN = (0, 5)
_KNOWN_FEATURES = frozenset(
    {"authenticated", "cacheTag", "connect", "context", "core", "cost", "federation", "inaccessible", "join", "link"}
    | {"policy", "requiresScopes", "source", "tag"}
)


def read_supergraph(sdl: str) -> Supergraph:
    """Read join SDL of version 0.1 to 0.5.

    Raises SupergraphError: INVALID_GRAPHQL, INVALID_FEDERATION_SUPERGRAPH, UNSUPPORTED_LINKED_FEATURE.
    """
    document = _parsed(sdl)
    features = linked_features(schema_directives(document))
    join = _join_feature(features)
    _check_features(features)
    inaccessible = next((f.directive("inaccessible") for f in features if f.name == "inaccessible"), None)
    graphs = _subgraphs(document, join)
    context = next((f.directive("context") for f in features if f.name == "context"), None)
    reader = _Reader(join, graphs, inaccessible, context)
    types = {
        definition.name.value: reader.type(definition)
        for definition in document.definitions
        if isinstance(definition, TypeDefinitionNode) and not any(f.owns_type(definition.name.value) for f in features)
    }
    if join.version is not None and join.version < (0, 2):
        types = with_owners(types, document, join, graphs)
    return Supergraph(
        sdl=sdl,
        hash=hashlib.sha256(sdl.encode()).hexdigest(),
        subgraphs={graph.name: graph for graph in graphs.values()},
        types=types,
        schema=build_checked(full_document(document, features)),
        api=build_checked(api_document(document, features, inaccessible)),
    )


def _parsed(sdl: str) -> DocumentNode:
    try:
        return without_null_reasons(parse(sdl), sdl)
    except GraphQLError as error:
        raise SupergraphError("INVALID_GRAPHQL", error.message) from None


def _join_feature(features: Sequence[Feature]) -> Feature:
    join = next((feature for feature in features if feature.name == "join"), None)
    if join is None:
        raise SupergraphError("INVALID_FEDERATION_SUPERGRAPH", "The schema does not link the join specification.")
    if join.version is None or not (0, 1) <= join.version <= _NEWEST_JOIN:
        raise SupergraphError("INVALID_FEDERATION_SUPERGRAPH", "The version of the join specification is not known.")
    return join


def _check_features(features: Iterable[Feature]) -> None:
    """A feature for security or execution that is not understood must not be served as if it were not there."""
    for feature in features:
        if feature.purpose in {"SECURITY", "EXECUTION"} and feature.name not in _KNOWN_FEATURES:
            message = f"{feature.identity} is linked for {feature.purpose}, but is not supported."
            raise SupergraphError("UNSUPPORTED_LINKED_FEATURE", message)


def _subgraphs(document: DocumentNode, join: Feature) -> dict[str, Subgraph]:
    """The subgraphs by their value of the `join__Graph` enum."""
    enum_name, directive = join.type("Graph"), join.directive("graph")
    found: dict[str, Subgraph] = {}
    for definition in document.definitions:
        if not isinstance(definition, EnumTypeDefinitionNode) or definition.name.value != enum_name:
            continue
        for value in definition.values or ():
            for applied in value.directives or ():
                if applied.name.value == directive:
                    values = argument_values(applied)
                    name, url = values.get("name"), values.get("url")
                    found[value.name.value] = Subgraph(str(name), value.name.value, str(url or ""))
    if not found:
        raise SupergraphError("INVALID_FEDERATION_SUPERGRAPH", f"The schema has no {enum_name} with subgraphs.")
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    join: Feature
    graphs: Mapping[str, Subgraph]
    inaccessible: str | None
    context: str | None

    def type(self, node: TypeDefinitionNode) -> SupergraphType:
        joins = self._type_joins(node)
        fields: dict[str, SupergraphField] = {}
        if isinstance(node, (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode, InputObjectTypeDefinitionNode)):
            fields = {field.name.value: self._field(field, joins) for field in node.fields or ()}
        return SupergraphType(
            node.name.value, _KINDS[type(node)], joins, fields, self._hidden(node), self._contexts(node)
        )

    def _contexts(self, node: Any) -> tuple[str, ...]:
        if self.context is None:
            return ()
        applied = (directive for directive in node.directives or () if directive.name.value == self.context)
        return tuple(str(argument_values(directive).get("name")) for directive in applied)

    def _hidden(self, node: Any) -> bool:
        return any(directive.name.value == self.inaccessible for directive in node.directives or ())

    def _applied(self, node: Any, element: str) -> list[tuple[str | None, dict[str, Any]]]:
        """The applications of a join directive on a node: (subgraph name or None, arguments)."""
        name = self.join.directive(element)
        found: list[tuple[str | None, dict[str, Any]]] = []
        for directive in node.directives or ():
            if directive.name.value == name:
                values = argument_values(directive)
                found.append((self._subgraph(values.get("graph")), values))
        return found

    def _subgraph(self, graph: str | None) -> str | None:
        if graph is None:
            return None
        if graph not in self.graphs:
            raise SupergraphError("INVALID_FEDERATION_SUPERGRAPH", f"{graph} is not a subgraph of this schema.")
        return self.graphs[graph].name

    def _type_joins(self, node: TypeDefinitionNode) -> dict[str, TypeJoin]:
        applied = self._applied(node, "type")
        names = list(dict.fromkeys(subgraph for subgraph, _ in applied if subgraph is not None))
        if not names and node.name.value not in specified_scalar_types:
            names = [
                graph.name for graph in self.graphs.values()
            ]  # before v0.3 a type of everybody carries no directive
        return {
            name: self._type_join(node, name, [values for subgraph, values in applied if subgraph == name])
            for name in names
        }

    def _type_join(self, node: TypeDefinitionNode, subgraph: str, applied: Sequence[Mapping[str, Any]]) -> TypeJoin:
        keys = tuple(Key(str(v["key"]), v.get("resolvable") is not False) for v in applied if v.get("key") is not None)
        return TypeJoin(
            subgraph=subgraph,
            keys=tuple(dict.fromkeys(keys)),
            extension=any(values.get("extension") is True for values in applied),
            is_interface_object=any(values.get("isInterfaceObject") is True for values in applied),
            implements=self._named(node, "implements", "interface", getattr(node, "interfaces", ()), subgraph),
            members=self._named(node, "unionMember", "member", getattr(node, "types", ()), subgraph),
            enum_values=self._enum_values(node, subgraph),
        )

    def _named(self, node: Any, element: str, argument: str, declared: Iterable[Any], subgraph: str) -> tuple[str, ...]:
        """What `subgraph` says, or what is declared for all when the document says nothing per subgraph."""
        applied = self._applied(node, element)
        if not applied:
            return tuple(name.name.value for name in declared or ())
        return tuple(str(values[argument]) for name, values in applied if name == subgraph)

    def _enum_values(self, node: TypeDefinitionNode, subgraph: str) -> tuple[str, ...]:
        if not isinstance(node, EnumTypeDefinitionNode):
            return ()
        found: list[str] = []
        for value in node.values or ():
            applied = self._applied(value, "enumValue")
            if not applied or any(name == subgraph for name, _ in applied):
                found.append(value.name.value)
        return tuple(found)

    def _field(self, node: Any, types: Mapping[str, TypeJoin]) -> SupergraphField:
        applied = self._applied(node, "field")
        joins = {name: _field_join(name, values) for name, values in applied if name is not None}
        if not applied:
            joins = {name: FieldJoin(name) for name in types}
        return SupergraphField(node.name.value, joins, self._hidden(node))


def _field_join(subgraph: str, values: Mapping[str, Any]) -> FieldJoin:
    return FieldJoin(
        subgraph=subgraph,
        type=values.get("type"),
        external=values.get("external") is True,
        requires=values.get("requires"),
        provides=values.get("provides"),
        override=values.get("override"),
        override_label=values.get("overrideLabel"),
        used_overridden=values.get("usedOverridden") is True,
        context_arguments=tuple(
            (str(entry.get("name")), str(entry.get("type")), str(entry.get("context")), str(entry.get("selection")))
            for entry in values.get("contextArguments") or ()
        ),
    )
