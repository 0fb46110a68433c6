"""The specifications that a supergraph links because its subgraphs use their directives, and the names these have in it.

A directive keeps the name that the subgraphs import it under, so all that apply it must agree on one. An element that is not
imported stands under the prefix of its specification: `@cost__listSize`.
Source: https://specs.apollo.dev/link/v1.0, and the specification of each feature
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.composition.issues import Issue, error
from gateway.composition.merge.joins import quoted
from gateway.composition.model import Applied, SubgraphSchema
from gateway.supergraph.features import APOLLO

__all__ = ["FEATURES", "LinkedFeature", "applied_names", "directive_names", "link_text"]

_SUBJECTS = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
_ANY = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT"
    " | INPUT_FIELD_DEFINITION"
)
_WEIGHED = "ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR"
_LIST_SIZE = (
    "assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true"
)


@dataclass(frozen=True, slots=True)
class LinkedFeature:
    """A specification: its directives as what follows `directive @name`, the types that come along, its purpose."""

    name: str
    version: str
    directives: Mapping[str, str]
    types: Sequence[str] = ()
    purpose: str | None = None

    def default(self, directive: str) -> str:
        """What a directive is called when it is not imported."""
        return directive if directive == self.name else f"{self.name}__{directive}"


FEATURES: Sequence[LinkedFeature] = (
    LinkedFeature("authenticated", "v0.1", {"authenticated": f" on {_SUBJECTS}"}, purpose="SECURITY"),
    # What `@cacheTag` says travels in `@join__directive`; the link alone tells a router to look for it.
    LinkedFeature("cacheTag", "v0.1", {}, purpose="EXECUTION"),
    LinkedFeature(
        "context",
        "v0.1",
        {
            "context": "(name: String!) repeatable on INTERFACE | OBJECT | UNION",
            "fromContext": "(field: context__ContextFieldValue) on ARGUMENT_DEFINITION",
        },
        types=("scalar context__ContextFieldValue",),
        purpose="SECURITY",
    ),
    LinkedFeature(
        "cost",
        "v0.1",
        {"cost": f"(weight: Int!) on {_WEIGHED}", "listSize": f"({_LIST_SIZE}) on FIELD_DEFINITION"},
    ),
    LinkedFeature("inaccessible", "v0.2", {"inaccessible": f" on {_ANY}"}, purpose="SECURITY"),
    LinkedFeature(
        "policy",
        "v0.1",
        {"policy": f"(policies: [[policy__Policy!]!]!) on {_SUBJECTS}"},
        types=("scalar policy__Policy",),
        purpose="SECURITY",
    ),
    LinkedFeature(
        "requiresScopes",
        "v0.1",
        {"requiresScopes": f"(scopes: [[requiresScopes__Scope!]!]!) on {_SUBJECTS}"},
        types=("scalar requiresScopes__Scope",),
        purpose="SECURITY",
    ),
    LinkedFeature("tag", "v0.3", {"tag": f"(name: String!) repeatable on {_ANY} | SCHEMA"}),
)
# `@fromContext` becomes an argument of `@join__field`; the graph has no directive of that name to apply.
_KEPT = frozenset(name for feature in FEATURES for name in feature.directives) - {"fromContext"} | {"cacheTag"}


def directive_names(subgraphs: Sequence[SubgraphSchema]) -> tuple[dict[str, str], list[Issue]]:
    """Federation's directives that the subgraphs use and the graph keeps: name of the specification → name in the graph."""
    used: dict[str, dict[str, list[str]]] = {}
    for subgraph in subgraphs:
        for local, name in sorted(applied_names(subgraph)):
            if name in _KEPT:
                used.setdefault(name, {}).setdefault(local, []).append(subgraph.name)
    issues = [
        error("LINK_IMPORT_NAME_MISMATCH", f"@{name} has different names: {_listed(found)}.")
        for name, found in used.items()
        if len(found) > 1 and name != "cacheTag"
    ]
    return {name: next(iter(found)) for name, found in used.items()}, issues


def _listed(found: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"@{local} in {', '.join(names)}" for local, names in found.items())


def applied_names(subgraph: SubgraphSchema) -> set[tuple[str, str]]:
    """Federation's directives that a subgraph applies anywhere: (name here, name of the specification)."""
    found = {(one.node.name.value, one.name) for one in _applied(subgraph) if one.federation}
    for definition in subgraph.directives.values():
        for argument in definition.arguments or ():
            for node in argument.directives or ():
                if node.name.value in subgraph.names:
                    found.add((node.name.value, subgraph.names[node.name.value]))
    return found


def _applied(subgraph: SubgraphSchema) -> Iterator[Applied]:
    yield from subgraph.schema_applied
    for found in subgraph.types.values():
        yield from found.applied
        for member in (*found.inputs.values(), *found.values.values()):
            yield from member.applied
        for field in found.fields.values():
            yield from field.applied
            for argument in field.arguments.values():
                yield from argument.applied


def link_text(feature: LinkedFeature, names: Mapping[str, str]) -> str:
    """The arguments of the `@link` of a feature, with an import for each directive under a name that is not its default."""
    imports = [
        _import(directive, names[directive])
        for directive in feature.directives
        if directive in names and names[directive] != feature.default(directive)
    ]
    listed = f", import: [{', '.join(imports)}]" if imports else ""
    purpose = f", for: {feature.purpose}" if feature.purpose else ""
    return f'url: "{APOLLO}{feature.name}/{feature.version}"{listed}{purpose}'


def _import(directive: str, local: str) -> str:
    if local == directive:
        return quoted(f"@{directive}")
    return f"{{name: {quoted(f'@{directive}')}, as: {quoted(f'@{local}')}}}"
