"""A field that reads protected fields through `@requires` or `@fromContext` demands at least as much itself (A04)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.composition.contextvalues import context_value
from gateway.composition.fieldsets import Coordinate, coordinates, try_field_set
from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context
from gateway.composition.merge.model import MergedDirective, MergedGraph
from gateway.composition.model import FieldDef, SubgraphSchema

__all__ = ["check"]

_DEMANDS = frozenset({"authenticated", "policy", "requiresScopes"})


def check(context: Context, graph: MergedGraph) -> Iterator[Issue]:
    if not any(
        _demands(t.directives) or any(_demands(f.directives) for f in t.fields.values()) for t in graph.types.values()
    ):
        return
    for subgraph in context.subgraphs:
        for found in subgraph.types.values():
            for field in found.fields.values():
                own = _on(graph, (found.name, field.name))
                for place in _read(subgraph, found.name, field):
                    if lacking := {d.name for d in _on(graph, place) if not _implied(d, own)}:
                        listed = ", ".join(f"@{name}" for name in sorted(lacking))
                        message = f"{found.name}.{field.name} reads {place[0]}.{place[1]} and lacks its {listed}."
                        yield error("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", message, subgraph.name, field.node)


def _demands(directives: tuple[MergedDirective, ...]) -> set[MergedDirective]:
    return {directive for directive in directives if directive.name in _DEMANDS}


def _on(graph: MergedGraph, place: Coordinate) -> set[MergedDirective]:
    """The demands on a field: its own, and those of its type."""
    found = graph.types.get(place[0])
    field = found.fields.get(place[1]) if found is not None else None
    if found is None or field is None:
        return set()
    returned = graph.types.get(field.type.strip("[]!"))
    return (
        _demands(found.directives) | _demands(field.directives) | (_demands(returned.directives) if returned else set())
    )


def _implied(demand: MergedDirective, own: set[MergedDirective]) -> bool:
    """Whether `own` demands at least as much: every alternative of its own covers one of the demanded alternatives."""
    if demand in own:
        return True
    wanted = _alternatives(demand.text)
    return any(
        one.name == demand.name and all(any(group <= mine for group in wanted) for mine in _alternatives(one.text))
        for one in own
        if demand.name != "authenticated"
    )


def _alternatives(text: str) -> list[frozenset[str]]:
    return [frozenset(re.findall(r'"([^"]*)"', group)) for group in re.findall(r"\[([^\[\]]*)\]", text)]


def _read(subgraph: SubgraphSchema, type_name: str, field: FieldDef) -> Iterator[Coordinate]:
    for applied in field.all("requires"):
        selection = try_field_set(applied.values.get("fields"))
        if selection is not None:
            yield from coordinates(subgraph, type_name, selection)
    for argument in field.arguments.values():
        for applied in argument.all("fromContext"):
            name, text = context_value(applied.values.get("field")) or ("", "")
            selection = try_field_set(text)
            setters = [
                t.name for t in subgraph.types.values() if any(c.values.get("name") == name for c in t.all("context"))
            ]
            for setter in setters if selection is not None else ():
                assert selection is not None
                yield from coordinates(subgraph, setter, selection)
