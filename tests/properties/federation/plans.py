"""What must hold for every plan, whatever it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from gateway.planning.nodes import (
    Condition,
    EntityFetch,
    Fetch,
    FetchField,
    FetchSelection,
    Parallel,
    Plan,
    PlanNode,
    Sequence,
)

__all__ = ["plan_faults"]


def plan_faults(plan: Plan) -> list[str]:
    """Entity fields that one plan asks of one subgraph twice for the same objects."""
    asked = Counter(place for node, conditions in _fetches(plan.root, ()) for place in _places(node, conditions))
    return [f"asked twice: {place}" for place, count in asked.items() if count > 1]


def _fetches(
    node: PlanNode | None, conditions: tuple[str, ...]
) -> Iterator[tuple[Fetch | EntityFetch, tuple[str, ...]]]:
    match node:
        case Fetch() | EntityFetch():
            yield node, conditions
        case Sequence(nodes) | Parallel(nodes):
            for child in nodes:
                yield from _fetches(child, conditions)
        case Condition(found, child):
            yield from _fetches(child, (*conditions, str(found)))
        case _:
            return


def _places(node: Fetch | EntityFetch, conditions: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    if isinstance(node, Fetch):
        return
    for part in node.parts:
        fields = list(_fields(part.selections, "", conditions))
        types = [requirement.type for requirement in part.requires]
        for path, exact in zip(part.paths, part.exact, strict=True):
            steps = tuple((step.key, step.types) for step in path)
            for runtime_type in [exact] if exact else types:
                for place in fields:
                    yield (node.subgraph, steps, runtime_type, *place)


def _fields(selections: Iterable[FetchSelection], on: str, conditions: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    for selection in selections:
        if isinstance(selection, FetchField):
            if selection.name != "__typename" and not selection.selections:
                yield (on, selection.name, selection.arguments, selection.key, conditions, selection.conditions)
        else:
            yield from _fields(
                selection.selections, selection.condition or on, (*conditions, str(selection.conditions))
            )
