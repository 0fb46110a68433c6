"""Who asks, as a register knows it: a role, its identifiers, the scopes, and by which credential."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["ANYBODY", "Caller", "scopes_of"]

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


@dataclass(frozen=True, slots=True)
class Caller:
    """`today` is the day in the Netherlands, YYYY-MM-DD, that windows are judged by; empty for a token (then: now).

    `release` is the hash of the grants that a decision context speaks of; None for a token. `record_key` is the response key under which a
    gateway that keeps records asks for the keys of rows; only a decision context has one.
    """

    kind: Literal["context", "token", "nobody"]
    role: str | None
    identifiers: Mapping[str, str]
    scopes: frozenset[str]
    actor: str | None = None
    trace: str = ""
    today: str = ""
    release: str | None = None
    record_key: str = ""


ANYBODY = Caller("nobody", None, {}, frozenset())
"""Without a credential: sees the schema in development, and never data."""


def scopes_of(listed: Any) -> frozenset[str]:
    """The scopes of a claim that is a list, as RFC 6749 §3.3 spells them.

    Row policies look scopes up in one text with spaces between, so that what holds a space would read as several scopes.
    """
    items: list[Any] = listed if isinstance(listed, list) else []
    return frozenset(item for item in items if isinstance(item, str) and _SCOPE.fullmatch(item))
