"""The trace of a request: accepted, made, handed on, returned.

B3 is the network's standard, in its many headers or in the single one: 32 lower-case hexadecimal digits name the trace, 16 a
span. W3C trace context is taken where B3 has no trace, and both are sent on, so that a subgraph may know either. What is missing or malformed
is replaced, never refused and never repeated; a trace says nothing of a person and is kept nowhere but in logs.

    https://github.com/openzipkin/b3-propagation, https://www.w3.org/TR/trace-context/
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["TRACE_HEADER", "Trace", "new_span", "trace_of"]

TRACE_HEADER = "X-B3-TraceId"

_IDS = random.Random()  # noqa: S311 - ids are names, not secrets

_TRACE_ID = re.compile(rb"(?!0{32})[0-9a-f]{32}")
_SPAN_ID = re.compile(rb"(?!0{16})[0-9a-f]{16}")
_B3 = re.compile(rb"((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})(?:-([01d])(?:-(?!0{16})[0-9a-f]{16})?)?")
_W3C = re.compile(rb"(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = {b"1": True, b"true": True, b"d": True, b"0": False, b"false": False}

_MEMBER = re.compile(rb"[a-z0-9][a-z0-9_*/@-]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]")
_STATE_MEMBERS = 32
_STATE_LENGTH = 512


@dataclass(slots=True)
class Trace:
    """`id` names the trace, `span` our part of it, `parent` the caller's span. `sampled` is what the caller decided, None for
    nothing; `state` a well-formed `tracestate`, empty for none.
    """

    id: str
    span: str
    parent: str | None = None
    sampled: bool | None = None
    state: str = ""

    def headers(self, span: str) -> bytes:
        """The header lines of a fetch, which is the span `span` under ours.

        W3C cannot leave the decision to record open as B3 can; where nobody decided, a subgraph may record.
        """
        lines = (
            f"X-B3-TraceId: {self.id}\r\nX-B3-SpanId: {span}\r\nX-B3-ParentSpanId: {self.span}\r\n"
            f"traceparent: 00-{self.id}-{span}-{'00' if self.sampled is False else '01'}\r\n"
        )
        if self.sampled is not None:
            lines += f"X-B3-Sampled: {'1' if self.sampled else '0'}\r\n"
        if self.state:
            lines += f"tracestate: {self.state}\r\n"
        return lines.encode("ascii")


def new_span() -> str:
    """A span id: 16 hexadecimal digits, not all zero."""
    return f"{_IDS.getrandbits(64) or 1:016x}"


def trace_of(headers: Mapping[bytes, bytes]) -> Trace:
    """Return the trace that a request carries, or a new one. Header names are in lower case."""
    return _from_b3(headers) or _from_w3c(headers) or Trace(f"{_IDS.getrandbits(128) or 1:032x}", new_span())


def _from_b3(headers: Mapping[bytes, bytes]) -> Trace | None:
    single = headers.get(b"b3")
    if single is not None:
        # The single header wins where both are there, says B3.
        match = _B3.fullmatch(single)
        if match:
            return Trace(match[1].decode(), new_span(), match[2].decode(), _SAMPLED.get(match[3]))
    given = headers.get(b"x-b3-traceid")
    if given is None or not _TRACE_ID.fullmatch(given):
        return None
    parent = headers.get(b"x-b3-spanid")
    known = parent is not None and _SPAN_ID.fullmatch(parent)
    sampled = True if headers.get(b"x-b3-flags") == b"1" else _SAMPLED.get(headers.get(b"x-b3-sampled", b""))
    return Trace(given.decode(), new_span(), parent.decode() if parent is not None and known else None, sampled)


def _from_w3c(headers: Mapping[bytes, bytes]) -> Trace | None:
    given = headers.get(b"traceparent")
    match = _W3C.fullmatch(given) if given is not None else None
    if match is None or (match[1] == b"00" and match[5] is not None):
        # Version 00 ends behind the flags; a later one may have more (trace context §3.2.2, §4.3).
        return None
    sampled = bool(int(match[4], 16) & 1)
    return Trace(match[2].decode(), new_span(), match[3].decode(), sampled, _state(headers.get(b"tracestate", b"")))


def _state(given: bytes) -> str:
    """The list as given, when every member of it is well-formed; dropped as a whole otherwise (trace context §3.3)."""
    if not given or len(given) > _STATE_LENGTH:
        return ""
    members = [member.strip(b" \t") for member in given.split(b",")]
    members = [member for member in members if member]
    if len(members) > _STATE_MEMBERS or not all(map(_MEMBER.fullmatch, members)):
        return ""
    return b",".join(members).decode("ascii")
