"""Signing keys on disk: one RS256 and one ES256 key at work, retired ones for as long as their tokens live.

A rotation fails no request: a new key is published at once and signs later, when everybody who verifies has read the set again; the old one
signs until then, and stays published until the last of its tokens has ended: from then on it is gone, here and on disk, as soon as anybody asks for
keys. Whoever found an old key would sign tokens that count.

The folder holds a PEM file a key (mode 0600) and `keys.json`, the list of them. The list is written last and
atomically, so an interrupted rotation leaves the old state. The public half is the JWKS document, served and written to a
file for verifiers on the same machine.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import math
import os
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

__all__ = ["PUBLISHED_AHEAD", "Algorithm", "KeyRecord", "KeyStore", "KeyStoreError", "write_private"]

Algorithm = Literal["RS256", "ES256"]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

PUBLISHED_AHEAD = 600
"""Seconds: twice the time after which verifiers read the set again."""
KEPT_AFTER_RETIREMENT = 2 * 3600
"""Seconds: twice the longest life of a token."""


class KeyStoreError(Exception):
    """The keys cannot be read or written, in a sentence."""


class KeyRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of `keys.json`. Times are seconds since 1970: it signs from `starts` (None: at once) to `retired` (None: no end in sight)."""

    kid: str
    algorithm: Algorithm
    created: int
    retired: int | None = None
    starts: int | None = None

    def signs(self, now: float) -> bool:
        return (self.starts or 0) <= now and (self.retired is None or now < self.retired)

    def ended(self, now: float) -> bool:
        """Whether no token that it signed can count any more."""
        return self.retired is not None and now - self.retired >= KEPT_AFTER_RETIREMENT


