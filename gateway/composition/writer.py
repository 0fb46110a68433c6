"""Prints a merged graph as supergraph SDL: link and join machinery, then the types by name.

The order is a function of the graph alone (subgraphs and types by name, fields as the subgraphs list them), so equal input
gives equal bytes.
Source: https://specs.apollo.dev/join/v0.5
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.composition.machinery import machinery
from gateway.composition.merge.context import Context
from gateway.composition.merge.model import MergedDefinition, MergedField, MergedGraph, MergedInput, MergedType
from gateway.composition.model import ROOTS
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
# Built in since 2025; readers that do not have it yet need the definition.
_ONE_OF = "directive @oneOf on INPUT_OBJECT"
_BUILT_IN = frozenset({"Boolean", "Float", "ID", "Int", "String"})


def write_supergraph(context: Context, graph: MergedGraph) -> str:
    """The supergraph SDL, with a line end at its end."""
    around = machinery(context)
    definitions = [*around.directives, *("\n".join(_definition(one)) for one in graph.directives.values())]
    if any(directive.name == "oneOf" for merged in graph.types.values() for directive in merged.directives):
        definitions.append(_ONE_OF)
    blocks = [
        _schema(graph, around.links),
        *sorted(definitions, key=_name_of),
        *sorted((text for text in around.types if _type_name(text) not in graph.types), key=_type_name),
        *("\n".join(_type(merged)) for merged in graph.types.values() if merged.name not in _BUILT_IN),
    ]
    return "\n\n".join(blocks) + "\n"


def _name_of(definition: str) -> str:
    """The name that a printed directive definition defines; a description may precede it."""
    return definition.rpartition("directive @")[2].partition("(")[0].partition(" ")[0]


def _type_name(definition: str) -> str:
    return definition.split()[1]


def _schema(graph: MergedGraph, links: Sequence[str]) -> str:
    lines = [*_description(graph.description, ""), "schema"]
    lines += [f"  @link({link})" for link in links]
    lines += [f"  {text}" for text in graph.schema_joins]
    lines += [f"  {directive.text}" for directive in graph.schema_directives]
    lines += ["{", *(f"  {root.lower()}: {root}" for root in ROOTS if root in graph.types), "}"]
    return "\n".join(lines)


def _definition(merged: MergedDefinition) -> Iterator[str]:
    yield from _description(merged.description, "")
    repeatable = " repeatable" if merged.repeatable else ""
    yield from _with_arguments(
        f"directive @{merged.name}",
        list(merged.arguments.values()),
        f"{repeatable} on {' | '.join(merged.locations)}",
        "",
    )


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
    return _with_arguments(f"  {field.name}", list(field.arguments.values()), f": {field.type}{tail}", "  ")


def _with_arguments(start: str, arguments: Sequence[MergedInput], end: str, indent: str) -> Iterator[str]:
    """On one line, unless an argument is described."""
    if any(argument.description for argument in arguments):
        yield f"{start}("
        for argument in arguments:
            yield from (*_description(argument.description, f"{indent}  "), f"{indent}  {_input(argument)}")
        yield f"{indent}){end}"
        return
    listed = f"({', '.join(_input(argument) for argument in arguments)})" if arguments else ""
    yield f"{start}{listed}{end}"


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
