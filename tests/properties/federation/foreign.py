"""Operations of hypothesis-graphql, with what it does not write put in: conditions, nested fragments, `__typename`."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLSchema, SelectionSetNode, Visitor, parse, print_ast, visit
from graphql.language import OperationDefinitionNode
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

__all__ = ["foreign_queries"]

_SCALARS = {name: st.just(name).map(nodes.String) for name in ("Stamp", "Blob")}
_TYPENAMES = ("{ __typename }", "{ t: __typename }")
_WRAPPINGS = (
    "{ ... { x } }",
    "{ ... @include(if: true) { x } }",
    "{ ... @skip(if: $b0) { x } }",
    "{ ... @include(if: $b0) { x } }",
    "{ ... @include(if: $b0) { ... @skip(if: $b1) { x } } }",
)
_HEAD = "query Q($b0: Boolean! = true, $b1: Boolean! = false)"


@st.composite
def foreign_queries(draw: st.DrawFn, schema: GraphQLSchema) -> str:
    """A query whose variables all have defaults."""
    try:
        found = draw(queries(schema, custom_scalars=_SCALARS))
    except (ValueError, OverflowError) as error:
        # The library weighs types before it writes anything: by the logarithm of a number that some recursive schemas make negative, and by
        # weights that it does not always find.
        if str(error) not in {"math domain error", "no convergence"}:
            raise
        return "{ __typename }"
    if not found.strip("{} \n"):
        return "{ __typename }"
    document = parse(found)
    changed = visit(document, _Changes(draw))
    text = print_ast(changed)
    if "$" not in text:
        return text
    return text.replace("{", f"{_HEAD} {{", 1) if text.startswith("{") else text.replace("query", _HEAD, 1)


class _Changes(Visitor):
    """Some selections move into a fragment, under a condition or none; some objects are asked for their type."""

    def __init__(self, draw: st.DrawFn) -> None:
        super().__init__()
        self._draw = draw

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        selections = list(node.selections)
        choice = self._draw(st.integers(0, 9))
        if choice < 3:
            place = self._draw(st.integers(0, len(selections) - 1))
            selections[place] = _wrapped(self._draw(st.sampled_from(_WRAPPINGS)), selections[place])
        elif choice < 5:
            selections.insert(0, _selection_of(self._draw(st.sampled_from(_TYPENAMES))))
        return SelectionSetNode(selections=tuple(selections))


def _selection_of(text: str) -> Any:
    definition = parse(text).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return definition.selection_set.selections[0]


def _wrapped(text: str, selection: Any) -> Any:
    return _selection_of(text.replace("{ x }", f"{{ {print_ast(selection)} }}"))
