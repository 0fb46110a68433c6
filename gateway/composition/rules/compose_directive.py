"""`@composeDirective`: only a directive that the subgraph defines, from a specification that it links, under one name.

Versions of a specification may differ in their minor number between the subgraphs that compose it; the newest gives the
definitions, so it must have all of them.
Source: https://specs.apollo.dev/federation/v2.1, https://www.apollographql.com/docs/graphos/reference/federation/directives
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.composition.issues import Issue, error, hint
from gateway.composition.merge.context import Composed, Context
from gateway.composition.model import Applied, SubgraphSchema
from gateway.supergraph.features import APOLLO, Feature

__all__ = ["check", "composed_directives", "element_of", "feature_of"]

_CODE = "DIRECTIVE_COMPOSITION_ERROR"
_ALWAYS = frozenset({"authenticated", "inaccessible", "policy", "requiresScopes", "tag"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """A valid application of `@composeDirective`: `name` is the directive's here, without `@`."""

    subgraph: SubgraphSchema
    name: str
    feature: Feature
    applied: Applied

    @property
    def element(self) -> str:
        return element_of(self.feature, self.name)


def check(context: Context) -> Iterator[Issue]:
    for subgraph in context.subgraphs:
        for applied in _applications(subgraph):
            name = applied.values.get("name")
            if (federation := _composed_anyway(subgraph, name)) is not None:
                message = f"@{federation} is always composed and needs no @composeDirective."
                yield hint("DIRECTIVE_COMPOSITION_INFO", message, subgraph.name, applied.node)
            elif (reason := _refused(subgraph, name)) is not None:
                yield error(_CODE, reason, subgraph.name, applied.node)
    asked = list(_asked(context.subgraphs))
    yield from _check_versions(context, asked)
    misnamed = list(_check_names(context, asked))
    yield from misnamed
    if all(issue.is_hint for issue in misnamed):
        for name in dict.fromkeys(one.name for one in asked):
            yield from _check_directive(context, name, [one for one in asked if one.name == name])


# -- one application -------------------------------------------------------------------------------------------------


def _applications(subgraph: SubgraphSchema) -> list[Applied]:
    return [applied for applied in subgraph.schema_applied if applied.federation and applied.name == "composeDirective"]


def _composed_anyway(subgraph: SubgraphSchema, name: object) -> str | None:
    federation = subgraph.names.get(name[1:]) if isinstance(name, str) and name.startswith("@") else None
    return federation if federation in _ALWAYS else None


def _refused(subgraph: SubgraphSchema, name: object) -> str | None:
    if not isinstance(name, str) or not name.startswith("@"):
        return f"The name of a @composeDirective starts with @; {name!r} does not."
    if name[1:] in subgraph.names:
        return f"{name} belongs to federation itself and cannot be composed."
    if name[1:] not in subgraph.directives:
        return f"{name} is composed, but not defined."
    feature = feature_of(subgraph, name[1:])
    if feature is None:
        return f"{name} is composed, but of no linked specification."
    if feature.identity.startswith(APOLLO):
        return f"{name} belongs to federation itself and cannot be composed."
    return None


def _asked(subgraphs: tuple[SubgraphSchema, ...]) -> Iterator[_Asked]:
    for subgraph in subgraphs:
        for applied in _applications(subgraph):
            name = applied.values.get("name")
            if _composed_anyway(subgraph, name) is not None or _refused(subgraph, name) is not None:
                continue
            feature = feature_of(subgraph, str(name)[1:])
            assert feature is not None
            yield _Asked(subgraph, str(name)[1:], feature, applied)


def feature_of(subgraph: SubgraphSchema, directive: str) -> Feature | None:
    """The linked specification that a directive of the subgraph belongs to: imported by name, or else by its prefix."""
    for feature in subgraph.features:
        if f"@{directive}" in feature.imports.values():
            return feature
    return next((feature for feature in subgraph.features if feature.owns_directive(directive)), None)


def element_of(feature: Feature, local: str) -> str:
    """What the specification calls the directive `local`."""
    for element, name in feature.imports.items():
        if name == f"@{local}":
            return element.removeprefix("@")
    return feature.name if local == feature.prefix else local.removeprefix(f"{feature.prefix}__")


