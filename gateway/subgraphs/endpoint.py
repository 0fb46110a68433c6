"""Where a subgraph is reached: a URL taken apart once, with its limits.

`http://` and `https://` go over TCP; `http+unix://%2Frun%2Fir.sock/graphql` goes over the unix socket whose
percent-encoded path stands in the place of the host.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from gateway.subgraphs.breaker import BreakerPolicy
from gateway.subgraphs.headers import HeaderRules
from gateway.subgraphs.tls import Tls

__all__ = ["Endpoint", "Target", "target_of"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A subgraph's address, limits and manners. Times in seconds, sizes in bytes.

    `retry`: a query of which nothing was answered is sent once more. `compression`: gzip is asked for. `dedupe`: equal queries
    that are under way together are sent once.
    """

    url: str
    timeout: float = 10.0
    connect_timeout: float = 3.0
    max_connections: int = 64
    keep_alive: float = 60.0
    """An idle connection that is older is not used again."""
    max_body: int = 32 * 1024 * 1024
    tls: Tls | None = None
    """None verifies against the authorities of the system."""
    retry: bool = True
    compression: bool = False
    dedupe: bool = True
    breaker: BreakerPolicy | None = None
    rules: HeaderRules = field(default=HeaderRules())

    @property
    def shares(self) -> bool:
        """Headers that go back to a client are that client's alone, so fetches that may bring some are not shared."""
        return self.dedupe and not self.rules.answered


@dataclass(frozen=True, slots=True)
class Target:
    """What a connection is opened to (`unix` or `host` and `port`), and the `Host` and path of its requests."""

    host: str
    port: int
    unix: str | None
    tls: bool
    authority: str
    path: str


_DEFAULT_PORTS = {"http": 80, "https": 443}


def target_of(url: str) -> Target:
    """Take a subgraph URL apart. Raises ValueError for anything but http, https and http+unix, and for credentials."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if any(ord(letter) <= 32 or ord(letter) > 126 for letter in path):
        raise ValueError("a subgraph URL has plain ASCII characters only")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a subgraph URL carries no credentials")
    if parts.scheme == "http+unix":
        socket = unquote(parts.netloc)
        if not socket.startswith("/"):
            raise ValueError("a unix socket is named by its absolute, percent-encoded path")
        return Target("", 0, socket, tls=False, authority="localhost", path=path)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError("a subgraph URL starts with http://, https:// or http+unix://")
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    return Target(parts.hostname, port, None, tls=parts.scheme == "https", authority=parts.netloc, path=path)
