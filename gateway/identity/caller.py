"""From verified claims to the one value that all decisions are about. Nothing after this reads a raw claim.

Which claims make a role and its identifiers stands in the `roles` section of the grants file; a caller whom no role fits is
still a caller, one for whom no grant holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants, caller_from_claims
from gateway.identity.tokens import unauthenticated

__all__ = ["caller_of", "scopes_of"]


def caller_of(claims: Mapping[str, Any], grants: Grants) -> Caller:
    """Return the caller of verified `claims`. Raises `GatewayError` 401 for claims that contradict themselves."""
    try:
        role, identifiers = caller_from_claims(grants, claims)
    except (ValueError, TypeError) as error:
        raise unauthenticated("The access token does not identify one party.") from error
    audience = claims["aud"]
    return Caller(
        role=role,
        identifiers=identifiers,
        scopes=scopes_of(claims),
        subject=_text(claims.get("sub")),
        actor=_actor(claims),
        token_id=_text(claims.get("jti")),
        expires_at=int(claims["exp"]),
        audience=audience if isinstance(audience, str) else " ".join(map(str, audience)),
        name=_text(claims.get("instantie_naam")),
    )


def scopes_of(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the granted scopes: the array `scopes` of the existing network, else OAuth's `scope` string."""
    scopes = claims.get("scopes")
    if isinstance(scopes, list):
        return frozenset(scope for scope in scopes if isinstance(scope, str) and scope)
    return frozenset(_text(claims.get("scope")).split())


def _actor(claims: Mapping[str, Any]) -> str | None:
    act = claims.get("act")
    return _text(act.get("sub")) or None if isinstance(act, dict) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
