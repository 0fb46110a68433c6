"""What stands in a token, read: its parts, its moments, and claims that another source vouches for.

Aggregated claims (OpenID Connect Core §5.6.2) are laid under the direct ones. The signature of the inner token is not verified, as in
existing networks that publish such tokens: the outer signature covers it, which also means that it can say no more than the
issuer signed, and nothing about the token itself.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeGuard

import msgspec

from gateway.errors import Code, GatewayError, GraphQLIssue

__all__ = ["is_moment", "json_object", "json_part", "moment", "text", "unauthenticated", "with_aggregated"]

MAXIMUM_AGGREGATED = 16
LATEST = 2**53
"""Seconds: up to here a float tells whole ones apart."""

RESERVED = frozenset(
    {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "act", "cnf", "scopes", "scope", "client_id", "azp"}
)
"""Claims that an aggregated source cannot supply: they decide about the token itself."""


def unauthenticated(message: str, scheme: str = "Bearer") -> GatewayError:
    """Return the answer to a request without a valid token (RFC 6750 §3)."""
    return GatewayError(
        GraphQLIssue(message, Code.UNAUTHENTICATED),
        headers={"WWW-Authenticate": f'{scheme} error="invalid_token"'},
    )


def json_part(part: str) -> dict[str, Any]:
    """The object in a part of a compact JWS. Raises `GatewayError` 401."""
    try:
        return json_object(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError as error:
        raise unauthenticated("The access token cannot be read.") from error


def json_object(document: bytes) -> dict[str, Any]:
    """The object of a JSON text. Raises `GatewayError` 401."""
    try:
        value: Any = msgspec.json.decode(document)
    except (ValueError, RecursionError) as error:
        raise unauthenticated("The access token cannot be read.") from error
    if not isinstance(value, dict):
        raise unauthenticated("The access token cannot be read.")
    return value


def moment(claims: Mapping[str, Any], name: str) -> float:
    """A time in seconds since 1970. Raises `GatewayError` 401 when it is missing or no such number."""
    value = claims.get(name)
    if not is_moment(value):
        raise unauthenticated(f"The access token lacks the claim {name}.")
    return value


def is_moment(value: Any) -> TypeGuard[float]:
    """Whether a claim is a number that a clock could show: JSON bounds none, and one of hundreds of digits is no float."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LATEST


def text(value: Any) -> str:
    """`value` when it is a text, else the empty one."""
    return value if isinstance(value, str) else ""


def with_aggregated(claims: dict[str, Any]) -> Mapping[str, Any]:
    """The claims, aggregated ones resolved, for reading only. Raises `GatewayError` 401 for sources that cannot be read."""
    names, sources = claims.pop("_claim_names", None), claims.pop("_claim_sources", None)
    if names is None:
        return MappingProxyType(claims)
    if not isinstance(names, dict) or not isinstance(sources, dict) or len(names) > MAXIMUM_AGGREGATED:
        raise unauthenticated("The aggregated claims of the access token cannot be read.")
    inner: dict[str, dict[str, Any]] = {}
    for name, source in names.items():
        if name in RESERVED or claims.get(name) is not None:
            continue
        if not isinstance(source, str):
            raise unauthenticated("The aggregated claims of the access token cannot be read.")
        if source not in inner:
            inner[source] = _inner_claims(sources.get(source))
        value = inner[source].get(name)
        if value is not None:
            claims[name] = value
    return MappingProxyType(claims)


def _inner_claims(source: Any) -> dict[str, Any]:
    # `JWT` in the standard, `jwt` in published tokens. Both in one source could each be believed by another reader.
    spelled = [source[name] for name in ("JWT", "jwt") if name in source] if isinstance(source, dict) else []
    token: Any = spelled[0] if len(spelled) == 1 else None
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3:
        raise unauthenticated("The aggregated claims of the access token cannot be read.")
    return json_part(parts[1])
