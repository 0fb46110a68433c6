"""The trace id of a request: accepted, made, handed on, returned.

B3 headers are the network's standard: 32 lower-case hexadecimal digits, not all zero. A W3C `traceparent` is taken where B3 is
absent. What is missing or malformed is replaced, never refused; a trace id says nothing of a person and is kept nowhere but
in logs.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

__all__ = ["TRACE_HEADER", "trace_of"]

TRACE_HEADER = "X-B3-TraceId"

_B3 = re.compile(rb"(?!0{32})[0-9a-f]{32}")
_W3C = re.compile(rb"(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def trace_of(headers: Mapping[bytes, bytes]) -> str:
    """Return the trace id that a request carries, or a new one. Header names are in lower case."""
    given = headers.get(b"x-b3-traceid")
    if given is not None and _B3.fullmatch(given):
        return given.decode()
    parent = headers.get(b"traceparent")
    if parent is not None:
        match = _W3C.fullmatch(parent)
        if match:
            return match[1].decode()
    return secrets.token_hex(16)
