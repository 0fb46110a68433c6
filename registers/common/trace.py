"""B3 headers (RFC0022a): keep a valid trace id, make one otherwise, and a new span id for every hop."""

from __future__ import annotations

import re
import secrets

__all__ = ["new_span", "trace_of"]

_TRACE = re.compile(rb"[0-9a-f]{32}")


def trace_of(header: bytes | None) -> str:
    """The trace id to go on with: 32 lower-case hex digits, not all zero."""
    if header is not None and _TRACE.fullmatch(header) and header.strip(b"0"):
        return header.decode()
    return secrets.token_hex(16)


def new_span() -> str:
    return secrets.token_hex(8)
