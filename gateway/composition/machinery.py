"""What a supergraph has around its types: the links, the join directives and their types, the list of subgraphs.

The join version is the newest one that the subgraphs' links ask for. A linked specification brings its directives under the
names that the subgraphs gave them.
Source: https://specs.apollo.dev/join/v0.5, https://specs.apollo.dev/link/v1.0
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gateway.composition.connectors import CONNECT_IDENTITY, connectors_version
from gateway.composition.merge.context import Composed, Context
from gateway.composition.merge.joins import join, quoted
from gateway.composition.merge.linked import FEATURES, LinkedFeature, link_text
from gateway.composition.rules.compose_directive import element_of
from gateway.composition.versions import Version, join_version
from gateway.supergraph.features import APOLLO

__all__ = ["Machinery", "machinery"]

_LINK = "directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA"
_PURPOSES = """enum link__Purpose {
  \"\"\"
  `SECURITY` features provide metadata necessary to securely resolve fields.
  \"\"\"
  SECURITY

  \"\"\"
  `EXECUTION` features provide metadata necessary for operation execution.
  \"\"\"
  EXECUTION
}"""


class Machinery:
    """Printed parts: arguments of the `@link`s in order, directive definitions, type definitions."""

    __slots__ = ("directives", "links", "types")

    def __init__(self, links: Sequence[str], directives: Sequence[str], types: Sequence[str]) -> None:
        self.links = links
        self.directives = directives
        self.types = types


def machinery(context: Context) -> Machinery:
    version = join_version(context.subgraphs)
    used = [feature for feature in FEATURES if _is_used(feature, context.names)]
    taken = {"join", "link", *(feature.name for feature in used)}
    connect = connectors_version(context.subgraphs)
    directives = [*_join_directives(version), _LINK]
    types = [*_join_types(version), _graph_enum(context), "scalar link__Import", _PURPOSES]
    for feature in used:
        for directive, text in feature.directives.items():
            directives.append(f"directive @{context.names.get(directive, feature.default(directive))}{text}")
        types += [_with_joins(context, feature, text) for text in feature.types]
    return Machinery(
        links=(
            'url: "https://specs.apollo.dev/link/v1.0"',
            f'url: "https://specs.apollo.dev/join/v{version[0]}.{version[1]}", for: EXECUTION',
            *(link_text(feature, context.names) for feature in used),
            *([f'url: "{CONNECT_IDENTITY}/v{connect[0]}.{connect[1]}", for: EXECUTION'] if connect is not None else []),
            *_composed_links(context.composed, taken),
        ),
        directives=directives,
        types=types,
    )


def _with_joins(context: Context, feature: LinkedFeature, text: str) -> str:
    """A scalar of a specification is also a type of the subgraphs that link the specification itself, and not by federation."""
    graphs = [
        context.graphs[subgraph.name]
        for subgraph in context.subgraphs
        for linked in subgraph.features
        if linked.identity == f"{APOLLO}{feature.name}" and linked.prefix == feature.name
    ]
    return "".join([text, *(f"\n  {join('type', graph=graph)}" for graph in graphs)])


def _is_used(feature: LinkedFeature, names: Mapping[str, str]) -> bool:
    return feature.name in names or any(directive in names for directive in feature.directives)


def _composed_links(composed: Mapping[str, Composed], taken: set[str]) -> Iterator[str]:
    """One link for each specification. One whose name is taken gets another prefix; nothing uses it, all is imported."""
    by_url: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for name, one in composed.items():
        feature = one.feature
        version = f"/v{feature.version[0]}.{feature.version[1]}" if feature.version is not None else ""
        element = f"@{element_of(feature, name)}"
        item = quoted(element) if element == f"@{name}" else f"{{name: {quoted(element)}, as: {quoted(f'@{name}')}}}"
        by_url.setdefault(feature.identity + version, []).append(item)
        names[feature.identity + version] = feature.name
    for number, (url, items) in enumerate(sorted(by_url.items())):
        prefix = f"_{number}{names[url]}" if names[url] in taken else names[url]
        taken.add(prefix)
        renamed = f", as: {quoted(prefix)}" if prefix != names[url] else ""
        yield f"url: {quoted(url)}{renamed}, import: [{', '.join(sorted(items))}]"


def _join_directives(version: Version) -> list[str]:
    field = "graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean"
    field += ", override: String, usedOverridden: Boolean"
    field += ", overrideLabel: String" if version >= (0, 4) else ""
    field += ", contextArguments: [join__ContextArgument!]" if version >= (0, 5) else ""
    type_ = "graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true"
    type_ += ", isInterfaceObject: Boolean! = false"
    kinds = "OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR"
    found = [
        "directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE",
        f"directive @join__field({field}) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION",
        "directive @join__graph(name: String!, url: String!) on ENUM_VALUE",
        "directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE",
        f"directive @join__type({type_}) repeatable on {kinds}",
        "directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION",
    ]
    if version >= (0, 4):
        found.append(
            "directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable"
            " on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION"
        )
    return found


def _join_types(version: Version) -> list[str]:
    found = ["scalar join__FieldSet"]
    if version >= (0, 4):
        found.append("scalar join__DirectiveArguments")
    if version >= (0, 5):
        found.append("scalar join__FieldValue")
        found.append(
            "input join__ContextArgument {\n  name: String!\n  type: String!\n  context: String!\n"
            "  selection: join__FieldValue!\n}"
        )
    return found


def _graph_enum(context: Context) -> str:
    values = [
        f"  {context.graphs[s.name]} {join('graph', name=quoted(s.name), url=quoted(s.url))}" for s in context.subgraphs
    ]
    return "\n".join(["enum join__Graph {", *values, "}"])
