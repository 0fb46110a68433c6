"""The fields of one object at one place, dealt out over the subgraphs that can answer them.

Which subgraphs are opened is a set cover: a field with two ways should go where another field goes anyway. A first round
deals greedily, fields with one way first. Then the outcome is improved: one subgraph more, or one less, as long as the
whole gets cheaper (sequential fetches, fetches, fields). Fields with equal ways are dealt as one, so the work hangs on the
number of different ways and not on the number of fields.

A field whose answer would need another fetch below it may be split: each of its subgraphs answers what it knows itself, all
at once (shared root fields, shared links). That is done where it makes the plan shorter or smaller.

What a key or a requirement has to fetch first counts once, however many routes need it, and a subgraph that is visited for
that is open for fields as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.language.operation import Field, Selection
from gateway.planning.choices import (
    FREE,
    Choice,
    Cost,
    Guard,
    Jump,
    Local,
    Option,
    Place,
    Route,
    Step,
    total,
)

if TYPE_CHECKING:
    from gateway.planning.search import Search

__all__ = ["Dealer"]

Opened = tuple[str, str]
Price = tuple[int, int, int, int]
"""Unanswered leaves first, then the cost."""
_TRIALS = 24
"""Improvements tried per round; candidates that answer more fields come first."""


@dataclass(slots=True)
class _Alike:
    """Fields that can be answered in the same ways at the same cost."""

    fields: list[tuple[int, Field, list[Option]]]

    @property
    def options(self) -> list[Option]:
        return self.fields[0][2]


@dataclass(slots=True)
class _Deal:
    """One way to deal all fields out."""

    opened: dict[Opened, None] = field(default_factory=dict[Opened, None])
    """What is visited, be it for a key only."""
    wanted: frozenset[Opened] = frozenset()
    banned: frozenset[Opened] = frozenset()
    split: frozenset[int] = frozenset()
    """The fields, by their order, that several subgraphs answer in part."""
    favored: frozenset[str] = frozenset()
    """Subgraphs that are visited anyway: opening them is no fetch more."""
    given: list[tuple[int, Field, Option]] = field(default_factory=list[tuple[int, Field, Option]])
    missing: list[Field] = field(default_factory=list[Field])
    conditions: dict[int, None] = field(default_factory=dict[int, None])
    depth: int = 0
    fetches: int = 0
    size: int = 0

    @property
    def price(self) -> Price:
        return _leaves(self.missing), self.depth, self.fetches, self.size


class Dealer:
    """Takes the fields of one object, and finishes with the best steps for all of them."""

    def __init__(self, search: Search, place: Place, guard: Guard) -> None:
        self._search = search
        self._place = place
        self._guard = guard
        self._order = 0
        self._local: list[tuple[int, Local]] = []
        self._pending: dict[object, _Alike] = {}
        self._routes: dict[Opened, Route] = {}
        self._visited: dict[Opened, None] = {}
        self._home: Opened | None = None

    def visit_home(self, home: str | None) -> None:
        """Visit the subgraph that judges the existence of the object, if it has not been judged yet."""
        if home is None or not self._search.judged_elsewhere(self._place):
            return
        route = self._search.route(self._place, self._place.type, home, (), "", self._guard)
        if route is None:
            # Existence that nobody can judge is refused, never assumed.
            raise GatewayError(
                GraphQLIssue("A type of this operation cannot be reached at its home.", Code.INTERNAL_SERVER_ERROR)
            )
        self._home = route.opened
        self._routes[route.opened] = route
        self._visited[route.opened] = None

    def go_with(self, jump: Jump) -> None:
        """Count on a visit that is made anyway."""
        self._visited[jump.target, jump.entry] = None

    def take(self, field: Field) -> bool:
        """Take a field; False when no subgraph can answer any of it from here."""
        self._order += 1
        options = self._search.options(field, self._place, self._guard)
        first = options[0] if options else None
        if first is not None and first.settled:
            self._local.append((self._order, first.step(field)))
            return True
        if len(options) > 1:
            self._search.contested.update(option.subgraph for option in options if option.route is not None)
        self._pending.setdefault(_profile(field, options), _Alike([])).fields.append((self._order, field, options))
        return bool(options)

    def finish(self) -> Choice:
        """The steps for every field taken, in the order of the fields."""
        deal = self._parted(self._improved(self._deal(_Deal())))
        answered: dict[Opened, list[tuple[int, Local]]] = {}
        if self._home is not None:
            answered[self._home] = []
        placed: list[tuple[int, Step]] = list(self._local)
        for order, asked, option in deal.given:
            step = option.step(asked)
            if option.route is None:
                placed.append((order, step))
            elif option.edge.late:
                placed.append((order, self._jump(option.route, [step])))
            else:
                self._routes.setdefault(option.route.opened, option.route)
                answered.setdefault(option.route.opened, []).append((order, step))
        for opened, found in answered.items():
            found.sort(key=_by_order)
            jump = self._jump(self._routes[opened], [step for _, step in found], home=opened == self._home)
            placed.append((min((order for order, _ in found), default=0), jump))
        steps = tuple(step for _, step in sorted(placed, key=_by_order))
        return Choice(steps, self._cost(deal), self._search.keep(tuple(deal.missing)))

    def _cost(self, deal: _Deal) -> Cost:
        visit = 0 if self._home is None or any(_is_open(option, self._home) for _, _, option in deal.given) else 1
        return max(deal.depth, visit), deal.fetches + visit, deal.size + total([step for _, step in self._local])[2]

    def _jump(self, route: Route, steps: Sequence[Local], *, home: bool = False) -> Jump:
        choice = Choice(tuple(steps), total(steps))
        return Jump(
            target=route.target,
            type=self._place.type,
            entry=route.entry,
            key=route.key,
            requires=route.requires,
            condition=route.condition,
            choice=choice,
            root=route.root,
            home=home,
        )

    # -- dealing -------------------------------------------------------------------------------------------------

    def _deal(self, deal: _Deal) -> _Deal:
        """Deal everything out on the terms of `deal`, which is empty yet."""
        deal.opened = dict.fromkeys(self._visited)
        deal.favored = self._search.favored
        for alike in sorted(self._pending.values(), key=lambda alike: len(alike.options)):
            self._search.meter.step()
            whole = [item for item in alike.fields if item[0] not in deal.split]
            for order, asked, options in alike.fields:
                if order in deal.split:
                    self._give_parts(order, asked, options, deal)
            if whole:
                self._give(_Alike(whole), deal)
        return deal

    def _give(self, alike: _Alike, deal: _Deal) -> None:
        """Give fields to their best option; what that leaves goes to the next, as long as each adds something."""
        best = _cheapest(alike.options, deal)
        if best is None or (alike.options[best].remainder and not _answers(alike.options[best].choice)):
            deal.missing.extend(asked for _, asked, _ in alike.fields)
            return
        for order, asked, options in alike.fields:
            option = options[best]
            _book(option, deal)
            deal.given.append((order, asked, option))
            if option.remainder:
                self._give_rest(order, asked, option, deal)

    def _give_parts(self, order: int, asked: Field, options: Sequence[Option], deal: _Deal) -> None:
        """Each subgraph answers what it knows of a field, the one that knows most first; the rest is dealt as a whole."""
        parts = {id(option): self._search.part(asked, option, self._place, self._guard) for option in options}
        for option in sorted(options, key=lambda option: _leaves(parts[id(option)].remainder)):
            part = self._search.part(asked, option, self._place, self._guard)
            if option.edge.late or _is_banned(option, deal) or _leaves(part.remainder) == _leaves(asked.selections):
                continue
            _book(part, deal)
            deal.given.append((order, asked, part))
            if not part.remainder:
                return
            asked = replace(asked, selections=part.remainder)
        self._give(_Alike([(order, asked, self._search.options(asked, self._place, self._guard))]), deal)

    def _give_rest(self, order: int, asked: Field, taken: Option, deal: _Deal) -> None:
        rest = replace(asked, selections=taken.remainder)
        options = [
            option
            for option in self._search.options(rest, self._place, self._guard)
            if (option.subgraph, option.route is None) != (taken.subgraph, taken.route is None)
        ]
        self._give(_Alike([(order, rest, options)]), deal)

    # -- improving -----------------------------------------------------------------------------------------------

    def _improved(self, deal: _Deal) -> _Deal:
        candidates = self._candidates()
        if len(candidates) < 2:
            return deal
        improved = True
        while improved:
            improved = False
            for opened in candidates:
                if opened in deal.opened:
                    terms = _Deal(wanted=deal.wanted - {opened}, banned=deal.banned | {opened})
                else:
                    terms = _Deal(wanted=deal.wanted | {opened}, banned=deal.banned - {opened})
                trial = self._deal(terms)
                if trial.price < deal.price:
                    deal, improved = trial, True
        return deal

    def _parted(self, deal: _Deal) -> _Deal:
        """Split fields as long as that saves a fetch, or a wait without one fetch more."""
        if not self._search.divisible(self._place):
            return deal
        wide = {order for alike in self._pending.values() if len(alike.options) > 1 for order, _, _ in alike.fields}
        below = (order for order, _, option in deal.given if option.choice is not None and option.choice.cost[1] > 0)
        found = [order for order in dict.fromkeys(below) if order in wide][:_TRIALS]
        for orders in (found, *([order] for order in found if len(found) > 1)):
            if deal.split.issuperset(orders):
                continue
            trial = self._deal(_Deal(wanted=deal.wanted, banned=deal.banned, split=deal.split.union(orders)))
            if trial.price < deal.price and trial.fetches <= deal.fetches:
                deal = trial
        return deal

    def _candidates(self) -> list[Opened]:
        """What may or may not be visited: subgraphs that answer a field which has another way as well."""
        counts: dict[Opened, int] = {}
        for alike in self._pending.values():
            if len(alike.options) < 2:
                continue
            for option in alike.options:
                if option.route is not None and not option.edge.late:
                    counts[option.route.opened] = counts.get(option.route.opened, 0) + len(alike.fields)
        return sorted(counts, key=lambda opened: -counts[opened])[:_TRIALS]


def _cheapest(options: Sequence[Option], deal: _Deal) -> int | None:
    best: tuple[Price, int] | None = None
    for number, option in enumerate(options):
        if _is_banned(option, deal):
            continue
        price = (_price(option, deal), number)
        if best is None or price < best:
            best = price
    return best[1] if best is not None else None


def _price(option: Option, deal: _Deal) -> Price:
    """What an option adds to a deal."""
    depth, fetches, size = option.choice.cost if option.choice is not None else FREE
    if option.route is not None:
        opened = option.route.opened
        depth += option.route.cost[0]
        if opened not in deal.wanted:
            new = [place for place in (opened, *_visits(option.route.condition)) if place not in deal.opened]
            fetches += _added(new, deal) + (
                0 if id(option.route.condition) in deal.conditions else _deeper(option.route)
            )
            size += 0 if opened in deal.opened else option.route.cost[2]
    return _leaves(option.remainder), depth, fetches, size


def _book(option: Option, deal: _Deal) -> None:
    """Put an option into a deal."""
    depth, fetches, size = option.choice.cost if option.choice is not None else FREE
    route = option.route
    if route is not None:
        depth += route.cost[0]
        new = [place for place in dict.fromkeys((route.opened, *_visits(route.condition))) if place not in deal.opened]
        fetches += _added(new, deal)
        deal.opened.update(dict.fromkeys(new))
        if id(route.condition) not in deal.conditions:
            deal.conditions[id(route.condition)] = None
            fetches += _deeper(route)
            size += route.cost[2]
    deal.depth = max(deal.depth, depth)
    deal.fetches += fetches
    deal.size += size + 1


def _added(new: Iterable[Opened], deal: _Deal) -> int:
    return sum(1 for subgraph, _ in new if subgraph not in deal.favored)


def _visits(condition: Choice) -> Iterable[Opened]:
    """The subgraphs that are visited for the object itself before its key is in hand."""
    for step in condition.steps:
        if isinstance(step, Jump):
            yield step.target, step.entry
            yield from _visits(step.condition)


def _deeper(route: Route) -> int:
    """The fetches of a route's condition that are made below the object."""
    return max(0, route.condition.cost[1] - len(set(_visits(route.condition))))


def _profile(asked: Field, options: Sequence[Option]) -> object:
    """Fields of equal profile are dealt alike; what leaves a remainder is dealt alone."""
    if any(option.remainder for option in options):
        return id(asked)
    return tuple(
        (option.subgraph, id(option.route), option.choice.cost if option.choice is not None else FREE)
        for option in options
    )


def _is_banned(option: Option, deal: _Deal) -> bool:
    return option.route is not None and option.route.opened in deal.banned


def _is_open(option: Option, opened: Opened) -> bool:
    return option.route is not None and option.route.opened == opened


def _by_order(item: tuple[int, object]) -> int:
    return item[0]


def _answers(choice: Choice | None) -> bool:
    """Whether any field at all is answered (a visit that only judges existence answers none)."""
    return choice is None or any(isinstance(step, Local) or _answers(step.choice) for step in choice.steps)


def _leaves(selections: Iterable[Selection]) -> int:
    return sum(_leaves(selection.selections) if selection.selections else 1 for selection in selections)
