"""Access tokens as a thief, a colleague or a careless issuer would make them, and the answer that they deserve."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from tests.harness import Network, Reply

__all__ = ["Forge", "base64url", "take_apart", "unauthenticated"]


def base64url(value: bytes | Mapping[str, Any]) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Forge:
    """A good token taken apart, and the keys to put it together again: the issuer's own and a foreign one."""

    claims: dict[str, Any]
    head: dict[str, Any]
    key: RSAPrivateKey
    other_key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(public_exponent=65537, key_size=2048))

    def sign(self, *, by: RSAPrivateKey | None = None, head: Mapping[str, Any] | None = None, **claims: Any) -> str:
        """The token with other claims (None: without it), signed by the issuer unless another key is given."""
        told = {name: value for name, value in {**self.claims, **claims}.items() if value is not None}
        return jwt.encode(told, by or self.key, algorithm="RS256", headers={**self.head, **(head or {})})

    def unsigned(self, signature: str) -> str:
        return f"{base64url({**self.head, 'alg': 'none'})}.{base64url(self.claims)}.{signature}"

    def signed_with_the_public_key(self) -> str:
        public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        content = f"{base64url({**self.head, 'alg': 'HS256'})}.{base64url(self.claims)}"
        return f"{content}.{base64url(hmac.new(public, content.encode(), hashlib.sha256).digest())}"

    def altered(self) -> str:
        head, _, signature = self.sign().split(".")
        return f"{head}.{base64url({**self.claims, 'uzovi': '5505'})}.{signature}"


def take_apart(net: Network, party: str, audience: str) -> Forge:
    """The token of a party, and the issuer's key out of the state of the network."""
    records = json.loads((net.state / "issuer" / "keys.json").read_text())
    kid = next(record["kid"] for record in records if record["algorithm"] == "RS256")
    key = load_pem_private_key((net.state / "issuer" / f"{kid}.pem").read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    claims = jwt.decode(net.token(party, audience), options={"verify_signature": False})
    return Forge(claims, {"kid": kid, "typ": "at+jwt"}, key)


def unauthenticated(reply: Reply) -> str:
    """The sentence of a 401 that is one in every respect."""
    assert reply.status == 401, reply.body
    (error,) = reply.json()["errors"]
    assert reply.json() == {"errors": [{"message": error["message"], "extensions": {"code": "UNAUTHENTICATED"}}]}
    assert reply.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    return error["message"]
