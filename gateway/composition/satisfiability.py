"""Can every query that the graph allows be answered? Walks all types of the client schema from the roots.

A *position* is a subgraph in which the objects at hand can be read. From a set of positions, keys lead to more of them;
a field leads to the positions of the type it returns. A state is a type with its positions; states repeat quickly, so the
walk ends. A field that no position of its state can resolve is a query that cannot be answered.

Only object types are walked: a field of an interface is answered on each of its runtime types.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, get_named_type

from gateway.composition.issues import Issue, error
from gateway.composition.positions import Position, Positions, State
from gateway.supergraph.model import Supergraph

__all__ = ["check_satisfiability"]

_MAX_STATES = 200_000
_MAX_ERRORS = 50


@dataclass(frozen=True, slots=True)
class _Step:
    """How a state was first reached, for the example query of an error."""

    field: str
    condition: str | None
    before: _Step | None


def check_satisfiability(supergraph: Supergraph) -> list[Issue]:
    """SATISFIABILITY_ERROR for each field that cannot be reached, with an example query and the reasons."""
    labels = frozenset(
        join.override_label
        for found in supergraph.types.values()
        for field in found.fields.values()
        for join in field.joins.values()
        if join.override_label is not None
    )
    issues: dict[Issue, None] = {}
    # A label may be on or off for a request; both worlds must be complete.
    for switched in dict.fromkeys((frozenset[str](), labels)):
        issues |= dict.fromkeys(_Walk(supergraph, switched).run())
    return list(issues)


class _Walk:
    def __init__(self, supergraph: Supergraph, labels: frozenset[str]) -> None:
        self._api = supergraph.api
        self._positions = Positions(supergraph, labels)
        self._queue: deque[tuple[State, str, _Step | None]] = deque()
        self._seen: set[State] = set()
        self._failed: set[tuple[str, str]] = set()

    def run(self) -> Iterator[Issue]:
        for kind, root in (
            ("query", self._api.query_type),
            ("mutation", self._api.mutation_type),
            ("subscription", self._api.subscription_type),
        ):
            if root is not None:
                self._enter(State(root.name, self._positions.roots(root.name)), kind, None)
        while self._queue and len(self._failed) < _MAX_ERRORS:
            if len(self._seen) > _MAX_STATES:
                yield error("MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED", f"More than {_MAX_STATES} states to check.")
                return
            state, kind, step = self._queue.popleft()
            yield from self._check(state, kind, step)

    def _enter(self, state: State, kind: str, step: _Step | None) -> None:
        closed = self._positions.closed(state)
        if closed not in self._seen:
            self._seen.add(closed)
            self._queue.append((closed, kind, step))

    def _check(self, state: State, kind: str, step: _Step | None) -> Iterator[Issue]:
        type_ = self._api.type_map[state.type]
        assert isinstance(type_, GraphQLObjectType)
        if all(position.type != state.type for position in state.positions):
            yield from self._failure(state, "__typename", kind, step)
        for name, field in type_.fields.items():
            reached = self._positions.step(state, name)
            if not reached:
                yield from self._failure(state, name, kind, step)
                continue
            target = get_named_type(field.type)
            if isinstance(target, GraphQLObjectType):
                self._enter(State(target.name, reached), kind, _Step(name, None, step))
            elif isinstance(target, (GraphQLInterfaceType, GraphQLUnionType)):
                self._enter_members(target, reached, kind, name, step)

    def _enter_members(
        self,
        target: GraphQLInterfaceType | GraphQLUnionType,
        reached: frozenset[Position],
        kind: str,
        name: str,
        step: _Step | None,
    ) -> None:
        for member in self._api.get_possible_types(target):
            narrowed = self._positions.narrowed(member.name, reached)
            if narrowed:
                self._enter(State(member.name, narrowed), kind, _Step(name, member.name, step))

    def _failure(self, state: State, field: str, kind: str, step: _Step | None) -> Iterator[Issue]:
        if (state.type, field) in self._failed:
            return
        self._failed.add((state.type, field))
        query = _example(kind, step, field)
        reasons = "; ".join(self._positions.reasons(state, field)) or "no subgraph knows these objects"
        message = f"The {kind} {query} cannot be answered: {state.type}.{field} is out of reach. {reasons}."
        yield error("SATISFIABILITY_ERROR", message)


def _example(kind: str, step: _Step | None, field: str) -> str:
    text = field
    while step is not None:
        inner = f"... on {step.condition} {{ {text} }}" if step.condition is not None else text
        text = f"{step.field} {{ {inner} }}"
        step = step.before
    return f"{'' if kind == 'query' else kind + ' '}{{ {text} }}"
