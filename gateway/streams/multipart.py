"""`multipart/mixed` as subgraphs stream it, read without I/O: parts out as soon as they are whole.

RFC 2046 §5.1.1 for delimiters. Apollo's protocol for subscriptions over HTTP (subscriptionSpec=1.0) puts one JSON object into each part. Some
servers send the delimiter that ends a part only together with the next part, which would keep every event back by one; so a
part whose body is one complete JSON object counts as whole already.
"""

from __future__ import annotations

import re

import orjson

__all__ = ["MultipartError", "MultipartReader", "boundary_of"]

_MAX_HEAD = 8 * 1024
_EAGER = 1024 * 1024
"""Bytes. A larger part is not tried before its delimiter, since each try reads all of it."""
_PARAMETER = re.compile(r';\s*boundary=(?:"([^"\\]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)


class MultipartError(Exception):
    """A body that is no multipart body, or one of its parts is too large."""


def boundary_of(content_type: str) -> str | None:
    """The boundary of a `multipart/mixed` type; None for another type. Without one it is `-`, as the protocol has it."""
    essence = content_type.partition(";")[0].strip().lower()
    if essence != "multipart/mixed":
        return None
    found = _PARAMETER.search(content_type)
    return (found[1] or found[2]) if found else "-"


class MultipartReader:
    """`max_size` bounds the body of a part, in bytes. `finished` once the last delimiter was seen."""

    def __init__(self, boundary: str, max_size: int) -> None:
        self._delimiter = b"--" + boundary.encode("ascii")
        self._max_size = max_size
        self._buffer = b"\r\n"  # the first delimiter may stand at the very beginning
        self._inside = False
        self._given = False
        self.finished = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The bodies of the parts that `chunk` completes. Raises `MultipartError`."""
        self._buffer += chunk
        parts: list[bytes] = []
        while not self.finished and self._step(parts):
            pass
        if self._inside and not self._given:
            self._eager(parts)
        if len(self._buffer) > self._max_size + _MAX_HEAD:
            raise MultipartError
        return parts

    def _step(self, parts: list[bytes]) -> bool:
        """Go on to the next delimiter; False when it is not there yet."""
        place = self._buffer.find(b"\n" + self._delimiter)
        if place < 0:
            return False
        after = place + 1 + len(self._delimiter)
        tail = self._buffer[after : after + 2]
        if len(tail) < 2 and tail != b"\n":
            return False
        if tail[:1] not in b"\r\n \t-":
            raise MultipartError
        if self._inside and not self._given:
            self._take(self._buffer[:place], parts)
        self._given = False
        self.finished = tail == b"--"
        self._inside = not self.finished
        self._buffer = self._buffer[after:] if self._inside else b""
        return True

    def _eager(self, parts: list[bytes]) -> None:
        found, body = _divided(self._buffer)
        if not found:
            if len(self._buffer) > _MAX_HEAD:
                raise MultipartError
            return
        trimmed = body.strip()
        if not trimmed.endswith(b"}") or len(trimmed) > _EAGER:
            return
        try:
            orjson.loads(trimmed)
        except orjson.JSONDecodeError:
            return
        parts.append(trimmed)
        self._given = True
        self._buffer = b"\r\n" if self._buffer.endswith(b"\n") else b""

    def _take(self, part: bytes, parts: list[bytes]) -> None:
        if part.strip():  # two delimiters in a row have nothing between them
            parts.append(self._body(part))

    def _body(self, part: bytes) -> bytes:
        found, body = _divided(part)
        if not found or len(body) > self._max_size:
            raise MultipartError
        return body.strip()


def _divided(part: bytes) -> tuple[bool, bytes]:
    """Whether the head of a part is whole, and what follows it. `part` begins right after its delimiter."""
    for end in (b"\r\n\r\n", b"\n\n"):
        _, found, body = part.partition(end)
        if found:
            return True, body
    return False, b""
