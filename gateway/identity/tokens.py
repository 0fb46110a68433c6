"""Access tokens: from the header `Authorization` to claims that can be trusted, or an answer 401.

The order matters. Size and shape come first, then the issuer (which names a key set and nothing else), the key (which fixes the
algorithm; `jku`, `x5u` and `jwk` in the header are never read), the signature, and only then the claims. A verified token is
kept under the hash of its bytes; its times are judged again at every use, and a change of the key set voids it.

Aggregated claims (OpenID Connect Core §5.6.2) are laid under the direct ones. The signature of the inner token is not
verified, as in the policies of the existing network: the outer signature covers it (`authorization.md` §3.2), which also
means that it can say no more than the issuer signed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import jwt
import msgspec
from jwt.exceptions import PyJWTError

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.identity.jwks import KeySet, KeySetUnavailableError, VerificationKey

__all__ = ["TokenVerifier", "TrustedIssuer", "unauthenticated"]

MAXIMUM_TOKEN = 16 * 1024
MAXIMUM_AGGREGATED = 16
ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})

RESERVED = frozenset(
    {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "act", "cnf", "scopes", "scope", "client_id", "azp"}
)
"""Claims that an aggregated source cannot supply: they decide about the token itself."""

_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """Whose tokens count, for which audiences, under which keys.

    `types`: accepted JOSE `typ` values in lower case without `application/`; the empty string is a token without one.
    `authorized_parties`: when given, the claim `azp` must be among them.
    """

    issuer: str
    audiences: frozenset[str]
    keys: KeySet
    algorithms: frozenset[str] = ALGORITHMS
    types: frozenset[str] = frozenset({"at+jwt", "jwt", ""})
    authorized_parties: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if not self.issuer:
            raise ValueError("An issuer needs its name, the claim `iss` of its tokens.")
        if not self.audiences or "" in self.audiences:
            raise ValueError(f"Issuer {self.issuer!r} needs at least one audience; without one any token would do.")
        if not self.algorithms <= ALGORITHMS or not self.algorithms:
            raise ValueError(f"Issuer {self.issuer!r}: algorithms are some of {', '.join(sorted(ALGORITHMS))}.")


@dataclass(frozen=True, slots=True)
class _Verified:
    claims: Mapping[str, Any]
    issuer: TrustedIssuer
    generation: int
    cost: int


@dataclass(slots=True)
class _Cache:
    """Verified tokens by hash, least recently used out first, bounded by bytes."""

    capacity: int
    entries: OrderedDict[bytes, _Verified] = field(default_factory=OrderedDict[bytes, "_Verified"])
    size: int = 0

    def get(self, key: bytes) -> _Verified | None:
        entry = self.entries.get(key)
        if entry is not None:
            self.entries.move_to_end(key)
        return entry

    def put(self, key: bytes, entry: _Verified) -> None:
        self.drop(key)
        self.entries[key] = entry
        self.size += entry.cost
        while self.size > self.capacity:
            _, oldest = self.entries.popitem(last=False)
            self.size -= oldest.cost

    def drop(self, key: bytes) -> None:
        entry = self.entries.pop(key, None)
        if entry is not None:
            self.size -= entry.cost


class TokenVerifier:
    """Verifies access tokens of one or more issuers.

    `leeway`: accepted difference of clocks, seconds, at most 60. `maximum_lifetime`: largest `exp - iat`, seconds.
    `cache_bytes`: bound on the memory of verified tokens.
    """

    def __init__(
        self,
        issuers: Sequence[TrustedIssuer],
        *,
        leeway: int = 60,
        maximum_lifetime: int = 3600,
        cache_bytes: int = 16 * 1024 * 1024,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not issuers:
            raise ValueError("A verifier needs at least one issuer.")
        if not 0 <= leeway <= 60:
            raise ValueError("The accepted difference of clocks is 0 to 60 seconds.")
        self._issuers = {issuer.issuer: issuer for issuer in issuers}
        self._leeway = leeway
        self._maximum_lifetime = maximum_lifetime
        self._clock = clock
        self._cache = _Cache(cache_bytes)

    async def verify(self, authorization_header: str | None, *, certificate: str | None = None) -> Mapping[str, Any]:
        """Return the claims of a bearer token, aggregated claims resolved. Raises `GatewayError`.

        `certificate` is the base64url SHA-256 thumbprint of the caller's client certificate; a token that is bound to
        one (`cnf`, RFC 8705) needs it.
        """
        if not authorization_header:
            raise unauthenticated("An access token is required.")
        if len(authorization_header) > MAXIMUM_TOKEN:
            raise unauthenticated("The access token is too long.")
        digest = hashlib.blake2b(authorization_header.encode("utf-8", "surrogateescape"), digest_size=32).digest()
        entry = self._cache.get(digest)
        if entry is None or entry.generation != entry.issuer.keys.generation:
            self._cache.drop(digest)
            entry = await self._verify_anew(authorization_header)
            self._cache.put(digest, entry)
        try:
            self._check_times(entry.claims)
        except GatewayError:
            self._cache.drop(digest)
            raise
        _check_binding(entry.claims, certificate)
        return entry.claims

    async def _verify_anew(self, authorization_header: str) -> _Verified:
        parts = _BEARER.fullmatch(authorization_header)
        if parts is None:
            raise unauthenticated("The header Authorization must hold a bearer token.")
        header = _json_part(parts[1])
        issuer = self._issuers.get(_text(_json_part(parts[2]).get("iss")))
        if issuer is None:
            raise unauthenticated("The access token comes from an issuer that is not trusted here.")
        _check_header(header, issuer)
        key = await _find_key(header, issuer)
        token = f"{parts[1]}.{parts[2]}.{parts[3]}"
        try:
            payload = jwt.PyJWS().decode(token, key.public_key, algorithms=[header["alg"]])
        except (PyJWTError, ValueError) as error:
            raise unauthenticated("The signature of the access token is not valid.") from error
        claims = _object(payload)
        self._check_claims(claims, issuer)
        generation = issuer.keys.generation
        return _Verified(_with_aggregated(claims), issuer, generation, cost=2 * len(token) + 1024)

    def _check_claims(self, claims: Mapping[str, Any], issuer: TrustedIssuer) -> None:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if not any(isinstance(item, str) and item in issuer.audiences for item in audiences):
            raise unauthenticated("The access token is meant for another audience.")
        if not isinstance(claims.get("jti"), str) or not claims["jti"]:
            raise unauthenticated("The access token has no identity (jti).")
        parties = issuer.authorized_parties
        if parties is not None and _text(claims.get("azp")) not in parties:
            raise unauthenticated("The access token was issued to a party that is not accepted here.")
        issued, expires = _moment(claims, "iat"), _moment(claims, "exp")
        if not 0 < expires - issued <= self._maximum_lifetime:
            raise unauthenticated(
                f"The access token lives longer than {self._maximum_lifetime} seconds, or not at all."
            )

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        if now >= _moment(claims, "exp") + self._leeway:
            raise unauthenticated("The access token has expired.")
        begins = max(_moment(claims, "iat"), _moment(claims, "nbf") if "nbf" in claims else 0)
        if now < begins - self._leeway:
            raise unauthenticated("The access token is not valid yet.")


def unauthenticated(message: str) -> GatewayError:
    """Return the answer to a request without a valid token (`authorization.md` §6.5, RFC 6750 §3)."""
    return GatewayError(
        GraphQLIssue(message, Code.UNAUTHENTICATED),
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def _check_header(header: Mapping[str, Any], issuer: TrustedIssuer) -> None:
    if "crit" in header:
        # RFC 7515 §4.1.11: an extension that we do not understand makes the token invalid, and we understand none.
        raise unauthenticated("The access token demands an extension that is not supported.")
    if "b64" in header:
        raise unauthenticated("The access token has an unsupported form.")
    if _text(header.get("alg")) not in issuer.algorithms:
        raise unauthenticated("The access token is not signed with an accepted algorithm.")
    kind = _text(header.get("typ")).lower().removeprefix("application/")
    if kind not in issuer.types:
        raise unauthenticated("The token is not an access token.")


async def _find_key(header: Mapping[str, Any], issuer: TrustedIssuer) -> VerificationKey:
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise unauthenticated("The access token names no valid key.")
    try:
        key = await issuer.keys.find(kid)
    except KeySetUnavailableError as error:
        issue = GraphQLIssue("Access tokens cannot be verified at the moment.", Code.AUTHORIZATION_UNAVAILABLE)
        raise GatewayError(issue) from error
    if key is None or header["alg"] not in key.algorithms:
        raise unauthenticated("The access token is not signed with a known key.")
    return key


def _check_binding(claims: Mapping[str, Any], certificate: str | None) -> None:
    """RFC 8705 §3: a token that is bound to a certificate counts only with that certificate."""
    confirmation = claims.get("cnf")
    if confirmation is None:
        return
    bound = confirmation.get("x5t#S256") if isinstance(confirmation, dict) else None
    if not isinstance(bound, str) or certificate is None or not hmac.compare_digest(bound, certificate):
        issue = GraphQLIssue("The access token belongs to another client certificate.", Code.INVALID_CLIENT_CERTIFICATE)
        raise GatewayError(issue)


def _with_aggregated(claims: dict[str, Any]) -> Mapping[str, Any]:
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
    return _json_part(parts[1])


def _json_part(part: str) -> dict[str, Any]:
    try:
        return _object(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError) as error:
        raise unauthenticated("The access token cannot be read.") from error


def _object(document: bytes) -> dict[str, Any]:
    try:
        value: Any = msgspec.json.decode(document)
    except msgspec.DecodeError as error:
        raise unauthenticated("The access token cannot be read.") from error
    if not isinstance(value, dict):
        raise unauthenticated("The access token cannot be read.")
    return value


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unauthenticated(f"The access token lacks the claim {name}.")
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
