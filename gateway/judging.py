"""What the gateway answers when others ask it to decide: the same grants and demands as for its own requests, for a caller that is described.

A subject is described as a token would: its type names an identifier of the grants file (`uzovi`, `UZOVI`) or a role, its id is the value, its properties
are claims, `scopes` among them. Who asks has been let in for that (`transport/decisions.py`); nothing of the subject is looked up or believed beyond it.
Resources are `graphql:operation` (a document, or a list of coordinates) and `graphql:field` (a coordinate). Yes means: may be asked. Which rows
there are to see, their registers decide, as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    OperationType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from gateway.authorization.authzen import Basis, Evaluation, Outcome
from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants
from gateway.errors import GatewayError, GraphQLIssue
from gateway.identity.caller import caller_of
from gateway.language.operation import OperationKind
from gateway.pipeline import Pipeline
from gateway.requests import GraphQLRequest
from gateway.supergraph.model import Supergraph

__all__ = ["GraphJudge"]

OPERATION, FIELD = "graphql:operation", "graphql:field"
_ACTIONS = {kind.value: kind for kind in OperationKind}
_OURS = frozenset({"aud", "exp", "iat", "iss", "nbf", "jti", "sub", "act", "cnf"})
"""Claims that a description of somebody cannot have."""
_FAR = 2**40
_COORDINATES = 1000
"""Of one evaluation. Defaults are judged for each of a batch, so a short question could have a very long answer."""


class _DeniedError(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason


class GraphJudge:
    """A `Judge`. `audience` is the gateway's own."""

    def __init__(self, pipeline: Pipeline, supergraph: Supergraph, grants: Grants | None, *, audience: str) -> None:
        self._pipeline = pipeline
        self._grants = grants
        self._audience = audience
        self._policy = grants.release if grants is not None else supergraph.hash
        self._api = supergraph.api
        self._roots = {
            root.name: kind.value
            for kind in OperationKind
            if (root := self._api.get_root_type(OperationType(kind.value))) is not None
        }
        roles = grants.roles.values() if grants is not None else ()
        self._identifiers = {name.casefold(): name for role in roles for name in role.identifiers}
        self._roles = {
            role.name.casefold(): next(iter(role.identifiers)) for role in roles if len(role.identifiers) == 1
        }

    def __call__(self, evaluation: Evaluation) -> Outcome:
        """Judge. Never raises for what it is asked."""
        basis = Basis()
        try:
            basis = replace(basis, caller=self._caller(evaluation.subject))
            basis = replace(basis, action=_action(evaluation.action))
            basis = self._asked(evaluation.resource, basis)
            refused = self._refused(basis)
        except _DeniedError as denied:
            return self._outcome(basis, decision=False, reason=denied.reason)
        except GatewayError as error:
            return self._outcome(basis, decision=False, reason=error.issues[0].code.name, refused=_told(error.issues))
        if refused:
            return self._outcome(basis, decision=False, reason="FORBIDDEN", refused=refused)
        return self._outcome(basis, decision=True)

    def _asked(self, resource: Mapping[str, Any], basis: Basis) -> Basis:
        properties: Mapping[str, Any] = resource.get("properties") or {}
        if resource["type"] == FIELD:
            return replace(basis, coordinates=(resource["id"],))
        if resource["type"] != OPERATION:
            raise _DeniedError("UNKNOWN_RESOURCE_TYPE")
        if "query" in properties:
            return self._document(properties, basis)
        coordinates = properties.get("coordinates")
        if not isinstance(coordinates, list) or not coordinates or not all(isinstance(one, str) for one in coordinates):
            raise _DeniedError("NOTHING_TO_JUDGE")
        if len(coordinates) > _COORDINATES:
            raise _DeniedError("TOO_MANY_COORDINATES")
        return replace(basis, coordinates=tuple(coordinates))

    def _document(self, properties: Mapping[str, Any], basis: Basis) -> Basis:
        query, name, variables = (properties.get(key) for key in ("query", "operationName", "variables"))
        variables = {} if variables is None else variables
        if not isinstance(query, str) or not isinstance(name, str | None) or not isinstance(variables, dict):
            raise _DeniedError("NOTHING_TO_JUDGE")
        operation, values = self._pipeline.read(GraphQLRequest(query, name, variables), basis.caller)
        return replace(basis, operation=operation, variables=values)

    def _refused(self, basis: Basis) -> list[dict[str, Any]]:
        caller, action, operation = basis.caller, basis.action, basis.operation
        assert caller is not None
        assert action is not None
        if operation is None:
            return self._coordinates(basis.coordinates, action.value, caller)
        if operation.kind is not action:
            raise _DeniedError("OTHER_ACTION")
        verdict = self._pipeline.judged(operation, basis.variables, caller)
        # A graph that guards itself prunes; to whom only a part is open, the whole is not.
        return [{"reason": "UNAUTHORIZED_FIELD_OR_TYPE"}] if verdict.pruned is not None else []

    def _coordinates(self, asked: Iterable[str], action: str, caller: Caller) -> list[dict[str, Any]]:
        closed = self._pipeline.closed(caller)
        found: list[dict[str, Any]] = []
        for coordinate in dict.fromkeys(asked):
            refused = self._coordinate(coordinate, action, caller, closed)
            found += [{"coordinate": coordinate, **refused}] if refused else []
        return found

    def _coordinate(
        self, coordinate: str, action: str, caller: Caller, closed: frozenset[str]
    ) -> Mapping[str, Any] | None:
        """Why a coordinate is refused, wherever it may stand in an operation."""
        type_name, _, name = coordinate.partition(".")
        type_ = self._api.type_map.get(type_name)
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) or name not in type_.fields:
            return {"reason": "UNKNOWN"}
        if self._roots.get(type_name, action) != action:
            return {"reason": "OTHER_ACTION"}
        if coordinate in closed:
            return {"reason": "UNAUTHORIZED_FIELD_OR_TYPE"}
        if self._grants is None:
            return None
        if self._roots.get(type_name) == "query":
            return self._root(self._grants, get_named_type(type_.fields[name].type), caller)
        owners = self._api.get_possible_types(type_) if isinstance(type_, GraphQLInterfaceType) else (type_,)
        reasons = (_reason(self._grants, owner.name, f"{owner.name}.{name}", caller) for owner in owners)
        return next(filter(None, reasons), None)

    def _root(self, grants: Grants, returned: Any, caller: Caller) -> Mapping[str, Any] | None:
        """A root is open when something of what it returns is."""
        if not is_composite_type(returned):
            return None
        types = self._api.get_possible_types(returned) if is_abstract_type(returned) else (returned,)
        reach = grants.reach(caller.role, caller.scopes)
        open_ = any(type_.name in reach.types or type_.name in reach.anchors for type_ in types)
        return None if open_ else {"reason": "ROLE"}

    def _caller(self, subject: Mapping[str, Any]) -> Caller:
        claims = {name: value for name, value in (subject.get("properties") or {}).items() if name not in _OURS}
        kind = subject["type"].casefold()
        name = self._identifiers.get(kind) or self._roles.get(kind)
        if name is not None and claims.setdefault(name, subject["id"]) != subject["id"]:
            raise _DeniedError("CONTRADICTING_SUBJECT")
        return caller_of({**claims, "aud": self._audience, "exp": _FAR}, self._grants)

    def _outcome(
        self, basis: Basis, *, decision: bool, reason: str = "", refused: list[dict[str, Any]] | None = None
    ) -> Outcome:
        context: dict[str, Any] = {"policy_id": self._policy}
        if reason:
            context["reason"] = reason
        if refused:
            context["refused"] = refused
        return Outcome(decision, context, basis)


def _action(action: Mapping[str, Any]) -> OperationKind:
    found = _ACTIONS.get(action["name"].casefold())
    if found is None:
        raise _DeniedError("UNKNOWN_ACTION")
    return found


def _reason(grants: Grants, type_name: str, coordinate: str, caller: Caller) -> Mapping[str, Any] | None:
    reach = grants.reach(caller.role, caller.scopes)
    anchors = reach.anchors.get(type_name, ())
    if coordinate in reach.allowed and coordinate not in reach.plain_roots.get(type_name, reach.allowed):
        # Open along an edge; at a root only where fields are pinned, and a coordinate does not say where it stands.
        return {"reason": "ANCHOR", "needs": list(anchors[0].fields)}
    if coordinate in reach.allowed:
        return None
    scope = grants.scope_for(caller.role, coordinate, caller.scopes)
    return {"reason": "SCOPE", "missingScope": scope} if scope else {"reason": "ROLE"}


def _told(issues: Iterable[GraphQLIssue]) -> list[dict[str, Any]]:
    """What clients are told of a refusal as well, without the sentence."""
    return [dict(issue.extensions) for issue in issues if issue.extensions]
