"""The search at interfaces and unions, and at objects that stand for an interface (`@interfaceObject`).

Where a subgraph knows an interface as the client does, a field is asked of it as it stands; otherwise the selections are
told apart by the object types that the subgraph may return (type explosion). An interface object answers its own fields
and those of like subgraphs without anybody knowing the real type; only who asks for the type, by `__typename` or by a
fragment, makes it be looked up in a subgraph that knows the interface.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.language.operation import Field, Fragment, Selection
from gateway.planning.choices import (
    TYPENAME,
    Choice,
    Guard,
    Jump,
    Local,
    Place,
    Step,
    Typed,
    cost_of,
    total,
)
from gateway.planning.dealing import Dealer
from gateway.planning.selections import Signature, signature

if TYPE_CHECKING:
    from gateway.planning.search import Search

__all__ = ["choose_abstract", "choose_interface_object"]


def choose_abstract(search: Search, selections: tuple[Selection, ...], place: Place, guard: Guard) -> Choice:
    """The steps at an interface or a union of which `place.subgraph` returns real objects."""
    steps: list[Step] = []
    apart: list[Selection] = []
    for selection in selections:
        step = _together(search, selection, place, guard)
        if step is not None:
            steps.append(step)
        elif not _is_typename(selection):
            apart.append(selection)
    remainder: list[Selection] = []
    exploded = search.keep(tuple(apart))
    for member in search.graph.possible(place.type, place.subgraph):
        inside = replace(place, type=member)
        if not search.flatten(exploded, member) and not search.judged_elsewhere(inside):
            continue
        choice = search.choose(exploded, inside, guard)
        if choice.remainder:
            remainder.append(Fragment(member, choice.remainder))
        if choice.steps:
            steps.append(Typed(member, choice))
    return Choice(tuple(steps), total(steps), search.keep(tuple(remainder)))


def _together(search: Search, selection: Selection, place: Place, guard: Guard) -> Step | None:
    """A step for all members at once, where the subgraph knows the interface as the client does."""
    if isinstance(selection, Field):
        if selection.name == TYPENAME or not search.graph.covers(place.type, selection.name, place.subgraph):
            return None
        edge = search.graph.edge(place.type, selection.name, place.subgraph)
        assert edge is not None
        below = search.below(selection, edge, place, guard)
        if below is not None and (below.remainder or _members_know_more(search, selection, place, guard, below)):
            return None
        return Local(selection, edge, below)
    if not _same_members(search, selection.condition, place) or selection.conditions:
        return None
    choice = search.choose(selection.selections, replace(place, type=selection.condition), guard)
    return None if choice.remainder else Typed(selection.condition, choice)


def _members_know_more(search: Search, selection: Field, place: Place, guard: Guard, together: Choice) -> bool:
    """Whether fetches are saved when each object type is asked for itself: its field may provide more, or be narrower."""
    if not together.cost[1]:
        return False
    alone = search.keep((selection,))
    members = search.graph.possible(place.type, place.subgraph)
    choices = [search.choose(alone, replace(place, type=member), guard) for member in members]
    return all(not choice.remainder and choice.cost[:2] < together.cost[:2] for choice in choices)


def _same_members(search: Search, condition: str, place: Place) -> bool:
    """Whether an abstract `condition` selects the same objects in this subgraph as in the whole graph.

    Where it selects none here, the subgraph would not even take the fragment (GraphQL §5.5.2.3).
    """
    if not search.graph.is_abstract(condition) or not search.graph.knows(condition, place.subgraph):
        return False
    here = set(search.graph.possible(place.type, place.subgraph))
    selected = here & set(search.graph.possible(condition, place.subgraph))
    return bool(selected) and selected == here & set(search.graph.implementations(condition))


def choose_interface_object(search: Search, selections: tuple[Selection, ...], place: Place, guard: Guard) -> Choice:
    """The steps at an object that stands for an interface."""
    dealer = Dealer(search, place, guard)
    apart: list[Selection] = []
    taken: set[tuple[str, Signature]] = set()
    typed = False
    for selection in selections:
        if isinstance(selection, Fragment):
            apart.extend(_beyond((selection,), taken))
        elif selection.name == TYPENAME:
            typed = True
        elif not dealer.take(selection):
            apart.append(selection)
        elif not (selection.selections or selection.conditions):
            taken.add((selection.key, signature(selection)))
    kept, apart = apart, list(_beyond(apart, taken))
    # A key that a fragment asks for first stands first in the answer, for objects of that type.
    typed = typed or apart != kept
    if not apart and not (typed and not guard):
        return dealer.finish()
    best = _real_types(search, search.keep(tuple(apart)), place, guard)
    if best is None:
        unanswered = search.keep(tuple(apart) or selections)
        choice = dealer.finish()
        return Choice(choice.steps, choice.cost, search.keep((*choice.remainder, *unanswered)))
    dealer.go_with(best)
    choice = dealer.finish()
    steps = (*choice.steps, best)
    return Choice(steps, total(steps), search.keep((*choice.remainder, *best.choice.remainder)))


def _beyond(selections: Iterable[Selection], taken: set[tuple[str, Signature]]) -> Iterator[Selection]:
    """`selections` without the leaves that every object is asked for already, whatever type it turns out to be."""
    for selection in selections:
        if isinstance(selection, Fragment):
            inside = tuple(_beyond(selection.selections, taken))
            if inside:
                yield replace(selection, selections=inside)
        elif (selection.key, signature(selection)) not in taken:
            yield selection


def _real_types(search: Search, selections: tuple[Selection, ...], place: Place, guard: Guard) -> Jump | None:
    """The best visit to a subgraph that knows the interface, and so the type of the object."""
    best: Jump | None = None
    for subgraph in search.graph.subgraphs_with_interface(place.type):
        search.meter.step()
        route = search.route(place, place.type, subgraph, (), "", guard)
        if route is None:
            continue
        choice = search.choose(selections, Place(place.type, subgraph, (), place.linked), guard)
        jump = Jump(subgraph, place.type, place.type, route.key, (), route.condition, choice)
        if best is None or (len(choice.remainder), cost_of(jump)) < (len(best.choice.remainder), cost_of(best)):
            best = jump
    return best


def _is_typename(selection: Selection) -> bool:
    return isinstance(selection, Field) and selection.name == TYPENAME
