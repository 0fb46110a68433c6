"""`@composeDirective`: only a directive that the subgraph defines, from a specification that it links, under one name."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context
from gateway.composition.model import Applied, SubgraphSchema
from gateway.supergraph.features import APOLLO, Feature

__all__ = ["check", "composed_directives", "feature_of"]

_CODE = "DIRECTIVE_COMPOSITION_ERROR"


def check(context: Context) -> Iterator[Issue]:
    names: dict[tuple[str, str], dict[str, str]] = {}
    for subgraph in context.subgraphs:
        for applied in _applications(subgraph):
            name = str(applied.values.get("name") or "")
            if (reason := _refused(subgraph, name)) is not None:
                yield error(_CODE, reason, subgraph.name, applied.node)
                continue
            feature = feature_of(subgraph, name[1:])
            assert feature is not None
            names.setdefault((feature.identity, _element(feature, name[1:])), {})[subgraph.name] = name
    for (identity, element), found in names.items():
        if len(set(found.values())) > 1:
            listed = ", ".join(f"{name} in {subgraph}" for subgraph, name in found.items())
            yield error("LINK_IMPORT_NAME_MISMATCH", f"@{element} of {identity} has different names: {listed}.")


def _refused(subgraph: SubgraphSchema, name: str) -> str | None:
    if not name.startswith("@"):
        return f"The name of a @composeDirective starts with @; {name!r} does not."
    if name[1:] not in subgraph.directives:
        return f"{name} is composed, but not defined."
    feature = feature_of(subgraph, name[1:])
    if feature is None:
        return f"{name} is composed, but of no linked specification."
    if feature.identity.startswith(APOLLO):
        return f"{name} belongs to federation itself and cannot be composed."
    return None


def _applications(subgraph: SubgraphSchema) -> list[Applied]:
    return [applied for applied in subgraph.schema_applied if applied.federation and applied.name == "composeDirective"]


def _element(feature: Feature, local: str) -> str:
    for element, name in feature.imports.items():
        if name == f"@{local}":
            return element.removeprefix("@")
    return local.removeprefix(f"{feature.prefix}__")


def feature_of(subgraph: SubgraphSchema, directive: str) -> Feature | None:
    """The linked specification that a directive of the subgraph belongs to."""
    return next((feature for feature in subgraph.features if feature.owns_directive(directive)), None)


def composed_directives(subgraphs: tuple[SubgraphSchema, ...]) -> dict[str, tuple[SubgraphSchema, Feature]]:
    """Valid composed directives by name, with the subgraph of the newest version of their specification."""
    found: dict[str, tuple[SubgraphSchema, Feature]] = {}
    for subgraph in subgraphs:
        for applied in _applications(subgraph):
            name = str(applied.values.get("name") or "")
            feature = feature_of(subgraph, name[1:]) if name.startswith("@") else None
            if feature is None or _refused(subgraph, name) is not None:
                continue
            known = found.get(name[1:])
            if known is None or (known[1].version or (0, 0)) < (feature.version or (0, 0)):
                found[name[1:]] = (subgraph, feature)
    return found
