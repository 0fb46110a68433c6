"""What a subgraph links: which specifications, in which version, under which names; and what is wrong with its links.

A document without a link to federation is a Federation 1 schema, whose directives have bare names. `Linked` answers for
both what federation's directives are called here, and gives the definitions that the document may leave out.
Source: https://specs.apollo.dev/link/v1.0, https://specs.apollo.dev/federation/v2.0
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from graphql import ConstDirectiveNode, DirectiveDefinitionNode, DocumentNode, SchemaDefinitionNode, SchemaExtensionNode

from gateway.composition import connectors
from gateway.composition.elements import Names
from gateway.composition.issues import Issue, error
from gateway.composition.specs import (
    FEDERATION_1,
    FEDERATION_1_SINCE,
    FEDERATION_DIRECTIVES,
    FEDERATION_IDENTITY,
    LINK_IDENTITY,
    NEWEST,
    SCALARS,
    STANDALONE,
    DirectiveSpec,
    directives_of,
    elements_of,
)
from gateway.supergraph.features import APOLLO, Feature, argument_values, linked_features

__all__ = ["Linked", "LinkedDirective", "link_problems", "read_links", "sound_links"]

_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_USAGE = "INVALID_LINK_DIRECTIVE_USAGE"
_LINK = Feature(LINK_IDENTITY, "link", (1, 0), "link")


@dataclass(frozen=True, slots=True)
class LinkedDirective:
    """A directive of federation that a document can use: the feature that brings it (None in Federation 1), and its version."""

    spec: DirectiveSpec
    feature: Feature | None
    version: tuple[int, int]

    @property
    def name(self) -> str:
        return self.feature.directive(self.spec.name) if self.feature is not None else self.spec.name


@dataclass(frozen=True, slots=True)
class Linked:
    """The links of a subgraph, and what follows from them. `defined` are the directives that the document defines itself;
    `usable` is False where nothing of federation can be used, because its version or `@link` itself is unknown.
    """

    subgraph: str
    features: tuple[Feature, ...]
    nodes: tuple[ConstDirectiveNode, ...]
    defined: frozenset[str]
    usable: bool = True

    @property
    def federation(self) -> Feature | None:
        return next((feature for feature in self.features if feature.identity == FEDERATION_IDENTITY), None)

    @property
    def version(self) -> tuple[int, int] | None:
        return self.federation.version if self.federation is not None else None

    @property
    def link(self) -> Feature:
        return next((feature for feature in self.features if feature.identity == LINK_IDENTITY), _LINK)

    @property
    def is_linking(self) -> bool:
        """Whether links count at all: federation is linked, or the link specification itself is."""
        wanted = (FEDERATION_IDENTITY, LINK_IDENTITY)
        return any(f.identity in wanted or f.identity.startswith(f"{FEDERATION_IDENTITY}/") for f in self.features)

    @property
    def knows_version(self) -> bool:
        return self.federation is None or (self.version is not None and (2, 0) <= self.version <= NEWEST)

    def directives(self) -> Iterator[LinkedDirective]:
        """The federation directives this document can use."""
        federation = self.federation
        if not self.usable:
            return
        if federation is None:
            for spec in directives_of(FEDERATION_1_SINCE):
                if spec.name in FEDERATION_1 or spec.name in self.defined:
                    yield LinkedDirective(spec, None, FEDERATION_1_SINCE)
        elif federation.version is not None and self.knows_version:
            for spec in directives_of(federation.version):
                yield LinkedDirective(spec, federation, federation.version)
        for feature in self.features if self.is_linking else ():
            versions, directives = STANDALONE.get(feature.name, (frozenset[tuple[int, int]](), ()))
            if feature.identity == f"{APOLLO}{feature.name}" and feature.version in versions:
                yield from (LinkedDirective(FEDERATION_DIRECTIVES[name], feature, NEWEST) for name in directives)

    @property
    def connect(self) -> Feature | None:
        """The link to the connect specification, whose directives are handed on as they are."""
        return next((f for f in self.features if self.is_linking and connectors.is_connect(f)), None)

    def names(self) -> Names:
        federation = {one.name: one.spec.name for one in self.directives()}
        if (connect := self.connect) is not None:
            federation |= {connect.directive(name): name for name in connectors.DIRECTIVES}
        return Names(federation, self.link.directive("link"))

    def scalars(self) -> frozenset[str]:
        """The scalars of federation under the names they have here."""
        found: set[str] = set()
        for one in self.directives():
            used = [name for name in SCALARS if f"{{{name}}}" in one.spec.arguments]
            found |= {one.feature.type(name) if one.feature is not None else f"_{name}" for name in used}
        return frozenset(found)


def read_links(subgraph: str, document: DocumentNode) -> Linked:
    nodes = tuple(
        directive
        for definition in document.definitions
        if isinstance(definition, (SchemaDefinitionNode, SchemaExtensionNode))
        for directive in definition.directives or ()
    )
    defined = frozenset(node.name.value for node in document.definitions if isinstance(node, DirectiveDefinitionNode))
    features = linked_features(nodes)
    # Under another name than its own, `@link` is known only where the document defines it.
    if any(f.node is not None and f.node.name.value not in {"link", *defined} for f in features):
        features = ()
    return Linked(subgraph, features, nodes, defined)


# -- problems --------------------------------------------------------------------------------------------------------


def link_problems(linked: Linked) -> list[Issue]:
    """What is wrong with the links themselves; versions of federation are judged with the definitions."""
    if not linked.is_linking:
        return []
    problems = list(_without_url(linked)) + _single_problems(linked)
    return problems or [*_confused_imports(linked), *_bare_names(linked)]


def sound_links(linked: Linked) -> Linked | None:
    """The links before the first bad one, which are in force where that is found: that of the link specification, which
    comes first wherever it stands, and others. None without it, or without a bad one.
    """
    link = linked.link
    features = (link, *(feature for feature in linked.features if feature is not link))
    if link.node is None or link.version != (1, 0):
        return None
    for number in range(len(features)):
        so_far = replace(linked, features=features[: number + 1])
        if _single_problems(so_far) or list(_confused_imports(so_far)):
            return replace(linked, features=features[:number]) if number else None
    return None


def _single_problems(linked: Linked) -> list[Issue]:
    found = [issue for feature in linked.features for issue in _feature_problems(linked, feature)]
    return [*found, *_taken_names(linked)]


def _without_url(linked: Linked) -> Iterator[Issue]:
    known = {id(feature.node) for feature in linked.features}
    name = linked.link.directive("link")
    for node in linked.nodes:
        if node.name.value == name and id(node) not in known:
            yield error("INVALID_LINK_IDENTIFIER", "A @link has no URL.", linked.subgraph, node)


def _feature_problems(linked: Linked, feature: Feature) -> Iterator[Issue]:
    def problem(code: str, message: str) -> Issue:
        return error(code, message, linked.subgraph, feature.node)

    assert feature.node is not None
    values = argument_values(feature.node)
    if reason := _bad_url(str(values.get("url", values.get("feature"))), feature):
        yield problem("INVALID_LINK_IDENTIFIER", reason)
        return
    if feature.identity == LINK_IDENTITY and feature.version != (1, 0):
        if linked.federation is None:
            yield problem("UNKNOWN_LINK_VERSION", "Only version 1.0 of the link specification exists.")
        else:
            yield problem(_USAGE, f"{LINK_IDENTITY} is linked in another version than federation needs.")
    given = values.get("as")
    if reason := _bad_name(given if given is not None else urlsplit(feature.identity).path.rsplit("/", 1)[-1], feature):
        yield problem(_USAGE, f"{feature.identity} cannot be linked as {given or feature.name!r}: {reason}.")
    if reason := _bad_imports(values.get("import")):
        yield problem(_USAGE, reason)
        return
    elements = elements_of(feature)
    for element in feature.imports if elements is not None else ():
        if elements is not None and element not in elements:
            yield problem(_USAGE, f"{feature.identity} has no {element} to import in this version.")


def _bad_url(url: str, feature: Feature) -> str | None:
    parts = urlsplit(url)
    if not parts.scheme:
        return f"{url!r} is not a URL."
    if not parts.path.strip("/"):
        return f"{url!r} has no path, so it names no specification."
    if feature.version is None or parts.path.endswith("/"):
        return f"{url!r} does not end in a version like v1.0."
    if feature.identity.rstrip("/") == f"{parts.scheme}://{parts.netloc}":
        return f"{url!r} has no name before its version."
    return None


def _bad_name(name: Any, feature: Feature) -> str | None:
    if not isinstance(name, str):
        return "it is not a string"
    # A specification whose name cannot be one of GraphQL is used by imports, or by what `as` calls it.
    usable = name.replace("-", "_").replace(".", "_") if name == feature.identity.rsplit("/", 1)[-1] else name
    if not _NAME.match(usable):
        return "it is not a name"
    if "__" in name:
        return "it contains two underscores"
    return "it ends in an underscore" if name.endswith("_") else None


def _bad_imports(imports: Any) -> str | None:
    if imports is None:
        return None
    if not isinstance(imports, list):
        return "The import of a @link is a list."
    named: dict[str, str] = {}
    taken: dict[str, str] = {}
    items: list[Any] = imports
    for item in items:
        if reason := _bad_import(item):
            return reason
        name, alias = (item, item) if isinstance(item, str) else (item["name"], item.get("as") or item["name"])
        if named.setdefault(name, alias) != alias:
            return f"{name} is imported under two names, {named[name]} and {alias}."
        if taken.setdefault(alias, name) != name:
            return f"{name} and {taken[alias]} are both imported as {alias}."
    return None


def _bad_import(item: Any) -> str | None:
    if isinstance(item, str):
        return None
    if not isinstance(item, dict) or not isinstance(item.get("name"), str) or set(item) - {"name", "as"}:
        return "An import of a @link is a name, or {name, as}."
    name, alias = item["name"], item.get("as")
    if "as" not in item:
        return None
    if not isinstance(alias, str) or alias.startswith("@") != name.startswith("@"):
        return f"{name} cannot be imported as {alias}: both are directives, or neither."
    return (
        None if _NAME.match(alias.removeprefix("@")) else f"{name} cannot be imported as {alias!r}, which is no name."
    )


def _all(linked: Linked) -> tuple[Feature, ...]:
    """The features with the link specification, which need not be linked itself."""
    return linked.features if linked.link is not _LINK else (_LINK, *linked.features)


def _taken_names(linked: Linked) -> Iterator[Issue]:
    """A specification is linked once, and its name is its own."""
    seen: dict[str, Feature] = {}
    identities: set[str] = set()
    for feature in _all(linked):
        if feature.identity in identities:
            yield error(_USAGE, f"{feature.identity} is linked more than once.", linked.subgraph, feature.node)
            continue
        identities.add(feature.identity)
        other = seen.setdefault(feature.prefix, feature)
        if other is not feature:
            message = (
                f"{feature.identity} and {other.identity} are both called {feature.prefix}; link one `as` another."
            )
            yield error(_USAGE, message, linked.subgraph, feature.node)


def _confused_imports(linked: Linked) -> Iterator[Issue]:
    """An imported name may not look like one that another specification, or another element, has by its prefix."""
    features = _all(linked)
    owners: dict[str, Feature] = {}
    for feature in features:
        for element, name in feature.imports.items():
            other = owners.setdefault(name, feature)
            if other is not feature:
                message = f"{name} is imported from {feature.identity} and from {other.identity}."
                yield error(_USAGE, message, linked.subgraph, feature.node)
            for one in features:
                if _is_prefixed(name, one) and (one is not feature or name != _own_name(feature, element)):
                    message = f"{element} of {feature.identity} cannot be imported as {name}, a name of {one.identity}."
                    yield error(_USAGE, message, linked.subgraph, feature.node or one.node)


def _bare_names(linked: Linked) -> Iterator[Issue]:
    """A Federation 1 schema has the directives of federation under their bare names."""
    bare = {f"@{spec.name}" for spec in directives_of(FEDERATION_1_SINCE)} if linked.federation is None else ()
    for feature in linked.features:
        if f"@{feature.prefix}" in bare and feature.identity == f"{APOLLO}{feature.name}":
            message = f"@{feature.prefix} of {feature.identity} has the name of a directive of federation."
            yield error(_USAGE, message, linked.subgraph, feature.node)


def _is_prefixed(name: str, feature: Feature) -> bool:
    bare = name.removeprefix("@")
    return bare.startswith(f"{feature.prefix}__") or name == f"@{feature.prefix}"


def _own_name(feature: Feature, element: str) -> str:
    """What an element is called when it is not imported."""
    bare = element.removeprefix("@")
    if not element.startswith("@"):
        return f"{feature.prefix}__{bare}"
    return f"@{feature.prefix}" if bare == feature.name else f"@{feature.prefix}__{bare}"
