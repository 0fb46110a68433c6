"""Signed releases: a named, numbered set of files under detached signatures (RFC 7515, JSON serialization, appendix F).

    {"release": {"set": "care", "version": 12, "files": {"grants.yaml": "<sha256>"}},
     "signatures": [{"protected": "<alg, kid, typ>", "signature": "…"}, …]}

What is signed is the release written canonically: keys sorted, no white space. A key counts once, so two signatures are two people. Files are told by
their place beside the release file and their SHA-256; grants, code lists and catalogues are all files here.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

__all__ = ["Release", "ReleaseError", "key_id", "parse_release", "signed", "written"]

_TYPE = "release+jws"
_MAX_SIGNATURES = 16


class ReleaseError(Exception):
    """A release that does not count, in one sentence."""


@dataclass(frozen=True, slots=True)
class Release:
    """`files`: SHA-256 (hex) by place. `signatures`: protected header and signature, both base64url."""

    set: str
    version: int
    files: Mapping[str, str]
    signatures: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def signers(self, keys: Iterable[Ed25519PublicKey]) -> frozenset[str]:
        """The ids of those among `keys` that signed this. A signature that is wrong, or by nobody known, counts for nothing."""
        known = {key_id(key): key for key in keys}
        return frozenset(
            id_ for id_, key in known.items() if any(_signed_by(self, id_, key, one) for one in self.signatures)
        )

    def check(self, keys: Sequence[Ed25519PublicKey], needed: int) -> None:
        """Raises `ReleaseError` unless at least `needed` of `keys` signed."""
        found = len(self.signers(keys))
        if found < needed:
            raise ReleaseError(f"{needed} signatures of known keys are needed, and {found} count.")

    def check_file(self, place: str, content: bytes) -> None:
        """Raises `ReleaseError` for a file that is not in the release, or is not as it was signed."""
        if place not in self.files:
            raise ReleaseError(f"{place} is not in the release.")
        if hashlib.sha256(content).hexdigest() != self.files[place]:
            raise ReleaseError(f"{place} is not the file that was signed.")


def signed(release: Release, key: Ed25519PrivateKey) -> Release:
    """The release with one more signature. Raises `ReleaseError` when this key has signed it already."""
    id_ = key_id(key.public_key())
    if id_ in release.signers([key.public_key()]):
        raise ReleaseError("This key has signed the release already; a second signature is another person's.")
    protected = _encoded(_canonical({"alg": "EdDSA", "kid": id_, "typ": _TYPE}))
    signature = _encoded(key.sign(f"{protected}.{_encoded(_payload(release))}".encode()))
    return Release(release.set, release.version, release.files, (*release.signatures, (protected, signature)))


def written(release: Release) -> str:
    """The release file."""
    signatures = [{"protected": protected, "signature": signature} for protected, signature in release.signatures]
    return json.dumps({"release": _content(release), "signatures": signatures}, indent=1) + "\n"


def parse_release(text: str) -> Release:
    """Read a release file; nothing is verified yet. Raises `ReleaseError`."""
    try:
        document: Any = json.loads(text)
        content, signatures = document["release"], document["signatures"]
        files: Any = content["files"]
        set_, version = content["set"], content["version"]
        pairs = tuple((one["protected"], one["signature"]) for one in signatures)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ReleaseError("It is no release file.") from None
    if not isinstance(files, dict) or not isinstance(set_, str) or version.__class__ is not int or version < 1:
        raise ReleaseError("A release has `set`, `version` (1 or more) and `files`.")
    texts: list[Any] = [*files.items(), *pairs]
    if set(content) != {"files", "set", "version"} or not all(isinstance(t, str) for pair in texts for t in pair):
        raise ReleaseError(
            "A release has `set`, `version` and `files`, and signatures have `protected` and `signature`."
        )
    if len(pairs) > _MAX_SIGNATURES:
        raise ReleaseError(f"A release has at most {_MAX_SIGNATURES} signatures.")
    return Release(set_, version, files, pairs)


def key_id(key: Ed25519PublicKey) -> str:
    """The thumbprint of a key (RFC 7638, RFC 8037 §2)."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _encoded(hashlib.sha256(_canonical({"crv": "Ed25519", "kty": "OKP", "x": _encoded(raw)})).digest())


def _signed_by(release: Release, id_: str, key: Ed25519PublicKey, one: tuple[str, str]) -> bool:
    protected, signature = one
    try:
        head: Any = json.loads(_decoded(protected))
        # The header is compared as a whole: no other algorithm, no `crit`, nothing to be understood later.
        if head != {"alg": "EdDSA", "kid": id_, "typ": _TYPE}:
            return False
        key.verify(_decoded(signature), f"{protected}.{_encoded(_payload(release))}".encode())
    except (ValueError, InvalidSignature, RecursionError):
        return False
    return True


def _content(release: Release) -> dict[str, Any]:
    return {"set": release.set, "version": release.version, "files": dict(sorted(release.files.items()))}


def _payload(release: Release) -> bytes:
    return _canonical(_content(release))


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
