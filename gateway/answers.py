"""What goes back to a client: answers and refusals as bytes, with the status that each has on its own.

A refusal by grants lists every coordinate that the caller wrote and may not have, and names the scopes that would have helped
(`docs/errors.md`, RFC 6750 §3.1). It says nothing of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from gateway.audit.keyed import Seen
from gateway.authorization.decide import Decision, Reason, Refusal
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.execution.complete import UNAUTHORIZED
from gateway.execution.result import ExecutionResult
from gateway.language.operation import Field, Operation, Selection
from gateway.supergraph.model import Supergraph

__all__ = [
    "GraphQLResponse",
    "explained",
    "forbidden",
    "internal_error",
    "issues_of",
    "nothing_left",
    "outside",
    "refusal",
    "result_answer",
]


class GraphQLResponse(NamedTuple):
    """An answer; a tuple, which costs a third of a frozen dataclass to make.

    `executed` marks what GraphQL itself answers; under `application/json` that has status 200.
    `code` is the first error's; `operation` (signature) and `role` are for the access log. `lines` are headers of subgraphs
    that go back to the client, one entry for each line.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = MappingProxyType({})
    executed: bool = False
    code: str = ""
    operation: str = ""
    role: str | None = None
    asked: Operation | None = None
    """What was asked, for counting; None when nothing came of the document."""
    lines: tuple[tuple[bytes, bytes], ...] = ()
    seen: Seen | None = None
    """What a record says of it."""
    issues: tuple[GraphQLIssue, ...] = ()
    """Of a refusal: why. Empty where something was executed."""


def refusal(error: GatewayError, *, executed: bool = False) -> GraphQLResponse:
    """The answer that a coded error is: `errors` and no `data`."""
    body = orjson.dumps({"errors": [issue.as_json() for issue in error.issues]})
    return GraphQLResponse(error.status, body, error.headers, executed, error.issues[0].code.name, issues=error.issues)


def result_answer(result: ExecutionResult, lines: tuple[tuple[bytes, bytes], ...] = ()) -> GraphQLResponse:
    """The answer to an executed operation; errors first, where a reader sees them (GraphQL §7.1)."""
    if not result.errors and not result.extensions:
        return GraphQLResponse(result.status, orjson.dumps({"data": result.data}), executed=True, lines=lines)
    content: dict[str, Any] = {"data": result.data}
    if result.errors:
        content = {"errors": [issue.as_json() for issue in result.errors], **content}
    if result.extensions:
        content["extensions"] = dict(result.extensions)
    code = result.errors[0].code.name if result.errors else ""
    return GraphQLResponse(result.status, orjson.dumps(content), executed=True, code=code, lines=lines)


def explained(response: GraphQLResponse, explanation: Mapping[str, Any]) -> GraphQLResponse:
    """The response with `extensions.authorization`. Its body is read again: only developers ask for this."""
    content: dict[str, Any] = orjson.loads(response.body)
    content["extensions"] = {**content.get("extensions", {}), "authorization": explanation}
    return response._replace(body=orjson.dumps(content))


def nothing_left(paths: Iterable[tuple[str, ...]]) -> GraphQLResponse:
    """The answer to an operation of which the caller gets nothing at all: no data, and where it would have stood."""
    code = Code.UNAUTHORIZED_FIELD_OR_TYPE
    return result_answer(ExecutionResult(None, tuple(GraphQLIssue(UNAUTHORIZED, code, path) for path in paths)))


def internal_error(trace_id: str) -> GraphQLResponse:
    """The answer to a fault of ours: nothing but the trace id, which the log has too (security case D10)."""
    message = "Something went wrong in the gateway; the trace id finds it in our log."
    issue = GraphQLIssue(message, Code.INTERNAL_SERVER_ERROR, extensions={"traceId": trace_id})
    return refusal(GatewayError(issue))


def issues_of(decision: Decision) -> tuple[GraphQLIssue, ...]:
    """One issue for each refused coordinate."""
    return tuple(map(_refused, decision.refused))


def outside(operation: Operation, subgraphs: frozenset[str], supergraph: Supergraph) -> tuple[GraphQLIssue, ...]:
    """One issue for each selected coordinate that none of `subgraphs` resolves."""
    found = dict.fromkeys(_outside(operation.selections, subgraphs, supergraph))
    return tuple(
        GraphQLIssue(
            f"{coordinate} lies outside the audience of the access token.",
            Code.FORBIDDEN,
            extensions={"coordinate": coordinate},
        )
        for coordinate in found
    )


def forbidden(issues: Sequence[GraphQLIssue]) -> GatewayError:
    """A 403 of these issues; missing scopes are named in `WWW-Authenticate` as well."""
    scopes = dict.fromkeys(issue.extensions["missingScope"] for issue in issues if "missingScope" in issue.extensions)
    headers: dict[str, str] = {}
    if scopes:
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{" ".join(scopes)}"'
    return GatewayError(*issues, headers=headers)


def _refused(refused: Refusal) -> GraphQLIssue:
    extensions: dict[str, Any] = {"coordinate": refused.coordinate}
    match refused.reason:
        case Reason.SCOPE:
            message = f"{refused.coordinate} needs the scope {refused.scope}."
            extensions["missingScope"] = refused.scope
        case Reason.ANCHOR:
            message = f"{refused.coordinate} may only be asked with {' and '.join(refused.needs)} equal to a value."
            extensions["needs"] = list(refused.needs)
        case Reason.INPUT:
            message = f"{refused.coordinate} is not open as input."
        case Reason.ROLE:
            message = f"{refused.coordinate} is not granted to this caller."
    return GraphQLIssue(message, Code.FORBIDDEN, extensions=extensions)


def _outside(selections: Iterable[Selection], subgraphs: frozenset[str], supergraph: Supergraph) -> Iterator[str]:
    for selection in selections:
        if isinstance(selection, Field):
            if selection.name.startswith("__"):
                continue  # no subgraph answers this, nor what is selected under it
            owner = supergraph.types.get(selection.parent)
            known = owner.fields.get(selection.name) if owner is not None else None
            joins = known.joins.items() if known is not None else ()
            if not any(name in subgraphs and not join.external for name, join in joins):
                yield f"{selection.parent}.{selection.name}"
                continue
        yield from _outside(selection.selections, subgraphs, supergraph)
