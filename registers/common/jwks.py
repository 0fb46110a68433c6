"""Key sets: public keys from a file or a URL, refreshed, and the last good set kept when a refresh fails.

The algorithm is a property of the key, never of the token. A key id that is unknown asks for a refresh, at most one every
few seconds, so that invented key ids cost nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

__all__ = ["KeySet", "KeySetUnavailableError", "VerificationKey"]

_MAXIMUM = 256 * 1024
_TIMEOUT = 5.0
"""Seconds until there is a connection, and from then on until everything was read."""
_EXPONENT_BITS = 64
_ALGORITHMS: Mapping[tuple[Any, Any], frozenset[str]] = {
    ("RSA", None): frozenset({"RS256", "PS256"}),
    ("EC", "P-256"): frozenset({"ES256"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA"}),
}

_log = structlog.get_logger(__name__)


class KeySetUnavailableError(Exception):
    """No set could ever be loaded, so nothing can be judged."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    algorithms: frozenset[str]
    key: RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey


class KeySet:
    """The keys of one issuer. `generation` grows whenever the keys change; what was verified before is then void."""

    def __init__(
        self,
        place: str,
        *,
        refresh_after: float = 300.0,
        minimum_interval: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._place = place
        self._refresh_after = refresh_after
        self._minimum_interval = minimum_interval
        self._clock = clock
        self._keys: dict[str, VerificationKey] = {}
        self._document = b""
        self._loaded_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()
        self._background: asyncio.Task[None] | None = None
        self.generation = 0
        if "://" in place:
            parts = urlsplit(place)
            local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
            if parts.scheme != "https" and not (parts.scheme == "http" and local):
                raise ValueError(f"A key set is read from a file or an https URL, not from {place}.")

    async def find(self, kid: str) -> VerificationKey | None:
        """The key called `kid`. Raises KeySetUnavailableError when no set was ever loaded."""
        if self._loaded_at is None or (kid not in self._keys and self._may_try()):
            await self._refresh()
        if self._loaded_at is None:
            raise KeySetUnavailableError(self._place)
        self.freshen()
        return self._keys.get(kid)

    def freshen(self) -> None:
        """Read the set again when it is time, in the background; for who uses what the keys proved before, too."""
        old = self._loaded_at is not None and self._clock() - self._loaded_at > self._refresh_after
        if old and self._may_try() and self._idle():
            self._background = asyncio.create_task(self._refresh())

    def _may_try(self) -> bool:
        return self._tried_at is None or self._clock() - self._tried_at >= self._minimum_interval

    def _idle(self) -> bool:
        return self._background is None or self._background.done()

    async def _refresh(self) -> None:
        async with self._lock:
            if not self._may_try():
                return
            self._tried_at = self._clock()
            try:
                document = await asyncio.wait_for(asyncio.to_thread(self._read), _TIMEOUT + 1)
                keys = read_keys(document)
            except (OSError, ValueError, http.client.HTTPException) as error:
                _log.warning("key_set_not_loaded", place=self._place, reason=type(error).__name__)
                return
            if document != self._document:
                self._keys, self._document = keys, document
                self.generation += 1
            self._loaded_at = self._tried_at

    def _read(self) -> bytes:
        document = _fetch(self._place) if "://" in self._place else _from_file(Path(self._place))
        if len(document) > _MAXIMUM:
            raise ValueError("the document is too large")
        return document


def _from_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MAXIMUM + 1)


def _fetch(url: str) -> bytes:
    """GET without redirects: only the configured place counts."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    try:
        connection.connect()
        with _hurried(connection.sock):
            connection.request("GET", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
            response = connection.getresponse()
            if response.status != 200:
                raise ValueError(f"HTTP status {response.status}")
            return response.read(_MAXIMUM + 1)
    finally:
        connection.close()


@contextlib.contextmanager
def _hurried(connection: socket.socket) -> Generator[None]:
    """End a connection that takes too long. One that sends a byte now and then never times out, and holds a thread of the few that there are."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        with contextlib.suppress(OSError):
            # That of TLS would say goodbye first, in the middle of what another thread reads.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    alarm = threading.Timer(_TIMEOUT, cut)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
        if late.is_set():
            raise TimeoutError("what was read is a part")


def read_keys(document: bytes) -> dict[str, VerificationKey]:
    """The usable keys of a JWK set by key id; keys that are malformed, symmetric, too short or for encryption are skipped."""
    content: Any = orjson.loads(document)
    if not isinstance(content, dict) or not isinstance(content.get("keys"), list):
        raise ValueError("not a JWK set")
    found: dict[str, VerificationKey] = {}
    for item in content["keys"]:
        key = _read_key(item) if isinstance(item, dict) else None
        if key is not None:
            # Of two with one name the first counts, as at the gateway.
            found.setdefault(item["kid"], key)
    return found


def _read_key(item: Mapping[str, Any]) -> VerificationKey | None:
    # Compared and not looked up: a member of a set may be a list, which cannot be a key here.
    algorithms = next(
        (found for kind, found in _ALGORITHMS.items() if kind == (item.get("kty"), item.get("crv"))), None
    )
    if algorithms is None or not isinstance(item.get("kid"), str) or item.get("use", "sig") != "sig" or "d" in item:
        return None
    if "alg" in item:
        algorithms = frozenset(name for name in algorithms if name == item["alg"])
    try:
        key = PyJWK(dict(item), algorithm=next(iter(sorted(algorithms)), None)).key
    except (PyJWTError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAPublicKey) and (key.key_size < 2048 or key.public_numbers().e.bit_length() > _EXPONENT_BITS):
        return None
    if not algorithms or not isinstance(key, RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey):
        return None
    return VerificationKey(algorithms, key)
