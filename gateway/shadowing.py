"""A second grants file beside the first: what it would decide is compared with what is decided, and changes nothing.

The first file answers; the second one only says where it would have answered otherwise. Each request is counted, by kind of difference; the
first time that an operation is seen to differ for a class of callers, a line of the log says in which coordinates. Neither holds anything of a
caller but its role. What is compared is the static decision: which rows a file means, only its registers could say.

Nothing that goes wrong here reaches a request: it is counted as `error`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gateway.authorization.caller import Caller
from gateway.authorization.decide import Decision, decide, shape
from gateway.authorization.grants import Grants
from gateway.language.operation import Operation
from gateway.planning.cache import BytesCache
from gateway.telemetry.logs import get_log, whereabouts
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.trace import Trace

__all__ = ["Difference", "Shadow", "compare"]

_log = get_log(__name__)

Kind = Literal["same", "would_refuse", "would_allow", "other_coordinates", "error"]

_CACHE = 2 * 1024 * 1024
_ENTRY, _LETTER = 500, 2
_NAMED = 32
"""Coordinates that a line of the log names at most."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`coordinates`: those that only one of the two refuses, or each for another reason; in order, without values."""

    kind: Kind
    coordinates: tuple[str, ...] = ()


class Shadow:
    """Compares the decisions of `first`, which decides, with those of `second`. Both are of one supergraph."""

    def __init__(self, first: Grants, second: Grants, metrics: Metrics | None = None) -> None:
        self.second = second
        self._first = first
        self._metrics = metrics
        self._cache = BytesCache[tuple[Any, ...], Kind](_CACHE)

    def observe(self, operation: Operation, variables: Mapping[str, Any], caller: Caller | None, trace: Trace) -> None:
        """Count what the second file would have done with this request. Never raises."""
        try:
            kind = self._kind(operation, variables, caller, trace)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not the request's
            kind = "error"
            _log.error("shadow_failed", trace=trace.id, operation=operation.signature[:16], **whereabouts(error))
        if self._metrics is not None:
            self._metrics.shadowed.add(kind)

    def _kind(self, operation: Operation, variables: Mapping[str, Any], caller: Caller | None, trace: Trace) -> Kind:
        if caller is None:
            return "same"
        key = (operation.hash, caller.role, caller.shadow_role, caller.scopes, shape(variables))
        known = self._cache.get(key)
        if known is not None:
            return known
        kind: Kind = "error"
        try:
            found = compare(self._first, self.second, operation, variables, caller)
            kind = found.kind
            if kind != "same":
                self._tell(found, operation, caller, trace)
        finally:
            # A fault is kept as well: it would cost the same each time.
            self._cache.put(key, kind, _ENTRY + _LETTER * len(repr(key)))
        return kind

    def _tell(self, found: Difference, operation: Operation, caller: Caller, trace: Trace) -> None:
        _log.info(
            "shadow_differs",
            trace=trace.id,
            kind=found.kind,
            operation=operation.signature[:16],
            role=caller.role,
            shadow_role=caller.shadow_role,
            coordinates=found.coordinates[:_NAMED],
            count=len(found.coordinates),
            grants=self._first.release[:16],
            shadow=self.second.release[:16],
        )


def compare(
    first: Grants, second: Grants, operation: Operation, variables: Mapping[str, Any], caller: Caller
) -> Difference:
    """What `second` would decide otherwise. The caller has `shadow_role` there."""
    shadowed = Caller(role=caller.shadow_role, identifiers=caller.identifiers, scopes=caller.scopes)
    before = decide(operation, variables, first, caller)
    after = decide(operation, variables, second, shadowed)
    differing = _reasons(before) ^ _reasons(after)
    coordinates = tuple(sorted({coordinate for coordinate, _ in differing}))
    return Difference(_kind_of(before, after, coordinates), coordinates)


def _kind_of(before: Decision, after: Decision, coordinates: tuple[str, ...]) -> Kind:
    if before.allowed != after.allowed:
        return "would_refuse" if before.allowed else "would_allow"
    return "other_coordinates" if coordinates else "same"


def _reasons(decision: Decision) -> set[tuple[str, Any]]:
    return {(refusal.coordinate, (refusal.reason, refusal.scope, refusal.needs)) for refusal in decision.refused}
