"""A feature made to run, the real way: composed, read, planned, executed. Only the sockets are left out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from graphql import print_schema

from gateway.answers import result_answer
from gateway.composition.compose import compose
from gateway.composition.model import SubgraphInput
from gateway.execution.compile import compile_plan
from gateway.execution.execute import execute
from gateway.execution.subscribe import execute_event
from gateway.introspection import Introspection
from gateway.language.cost import cost_of
from gateway.language.documents import Limits, coerce_variables, parse_operation
from gateway.language.operation import Operation, OperationKind
from gateway.planning.nodes import Plan, Subscribe
from gateway.planning.planner import plan_operation
from gateway.planning.text import plan_text
from gateway.subgraphs.failure import FetchFailure
from gateway.supergraph.costs import read_costs
from gateway.supergraph.reader import read_supergraph
from tests.federation.cases import Case, Feature
from tests.federation.subgraphs import Subgraph

__all__ = ["Running"]


class Running:
    """A composed graph with its subgraphs."""

    def __init__(self, feature: Feature) -> None:
        composed = compose([SubgraphInput(name, "", sdl) for name, sdl in feature.sdl.items()])
        assert composed.supergraph_sdl is not None, composed.errors
        self.supergraph = read_supergraph(composed.supergraph_sdl)
        self._subgraphs = {
            name: Subgraph(sdl, feature.data(name), self._entities(name)) for name, sdl in feature.sdl.items()
        }

    def _entities(self, subgraph: str) -> list[str]:
        types = self.supergraph.types.values()
        joins = [(found.name, found.kind, found.joins.get(subgraph)) for found in types]
        return [
            name
            for name, kind, join in joins
            if join and join.keys and (kind.name == "OBJECT" or join.is_interface_object)
        ]

    @property
    def api(self) -> str:
        return print_schema(self.supergraph.api)

    def plan(self, case: Case) -> str:
        return plan_text(self._planned(case))

    def cost(self, case: Case) -> str:
        operation = self._operation(case)
        return str(cost_of(operation, self._variables(operation, case), read_costs(self.supergraph.sdl, list_size=10)))

    def answer(self, case: Case) -> Any:
        """The body of the answer, read; of a subscription one for each event."""
        return asyncio.run(self._answer(case))

    async def _answer(self, case: Case) -> Any:
        plan = self._planned(case)
        variables = self._variables(plan.operation, case)
        compiled = compile_plan(plan, self.supergraph.api)
        if plan.operation.kind == OperationKind.SUBSCRIPTION:
            assert isinstance(plan.root, Subscribe)
            primary = plan.root.primary
            used = {v.name: variables[v.name] for v in primary.variables if v.name in variables}
            events = self._subgraphs[primary.subgraph].events(primary.text, used)
            results = [await execute_event(compiled, event, variables, self) for event in events]
            return [orjson.loads(result_answer(result).body) for result in results]
        roots = Introspection(self.supergraph.api).answer(plan.operation, variables, None)
        return orjson.loads(result_answer(await execute(compiled, variables, self, roots=roots)).body)

    async def fetch(self, subgraph: str, body: bytes, *, idempotent: bool = True) -> bytes | FetchFailure:
        await asyncio.sleep(0)
        request: dict[str, Any] = orjson.loads(body)
        return orjson.dumps(self._subgraphs[subgraph].answer(request["query"], request.get("variables")))

    def _operation(self, case: Case) -> Operation:
        return parse_operation(self.supergraph.api, case.blocks["operation"], None, Limits())

    def _variables(self, operation: Operation, case: Case) -> Mapping[str, Any]:
        return coerce_variables(self.supergraph.api, operation, case.variables)

    def _planned(self, case: Case) -> Plan:
        return plan_operation(self.supergraph, self._operation(case), labels=case.labels)
