"""The coded errors of the gateway: each code once, with its HTTP status.

`GatewayError` carries what a client may read and nothing else: no host, no SQL, no key, no stack (security case D10).
Statuses follow `docs/errors.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

__all__ = ["Code", "GatewayError", "GraphQLIssue", "OperatorError"]


class Code(Enum):
    """A code and the HTTP status of a request that fails with it as a whole."""

    BAD_USER_INPUT = ("BAD_USER_INPUT", 400)
    COST_ESTIMATED_TOO_EXPENSIVE = ("COST_ESTIMATED_TOO_EXPENSIVE", 400)
    CSRF_PREVENTION = ("CSRF_PREVENTION", 400)
    GRAPHQL_PARSE_FAILED = ("GRAPHQL_PARSE_FAILED", 400)
    GRAPHQL_VALIDATION_FAILED = ("GRAPHQL_VALIDATION_FAILED", 400)
    OWNER_REQUIRED = ("OWNER_REQUIRED", 400)
    PERSISTED_QUERY_NOT_FOUND = ("PERSISTED_QUERY_NOT_FOUND", 400)
    PERSISTED_QUERY_NOT_SUPPORTED = ("PERSISTED_QUERY_NOT_SUPPORTED", 400)
    PLAN_BUDGET = ("PLAN_BUDGET", 400)
    QUERY_NOT_IN_SAFELIST = ("QUERY_NOT_IN_SAFELIST", 400)
    QUERY_TOO_COMPLEX = ("QUERY_TOO_COMPLEX", 400)
    RESERVED_RESPONSE_KEY = ("RESERVED_RESPONSE_KEY", 400)
    TOKEN_EXPIRED = ("TOKEN_EXPIRED", 401)
    UNAUTHENTICATED = ("UNAUTHENTICATED", 401)
    FORBIDDEN = ("FORBIDDEN", 403)
    INVALID_CLIENT_CERTIFICATE = ("INVALID_CLIENT_CERTIFICATE", 403)
    NOT_ALLOWED = ("NOT_ALLOWED", 403)
    UNAUTHORIZED_FIELD_OR_TYPE = ("UNAUTHORIZED_FIELD_OR_TYPE", 403)
    METHOD_NOT_ALLOWED = ("METHOD_NOT_ALLOWED", 405)
    NOT_ACCEPTABLE = ("NOT_ACCEPTABLE", 406)
    PAYLOAD_TOO_LARGE = ("PAYLOAD_TOO_LARGE", 413)
    UNSUPPORTED_MEDIA_TYPE = ("UNSUPPORTED_MEDIA_TYPE", 415)
    RATE_LIMITED = ("RATE_LIMITED", 429)
    SUBSCRIBER_TOO_SLOW = ("SUBSCRIBER_TOO_SLOW", 429)
    TOO_MANY_SUBSCRIPTIONS = ("TOO_MANY_SUBSCRIPTIONS", 429)
    INTERNAL_SERVER_ERROR = ("INTERNAL_SERVER_ERROR", 500)
    DOWNSTREAM_SERVICE_ERROR = ("DOWNSTREAM_SERVICE_ERROR", 502)
    DOWNSTREAM_UNAVAILABLE = ("DOWNSTREAM_UNAVAILABLE", 503)
    AUDIT_UNAVAILABLE = ("AUDIT_UNAVAILABLE", 503)
    AUTHORIZATION_UNAVAILABLE = ("AUTHORIZATION_UNAVAILABLE", 503)
    GATEWAY_STOPPING = ("GATEWAY_STOPPING", 503)
    DOWNSTREAM_TIMEOUT = ("DOWNSTREAM_TIMEOUT", 504)

    @property
    def status(self) -> int:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class GraphQLIssue:
    """One entry of `errors`. `path` is the response path; `extensions` is merged after `code`."""

    message: str
    code: Code
    path: tuple[str | int, ...] | None = None
    locations: Sequence[tuple[int, int]] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def as_json(self) -> dict[str, Any]:
        entry: dict[str, Any] = {"message": self.message}
        if self.locations:
            entry["locations"] = [{"line": line, "column": column} for line, column in self.locations]
        if self.path is not None:
            entry["path"] = list(self.path)
        entry["extensions"] = {"code": self.code.name, **self.extensions}
        return entry


class GatewayError(Exception):
    """A request that ends without data: its issues, status (that of the first code unless given) and headers."""

    def __init__(
        self,
        *issues: GraphQLIssue,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(issues[0].message)
        self.issues = issues
        self.status = status if status is not None else issues[0].code.status
        self.headers = dict(headers or {})

    def anew(self) -> GatewayError:
        """The same, not raised yet: one that was keeps the frames that it went through, and all that they knew."""
        return GatewayError(*self.issues, status=self.status, headers=self.headers)


class OperatorError(Exception):
    """What a person who runs the gateway can mend: a sentence, or one a line."""
