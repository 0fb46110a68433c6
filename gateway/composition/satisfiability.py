"""Can every query that the graph allows be answered? Walks all types of the client schema from the roots.

A *position* is a subgraph in which the objects at hand can be read. From a set of positions, keys lead to more of them;
a field leads to the positions of the type it returns. A state is a type with its positions, the labels of `@override` that
the way decided, and the contexts that were set on it; states repeat quickly, so the walk ends. More of these only ever allow
more, so a state that has all of one that was walked needs no walk. A field that no position can resolve is a query that cannot be answered.

Only object types are walked: a field of an interface is answered on each of its runtime types.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, get_named_type, is_required_argument

from gateway.composition.issues import Issue, error
from gateway.composition.positions import Labels, Position, Positions, State
from gateway.composition.runtimes import compare_runtime_types
from gateway.supergraph.model import Supergraph, TypeKind

__all__ = ["check_satisfiability"]

_MAX_STATES = 200_000
_MAX_ERRORS = 200


@dataclass(frozen=True, slots=True)
class _Step:
    """How a state was first reached, for the example query of an error."""

    field: str
    condition: str | None
    before: _Step | None


def check_satisfiability(supergraph: Supergraph) -> list[Issue]:
    """SATISFIABILITY_ERROR for each field that cannot be reached, with an example query and the reasons; and what to say of
    shared fields that return different types (`runtimes.py`).
    """
    return list(dict.fromkeys(_Walk(supergraph).run()))


class _Walk:
    def __init__(self, supergraph: Supergraph, positions: Positions | None = None) -> None:
        self._supergraph = supergraph
        self._api = supergraph.api
        self._types = supergraph.types
        self._positions = positions or Positions(supergraph)
        self._queue: deque[tuple[State, str, _Step | None]] = deque()
        self._seen: dict[str, list[State]] = {}
        self._walked: dict[str, list[State]] = {}
        self._count = 0
        self._errors = 0
        self._steps: dict[tuple[State, str], frozenset[Position]] = {}

    def run(self) -> Iterator[Issue]:
        for kind, root in (
            ("query", self._api.query_type),
            ("mutation", self._api.mutation_type),
            ("subscription", self._api.subscription_type),
        ):
            if root is not None:
                self._enter(State(root.name, self._positions.roots(root.name)), kind, None)
        yield from self._entered()

    def _entered(self) -> Iterator[Issue]:
        while self._queue and self._errors < _MAX_ERRORS:
            if self._count > _MAX_STATES:
                yield error("MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED", f"More than {_MAX_STATES} states to check.")
                return
            state, kind, step = self._queue.popleft()
            closed = self._positions.closed(state)
            if _is_new(closed, self._walked):
                yield from self._check(closed, kind, step)

    def _enter(self, state: State, kind: str, step: _Step | None) -> None:
        if _is_new(state, self._seen):
            self._count += 1
            self._queue.append((state, kind, step))

    def _check(self, state: State, kind: str, step: _Step | None) -> Iterator[Issue]:
        type_ = self._api.type_map[state.type]
        assert isinstance(type_, GraphQLObjectType)
        if all(position.type != state.type for position in state.positions):
            yield self._failure(state, "__typename", kind, step)
            return
        for name in type_.fields:
            for labels in _decisions(self._positions.undecided(state, name)):
                decided = replace(state, labels=state.labels | labels) if labels else state
                yield from self._check_field(type_, name, self._closed(decided, labels), kind, step)

    def _closed(self, state: State, labels: Labels) -> State:
        """With labels decided, more keys may be read."""
        return self._positions.closed(state) if labels else state

    def _check_field(
        self, type_: GraphQLObjectType, name: str, state: State, kind: str, step: _Step | None
    ) -> Iterator[Issue]:
        reached = self._step(state, name)
        if not reached:
            yield self._failure(state, name, kind, step)
            return
        target = get_named_type(type_.fields[name].type)
        if isinstance(target, (GraphQLInterfaceType, GraphQLUnionType)):
            issue = self._runtime_types(f"{type_.name}.{name}", reached, kind, _after(type_, name, None, step))
            if issue is not None:
                self._errors += not issue.is_hint
                yield issue
        if type_ is self._api.mutation_type and step is None and len(reached) > 1:
            yield from self._check_mutation(type_, name, state, reached)
        else:
            self._follow(type_, name, state, reached, kind, step)

    def _check_mutation(
        self, type_: GraphQLObjectType, name: str, state: State, reached: frozenset[Position]
    ) -> Iterator[Issue]:
        """A mutation is called in one subgraph only, so all that follows must be readable from one of those that have it."""
        failures: list[str] = []
        for position in sorted(reached, key=lambda position: position.subgraph):
            walk = _Walk(self._supergraph, self._positions)
            walk._follow(type_, name, state, frozenset({position}), "mutation", None)
            messages = [issue.message for issue in walk._entered() if not issue.is_hint]
            self._count += walk._count
            if not messages:
                return
            failures.append(f"From {position.subgraph}: {messages[0]}")
        self._errors += 1
        where = f"{type_.name}.{name}"
        listed = "\n".join(failures)
        message = f"{where} is called in one subgraph only, and from none of them all can be answered.\n{listed}"
        yield error("SATISFIABILITY_ERROR", message)

    def _follow(
        self,
        type_: GraphQLObjectType,
        name: str,
        state: State,
        reached: frozenset[Position],
        kind: str,
        step: _Step | None,
    ) -> None:
        """Enter what a field returns."""
        target = get_named_type(type_.fields[name].type)
        contexts = self._positions.contexts(type_.name)
        if isinstance(target, GraphQLObjectType):
            self._enter(state.at(target.name, reached, contexts), kind, _after(type_, name, None, step))
        elif isinstance(target, (GraphQLInterfaceType, GraphQLUnionType)):
            for member in self._api.get_possible_types(target):
                if narrowed := self._positions.narrowed(member.name, reached):
                    self._enter(state.at(member.name, narrowed, contexts), kind, _after(type_, name, member.name, step))

    def _step(self, state: State, name: str) -> frozenset[Position]:
        """Many ways lead to one closed state; what it can read is worked out once."""
        known = self._steps.get((state, name))
        if known is None:
            known = self._steps[state, name] = self._positions.step(state, name)
        return known

    def _runtime_types(self, where: str, reached: frozenset[Position], kind: str, step: _Step) -> Issue | None:
        possible: dict[str, frozenset[str]] = {}
        for position in reached:
            found = self._types[position.type]
            join = found.joins.get(position.subgraph)
            abstract = found.kind in {TypeKind.INTERFACE, TypeKind.UNION}
            if abstract and join is not None and not join.is_interface_object and not position.provided:
                possible[position.subgraph] = self._positions.possible(position.type, position.subgraph)
        return compare_runtime_types(where, f"the {kind} {_example(step, '__typename')}", possible)

    def _failure(self, state: State, field: str, kind: str, step: _Step | None) -> Issue:
        self._errors += 1
        reasons = "\n".join(self._positions.reasons(state, field)) or "- no subgraph knows these objects"
        return error("SATISFIABILITY_ERROR", f"The {kind} {_example(step, field)} cannot be answered:\n{reasons}")


def _is_new(state: State, known: dict[str, list[State]]) -> bool:
    """Whether no known state has less; if so it is known from now on. Most ways lead to the same once all keys are followed."""
    known_here = known.setdefault(state.type, [])
    if any(
        one.positions <= state.positions and one.labels <= state.labels and one.contexts <= state.contexts
        for one in known_here
    ):
        return False
    known_here.append(state)
    return True


def _decisions(labels: list[str]) -> Iterator[Labels]:
    for chosen in itertools.product((False, True), repeat=len(labels)):
        yield frozenset(zip(labels, chosen, strict=True))


def _after(type_: GraphQLObjectType, name: str, condition: str | None, before: _Step | None) -> _Step:
    required = (argument for argument, given in type_.fields[name].args.items() if is_required_argument(given))
    return _Step(name + _arguments(required), condition, before)


def _arguments(names: Iterable[str]) -> str:
    listed = ", ".join(f"{name}: <value>" for name in names)
    return f"({listed})" if listed else ""


def _example(step: _Step | None, field: str) -> str:
    text = field
    while step is not None:
        inner = f"... on {step.condition} {{ {text} }}" if step.condition is not None else text
        text = f"{step.field} {{ {inner} }}"
        step = step.before
    return f"{{ {text} }}"
