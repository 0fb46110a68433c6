"""The decision context: what the gateway says about the caller, signed, for this register, for half a minute."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from registers.common.caller import Caller, scopes_of
from registers.common.credentials import SignedCaller, moment, unauthenticated
from registers.common.jwks import KeySet

__all__ = ["MAXIMUM_LIFETIME", "context_verifier"]

MAXIMUM_LIFETIME = 30
_LEEWAY = 5
_RECORD_KEY = re.compile(r"__[A-Za-z0-9_]{1,40}", re.ASCII)
"""No field of a schema has such a name (GraphQL, reserved names), so it is an alias wherever it stands."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def context_verifier(
    keys: KeySet, *, gateway: str, audience: str, clock: Callable[[], float] = time.time
) -> SignedCaller:
    """A verifier of the header `Decision-Context`. `gateway` is the id URL that stands in `iss`."""

    def read(claims: Mapping[str, Any]) -> Caller:
        if claims.get("iss") != gateway:
            raise unauthenticated("The decision context comes from another gateway.")
        if claims.get("aud") != audience:
            raise unauthenticated("The decision context is meant for another register.")
        if not 0 < moment(claims, "exp") - moment(claims, "iat") <= MAXIMUM_LIFETIME:
            raise unauthenticated("The decision context lives too long, or not at all.")
        identifiers, scopes, today = claims.get("identifiers"), claims.get("scopes"), claims.get("today")
        if not _texts(identifiers) or not isinstance(scopes, list) or not isinstance(today, str):
            raise unauthenticated("The decision context is incomplete.")
        if not _DAY.fullmatch(today) or not isinstance(claims.get("grants"), str):
            raise unauthenticated("The decision context is incomplete.")
        record_key = claims.get("record_key", "")
        if record_key != "" and not (isinstance(record_key, str) and _RECORD_KEY.fullmatch(record_key)):
            raise unauthenticated("The decision context names no response key.")
        role, actor, trace = claims.get("role"), claims.get("actor"), claims.get("trace")
        return Caller(
            kind="context",
            role=role if isinstance(role, str) else None,
            identifiers=dict(identifiers or {}),
            scopes=scopes_of(scopes),
            actor=actor if isinstance(actor, str) else None,
            trace=trace if isinstance(trace, str) else "",
            today=today,
            release=claims["grants"],
            record_key=record_key,
        )

    return SignedCaller(keys, types=frozenset({"decision+jwt"}), read=read, leeway=_LEEWAY, clock=clock)


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for pair in value.items() for item in pair)
