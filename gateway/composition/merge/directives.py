"""Applied directives: which survive merging, and with which arguments.

Federation's own directives about a subgraph (`@key`, `@external`…) become join directives elsewhere and are dropped here. The
others stand under the name that the subgraphs know them by. Where their arguments differ, each directive has its own way:
access demands hold together (AND, in disjunctive normal form; security case A05), the highest cost counts, list sizes are
united. Anything else takes the most frequent arguments.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.composition.merge.context import Context
from gateway.composition.merge.model import MergedDirective
from gateway.composition.merge.values import applied_key, applied_text, value_text
from gateway.composition.model import Applied

__all__ = ["DEMANDS", "all_of", "merge_directives"]

_BUILT_IN = frozenset({"deprecated", "oneOf", "specifiedBy"})
_MERGED = frozenset({"authenticated", "cost", "inaccessible", "listSize", "policy", "requiresScopes", "tag"})
_ARGUMENT = {"policy": "policies", "requiresScopes": "scopes"}
DEMANDS = frozenset({"authenticated", "policy", "requiresScopes"})

Demand = Sequence[Sequence[str]]
"""Alternatives (OR) of demands that hold together (AND)."""


def merge_directives(
    context: Context, where: str, given: Mapping[str, Sequence[Applied]], *, more: Sequence[Applied] = ()
) -> tuple[MergedDirective, ...]:
    """The directives of one element, sorted by name. `given` is by subgraph; `more` comes from elsewhere in the graph."""
    wanted = {name for subgraph, found in given.items() for one in found if (name := _name(context, subgraph, one))}
    by_name: dict[str, list[Applied]] = {}
    for one in (*(one for found in given.values() for one in found), *more):
        name = context.names.get(one.name, one.name) if one.federation else one.node.name.value
        if name in wanted or (one.federation and one.name in DEMANDS):
            by_name.setdefault(name, []).append(one)
    return tuple(sorted(one for name, found in by_name.items() for one in _merged(context, where, name, found)))


def _name(context: Context, subgraph: str, applied: Applied) -> str | None:
    """What the directive is called in the graph, when this subgraph brings it there."""
    if applied.federation:
        return context.names.get(applied.name) if applied.name in _MERGED else None
    name = applied.node.name.value
    if name in _BUILT_IN:
        return name
    composed = context.composed.get(name)
    return name if composed is not None and subgraph in composed.subgraphs else None


def _merged(context: Context, where: str, name: str, found: Sequence[Applied]) -> list[MergedDirective]:
    spec = found[0].name
    composed = context.composed.get(name) if not found[0].federation else None
    counted: dict[Any, list[Applied]] = {}
    for one in found:
        counted.setdefault(applied_key(one, composed.definition if composed is not None else None), []).append(one)
    if len(counted) == 1 or spec == "tag" or (composed is not None and composed.definition.repeatable):
        return [_as_written(name, spec, group[0]) for group in counted.values()]
    if (join := _JOINED.get(spec)) is not None and found[0].federation:
        message = f"@{name} on {where} has different arguments, which are joined."
        context.hint("MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", message)
        return [MergedDirective(spec, applied_text(name, join([group[0].values for group in counted.values()])))]
    message = f"@{name} on {where} has different arguments; the most frequent ones are taken."
    context.hint("INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", message)
    return [_as_written(name, spec, max(counted.values(), key=len)[0])]


def _as_written(name: str, spec: str, applied: Applied) -> MergedDirective:
    arguments = sorted((a.name.value, value_text(a.value)) for a in applied.node.arguments or ())
    return MergedDirective(spec if applied.federation else name, applied_text(name, arguments))


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


# -- joining ---------------------------------------------------------------------------------------------------------

_Values = Sequence[Mapping[str, Any]]


def _demands(argument: str) -> Callable[[_Values], list[tuple[str, str]]]:
    return lambda given: [(argument, _literal(all_of([one.get(argument) or [] for one in given])))]


def _highest(given: _Values) -> list[tuple[str, str]]:
    return [("weight", _literal(max(int(one["weight"]) for one in given)))]


def _list_size(given: _Values) -> list[tuple[str, str]]:
    """Every limit and every name that some subgraph gives; one slicing argument is required where all require it."""
    sizes = [one["assumedSize"] for one in given if one.get("assumedSize") is not None]
    found: list[tuple[str, object]] = [("assumedSize", max(sizes) if sizes else None)]
    for argument in ("slicingArguments", "sizedFields"):
        listed = [one[argument] for one in given if one.get(argument) is not None]
        found.append((argument, list(dict.fromkeys(itertools.chain(*listed))) if listed else None))
    required = [one.get("requireOneSlicingArgument", True) for one in given]
    stated = [one for one in required if one is not None]
    found.append(("requireOneSlicingArgument", all(stated) if stated else None))
    return [(argument, _literal(value)) for argument, value in found if value is not None]


_JOINED: Mapping[str, Callable[[_Values], list[tuple[str, str]]]] = {
    **{name: _demands(argument) for name, argument in _ARGUMENT.items()},
    "cost": _highest,
    "listSize": _list_size,
}


def all_of(demands: Sequence[Demand]) -> list[list[str]]:
    """The conjunction of demands, in normal form: alternatives that another alternative already implies are dropped, and
    a demand without alternatives demands nothing.
    """
    joined: list[frozenset[str]] = [frozenset()]
    for demand in (demand for demand in demands if demand):
        product = {held | frozenset(group) for held in joined for group in demand}
        joined = [group for group in product if not any(other < group for other in product)]
    return sorted(sorted(group) for group in joined)
