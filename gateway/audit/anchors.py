"""Anchors: signed statements that a chain had a certain head, made each minute and kept beside the journal and elsewhere.

Whoever cuts off the end of a journal, or writes it anew, would have to sign as the gateway. An anchor is a compact JWS (RFC 7515, EdDSA
of RFC 8037) of type `audit-anchor+jwt`; `kind` is `head`, or `dropped` where retention took away everything up to that head. What is
dropped is said by a signature too, or it is missing.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from gateway.audit.chain import Head

__all__ = ["Anchor", "AnchorError", "Kind", "read_anchor", "read_public_key", "sign_anchor"]

Kind = Literal["head", "dropped"]

_HEADER = {"alg": "EdDSA", "typ": "audit-anchor+jwt"}


class AnchorError(Exception):
    """A statement that is none, or that was not signed with the key; a sentence."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """`at`: when it was said, UTC in ISO 8601."""

    instance: str
    head: Head
    at: str
    kind: Kind = "head"


def sign_anchor(anchor: Anchor, key: Ed25519PrivateKey) -> str:
    """The anchor as a compact JWS."""
    claims = {
        "kind": anchor.kind,
        "instance": anchor.instance,
        "sequence": anchor.head.sequence,
        "hash": anchor.head.hash,
        "at": anchor.at,
    }
    signed = f"{_encoded(_HEADER)}.{_encoded(claims)}"
    return f"{signed}.{_base64url(key.sign(signed.encode()))}"


def read_anchor(text: str, *keys: Ed25519PublicKey) -> Anchor:
    """Read a compact JWS and verify that it was signed with one of `keys`. Raises `AnchorError`."""
    try:
        header, claims, signature = text.split(".")
        _verify(_decoded(signature), f"{header}.{claims}".encode(), keys)
        if json.loads(_decoded(header)) != _HEADER:
            raise AnchorError("this is no anchor")
        return _anchor(json.loads(_decoded(claims)))
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise AnchorError("this is no anchor") from None


def _verify(signature: bytes, signed: bytes, keys: Iterable[Ed25519PublicKey]) -> None:
    for key in keys:
        try:
            return key.verify(signature, signed)
        except InvalidSignature:
            continue
    raise AnchorError("an anchor was not signed with this key")


def read_public_key(pem: bytes) -> Ed25519PublicKey:
    """The key to verify with, from a public or a private one (PEM). Raises ValueError with a sentence."""
    try:
        key: Any = load_pem_public_key(pem)
    except ValueError:
        try:
            key = load_pem_private_key(pem, password=None).public_key()
        except (ValueError, TypeError):
            raise ValueError("it holds no readable key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("it holds no Ed25519 key")
    return key


def _anchor(claims: dict[str, Any]) -> Anchor:
    kind, sequence = claims["kind"], claims["sequence"]
    texts = (claims["instance"], claims["hash"], claims["at"])
    if kind not in ("head", "dropped") or type(sequence) is not int or not all(isinstance(text, str) for text in texts):
        raise ValueError
    return Anchor(texts[0], Head(sequence, texts[1]), texts[2], kind)


def _encoded(content: dict[str, Any]) -> str:
    return _base64url(json.dumps(content, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
