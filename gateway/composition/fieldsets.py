"""Field sets: the selections in `@key`, `@requires` and `@provides`, read and walked against a subgraph.

A selection is valid when GraphQL could run it on its type. What a directive demands beyond that is for the rules.
Source: https://specs.apollo.dev/federation/v2.0#scalar-fieldset
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from graphql import (
    FieldNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Source,
    parse,
    print_ast,
)

from gateway.composition.model import FieldDef, SubgraphSchema, TypeDef, named_type
from gateway.composition.values import Values
from gateway.supergraph.model import TypeKind

__all__ = [
    "Coordinate",
    "canonical",
    "coordinates",
    "field_set",
    "first_problem",
    "named_coordinates",
    "try_field_set",
    "valid_field_set",
]

_COMPOSITE = frozenset({TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION})

Coordinate = tuple[str, str]
"""(type, field)"""


@lru_cache(maxsize=4096)
def field_set(text: str) -> SelectionSetNode:
    """The selection of a field set, with or without outer braces. Raises GraphQLSyntaxError."""
    inner = text.strip()
    document = parse(
        inner if inner.startswith("{") else f"{{ {inner} }}", no_location=True, allow_empty_selection_sets=False
    )
    definition = document.definitions[0]
    if len(document.definitions) != 1 or not isinstance(definition, OperationDefinitionNode):
        raise GraphQLSyntaxError(Source(text), 0, "a field set is one selection")
    return definition.selection_set


def try_field_set(text: object) -> SelectionSetNode | None:
    """The selection, or None when `text` is not a field set (which the rules report)."""
    if not isinstance(text, str):
        return None
    try:
        return field_set(text)
    except GraphQLSyntaxError:
        return None


def canonical(text: str) -> str:
    """A field set on one line, as it stands in a supergraph: `id owner { name }`."""
    found = try_field_set(text)
    return " ".join(print_ast(found).split())[2:-2] if found is not None else text


def coordinates(
    subgraph: SubgraphSchema, type_name: str, selection: SelectionSetNode, *, implementations: bool = True
) -> Iterator[Coordinate]:
    """Every coordinate that a selection on `type_name` names; for a field of an interface also those of its
    implementations. Names that do not exist are passed over.
    """
    found = subgraph.types.get(type_name)
    if found is None:
        return
    for node in selection.selections:
        if isinstance(node, InlineFragmentNode):
            target = node.type_condition.name.value if node.type_condition else type_name
            yield from coordinates(subgraph, target, node.selection_set, implementations=implementations)
        elif isinstance(node, FieldNode) and (field := found.fields.get(node.name.value)) is not None:
            yield type_name, field.name
            if implementations and found.kind is TypeKind.INTERFACE:
                yield from ((name, field.name) for name in subgraph.possible(type_name))
            if node.selection_set is not None:
                yield from coordinates(
                    subgraph, named_type(field.type), node.selection_set, implementations=implementations
                )


def named_coordinates(subgraph: SubgraphSchema, type_name: str, selection: SelectionSetNode) -> Iterator[Coordinate]:
    """Like `coordinates`, but up to the first name that does not exist: what stands behind it may be meant for anything."""
    with suppress(_UnknownNameError):
        yield from _named(subgraph, type_name, selection)


class _UnknownNameError(Exception):
    pass


def _named(subgraph: SubgraphSchema, type_name: str, selection: SelectionSetNode) -> Iterator[Coordinate]:
    found = subgraph.types.get(type_name)
    if found is None or found.kind not in _COMPOSITE:
        raise _UnknownNameError
    for node in selection.selections:
        if isinstance(node, InlineFragmentNode):
            target = node.type_condition.name.value if node.type_condition is not None else type_name
            yield from _named(subgraph, target, node.selection_set)
        elif not isinstance(node, FieldNode):
            raise _UnknownNameError
        elif node.name.value != "__typename":
            field = found.fields.get(node.name.value)
            if field is None:
                raise _UnknownNameError
            yield from _field_coordinates(subgraph, found, field.name)
            if node.selection_set is not None:
                yield from _named(subgraph, named_type(field.type), node.selection_set)


def _field_coordinates(subgraph: SubgraphSchema, found: TypeDef, name: str) -> Iterator[Coordinate]:
    """A field, and those of the implementations when it is an interface's."""
    yield found.name, name
    if found.kind is TypeKind.INTERFACE:
        yield from ((member, name) for member in subgraph.possible(found.name))


