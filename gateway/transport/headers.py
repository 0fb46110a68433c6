"""Headers of answers: the trace id back, and what keeps a browser from making more of an answer than it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.telemetry.trace import TRACE_HEADER

__all__ = ["API_HEADERS", "PAGE_HEADERS", "RawHeaders", "answer_headers", "request_headers"]

RawHeaders = list[tuple[bytes, bytes]]

API_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
"""On every answer with data or errors: never stored, never taken for something else."""

PAGE_HEADERS: Mapping[str, str] = {
    # Inline styles are CodeMirror's; there is no inline script and nothing comes from, or goes to, another host.
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_TRACE = TRACE_HEADER.lower().encode()
_SINGLE = frozenset({b"authorization", b"content-length", b"content-type", b"content-encoding", b"host"})


def request_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by lower-case name; repeated ones joined (RFC 9110 §5.3). Raises `GatewayError` 400 for two of a kind that
    has one value, since two readers could each believe another one.
    """
    found: dict[bytes, bytes] = {}
    for name, value in raw:
        if name not in found:
            found[name] = value
        elif name in _SINGLE:
            issue = GraphQLIssue(f"The header {name.decode('latin-1')} may be given once.", Code.BAD_USER_INPUT)
            raise GatewayError(issue)
        else:
            found[name] += b", " + value
    return found


def answer_headers(media_type: bytes, body: bytes, trace_id: str, more: Mapping[str, str]) -> RawHeaders:
    """The headers of an API answer."""
    headers = [
        (b"content-type", media_type),
        (b"content-length", b"%d" % len(body)),
        (_TRACE, trace_id.encode()),
        (b"vary", b"accept"),
        *API_HEADERS,
    ]
    if more:
        headers += [(name.lower().encode("ascii"), value.encode("latin-1", "replace")) for name, value in more.items()]
    return headers
