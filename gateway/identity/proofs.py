"""Proofs of possession (DPoP, RFC 9449): that who sends a token holds the key that it is bound to, for this very request.

A proof is a small JWS that carries its own public key; it counts when the token is bound to that key. Everything of §4.3 is
checked: type, algorithm, signature, method and address, time, the hash of the token, and that its `jti` was not seen before. What was
seen is kept as long as the proof could count, in this process, and bounded: when it is full, no proof is taken rather than one twice.

With a secret, proofs carry a nonce of ours as well (§9): then none can be made ahead. It is the keyed hash of a span of time, so
that all gateways that share the secret accept it.

A WebSocket is opened with one proof. It holds for the tokens of that key for as long as the socket stands.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt
import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from jwt.exceptions import PyJWTError

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.identity.claims import is_moment, json_object, json_part, text
from gateway.identity.jwks import possible_algorithms, public_key_of
from gateway.identity.peer import METHOD, SOCKET
from gateway.identity.remembered import Remembered

__all__ = ["Proofs", "thumbprint_of"]

MAXIMUM_PROOF = 4096
LIFETIME = 60
"""Seconds around `iat` in which a proof counts."""
NONCE_SPAN = 300
"""Seconds after which there is another nonce; the one before still counts."""
MAXIMUM_SEEN = 100_000
MAXIMUM_SOCKETS = 20_000
ALGORITHMS = "ES256 EdDSA PS256 RS256"
_MEMBERS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}


class Proofs:
    """Checks the header `DPoP`. `urls`: where clients reach this gateway, as they know it; the `Host` of a request is not believed."""

    def __init__(
        self,
        urls: Iterable[str],
        *,
        nonce_secret: bytes | None = None,
        clock: Callable[[], float] = time.time,
        maximum_seen: int = MAXIMUM_SEEN,
        remembered: Remembered | None = None,
    ) -> None:
        self._urls = frozenset(filter(None, map(_address, urls)))
        if not self._urls:
            raise ValueError("a proof names an https URL of this gateway")
        self._secret = nonce_secret
        self._clock = clock
        self._maximum_seen = maximum_seen
        known = remembered or Remembered()
        self._seen, self._sockets = known.proofs, known.sockets

    def check(self, headers: Mapping[bytes, bytes], thumbprint: str) -> None:
        """Raises `GatewayError` 401 when `headers` hold no new proof by the key with this RFC 7638 `thumbprint`."""
        socket = headers.get(SOCKET)
        if socket is not None and self._sockets.get(socket) == thumbprint:
            return
        claims = self._signed(headers.get(b"dpop"), thumbprint)
        token = headers[b"authorization"].rpartition(b" ")[2]
        if text(claims.get("ath")) != _base64url(hashlib.sha256(token).digest()):
            raise _refused("The proof belongs to another access token.")
        method = headers.get(METHOD)
        if method is None or text(claims.get("htm")) != method.decode("latin-1"):
            raise _refused("The proof belongs to another method.")
        if _address(text(claims.get("htu"))) not in self._urls:
            raise _refused("The proof belongs to another URL.")
        now = self._clock()
        issued = claims.get("iat")
        if not is_moment(issued) or not abs(now - issued) <= LIFETIME:
            raise _refused("The proof is too old, or not of now.")
        self._check_nonce(claims, now)
        self._first_time(claims, thumbprint, issued + LIFETIME, now)
        if socket is not None:
            self._sockets[socket] = thumbprint
            if len(self._sockets) > MAXIMUM_SOCKETS:
                self._sockets.popitem(last=False)

    def nonce(self, now: float) -> str:
        """The nonce of the span that `now` lies in."""
        assert self._secret is not None
        span = int(now // NONCE_SPAN).to_bytes(8, "big")
        return _base64url(hmac.digest(self._secret, span, "sha256")[:18])

    def _signed(self, given: bytes | None, thumbprint: str) -> dict[str, Any]:
        """The claims of a proof by the right key."""
        if given is None:
            raise _refused("A proof (header DPoP) is required.")
        parts = given.split(b".")
        if len(given) > MAXIMUM_PROOF or len(parts) != 3 or not given.isascii():
            raise _refused("The proof cannot be read.")
        try:
            header = json_part(parts[0].decode("ascii"))
        except GatewayError as error:
            raise _refused("The proof cannot be read.") from error
        if text(header.get("typ")).lower().removeprefix("application/") != "dpop+jwt" or "crit" in header:
            raise _refused("The header DPoP holds no proof.")
        key: Any = header.get("jwk")
        algorithm = text(header.get("alg"))
        if not isinstance(key, dict) or "d" in key or algorithm not in possible_algorithms(key):
            raise _refused("The key of the proof is of no accepted kind.")
        if thumbprint_of(key) != thumbprint:
            raise _refused("The proof is by another key than the access token is bound to.")
        try:
            public_key = public_key_of(key)
            payload = jwt.PyJWS().decode(given, public_key, algorithms=[algorithm])
            return json_object(payload)
        except (PyJWTError, UnsupportedAlgorithm, ValueError, GatewayError) as error:
            raise _refused("The signature of the proof is not valid.") from error

    def _check_nonce(self, claims: Mapping[str, Any], now: float) -> None:
        if self._secret is None:
            return
        given = text(claims.get("nonce")).encode()
        if not any(hmac.compare_digest(given, self.nonce(at).encode()) for at in (now, now - NONCE_SPAN)):
            challenge = f'DPoP error="use_dpop_nonce", algs="{ALGORITHMS}"'
            headers = {"WWW-Authenticate": challenge, "DPoP-Nonce": self.nonce(now)}
            issue = GraphQLIssue("The proof needs the nonce of this gateway.", Code.UNAUTHENTICATED)
            raise GatewayError(issue, headers=headers)

    def _first_time(self, claims: Mapping[str, Any], thumbprint: str, until: float, now: float) -> None:
        proof_id = text(claims.get("jti"))
        if not proof_id:
            raise _refused("The proof has no identity (jti).")
        name = hashlib.blake2b(f"{thumbprint} {proof_id}".encode(), digest_size=16).digest()
        if self._seen.get(name, 0) >= now:
            raise _refused("The proof was used before.")
        if len(self._seen) >= self._maximum_seen:
            self._forget(now)
        if len(self._seen) >= self._maximum_seen:
            issue = GraphQLIssue("Too many proofs are given at the moment.", Code.RATE_LIMITED)
            raise GatewayError(issue, headers={"Retry-After": str(LIFETIME)})
        self._seen[name] = until

    def _forget(self, now: float) -> None:
        for name in [name for name, until in self._seen.items() if until < now]:
            del self._seen[name]


def thumbprint_of(key: Mapping[str, Any]) -> str:
    """RFC 7638: the hash of the required members of a JWK in lexical order; empty for a key of an unknown kind."""
    members = _MEMBERS.get(text(key.get("kty")), ())
    if not members or not all(isinstance(key.get(name), str) for name in members):
        return ""
    return _base64url(hashlib.sha256(msgspec.json.encode({name: key[name] for name in members})).digest())


def _refused(message: str) -> GatewayError:
    challenge = f'DPoP error="invalid_dpop_proof", algs="{ALGORITHMS}"'
    return GatewayError(GraphQLIssue(message, Code.UNAUTHENTICATED), headers={"WWW-Authenticate": challenge})


def _address(url: str) -> str:
    """A URL as it is compared (RFC 9449 §4.3, RFC 3986 §6.2): without query and fragment, host and scheme in lower case."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("https", "http", "wss", "ws") or not parts.hostname or "@" in parts.netloc:
        return ""
    scheme = {"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme)
    usual = {"https": 443, "http": 80}[scheme]
    return f"{scheme}://{parts.hostname}:{usual if port is None else port}{parts.path or '/'}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
