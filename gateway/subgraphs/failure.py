"""How a fetch can fail, as a value: what went wrong, never where or with what.

The executor turns a failure into masked issues at the client's paths; hosts, ports and upstream texts stay behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["FailureKind", "FetchFailure"]


class FailureKind(Enum):
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    """Refused, cut off, or not a connection at all."""
    PROTOCOL = "protocol"
    """Not HTTP/1.1 as we speak it: malformed, compressed unasked, or a redirect, which is never followed (case T15)."""
    TOO_LARGE = "too_large"
    STATUS = "status"
    """A status other than 2xx; `status` and, where the body names one, `code` say which."""
    BREAKER = "breaker"
    """Not asked: the subgraph failed too often and is left alone for a while."""
    INVALID = "invalid"
    """An answer that is no GraphQL result: not JSON, no `data`, a wrong number of entities."""


@dataclass(frozen=True, slots=True)
class FetchFailure:
    kind: FailureKind
    status: int | None = None
    code: str | None = None
    """`extensions.code` of the first error of the body."""
