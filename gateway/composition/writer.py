"""The merged graph as supergraph SDL (`join` v0.3 and newer), in one order, byte-identical for equal input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gateway.composition.merge import FieldPart, MergedArgument, MergedField, MergedType, quoted
from gateway.composition.subgraph import SubgraphSchema, TypePart
from gateway.supergraph.model import TypeKind

__all__ = ["write_supergraph"]

_HEAD = """\
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.{join}", for: EXECUTION)
{features}{{
{roots}}}
"""
_DEFINITIONS = """\
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE

directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION

directive @join__graph(name: String!, url: String!) on ENUM_VALUE

directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE

directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR

directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION

directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
"""
_FEATURES = {
    "inaccessible": "directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | "
    "SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION",
    "tag": "directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | "
    "ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA",
}
_LINKS = {
    "inaccessible": '  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)\n',
    "tag": '  @link(url: "https://specs.apollo.dev/tag/v0.3")\n',
}
_TAIL = '''\
scalar join__FieldSet

enum join__Graph {{
{graphs}}}

scalar link__Import

enum link__Purpose {{
  """
  `SECURITY` features provide metadata necessary to securely resolve fields.
  """
  SECURITY

  """
  `EXECUTION` features provide metadata necessary for operation execution.
  """
  EXECUTION
}}
'''
_ROOTS = {"Query": "query", "Mutation": "mutation", "Subscription": "subscription"}
_KEYWORDS = {
    TypeKind.OBJECT: "type",
    TypeKind.INTERFACE: "interface",
    TypeKind.INPUT: "input",
    TypeKind.ENUM: "enum",
    TypeKind.UNION: "union",
    TypeKind.SCALAR: "scalar",
}


def write_supergraph(subgraphs: Sequence[SubgraphSchema], types: Sequence[MergedType]) -> str:
    """Print the supergraph of these merged types."""
    body = "\n".join(_type(merged) for merged in types)
    used = [name for name in _FEATURES if f"@{name}" in body]
    join = 4 if "overrideLabel:" in body else 3
    roots = "".join(f"  {_ROOTS[t.name]}: {t.name}\n" for t in types if t.name in _ROOTS)
    head = _HEAD.format(join=join, features="".join(_LINKS[name] for name in used), roots=roots)
    graphs = "".join(f"  {s.graph} @join__graph(name: {quoted(s.name)}, url: {quoted(s.url)})\n" for s in subgraphs)
    features = "".join(f"{_FEATURES[name]}\n\n" for name in used)
    return "\n".join([head, features + _DEFINITIONS, _TAIL.format(graphs=graphs), body])


def _type(merged: MergedType) -> str:
    lines = [*_description(merged.description, "")]
    implemented = sorted({name for _, part in merged.parts for name in part.interfaces})
    implements = f" implements {' & '.join(implemented)}" if implemented else ""
    lines.append(f"{_KEYWORDS[merged.kind]} {merged.name}{implements}")
    lines += [f"  {join}" for join in _type_joins(merged)]
    if merged.kind is TypeKind.UNION:
        lines.append("  = " + " | ".join(merged.members))
    elif merged.kind is TypeKind.ENUM:
        lines += ["{", *(line for value in merged.values for line in _value(merged, value)), "}"]
    elif merged.fields:
        lines += ["{", *(line for f in merged.fields for line in _field(merged, f)), "}"]
    return "\n".join(lines) + "\n"


def _type_joins(merged: MergedType) -> Iterator[str]:
    for subgraph, part in merged.parts:
        for name in part.interfaces:
            yield f"@join__implements(graph: {subgraph.graph}, interface: {quoted(name)})"
    for subgraph, part in merged.parts:
        yield from _type_join(subgraph, part)
    for subgraph, part in merged.parts:
        for member in sorted(part.members):
            yield f"@join__unionMember(graph: {subgraph.graph}, member: {quoted(member)})"
    seen: dict[str, None] = {}
    for _, part in merged.parts:
        for name, arguments in part.directives:
            if name == "inaccessible":
                seen["@inaccessible"] = None
            elif name == "tag":
                seen[f"@tag(name: {quoted(str(arguments['name']))})"] = None
            elif name == "specifiedBy":
                seen.setdefault(f"@specifiedBy(url: {quoted(str(arguments['url']))})")
            elif name == "oneOf":
                seen["@oneOf"] = None
    yield from seen


def _type_join(subgraph: SubgraphSchema, part: TypePart) -> Iterator[str]:
    more = ", isInterfaceObject: true" if part.has("interfaceObject") else ""
    extension = ", extension: true" if part.extension else ""
    keys = part.applied("key")
    if not keys:
        yield f"@join__type(graph: {subgraph.graph}{more})"
    for key in keys:
        resolvable = ", resolvable: false" if key.get("resolvable") is False else ""
        fields = quoted(" ".join(str(key.get("fields")).split()))
        yield f"@join__type(graph: {subgraph.graph}, key: {fields}{extension}{resolvable}{more})"


def _field(merged: MergedType, field: MergedField) -> Iterator[str]:
    yield from _description(field.description, "  ")
    default = f" = {field.default}" if field.default is not None else ""
    joins = "".join(f" {join}" for join in _field_joins(merged, field))
    kept = "".join(f" {text}" for text in field.directives)
    yield f"  {field.name}{_arguments(field.arguments)}: {field.type_text}{default}{joins}{kept}"


def _field_joins(merged: MergedType, field: MergedField) -> Iterator[str]:
    plain = all(_is_plain(part, field) for part in field.parts)
    if plain and len(field.parts) == len(merged.parts):
        return
    for part in field.parts:
        arguments = [f"graph: {part.subgraph.graph}"]
        for name, value in (("requires", part.requires), ("provides", part.provides)):
            if value is not None:
                arguments.append(f"{name}: {quoted(value)}")
        if part.type_text != field.type_text:
            arguments.append(f"type: {quoted(part.type_text)}")
        if part.external:
            arguments.append("external: true")
        if part.override:
            arguments.append(f"override: {quoted(part.override)}")
        if part.used_overridden:
            continue
        if part.override_label:
            arguments.append(f"overrideLabel: {quoted(part.override_label)}")
        yield f"@join__field({', '.join(arguments)})"


def _is_plain(part: FieldPart, field: MergedField) -> bool:
    special = part.external or part.requires or part.provides or part.override or part.used_overridden
    return not special and part.type_text == field.type_text


def _arguments(arguments: Sequence[MergedArgument]) -> str:
    if not arguments:
        return ""
    parts = [
        f"{a.name}: {a.type_text}"
        + (f" = {a.default}" if a.default is not None else "")
        + "".join(f" {text}" for text in a.directives)
        for a in arguments
    ]
    return f"({', '.join(parts)})"


def _value(merged: MergedType, value: str) -> Iterator[str]:
    parts = [(s, part.values[value]) for s, part in merged.parts if value in part.values]
    yield from _description(next((text for _, (text, _) in parts if text), None), "  ")
    joins = " ".join(f"@join__enumValue(graph: {s.graph})" for s, _ in parts)
    kept: dict[str, None] = {}
    for s, (_, directives) in parts:
        for name, arguments in s.canonical(directives):
            if name == "deprecated":
                reason = arguments.get("reason")
                kept.setdefault(f"@deprecated(reason: {quoted(str(reason))})" if reason else "@deprecated")
            elif name == "inaccessible":
                kept["@inaccessible"] = None
    yield "  " + " ".join([value, joins, *kept])


def _description(text: str | None, indent: str) -> Iterable[str]:
    if not text:
        return []
    escaped = text.replace('"""', '\\"""')
    return [f'{indent}"""', *(f"{indent}{line}" for line in escaped.splitlines()), f'{indent}"""']
