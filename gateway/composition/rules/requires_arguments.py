"""A `@requires` gives every argument that is required where the field is resolved, even if its own subgraph does not ask for it."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from gateway.composition.fieldsets import try_field_set
from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context
from gateway.composition.merge.model import MergedGraph
from gateway.composition.model import SubgraphSchema, named_type

__all__ = ["check"]


def check(context: Context, _graph: MergedGraph) -> Iterator[Issue]:
    for subgraph in context.subgraphs:
        for found in subgraph.types.values():
            for field in found.fields.values():
                for applied in field.all("requires"):
                    selection = try_field_set(applied.values.get("fields"))
                    for reason in _lacking(context, subgraph, found.name, selection) if selection is not None else ():
                        message = f"The fields of @requires on {found.name}.{field.name}: {reason}"
                        yield error("REQUIRES_INVALID_FIELDS", message, subgraph.name, applied.node)


def _lacking(context: Context, subgraph: SubgraphSchema, type_name: str, selection: SelectionSetNode) -> Iterator[str]:
    for node in selection.selections:
        if isinstance(node, InlineFragmentNode):
            target = node.type_condition.name.value if node.type_condition is not None else type_name
            yield from _lacking(context, subgraph, target, node.selection_set)
        elif (
            isinstance(node, FieldNode) and (field := subgraph.types[type_name].fields.get(node.name.value)) is not None
        ):
            given = {argument.name.value for argument in node.arguments or ()}
            for name, other in _required(context, type_name, field.name):
                if name not in given:
                    yield f"{type_name}.{field.name} needs the argument {name}, which is required in {other}."
            if node.selection_set is not None:
                yield from _lacking(context, subgraph, named_type(field.type), node.selection_set)


def _required(context: Context, type_name: str, field_name: str) -> Iterator[tuple[str, str]]:
    """(argument, subgraph) of all that clients have to give somewhere; what comes from a context is not theirs to give."""
    for subgraph, found in context.defining(type_name).items():
        field = found.fields.get(field_name)
        for argument in field.arguments.values() if field is not None else ():
            if argument.required and not argument.has("fromContext"):
                yield argument.name, subgraph
