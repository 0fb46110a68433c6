"""What the gateway keeps of who got what, and where (`docs/audit.md`)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from gateway.settings.base import Name, Positive, Seconds

__all__ = ["AuditSettings"]


class AuditSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The decision journal: a record of every request is on the disk of `folder` before its answer leaves.

    `key` (Ed25519, PEM) signs chain heads, each `anchor_seconds`; `secret` (a file of 32 bytes or more) keys the hashes that persons are found
    by. Values of the fields `persons` (`Type.field`) and of the caller's identifiers `private_identifiers` are recorded as such a
    hash only. `purpose_header` names the header in which a client says what for. A first record waits `window` seconds for others to be
    written with it. `database` (a PostgreSQL URL) is where records are shipped to.
    """

    folder: Name
    key: Name
    secret: Name
    persons: tuple[Name, ...] = ()
    private_identifiers: tuple[Name, ...] = ()
    purpose_header: Name | None = None
    window: Annotated[float, Meta(ge=0, le=0.005)] = 0.0
    anchor_seconds: Seconds = 60.0
    segment_bytes: Positive = 64 * 1024 * 1024
    database: Name | None = None
