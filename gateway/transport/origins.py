"""Which web pages may open a WebSocket (security case T12).

A browser lets any page open one to any host and asks nobody first; it only tells the page's origin. Programs that are no browser send no
`Origin`, and could send any. So: none, our own, or one from the list.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

__all__ = ["origin_allowed"]

_PORTS = {"http": 80, "https": 443}


def origin_allowed(origin: bytes | None, host: bytes | None, allowed: Collection[str]) -> bool:
    """Whether a handshake with these headers may go on. `allowed` are origins, `https://app.example`, compared whole."""
    if origin is None:
        return True
    text = origin.decode("latin-1").strip().lower()
    if text in {entry.lower().rstrip("/") for entry in allowed}:
        return True
    # "null" is what sandboxed frames and files send; it is nobody's own.
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS.get(parts.scheme)
        here = urlsplit(f"//{(host or b'').decode('latin-1').strip().lower()}")
        here_port = here.port or _PORTS.get(parts.scheme)
    except ValueError:
        return False
    return parts.scheme in _PORTS and bool(parts.hostname) and (parts.hostname, port) == (here.hostname, here_port)
