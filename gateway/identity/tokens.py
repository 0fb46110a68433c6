"""Access tokens: from the header `Authorization` to claims that can be trusted, or an answer 401.

The order matters. Size and shape come first, then the issuer (which names a key set and nothing else), the key (which fixes the
algorithm; `jku`, `x5u` and `jwk` in the header are never read), the signature, and only then the claims. A verified token is kept; its
times are judged again at every use, and a change of the key set voids it. Whether it is in the right hands is the
matter of `binding.py`.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jwt
from jwt.exceptions import PyJWTError

from gateway.authorization.caller import Caller
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.identity.claims import json_object, json_part, moment, text, unauthenticated, with_aggregated
from gateway.identity.jwks import KeySet, KeySetUnavailableError, VerificationKey

__all__ = ["TokenVerifier", "TrustedIssuer", "Verified"]

MAXIMUM_TOKEN = 16 * 1024
ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})

_CREDENTIAL = re.compile(rb"(?i:(bearer|dpop)) +([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """Whose tokens count, for which audiences, under which keys.

    `types`: accepted JOSE `typ` values in lower case without `application/`; the empty string is a token without one.
    `authorized_parties`: when given, the claim `azp` must be among them. `leeway`: accepted difference of clocks, seconds, at most 60.
    `maximum_lifetime`: largest `exp - iat`, seconds. `bindings`: when given, a token must be bound in one of these ways, `certificate`
    (RFC 8705) or `dpop` (RFC 9449). `certificate_name`: the attribute of a client certificate's subject that must be the
    party in the token, `common_name` or `serial_number`; None when they are not compared.
    """

    issuer: str
    audiences: frozenset[str]
    keys: KeySet
    algorithms: frozenset[str] = ALGORITHMS
    types: frozenset[str] = frozenset({"at+jwt", "jwt", ""})
    authorized_parties: frozenset[str] | None = None
    leeway: int = 60
    maximum_lifetime: int = 3600
    bindings: frozenset[str] = frozenset()
    certificate_name: str | None = None

    def __post_init__(self) -> None:
        if not self.issuer:
            raise ValueError("An issuer needs its name, the claim `iss` of its tokens.")
        if not self.audiences or "" in self.audiences:
            raise ValueError(f"Issuer {self.issuer!r} needs at least one audience; without one any token would do.")
        if not self.algorithms <= ALGORITHMS or not self.algorithms:
            raise ValueError(f"Issuer {self.issuer!r}: algorithms are some of {', '.join(sorted(ALGORITHMS))}.")
        if not 0 <= self.leeway <= 60:
            raise ValueError("The accepted difference of clocks is 0 to 60 seconds.")


@dataclass(slots=True, eq=False)
class Verified:
    """A token that counts between `begins` and `ends` (leeway included). `scheme` is that of the header: `bearer` or `dpop`.

    `guarded`: it does not count for everybody who has it. `caller` is made of it at its first use, and kept here.
    """

    claims: Mapping[str, Any]
    issuer: TrustedIssuer
    generation: int
    begins: float
    ends: float
    scheme: str
    cost: int
    guarded: bool = False
    caller: Caller | None = None


@dataclass(slots=True)
class _Cache:
    """Verified tokens by header, least recently used out first, bounded by bytes."""

    capacity: int
    entries: OrderedDict[bytes, Verified] = field(default_factory=OrderedDict[bytes, "Verified"])
    size: int = 0

    def put(self, key: bytes, entry: Verified) -> None:
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
    """Verifies access tokens of one or more issuers. `cache_bytes`: bound on the memory of verified tokens."""

    def __init__(
        self,
        issuers: Sequence[TrustedIssuer],
        *,
        cache_bytes: int = 16 * 1024 * 1024,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not issuers:
            raise ValueError("A verifier needs at least one issuer.")
        self._issuers = {issuer.issuer: issuer for issuer in issuers}
        if len(self._issuers) != len(issuers):
            raise ValueError("An issuer is named twice.")
        self._clock = clock
        self._cache = _Cache(cache_bytes)

    async def verify(self, given: bytes | None) -> Verified:
        """Verify the value of the header `Authorization`. Raises `GatewayError`: 401, or 503 when there are no keys yet."""
        if not given:
            raise unauthenticated("An access token is required.")
        entry = self._cache.entries.get(given)
        if entry is None or entry.generation != entry.issuer.keys.generation:
            entry = await self._verified(given)
        else:
            self._cache.entries.move_to_end(given)
            # Else a key that was taken away would count for as long as nobody came with a new token.
            entry.issuer.keys.freshen()
        now = self._clock()
        if now >= entry.ends:
            self._cache.drop(given)
            raise unauthenticated("The access token has expired.")
        if now < entry.begins:
            raise unauthenticated("The access token is not valid yet.")
        return entry

    async def _verified(self, given: bytes) -> Verified:
        self._cache.drop(given)
        entry = await self._verify_anew(given)
        self._cache.put(given, entry)
        return entry

    async def _verify_anew(self, given: bytes) -> Verified:
        if len(given) > MAXIMUM_TOKEN:
            raise unauthenticated("The access token is too long.")
        parts = _CREDENTIAL.fullmatch(given)
        if parts is None:
            raise unauthenticated("The header Authorization must hold a bearer token.")
        scheme, head, body, proof = (parts[number].decode("ascii") for number in (1, 2, 3, 4))
        header = json_part(head)
        issuer = self._issuers.get(text(json_part(body).get("iss")))
        if issuer is None:
            raise unauthenticated("The access token comes from an issuer that is not trusted here.")
        _check_header(header, issuer)
        key = await _find_key(header, issuer)
        token = f"{head}.{body}.{proof}"
        try:
            payload = jwt.PyJWS().decode(token, key.public_key, algorithms=[key.algorithm])
        except PyJWTError as error:
            raise unauthenticated("The signature of the access token is not valid.") from error
        claims = json_object(payload)
        begins, ends = _checked(claims, issuer)
        return Verified(
            with_aggregated(claims),
            issuer,
            issuer.keys.generation,
            begins - issuer.leeway,
            ends + issuer.leeway,
            scheme.lower(),
            cost=3 * len(given) + 2048,
            guarded=bool("cnf" in claims or scheme.lower() == "dpop" or issuer.bindings or issuer.certificate_name),
        )


def _check_header(header: Mapping[str, Any], issuer: TrustedIssuer) -> None:
    if "crit" in header:
        # RFC 7515 §4.1.11: an extension that we do not understand makes the token invalid, and we understand none.
        raise unauthenticated("The access token demands an extension that is not supported.")
    if "b64" in header:
        raise unauthenticated("The access token has an unsupported form.")
    if text(header.get("alg")) not in issuer.algorithms:
        raise unauthenticated("The access token is not signed with an accepted algorithm.")
    kind = text(header.get("typ")).lower().removeprefix("application/")
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
    if key is None or header["alg"] != key.algorithm:
        raise unauthenticated("The access token is not signed with a known key.")
    return key


def _checked(claims: Mapping[str, Any], issuer: TrustedIssuer) -> tuple[float, float]:
    """Judge claims that were signed; return from when until when they hold. Raises `GatewayError` 401."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(item, str) and item in issuer.audiences for item in audiences):
        raise unauthenticated("The access token is meant for another audience.")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise unauthenticated("The access token has no identity (jti).")
    parties = issuer.authorized_parties
    if parties is not None and text(claims.get("azp")) not in parties:
        raise unauthenticated("The access token was issued to a party that is not accepted here.")
    issued, expires = moment(claims, "iat"), moment(claims, "exp")
    if not 0 < expires - issued <= issuer.maximum_lifetime:
        raise unauthenticated(f"The access token lives longer than {issuer.maximum_lifetime} seconds, or not at all.")
    return max(issued, moment(claims, "nbf") if "nbf" in claims else issued), expires
