"""An operation in, a plan out. Pure and deterministic: equal inputs give equal plans, whose texts are equal bytes.

Three stages: `search.py` chooses which subgraph answers what, `groups.py` lays the choice out as fetches, `grouping.py`
merges and orders them. The search weighs each object by itself; where what it chose makes more fetches than follow each
other, it is asked again to split shared fields, or to count on one subgraph or another as visited anyway, and the best plan stays.
Mutations are planned one run of root fields after the other, because each may see what the one before it did (GraphQL
§6.2.2); a subscription is its stream plus a plan for each event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.language.operation import Field, Fragment, Operation, OperationKind, Selection
from gateway.planning.budget import Budget, Meter
from gateway.planning.choices import Choice, Jump, Place
from gateway.planning.contexts import with_contexts
from gateway.planning.documents import Variables
from gateway.planning.graph import QueryGraph, query_graph
from gateway.planning.grouping import arranged, weight
from gateway.planning.groups import Builder, Group
from gateway.planning.instances import InstanceRules, RootTarget, root_target
from gateway.planning.nodes import Condition, Fetch, Plan, PlanNode, Sequence, Subscribe
from gateway.planning.search import Search
from gateway.planning.selections import Context
from gateway.supergraph.model import Supergraph

__all__ = ["plan_operation"]

_INTROSPECTION = frozenset({"__schema", "__type", "__typename"})
_STEPS_FOR_FEWER = 1500
"""Search steps of a whole planning run beyond which no plan with fewer fetches is looked for."""


def plan_operation(
    supergraph: Supergraph,
    operation: Operation,
    *,
    homes: Mapping[str, str] | None = None,
    labels: frozenset[str] = frozenset(),
    budget: Budget | None = None,
    instances: Mapping[str, InstanceRules] | None = None,
) -> Plan:
    """Plan `operation`.

    `homes` maps an entity type to the subgraph that judges its existence: behind a link from another subgraph the entity
    is always visited there, and a null from there makes the whole object null. `labels` are the `@override` labels that
    are on. `instances` has the rules of each subgraph that runs as several instances. Raises GatewayError: PLAN_BUDGET, or INTERNAL_SERVER_ERROR for a graph that cannot answer the operation.
    """
    graph = query_graph(supergraph, labels)
    planner = _Planner(graph, operation, dict(homes or {}), budget or Budget(), instances or {})
    return Plan(operation, planner.plan(), planner.typename_key, frozenset(homes or ()))


class _Planner:
    def __init__(
        self,
        graph: QueryGraph,
        operation: Operation,
        homes: dict[str, str],
        budget: Budget,
        instances: Mapping[str, InstanceRules],
    ) -> None:
        self._graph = graph
        self._operation = operation
        self._homes = homes
        self._budget = budget
        self._meter = meter = Meter(budget)
        self._instances = instances
        self._search = Search(graph, homes, meter)
        self._contexts = with_contexts(graph, operation, meter)
        self._variables = Variables(operation.variables, self._contexts.arguments)
        self._context = Context([((), self._contexts.selections)])
        self.typename_key = _typename_key(operation.selections)

    def plan(self) -> PlanNode | None:
        selections = tuple(
            selection
            for selection in self._contexts.selections
            if not (isinstance(selection, Field) and selection.name in _INTROSPECTION)
        )
        match self._operation.kind:
            case OperationKind.QUERY:
                return self._planned(selections)
            case OperationKind.MUTATION:
                return self._mutation(selections)
            case OperationKind.SUBSCRIPTION:
                return self._subscription(selections)

    def _choice(self, selections: tuple[Selection, ...], search: Search | None = None) -> Choice:
        choice = (search or self._search).choose(selections, Place(self._operation.root_type, ""))
        if choice.remainder:
            raise GatewayError(
                GraphQLIssue("The operation cannot be answered by this graph.", Code.INTERNAL_SERVER_ERROR)
            )
        return choice

    def _planned(self, selections: tuple[Selection, ...]) -> PlanNode | None:
        groups = self._laid_out(self._choice(selections), self._meter, self._context)
        return self._arranged(self._fewest(groups, selections))

    def _fewest(self, groups: list[Group], selections: tuple[Selection, ...]) -> list[Group]:
        """`groups`, or those of another choice that makes a shorter plan or one with fewer fetches.

        The work on it is bounded by a number of steps, so that it adds the same to plans of any size.
        """
        best, favored, parting, spent = weight(groups), frozenset[str](), False, self._meter.steps
        if not self._search.contested or best[1] < 2 or spent > _STEPS_FOR_FEWER:
            return groups
        trial, steps = self._trial(selections, favored, parting=True)
        spent += steps
        if weight(trial) < best and weight(trial)[1] <= best[1]:
            best, parting, groups = weight(trial), True, trial
        improved = True
        while improved:
            improved = False
            for subgraph in sorted(self._search.contested - favored):
                if best[1] <= best[0] or spent > _STEPS_FOR_FEWER:
                    return groups
                trial, steps = self._trial(selections, favored | {subgraph}, parting=parting)
                spent += steps
                if weight(trial) < best:
                    best, favored, groups, improved = weight(trial), favored | {subgraph}, trial, True
        return groups

    def _trial(
        self, selections: tuple[Selection, ...], favored: frozenset[str], *, parting: bool
    ) -> tuple[list[Group], int]:
        """The fetches of another choice, and the search steps that it took."""
        meter = Meter(self._budget)
        search = Search(self._graph, self._homes, meter, favored, parting=parting)
        context = Context([((), self._contexts.selections)])
        return self._laid_out(self._choice(selections, search), meter, context), meter.steps

    def _built(self, choice: Choice) -> PlanNode | None:
        return self._arranged(self._laid_out(choice, self._meter, self._context))

    def _laid_out(self, choice: Choice, meter: Meter, context: Context) -> list[Group]:
        builder = Builder(self._graph, meter, self.typename_key, self._instances, self._contexts)
        builder.build(choice, self._operation.root_type, context)
        return builder.groups

    def _arranged(self, groups: list[Group]) -> PlanNode | None:
        return arranged(groups, self._operation.kind, self._variables, self._instances)

    def _mutation(self, selections: tuple[Selection, ...]) -> PlanNode | None:
        """Runs of root fields of one subgraph (and instance) travel together; it executes them in order itself."""
        runs: list[tuple[tuple[str, RootTarget | None], list[Jump]]] = []
        for field in _once(self._search.flatten(selections, self._operation.root_type)):
            for step in self._choice((field,)).steps:
                assert isinstance(step, Jump)
                rules = self._instances.get(step.target)
                place = (step.target, root_target(rules, step.type, field) if rules is not None else None)
                if not runs or runs[-1][0] != place:
                    runs.append((place, []))
                runs[-1][1].append(step)
        nodes: list[PlanNode] = []
        for _, jumps in runs:
            steps = tuple(step for jump in jumps for step in jump.choice.steps)
            together = replace(jumps[0], choice=Choice(steps, jumps[0].choice.cost))
            node = self._built(Choice((together,), together.choice.cost))
            if node is not None:
                nodes.extend(node.nodes if isinstance(node, Sequence) else (node,))
        if len(nodes) < 2:
            return nodes[0] if nodes else None
        return Sequence(tuple(nodes))

    def _subscription(self, selections: tuple[Selection, ...]) -> PlanNode | None:
        node = self._planned(selections)
        first, rest = (node.nodes[0], node.nodes[1:]) if isinstance(node, Sequence) else (node, ())
        if isinstance(first, Condition):
            first = first.node
        if not isinstance(first, Fetch):
            raise GatewayError(
                GraphQLIssue("The subscription cannot be answered by this graph.", Code.INTERNAL_SERVER_ERROR)
            )
        return Subscribe(first, Sequence(rest) if len(rest) > 1 else (rest[0] if rest else None))


def _once(fields: Iterable[Field]) -> list[Field]:
    """Fields of one response key together, where the first of them stands: whatever conditions they have, it runs once."""
    first: dict[str, int] = {}
    found = list(fields)
    for field in found:
        first.setdefault(field.key, len(first))
    return sorted(found, key=lambda field: first[field.key])


def _typename_key(selections: Iterable[Selection]) -> str:
    """Where runtime types are kept: `__typename`, unless the client gives that name to another field somewhere."""
    taken = set(_aliases(selections))
    key = "__typename"
    while key in taken:
        key += "_"
    return key


def _aliases(selections: Iterable[Selection]) -> Iterable[str]:
    for selection in selections:
        if isinstance(selection, Fragment) or selection.name != "__typename":
            if isinstance(selection, Field) and selection.key.startswith("__typename"):
                yield selection.key
            yield from _aliases(selection.selections)
