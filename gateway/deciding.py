"""May this caller ask this operation? Decided once for all requests that cannot differ in the answer, and kept.

One analysis, two outcomes. What *grants* do not give refuses the whole operation, and the refusal names every coordinate that the caller wrote and
may not have; a client that asks for it (`partial`) gets the rest instead. What the directives of the graph keep from a caller is always
pruned: null and an error at its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.answers import forbidden, issues_of, outside
from gateway.authorization.caller import Caller
from gateway.authorization.decide import decide, shape
from gateway.authorization.demands import Demands, Policy
from gateway.authorization.explanation import explain
from gateway.authorization.grants import Grants
from gateway.errors import GraphQLIssue
from gateway.language.operation import Field, Operation
from gateway.language.pruning import Pruned, prune
from gateway.language.weights import operation_weight
from gateway.planning.cache import BytesCache
from gateway.settings import Settings
from gateway.supergraph.demands import read_demands
from gateway.supergraph.model import Supergraph

__all__ = ["ALLOWED", "Decisions", "Verdict", "wants_partial"]

PARTIAL = b"authorization-mode"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reach`: the only subgraphs that the caller's token is good for; None for all. `pruned`: what is left, where not all is."""

    reach: frozenset[str] | None = None
    pruned: Pruned | None = None


ALLOWED = Verdict()

_Found = tuple[tuple[GraphQLIssue, ...], Pruned | None]


def wants_partial(headers: Mapping[bytes, bytes], extensions: Mapping[str, Any]) -> bool:
    """Whether a client would rather have a part than a refusal: header `Authorization-Mode: partial`, or `extensions.partial`."""
    return headers.get(PARTIAL, b"").strip().lower() == b"partial" or extensions.get("partial") is True


class Decisions:
    """The static decisions of one supergraph and one set of grants. `audiences`: of each subgraph that has its own."""

    def __init__(
        self, supergraph: Supergraph, grants: Grants | None, settings: Settings, audiences: Mapping[str, str]
    ) -> None:
        self._supergraph = supergraph
        self._grants = grants
        self._audiences = audiences
        self._everywhere = _gateway_audiences(settings)
        self._explain_scope = settings.authorization.explain_scope if settings.authorization is not None else None
        self.demands = Demands(read_demands(supergraph.sdl), supergraph.api, _policies(settings))
        self.cache = BytesCache[tuple[Any, ...], _Found](settings.caches.decisions)

    def check(
        self, operation: Operation, variables: dict[str, Any], caller: Caller | None, *, partial: bool = False
    ) -> Verdict:
        """Decide. Raises `GatewayError`, 403."""
        closed = self.demands.closed(caller)
        if caller is None and not closed:
            return ALLOWED
        reach = self._reach(caller) if caller is not None else None
        key = (operation.hash, *_class_of(caller, self._grants), closed, reach, partial, shape(variables))
        found = self.cache.get(key)
        if found is None:
            found = self._decided(operation, variables, caller, closed, reach, partial=partial)
            self.cache.put(key, found, _weight(key, found))
        issues, pruned = found
        if issues:
            raise forbidden(issues)
        return Verdict(reach, pruned) if pruned is not None or reach is not None else ALLOWED

    def explanation(
        self, operation: Operation, variables: dict[str, Any], caller: Caller, extensions: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """What `extensions.authorization` of an answer says; None for who did not ask (`extensions.authorization: true`), or may
        not: a caller without the scope is not told that there is one.
        """
        if extensions.get("authorization") is not True or self._grants is None:
            return None
        if self._explain_scope is None or self._explain_scope not in caller.scopes:
            return None
        return explain(operation, variables, self._grants, caller).as_json()

    def _decided(
        self,
        operation: Operation,
        variables: dict[str, Any],
        caller: Caller | None,
        closed: frozenset[str],
        reach: frozenset[str] | None,
        *,
        partial: bool,
    ) -> _Found:
        issues: tuple[GraphQLIssue, ...] = ()
        places: frozenset[int] = frozenset()
        if caller is not None and self._grants is not None:
            decision = decide(operation, variables, self._grants, caller)
            if partial:
                places = decision.places
            else:
                issues = issues_of(decision)
        if reach is not None:
            issues += outside(operation, reach, self._supergraph)
        if issues:
            return issues, None

        def refused(field: Field) -> bool:
            return id(field) in places or f"{field.parent}.{field.name}" in closed

        return (), prune(operation, refused) if places or closed else None

    def _reach(self, caller: Caller) -> frozenset[str] | None:
        """A token for the gateway opens every subgraph, one for a register that register alone (dossier §10, row 4)."""
        named = set(caller.audience.split())
        if named & self._everywhere:
            return None
        return frozenset(name for name, audience in self._audiences.items() if audience in named)


def _class_of(caller: Caller | None, grants: Grants | None) -> tuple[Any, ...]:
    """What grants see of a caller."""
    return (caller.role, caller.scopes) if caller is not None and grants is not None else (None, None)


def _weight(key: tuple[Any, ...], found: _Found) -> int:
    issues, pruned = found
    weight = _ENTRY + _LETTER * len(repr(key)) + _ISSUE * len(issues)
    return weight if pruned is None else weight + operation_weight(pruned.asked) + operation_weight(pruned.shown)


def _policies(settings: Settings) -> dict[str, Policy]:
    """Without `authorization` nobody has a token, and no policy is met."""
    given = settings.authorization.policies if settings.authorization is not None else {}
    return {name: Policy(frozenset(entry.scopes), frozenset(entry.roles)) for name, entry in given.items()}


def _gateway_audiences(settings: Settings) -> frozenset[str]:
    issuers = settings.authorization.issuers if settings.authorization is not None else ()
    return frozenset(audience for issuer in issuers for audience in issuer.audiences)


_ENTRY, _LETTER, _ISSUE = 700, 5, 420
"""Bytes that an entry takes, each letter of its key when written out, and each issue (`tests/gateway/test_weights.py`)."""
