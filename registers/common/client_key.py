"""The key of a person inside the registers: a keyed hash of the BSN.

It stands in every primary and foreign key, so that the BSN itself is stored in few places and the data can be spread over
machines by person. Keyed (HMAC), because the nine digits of a BSN are guessed in seconds from a plain hash.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import uuid
from pathlib import Path

__all__ = ["SECRET_VARIABLE", "client_key", "load_secret"]

SECRET_VARIABLE = "IWLZ_CLIENT_KEY_SECRET"  # noqa: S105 - the name of the variable, not its value


def client_key(secret: bytes, bsn: str) -> uuid.UUID:
    """Return the client key of `bsn`: the first 16 bytes of HMAC-SHA256, as a UUID."""
    return uuid.UUID(bytes=hmac.digest(secret, bsn.encode(), hashlib.sha256)[:16])


def load_secret(path: Path | None = None) -> bytes:
    """Read the secret from `path`, else from the environment. ValueError, in a sentence, when there is none."""
    text = path.read_text().strip() if path is not None else os.environ.get(SECRET_VARIABLE, "")
    if not text:
        raise ValueError(f"No client key secret: give --client-key-file FILE or set {SECRET_VARIABLE}.")
    return text.encode()
