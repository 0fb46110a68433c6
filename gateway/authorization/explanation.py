"""Of each coordinate of an operation: which grants open it to a caller, or why none does. For `gateway explain` and `extensions.authorization`.

It says what the static decision knows, and no more: the same for rows that are there, that are not, and that are somebody else's. A coordinate that
grants open may still be refused on a row; which grants those are stands here, whether one of them holds does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.authorization.caller import Caller
from gateway.authorization.decide import Decision, Refusal, decide
from gateway.authorization.grants import Grants, Reach
from gateway.language.operation import Operation

__all__ = ["Explained", "Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explained:
    """One coordinate: the ids of the `grants` that open it, in their order, or the `refusal`."""

    coordinate: str
    grants: tuple[str, ...] = ()
    refusal: Refusal | None = None

    def as_json(self) -> dict[str, Any]:
        if self.refusal is None:
            return {"coordinate": self.coordinate, "allowed": True, "grants": list(self.grants)}
        told: dict[str, Any] = {"coordinate": self.coordinate, "allowed": False, "reason": self.refusal.reason.value}
        if self.refusal.scope is not None:
            told["missingScope"] = self.refusal.scope
        if self.refusal.needs:
            told["needs"] = list(self.refusal.needs)
        return told


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole operation. `release` is the hash of the grants that decided."""

    role: str | None
    release: str
    decision: Decision
    coordinates: tuple[Explained, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "role": self.role,
            "release": self.release,
            "allowed": self.decision.allowed,
            "coordinates": [explained.as_json() for explained in self.coordinates],
        }


def explain(operation: Operation, variables: Mapping[str, Any], grants: Grants, caller: Caller) -> Explanation:
    """Explain the decision on an operation, its coordinates in the order of the alphabet. `variables` are coerced."""
    decision = decide(operation, variables, grants, caller)
    reach = grants.reach(caller.role, caller.scopes)
    refused = {refusal.coordinate: refusal for refusal in decision.refused}
    found = tuple(
        Explained(coordinate, refusal=refused[coordinate])
        if coordinate in refused
        else Explained(coordinate, _opening(reach, coordinate))
        for coordinate in sorted(decision.coordinates | refused.keys())
    )
    return Explanation(caller.role, grants.release, decision, found)


def _opening(reach: Reach, coordinate: str) -> tuple[str, ...]:
    plain = reach.grants.get(coordinate, ())
    anchors = reach.anchors.get(coordinate.partition(".")[0], ())
    return tuple(dict.fromkeys([*plain, *(anchor.grant for anchor in anchors if coordinate in anchor.coordinates)]))
