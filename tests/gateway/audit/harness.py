"""Journals on a real disk, and what stands in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.audit.places import segments_of
from gateway.settings import AuditSettings

SECRET = "0123456789abcdef0123456789abcdef"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def settings(folder: Path, **more: Any) -> AuditSettings:
    """Settings of a journal in `folder / "journal"`, its key and its secret beside it."""
    key = folder / "audit.pem"
    key.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "secret").write_text(SECRET)
    return AuditSettings(folder=str(folder / "journal"), key=str(key), secret=str(folder / "secret"), **more)


def records(folder: Path) -> list[dict[str, Any]]:
    """All records of the journal in `folder`, in their order."""
    journal = folder / "journal"
    return [json.loads(line) for segment in segments_of(journal) for line in segment.path.read_text().splitlines()]


def requests(folder: Path) -> list[dict[str, Any]]:
    """Those that requests left."""
    return [record for record in records(folder) if record["kind"] in ("request", "begun", "event")]
