"""What `@composeDirective` keeps must fit the definition that is kept with it.

Subgraphs may link different minor versions of a specification, and the newest gives the definition. An application that was
written for an older one can be at a place, with an argument or without an argument that the newest does not know it by; the
supergraph would not be a schema.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import DirectiveDefinitionNode, NonNullTypeNode

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Composed, Context
from gateway.composition.merge.model import MergedGraph
from gateway.composition.model import Applied, SubgraphSchema, TypeDef
from gateway.supergraph.model import TypeKind

__all__ = ["check"]

_LOCATIONS = {
    TypeKind.SCALAR: "SCALAR",
    TypeKind.OBJECT: "OBJECT",
    TypeKind.INTERFACE: "INTERFACE",
    TypeKind.UNION: "UNION",
    TypeKind.ENUM: "ENUM",
    TypeKind.INPUT: "INPUT_OBJECT",
}


def check(context: Context, _: MergedGraph) -> Iterator[Issue]:
    for name, composed in context.composed.items():
        for subgraph in context.subgraphs:
            if subgraph.name in composed.subgraphs and subgraph is not composed.definer:
                yield from _check_subgraph(subgraph, name, composed)


def _check_subgraph(subgraph: SubgraphSchema, name: str, composed: Composed) -> Iterator[Issue]:
    for location, applied in _applications(subgraph):
        if applied.node.name.value != name:
            continue
        reason = _misfit(composed.definition, location, applied)
        if reason is not None:
            message = f"@{name} is defined by {composed.definer.name}, and there {reason}."
            yield error("DIRECTIVE_COMPOSITION_ERROR", message, subgraph.name, applied.node)


def _misfit(definition: DirectiveDefinitionNode, location: str, applied: Applied) -> str | None:
    if location not in {known.value for known in definition.locations}:
        return f"it has no place on {location}"
    given = {argument.name.value for argument in applied.node.arguments or ()}
    known = {argument.name.value: argument for argument in definition.arguments or ()}
    for argument in sorted(given - known.keys()):
        return f"it has no argument {argument}"
    for name, argument in known.items():
        if name not in given and isinstance(argument.type, NonNullTypeNode) and argument.default_value is None:
            return f"its argument {name} is required"
    return None


def _applications(subgraph: SubgraphSchema) -> Iterator[tuple[str, Applied]]:
    """Every directive of a subgraph with the location it is written at."""
    yield from (("SCHEMA", applied) for applied in subgraph.schema_applied)
    for found in subgraph.types.values():
        yield from ((_LOCATIONS[found.kind], applied) for applied in found.applied)
        yield from _inside(found)


def _inside(found: TypeDef) -> Iterator[tuple[str, Applied]]:
    for field in found.fields.values():
        yield from (("FIELD_DEFINITION", applied) for applied in field.applied)
        for argument in field.arguments.values():
            yield from (("ARGUMENT_DEFINITION", applied) for applied in argument.applied)
    for value in found.values.values():
        yield from (("ENUM_VALUE", applied) for applied in value.applied)
    for given in found.inputs.values():
        yield from (("INPUT_FIELD_DEFINITION", applied) for applied in given.applied)