# -- all together ----------------------------------------------------------------------------------------------------


def _check_versions(context: Context, asked: list[_Asked]) -> Iterator[Issue]:
    """Only subgraphs that link one major version can agree on what a directive means."""
    majors: dict[str, set[int]] = {}
    for subgraph in context.subgraphs:
        for feature in subgraph.features:
            if not feature.identity.startswith(APOLLO) and feature.version is not None:
                majors.setdefault(feature.identity, set()).add(feature.version[0])
    for identity, found in majors.items():
        composed = {one.feature.version[0] for one in asked if one.feature.identity == identity and one.feature.version}
        if len(composed) > 1:
            yield error(_CODE, f"{identity} is composed from different major versions.")
        elif len(found) > 1:
            yield hint("DIRECTIVE_COMPOSITION_INFO", f"{identity} is linked in different major versions.")


def _check_names(context: Context, asked: list[_Asked]) -> Iterator[Issue]:
    names: dict[tuple[str, str], dict[str, str]] = {}
    for one in asked:
        names.setdefault((one.feature.identity, one.element), {})[one.subgraph.name] = one.name
    for (identity, element), found in names.items():
        if len(set(found.values())) > 1:
            listed = ", ".join(f"@{name} in {subgraph}" for subgraph, name in found.items())
            yield error("LINK_IMPORT_NAME_MISMATCH", f"@{element} of {identity} has different names: {listed}.")
            continue
        name = next(iter(found.values()))
        for subgraph in context.subgraphs:
            local = _local_name(subgraph, identity, element)
            if subgraph.name not in found and local not in {None, name}:
                message = f"@{name} is composed, but called @{local} here; it must be @{name} to be composed as well."
                yield hint("DIRECTIVE_COMPOSITION_WARN", message, subgraph.name)


def _local_name(subgraph: SubgraphSchema, identity: str, element: str) -> str | None:
    """What a directive of a specification is called in a subgraph that defines it."""
    found = (
        name
        for feature in subgraph.features
        if feature.identity == identity
        for name in subgraph.directives
        if feature_of(subgraph, name) is feature and element_of(feature, name) == element
    )
    return next(found, None)


def _check_directive(context: Context, name: str, asked: list[_Asked]) -> Iterator[Issue]:
    if len({one.feature.identity for one in asked}) > 1:
        listed = ", ".join(f"{one.feature.identity} in {one.subgraph.name}" for one in asked)
        yield error(_CODE, f"@{name} is composed from different specifications: {listed}.")
        return
    others = [s.name for s in context.subgraphs if s.names.get(name) in _ALWAYS]
    if others:
        message = f"@{name} cannot be composed, because it is federation's own in {', '.join(others)}."
        yield error(_CODE, message, asked[0].subgraph.name, asked[0].applied.node)
        return
    newest = _newest(list(_asked(context.subgraphs)), asked[0].feature.identity)
    if name not in newest.subgraph.directives:
        message = f"{newest.subgraph.name} links the newest version of {newest.feature.identity}, but lacks @{name}."
        yield error(_CODE, message, newest.subgraph.name)


def _newest(asked: list[_Asked], identity: str) -> _Asked:
    """Of equal versions the last one."""
    found = [one for one in asked if one.feature.identity == identity]
    return max(enumerate(found), key=lambda item: (item[1].feature.version or (0, 0), item[0]))[1]


def composed_directives(subgraphs: tuple[SubgraphSchema, ...]) -> Mapping[str, Composed]:
    """Valid composed directives by name, sorted."""
    asked = list(_asked(subgraphs))
    found: dict[str, Composed] = {}
    for name in sorted({one.name for one in asked}):
        own = [one for one in asked if one.name == name]
        newest = _newest(asked, own[0].feature.identity)
        definer = newest if name in newest.subgraph.directives else own[0]
        composing = frozenset(one.subgraph.name for one in own)
        definition = definer.subgraph.directives[name]
        found[name] = Composed(definition, definer.feature, definer.subgraph, composing)
    return found
