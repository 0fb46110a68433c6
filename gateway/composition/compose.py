"""Composition in one column: read, translate, check, merge, check, write, and prove that every query can be answered.

All errors of a stage are reported together; a stage runs only on what the stage before it accepted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.composition.facts import facts_of
from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context
from gateway.composition.merge.graph import merge_graph
from gateway.composition.merge.inherited import inherited_demands
from gateway.composition.merge.linked import directive_names
from gateway.composition.merge.model import MergedGraph
from gateway.composition.model import SubgraphInput, SubgraphSchema
from gateway.composition.overrides import find_overrides
from gateway.composition.reading import read_subgraph
from gateway.composition.rules import CLIENT, GRAPH, LINKED, MERGED, PLACES, SOUND, SUBGRAPH
from gateway.composition.rules.compose_directive import composed_directives
from gateway.composition.satisfiability import check_satisfiability
from gateway.composition.upgrade import upgraded
from gateway.composition.versions import check as check_versions
from gateway.composition.writer import write_supergraph
from gateway.supergraph.reader import SupergraphError, read_supergraph

__all__ = ["CompositionResult", "Issue", "SubgraphInput", "compose"]


@dataclass(frozen=True, slots=True)
class CompositionResult:
    """The supergraph SDL, or the errors that kept it from being made; hints in either case."""

    supergraph_sdl: str | None
    errors: tuple[Issue, ...] = ()
    hints: tuple[Issue, ...] = ()


def compose(subgraphs: Sequence[SubgraphInput]) -> CompositionResult:
    """Compose subgraphs. Their order does not matter: they are taken by name."""
    schemas, errors = _read(sorted(subgraphs, key=lambda subgraph: subgraph.name))
    if errors:
        return CompositionResult(None, tuple(errors))
    context, errors = _prepared(tuple(schemas))
    if errors:
        return _refused(context, errors)
    graph = _merged(context)
    if context.errors:
        return _refused(context, context.errors)
    if errors := [issue for rule in SOUND for issue in rule(context, graph)]:
        return _refused(context, errors)
    sdl = write_supergraph(context, graph)
    if errors := [issue for rule in CLIENT for issue in rule(context, graph)]:
        return _refused(context, errors)
    try:
        issues = check_satisfiability(read_supergraph(sdl))
    except SupergraphError as problem:
        return _refused(context, [error("INVALID_GRAPHQL", problem.message)])
    context.hints += [issue for issue in issues if issue.is_hint]
    if errors := [issue for issue in issues if not issue.is_hint]:
        return _refused(context, errors)
    return CompositionResult(sdl, (), tuple(context.hints))


def _merged(context: Context) -> MergedGraph:
    """Merge, with the rules on the way; what they find goes to the context."""
    context.overrides, issues = find_overrides(context.subgraphs, context.facts)
    issues += [issue for rule in GRAPH for issue in rule(context)]
    context.inherited = inherited_demands(list(context.facts.values()))
    context.composed = composed_directives(context.subgraphs)
    graph = merge_graph(context)
    issues += [issue for rule in MERGED for issue in rule(context, graph)]
    context.hints += [issue for issue in issues if issue.is_hint]
    context.errors += [issue for issue in issues if not issue.is_hint]
    return graph


def _refused(context: Context, errors: Sequence[Issue]) -> CompositionResult:
    return CompositionResult(None, tuple(dict.fromkeys(errors)), tuple(context.hints))


def _read(subgraphs: Sequence[SubgraphInput]) -> tuple[list[SubgraphSchema], list[Issue]]:
    schemas: list[SubgraphSchema] = []
    errors: list[Issue] = []
    seen: set[str] = set()
    for given in subgraphs:
        if given.name in seen:
            errors.append(error("INVALID_SUBGRAPH_NAME", f"Two subgraphs are called {given.name}.", given.name))
            continue
        seen.add(given.name)
        schema, problems = read_subgraph(given)
        errors += problems
        if schema is not None:
            schemas.append(schema)
            errors += _judged(schema) if schema.version is not None else ()
    if errors or all(schema.version is not None for schema in schemas):
        return schemas, errors
    # Rules know Federation 2 only, so they judge a Federation 1 schema as what it is translated to.
    old = {schema.name for schema in schemas if schema.version is None}
    schemas, errors = upgraded(schemas)
    return schemas, [*errors, *(issue for schema in schemas if schema.name in old for issue in _judged(schema))]


def _judged(schema: SubgraphSchema) -> list[Issue]:
    facts = facts_of(schema)
    misplaced = [issue for rule in PLACES for issue in rule(facts)]
    return misplaced or [issue for rule in SUBGRAPH for issue in rule(facts)]


def _prepared(subgraphs: tuple[SubgraphSchema, ...]) -> tuple[Context, list[Issue]]:
    facts = {subgraph.name: facts_of(subgraph) for subgraph in subgraphs}
    context = Context(subgraphs=subgraphs, facts=facts, graphs=_graph_names(subgraphs), wider=_wider(subgraphs))
    context.names, issues = directive_names(subgraphs)
    issues = [*issues, *check_versions(subgraphs), *(issue for rule in LINKED for issue in rule(context))]
    context.hints += [issue for issue in issues if issue.is_hint]
    return context, [issue for issue in issues if not issue.is_hint]


def _graph_names(subgraphs: Sequence[SubgraphSchema]) -> dict[str, str]:
    """Names as values of an enum: `my-graph` → `MY_GRAPH`, all of like ones numbered."""
    by_value: dict[str, list[str]] = {}
    for subgraph in subgraphs:
        name = re.sub(r"\W", "_", subgraph.name, flags=re.ASCII).upper()
        name = f"_{name}" if name[:1].isdigit() else name
        name = f"{name}_" if re.search(r"_\d+$", name) else name
        by_value.setdefault(name, []).append(subgraph.name)
    return {
        name: value if len(names) == 1 else f"{value}_{number}"
        for value, names in by_value.items()
        for number, name in enumerate(names, 1)
    }


def _wider(subgraphs: Sequence[SubgraphSchema]) -> Mapping[str, frozenset[str]]:
    """Each type with the interfaces it implements and the unions it is a member of, in any subgraph."""
    found: dict[str, set[str]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            found.setdefault(type_.name, set()).update(type_.interfaces)
            for member in type_.members:
                found.setdefault(member, set()).add(type_.name)
    return {name: frozenset(wider) for name, wider in found.items()}
