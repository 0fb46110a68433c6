"""Records the evaluations that others ask for: one record for each, all of a batch on the disk with one sync, before the answer leaves.

A record says who asked, about whom and what, what was answered and why, and on which grants. What is described is not believed: of a subject the identifiers
are kept that a role of the grants file has, and of everything else that was sent only what the grants or the graph know by name. `reference`, a
keyed hash of the subject's id, finds the records about somebody whom no role fits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from graphql import GraphQLInterfaceType, GraphQLObjectType

from gateway.audit.record import Asking, Kind, asked_part, identifiers_part, purpose_of
from gateway.audit.recorder import Recorder
from gateway.authorization.authzen import Basis, Evaluation, Malformed, Outcome
from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants
from gateway.supergraph.model import Supergraph

__all__ = ["Evaluations", "Judged"]

_ANSWERED = 200


class Judged(NamedTuple):
    """One evaluation and what came of it."""

    entry: Evaluation | Malformed
    outcome: Outcome


class Evaluations:
    """`recorder` goes with the same supergraph and grants."""

    def __init__(self, recorder: Recorder, supergraph: Supergraph, grants: Grants | None) -> None:
        self._recorder = recorder
        self._api = supergraph.api
        self._supergraph = supergraph.hash
        self._grants = grants

    def check(self) -> None:
        """Raise `GatewayError`, 503, while nothing can be recorded."""
        self._recorder.check()

    async def keep(self, asking: Asking, answered: Sequence[Judged]) -> None:
        """Return when the records of all are on the disk. `asking` is who asked. Raises `GatewayError`, 503."""
        of = len(answered)
        kept = [
            self._recorder.keep(
                Kind.EVALUATION,
                asking,
                status=_ANSWERED,
                asked=self._asked(one.outcome.basis),
                purpose=_purpose(one.entry),
                evaluation={**self._told(one), "number": number, "of": of},
            )
            for number, one in enumerate(answered, 1)
        ]
        # Side by side, so that they are written together; none of them may be left running.
        found = await asyncio.gather(*kept, return_exceptions=True)
        problem = next((one for one in found if one is not None), None)
        if problem is not None:
            raise problem

    async def keep_refusal(self, asking: Asking, *, status: int, code: str) -> None:
        """Return when it is on record that nothing was evaluated. Raises `GatewayError`, 503."""
        await self._recorder.keep(Kind.EVALUATION, asking, status=status, code=code)

    def _told(self, one: Judged) -> dict[str, Any]:
        outcome = one.outcome
        told: dict[str, Any] = {"decision": outcome.decision}
        if isinstance(one.entry, Malformed):
            return {**told, "reason": "MALFORMED"}
        if outcome.context.get("reason"):
            told["reason"] = outcome.context["reason"]
        told["subject"] = self._subject(one.entry, outcome.basis.caller)
        unknown = sum(not self._known(coordinate) for coordinate in outcome.basis.coordinates)
        return {**told, "unknown": unknown} if unknown else told

    def _subject(self, entry: Evaluation, caller: Caller | None) -> dict[str, Any]:
        told: dict[str, Any] = {"reference": self._recorder.hasher(entry.subject["id"])}
        if caller is None:
            return told
        identifiers = identifiers_part(caller.identifiers, self._recorder.private, self._recorder.hasher)
        return {**told, "role": caller.role, "identifiers": identifiers, "scopes": sorted(self._scopes(caller))}

    def _scopes(self, caller: Caller) -> Iterable[str]:
        """A scope that is described may be any text; kept are those that could decide, or look like one where no grants say so."""
        if self._grants is not None:
            return caller.scopes & self._grants.known_scopes
        return (scope for scope in caller.scopes if purpose_of(scope.encode()) is not None)

    def _asked(self, basis: Basis) -> bytes:
        if basis.operation is not None:
            return self._recorder.operation(basis.operation, basis.variables, basis.caller)
        opened: Mapping[str, Sequence[str]] = {}
        if self._grants is not None and basis.caller is not None:
            opened = self._grants.reach(basis.caller.role, basis.caller.scopes).grants
        known = {coordinate for coordinate in basis.coordinates if self._known(coordinate)}
        release = self._grants.release if self._grants is not None else None
        return asked_part(basis.action, "", known, opened, release=release, supergraph=self._supergraph)

    def _known(self, coordinate: str) -> bool:
        type_name, _, name = coordinate.partition(".")
        type_ = self._api.type_map.get(type_name)
        return isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and name in type_.fields


def _purpose(entry: Evaluation | Malformed) -> str | None:
    """What the subject is said to want it for (`context.purpose_of_use`), when it is a code."""
    given = entry.context.get("purpose_of_use") if isinstance(entry, Evaluation) else None
    return purpose_of(given.encode("utf-8", "replace")) if isinstance(given, str) else None
