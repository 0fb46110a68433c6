"""What an operation may cost, where the settings say so: known before anything is planned or fetched (`docs/gateway-limits.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.execution.result import ExecutionResult
from gateway.language.cost import CostRules, cost_of
from gateway.language.operation import Operation
from gateway.settings import LimitSettings
from gateway.supergraph.costs import read_costs
from gateway.supergraph.model import Supergraph

__all__ = ["Prices", "prices_of"]


class Prices:
    """`maximum` is what one request may cost by `rules`."""

    def __init__(self, rules: CostRules, maximum: int) -> None:
        self._rules = rules
        self._maximum = maximum

    def check(self, operation: Operation, variables: Mapping[str, Any]) -> int:
        """The cost. Raises `GatewayError`, 400, where it is too much."""
        cost = cost_of(operation, variables, self._rules)
        if cost <= self._maximum:
            return cost
        issue = GraphQLIssue(
            f"The operation may cost {cost}, and one request may cost {self._maximum}.",
            Code.COST_ESTIMATED_TOO_EXPENSIVE,
            extensions=self._told(cost),
        )
        raise GatewayError(issue)

    def tell(self, cost: int, result: ExecutionResult) -> ExecutionResult:
        """The result with its cost in `extensions`."""
        return result._replace(extensions={**result.extensions, **self._told(cost)})

    def _told(self, cost: int) -> dict[str, int]:
        return {"cost": cost, "maximumCost": self._maximum}


def prices_of(supergraph: Supergraph, limits: LimitSettings) -> Prices | None:
    """None where an operation may cost whatever it does."""
    if limits.max_cost is None:
        return None
    return Prices(read_costs(supergraph.sdl, limits.list_size), limits.max_cost)
