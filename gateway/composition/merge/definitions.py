"""Directive definitions that the graph keeps: those for operations that every subgraph knows, and composed ones."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import DirectiveDefinitionNode, DirectiveLocation, NamedTypeNode, NameNode

from gateway.composition.elements import Names, read_arguments
from gateway.composition.merge.context import Context
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.inputs import merge_arguments
from gateway.composition.merge.model import MergedDefinition, MergedInput
from gateway.composition.merge.values import default_text
from gateway.composition.model import FieldDef, InputDef, SubgraphSchema, type_text

__all__ = ["merge_definitions"]

_EXECUTABLE = (
    DirectiveLocation.QUERY,
    DirectiveLocation.MUTATION,
    DirectiveLocation.SUBSCRIPTION,
    DirectiveLocation.FIELD,
    DirectiveLocation.FRAGMENT_DEFINITION,
    DirectiveLocation.FRAGMENT_SPREAD,
    DirectiveLocation.INLINE_FRAGMENT,
    DirectiveLocation.VARIABLE_DEFINITION,
)
_ORDER = {location.name: number for number, location in enumerate(DirectiveLocation)}
_NOTHING = NamedTypeNode(name=NameNode(value="Boolean"))
# Every gateway has these, whatever its subgraphs say.
_BUILT_IN = frozenset({"defer", "deprecated", "include", "oneOf", "skip", "specifiedBy", "stream"})


def merge_definitions(context: Context) -> dict[str, MergedDefinition]:
    """All definitions by name, sorted. Arguments that only some subgraphs have, or differ in, are merged like a field's."""
    found = {name: _composed(context, name) for name in context.composed}
    names = {name for subgraph in context.subgraphs for name in subgraph.directives}
    for name in sorted(names - found.keys() - _BUILT_IN):
        given = {s.name: s.directives[name] for s in context.subgraphs if name in s.directives}
        if (merged := _executable(context, name, given)) is not None:
            found[name] = merged
    return {name: found[name] for name in sorted(found)}


def _executable(context: Context, name: str, given: Mapping[str, DirectiveDefinitionNode]) -> MergedDefinition | None:
    shares = {subgraph: _locations(node) & {one.name for one in _EXECUTABLE} for subgraph, node in given.items()}
    if not any(shares.values()):
        return None
    missing = [subgraph.name for subgraph in context.subgraphs if subgraph.name not in given]
    if missing:
        message = f"@{name} is missing in {', '.join(missing)}, and left out of the graph."
        context.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", message)
        return None
    shared = set[str].intersection(*shares.values())
    if not shared:
        message = f"@{name} has no location that all subgraphs share, and is left out of the graph."
        context.hint("NO_EXECUTABLE_DIRECTIVE_INTERSECTION", message)
        return None
    if len({frozenset(locations) for locations in shares.values()}) > 1:
        message = f"@{name} has different locations; the shared ones remain."
        context.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS", message)
    repeatable = all(node.repeatable for node in given.values())
    if not repeatable and any(node.repeatable for node in given.values()):
        message = f"@{name} is repeatable in some subgraphs only, so it is not in the graph."
        context.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE", message)
    by_name = {subgraph.name: subgraph for subgraph in context.subgraphs}
    as_fields = {subgraph: _as_field(by_name[subgraph], node) for subgraph, node in given.items()}
    return MergedDefinition(
        name=name,
        description=context.description(f"@{name}", (field.description for field in as_fields.values())),
        directives=(),
        joins=(),
        arguments=merge_arguments(context, f"@{name}", as_fields),
        repeatable=repeatable,
        locations=tuple(sorted(shared, key=lambda location: _ORDER[location])),
    )


def _composed(context: Context, name: str) -> MergedDefinition:
    composed = context.composed[name]
    field = _as_field(composed.definer, composed.definition)
    return MergedDefinition(
        name=name,
        description=field.description,
        directives=(),
        joins=(),
        arguments={one.name: _own(context, composed.definer.name, name, one) for one in field.arguments.values()},
        repeatable=composed.definition.repeatable,
        locations=tuple(sorted(_locations(composed.definition), key=lambda location: _ORDER[location])),
    )


def _own(context: Context, subgraph: str, name: str, argument: InputDef) -> MergedInput:
    return MergedInput(
        name=argument.name,
        description=argument.description,
        directives=merge_directives(context, f"@{name}({argument.name}:)", {subgraph: argument.applied}),
        joins=(),
        type=type_text(argument.type),
        default=default_text(argument.default, argument.type),
    )


def _locations(node: DirectiveDefinitionNode) -> set[str]:
    return {location.value for location in node.locations}


def _as_field(subgraph: SubgraphSchema, node: DirectiveDefinitionNode) -> FieldDef:
    """A definition seen as a field, so that arguments of both are merged by one rule. The type is nothing."""
    description = node.description.value if node.description is not None else None
    arguments = read_arguments(node.arguments, Names(subgraph.names, link=""))
    return FieldDef(node.name.value, description, (), node, _NOTHING, arguments)
