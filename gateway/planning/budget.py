"""How much work one plan may cost, and the coded refusal when that is not enough.

An adversarial supergraph (many equal keys, interfaces with many types) can make a search explode; it stops here with
`PLAN_BUDGET` instead of holding the loop (security case D06, CVE-2024-43414). Steps are counted, not seconds, so that the
same operation always has the same outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.errors import Code, GatewayError, GraphQLIssue

__all__ = ["Budget", "Meter"]


@dataclass(frozen=True, slots=True)
class Budget:
    """`steps` bounds the search (options weighed), `selections` the fields in all fetches together, `fetches` the plan."""

    steps: int = 100_000
    selections: int = 50_000
    fetches: int = 500


class Meter:
    """Counts one planning run down against its budget."""

    __slots__ = ("_budget", "_selections", "_steps")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._steps = 0
        self._selections = 0

    @property
    def steps(self) -> int:
        """Search steps spent so far."""
        return self._steps

    def step(self, count: int = 1) -> None:
        """Spend search steps. Raises GatewayError PLAN_BUDGET when they are used up."""
        self._steps += count
        if self._steps > self._budget.steps:
            raise over_budget()

    def selection(self) -> None:
        """Spend one selected field. Raises GatewayError PLAN_BUDGET when they are used up."""
        self._selections += 1
        if self._selections > self._budget.selections:
            raise over_budget()

    def fetch_count(self, count: int) -> None:
        """Check the number of fetches. Raises GatewayError PLAN_BUDGET when there are too many."""
        if count > self._budget.fetches:
            raise over_budget()


def over_budget() -> GatewayError:
    """The refusal itself: says nothing of the graph behind it."""
    return GatewayError(GraphQLIssue("The operation is too complex to plan.", Code.PLAN_BUDGET))