class KeyStore:
    """The keys of one issuer. Made on first use; a rotation by another process is noticed at the next use."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock
        self._stamp: tuple[int, int] | None = None
        self._records: list[KeyRecord] = []
        self._private: dict[str, PrivateKey] = {}

    def ensure(self) -> None:
        """Make the keys that do not exist yet and write the JWKS file."""
        with self._exclusive():
            self._read()
            at_work = {record.algorithm for record in self._records if record.retired is None}
            missing: list[Algorithm] = [algorithm for algorithm in get_args(Algorithm) if algorithm not in at_work]
            if missing:
                self._write([*self._records, *(self._make(algorithm) for algorithm in missing)])
            elif not self.jwks_file.exists():
                self._write(self._records)
        self._forget_ended()

    def rotate(self, *, ahead: int = PUBLISHED_AHEAD, compromised: bool = False) -> list[KeyRecord]:
        """Publish new keys that sign in `ahead` seconds, retire the present ones then, drop those that retired long ago. Returns the
        new ones. `compromised`: the new ones sign at once, and all others are gone; so are their tokens, once verifiers read the set.
        """
        with self._exclusive():
            return self._rotated(0 if compromised else ahead, compromised=compromised)

    def _rotated(self, ahead: int, *, compromised: bool) -> list[KeyRecord]:
        self._read()
        made = [self._make(algorithm) for algorithm in get_args(Algorithm)]
        # Only now does the time begin: making a key may take a second or two.
        now = math.ceil(self._clock())
        turn = now + ahead
        kept = [
            msgspec.structs.replace(record, retired=turn if record.retired is None else min(record.retired, turn))
            for record in self._records
            if not compromised and not record.ended(now)
        ]
        before = self._records
        if ahead:
            made = [msgspec.structs.replace(record, starts=turn) for record in made]
        self._write([*kept, *made])
        self._unlink(before, kept)
        return made

    def _forget_ended(self) -> None:
        """Take keys away whose last token has ended. Where another process changes the keys just now, or nothing can be written, the next one
        who asks does.
        """
        if not any(record.ended(self._clock()) for record in self._records):
            return
        with contextlib.suppress(OSError), self._exclusive(wait=False):
            self._stamp = None
            self._read()
            before, now = self._records, self._clock()
            kept = [record for record in before if not record.ended(now)]
            self._write(kept)
            self._unlink(before, kept)

    def _unlink(self, before: list[KeyRecord], kept: list[KeyRecord]) -> None:
        for kid in {record.kid for record in before} - {record.kid for record in kept}:
            self._private.pop(kid, None)
            self._file(kid).unlink(missing_ok=True)

    def signing_key(self, algorithm: Algorithm) -> tuple[str, PrivateKey]:
        """Return key id and private key for new tokens."""
        self._read()
        self._forget_ended()
        now = self._clock()
        for record in reversed(self._records):
            if record.algorithm == algorithm and record.signs(now):
                return record.kid, self._load(record.kid)
        raise KeyStoreError(f"There is no {algorithm} key in {self._folder}.")

    def jwks(self) -> dict[str, Any]:
        """Return the public key set: keys at work and keys whose tokens may still live."""
        self._read()
        self._forget_ended()
        now = self._clock()
        return {
            "keys": [_public_jwk(record, self._load(record.kid)) for record in self._records if not record.ended(now)]
        }

    def records(self) -> list[KeyRecord]:
        self._read()
        return list(self._records)

    @property
    def jwks_file(self) -> Path:
        return self._folder / "jwks.json"

    # --- files ---

    @contextlib.contextmanager
    def _exclusive(self, *, wait: bool = True) -> Generator[None]:
        """While here, nobody else changes the keys. Raises OSError; without `wait` also when somebody does."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / "keys.lock", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(descriptor)

    def _read(self) -> None:
        path = self._folder / "keys.json"
        try:
            found = path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp == self._stamp:
                return
            self._records = msgspec.json.decode(path.read_bytes(), type=list[KeyRecord])
            self._stamp = stamp
        except FileNotFoundError:
            self._records, self._stamp = [], None
        except (OSError, msgspec.DecodeError) as error:
            raise KeyStoreError(f"The list of keys {path} cannot be read: {error}") from error

    def _write(self, records: list[KeyRecord]) -> None:
        self._records = records
        # Public before it signs: who reads the set from the file must never meet a token that it cannot judge yet.
        jwks = {"keys": [_public_jwk(record, self._load(record.kid)) for record in records]}
        write_private(self.jwks_file, msgspec.json.format(msgspec.json.encode(jwks)), mode=0o644)
        write_private(self._folder / "keys.json", msgspec.json.format(msgspec.json.encode(records)))
        self._stamp = None

    def _make(self, algorithm: Algorithm) -> KeyRecord:
        key: PrivateKey
        if algorithm == "RS256":
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        else:
            key = ec.generate_private_key(ec.SECP256R1())
        kid = _thumbprint(key)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(self._file(kid), pem)
        self._private[kid] = key
        return KeyRecord(kid=kid, algorithm=algorithm, created=int(self._clock()))

    def _load(self, kid: str) -> PrivateKey:
        key = self._private.get(kid)
        if key is None:
            path = self._file(kid)
            try:
                loaded = load_pem_private_key(path.read_bytes(), password=None)
            except (OSError, ValueError) as error:
                raise KeyStoreError(f"The key {path} cannot be read: {error}") from error
            if not isinstance(loaded, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
                raise KeyStoreError(f"The key {path} is of an unknown kind.")
            key = self._private[kid] = loaded
        return key

    def _file(self, kid: str) -> Path:
        return self._folder / f"{kid}.pem"


def write_private(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file atomically; it never exists with more rights than `mode`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _public_jwk(record: KeyRecord, key: PrivateKey) -> dict[str, Any]:
    return {**_bare_jwk(key), "kid": record.kid, "alg": record.algorithm, "use": "sig"}


def _bare_jwk(key: PrivateKey) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        full = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        full = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {name: full[name] for name in ("crv", "e", "kty", "n", "x", "y") if name in full}


def _thumbprint(key: PrivateKey) -> str:
    """RFC 7638: the hash of the required members in lexical order."""
    digest = hashlib.sha256(msgspec.json.encode(_bare_jwk(key), order="sorted")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
