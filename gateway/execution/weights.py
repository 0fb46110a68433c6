"""What a compiled plan holds in memory, in bytes, for the cache that keeps it (see `language/weights.py`).

Most of it is generated code: a function for each object of the answer, and for each fetch one that reads keys and one that
writes values. The careful projection of an answer in which something is wrong is written when it is first needed and is not in it.
"""

from __future__ import annotations

from gateway.language.weights import operation_weight, selected
from gateway.planning.nodes import Plan

__all__ = ["plan_weight"]

_PLAN = 3000
_FETCH = 3300
_FIELD = 780
_OBJECT = 1700


def plan_weight(plan: Plan) -> int:
    """A plan with all that was compiled from it, its operation included: the cache of documents may have let go of that."""
    fields, objects = selected(plan.operation.selections)
    texts = sum(2 * len(fetch.text) for fetch in plan.fetches)
    made = _PLAN + _FETCH * len(plan.fetches) + _FIELD * fields + _OBJECT * objects + texts
    return made + operation_weight(plan.operation)
