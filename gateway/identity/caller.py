"""From verified claims to the one value that all decisions are about. Nothing after this reads a raw claim.

Which claims make a role and its identifiers stands in the `roles` section of the grants file; a caller whom no role fits is
still a caller, one for whom no grant holds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants, caller_from_claims
from gateway.identity.claims import text, unauthenticated

__all__ = ["caller_of", "scopes_of"]

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
"""A scope as RFC 6749 §3.3 spells it. Anything else could read as two scopes, or as none, where scopes stand in one text."""


def caller_of(
    claims: Mapping[str, Any],
    grants: Grants | None,
    shadow: Grants | None = None,
    *,
    audiences: Collection[str] | None = None,
) -> Caller:
    """Return the caller of verified `claims`; `shadow` are grants that are compared with and decide nothing. `audiences`: those that the
    issuer can open; None for any.

    Raises `GatewayError` 401 for claims that contradict themselves.
    """
    try:
        role, identifiers = caller_from_claims(grants, claims) if grants is not None else (None, {})
    except (ValueError, TypeError) as error:
        raise unauthenticated("The access token does not identify one party.") from error
    return Caller(
        role=role,
        identifiers=identifiers,
        scopes=scopes_of(claims),
        subject=text(claims.get("sub")),
        actor=_actor(claims),
        token_id=text(claims.get("jti")),
        expires_at=int(claims["exp"]),
        audience=_audience(claims["aud"], audiences),
        key=_key(claims.get("cnf")),
        issuer=text(claims.get("iss")),
        name=text(claims.get("instantie_naam")),
        shadow_role=_shadow_role(claims, shadow) if shadow is not None else None,
    )


def scopes_of(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the granted scopes: the array `scopes` of the existing network, else OAuth's `scope` string."""
    scopes = claims.get("scopes")
    if isinstance(scopes, list):
        return frozenset(scope for scope in scopes if isinstance(scope, str) and _SCOPE.fullmatch(scope))
    return frozenset(scope for scope in text(claims.get("scope")).split() if _SCOPE.fullmatch(scope))


def _shadow_role(claims: Mapping[str, Any], shadow: Grants) -> str | None:
    try:
        return caller_from_claims(shadow, claims)[0]
    except (ValueError, TypeError):
        return None


def _audience(claim: Any, accepted: Collection[str] | None) -> str:
    """The audiences, separated by spaces; one that holds a space itself is none."""
    named = claim if isinstance(claim, list) else [claim]
    texts = (item for item in named if isinstance(item, str) and item.split() == [item])
    return " ".join(item for item in texts if accepted is None or item in accepted)


def _key(confirmation: Any) -> str:
    """RFC 7800: what the token is bound to."""
    if not isinstance(confirmation, dict):
        return ""
    return text(confirmation.get("x5t#S256")) or text(confirmation.get("jkt"))


def _actor(claims: Mapping[str, Any]) -> str | None:
    act = claims.get("act")
    return text(act.get("sub")) or None if isinstance(act, dict) else None
