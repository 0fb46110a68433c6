"""From groups to a plan: merge what can travel together, order the rest.

1. Entity groups of one subgraph at one depth become one request. Groups that ask the same of the same types share one
   `_entities` over several paths; others become aliased parts. Depth is the number of fetches that must come before, so
   merging never makes the plan longer.
2. Conditions that hang on everything a fetch asks are lifted out of its text around it: what is skipped is not fetched.
   Those that hang on one part of a fetch leave that part without objects; a fetch without any is not made.
3. What depends on nothing common runs in parallel; the rest in sequence.

The outcome depends on the groups' order of creation only, so equal operations give equal plans.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.language.operation import Condition as FieldCondition
from gateway.language.operation import OperationKind
from gateway.planning.documents import Variables, entity_text, freeze, root_text
from gateway.planning.groups import Group
from gateway.planning.instances import InstanceRules, entity_target
from gateway.planning.nodes import (
    Condition,
    ContextArgument,
    EntityFetch,
    EntityPart,
    Fetch,
    FetchField,
    FetchSelection,
    Parallel,
    Path,
    PlanNode,
    Requirement,
)
from gateway.planning.nodes import (
    Sequence as SequenceNode,
)
from gateway.planning.selections import Selections

__all__ = ["arranged", "weight"]

_EXISTS = FetchField("__typename", "__typename", hidden=True)
"""All that a visit asks of which nothing is wanted but whether the entity is there."""


@dataclass(eq=False, slots=True)
class _Step:
    """One request: its groups, and the steps that come before."""

    index: int
    groups: list[Group]
    conditions: tuple[FieldCondition, ...]
    before: set[_Step] = field(default_factory=set["_Step"])


def arranged(
    groups: Sequence[Group],
    kind: OperationKind,
    variables: Variables,
    instances: Mapping[str, InstanceRules] | None = None,
) -> PlanNode | None:
    """The plan of all groups; None when there are none. `instances` has the rules of subgraphs that run as several."""
    steps = _steps(groups)
    fetches = {step: _node(step, kind, variables, instances or {}) for step in steps}
    return _ordered(steps, fetches)


def weight(groups: Sequence[Group]) -> tuple[int, int]:
    """How many fetches follow each other, and how many there are in all."""
    return max(_depths(groups).values(), default=-1) + 1, len(_steps(groups))


def _steps(groups: Sequence[Group]) -> list[_Step]:
    depths = _depths(groups)
    places: dict[object, _Step] = {}
    of_group: dict[Group, _Step] = {}
    for group in groups:
        conditions = _hoisted(group)
        place = (group.subgraph, depths[group]) if group.entity else (group,)
        step = places.get(place)
        if step is None:
            step = places[place] = _Step(len(places), [], conditions)
        step.conditions = tuple(condition for condition in step.conditions if condition in conditions)
        step.groups.append(group)
        of_group[group] = step
    for group, step in of_group.items():
        step.before |= {of_group[needed] for needed in group.after}
    return list(places.values())


def _depths(groups: Sequence[Group]) -> dict[Group, int]:
    depths: dict[Group, int] = {}

    def depth(group: Group) -> int:
        if group not in depths:
            depths[group] = 1 + max((depth(needed) for needed in group.after), default=-1)
        return depths[group]

    for group in groups:
        depth(group)
    return depths


def _hoisted(group: Group) -> tuple[FieldCondition, ...]:
    """Conditions that every top field of a fetch has; a fetch that judges existence is never conditional."""
    if group.homes:
        return ()
    tops = list(_tops(group.selections))
    if not tops:
        return ()
    return tuple(condition for condition in tops[0] if all(condition in other for other in tops))


def _tops(selections: Selections) -> Iterable[tuple[FieldCondition, ...]]:
    for entry in selections.entries.values():
        yield entry.conditions
    for fragment in selections.fragments.values():
        yield from _tops(fragment)


# -- nodes -----------------------------------------------------------------------------------------------------------


def _node(
    step: _Step, kind: OperationKind, variables: Variables, instances: Mapping[str, InstanceRules]
) -> Fetch | EntityFetch:
    first = step.groups[0]
    used = variables.used((group.selections for group in step.groups), step.conditions)
    if not first.entity:
        selections = freeze(first.selections, step.conditions)
        operation = OperationKind.QUERY if first.path else kind
        text = root_text(operation, used, selections)
        return Fetch(first.subgraph, operation, selections, used, text, first.path, first.target)
    taken = {variable.name for variable in used}
    parts = _parts(step, taken, variables)
    rules = instances.get(first.subgraph)
    types = (requirement.entity for part in parts for requirement in part.requires)
    target = entity_target(rules, types) if rules is not None else None
    return EntityFetch(first.subgraph, parts, used, entity_text(used, parts), target)


def _parts(step: _Step, taken: set[str], variables: Variables) -> tuple[EntityPart, ...]:
    """Groups that ask the same of the same objects are one part; so are groups that ask the same of different types."""
    together: dict[tuple[Path, str, tuple[FetchSelection, ...], frozenset[str]], list[Group]] = {}
    contexts: dict[tuple[FetchSelection, ...], tuple[ContextArgument, ...]] = {}
    conditions: dict[tuple[tuple[FetchSelection, ...], frozenset[str]], tuple[FieldCondition, ...]] = {}
    for group in step.groups:
        selections = freeze(group.selections, step.conditions) or (_EXISTS,)
        contexts[selections] = variables.contexts(group.selections)
        own = tuple(condition for condition in _hoisted(group) if condition not in step.conditions)
        conditions[selections, frozenset(group.homes)] = own
        together.setdefault((group.path, group.exact, selections, frozenset(group.homes)), []).append(group)
    places: dict[
        tuple[tuple[Requirement, ...], tuple[FetchSelection, ...], frozenset[str]], list[tuple[Path, str]]
    ] = {}
    for (path, exact, selections, homes), groups in together.items():
        for requirements in _disjoint(groups):
            places.setdefault((requirements, selections, homes), []).append((path, exact))
    single = len(places) == 1
    return tuple(
        EntityPart(
            alias="_entities" if single else f"_e{number}",
            variable=_variable("representations" if single else f"r{number}", taken),
            paths=tuple(path for path, _ in where),
            exact=tuple(exact for _, exact in where),
            requires=requires,
            selections=selections,
            homes=homes,
            contexts=contexts[selections],
            conditions=conditions[selections, homes],
        )
        for number, ((requires, selections, homes), where) in enumerate(places.items())
    )


def _disjoint(groups: Sequence[Group]) -> list[tuple[Requirement, ...]]:
    """The requirements of groups put together as long as no type is asked for twice."""
    found: list[list[Requirement]] = []
    for group in groups:
        asked = {requirement.type for requirement in group.requirements}
        free = next((known for known in found if not asked & {requirement.type for requirement in known}), None)
        if free is None:
            found.append(list(group.requirements))
        else:
            free.extend(group.requirements)
    return [tuple(requirements) for requirements in found]


def _variable(wanted: str, taken: set[str]) -> str:
    while wanted in taken:
        wanted = f"_{wanted}"
    return wanted


# -- order -----------------------------------------------------------------------------------------------------------


def _ordered(steps: Sequence[_Step], fetches: dict[_Step, Fetch | EntityFetch]) -> PlanNode | None:
    """Independent parts in parallel; in each, what waits for nothing first, then the rest."""
    nodes = [_sequence(part, fetches) for part in _components(steps)]
    return _wrapped(nodes, parallel=True)


def _sequence(steps: Sequence[_Step], fetches: dict[_Step, Fetch | EntityFetch]) -> PlanNode:
    inside = set(steps)
    first = [step for step in steps if not step.before & inside]
    head = _wrapped([_conditional(step, fetches[step]) for step in first], parallel=True)
    rest = _ordered([step for step in steps if step not in first], fetches)
    assert head is not None
    node = _wrapped([head, *([rest] if rest is not None else [])], parallel=False)
    assert node is not None
    return node


def _components(steps: Sequence[_Step]) -> list[list[_Step]]:
    """Steps that hang together, each in order of creation."""
    inside = set(steps)
    parent = {step: step for step in steps}

    def root(step: _Step) -> _Step:
        while parent[step] is not step:
            parent[step] = parent[parent[step]]
            step = parent[step]
        return step

    for step in steps:
        for before in step.before & inside:
            parent[root(before)] = root(step)
    parts: dict[_Step, list[_Step]] = {}
    for step in steps:
        parts.setdefault(root(step), []).append(step)
    return list(parts.values())


def _conditional(step: _Step, fetch: Fetch | EntityFetch) -> PlanNode:
    return Condition(step.conditions, fetch) if step.conditions else fetch


def _wrapped(nodes: Sequence[PlanNode], *, parallel: bool) -> PlanNode | None:
    """`nodes` under one Parallel or Sequence; a single node needs none, and like does not nest in like."""
    kind = Parallel if parallel else SequenceNode
    flat: list[PlanNode] = []
    for node in nodes:
        flat.extend(node.nodes if isinstance(node, kind) else (node,))
    if len(flat) < 2:
        return flat[0] if flat else None
    return kind(tuple(flat))
