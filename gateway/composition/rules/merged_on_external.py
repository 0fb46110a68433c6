"""A directive that is merged into the graph has no effect on an `@external` declaration, so it may not stand there."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context
from gateway.composition.model import FieldDef

__all__ = ["check"]

_MERGED = ("authenticated", "cost", "deprecated", "inaccessible", "listSize", "policy", "requiresScopes", "tag")


def check(context: Context) -> Iterator[Issue]:
    for subgraph in context.subgraphs:
        for type_name, name in sorted(context.facts[subgraph.name].external):
            if not _is_resolved(context, type_name, name):
                continue  # external everywhere, which is an error of its own
            field = subgraph.types[type_name].fields[name]
            for directive in _MERGED:
                if field.has(directive) or (directive == "deprecated" and _is_deprecated(field)):
                    message = f"{type_name}.{name} is @external, where @{directive} has no effect."
                    yield error("MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", message, subgraph.name, field.node)


def _is_deprecated(field: FieldDef) -> bool:
    """GraphQL's own directive, which is merged like federation's."""
    return any(applied.name == "deprecated" and not applied.federation for applied in field.applied)


def _is_resolved(context: Context, type_name: str, name: str) -> bool:
    return any(
        name in found.fields and (type_name, name) not in context.facts[subgraph].external
        for subgraph, found in context.defining(type_name).items()
    )
