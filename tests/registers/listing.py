"""A schema as a listing, so that a test can hold what is published beside what is served.

    type Grondslag @key(grondslagID)
        grondslagID: UUID!; id: UUID deprecated; …
    input WlzIndicatieFilterInput
        bsn: StringOperationFilterInput; …

Left out: scalars, the operator inputs (shared by all registers, tested there) and what federation itself adds.
"""

from __future__ import annotations

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)
from graphql.language import DirectiveNode, StringValueNode
from strawberry.federation import Schema

__all__ = ["Listing", "listed", "operators", "read", "served"]

Listing = dict[str, set[str]]


def served(schema: Schema) -> GraphQLSchema:
    """The schema as its SDL says it: what the gateway composes."""
    return build_schema(schema.as_str(), assume_valid_sdl=True)


def read(text: str) -> Listing:
    """Read a listing: a heading at the margin, its fields indented and parted by semicolons."""
    listing: Listing = {}
    heading = ""
    for line in text.splitlines():
        if line and not line.startswith(" "):
            assert line not in listing, f"{line} is listed twice"
            heading = line
            listing[heading] = set()
        elif line:
            listing[heading] |= {part.strip() for part in line.split(";") if part.strip()}
    return listing


def listed(schema: Schema) -> Listing:
    """List every type and input that the register itself defines."""
    listing: Listing = {}
    for name, type_ in served(schema).type_map.items():
        if name.startswith("_") or name.endswith("OperationFilterInput"):
            continue
        if isinstance(type_, GraphQLObjectType):
            heading = f"type {name}" + "".join(f" @key({key})" for key in _keys(type_))
            listing[heading] = {_field(n, f) for n, f in type_.fields.items() if not n.startswith("_")}
        elif isinstance(type_, GraphQLInputObjectType):
            listing[f"input {name}"] = {f"{n}: {f.type}" for n, f in type_.fields.items()}
    return listing


def operators(schema: Schema) -> set[str]:
    """The names of the operator inputs that the register uses."""
    return {name for name in served(schema).type_map if name.endswith("OperationFilterInput")}


def _field(name: str, field: GraphQLField) -> str:
    arguments = ", ".join(_argument(n, a) for n, a in field.args.items())
    shown = f"{name}({arguments})" if arguments else name
    return f"{shown}: {field.type}" + (" deprecated" if field.deprecation_reason else "")


def _argument(name: str, argument: GraphQLArgument) -> str:
    return f"{name}: {argument.type}"


def _keys(type_: GraphQLObjectType) -> list[str]:
    directives = type_.ast_node.directives if type_.ast_node else ()
    return [_fields_of(directive) for directive in directives or () if directive.name.value == "key"]


def _fields_of(directive: DirectiveNode) -> str:
    value = next(argument.value for argument in directive.arguments or () if argument.name.value == "fields")
    assert isinstance(value, StringValueNode)
    return value.value
