"""The specification of federation's directives, per version: names, definitions, and where they came in.

`definitions` gives SDL under whatever names a subgraph imported them, for checking that subgraph's document.
Source: https://specs.apollo.dev/federation/v2.0 and later, table in the Federation version reference
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.composition.connectors import DIRECTIVES, TYPES, is_connect
from gateway.supergraph.features import APOLLO, Feature

__all__ = [
    "FEDERATION_1",
    "FEDERATION_1_SINCE",
    "FEDERATION_DIRECTIVES",
    "FEDERATION_IDENTITY",
    "LINK_IDENTITY",
    "NEWEST",
    "SCALARS",
    "STANDALONE",
    "DirectiveSpec",
    "definition",
    "directives_of",
    "elements_of",
    "link_definitions",
]

NEWEST = (2, 14)
FEDERATION_IDENTITY = f"{APOLLO}federation"
LINK_IDENTITY = f"{APOLLO}link"
SCALARS: Mapping[str, tuple[int, int]] = {
    "FieldSet": (2, 0),
    "Scope": (2, 5),
    "Policy": (2, 6),
    "ContextFieldValue": (2, 8),
}


@dataclass(frozen=True, slots=True)
class DirectiveSpec:
    """A directive: its arguments as SDL with types in braces, its locations, the version that has it."""

    name: str
    since: tuple[int, int]
    arguments: str
    locations: str
    repeatable: bool = False
    repeatable_since: tuple[int, int] | None = None


_SUBJECTS = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
_EVERYWHERE = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT"
    " | INPUT_FIELD_DEFINITION"
)
_LIST_SIZE = (
    "assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true"
)

FEDERATION_DIRECTIVES: Mapping[str, DirectiveSpec] = {
    spec.name: spec
    for spec in (
        DirectiveSpec("key", (2, 0), "fields: {FieldSet}!, resolvable: Boolean = true", "OBJECT | INTERFACE", True),
        DirectiveSpec("requires", (2, 0), "fields: {FieldSet}!", "FIELD_DEFINITION"),
        DirectiveSpec("provides", (2, 0), "fields: {FieldSet}!", "FIELD_DEFINITION"),
        DirectiveSpec("external", (2, 0), "reason: String", "OBJECT | FIELD_DEFINITION"),
        DirectiveSpec("shareable", (2, 0), "", "OBJECT | FIELD_DEFINITION", repeatable_since=(2, 2)),
        DirectiveSpec("extends", (2, 0), "", "OBJECT | INTERFACE"),
        DirectiveSpec("override", (2, 0), "from: String!, label: String", "FIELD_DEFINITION"),
        DirectiveSpec("inaccessible", (2, 0), "", _EVERYWHERE),
        DirectiveSpec("tag", (2, 0), "name: String!", f"{_EVERYWHERE} | SCHEMA", True),
        DirectiveSpec("composeDirective", (2, 1), "name: String", "SCHEMA", True),
        DirectiveSpec("interfaceObject", (2, 3), "", "OBJECT"),
        DirectiveSpec("authenticated", (2, 5), "", _SUBJECTS),
        DirectiveSpec("requiresScopes", (2, 5), "scopes: [[{Scope}!]!]!", _SUBJECTS),
        DirectiveSpec("policy", (2, 6), "policies: [[{Policy}!]!]!", _SUBJECTS),
        DirectiveSpec("context", (2, 8), "name: String!", "INTERFACE | OBJECT | UNION", True),
        DirectiveSpec("fromContext", (2, 8), "field: {ContextFieldValue}", "ARGUMENT_DEFINITION"),
        DirectiveSpec(
            "cost",
            (2, 9),
            "weight: Int!",
            "ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
        ),
        DirectiveSpec("listSize", (2, 9), _LIST_SIZE, "FIELD_DEFINITION"),
        DirectiveSpec("cacheTag", (2, 12), "format: String!", "OBJECT | FIELD_DEFINITION", True),
    )
}

# Specifications that a subgraph may link on their own instead of importing their directives from federation: the versions
# there are, and the directives of each.
STANDALONE: Mapping[str, tuple[frozenset[tuple[int, int]], tuple[str, ...]]] = {
    "tag": (frozenset({(0, 1), (0, 2), (0, 3)}), ("tag",)),
    "inaccessible": (frozenset({(0, 1), (0, 2)}), ("inaccessible",)),
    "authenticated": (frozenset({(0, 1)}), ("authenticated",)),
    "requiresScopes": (frozenset({(0, 1)}), ("requiresScopes",)),
    "policy": (frozenset({(0, 1)}), ("policy",)),
    "context": (frozenset({(0, 1)}), ("context", "fromContext")),
    "cost": (frozenset({(0, 1)}), ("cost", "listSize")),
}

FEDERATION_1 = ("key", "requires", "provides", "external", "extends", "tag")
# What a Federation 1 schema defines itself is taken for federation's when this version has a directive of that name.
FEDERATION_1_SINCE = (2, 4)

_LINK_DEFINITIONS = """
directive @{link}(url: String, as: String, for: {purpose}, import: [{import_}]) repeatable on SCHEMA
enum {purpose} {{ SECURITY EXECUTION }}
scalar {import_}
"""


def directives_of(version: tuple[int, int]) -> tuple[DirectiveSpec, ...]:
    """The directives that a version of federation has."""
    return tuple(spec for spec in FEDERATION_DIRECTIVES.values() if spec.since <= version)


def elements_of(feature: Feature) -> frozenset[str] | None:
    """What may be imported from a specification, directives with `@`; None when nothing is known about it."""
    version = feature.version
    if feature.identity == LINK_IDENTITY:
        return frozenset({"@link", "Purpose", "Import"})
    if version is None or not feature.identity.startswith(APOLLO):
        return None
    if feature.identity == FEDERATION_IDENTITY:
        if not (2, 0) <= version <= NEWEST:
            return None
        scalars = {name for name, since in SCALARS.items() if since <= version}
        return frozenset({f"@{spec.name}" for spec in directives_of(version)} | scalars)
    if is_connect(feature):
        return frozenset({f"@{name}" for name in DIRECTIVES} | set(TYPES))
    versions, directives = STANDALONE.get(feature.name, (frozenset[tuple[int, int]](), ()))
    if version not in versions:
        return None
    scalars = {name for name in SCALARS for one in directives if f"{{{name}}}" in FEDERATION_DIRECTIVES[one].arguments}
    return frozenset({f"@{one}" for one in directives} | scalars)


def link_definitions(link: Feature) -> str:
    """SDL of the link specification under the names it has in a document."""
    return _LINK_DEFINITIONS.format(
        link=link.directive("link"), purpose=link.type("Purpose"), import_=link.type("Import")
    )


def definition(spec: DirectiveSpec, feature: Feature | None, version: tuple[int, int]) -> str:
    """SDL of the directive under the names it has in a document; bare names without a feature (Federation 1)."""
    name = feature.directive(spec.name) if feature is not None else spec.name
    arguments = spec.arguments
    for scalar in SCALARS:
        arguments = arguments.replace(f"{{{scalar}}}", feature.type(scalar) if feature is not None else f"_{scalar}")
    locations = spec.locations
    if spec.name == "override" and version < (2, 7):
        arguments = "from: String!"
    if spec.name == "tag" and (feature is None or version < (2, 3)):
        locations = _EVERYWHERE
    repeatable = spec.repeatable or (spec.repeatable_since is not None and version >= spec.repeatable_since)
    listed = f"({arguments})" if arguments else ""
    return f"directive @{name}{listed}{' repeatable' if repeatable else ''} on {locations}"
