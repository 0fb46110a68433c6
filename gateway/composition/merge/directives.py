"""Applied directives: which survive merging, and with which arguments.

Federation's own directives about a subgraph (`@key`, `@external`…) become join directives elsewhere and are dropped here.
Access demands of several subgraphs hold together: they are joined with AND, in disjunctive normal form (security case A05).
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from graphql import print_ast

from gateway.composition.merge.context import Context
from gateway.composition.merge.model import MergedDirective
from gateway.composition.model import Applied

__all__ = ["all_of", "merge_directives"]

_BUILT_IN = frozenset({"deprecated", "oneOf", "specifiedBy"})
_MERGED = frozenset({"authenticated", "cost", "inaccessible", "listSize", "policy", "requiresScopes", "tag"})
_DEMANDS = {"policy": "policies", "requiresScopes": "scopes"}

Demand = Sequence[Sequence[str]]
"""Alternatives (OR) of demands that hold together (AND)."""


def merge_directives(
    context: Context, where: str, given: Mapping[str, Sequence[Applied]], *, inherited: Iterable[MergedDirective] = ()
) -> tuple[MergedDirective, ...]:
    """The directives of one element, sorted by name. `given` is by subgraph."""
    by_name: dict[str, list[Applied]] = {}
    for applied in given.values():
        for one in applied:
            if (name := _graph_name(context, one)) is not None:
                by_name.setdefault(name, []).append(one)
    merged = (directive for name, found in by_name.items() for directive in _merged(context, where, name, found))
    return tuple(sorted({*merged, *inherited}))


def _graph_name(context: Context, applied: Applied) -> str | None:
    if applied.federation:
        return applied.name if applied.name in _MERGED else None
    return applied.name if applied.name in _BUILT_IN else context.composed.get(applied.name)


def _merged(context: Context, where: str, name: str, found: Sequence[Applied]) -> list[MergedDirective]:
    if name in _DEMANDS:
        argument = _DEMANDS[name]
        joined = all_of([one.values.get(argument) or [] for one in found])
        return [MergedDirective(name, f"@{name}({argument}: {json.dumps(joined, ensure_ascii=False)})")]
    counted = Counter(_text(name, one) for one in found)
    if name in context.repeatable or len(counted) == 1:
        return [MergedDirective(name, text) for text in counted]
    if name == "cost":
        context.hint("MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", f"@cost on {where} differs; the highest is taken.")
        return [MergedDirective(name, f"@cost(weight: {max(int(one.values['weight']) for one in found)})")]
    message = f"@{name} on {where} has different arguments; the most frequent ones are taken."
    context.hint("INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", message)
    return [MergedDirective(name, max(counted, key=lambda text: counted[text]))]


def _text(name: str, applied: Applied) -> str:
    arguments = ", ".join(sorted(f"{a.name.value}: {print_ast(a.value)}" for a in applied.node.arguments or ()))
    return f"@{name}({arguments})" if arguments else f"@{name}"


def all_of(demands: Sequence[Demand]) -> list[list[str]]:
    """The conjunction of demands, in normal form: alternatives that another alternative already implies are dropped."""
    distinct = {tuple(tuple(group) for group in demand): demand for demand in demands}.values()
    product = {frozenset(itertools.chain.from_iterable(choice)) for choice in itertools.product(*distinct)}
    minimal = [group for group in product if not any(other < group for other in product)]
    return sorted(sorted(group) for group in minimal)
