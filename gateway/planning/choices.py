"""What the search decides, as values: places, steps, and what they cost.

Costs compare as (sequential fetches, fetches, fields): the shortest wait first, then the fewest requests, then the smallest
selections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.language.operation import Condition, Field, Selection
from gateway.planning.graph import Edge

__all__ = [
    "EMPTY",
    "FETCH",
    "FREE",
    "NO_GUARD",
    "TYPENAME",
    "Choice",
    "Cost",
    "Guard",
    "Jump",
    "Local",
    "Option",
    "Place",
    "Route",
    "Step",
    "Typed",
    "after",
    "cost_of",
    "joined",
    "total",
]

Cost = tuple[int, int, int]
FREE: Cost = (0, 0, 0)
FETCH: Cost = (1, 1, 0)


@dataclass(frozen=True, slots=True)
class Place:
    """A type in a subgraph ("" before any subgraph is chosen), with what `@provides` offers there.

    `linked` says that the object was reached over a field, so that its home has not judged it yet. `confined`: no other
    subgraph may be asked from here, what is not known on the spot remains.
    """

    type: str
    subgraph: str
    provided: tuple[Selection, ...] = ()
    linked: bool = False
    confined: bool = False


Guard = frozenset[tuple[str, str, str]]
"""The routes that are being looked for: a key must not lead through itself."""
NO_GUARD: Guard = frozenset()
TYPENAME = "__typename"


@dataclass(frozen=True, slots=True)
class Local:
    """A field answered where we are. `beside` asks for what it requires, where that is provided on the spot."""

    field: Field
    edge: Edge
    choice: Choice | None
    beside: Choice | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """Steps that only apply to objects of `condition`."""

    condition: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class Jump:
    """Fields answered by another subgraph (or the same one, once its requirements are met).

    `key` and `requires` are handed over for objects of `type`, both resolved here by `condition`; `entry` is the type that
    they are there. For root types there is nothing to hand over (`root`). `home` makes the target the judge of existence.
    """

    target: str
    type: str
    entry: str
    key: tuple[Selection, ...]
    requires: tuple[Selection, ...]
    condition: Choice
    choice: Choice
    root: bool = False
    home: bool = False


Step = Local | Typed | Jump


@dataclass(frozen=True, slots=True)
class Choice:
    steps: tuple[Step, ...]
    cost: Cost
    remainder: tuple[Selection, ...] = ()


EMPTY = Choice((), FREE)


@dataclass(frozen=True, slots=True)
class Route:
    """A way into `target`, where the object is known as `entry`; `condition` gets key and requirements first."""

    target: str
    entry: str
    key: tuple[Selection, ...]
    requires: tuple[Selection, ...]
    condition: Choice
    cost: Cost
    root: bool = False

    @property
    def opened(self) -> tuple[str, str]:
        return self.target, self.entry


@dataclass(frozen=True, slots=True)
class Option:
    """A way to answer a field: on the spot (`route` is None) or in another subgraph."""

    subgraph: str
    edge: Edge
    route: Route | None
    choice: Choice | None
    beside: Choice | None = None

    @property
    def remainder(self) -> tuple[Selection, ...]:
        return self.choice.remainder if self.choice is not None else ()

    def step(self, asked: Field) -> Local:
        """The step that answers `asked` in this way, once there."""
        return Local(asked, self.edge, self.choice, self.beside)

    @property
    def settled(self) -> bool:
        """Whether no other option can be cheaper: answered on the spot, down to the leaves."""
        if self.route is not None:
            return False
        return self.choice is None or (not self.choice.remainder and self.choice.cost[1] == 0)


def after(first: Cost, then: Cost) -> Cost:
    return (first[0] + then[0], first[1] + then[1], first[2] + then[2])


def cost_of(step: Step) -> Cost:
    match step:
        case Local(_, _, choice):
            return after((0, 0, 1), choice.cost) if choice is not None else (0, 0, 1)
        case Typed(_, choice):
            return choice.cost
        case Jump():
            return after(after(FETCH, step.condition.cost), step.choice.cost)


def total(steps: Sequence[Step]) -> Cost:
    costs = [cost_of(step) for step in steps]
    return (
        max((cost[0] for cost in costs), default=0),
        sum(cost[1] for cost in costs),
        sum(cost[2] for cost in costs),
    )


def joined(outer: tuple[Condition, ...], inner: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The conditions of both, each once."""
    return (*outer, *(condition for condition in inner if condition not in outer)) if outer else inner
