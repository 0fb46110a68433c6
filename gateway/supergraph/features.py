"""The specifications that a schema links (`@link`, or `@core` of Federation 1 supergraphs), and the names they have in it.

A feature is imported under its own names, under other names (`import: [{name: "@key", as: "@k"}]`), or as a whole under
another prefix (`as:`). Everything that looks for a directive asks here what it is called, so a renamed directive is never
overlooked (security case A03).
Source: https://specs.apollo.dev/link/v1.0
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    NullValueNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    value_from_ast_untyped,
)

__all__ = ["APOLLO", "Feature", "argument_values", "linked_features", "schema_directives"]

APOLLO = "https://specs.apollo.dev/"

_VERSION = re.compile(r"^v(0|[1-9]\d*)\.(0|[1-9]\d*)$")
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


@dataclass(frozen=True, slots=True)
class Feature:
    """One linked specification.

    `identity` is its URL without the version, `name` the last segment of that, `prefix` what its elements start with here.
    `imports` maps elements (`@key`, `FieldSet`) to their names here, `@` included for directives.
    """

    identity: str
    name: str
    version: tuple[int, int] | None
    prefix: str
    imports: Mapping[str, str] = field(default_factory=dict[str, str])
    purpose: str | None = None
    node: ConstDirectiveNode | None = None

    def directive(self, element: str) -> str:
        """The name, without `@`, that the directive `element` of this feature has in the schema."""
        imported = self.imports.get(f"@{element}")
        if imported is not None:
            return imported.removeprefix("@")
        return self.prefix if element == self.name else f"{self.prefix}__{element}"

    def type(self, element: str) -> str:
        """The name that the type `element` of this feature has in the schema."""
        return self.imports.get(element) or f"{self.prefix}__{element}"

    def owns_directive(self, name: str) -> bool:
        """Whether the directive called `name` in the schema is this feature's."""
        return name == self.prefix or name.startswith(f"{self.prefix}__") or f"@{name}" in self.imports.values()

    def owns_type(self, name: str) -> bool:
        return name.startswith(f"{self.prefix}__") or name in self.imports.values()


def argument_values(directive: ConstDirectiveNode) -> dict[str, Any]:
    """The arguments of a directive as plain values; enum values become their names."""
    return {
        argument.name.value: None
        if isinstance(argument.value, NullValueNode)
        else value_from_ast_untyped(argument.value)
        for argument in directive.arguments or ()
    }


def schema_directives(document: DocumentNode) -> Iterator[ConstDirectiveNode]:
    """The directives on the schema definition and its extensions, in source order."""
    for definition in document.definitions:
        if isinstance(definition, (SchemaDefinitionNode, SchemaExtensionNode)):
            yield from definition.directives or ()


def linked_features(directives: Iterable[ConstDirectiveNode]) -> tuple[Feature, ...]:
    """The features that schema directives link, in source order.

    Which directive *is* `@link` is found first: it is the one that links the link (or core) specification itself, under
    whatever name; without such a one it is `@link`.
    """
    found = list(directives)
    name, url_argument = _bootstrap(found)
    return tuple(
        _feature(directive, url)
        for directive in found
        if directive.name.value == name and isinstance(url := argument_values(directive).get(url_argument), str)
    )


def _bootstrap(directives: Iterable[ConstDirectiveNode]) -> tuple[str, str]:
    for directive in directives:
        for argument, spec in (("url", "link"), ("feature", "core")):
            url = argument_values(directive).get(argument)
            if not isinstance(url, str) or not url.startswith(f"{APOLLO}{spec}/"):
                continue
            if _feature(directive, url).directive(spec) == directive.name.value:
                return directive.name.value, argument
    return "link", "url"


def _feature(directive: ConstDirectiveNode, url: str) -> Feature:
    values = argument_values(directive)
    identity, name, version = split_url(url)
    prefix = values.get("as") if isinstance(values.get("as"), str) else name
    purpose = values.get("for")
    return Feature(
        identity=identity,
        name=name,
        version=version,
        prefix=str(prefix),
        imports=dict(_imports(values.get("import"))),
        purpose=purpose if isinstance(purpose, str) else None,
        node=directive,
    )


def split_url(url: str) -> tuple[str, str, tuple[int, int] | None]:
    """A feature URL as (identity, name, version); the version is None and the name empty where there is none."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    version = None
    if segments and (matched := _VERSION.match(segments[-1])):
        version = int(matched[1]), int(matched[2])
        segments.pop()
    name = segments[-1] if segments and _NAME.match(segments[-1]) else ""
    path = "/".join(("", *segments)) if parts.netloc else "/".join(segments)
    origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return origin + path, name, version


def _imports(value: Any) -> Iterator[tuple[str, str]]:
    items: list[Any] = value if isinstance(value, list) else []
    for item in items:
        if isinstance(item, str):
            yield item, item
        elif isinstance(item, dict) and isinstance(item.get("name"), str):
            alias = item.get("as")
            yield item["name"], alias if isinstance(alias, str) else item["name"]
