"""Reads one subgraph into the plain form of `model.py`, or says everything that keeps it from being read.

Phases: parse; links; structure; federation's own definitions, versions and unknown directives; the other rules of GraphQL;
root types under their usual names; definitions and extensions joined (`elements.py`). A phase runs on what the phase before
accepted, because errors of one make nonsense of the next; all errors of a phase are reported.
Source: https://specs.apollo.dev/federation/v2.0, https://spec.graphql.org/draft/#sec-Type-System
"""

from __future__ import annotations

from dataclasses import replace

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    parse,
)

from gateway.composition.documents import adopt_orphans, bad_roots, root_fields_removed, root_names, roots_renamed
from gateway.composition.elements import read_types, schema_applied
from gateway.composition.issues import Issue, error
from gateway.composition.links import Linked, link_problems, read_links, sound_links
from gateway.composition.model import SubgraphInput, SubgraphSchema
from gateway.composition.own_definitions import bad_definitions, bad_link_definition, is_machinery, support
from gateway.composition.validity import check_directives, check_schema, check_structure
from gateway.supergraph.deprecations import without_null_reasons

__all__ = ["read_subgraph"]


def read_subgraph(given: SubgraphInput) -> tuple[SubgraphSchema | None, list[Issue]]:
    """The schema of a subgraph, or None; with what is wrong with it. There may be problems beside a schema that can be judged."""
    if not given.name or given.name == "_":
        return None, [error("INVALID_SUBGRAPH_NAME", f"{given.name!r} cannot be the name of a subgraph.", given.name)]
    if given.name.startswith("__"):
        # It becomes a value of an enum in the graph, and such names are GraphQL's own.
        return None, [error("INVALID_GRAPHQL", "The name of a subgraph cannot begin with two underscores.", given.name)]
    try:
        document = without_null_reasons(parse(given.sdl), given.sdl)
        linked = read_links(given.name, document)
        if problems := link_problems(linked):
            return None, _beside_links(document, linked, problems)
        return _read(given, document, linked)
    except GraphQLError as problem:
        line = problem.locations[0].line if problem.locations else None
        return None, [Issue("INVALID_GRAPHQL", problem.message, given.name, line)]
    except RecursionError:
        return None, [error("INVALID_GRAPHQL", "The schema is nested too deeply to be read.", given.name)]


def _read(given: SubgraphInput, document: DocumentNode, linked: Linked) -> tuple[SubgraphSchema | None, list[Issue]]:
    if linked.federation is None:
        # Federation 1 libraries print `_service` and `_entities` without what they refer to.
        document = _without_service_fields(document)
    document, adopted = adopt_orphans(document)
    if problems := check_structure(document, adopted, given.name):
        return None, problems
    if problems := _definition_problems(document, linked):
        return None, problems
    roots = root_names(document)
    misnamed = list(bad_roots(document, roots, given.name))
    document = document if misnamed else roots_renamed(document, roots)
    executable, problems = check_schema(_supported(document, linked), given.name)
    if executable is None:
        return None, problems or misnamed
    return _schema(given, document, linked, adopted, executable), misnamed


def _beside_links(document: DocumentNode, linked: Linked, problems: list[Issue]) -> list[Issue]:
    """Bad links, with what else can be said by the sound ones before them. What makes the document no schema comes first."""
    sound = sound_links(linked)
    if sound is None:
        return problems
    document, adopted = adopt_orphans(document)
    if structure := check_structure(document, adopted, linked.subgraph):
        return structure
    return _with_unknown(document, sound, problems)


def _with_unknown(document: DocumentNode, linked: Linked, problems: list[Issue]) -> list[Issue]:
    """Problems with the directives that nobody defines. Those of the schema itself are found first, and nothing after them."""
    supported = _supported(document, linked).definitions
    kinds = (DirectiveDefinitionNode, SchemaDefinitionNode, SchemaExtensionNode)
    own = DocumentNode(definitions=tuple(node for node in supported if isinstance(node, kinds)))
    unknown = check_directives(own, linked.subgraph)
    return unknown or [*problems, *check_directives(DocumentNode(definitions=supported), linked.subgraph)]


def _without_service_fields(document: DocumentNode) -> DocumentNode:
    return DocumentNode(definitions=root_fields_removed(document.definitions, root_names(document)))


def _definition_problems(document: DocumentNode, linked: Linked) -> list[Issue]:
    """Definitions unlike their specification, and directives that nobody defines.

    Without a sound `@link` in a version that exists there is no federation in the document, so its directives are unknown.
    """
    problems = bad_link_definition(document, linked)
    if not linked.knows_version:
        assert linked.federation is not None
        assert linked.version is not None
        message = f"Version v{linked.version[0]}.{linked.version[1]} of federation does not exist."
        problems.append(error("UNKNOWN_FEDERATION_LINK_VERSION", message, linked.subgraph, linked.federation.node))
    if problems:
        linked = replace(linked, usable=False)
    else:
        problems = list(bad_definitions(document, linked))
    return _with_unknown(document, linked, problems)


def _supported(document: DocumentNode, linked: Linked) -> DocumentNode:
    """The document with the definitions of federation that it leaves out."""
    return DocumentNode(definitions=(*document.definitions, *support(document, linked)))


def _schema(
    given: SubgraphInput, document: DocumentNode, linked: Linked, adopted: frozenset[str], executable: GraphQLSchema
) -> SubgraphSchema:
    own = tuple(node for node in document.definitions if not is_machinery(node, linked))
    document = _without_service_fields(DocumentNode(definitions=own))
    names = linked.names()
    return SubgraphSchema(
        name=given.name,
        url=given.url,
        version=linked.version,
        types=read_types(document, names, adopted),
        directives={
            node.name.value: node for node in document.definitions if isinstance(node, DirectiveDefinitionNode)
        },
        schema_applied=schema_applied(document, names),
        features=linked.features if linked.is_linking else (),
        graphql=executable,
        description=_schema_description(document),
        names=names.federation,
    )


def _schema_description(document: DocumentNode) -> str | None:
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode) and node.description is not None:
            return node.description.value
    return None
