"""Keys, tokens and decision contexts for the tests of the shell."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.registers.common.example import REGISTER

GATEWAY = "https://gateway.example"
ISSUER = "https://issuer.example"


def _base64url(number: bytes) -> str:
    return base64.urlsafe_b64encode(number).rstrip(b"=").decode()


class Keys:
    """A gateway's and an issuer's key, and their published sets in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.gateway = Ed25519PrivateKey.generate()
        self.issuer: EllipticCurvePrivateKey = generate_private_key(SECP256R1())
        self.gateway_jwks = folder / "gateway.json"
        self.issuer_jwks = folder / "issuer.json"
        raw = self.gateway.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        publish(self.gateway_jwks, {"kty": "OKP", "crv": "Ed25519", "kid": "g1", "x": _base64url(raw)})
        numbers = self.issuer.public_key().public_numbers()
        x, y = (_base64url(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
        publish(self.issuer_jwks, {"kty": "EC", "crv": "P-256", "kid": "i1", "x": x, "y": y, "alg": "ES256"})

    @property
    def gateway_pem(self) -> bytes:
        return self.gateway.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def context(self, role: str, *, kid: str = "g1", typ: str = "decision+jwt", **changes: Any) -> str:
        identifiers = changes.pop("identifiers", {"agb": "12345678"})
        now = int(time.time())
        claims = {
            "iss": GATEWAY,
            "aud": REGISTER.audience,
            "iat": now,
            "exp": now + 30,
            "role": role,
            "identifiers": identifiers,
            "scopes": ["huizen:read"],
            "actor": None,
            "trace": "1" * 32,
            "grants": "release-1",
            "today": "2026-11-23",
            **changes,
        }
        return jwt.encode(present(claims), self.gateway, algorithm="EdDSA", headers={"kid": kid, "typ": typ})

    def token(self, *, kid: str = "i1", typ: str = "at+jwt", **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": REGISTER.audience,
            "iat": now,
            "exp": now + 3600,
            "jti": "t1",
            "sub": "makelaar",
            "scopes": ["huizen:read"],
            "agb": "12345678",
            "instantie_type": "Makelaar",
            **changes,
        }
        return jwt.encode(present(claims), self.issuer, algorithm="ES256", headers={"kid": kid, "typ": typ})


def present(claims: dict[str, Any]) -> dict[str, Any]:
    """Claims without those that a test takes away by `...`."""
    return {name: value for name, value in claims.items() if value is not ...}


def publish(path: Path, *keys: dict[str, Any]) -> None:
    path.write_bytes(orjson.dumps({"keys": list(keys)}))
