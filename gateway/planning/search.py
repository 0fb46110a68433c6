"""Best-path search: which subgraph answers which field, and by which keys it is reached.

The search walks the client's selections with a *place* (a type in a subgraph) in hand and returns a `Choice`: steps to
take at that place, what they cost, and the selections that cannot be reached from there. A remainder is not an error yet:
the caller above tries the same field through another subgraph and asks only for what is left (value types without keys
that several subgraphs know in part). What remains at the root cannot be planned.

Costs compare as (sequential fetches, fetches, fields). Fields with one way to go are placed first, so that the others
find those subgraphs already open. Everything is remembered by place, so the work is linear in fields × subgraphs except
where keys lead through third subgraphs; the meter bounds that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from graphql import get_named_type, is_leaf_type

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.language.operation import Condition, Field, Fragment, Selection
from gateway.planning.budget import Meter
from gateway.planning.choices import (
    EMPTY,
    FETCH,
    FREE,
    Choice,
    Cost,
    Jump,
    Local,
    Place,
    Step,
    Typed,
    after,
    cost_of,
    joined,
    total,
)
from gateway.planning.graph import Edge, QueryGraph

__all__ = ["Search"]

Guard = frozenset[tuple[str, str, str]]
NO_GUARD: Guard = frozenset()
TYPENAME = "__typename"


@dataclass(frozen=True, slots=True)
class _Route:
    target: str
    entry: str
    key: tuple[Selection, ...]
    requires: tuple[Selection, ...]
    condition: Choice
    cost: Cost
    root: bool = False


@dataclass(frozen=True, slots=True)
class _Option:
    subgraph: str
    edge: Edge
    route: _Route | None
    choice: Choice | None

    @property
    def remainder(self) -> tuple[Selection, ...]:
        return self.choice.remainder if self.choice is not None else ()


class Search:
    """One planning run over a graph. `homes` names the subgraph that judges the existence of an entity type."""

    def __init__(self, graph: QueryGraph, homes: Mapping[str, str], meter: Meter) -> None:
        self._graph = graph
        self._homes = homes
        self._meter = meter
        self._choices: dict[object, Choice] = {}
        self._routes: dict[object, _Route | None] = {}
        self._flat: dict[tuple[int, str], tuple[Field, ...]] = {}
        self._kept: list[object] = []
        """Memo keys hold identities; what they identify must not be freed."""

    def choose(self, selections: tuple[Selection, ...], place: Place, guard: Guard = NO_GUARD) -> Choice:
        """The best steps for `selections` at `place`. Raises GatewayError PLAN_BUDGET."""
        provided = tuple(map(id, place.provided))
        memo = (id(selections), place.type, place.subgraph, provided, place.linked, guard)
        found = self._choices.get(memo)
        if found is None:
            self._meter.step()
            self._kept.append((selections, place))
            if self._graph.is_interface_object(place.type, place.subgraph):
                found = self._choose_interface_object(selections, place, guard)
            elif self._graph.is_abstract(place.type):
                found = self._choose_abstract(selections, place, guard)
            else:
                found = self._choose_object(selections, place, guard)
            self._choices[memo] = found
        return found

    # -- objects -------------------------------------------------------------------------------------------------

    def _choose_object(self, selections: tuple[Selection, ...], place: Place, guard: Guard) -> Choice:
        work = _Work(self, place, guard)
        work.visit_home(self._homes.get(place.type))
        for field in self.flatten(selections, place.type):
            work.take(field)
        return work.finish()

    def options(self, field: Field, place: Place, guard: Guard) -> list[_Option]:
        """Every way to answer `field` from `place`, the local one first."""
        found: list[_Option] = []
        local = self._local_edge(field, place)
        if local is not None and not local.requires:
            found.append(_Option(place.subgraph, local, None, self._below(field, local, place, guard)))
        for subgraph in self._graph.subgraphs_of(place.type, field.name):
            entry = self._graph.entry_type(place.type, field.name, subgraph)
            assert entry is not None
            edge = self._graph.edge(entry, field.name, subgraph)
            if edge is None or (subgraph == place.subgraph and not edge.requires and entry == place.type):
                continue
            self._meter.step()
            route = self.route(place, entry, subgraph, edge.requires, field.name, guard)
            if route is not None:
                found.append(_Option(subgraph, edge, route, self._below(field, edge, Place(entry, subgraph), guard)))
        return found

    def _local_edge(self, field: Field, place: Place) -> Edge | None:
        edge = self._graph.edge(place.type, field.name, place.subgraph)
        if edge is not None and not edge.requires:
            return edge
        if self._provided(place, field.name) is not None:
            return self._graph.provided_edge(place.type, field.name, place.subgraph) or edge
        return edge

    def _below(self, field: Field, edge: Edge, place: Place, guard: Guard) -> Choice | None:
        # An object of which every field is skipped still has to be asked whether it is there.
        if not field.selections and is_leaf_type(get_named_type(field.type)):
            return None
        provided = edge.provides
        offered = self._provided(place, field.name)
        if offered is not None:
            provided = (*provided, *offered.selections)
        return self.choose(field.selections, Place(edge.target, edge.subgraph, provided, linked=True), guard)

    def _provided(self, place: Place, name: str) -> Field | None:
        if not place.provided:
            return None
        return next((field for field in self.flatten(place.provided, place.type) if field.name == name), None)

    def route(
        self, place: Place, entry: str, target: str, requires: tuple[Selection, ...], field: str, guard: Guard
    ) -> _Route | None:
        """The cheapest way from `place` into `target`, with `requires` in hand; None when no key can be had."""
        memo = (place.type, place.subgraph, tuple(map(id, place.provided)), entry, target, id(requires), guard)
        if memo not in self._routes:
            self._kept.append((place, requires))
            self._routes[memo] = self._find_route(place, entry, target, requires, field, guard)
        return self._routes[memo]

    def _find_route(
        self, place: Place, entry: str, target: str, requires: tuple[Selection, ...], field: str, guard: Guard
    ) -> _Route | None:
        if place.type in self._graph.roots:
            return _Route(target, entry, (), (), EMPTY, FETCH, root=True)
        barrier = (place.type, target, field if requires else "")
        if barrier in guard:
            return None
        inner = guard | {barrier}
        best: _Route | None = None
        for key in self._graph.keys(entry, target):
            self._meter.step()
            needed = (*key.selections, *requires)
            condition = self.choose(needed, replace(place, linked=False), inner)
            if condition.remainder:
                continue
            cost = after(FETCH, condition.cost)
            if best is None or cost < best.cost:
                best = _Route(target, entry, key.selections, requires, condition, cost)
        return best

    # -- interfaces and unions -----------------------------------------------------------------------------------

    def _choose_abstract(self, selections: tuple[Selection, ...], place: Place, guard: Guard) -> Choice:
        steps: list[Step] = []
        apart: list[Selection] = []
        for selection in selections:
            step = self._together(selection, place, guard)
            if step is not None:
                steps.append(step)
            elif not (isinstance(selection, Field) and selection.name == TYPENAME):
                apart.append(selection)
        remainder: list[Selection] = []
        exploded = self.keep(tuple(apart))
        for member in self._graph.possible(place.type, place.subgraph):
            inside = replace(place, type=member)
            if not self.flatten(exploded, member) and not self.judged_elsewhere(inside):
                continue
            choice = self.choose(exploded, inside, guard)
            if choice.remainder:
                remainder.append(Fragment(member, choice.remainder))
            if choice.steps:
                steps.append(Typed(member, choice))
        return Choice(tuple(steps), total(steps), self.keep(tuple(remainder)))

    def _together(self, selection: Selection, place: Place, guard: Guard) -> Step | None:
        """A step for all members at once, where the subgraph knows the interface as the client does."""
        if isinstance(selection, Field):
            if selection.name == TYPENAME or not self._graph.covers(place.type, selection.name, place.subgraph):
                return None
            edge = self._graph.edge(place.type, selection.name, place.subgraph)
            assert edge is not None
            below = self._below(selection, edge, place, guard)
            return None if below is not None and below.remainder else Local(selection, edge, below)
        if not self._same_members(selection.condition, place) or selection.conditions:
            return None
        choice = self.choose(selection.selections, replace(place, type=selection.condition), guard)
        return None if choice.remainder else Typed(selection.condition, choice)

    def _same_members(self, condition: str, place: Place) -> bool:
        """Whether an abstract `condition` selects the same objects in this subgraph as in the whole graph."""
        if not self._graph.is_abstract(condition) or not self._graph.knows(condition, place.subgraph):
            return False
        here = set(self._graph.possible(place.type, place.subgraph))
        return here & set(self._graph.possible(condition, place.subgraph)) == here & set(
            self._graph.implementations(condition)
        )

    def _choose_interface_object(self, selections: tuple[Selection, ...], place: Place, guard: Guard) -> Choice:
        """An object that stands for an interface: its own fields here, everything about real types from elsewhere."""
        steps: list[Step] = []
        rest: list[Selection] = []
        for selection in selections:
            edge = self._local_edge(selection, place) if isinstance(selection, Field) else None
            below = self._below(selection, edge, place, guard) if isinstance(selection, Field) and edge else None
            if isinstance(selection, Field) and edge and not edge.requires and not (below and below.remainder):
                steps.append(Local(selection, edge, below))
            elif not (isinstance(selection, Field) and selection.name == TYPENAME):
                rest.append(selection)
        if guard and not rest:
            return Choice(tuple(steps), total(steps))
        asked = self.keep(tuple(rest))
        best: Jump | None = None
        for subgraph in self._graph.subgraphs_with_interface(place.type):
            self._meter.step()
            route = self.route(place, place.type, subgraph, (), "", guard)
            if route is None:
                continue
            choice = self.choose(asked, Place(place.type, subgraph, (), place.linked), guard)
            jump = Jump(subgraph, place.type, place.type, route.key, (), route.condition, choice)
            if best is None or (len(choice.remainder), cost_of(jump)) < (len(best.choice.remainder), cost_of(best)):
                best = jump
        if best is None:
            return Choice(tuple(steps), total(steps), asked or self.keep(selections))
        steps.append(best)
        return Choice(tuple(steps), total(steps), best.choice.remainder)

    # -- helpers -------------------------------------------------------------------------------------------------

    def judged_elsewhere(self, place: Place) -> bool:
        home = self._homes.get(place.type)
        return place.linked and home is not None and home != place.subgraph

    def flatten(self, selections: tuple[Selection, ...], type_name: str) -> tuple[Field, ...]:
        """The fields that objects of `type_name` are asked for: fragments that apply are opened, others dropped."""
        memo = (id(selections), type_name)
        if memo not in self._flat:
            self._kept.append(selections)
            self._flat[memo] = tuple(self._opened(selections, type_name, ()))
        return self._flat[memo]

    def _opened(self, selections: Iterable[Selection], type_name: str, outer: tuple[Condition, ...]) -> Iterable[Field]:
        for selection in selections:
            conditions = joined(outer, selection.conditions)
            if isinstance(selection, Fragment):
                if selection.condition == type_name or type_name in self._graph.implementations(selection.condition):
                    yield from self._opened(selection.selections, type_name, conditions)
            elif selection.name != TYPENAME:
                declared = self._graph.field_type(type_name, selection.name)
                if declared is not None:
                    self._meter.step()
                    yield replace(selection, parent=type_name, type=declared, conditions=conditions)

    def keep(self, selections: tuple[Selection, ...]) -> tuple[Selection, ...]:
        self._kept.append(selections)
        return selections


class _Work:
    """The fields of one object at one place, dealt out over the subgraphs that can answer them."""

    def __init__(self, search: Search, place: Place, guard: Guard) -> None:
        self._search = search
        self._place = place
        self._guard = guard
        self._order = 0
        self._local: list[tuple[int, Local]] = []
        self._pending: list[tuple[int, Field, list[_Option]]] = []
        self._open: dict[tuple[str, str], _Route] = {}
        self._answered: dict[tuple[str, str], list[tuple[int, Local]]] = {}
        self._required: list[tuple[int, Jump]] = []
        self._remainder: list[Selection] = []
        self._home: str | None = None

    def visit_home(self, home: str | None) -> None:
        if home is None or not self._search.judged_elsewhere(self._place):
            return
        route = self._search.route(self._place, self._place.type, home, (), "", self._guard)
        if route is None:
            # Existence that nobody can judge is refused, never assumed.
            raise GatewayError(
                GraphQLIssue("A type of this operation cannot be reached at its home.", Code.INTERNAL_SERVER_ERROR)
            )
        self._home = home
        self._open[home, self._place.type] = route
        self._answered[home, self._place.type] = []

    def take(self, field: Field) -> None:
        self._order += 1
        options = self._search.options(field, self._place, self._guard)
        first = options[0] if options else None
        if first is not None and first.route is None and _settled(first):
            self._local.append((self._order, Local(field, first.edge, first.choice)))
        else:
            self._pending.append((self._order, field, options))

    def finish(self) -> Choice:
        for order, field, options in sorted(self._pending, key=lambda item: len(item[2])):
            self._deal(order, field, options)
        jumps = [
            (min((order for order, _ in steps), default=0), self._jump(place))
            for place, steps in self._answered.items()
        ]
        placed: list[tuple[int, Step]] = [*self._local, *jumps, *self._required]
        steps = [step for _, step in sorted(placed, key=lambda item: item[0])]
        return Choice(tuple(steps), total(steps), self._search.keep(tuple(self._remainder)))

    def _deal(self, order: int, field: Field, options: list[_Option]) -> None:
        """Give `field` to its best option; what that leaves goes to the next, as long as each adds something."""
        while True:
            best = min(options, key=self._price, default=None)
            if best is None:
                self._remainder.append(field)
                return
            missing = best.remainder
            if missing and not (best.choice and _answers(best.choice)):
                self._remainder.append(field)
                return
            self._assign(order, field, best)
            if not missing:
                return
            field = replace(field, selections=missing)
            options = [
                option
                for option in self._search.options(field, self._place, self._guard)
                if (option.subgraph, option.route is None) != (best.subgraph, best.route is None)
            ]

    def _price(self, option: _Option) -> tuple[int, Cost]:
        cost = option.choice.cost if option.choice is not None else FREE
        if option.route is not None:
            is_open = not option.edge.requires and (option.subgraph, option.route.entry) in self._open
            cost = after((1, 0, 0), cost) if is_open else after(option.route.cost, cost)
        return _leaves(option.remainder), cost

    def _assign(self, order: int, field: Field, option: _Option) -> None:
        step = Local(field, option.edge, option.choice)
        if option.route is None:
            self._local.append((order, step))
            return
        route = option.route
        if option.edge.requires:
            choice = Choice((step,), total([step]))
            jump = Jump(route.target, self._place.type, route.entry, route.key, route.requires, route.condition, choice)
            self._required.append((order, jump))
            return
        opened = (route.target, route.entry)
        self._open.setdefault(opened, route)
        self._answered.setdefault(opened, []).append((order, step))

    def _jump(self, place: tuple[str, str]) -> Jump:
        route = self._open[place]
        steps = tuple(step for _, step in sorted(self._answered[place], key=lambda item: item[0]))
        choice = Choice(steps, total(steps))
        home = place == (self._home, self._place.type)
        return Jump(
            route.target, self._place.type, route.entry, route.key, (), route.condition, choice, route.root, home
        )


def _settled(option: _Option) -> bool:
    """Whether no other option can be cheaper: answered on the spot, down to the leaves."""
    return option.choice is None or (not option.choice.remainder and option.choice.cost[1] == 0)


def _answers(choice: Choice) -> bool:
    """Whether any field at all is answered (a visit that only judges existence answers none)."""
    return any(isinstance(step, Local) or _answers(step.choice) for step in choice.steps)


def _leaves(selections: Iterable[Selection]) -> int:
    return sum(_leaves(selection.selections) if selection.selections else 1 for selection in selections)
