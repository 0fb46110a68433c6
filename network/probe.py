"""One question over HTTP: does this process answer? No library, no proxy settings, TCP or unix socket."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["answers"]


async def answers(url: str, *, socket: Path | None = None, timeout: float = 2.0) -> bool:  # noqa: ASYNC109
    """Whether a GET of `url` gives a status under 500. With `socket`, the request goes there."""
    try:
        return 0 < await asyncio.wait_for(_status(url, socket), timeout) < 500
    except (OSError, ValueError, TimeoutError):
        return False


async def _status(url: str, socket: Path | None) -> int:
    parts = urlsplit(url)
    if socket is not None:
        reader, writer = await asyncio.open_unix_connection(str(socket))
    else:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        host = parts.netloc or "localhost"
        head = f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
        words = (await reader.readline()).split()
        return int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/") else 0
    finally:
        writer.close()
