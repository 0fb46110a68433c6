"""One event of a subscription, from what the stream said to what the client gets.

The event stands in for the answer of the plan's first fetch (GraphQL §6.2.3.2); the rest of the plan — entity fetches, with the headers that
the caller has *now* — runs over it, and the same projection makes the answer. An event is a request of its own in every respect: its own
store, its own issues, its own time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from gateway.execution.compile import CompiledPlan
from gateway.execution.complete import settled_issues
from gateway.execution.execute import run_node, settle_root
from gateway.execution.responses import Answer, UpstreamError, answer_of, code_of
from gateway.execution.result import ExecutionResult
from gateway.execution.state import State
from gateway.subgraphs.failure import FetchFailure
from gateway.subgraphs.fetcher import Fetcher

__all__ = ["execute_event", "source_body"]


def source_body(compiled: CompiledPlan, variables: Mapping[str, Any]) -> bytes:
    """The request that opens the stream, JSON. `compiled` is the plan of a subscription."""
    primary = compiled.primary
    assert primary is not None
    if not primary.variables:
        return primary.body
    sent = {name: variables[name] for name in primary.variables if name in variables}
    return b"%b%b}" % (primary.body, orjson.dumps(sent))


async def execute_event(
    compiled: CompiledPlan,
    payload: Mapping[str, Any],
    variables: Mapping[str, Any],
    fetcher: Fetcher,
    *,
    roots: Mapping[str, Any] | None = None,
) -> ExecutionResult:
    """Complete one event. Raises GatewayError 503 when a subgraph cannot decide what the caller may see."""
    primary = compiled.primary
    assert primary is not None
    state = State(variables, fetcher, roots or {})
    answer = answer_of(payload)
    if isinstance(answer, FetchFailure):
        answer = Answer({}, (UpstreamError(code_of(answer), None),))
    settle_root(primary, state, [state.data], [()], answer)
    if compiled.root is not None:
        await run_node(compiled.root, state, compiled.typename_key)
    if state.fatal is not None:
        raise state.fatal
    state.begin()
    data = compiled.project(state.data, state)
    found = compiled.find(state.data) if compiled.find is not None else None
    return ExecutionResult(data, settled_issues(state, compiled.judged), found=found)
