"""Prints a merged graph as supergraph SDL: link and join machinery, then the types by name.

The order is a function of the graph alone (subgraphs and types by name, fields as the subgraphs list them), so equal input
gives equal bytes. The join version is the newest one that the subgraphs' links ask for.
Source: https://specs.apollo.dev/join/v0.5
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateway.composition.merge.context import Context
from gateway.composition.merge.joins import join, quoted
from gateway.composition.merge.model import MergedDirective, MergedField, MergedGraph, MergedInput, MergedType
from gateway.composition.model import ROOTS, SubgraphSchema
from gateway.supergraph.features import Feature
from gateway.supergraph.model import TypeKind

__all__ = ["write_supergraph"]

_KEYWORDS = {
    TypeKind.OBJECT: "type",
    TypeKind.INTERFACE: "interface",
    TypeKind.UNION: "union",
    TypeKind.ENUM: "enum",
    TypeKind.INPUT: "input",
    TypeKind.SCALAR: "scalar",
}
_SUBJECTS = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
_ANY = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT"
    " | INPUT_FIELD_DEFINITION"
)
_WEIGHED = "ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR"
_LIST_SIZE = (
    "assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true"
)
# Directive → (link arguments, definitions that come with it).
_FEATURES: Mapping[str, tuple[str, Sequence[str]]] = {
    "authenticated": (
        'url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY',
        [f"directive @authenticated on {_SUBJECTS}"],
    ),
    "context": (
        'url: "https://specs.apollo.dev/context/v0.1", for: SECURITY',
        ["directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION"],
    ),
    "cost": (
        'url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"]',
        [
            f"directive @cost(weight: Int!) on {_WEIGHED}",
            f"directive @listSize({_LIST_SIZE}) on FIELD_DEFINITION",
        ],
    ),
    "inaccessible": (
        'url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY',
        [f"directive @inaccessible on {_ANY}"],
    ),
    "policy": (
        'url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY',
        [f"directive @policy(policies: [[policy__Policy!]!]!) on {_SUBJECTS}", "scalar policy__Policy"],
    ),
    "requiresScopes": (
        'url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY',
        [
            f"directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on {_SUBJECTS}",
            "scalar requiresScopes__Scope",
        ],
    ),
    "tag": (
        'url: "https://specs.apollo.dev/tag/v0.3"',
        [f"directive @tag(name: String!) repeatable on {_ANY} | SCHEMA"],
    ),
}
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


def write_supergraph(
    context: Context, graph: MergedGraph, composed: Mapping[str, tuple[SubgraphSchema, Feature]]
) -> str:
    """The supergraph SDL, with a line end at its end."""
    version = join_version(context.subgraphs)
    used = sorted(_used_features(graph))
    definitions = [*_join_directives(version), *graph.directives, _LINK]
    types = _join_types(version)
    for name in used:
        for text in _FEATURES[name][1]:
            (definitions if text.startswith("directive") else types).append(text)
    types += [_graph_enum(context), "scalar link__Import", _PURPOSES]
    blocks = [
        _schema(graph, version, used, composed),
        *sorted(definitions, key=lambda text: text.split("@")[1]),
        *sorted(types, key=lambda text: text.split()[1]),
        *("\n".join(_type(merged)) for merged in graph.types.values() if merged.name not in _BUILT_IN),
    ]
    return "\n\n".join(blocks) + "\n"


_BUILT_IN = frozenset({"Boolean", "Float", "ID", "Int", "String"})
_LINK = "directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA"


def join_version(subgraphs: Iterable[SubgraphSchema]) -> tuple[int, int]:
    """0.3 came with federation 2.0, 0.4 with 2.7, 0.5 with 2.8."""
    versions = [subgraph.version for subgraph in subgraphs if subgraph.version is not None]
    if any(version >= (2, 8) for version in versions):
        return 0, 5
    return (0, 4) if any(version >= (2, 7) for version in versions) else (0, 3)


# -- machinery -------------------------------------------------------------------------------------------------------


def _schema(
    graph: MergedGraph,
    version: tuple[int, int],
    used: Sequence[str],
    composed: Mapping[str, tuple[SubgraphSchema, Feature]],
) -> str:
    links = [
        'url: "https://specs.apollo.dev/link/v1.0"',
        f'url: "https://specs.apollo.dev/join/v{version[0]}.{version[1]}", for: EXECUTION',
        *(_FEATURES[name][0] for name in used),
        *_composed_links(composed),
    ]
    lines = [*_description(graph.description, ""), "schema"]
    lines += [f"  @link({link})" for link in links]
    lines += [f"  {directive.text}" for directive in graph.schema_directives]
    lines += ["{", *(f"  {root.lower()}: {root}" for root in ROOTS if root in graph.types), "}"]
    return "\n".join(lines)


def _composed_links(composed: Mapping[str, tuple[SubgraphSchema, Feature]]) -> Iterator[str]:
    by_url: dict[str, list[str]] = {}
    for name, (_, feature) in composed.items():
        version = f"/v{feature.version[0]}.{feature.version[1]}" if feature.version is not None else ""
        elements = [e for e, local in feature.imports.items() if local == f"@{name}"]
        element = elements[0] if elements else f"@{name.removeprefix(f'{feature.prefix}__')}"
        item = quoted(f"@{name}") if element == f"@{name}" else f"{{name: {quoted(element)}, as: {quoted(f'@{name}')}}}"
        by_url.setdefault(feature.identity + version, []).append(item)
    for url, items in sorted(by_url.items()):
        yield f"url: {quoted(url)}, import: [{', '.join(sorted(items))}]"


def _used_features(graph: MergedGraph) -> set[str]:
    found = {directive.name for directive in _all_directives(graph)}
    if "listSize" in found:
        found.add("cost")
    return found & set(_FEATURES)


def _all_directives(graph: MergedGraph) -> Iterator[MergedDirective]:
    yield from graph.schema_directives
    for merged in graph.types.values():
        yield from merged.directives
        for member in (*merged.inputs.values(), *merged.values.values()):
            yield from member.directives
        for field in merged.fields.values():
            yield from field.directives
            for argument in field.arguments.values():
                yield from argument.directives


def _join_directives(version: tuple[int, int]) -> list[str]:
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


def _join_types(version: tuple[int, int]) -> list[str]:
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


# -- types -----------------------------------------------------------------------------------------------------------


def _type(merged: MergedType) -> Iterator[str]:
    yield from _description(merged.description, "")
    interfaces = f" implements {' & '.join(merged.interfaces)}" if merged.interfaces else ""
    yield f"{_KEYWORDS[merged.kind]} {merged.name}{interfaces}"
    for text in (*merged.joins, *(directive.text for directive in merged.directives)):
        yield f"  {text}"
    if merged.members:
        yield f" = {' | '.join(merged.members)}"
    members = [line for member in _members(merged) for line in member]
    if members:
        yield from ("{", *members, "}")


def _members(merged: MergedType) -> Iterator[list[str]]:
    for field in merged.fields.values():
        yield [*_description(field.description, "  "), *_field(field)]
    for given in merged.inputs.values():
        yield [*_description(given.description, "  "), f"  {_input(given)}"]
    for value in merged.values.values():
        texts = (value.name, *value.joins, *(directive.text for directive in value.directives))
        yield [*_description(value.description, "  "), f"  {' '.join(texts)}"]


def _field(field: MergedField) -> Iterator[str]:
    tail = "".join(f" {text}" for text in (*field.joins, *(directive.text for directive in field.directives)))
    arguments = list(field.arguments.values())
    if any(argument.description for argument in arguments):
        yield f"  {field.name}("
        for argument in arguments:
            yield from (*_description(argument.description, "    "), f"    {_input(argument)}")
        yield f"  ): {field.type}{tail}"
        return
    listed = f"({', '.join(_input(argument) for argument in arguments)})" if arguments else ""
    yield f"  {field.name}{listed}: {field.type}{tail}"


def _input(given: MergedInput) -> str:
    default = f" = {given.default}" if given.default is not None else ""
    texts = (*given.joins, *(directive.text for directive in given.directives))
    return f"{given.name}: {given.type}{default}" + "".join(f" {text}" for text in texts)


def _description(text: str | None, indent: str) -> Iterator[str]:
    if not text:
        return
    escaped = text.replace('"""', '\\"""')
    yield f'{indent}"""'
    yield from (f"{indent}{line}" if line else "" for line in escaped.split("\n"))
    yield f'{indent}"""'
