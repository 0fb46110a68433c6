"""Access tokens at the register itself: of the known issuer, for this register, not longer than an hour.

The role follows from the claims by the `claims` section of `fields.json`. Aggregated claims (OpenID Connect Core §5.6.2) are
laid under the direct ones; they are read without their own signature, which the signature around them covers.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from registers.common.caller import Caller, scopes_of
from registers.common.credentials import SignedCaller, moment, unauthenticated
from registers.common.jwks import KeySet

__all__ = ["token_verifier"]

_TYPES = frozenset({"at+jwt", "jwt", ""})
_MAXIMUM_LIFETIME = 3600
_LEEWAY = 60
_SOURCES = 16
_RESERVED = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "act", "cnf", "scopes", "scope", "client_id"})


def token_verifier(
    keys: KeySet,
    *,
    issuer: str,
    audience: str,
    roles: Mapping[str, Any],
    clock: Callable[[], float] = time.time,
) -> SignedCaller:
    """A verifier of access tokens. `roles` is the `claims` section of `fields.json`."""

    def read(claims: Mapping[str, Any]) -> Caller:
        audiences = claims.get("aud")
        if claims.get("iss") != issuer:
            raise unauthenticated("The access token comes from an issuer that is not trusted here.")
        if audience not in (audiences if isinstance(audiences, list) else [audiences]):
            raise unauthenticated("The access token is meant for another audience.")
        if not isinstance(claims.get("jti"), str) or not claims["jti"]:
            raise unauthenticated("The access token has no identity (jti).")
        if "cnf" in claims:
            # Bound to a client certificate, which a register without mTLS cannot see.
            raise unauthenticated("The access token is bound to a certificate; use it at the gateway.")
        if not 0 < moment(claims, "exp") - moment(claims, "iat") <= _MAXIMUM_LIFETIME:
            raise unauthenticated("The access token lives longer than an hour, or not at all.")
        role, identifiers = _party(roles, _with_aggregated(claims))
        actor = claims.get("act")
        return Caller(
            kind="token",
            role=role,
            identifiers=identifiers,
            scopes=scopes_of(claims.get("scopes")),
            actor=str(actor.get("sub")) if isinstance(actor, dict) else None,
        )

    return SignedCaller(keys, types=_TYPES, read=read, leeway=_LEEWAY, clock=clock)


def _with_aggregated(claims: Mapping[str, Any]) -> dict[str, Any]:
    names, sources = claims.get("_claim_names"), claims.get("_claim_sources")
    found = dict(claims)
    if not isinstance(names, dict) or not isinstance(sources, dict) or len(sources) > _SOURCES:
        return found
    for name, source in names.items():
        inner = sources.get(source) if isinstance(source, str) else None
        if name in _RESERVED or found.get(name) is not None or not isinstance(inner, dict):
            continue
        tokens = [inner[spelling] for spelling in ("JWT", "jwt") if spelling in inner]
        # Two tokens in one source could each be believed by another reader.
        value = _payload(tokens[0]).get(name) if len(tokens) == 1 else None
        if value is not None:
            found[name] = value
    return found


def _payload(token: Any) -> dict[str, Any]:
    parts = token.split(".") if isinstance(token, str) else []
    try:
        found: Any = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, binascii.Error, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _party(roles: Mapping[str, Any], claims: Mapping[str, Any]) -> tuple[str | None, dict[str, str]]:
    """The role and its identifiers; no role when none fits. Two identifiers at once are refused."""
    names = {name for role in roles.values() for name in role["identifiers"]}
    present = {name: claims[name] for name in names if claims.get(name) not in (None, "")}
    if len(present) > 1:
        raise unauthenticated("The access token names more than one party.")
    for name, role in roles.items():
        if set(present) == set(role["identifiers"]) and _fits(role, present, claims):
            return name, present
    return None, {}


def _fits(role: Mapping[str, Any], present: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    for name, value in role.get("match", {}).items():
        if claims.get(name) is not None and claims[name] != value:
            return False
    return all(
        isinstance(present[name], str) and re.fullmatch(pattern, present[name])
        for name, pattern in role["identifiers"].items()
    )
