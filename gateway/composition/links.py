"""Reads one subgraph: what it links, what federation's directives are called in it, and its definitions in plain form.

Phases: parse; links; take away what is federation's own (definitions that a framework printed along); rename root types;
check the remaining document against the GraphQL rules with federation's definitions added; join definitions and
extensions (`elements.py`). Every problem of a subgraph is collected; a subgraph with problems yields no schema.
Source: https://specs.apollo.dev/link/v1.0, https://specs.apollo.dev/federation/v2.0
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    Visitor,
    build_ast_schema,
    parse,
    validate_schema,
    visit,
)
from graphql.validation.validate import validate_sdl

from gateway.composition.documents import adopt_orphans, root_fields_removed
from gateway.composition.elements import Names, read_types, schema_applied
from gateway.composition.issues import Issue, error
from gateway.composition.model import ROOTS, SubgraphInput, SubgraphSchema
from gateway.composition.specs import (
    FEDERATION_1,
    FEDERATION_DIRECTIVES,
    FEDERATION_IDENTITY,
    NEWEST,
    SCALARS,
    STANDALONE,
    DirectiveSpec,
    definition,
    directives_of,
)
from gateway.supergraph.features import APOLLO, Feature, argument_values, linked_features, schema_directives

__all__ = ["read_subgraph"]

_LINK_DEFINITIONS = """
directive @{link}(url: String, as: String, for: {purpose}, import: [{import_}]) repeatable on SCHEMA
enum {purpose} {{ SECURITY EXECUTION }}
scalar {import_}
"""
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_SERVICE_TYPES = frozenset({"_Any", "_Entity", "_Service", "_FieldSet"})


def read_subgraph(given: SubgraphInput) -> tuple[SubgraphSchema | None, list[Issue]]:
    """The schema of a subgraph, or None with the reasons."""
    if not given.name or given.name == "_" or given.name.startswith("__"):
        return None, [error("INVALID_SUBGRAPH_NAME", f"{given.name!r} cannot be the name of a subgraph.", given.name)]
    try:
        document = parse(given.sdl)
    except GraphQLError as problem:
        line = problem.locations[0].line if problem.locations else None
        return None, [Issue("INVALID_GRAPHQL", problem.message, given.name, line)]
    linked = _Linked(given.name, linked_features(schema_directives(document)))
    if problems := list(linked.problems()):
        return None, problems
    return _read(given, document, linked)


def _read(given: SubgraphInput, document: DocumentNode, linked: _Linked) -> tuple[SubgraphSchema | None, list[Issue]]:
    own = linked.own_names()
    problems = list(_bad_definitions(document, linked, given.name))
    definitions = tuple(node for node in document.definitions if not _is_machinery(node, own))
    roots = _root_names(definitions)
    problems += _bad_roots(definitions, roots, given.name)
    if problems:
        return None, problems
    document = _renamed(DocumentNode(definitions=root_fields_removed(definitions, roots)), roots)
    document, adopted = adopt_orphans(document)
    support = parse(linked.support(document), no_location=True)
    executable, problems = _checked(DocumentNode(definitions=(*document.definitions, *support.definitions)), given.name)
    if executable is None:
        return None, problems
    names = linked.names()
    schema = SubgraphSchema(
        name=given.name,
        url=given.url,
        version=linked.version,
        types=read_types(document, names, adopted),
        directives={
            node.name.value: node for node in document.definitions if isinstance(node, DirectiveDefinitionNode)
        },
        schema_applied=schema_applied(document, names),
        features=linked.features,
        graphql=executable,
        description=_schema_description(document),
        names=names.federation,
    )
    return schema, []


# -- links -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Linked:
    """The links of a subgraph, and what follows from them."""

    subgraph: str
    features: tuple[Feature, ...]

    @property
    def federation(self) -> Feature | None:
        return next((feature for feature in self.features if feature.identity == FEDERATION_IDENTITY), None)

    @property
    def version(self) -> tuple[int, int] | None:
        return self.federation.version if self.federation is not None else None

    @property
    def link(self) -> Feature:
        found = next((feature for feature in self.features if feature.identity == f"{APOLLO}link"), None)
        return found or Feature(f"{APOLLO}link", "link", (1, 0), "link")

    def problems(self) -> Iterator[Issue]:
        for feature in self.features:
            yield from self._feature_problems(feature)

    def _feature_problems(self, feature: Feature) -> Iterator[Issue]:
        def problem(code: str, message: str) -> Issue:
            return error(code, message, self.subgraph, feature.node)

        if feature.node is not None and (reason := _malformed(feature)):
            yield problem("INVALID_LINK_DIRECTIVE_USAGE", reason)
            return
        if not _NAME.match(feature.prefix or "x") or "__" in feature.prefix or feature.prefix.endswith("_"):
            yield problem(
                "INVALID_LINK_IDENTIFIER", f"{feature.prefix!r} cannot be the name of a linked specification."
            )
        if feature.identity == f"{APOLLO}link" and feature.version != (1, 0):
            yield problem("UNKNOWN_LINK_VERSION", "Only version 1.0 of the link specification exists.")
        if feature.identity != FEDERATION_IDENTITY:
            return
        if feature.version is None or not (2, 0) <= feature.version <= NEWEST:
            yield problem("UNKNOWN_FEDERATION_LINK_VERSION", "This version of federation does not exist.")
            return
        for element in feature.imports:
            if not _importable(element, feature.version):
                yield problem("INVALID_LINK_DIRECTIVE_USAGE", f"Federation has no {element} to import in this version.")

    def specs(self) -> Iterator[tuple[DirectiveSpec, Feature | None, tuple[int, int]]]:
        """The federation directives this document can use, with the feature that brings each."""
        federation = self.federation
        if federation is None or federation.version is None:
            yield from ((FEDERATION_DIRECTIVES[name], None, (2, 0)) for name in FEDERATION_1)
        else:
            for spec in directives_of(federation.version):
                yield spec, federation, federation.version
        for feature in self.features:
            if feature.identity == f"{APOLLO}{feature.name}":
                for name in STANDALONE.get(feature.name, ()):
                    yield FEDERATION_DIRECTIVES[name], feature, NEWEST

    def names(self) -> Names:
        found = {feature.directive(spec.name) if feature else spec.name: spec.name for spec, feature, _ in self.specs()}
        return Names(found, self.link.directive("link"))

    def own_names(self) -> frozenset[str]:
        """Names (directives with `@`) whose definitions, if printed along, are federation's and not the subgraph's."""
        found = {f"@{name}" for name in self.names().federation} | {f"@{self.link.directive('link')}"}
        found |= {
            self.link.type("Purpose"),
            self.link.type("Import"),
            *_SERVICE_TYPES,
            "FieldSet",
            "federation__FieldSet",
        }
        for feature in (self.federation, *self.features):
            if feature is not None and (feature.identity == FEDERATION_IDENTITY or feature.name in STANDALONE):
                found |= {feature.type(scalar) for scalar in SCALARS}
        return frozenset(found)

    def support(self, document: DocumentNode) -> str:
        """SDL of everything of federation that the document may refer to."""
        link = _LINK_DEFINITIONS.format(
            link=self.link.directive("link"), purpose=self.link.type("Purpose"), import_=self.link.type("Import")
        )
        lines = [link]
        scalars: set[str] = set()
        seen: set[str] = set()
        for spec, feature, version in self.specs():
            text = definition(spec, feature, version)
            name = feature.directive(spec.name) if feature is not None else spec.name
            if name not in seen:
                seen.add(name)
                lines.append(text)
                scalars |= {feature.type(s) if feature else f"_{s}" for s in SCALARS if f"{{{s}}}" in spec.arguments}
        lines += [f"scalar {name}" for name in sorted(scalars)]
        defined = {node.name.value for node in document.definitions if isinstance(node, TypeDefinitionNode)}
        if not defined.intersection(ROOTS[:1]):
            lines.append("type Query { _service: String }")
        return "\n".join(lines)


def _malformed(feature: Feature) -> str | None:
    assert feature.node is not None
    values = argument_values(feature.node)
    if feature.purpose is not None and feature.purpose not in {"SECURITY", "EXECUTION"}:
        return f"{feature.purpose} is no purpose of a @link."
    imports = values.get("import")
    if imports is None:
        return None
    if not isinstance(imports, list):
        return "The import of a @link is a list."
    return next((reason for item in imports if (reason := _bad_import(item))), None)


def _bad_import(item: Any) -> str | None:
    if isinstance(item, str):
        return None
    if not isinstance(item, dict) or not isinstance(item.get("name"), str) or set(item) - {"name", "as"}:
        return "An import of a @link is a name, or {name, as}."
    alias = item.get("as", item["name"])
    if not isinstance(alias, str) or alias.startswith("@") != item["name"].startswith("@"):
        return f"{item['name']} cannot be imported as {alias}: both are directives, or neither."
    return None


def _importable(element: str, version: tuple[int, int]) -> bool:
    if element.startswith("@"):
        spec = FEDERATION_DIRECTIVES.get(element[1:])
        return spec is not None and spec.since <= version
    return element in SCALARS and SCALARS[element] <= version


# -- the document ----------------------------------------------------------------------------------------------------


def _is_machinery(node: DefinitionNode, own: frozenset[str]) -> bool:
    if isinstance(node, DirectiveDefinitionNode):
        return f"@{node.name.value}" in own
    return isinstance(node, (TypeDefinitionNode, TypeExtensionNode)) and node.name.value in own


def _bad_definitions(document: DocumentNode, linked: _Linked, subgraph: str) -> Iterator[Issue]:
    """Definitions of federation's own elements that contradict the specification."""
    specs = {feature.directive(spec.name) if feature else spec.name: spec for spec, feature, _ in linked.specs()}
    scalars = {linked.federation.type(name) for name in SCALARS} if linked.federation is not None else set[str]()
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode) and node.name.value in specs:
            if reason := _unlike(node, specs[node.name.value]):
                message = f"@{node.name.value} is defined unlike its specification: {reason}."
                yield error("DIRECTIVE_DEFINITION_INVALID", message, subgraph, node)
        elif isinstance(node, TypeDefinitionNode) and node.name.value in scalars:
            if isinstance(node, ScalarTypeDefinitionNode):
                continue
            yield error("TYPE_DEFINITION_INVALID", f"{node.name.value} is a scalar of federation.", subgraph, node)


