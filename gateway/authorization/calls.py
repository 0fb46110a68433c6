"""Who calls whom among the functions of a grants file: what goes round in circles, or deeper than a register follows, is refused.

    functions ─▶ for each, what its parameters may be ─▶ the calls of its body that can mean one function only ─▶ circles, depths

A register writes the body of a function in the place of its call, so a circle would be written without end. Functions of one name differ in the
types of their parameters, and the first that fits is meant. A call is therefore followed with what is known of its arguments: the types of parameters, and of what
stands behind a path as far as the graph has it. Where that leaves several functions the call is not followed: which of them is meant the tables
decide, so the register refuses it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from gateway.authorization.language.expressions import (
    MAX_CALLS,
    Any_,
    Attribute,
    Call,
    Expression,
    Function,
    Name,
)
from gateway.authorization.language.problems import Problem
from gateway.authorization.sql import BUILT_IN, SQL_KINDS

__all__ = ["check_calls"]

_STATES = 20_000
"""So many ways to call a function are looked at; a file that has more is followed no further, and what is left the registers refuse."""
_OBJECT = "object"

Types = frozenset[str] | None
"""What an argument may be: names of types, kinds of values, and `object` for any row. None: nothing is known."""

_Scope = Mapping[str, Types]


class _State(NamedTuple):
    """A function, by its place in the file, with what its parameters may be."""

    function: int
    given: tuple[Types, ...]


class _Step(NamedTuple):
    call: Call
    to: _State


def check_calls(functions: Sequence[Function], graph: GraphQLSchema, known: int) -> list[Problem]:
    """Functions that call themselves, directly or over others, or whose calls go too deep. The first `known` were checked before."""
    walk = _Walk(_Calls(functions, graph))
    for start in walk.calls.starts():
        walk.walk(start)
    rings = [_circle(walk.calls, ring, known) for ring in walk.rings.values()]
    found = [problem for problem in rings if problem is not None]
    return sorted(found or _depths(walk, known))


# -- what is found -----------------------------------------------------------------------------------------------------


def _circle(calls: _Calls, ring: Sequence[_State], known: int) -> Problem | None:
    """Said at the first function of this file that belongs to it, where it calls the next."""
    own = [place for place, state in enumerate(ring) if state.function >= known]
    if not own:
        return None
    first = min(own, key=lambda place: ring[place].function)
    turned = [*ring[first:], *ring[:first], ring[first]]
    call = next(step.call for step in calls.of(turned[0]) if step.to == turned[1])
    return Problem(call.position, f"'{calls.name(turned[0])}' calls itself: {calls.names(turned)}")


def _depths(walk: _Walk, known: int) -> Iterator[Problem]:
    """Where one call too many begins; what is above it is not said again."""
    for state, depth in walk.depths.items():
        if depth != MAX_CALLS + 1 or state.function < known:
            continue
        chain = [state]
        while steps := walk.calls.of(chain[-1]):
            chain.append(max((step.to for step in steps), key=walk.depths.__getitem__))
        yield Problem(
            walk.calls.functions[state.function].position,
            f"calls go {depth} functions deep here, and may go {MAX_CALLS}: {walk.calls.names(chain)}",
        )


class _Walk:
    """Goes along calls, each state once. `rings` are the circles by their functions; `depths`: of how many functions the longest chain is."""

    def __init__(self, calls: _Calls) -> None:
        self.calls = calls
        self.rings: dict[frozenset[int], list[_State]] = {}
        self.depths: dict[_State, int] = {}

    def walk(self, start: _State) -> None:
        """Without recursion: a file may have more functions in a chain than Python has room for calls."""
        if start in self.depths:
            return
        path: dict[_State, Iterator[_Step]] = {start: iter(self.calls.of(start))}
        while path and len(self.depths) + len(path) < _STATES:
            state, steps = next(reversed(path.items()))
            step = next((step for step in steps if step.to not in self.depths), None)
            if step is None:
                del path[state]
                below = [self.depths[one.to] for one in self.calls.of(state) if one.to in self.depths]
                self.depths[state] = 1 + max(below, default=0)
            elif step.to in path:
                states = list(path)
                ring = states[states.index(step.to) :]
                self.rings.setdefault(frozenset(state.function for state in ring), ring)
            else:
                path[step.to] = iter(self.calls.of(step.to))


# -- what a call may mean ------------------------------------------------------------------------------------------------


class _Calls:
    def __init__(self, functions: Sequence[Function], graph: GraphQLSchema) -> None:
        self.functions = functions
        self._graph = graph
        self._named: dict[str, list[int]] = {}
        self._found: dict[_State, tuple[_Step, ...]] = {}
        for place, function in enumerate(functions):
            self._named.setdefault(function.name, []).append(place)

    def name(self, state: _State) -> str:
        return self.functions[state.function].name

    def names(self, states: Iterable[_State]) -> str:
        return " -> ".join(map(self.name, states))

    def starts(self) -> Iterator[_State]:
        """Each function as it is declared."""
        for place, function in enumerate(self.functions):
            yield _State(place, tuple(frozenset(parameter.types) for parameter in function.parameters))

    def of(self, state: _State) -> tuple[_Step, ...]:
        """The calls in the body that can mean one function only."""
        found = self._found.get(state)
        if found is None:
            function = self.functions[state.function]
            scope = dict(zip((parameter.name for parameter in function.parameters), state.given, strict=True))
            found = self._found[state] = tuple(self._steps(function.body, scope))
        return found

    def _steps(self, body: Expression, scope: _Scope) -> Iterator[_Step]:
        waiting: list[tuple[Any, _Scope]] = [(body, scope)]
        while waiting:
            node, here = waiting.pop()
            if isinstance(node, Any_):
                for step in node.steps:
                    here = {**here, step.variable: self._types(step.path, here)}
            if isinstance(node, Call) and node.function not in BUILT_IN:
                meant = self._meant(node, here)
                if meant is not None:
                    yield _Step(node, meant)
            waiting += [(part, here) for part in _parts(node)]

    def _meant(self, call: Call, scope: _Scope) -> _State | None:
        given = [self._types(argument, scope) for argument in call.arguments]
        found = [place for place in self._named.get(call.function, ()) if self._fits(place, given)]
        if not found:
            return None
        accepted = self._accepted(found[0])
        if len(found) > 1 and not all(map(_surely, given, accepted)):
            return None
        return _State(found[0], tuple(map(_narrowed, given, accepted)))

    def _fits(self, place: int, given: Sequence[Types]) -> bool:
        accepted = self._accepted(place)
        return len(accepted) == len(given) and all(map(_narrowed, given, accepted))

    def _accepted(self, place: int) -> list[tuple[str, ...]]:
        return [parameter.types for parameter in self.functions[place].parameters]

    def _types(self, node: Expression, scope: _Scope) -> Types:
        if isinstance(node, Name):
            return scope.get(node.name)
        if not isinstance(node, Attribute):
            return None
        owners = self._types(node.owner, scope)
        if owners is None:
            return None
        found = [self._behind(owner, node.name) for owner in owners]
        known = frozenset(name for name in found if name)
        return known if len(known) == len(set(found)) else None

    def _behind(self, owner: str, name: str) -> str:
        """The type of the rows behind a path; empty where the graph has no such rows, or of more than one type."""
        fields: Mapping[str, Any] = getattr(self._graph.type_map.get(_plain(owner)), "fields", {})
        named = get_named_type(fields[name].type) if name in fields else None
        return named.name if isinstance(named, GraphQLObjectType) else ""


def _narrowed(given: Types, accepted: Sequence[str]) -> frozenset[str]:
    """What a parameter may be then: of what was given that which it takes. Empty where it takes nothing of it."""
    if given is None or _OBJECT in given:
        return frozenset(accepted)
    return frozenset(one for one in given if any(_alike(one, other) for other in accepted))


def _alike(one: str, other: str) -> bool:
    """Whether some row of the one is one of the other: a type is of any register where none is named."""
    if other == _OBJECT:
        return one not in SQL_KINDS
    return one == other or _plain(one) == other or one == _plain(other)


def _surely(given: Types, accepted: Sequence[str]) -> bool:
    """Whether whatever is given is taken, at any register."""
    return given is not None and all(
        one in accepted or _plain(one) in accepted or (_OBJECT in accepted and one not in SQL_KINDS) for one in given
    )


def _plain(type_name: str) -> str:
    return type_name.rpartition(".")[2]


def _parts(node: Any) -> Iterator[Any]:
    if dataclasses.is_dataclass(node):
        yield from (getattr(node, part.name) for part in dataclasses.fields(node))
    elif isinstance(node, tuple):
        yield from node
