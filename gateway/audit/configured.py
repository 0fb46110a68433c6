"""The journal as the settings say, opened before the gateway serves: where nothing can be recorded nothing is started."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gateway.audit.chain import ChainError, read_line
from gateway.audit.journal import Journal, Shipping
from gateway.audit.places import Segment, instances_of, last_lines, new_instance, now, segments_of
from gateway.audit.record import Hasher
from gateway.audit.writing import JournalWriter
from gateway.settings import AuditSettings, SettingsError
from gateway.telemetry.metrics import Metrics

__all__ = ["Audit", "open_audit", "read_hasher", "read_signing_key"]

_SECRET = 32
"""Bytes that a secret has at least: those of the hash (RFC 2104 §3)."""
_NAMED = 8
"""Journals before it that a new one names."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The journal of this process, and what hashes persons."""

    journal: Journal
    hasher: Hasher


def open_audit(settings: AuditSettings, metrics: Metrics | None = None) -> Audit:
    """Open a journal of its own for this process. Raises `SettingsError`."""
    hasher = read_hasher(Path(settings.secret))
    folder, instance = Path(settings.folder), new_instance()
    key = read_signing_key(Path(settings.key))
    writer = JournalWriter(folder, instance, key, segment_bytes=settings.segment_bytes)
    journal = Journal(
        writer,
        window=settings.window,
        anchor_seconds=settings.anchor_seconds,
        metrics=metrics,
        shipping=_shipping(settings, folder, instance, writer),
    )
    try:
        before = _before(folder) if folder.exists() else []
        journal.open(orjson.dumps({"kind": "opened", "at": now(), "process": os.getpid(), "before": before}))
    except OSError as error:
        raise SettingsError("CONFIG_INVALID", f"audit.folder: {folder} cannot be used: {error.strerror}.") from None
    return Audit(journal, hasher)


def read_hasher(path: Path) -> Hasher:
    """Read the secret that keyed hashes are made with. Raises `SettingsError`."""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError("CONFIG_INVALID", f"audit.secret: {path} cannot be read: {error.strerror}.") from None
    if len(secret) < _SECRET:
        raise SettingsError("CONFIG_INVALID", f"audit.secret: {path} needs {_SECRET} bytes or more.")
    return Hasher(secret)


def read_signing_key(path: Path) -> Ed25519PrivateKey:
    """Read the key that heads are signed with. Raises `SettingsError`."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SettingsError("CONFIG_INVALID", f"audit.key: {path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError):
        raise SettingsError("CONFIG_INVALID", f"audit.key: {path} holds no readable private key.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError("CONFIG_INVALID", f"audit.key: {path} holds no Ed25519 key.")
    return key


def _shipping(settings: AuditSettings, folder: Path, instance: str, writer: JournalWriter) -> Shipping | None:
    if settings.database is None:
        return None
    from gateway.audit.shipping import Shipper

    return Shipper(folder, instance, settings.database, lambda: writer.head)


def _before(folder: Path) -> list[dict[str, object]]:
    """The newest journals that lie there already, each with its last line: one that is taken away is missed by the next ones."""
    named: list[dict[str, object]] = []
    for instance in reversed(instances_of(folder)):
        head = next(filter(None, map(_last_head, reversed(segments_of(folder, instance)))), None)
        if head is not None:
            named.append({"instance": instance, **head})
        if len(named) == _NAMED:
            break
    return named


def _last_head(segment: Segment) -> dict[str, object] | None:
    path = segment.path
    for line in last_lines(path):
        try:
            head = read_line(line).head
        except ChainError:
            continue
        return {"sequence": head.sequence, "hash": head.hash}
    return None
