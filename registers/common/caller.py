"""Who asks, as a register knows it: a role, its identifiers, the scopes, and by which credential."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["ANYBODY", "Caller"]


@dataclass(frozen=True, slots=True)
class Caller:
    """`today` is the day in the Netherlands, YYYY-MM-DD, that windows are judged by; empty for a token (then: now).

    `release` is the hash of the grants that a decision context speaks of; None for a token.
    """

    kind: Literal["context", "token", "nobody"]
    role: str | None
    identifiers: Mapping[str, str]
    scopes: frozenset[str]
    actor: str | None = None
    trace: str = ""
    today: str = ""
    release: str | None = None


ANYBODY = Caller("nobody", None, {}, frozenset())
"""Without a credential: sees the schema in development, and never data."""
