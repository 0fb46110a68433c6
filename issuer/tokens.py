"""The token request and the token, without HTTP: who asks what becomes claims, or a refusal as published.

`decide` knows the rules of the published token endpoint (`authorization.md` §3.1, §6.1); `claims_for` writes the claims of §3.2 to
the letter, the leftovers (`subjects`, `client_metadata`) included, because existing resource servers read them.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt
import msgspec

from issuer.keys import Algorithm, KeyStore
from issuer.participants import Participant, Participants, canonical_id

__all__ = ["AccessToken", "Issued", "RefusedError", "TokenIssuer", "TokenRequest", "decide"]

NOT_BEFORE = 120
"""Seconds that `nbf` lies before `iat`."""
MAXIMUM_LIFETIME = 3600
SOURCE = "localhost"
"""The name of the aggregated source in published tokens."""


class AccessToken(msgspec.Struct, frozen=True):
    """The member `access_token` of a request: the party to act for, `uzovi:5000` or `agbcode:012345678`."""

    sub: str | None = None


class TokenRequest(msgspec.Struct, frozen=True):
    """The published JSON request. `scope`: space separated, case sensitive, any order. `audience`: one https URL."""

    grant_type: str | None = None
    scope: str | None = None
    audience: str | None = None
    access_token: AccessToken | None = None


class RefusedError(Exception):
    """A refusal: HTTP status, OAuth error code and the published text."""

    def __init__(self, status: int, error: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.error = error
        self.text = text


@dataclass(frozen=True, slots=True)
class Issued:
    """What a request comes to: for whom, by whom (None when for itself), which scopes, for which resource server."""

    party: Participant
    actor: Participant | None
    scopes: tuple[str, ...]
    audience: str
    confirmation: Mapping[str, str] | None = None
    """What the token is bound to (RFC 7800): `x5t#S256`, the thumbprint of a client certificate; None for one that is not."""


def decide(request: TokenRequest, caller: Participant, participants: Participants) -> Issued:
    """Judge a request of `caller`. Raises `RefusedError`."""
    if caller.blocked:
        raise RefusedError(403, "access_denied", "Forbidden")
    if request.grant_type != "client_credentials":
        raise RefusedError(400, "unsupported_grant_type", "grant_type must be client_credentials")
    if request.scope is None or not _is_audience(request.audience):
        raise RefusedError(400, "invalid_request", "audience is required")
    party, actor = _party(request, caller, participants)
    scopes = tuple(sorted(set(request.scope.split())))
    if not scopes:
        raise RefusedError(400, "invalid_scope", "Invalid scope")
    if not set(scopes) <= set(party.scopes):
        raise RefusedError(400, "invalid_scope", "Access denied, invalid scope")
    return Issued(party, actor, scopes, request.audience or "")


class TokenIssuer:
    """Signs tokens. `name` is the claim `iss`; with `aggregated` the party's claims go into `_claim_sources`."""

    def __init__(
        self,
        keys: KeyStore,
        *,
        name: str,
        clock: Callable[[], float],
        algorithm: Algorithm = "RS256",
        lifetime: int = MAXIMUM_LIFETIME,
        aggregated: bool = False,
    ) -> None:
        if not 0 < lifetime <= MAXIMUM_LIFETIME:
            raise ValueError(f"A token lives at most {MAXIMUM_LIFETIME} seconds.")
        self.lifetime = lifetime
        self._keys = keys
        self._name = name
        self._clock = clock
        self._algorithm: Algorithm = algorithm
        self._aggregated = aggregated
        # The inner signature protects nothing (the outer one does); published tokens carry HS256 with a key of the issuer.
        self._inner_secret = secrets.token_bytes(32)

    def sign(self, issued: Issued) -> str:
        """Return the token as compact JWS."""
        kid, key = self._keys.signing_key(self._algorithm)
        headers = {"kid": kid, "typ": "at+jwt"}
        return jwt.encode(self.claims_for(issued), key, algorithm=self._algorithm, headers=headers)

    def claims_for(self, issued: Issued) -> dict[str, Any]:
        now = int(self._clock())
        party, actor = issued.party, issued.actor
        claims: dict[str, Any] = {
            "iss": self._name,
            "sub": (actor or party).number,
            "client_id": party.id if actor else party.number,
            "aud": issued.audience,
            "iat": now,
            "nbf": now - NOT_BEFORE,
            "exp": now + self.lifetime,
            "jti": str(uuid.uuid4()),
            "consent_id": str(uuid.uuid4()),
            "scopes": list(issued.scopes),
            "subjects": None,
            "client_metadata": None,
        }
        if actor is not None:
            claims["act"] = {"sub": actor.number}
        if issued.confirmation is not None:
            claims["cnf"] = dict(issued.confirmation)
        identity = {party.claim: party.code, "instantie_type": party.instantie_type, "instantie_naam": party.name}
        return claims | (self._aggregate(identity) if self._aggregated else identity)

    def _aggregate(self, identity: dict[str, str]) -> dict[str, Any]:
        inner: dict[str, str | None] = {"agb": None, "uzovi": None, **identity}
        head = _base64url(msgspec.json.encode({"alg": "HS256", "typ": "JWT"}))
        signed = f"{head}.{_base64url(msgspec.json.encode(inner))}"
        proof = _base64url(hmac.digest(self._inner_secret, signed.encode(), "sha256"))
        return {
            "_claim_names": dict.fromkeys(inner, SOURCE),
            "_claim_sources": {SOURCE: {"jwt": f"{signed}.{proof}"}},
        }


def _party(
    request: TokenRequest, caller: Participant, participants: Participants
) -> tuple[Participant, Participant | None]:
    subject = request.access_token.sub if request.access_token else None
    if subject is None:
        return caller, None
    party = participants.by_id.get(canonical_id(subject))
    # One answer for all: who may not act for a party does not learn whether it exists.
    if party is None or party.blocked or party.id == caller.id or not caller.acts_for(party.id):
        raise RefusedError(401, "access_denied", "authenticating with issuing authority")
    return party, caller


def _is_audience(audience: str | None) -> bool:
    if audience is None:
        return False
    try:
        parts = urlsplit(audience)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = not parts.fragment and "@" not in parts.netloc and " " not in audience
    return parts.scheme == "https" and bool(parts.hostname) and plain and port_fits


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