# -- validity --------------------------------------------------------------------------------------------------------


def valid_field_set(
    subgraph: SubgraphSchema, type_name: str, text: object, *, is_key: bool = False
) -> SelectionSetNode | None:
    """The selection, or None when `text` is none that can be made on the type."""
    selection = try_field_set(text)
    if selection is None or first_problem(subgraph, type_name, selection, is_key=is_key) is not None:
        return None
    return selection


def first_problem(
    subgraph: SubgraphSchema, type_name: str, selection: SelectionSetNode, *, is_key: bool = False
) -> tuple[str, str] | None:
    """Why a selection cannot be made on a type, as (last part of the code, reason); None when it can.

    Only the first reason: it makes what follows guesswork. A key cannot go through interfaces and unions.
    """
    return next(_problems(subgraph, type_name, selection, is_key=is_key), None)


def _problems(
    subgraph: SubgraphSchema, type_name: str, selection: SelectionSetNode, *, is_key: bool
) -> Iterator[tuple[str, str]]:
    found = subgraph.types.get(type_name)
    for node in selection.selections:
        for directive in node.directives or ():
            if subgraph.graphql.get_directive(directive.name.value) is None:
                yield "INVALID_FIELDS", f"there is no directive @{directive.name.value}."
        if isinstance(node, InlineFragmentNode):
            target = node.type_condition.name.value if node.type_condition is not None else type_name
            known = subgraph.types.get(target)
            if known is None or known.kind not in _COMPOSITE:
                yield "INVALID_FIELDS", f"{target} is no type that can be selected on."
            else:
                yield from _problems(subgraph, target, node.selection_set, is_key=is_key)
        elif isinstance(node, FieldNode):
            yield from _field_problems(subgraph, type_name, found, node, is_key=is_key)
        else:
            yield "INVALID_FIELDS", "a named fragment cannot stand in a field set."


def _field_problems(
    subgraph: SubgraphSchema, type_name: str, found: TypeDef | None, node: FieldNode, *, is_key: bool
) -> Iterator[tuple[str, str]]:
    name = node.name.value
    if node.alias is not None:
        yield "INVALID_FIELDS", f"{name} cannot have an alias."
    if name == "__typename":
        return
    field = found.fields.get(name) if found is not None else None
    if field is None:
        yield "INVALID_FIELDS", f"{type_name} has no field {name}."
        return
    where = f"{type_name}.{name}"
    target = subgraph.types.get(named_type(field.type))
    if is_key and target is not None and target.kind in {TypeKind.INTERFACE, TypeKind.UNION}:
        yield "FIELDS_SELECT_INVALID_TYPE", f"{where} is an interface or a union."
    yield from (("INVALID_FIELDS", reason) for reason in _argument_problems(subgraph, where, field, node))
    composite = target is not None and target.kind in _COMPOSITE
    if composite and node.selection_set is None:
        yield "INVALID_FIELDS", f"{where} is an object, so fields of it must be selected."
    elif not composite and node.selection_set is not None:
        yield "INVALID_FIELDS", f"{where} has no fields to select."
    elif target is not None and node.selection_set is not None:
        yield from _problems(subgraph, target.name, node.selection_set, is_key=is_key)


def _argument_problems(subgraph: SubgraphSchema, where: str, field: FieldDef, node: FieldNode) -> Iterator[str]:
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    for name, value in given.items():
        argument = field.arguments.get(name)
        if argument is None:
            yield f"{where} has no argument {name}."
        elif not Values.of_types(subgraph.types).fit(value, argument.type):
            yield f"the value of {where}({name}:) is not of its type."
    missing = [
        name
        for name, argument in field.arguments.items()
        if argument.required and name not in given and not argument.has("fromContext")
    ]
    if missing:
        yield f"{where} needs the argument {', '.join(missing)}."
