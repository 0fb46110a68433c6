"""Access tokens of an invented issuer, well made or not, the keys that prove them, and a verifier whose clock a test sets."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from gateway.errors import GatewayError
from gateway.identity.jwks import KeySet
from gateway.identity.tokens import TokenVerifier, TrustedIssuer

NOW = 1_800_000_000
ISSUER = "https://issuer.example"
AUDIENCE = "https://gateway.example/graphql"

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = Ed25519PrivateKey.generate()
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)

CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "20001000001131",
    "client_id": "20001000001131",
    "aud": AUDIENCE,
    "iat": NOW,
    "nbf": NOW - 120,
    "exp": NOW + 3600,
    "jti": "3d7c1d1c-9f0e-4d0c-a3a4-2c8f5ad4b0a1",
    "scopes": ["a:read", "b:read"],
    "uzovi": "5050",
    "instantie_type": "Zorgkantoor",
}


class Document:
    """A key set source whose content a test can change."""

    name = "test"

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys = list(keys)
        self.loads = 0

    async def load(self) -> bytes:
        self.loads += 1
        return orjson.dumps({"keys": self.keys})


def jwk(key: Any, kid: str, **members: Any) -> dict[str, Any]:
    kinds: dict[type, Any] = {rsa.RSAPrivateKey: RSAAlgorithm, ec.EllipticCurvePrivateKey: ECAlgorithm}
    kind = next((kinds[base] for base in kinds if isinstance(key, base)), OKPAlgorithm)
    return {**kind.to_jwk(key.public_key(), as_dict=True), "kid": kid, **members}


def document() -> Document:
    return Document(
        jwk(RSA_KEY, "rsa", alg="RS256"),
        jwk(EC_KEY, "ec"),
        jwk(ED_KEY, "ed"),
        jwk(RSA_KEY, "any-rsa"),
        jwk(RSA_KEY, "pss", alg="PS256"),
    )


class Clock:
    def __init__(self) -> None:
        self.now: float = float(NOW)  # as the real one: from a float no whole number of any size can be taken

    def __call__(self) -> float:
        return self.now


def verifier(source: Document | None = None, *, clock: Clock | None = None, **issuer: Any) -> TokenVerifier:
    keys = KeySet(source or document(), clock=clock or Clock())
    return TokenVerifier(
        [TrustedIssuer(ISSUER, frozenset({AUDIENCE}), keys, **issuer)],
        clock=clock or Clock(),
    )


def token(
    changes: Mapping[str, Any] | None = None,
    *,
    key: Any = RSA_KEY,
    alg: str = "RS256",
    kid: str | None = "rsa",
    **header: Any,
) -> str:
    claims = {name: value for name, value in {**CLAIMS, **(changes or {})}.items() if value is not ...}
    headers = {"typ": "at+jwt", **({"kid": kid} if kid else {}), **header}
    return jwt.encode(claims, key, algorithm=alg, headers=headers)


def part(content: Any) -> str:
    data = content if isinstance(content, bytes) else orjson.dumps(content)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def claims_of(text: str | None, by: TokenVerifier | None = None) -> Mapping[str, Any]:
    """The claims of a header that counts."""
    return (await (by or verifier()).verify(text.encode() if text is not None else None)).claims


async def refused(text: str | None, *, by: TokenVerifier | None = None) -> str:
    """The message with which a token is refused, always 401 and always with the header that RFC 6750 asks for."""
    with pytest.raises(GatewayError) as caught:
        await claims_of(text if text is None or " " in text else f"Bearer {text}", by)
    assert caught.value.status == 401
    assert caught.value.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    assert [issue.code.name for issue in caught.value.issues] == ["UNAUTHENTICATED"]
    return caught.value.issues[0].message
