"""The state folder: what lies where, who holds it, and the secrets that are made once.

    lock                 held by the supervisor for as long as it lives
    run.json             what runs (see `processes`)
    log/ tokens/         a log a process; the tokens that the last screen spoke of
    certificates/        the development authority and the parties' certificates
    issuer/              the autorisatieserver's keys, key set and participants
    gateway/             the keys that sign decision contexts and the journal, a key set, the secret of the journal, gateway.yaml
    journal/             who saw what: the gateway's decision journal
    client-key           the secret under which registers hash a BSN (mode 0600)
    postgres…            the embedded database, or a note where it lies (see `postgres_place`)

All of it is closed to others (0700). A file is written whole or not at all, so an interrupted start is simply repeated.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Generator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from network.certificates import Subject, ensure_certificates
from network.errors import NetworkError
from network.files import FolderError, closed_folder, write_file
from network.participants import merged_file, participants

__all__ = ["AlreadyRunning", "State"]


class AlreadyRunning(NetworkError):  # noqa: N818 - no error: a second `up` ends well
    """Another supervisor holds the state. `pid` is its process id, 0 when unknown."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"The network of this state runs already (process {pid}).")
        self.pid = pid


class State:
    """One state folder. Nothing is made until `open` or one of the `ensure` steps."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.run_file = self.root / "run.json"
        self.log = self.root / "log"
        self.tokens = self.root / "tokens"
        self.certificates = self.root / "certificates"
        self.issuer = self.root / "issuer"
        self.participants = self.issuer / "participants.json"
        self.issuer_jwks = self.issuer / "jwks.json"
        self.gateway_key = self.root / "gateway" / "decision-key.pem"
        self.gateway_jwks = self.root / "gateway" / "jwks.json"
        self.gateway_settings = self.root / "gateway" / "gateway.yaml"
        self.audit_key = self.root / "gateway" / "audit-key.pem"
        self.audit_secret = self.root / "gateway" / "audit-secret"
        self.journal = self.root / "journal"
        self.client_key = self.root / "client-key"

    def open(self) -> None:
        """Make the folders. Raises `NetworkError`."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o700)
            for folder in (self.log, self.tokens, self.issuer, self.gateway_key.parent, self.certificates):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise NetworkError(f"The state folder {self.root} cannot be used: {error.strerror}.") from error

    def sockets(self) -> Path:
        """Return the folder of the processes' unix sockets; its path is short enough for them."""
        try:
            return closed_folder(self.root / "run", longest_name="zorglevering.sock", uid=os.geteuid())
        except FolderError as error:
            raise NetworkError(str(error)) from error

    @contextlib.contextmanager
    def held(self) -> Generator[None]:
        """Hold the state. Raises `AlreadyRunning`. The lock goes with its process, however that ends."""
        # Opened for appending: the process id of the holder must survive the attempt.
        with (self.root / "lock").open("a+") as file:
            if not _lock(file.fileno()):
                raise AlreadyRunning(self.holder() or 0)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield
            file.truncate(0)

    def holder(self) -> int | None:
        """Return the process id of the supervisor that holds the state, or None."""
        try:
            with (self.root / "lock").open("r") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    text = file.read().strip()
                    return int(text) if text.isdigit() else 0
                return None
        except FileNotFoundError:
            return None

    def ensure_secrets(self) -> None:
        """Make the gateway's keys with their key set, and the secrets of client keys and of the journal, once."""
        try:
            for secret in (self.client_key, self.audit_secret):
                if not secret.exists():
                    write_file(secret, secrets.token_hex(32) + "\n", mode=0o600)
            for key in (self.gateway_key, self.audit_key):
                if not key.exists():
                    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
                    write_file(key, pem, mode=0o600)
            write_file(self.gateway_jwks, json.dumps(_jwks(self.gateway_key), indent=2) + "\n")
        except OSError as error:
            raise NetworkError(f"The state folder {self.root} cannot be used: {error.strerror}.") from error

    def ensure_parties(self) -> None:
        """Make the certificates of all parties and the issuer's participants file; what an administrator changed is kept."""
        try:
            subjects = [Subject(party.id, party.name, party.number) for party in participants()]
            fingerprints = ensure_certificates(self.certificates, subjects)
            present = self.participants.read_text() if self.participants.exists() else None
            content = merged_file(present, fingerprints)
            if content is not None:
                write_file(self.participants, content, mode=0o600)
        except OSError as error:
            raise NetworkError(f"The state folder {self.root} cannot be used: {error.strerror}.") from error


def _lock(descriptor: int) -> bool:
    """Take the lock. A few attempts: `holder` takes it too, for the blink of an eye."""
    for _ in range(5):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return True
    return False


def _jwks(key_file: Path) -> dict[str, object]:
    key = load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NetworkError(f"{key_file} holds no Ed25519 key; remove it to have a new one made.")
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    public = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}
    # RFC 7638: the key id that the gateway gives to the same key.
    thumbprint = hashlib.sha256(json.dumps(public, separators=(",", ":"), sort_keys=True).encode()).digest()
    return {"keys": [{**public, "kid": _base64url(thumbprint), "alg": "EdDSA", "use": "sig"}]}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
