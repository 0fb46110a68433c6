"""Directive definitions that the graph keeps: those for operations that every subgraph knows, and composed ones."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import DirectiveDefinitionNode, DirectiveLocation, print_ast

from gateway.composition.merge.context import Context
from gateway.composition.model import SubgraphSchema, type_text
from gateway.supergraph.features import Feature

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


def merge_definitions(context: Context, composed: Mapping[str, tuple[SubgraphSchema, Feature]]) -> tuple[str, ...]:
    """Printed definitions, sorted by name."""
    printed: dict[str, str] = {name: _printed(subgraph.directives[name]) for name, (subgraph, _) in composed.items()}
    names = {name for subgraph in context.subgraphs for name in subgraph.directives if name not in composed}
    for name in sorted(names):
        found = {s.name: s.directives[name] for s in context.subgraphs if name in s.directives}
        text = _executable(context, name, found)
        if text is not None:
            printed[name] = text
    return tuple(printed[name] for name in sorted(printed))


def _executable(context: Context, name: str, found: Mapping[str, DirectiveDefinitionNode]) -> str | None:
    shares = {s: {location.value for location in node.locations} for s, node in found.items()}
    executable = {location.name for location in _EXECUTABLE}
    if not any(locations & executable for locations in shares.values()):
        return None
    if len(found) < len(context.subgraphs):
        context.hint(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", f"@{name} is missing in some subgraphs and left out."
        )
        return None
    shared = set.intersection(*shares.values()) & executable
    if not shared:
        context.hint("NO_EXECUTABLE_DIRECTIVE_INTERSECTION", f"@{name} has no location that all subgraphs share.")
        return None
    if len({frozenset(locations & executable) for locations in shares.values()}) > 1:
        context.hint(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS", f"@{name} has different locations; shared ones remain."
        )
    nodes = list(found.values())
    repeatable = all(node.repeatable for node in nodes)
    if not repeatable and any(node.repeatable for node in nodes):
        context.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE", f"@{name} is repeatable in some subgraphs only.")
    listed = " | ".join(location.name for location in _EXECUTABLE if location.name in shared)
    return f"directive @{name}{_arguments(nodes)}{' repeatable' if repeatable else ''} on {listed}"


def _arguments(nodes: list[DirectiveDefinitionNode]) -> str:
    """The arguments that all definitions have with the same type."""
    tables = [{a.name.value: a for a in node.arguments or ()} for node in nodes]
    kept = [
        print_ast(argument)
        for name, argument in tables[0].items()
        if all(name in table and type_text(table[name].type) == type_text(argument.type) for table in tables)
    ]
    return f"({', '.join(kept)})" if kept else ""


def _printed(node: DirectiveDefinitionNode) -> str:
    locations = " | ".join(location.value for location in node.locations)
    return f"directive @{node.name.value}{_arguments([node])}{' repeatable' if node.repeatable else ''} on {locations}"
