"""Field sets: the selections in `@key`, `@requires` and `@provides`, read and walked against a subgraph."""

from __future__ import annotations

from collections.abc import Iterator
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

from gateway.composition.model import SubgraphSchema, named_type
from gateway.supergraph.model import TypeKind

__all__ = ["Coordinate", "canonical", "coordinates", "field_set", "try_field_set"]

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
