"""The decision context: what the gateway tells a register about the caller, signed.

A compact JWS (EdDSA over Ed25519, RFC 8037) of JOSE type `decision+jwt`, valid for half a minute, for one register. The
register applies row policies to exactly the identity that stands in it, and refuses it when its own policies were
made from another release of the grants.

A context is reused for the same caller and register while enough of its life remains; signing costs more than
everything else that is done for a fetch. The trace id inside is that of the request that made it.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from gateway.authorization.caller import Caller

__all__ = ["ContextSigner", "read_public_key", "read_signing_key"]

LIFETIME = 30
"""Seconds; the longest that registers accept."""
REUSED_WHILE = 10
"""Seconds of life that a reused context must have left."""
MAXIMUM_KEPT = 4096

_encode = msgspec.json.Encoder(order="deterministic").encode


class ContextSigner:
    """Makes the header `Decision-Context`. `issuer` is the gateway's id URL; the key id is the RFC 7638 thumbprint. `published`: keys that
    registers are told beside its own; nothing is signed with them here.

    `signed` and `reused` count what was given.
    """

    def __init__(
        self,
        key: Ed25519PrivateKey,
        *,
        issuer: str,
        published: Iterable[Ed25519PublicKey] = (),
        clock: Callable[[], float] = time.time,
        maximum_kept: int = MAXIMUM_KEPT,
    ) -> None:
        self._key = key
        self._issuer = issuer
        self._clock = clock
        self._maximum_kept = maximum_kept
        own = _public_jwk(key.public_key())
        told = {jwk["kid"]: jwk for jwk in (own, *map(_public_jwk, published))}
        self._jwks = {"keys": list(told.values())}
        self.kid = own["kid"]
        self._head = _base64url(_encode({"alg": "EdDSA", "kid": self.kid, "typ": "decision+jwt"})) + "."
        self._kept: OrderedDict[tuple[Any, ...], tuple[float, str]] = OrderedDict()
        self.signed = 0
        self.reused = 0

    def header_for(
        self, caller: Caller, audience: str, trace_id: str, today: date, release: str, record_key: str = ""
    ) -> str:
        """Return the context of `caller` for the register `audience`.

        `today` is the date in Europe/Amsterdam that windows are judged by; `release` the hash of the grants file; `record_key`, where records are
        kept, the response key under which the keys of rows are asked for them.
        """
        now = self._clock()
        key = (*_reuse_key(caller, audience, today, release), record_key)
        kept = self._kept.get(key)
        if kept is not None and kept[0] - now >= REUSED_WHILE:
            self.reused += 1
            return kept[1]
        issued = int(now)
        keeps = {"record_key": record_key} if record_key else {}
        header = self._sign(
            {
                **keeps,
                "iss": self._issuer,
                "aud": audience,
                "iat": issued,
                "exp": issued + LIFETIME,
                "role": caller.role,
                "identifiers": dict(caller.identifiers),
                "scopes": sorted(caller.scopes),
                "actor": caller.actor,
                "trace": trace_id,
                "grants": release,
                "today": today.isoformat(),
            }
        )
        self._keep(key, issued + LIFETIME, header)
        self.signed += 1
        return header

    def jwks(self) -> dict[str, Any]:
        """Return the public key set that registers verify with; its own key first."""
        return self._jwks

    def _sign(self, claims: dict[str, Any]) -> str:
        signed = self._head + _base64url(_encode(claims))
        return f"{signed}.{_base64url(self._key.sign(signed.encode()))}"

    def _keep(self, key: tuple[Any, ...], expires: float, header: str) -> None:
        self._kept[key] = (expires, header)
        self._kept.move_to_end(key)
        while len(self._kept) > self._maximum_kept:
            self._kept.popitem(last=False)


def read_signing_key(path: Path) -> Ed25519PrivateKey:
    """Read the gateway's Ed25519 key (PEM, PKCS 8). Raises ValueError with a sentence."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} holds no readable private key.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key; decision contexts are signed with one.")
    return key


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Read an Ed25519 public key (PEM). Raises ValueError with a sentence."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(f"{path} holds no readable public key.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{path} holds no Ed25519 key; decision contexts are signed with one.")
    return key


def _public_jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """Its id is the hash of the required members (RFC 7638)."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(key.public_bytes(Encoding.Raw, PublicFormat.Raw))}
    return {**members, "kid": _base64url(hashlib.sha256(_encode(members)).digest()), "alg": "EdDSA", "use": "sig"}


def _reuse_key(caller: Caller, audience: str, today: date, release: str) -> tuple[Any, ...]:
    return (
        audience,
        caller.role,
        tuple(sorted(caller.identifiers.items())),
        caller.scopes,
        caller.actor,
        today,
        release,
    )


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
