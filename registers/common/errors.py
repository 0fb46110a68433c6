"""The coded errors of a register: what a client may read, and nothing about the machine, the data or the SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

__all__ = ["STATUS", "Issue", "RegisterError"]

STATUS: Mapping[str, int] = {
    "BAD_USER_INPUT": 400,
    "GRAPHQL_PARSE_FAILED": 400,
    "GRAPHQL_VALIDATION_FAILED": 400,
    "QUERY_TOO_COMPLEX": 400,
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "METHOD_NOT_ALLOWED": 405,
    "NOT_ACCEPTABLE": 406,
    "PAYLOAD_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "INTERNAL_SERVER_ERROR": 500,
    "AUTHORIZATION_UNAVAILABLE": 503,
    "DATABASE_UNAVAILABLE": 503,
    "POLICY_MISMATCH": 503,
    "STATEMENT_TIMEOUT": 504,
}
"""Each code with the HTTP status of a request that ends with it as a whole."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One entry of `errors`."""

    message: str
    code: str
    path: tuple[str | int, ...] | None = None
    locations: Sequence[tuple[int, int]] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def as_json(self) -> dict[str, Any]:
        entry: dict[str, Any] = {"message": self.message}
        if self.locations:
            entry["locations"] = [{"line": line, "column": column} for line, column in self.locations]
        if self.path is not None:
            entry["path"] = list(self.path)
        return {**entry, "extensions": {"code": self.code, **self.extensions}}


class RegisterError(Exception):
    """A request that ends without data."""

    def __init__(self, *issues: Issue, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(issues[0].message)
        self.issues = issues
        self.status = STATUS[issues[0].code]
        self.headers = dict(headers or {})

    @classmethod
    def of(cls, code: str, message: str, **extensions: Any) -> RegisterError:
        return cls(Issue(message, code, extensions=extensions))

    def body(self) -> bytes:
        return orjson.dumps({"errors": [issue.as_json() for issue in self.issues]})
