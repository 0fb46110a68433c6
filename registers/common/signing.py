"""A decision context signed by hand, for development: what would this party see?"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from registers.common.access import FieldsFile, load_fields
from registers.common.context import MAXIMUM_LIFETIME
from registers.common.definition import RegisterDefinition
from registers.common.pool import AMSTERDAM

__all__ = ["SigningError", "development_context", "thumbprint"]


class SigningError(Exception):
    """No context can be made; the message says why."""


def development_context(
    register: RegisterDefinition, party: str, key: bytes, *, scopes: Iterable[str], gateway: str
) -> str:
    """A decision context for `party` (`uzovi:5050`) at `register`, signed with the PEM `key`.

    Without `scopes` it holds every scope that the register's grants name.
    """
    fields = load_fields(register.policies / "fields.json")
    if fields is None:
        raise SigningError(
            f"The register {register.name} has no policies yet; make them with `gateway grants compile`."
        )
    name, _, value = party.partition(":")
    role = _role(fields, name, value)
    private = _private_key(key)
    issued = int(time.time())
    claims = {
        "iss": gateway,
        "aud": register.audience,
        "iat": issued,
        "exp": issued + MAXIMUM_LIFETIME,
        "role": role,
        "identifiers": {name: value},
        "scopes": sorted(scopes) or sorted(_scopes(fields)),
        "actor": None,
        "trace": secrets.token_hex(16),
        "grants": fields.release,
        "today": dt.datetime.now(AMSTERDAM).date().isoformat(),
    }
    headers = {"typ": "decision+jwt", "kid": thumbprint(private)}
    return jwt.encode(claims, private, algorithm="EdDSA", headers=headers)


def thumbprint(key: Ed25519PrivateKey) -> str:
    """The key id: the RFC 7638 thumbprint of the public key."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    members = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(public)}
    return _base64url(hashlib.sha256(orjson.dumps(members, option=orjson.OPT_SORT_KEYS)).digest())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _private_key(pem: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise SigningError("The key file holds no private key.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningError("Decision contexts are signed with an Ed25519 key.")
    return key


def _role(fields: FieldsFile, name: str, value: str) -> str:
    for role, claims in fields.claims.items():
        pattern = claims["identifiers"].get(name)
        if pattern is not None and re.fullmatch(pattern, value):
            return role
    raise SigningError("No role of this register has such an identifier; write for example --as uzovi:5050.")


def _scopes(fields: FieldsFile) -> set[str]:
    found: set[str] = set()
    roles: Mapping[str, Any] = fields.roles
    for role in roles.values():
        for type_fields in role["types"].values():
            for alternatives in type_fields.values():
                found.update(scope for item in alternatives for scope in item.get("scopes") or ())
    return found
