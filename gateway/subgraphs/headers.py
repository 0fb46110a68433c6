"""Which headers travel on: from a client's request to a subgraph, and from its answer back to the client.

Nothing travels unless a rule says so, and some headers never do, whatever a rule says: those of one connection, those that
describe a body or a hop, cookies, what proxies say of the client, the WebSocket handshake, and the gateway's own words
(security case T14). Rules are compiled once; a subgraph without rules costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["HeaderRules", "compile_rules", "header_lines"]

_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)
_BODY = frozenset({"content-encoding", "content-length", "content-type", "expect"})
_NEVER_ASKED = (
    _HOP_BY_HOP
    | _BODY
    | {"accept", "accept-encoding", "cookie", "cookie2", "decision-context", "forwarded", "host", "origin", "via"}
    | {"b3", "traceparent", "tracestate", "true-client-ip", "x-real-ip"}
)
_NEVER_ASKED_PREFIXES = ("sec-", "x-forwarded-", "x-b3-", "cf-connecting-")
_NEVER_ANSWERED = (
    _HOP_BY_HOP
    | _BODY
    | {"age", "cache-control", "date", "expires", "location", "server", "vary", "x-content-type-options"}
)
_NEVER_ANSWERED_PREFIXES = ("access-control-", "content-", "sec-", "x-b3-")
_NAMED_ONLY = frozenset({b"authorization"})
"""A credential goes on when it is named, never because a pattern happens to fit."""

_NAME = re.compile(rb"[0-9a-z_.-]+")
_VALUE = re.compile(rb"[\x20-\x7e\t]*")


def header_lines(headers: Mapping[str, str]) -> bytes:
    """Headers as they go over the wire. Raises ValueError for a name or value that could smuggle another header."""
    return b"".join([_line(name, value) for name, value in headers.items()])


@lru_cache(maxsize=1024)
def _line(name: str, value: str) -> bytes:
    """Kept for a while: a decision context goes with many fetches."""
    if not name.replace("-", "").isalnum() or not value.replace("\t", " ").isprintable() or not value.isascii():
        raise ValueError("a header has a name of letters, digits and dashes, and a printable ASCII value")
    return f"{name}: {value}\r\n".encode("ascii")


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A name with at most one `*` in it."""

    prefix: bytes
    suffix: bytes | None

    def fits(self, name: bytes) -> bool:
        if self.suffix is None:
            return name == self.prefix
        longest = len(self.prefix) + len(self.suffix)
        return len(name) >= longest and name.startswith(self.prefix) and name.endswith(self.suffix)


@dataclass(frozen=True, slots=True)
class HeaderRules:
    """The rules of one subgraph, compiled by `compile_rules`."""

    named: tuple[tuple[bytes, bytes], ...] = ()
    """(name in the request, lower case; name in the fetch)"""
    patterns: tuple[_Pattern, ...] = ()
    removed: tuple[_Pattern, ...] = ()
    settled: frozenset[bytes] = frozenset()
    """Names that no pattern gives, because another rule does."""
    inserted: bytes = b""
    answered: frozenset[bytes] = frozenset()
    """Names of headers that go back to the client, lower case."""

    @property
    def asks(self) -> bool:
        """Whether anything may be added to a fetch."""
        return bool(self.named or self.patterns or self.inserted)

    def takes(self, name: bytes) -> bool:
        """Whether a header of a request may go on."""
        return any(name == source for source, _ in self.named) or self._matches(name)

    def lines(self, headers: Mapping[bytes, bytes]) -> bytes:
        """What a request with these headers (lower-case names) adds to a fetch. Values that are no plain text stay behind."""
        # A sender can declare any header to be one of the connection (RFC 9110 §7.6.1).
        own = {name.strip().lower() for name in headers.get(b"connection", b"").split(b",")}
        found = [(name, headers[source]) for source, name in self.named if source in headers and source not in own]
        if self.patterns:
            found += [(name, value) for name, value in headers.items() if name not in own and self._matches(name)]
        lines = [b"%b: %b\r\n" % (name, value) for name, value in found if _VALUE.fullmatch(value)]
        return b"".join((*lines, self.inserted))

    def _matches(self, name: bytes) -> bool:
        if name in self.settled or name in _NAMED_ONLY or not _fits(name, self.patterns) or _fits(name, self.removed):
            return False
        return _NAME.fullmatch(name) is not None and not _never_asked(name.decode("ascii"))


def compile_rules(
    *,
    propagate: Iterable[str] = (),
    rename: Mapping[str, str] | None = None,
    insert: Mapping[str, str] | None = None,
    remove: Iterable[str] = (),
    respond: Iterable[str] = (),
) -> HeaderRules:
    """Compile rules; names in any case, and one `*` in a name of `propagate` or `remove` stands for any letters.

    `propagate` and `rename` take from the client's request, `insert` adds a fixed value instead of what a client sent under
    that name, `remove` takes away what the others would give, `respond` names what goes back to the client. Raises ValueError
    for a header that never travels.
    """
    removed = tuple(_pattern(name) for name in remove)
    propagate = tuple(propagate)
    inserted = {_asked(name): value for name, value in (insert or {}).items()}
    named = {_asked(name): _asked(name) for name in propagate if "*" not in name}
    named.update((_asked(source), _asked(name)) for source, name in (rename or {}).items())
    kept = {source: name for source, name in named.items() if name not in inserted and not _fits(name, removed)}
    return HeaderRules(
        named=tuple(kept.items()),
        patterns=tuple(_pattern(name) for name in propagate if "*" in name),
        removed=removed,
        settled=frozenset({*named, *named.values(), *inserted}),
        inserted=header_lines({n.decode(): value for n, value in inserted.items() if not _fits(n, removed)}),
        answered=frozenset(map(_answered, respond)),
    )


def _asked(name: str) -> bytes:
    lower = _checked(name)
    if _never_asked(lower):
        raise ValueError(f"the header {name} never goes to a subgraph")
    return lower.encode("ascii")


def _answered(name: str) -> bytes:
    lower = _checked(name)
    if lower in _NEVER_ANSWERED or lower.startswith(_NEVER_ANSWERED_PREFIXES):
        raise ValueError(f"the header {name} never goes back to a client")
    return lower.encode("ascii")


def _checked(name: str) -> str:
    lower = name.lower()
    if not name.isascii() or not _NAME.fullmatch(lower.encode("ascii")):
        raise ValueError(f"{name!r} is no name of a header")
    return lower


def _pattern(name: str) -> _Pattern:
    prefix, star, suffix = name.partition("*")
    if "*" in suffix:
        raise ValueError(f"{name!r} has more than one *")
    for part in filter(None, (prefix, suffix)):
        _checked(part)
    if not name:
        raise ValueError("a header has a name")
    return _Pattern(prefix.lower().encode("ascii"), suffix.lower().encode("ascii") if star else None)


def _fits(name: bytes, patterns: Iterable[_Pattern]) -> bool:
    return any(pattern.fits(name) for pattern in patterns)


def _never_asked(name: str) -> bool:
    return name in _NEVER_ASKED or name.startswith(_NEVER_ASKED_PREFIXES)
