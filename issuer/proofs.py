"""Proofs of possession in token requests (DPoP, RFC 9449 §5): a token is bound to the key that signed the proof.

Everything of §4.3 is checked: type, algorithm, signature, method and URL, time, and that its `jti` was not seen before. Who asks still follows
from the client certificate; the proof says what the token is bound to instead of that certificate.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

import jwt
import msgspec
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from issuer.tokens import RefusedError

__all__ = ["Proofs"]

LIFETIME = 60
"""Seconds around `iat` in which a proof counts."""
MAXIMUM_PROOF = 4096
MAXIMUM_SEEN = 20_000
MINIMUM_RSA_BITS = 2048
MAXIMUM_EXPONENT = 2**64
"""Of RSA: a larger one makes a signature slow to verify, and whoever asks chooses it."""

_KINDS: Mapping[tuple[Any, Any], tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
    ("RSA", None): (RSAAlgorithm, ("PS256", "RS256"), ("e", "kty", "n")),
    ("EC", "P-256"): (ECAlgorithm, ("ES256",), ("crv", "kty", "x", "y")),
    ("OKP", "Ed25519"): (OKPAlgorithm, ("EdDSA",), ("crv", "kty", "x")),
}
"""By key type and curve: who reads it, what it can sign, the members of its thumbprint (RFC 7638)."""


class Proofs:
    """Checks the header `DPoP` of token requests to `url`."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.time) -> None:
        self._url = url
        self._clock = clock
        self._seen: OrderedDict[tuple[str, str], float] = OrderedDict()

    def thumbprint(self, proof: str) -> str:
        """The thumbprint of the key that a proof proves. Raises `RefusedError` 400 (RFC 9449 §5)."""
        try:
            claims, thumbprint = _signed(proof)
        except (PyJWTError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise _refused("the proof is not valid") from error
        now = self._clock()
        issued, proof_id = claims.get("iat"), claims.get("jti")
        if claims.get("htm") != "POST" or claims.get("htu") != self._url:
            raise _refused("the proof is for another request")
        if not _is_of_now(issued, now):
            raise _refused("the proof is not of now")
        if not isinstance(proof_id, str) or not proof_id or len(proof_id) > 256:
            raise _refused("the proof has no identity")
        self._first_time((thumbprint, proof_id), issued + LIFETIME, now)
        return thumbprint

    def _first_time(self, name: tuple[str, str], until: float, now: float) -> None:
        if self._seen.get(name, 0) >= now:
            raise _refused("the proof was used before")
        if len(self._seen) >= MAXIMUM_SEEN:
            for old in [old for old, end in self._seen.items() if end < now]:
                del self._seen[old]
        if len(self._seen) >= MAXIMUM_SEEN:
            raise RefusedError(429, "temporarily_unavailable", "too many proofs")
        self._seen[name] = until


def _is_of_now(issued: Any, now: float) -> TypeGuard[float]:
    # Compared, not subtracted: a number of hundreds of digits is no float.
    number = isinstance(issued, int | float) and not isinstance(issued, bool)
    return number and now - LIFETIME <= issued <= now + LIFETIME


def _signed(proof: str) -> tuple[dict[str, Any], str]:
    """The claims of a proof and the thumbprint of its key. Raises what reading raises."""
    if len(proof) > MAXIMUM_PROOF:
        raise ValueError("too long")
    header = jwt.get_unverified_header(proof)
    key = header["jwk"]
    if str(header.get("typ", "")).lower() != "dpop+jwt" or "crit" in header or "d" in key:
        raise ValueError("no proof")
    reader, algorithms, members = _KINDS[key.get("kty"), key.get("crv")]
    public: Any = reader.from_jwk({name: key[name] for name in members})
    if getattr(public, "key_size", MINIMUM_RSA_BITS) < MINIMUM_RSA_BITS and key["kty"] == "RSA":
        raise ValueError("too short a key")
    if key["kty"] == "RSA" and public.public_numbers().e >= MAXIMUM_EXPONENT:
        raise ValueError("too large an exponent")
    claims: Any = msgspec.json.decode(jwt.PyJWS().decode(proof, public, algorithms=list(algorithms)))
    if not isinstance(claims, dict):
        raise TypeError("no claims")
    content = msgspec.json.encode({name: key[name] for name in members})
    return claims, base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _refused(text: str) -> RefusedError:
    return RefusedError(400, "invalid_dpop_proof", text)
