"""The specification of federation's directives, per version: names, definitions, and where they came in.

`definitions` gives SDL under whatever names a subgraph imported them, for checking that subgraph's document.
Source: https://specs.apollo.dev/federation/v2.0 and later, table in the Federation version reference
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.supergraph.features import APOLLO, Feature

__all__ = [
    "FEDERATION_1",
    "FEDERATION_DIRECTIVES",
    "NEWEST",
    "SCALARS",
    "STANDALONE",
    "DirectiveSpec",
    "definition",
    "directives_of",
]

NEWEST = (2, 14)
FEDERATION_IDENTITY = f"{APOLLO}federation"
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
        DirectiveSpec("composeDirective", (2, 1), "name: String!", "SCHEMA", True),
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

# Directives of other specifications that a subgraph may link on their own instead of importing them from federation.
STANDALONE: Mapping[str, tuple[str, ...]] = {
    "tag": ("tag",),
    "inaccessible": ("inaccessible",),
    "authenticated": ("authenticated",),
    "requiresScopes": ("requiresScopes",),
    "policy": ("policy",),
    "cost": ("cost", "listSize"),
    "cacheTag": ("cacheTag",),
}

FEDERATION_1 = ("key", "requires", "provides", "external", "extends", "tag", "inaccessible")


def directives_of(version: tuple[int, int]) -> tuple[DirectiveSpec, ...]:
    """The directives that a version of federation has."""
    return tuple(spec for spec in FEDERATION_DIRECTIVES.values() if spec.since <= version)


def definition(spec: DirectiveSpec, feature: Feature | None, version: tuple[int, int]) -> str:
    """SDL of the directive under the names it has in a document; bare names without a feature (Federation 1)."""
    name = feature.directive(spec.name) if feature is not None else spec.name
    arguments = spec.arguments
    for scalar in SCALARS:
        arguments = arguments.replace(f"{{{scalar}}}", feature.type(scalar) if feature is not None else f"_{scalar}")
    if spec.name == "override" and version < (2, 7):
        arguments = "from: String!"
    repeatable = spec.repeatable or (spec.repeatable_since is not None and version >= spec.repeatable_since)
    listed = f"({arguments})" if arguments else ""
    return f"directive @{name}{listed}{' repeatable' if repeatable else ''} on {spec.locations}"
