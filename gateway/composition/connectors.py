"""The connect specification: `@source` and `@connect` say which REST calls a router makes in place of a subgraph.

Composition checks how they are written and hands them on: every application, and the link itself, travels in
`@join__directive` under the name that its subgraph gave it; the graph links the specification for execution, so a router that
does not know connectors refuses the graph. Source: https://specs.apollo.dev/connect/v0.1 and later
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graphql import DefinitionNode, parse

from gateway.composition.model import SubgraphSchema
from gateway.supergraph.features import APOLLO, Feature

__all__ = [
    "CONNECT_IDENTITY",
    "DIRECTIVES",
    "TYPES",
    "VERSIONS",
    "connector_definitions",
    "connectors_version",
    "is_connect",
]

CONNECT_IDENTITY = f"{APOLLO}connect"
VERSIONS = frozenset({(0, 1), (0, 2), (0, 3), (0, 4)})
# The supergraph links this one, or a newer one that a subgraph links.
_LEAST = (0, 3)

DIRECTIVES: Mapping[str, str] = {
    "connect": (
        "(source: String, id: String, http: {ConnectHTTP}, batch: {ConnectBatch}, errors: {ConnectorErrors},"
        " selection: {JSONSelection}!, entity: Boolean = false, isSuccess: {JSONSelection})"
        " repeatable on FIELD_DEFINITION | OBJECT"
    ),
    "source": (
        "(name: String!, http: {SourceHTTP}!, errors: {ConnectorErrors}, isSuccess: {JSONSelection}) repeatable on SCHEMA"
    ),
}
_METHODS = " ".join(f"{method}: {{URLPathTemplate}}" for method in ("GET", "POST", "PUT", "PATCH", "DELETE"))
_HTTP = "headers: [{HTTPHeaderMapping}!] path: {JSONSelection} queryParams: {JSONSelection}"
TYPES: Mapping[str, str | None] = {
    "URLPathTemplate": None,
    "JSONSelection": None,
    "ConnectorErrors": "message: {JSONSelection} extensions: {JSONSelection}",
    "HTTPHeaderMapping": "name: String! from: String value: String",
    "ConnectBatch": "maxSize: Int",
    "SourceHTTP": f"baseURL: String! {_HTTP}",
    "ConnectHTTP": f"{_METHODS} body: {{JSONSelection}} {_HTTP}",
}
"""The fields of its input types; None for a scalar."""


def is_connect(feature: Feature) -> bool:
    """Whether a link is one to the connect specification, in a version that exists."""
    return feature.identity == CONNECT_IDENTITY and feature.version in VERSIONS


def connector_definitions(feature: Feature) -> tuple[DefinitionNode, ...]:
    """All definitions of the specification, under the names that a link gives them."""
    names = {name: feature.type(name) for name in TYPES}
    texts = [f"directive @{feature.directive(name)}{text.format_map(names)}" for name, text in DIRECTIVES.items()]
    for name, fields in TYPES.items():
        body = (
            f"input {names[name]} {{ {fields.format_map(names)} }}" if fields is not None else f"scalar {names[name]}"
        )
        texts.append(body)
    return parse("\n".join(texts), no_location=True).definitions


def connectors_version(subgraphs: Iterable[SubgraphSchema]) -> tuple[int, int] | None:
    """The version that the graph links; None when no subgraph has connectors."""
    linked = list(_versions(subgraphs))
    return max([_LEAST, *linked]) if linked else None


def _versions(subgraphs: Iterable[SubgraphSchema]) -> Iterator[tuple[int, int]]:
    for subgraph in subgraphs:
        for feature in subgraph.features:
            if is_connect(feature) and feature.version is not None:
                yield feature.version