def _unlike(node: DirectiveDefinitionNode, spec: DirectiveSpec) -> str | None:
    """Why a printed definition does not agree: a subset of locations and of optional arguments is fine."""
    allowed = set(re.findall(r"[A-Z_]+", spec.locations))
    if extra := {location.value for location in node.locations} - allowed:
        return f"it has no location {', '.join(sorted(extra))}"
    known = dict(re.findall(r"(\w+): ([\w\[\]!{}]+)", spec.arguments))
    given = {argument.name.value for argument in node.arguments or ()}
    if extra := given - set(known):
        return f"it has no argument {', '.join(sorted(extra))}"
    required = {name for name, text in known.items() if text.endswith("!")}
    if spec.name != "key" and (missing := required - given):
        return f"it lacks the argument {', '.join(sorted(missing))}"
    return None


def _root_names(definitions: Sequence[DefinitionNode]) -> dict[str, str]:
    """What root types are called here → what they are called in the graph."""
    canonical = {
        OperationType.QUERY: "Query",
        OperationType.MUTATION: "Mutation",
        OperationType.SUBSCRIPTION: "Subscription",
    }
    found: dict[str, str] = {}
    for node in definitions:
        if isinstance(node, (SchemaDefinitionNode, SchemaExtensionNode)):
            found |= {entry.type.name.value: canonical[entry.operation] for entry in node.operation_types or ()}
    for name in ROOTS:
        if name not in found.values():
            found.setdefault(name, name)
    return found


