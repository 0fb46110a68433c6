"""May this caller ask this operation? Decided once for all requests that cannot differ in the answer, and kept.

A refusal names every coordinate that the caller wrote and may not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.answers import forbidden, issues_of, outside
from gateway.authorization.caller import Caller
from gateway.authorization.decide import decide, shape
from gateway.authorization.grants import Grants
from gateway.errors import GraphQLIssue
from gateway.language.operation import Operation
from gateway.planning.cache import BytesCache
from gateway.settings import Settings
from gateway.supergraph.model import Supergraph

__all__ = ["Decisions"]


class Decisions:
    """The static decisions of one supergraph and one set of grants. `audiences`: of each subgraph that has its own."""

    def __init__(
        self, supergraph: Supergraph, grants: Grants | None, settings: Settings, audiences: Mapping[str, str]
    ) -> None:
        self._supergraph = supergraph
        self._grants = grants
        self._audiences = audiences
        self._everywhere = _gateway_audiences(settings)
        self.cache = BytesCache[tuple[Any, ...], tuple[GraphQLIssue, ...]](settings.caches.decisions)

    def check(self, operation: Operation, variables: dict[str, Any], caller: Caller | None) -> frozenset[str] | None:
        """The only subgraphs that the caller's token is good for; None for all. Raises `GatewayError`, 403."""
        if caller is None or self._grants is None:
            return None
        reach = self._reach(caller)
        key = (operation.hash, caller.role, caller.scopes, reach, shape(variables))
        issues = self.cache.get(key)
        if issues is None:
            issues = issues_of(decide(operation, variables, self._grants, caller))
            if reach is not None:
                issues += outside(operation, reach, self._supergraph)
            self.cache.put(key, issues, _ENTRY + _LETTER * len(repr(key)) + _ISSUE * len(issues))
        if issues:
            raise forbidden(issues)
        return reach

    def _reach(self, caller: Caller) -> frozenset[str] | None:
        """A token for the gateway opens every subgraph, one for a register that register alone (dossier §10, row 4)."""
        named = set(caller.audience.split())
        if named & self._everywhere:
            return None
        return frozenset(name for name, audience in self._audiences.items() if audience in named)


def _gateway_audiences(settings: Settings) -> frozenset[str]:
    issuers = settings.authorization.issuers if settings.authorization is not None else ()
    return frozenset(audience for issuer in issuers for audience in issuer.audiences)


_ENTRY, _LETTER, _ISSUE = 700, 5, 420
"""Bytes that an entry takes, each letter of its key when written out, and each issue (`tests/gateway/test_weights.py`)."""
