"""The plans of one supergraph, each made once and kept compiled."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from gateway.answers import forbidden
from gateway.audit.keyed import Keys
from gateway.audit.opening import NONE
from gateway.deciding import Verdict
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.execution.compile import CompiledPlan, compile_plan
from gateway.instances import Served
from gateway.language.operation import Operation
from gateway.planning.cache import BytesCache
from gateway.planning.planner import plan_operation
from gateway.supergraph.model import Supergraph
from gateway.telemetry.metrics import Metrics

__all__ = ["Plans"]


class Plans:
    """`homes` says where entities live, `served` who serves subgraphs that have several instances; `size` is in bytes. `keys` adds what a record of
    the answer has to name, where one is kept.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        homes: Mapping[str, str],
        served: Served,
        metrics: Metrics | None,
        size: int,
        keys: Keys | None = None,
    ) -> None:
        self._supergraph = supergraph
        self._homes = homes
        self._served = served
        self._metrics = metrics
        self._keys = keys
        self.cache = BytesCache[tuple[str, frozenset[str], frozenset[str] | None], CompiledPlan](size)

    def find(
        self, operation: Operation, verdict: Verdict, labels: frozenset[str], withheld: frozenset[str] | None = None
    ) -> CompiledPlan:
        """The plan of `operation` as the verdict leaves it, with the `@override` labels that are on, and with the keys that a record names but for those
        of the types `withheld`; None: without any. Raises `GatewayError`: 400 beyond the budget, 403 beyond the token.
        """
        shown = operation
        if verdict.pruned is not None:
            operation, shown = verdict.pruned.asked, verdict.pruned.shown
        key = (operation.hash, labels, withheld)
        compiled = self.cache.get(key)
        if compiled is None:
            compiled = self._planned(operation, shown, labels, withheld)
            self.cache.put(key, compiled, compiled.weight)
        reach = verdict.reach
        if reach is not None and any(fetch.subgraph not in reach for fetch in compiled.plan.fetches):
            message = "The access token is good for one register, and the operation needs another one as well."
            raise forbidden((GraphQLIssue(message, Code.FORBIDDEN),))
        return compiled

    def _planned(
        self, operation: Operation, shown: Operation, labels: frozenset[str], withheld: frozenset[str] | None
    ) -> CompiledPlan:
        keys = self._keys if withheld is not None else None
        asked = keys.asked(operation, withheld or NONE) if keys is not None else operation
        started = time.perf_counter()
        try:
            plan = plan_operation(
                self._supergraph, asked, homes=self._homes, labels=labels, instances=self._served.rules
            )
        except GatewayError as error:
            if self._metrics is not None:
                self._metrics.plans.add(error.issues[0].code.name)
            raise
        if self._metrics is not None:
            self._metrics.planned(len(plan.fetches), time.perf_counter() - started)
        if asked is not operation:
            plan = replace(plan, operation=operation)
        compiled = compile_plan(plan, self._supergraph.api, self._served.instances, shown)
        return compiled if keys is None else replace(compiled, find=keys.finder(asked, plan.typename_key))