def _bad_roots(definitions: Sequence[DefinitionNode], roots: Mapping[str, str], subgraph: str) -> Iterator[Issue]:
    renamed = {target for name, target in roots.items() if name != target}
    for node in definitions:
        if isinstance(node, TypeDefinitionNode) and node.name.value in renamed and node.name.value not in roots:
            code = f"ROOT_{node.name.value.upper()}_USED"
            yield error(code, f"{node.name.value} is a type here, but not the root type of that name.", subgraph, node)


class _Renamer(Visitor):
    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self._names = names

    def enter_named_type(self, node: Any, *_: Any) -> Any:
        name = node.name.value
        return replace(node, name=replace(node.name, value=self._names[name])) if name in self._names else None

    def enter_object_type_definition(self, node: Any, *_: Any) -> Any:
        name = node.name.value
        return replace(node, name=replace(node.name, value=self._names[name])) if name in self._names else None

    enter_object_type_extension = enter_object_type_definition


def _renamed(document: DocumentNode, roots: Mapping[str, str]) -> DocumentNode:
    names = {name: target for name, target in roots.items() if name != target}
    return visit(document, _Renamer(names)) if names else document


def _checked(document: DocumentNode, subgraph: str) -> tuple[GraphQLSchema | None, list[Issue]]:
    problems = validate_sdl(document)
    if not problems:
        try:
            schema = build_ast_schema(document, assume_valid_sdl=True)
        except (TypeError, ValueError, KeyError) as problem:
            return None, [error("INVALID_GRAPHQL", str(problem), subgraph)]
        problems = [p for p in validate_schema(schema) if not _tolerated(p)]
        if not problems:
            return schema, []
    return None, [
        Issue("INVALID_GRAPHQL", problem.message, subgraph, problem.locations[0].line if problem.locations else None)
        for problem in problems
    ]


def _tolerated(problem: GraphQLError) -> bool:
    """An extension may leave a root type without fields of its own: Query that had only `_service` and `_entities`."""
    return any(f"Type {root} must define one or more fields" in problem.message for root in ROOTS)


def _schema_description(document: DocumentNode) -> str | None:
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode) and node.description is not None:
            return node.description.value
    return None
