"""What an execution gives back: data, issues in client terms, and the status that the whole deserves."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from gateway.errors import Code, GraphQLIssue

__all__ = ["ExecutionResult", "Found"]

Found = tuple[dict[str, list[Any]], list[Any]]
"""The keys of the records that an answer holds, by type, and the values that name a person; as they came."""

_STATUSES = (
    Code.DOWNSTREAM_TIMEOUT,
    Code.DOWNSTREAM_SERVICE_ERROR,
    Code.DOWNSTREAM_UNAVAILABLE,
    Code.FORBIDDEN,
    Code.UNAUTHORIZED_FIELD_OR_TYPE,
    Code.BAD_USER_INPUT,
)


class ExecutionResult(NamedTuple):
    """`data` has its keys in the order the client wrote them. `issues` are masked already."""

    data: dict[str, Any] | None
    errors: tuple[GraphQLIssue, ...] = ()
    extensions: Mapping[str, Any] = MappingProxyType({})
    found: Found | None = None
    """Where the plan has a `find`."""

    @property
    def status(self) -> int:
        """200 as long as there is data, else that of the gravest cause; 200 as well for a mere null at the root."""
        if self.data is not None:
            return 200
        codes = {issue.code for issue in self.errors}
        return next((code.status for code in _STATUSES if code in codes), 200)
