"""Best-path search: which subgraph answers which field, and by which keys it is reached.

The search walks the client's selections with a *place* (a type in a subgraph) in hand and returns a `Choice`: steps to
take at that place, what they cost, and the selections that cannot be reached from there. A remainder is not an error yet:
the caller above tries the same field through another subgraph and asks only for what is left (value types without keys
that several subgraphs know in part). What remains at the root cannot be planned.

Here stand the ways to answer one field and the routes into a subgraph. `dealing.py` deals the fields of one object out
over them, `abstract.py` says what happens at interfaces, unions and interface objects. Everything is remembered by place,
so the work is linear in fields × subgraphs except where keys lead through third subgraphs; the meter bounds that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from graphql import get_named_type, is_leaf_type

from gateway.language.operation import Condition, Field, Fragment, Selection
from gateway.planning.abstract import choose_abstract, choose_interface_object
from gateway.planning.budget import Meter
from gateway.planning.choices import (
    EMPTY,
    FETCH,
    NO_GUARD,
    TYPENAME,
    Choice,
    Guard,
    Option,
    Place,
    Route,
    after,
    joined,
)
from gateway.planning.dealing import Dealer
from gateway.planning.graph import Edge, QueryGraph

__all__ = ["Search"]


class Search:
    """One planning run over a graph. `homes` names the subgraph that judges the existence of an entity type.

    `favored` subgraphs are counted on as visited anyway, for other objects. `contested` collects those that were one of
    several ways to answer a field. `parting`: shared fields may be split over their subgraphs.
    """

    def __init__(
        self,
        graph: QueryGraph,
        homes: Mapping[str, str],
        meter: Meter,
        favored: frozenset[str] = frozenset(),
        *,
        parting: bool = False,
    ) -> None:
        self.graph = graph
        self._homes = homes
        self.meter = meter
        self.favored = favored
        self.parting = parting
        self.contested: set[str] = set()
        self._choices: dict[object, Choice] = {}
        self._routes: dict[object, Route | None] = {}
        self._flat: dict[tuple[int, str], tuple[Field, ...]] = {}
        self._kept: list[object] = []
        """Memo keys hold identities; what they identify must not be freed."""

    def choose(self, selections: tuple[Selection, ...], place: Place, guard: Guard = NO_GUARD) -> Choice:
        """The best steps for `selections` at `place`. Raises GatewayError PLAN_BUDGET."""
        provided = tuple(map(id, place.provided))
        memo = (id(selections), place.type, place.subgraph, provided, place.linked, place.confined, guard)
        found = self._choices.get(memo)
        if found is None:
            self.meter.step()
            self._kept.append((selections, place))
            if self.graph.is_interface_object(place.type, place.subgraph):
                found = choose_interface_object(self, selections, place, guard)
            elif self.graph.is_abstract(place.type):
                found = choose_abstract(self, selections, place, guard)
            else:
                found = self._choose_object(selections, place, guard)
            self._choices[memo] = found
        return found

    # -- objects -------------------------------------------------------------------------------------------------

    def _choose_object(self, selections: tuple[Selection, ...], place: Place, guard: Guard) -> Choice:
        dealer = Dealer(self, place, guard)
        dealer.visit_home(self._homes.get(place.type))
        for field in self.flatten(selections, place.type):
            dealer.take(field)
        return dealer.finish()

    def options(self, field: Field, place: Place, guard: Guard) -> list[Option]:
        """The ways to answer `field` from `place`: the local one first, and alone when none can be cheaper."""
        found: list[Option] = []
        local, beside = self._on_the_spot(field, place, guard)
        if local is not None and not local.late:
            found.append(Option(place.subgraph, local, None, self.below(field, local, place, guard), beside))
            if found[0].settled:
                # Nothing is cheaper, and looking at every other subgraph of an entity means looking from each of them at
                # every other one: with 20 that share a key no plan would be within its budget.
                return found
        if place.confined:
            return found
        for subgraph in self.graph.subgraphs_of(place.type, field.name):
            entry = self.graph.entry_type(place.type, field.name, subgraph)
            assert entry is not None
            edge = self.graph.edge(entry, field.name, subgraph)
            if edge is None or (subgraph == place.subgraph and not edge.late and entry == place.type):
                continue
            if not self.graph.answers_as(entry, field.name, subgraph):
                continue
            self.meter.step()
            route = self.route(place, entry, subgraph, edge.requires, field.name, guard)
            if route is not None:
                found.append(Option(subgraph, edge, route, self.below(field, edge, Place(entry, subgraph), guard)))
        return found

    def _on_the_spot(self, field: Field, place: Place, guard: Guard) -> tuple[Edge | None, Choice | None]:
        """The field's edge at this place; one that requires what `@provides` offers here is not late, only asked beside it."""
        local = self.local_edge(field, place)
        if local is None or not local.requires or local.contexts or not place.provided:
            return local, None
        beside = self.choose(local.requires, replace(place, linked=False, confined=True), guard)
        return (local, None) if beside.remainder else (replace(local, requires=()), beside)

    def local_edge(self, field: Field, place: Place) -> Edge | None:
        edge = self.graph.edge(place.type, field.name, place.subgraph)
        if edge is not None and not edge.late:
            return edge
        if self._provided(place, field.name) is not None:
            return self.graph.provided_edge(place.type, field.name, place.subgraph) or edge
        return edge

    def below(self, field: Field, edge: Edge, place: Place, guard: Guard) -> Choice | None:
        # An object of which every field is skipped still has to be asked whether it is there.
        if not field.selections and is_leaf_type(get_named_type(field.type)):
            return None
        provided = edge.provides
        offered = self._provided(place, field.name)
        if offered is not None:
            provided = (*provided, *offered.selections)
        inside = Place(edge.target, edge.subgraph, provided, linked=True, confined=place.confined)
        return self.choose(field.selections, inside, guard)

    def part(self, field: Field, option: Option, place: Place, guard: Guard) -> Option:
        """What the subgraph of an option answers of `field` without any other; the rest remains."""
        start = place if option.route is None else Place(option.route.entry, option.subgraph)
        return replace(option, choice=self.below(field, option.edge, replace(start, confined=True), guard))

    def _provided(self, place: Place, name: str) -> Field | None:
        if not place.provided:
            return None
        return next((field for field in self.flatten(place.provided, place.type) if field.name == name), None)

    def route(
        self, place: Place, entry: str, target: str, requires: tuple[Selection, ...], field: str, guard: Guard
    ) -> Route | None:
        """The cheapest way from `place` into `target`, with `requires` in hand; None when no key can be had."""
        if place.confined:
            return None
        memo = (place.type, place.subgraph, tuple(map(id, place.provided)), entry, target, id(requires), guard)
        if memo not in self._routes:
            self._kept.append((place, requires))
            self._routes[memo] = self._find_route(place, entry, target, requires, field, guard)
        return self._routes[memo]

    def _find_route(
        self, place: Place, entry: str, target: str, requires: tuple[Selection, ...], field: str, guard: Guard
    ) -> Route | None:
        if place.type in self.graph.roots:
            return Route(target, entry, (), (), EMPTY, FETCH, root=True)
        barrier = (place.type, target, field if requires else "")
        if barrier in guard:
            return None
        inner = guard | {barrier}
        best: Route | None = None
        for key in self.graph.keys(entry, target):
            self.meter.step()
            needed = (*key.selections, *requires)
            condition = self.choose(needed, replace(place, linked=False), inner)
            if condition.remainder:
                continue
            cost = after(FETCH, condition.cost)
            if best is None or cost < best.cost:
                best = Route(target, entry, key.selections, requires, condition, cost)
        return best

    # -- helpers -------------------------------------------------------------------------------------------------

    def divisible(self, place: Place) -> bool:
        """Whether a field at this place may be asked of several subgraphs, each for a part of what is below it.

        Not where asking has effects, nor where a visit judges existence: the parts would have to be judged apart.
        """
        return self.parting and not (self._homes or place.confined or self.graph.has_effects(place.type))

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
                if selection.condition == type_name or type_name in self.graph.implementations(selection.condition):
                    yield from self._opened(selection.selections, type_name, conditions)
            elif selection.name != TYPENAME:
                declared = self.graph.field_type(type_name, selection.name)
                if declared is not None:
                    self.meter.step()
                    yield replace(selection, parent=type_name, type=declared, conditions=conditions)

    def keep(self, selections: tuple[Selection, ...]) -> tuple[Selection, ...]:
        self._kept.append(selections)
        return selections
