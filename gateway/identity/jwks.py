"""Key sets: the public keys that prove a token, read from a file or a URL, kept fresh, never lost.

A set is loaded before its first use and refreshed in the background from then on. A refresh that fails changes nothing: the last
good set stays. A key id that is not in the set asks for a refresh, at most one every few seconds and one at a time, so that a flood of
invented key ids costs neither requests nor waiting (security case T05).

The algorithm of a key is a property of the key, never of the token (T01). Keys that are malformed, symmetric, too short
or meant for something else are skipped (T04).
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
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from gateway.telemetry.logs import get_log

__all__ = [
    "FileSource",
    "HttpSource",
    "KeySet",
    "KeySetUnavailableError",
    "Source",
    "VerificationKey",
    "open_source",
    "possible_algorithms",
    "public_key_of",
    "read_keys",
]

MAXIMUM_BYTES = 256 * 1024
FETCH_TIMEOUT = 5.0
"""Seconds until there is a connection, and from then on until everything was read."""
MINIMUM_RSA_BITS = 2048
MAXIMUM_EXPONENT_BITS = 64
"""Of RSA. Whoever makes a key chooses its exponent: one as long as the key makes each signature take forty times as long to verify."""

MAXIMUM_KEYS = 64

ALGORITHMS_OF: Mapping[tuple[Any, Any], tuple[str, ...]] = {
    ("RSA", None): ("RS256", "PS256"),
    ("EC", "P-256"): ("ES256",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
"""By key type and curve; the first is that of a key that does not say."""

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

_log = get_log(__name__)


class KeySetUnavailableError(Exception):
    """No key set could ever be loaded from the source; no token can be judged."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key with the one algorithm that it may prove."""

    kid: str
    algorithm: str
    public_key: PublicKey


class Source(Protocol):
    """Where a key set comes from. `load` returns the JSON document, or raises OSError or ValueError."""

    name: str

    async def load(self) -> bytes: ...


class FileSource:
    def __init__(self, path: Path, *, maximum: int = MAXIMUM_BYTES) -> None:
        self.name = str(path)
        self._path = path
        self._maximum = maximum

    async def load(self) -> bytes:
        return await asyncio.to_thread(self._read)

    def _read(self) -> bytes:
        with self._path.open("rb") as file:
            return _bounded(file.read(self._maximum + 1), self._maximum)


class HttpSource:
    """A document behind https, or behind http on this very machine. Redirects are errors: only the configured URL counts.
    `plain`: http will do from everywhere, because the document is signed.
    """

    def __init__(self, url: str, *, maximum: int = MAXIMUM_BYTES, plain: bool = False) -> None:
        parts = urlsplit(url)
        local = plain or parts.hostname in ("127.0.0.1", "::1", "localhost")
        if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
            raise ValueError(f"A key set is read from a file or an https URL; {url!r} is neither.")
        self.name = url
        self._host = parts.hostname
        self._parts = parts
        self._maximum = maximum

    async def load(self) -> bytes:
        return await asyncio.wait_for(asyncio.to_thread(self._read), FETCH_TIMEOUT + 1)

    def _read(self) -> bytes:
        parts = self._parts
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._host, parts.port, timeout=FETCH_TIMEOUT)
        try:
            connection.connect()
            with _hurried(connection.sock):
                return self._answer(connection)
        except http.client.HTTPException as error:
            raise ValueError(type(error).__name__) from error
        finally:
            connection.close()

    def _answer(self, connection: http.client.HTTPConnection) -> bytes:
        path = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        connection.request("GET", path, headers={"Accept": "application/json"})
        with connection.getresponse() as response:
            if response.status != http.HTTPStatus.OK:
                raise ValueError(f"HTTP status {response.status}")
            return _bounded(response.read(self._maximum + 1), self._maximum)


@contextlib.contextmanager
def _hurried(connection: socket.socket) -> Generator[None]:
    """End a connection that takes too long. One that sends a byte now and then never times out, and holds a thread of the few that there are."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        with contextlib.suppress(OSError):
            # That of TLS would say goodbye first, in the middle of what another thread reads.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    alarm = threading.Timer(FETCH_TIMEOUT, cut)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
        if late.is_set():
            raise TimeoutError("what was read is a part")


def open_source(place: str, *, maximum: int = MAXIMUM_BYTES, plain: bool = False) -> Source:
    """Return the source that a setting names: a file path, or an https URL (http only on the loopback interface, or `plain`)."""
    if "://" in place:
        return HttpSource(place, maximum=maximum, plain=plain)
    return FileSource(Path(place), maximum=maximum)


def _bounded(document: bytes, maximum: int) -> bytes:
    if len(document) > maximum:
        raise ValueError("the document is too large")
    return document


class KeySet:
    """The keys of one issuer. `generation` grows with each load that changed a key; caches compare it.

    `refresh_after`: seconds until a background refresh. `minimum_interval`: seconds between two refreshes, whoever asks.
    """

    def __init__(
        self,
        source: Source,
        *,
        refresh_after: float = 300.0,
        minimum_interval: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.generation = 0
        self._source = source
        self.refresh_after = refresh_after
        self._minimum_interval = minimum_interval
        self._clock = clock
        self._keys: Mapping[str, VerificationKey] = {}
        self._attempted_at = float("-inf")
        self._task: asyncio.Task[None] | None = None

    async def find(self, kid: str | None) -> VerificationKey | None:
        """Return the key `kid`; without a key id the only key there is. None when the set, freshly read, has no such key.

        Raises `KeySetUnavailableError` when no set was ever loaded.
        """
        key = self._look_up(kid)
        if key is not None:
            self.freshen()
            return key
        if self._may_refresh():
            await asyncio.shield(self._start_refresh())
        elif not self._keys and self._task is not None:
            await asyncio.shield(self._task)
        if not self._keys:
            raise KeySetUnavailableError(self._source.name)
        return self._look_up(kid)

    def freshen(self) -> None:
        """Start a refresh when it is time, in the background; for who uses what the keys proved before, too."""
        if self._clock() - self._attempted_at > self.refresh_after:
            self._start_refresh()

    async def aclose(self) -> None:
        """Cancel a refresh that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _look_up(self, kid: str | None) -> VerificationKey | None:
        if kid is not None:
            return self._keys.get(kid)
        return next(iter(self._keys.values())) if len(self._keys) == 1 else None

    def _may_refresh(self) -> bool:
        return self._clock() - self._attempted_at >= self._minimum_interval

    def _start_refresh(self) -> asyncio.Task[None]:
        if self._task is None or self._task.done():
            self._attempted_at = self._clock()
            self._task = asyncio.create_task(self._refresh())
        return self._task

    async def _refresh(self) -> None:
        try:
            keys = read_keys(await self._source.load())
        except (OSError, ValueError) as error:
            _log.warning("jwks_refresh_failed", source=self._source.name, reason=type(error).__name__)
            return
        if not keys:
            _log.warning("jwks_without_usable_key", source=self._source.name)
            return
        if keys != self._keys:
            self._keys = keys
            self.generation += 1


def read_keys(document: bytes) -> dict[str, VerificationKey]:
    """Return the usable keys of a JWKS document by key id. Raises ValueError when it is no key set at all."""
    try:
        content: Any = msgspec.json.decode(document)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError("the key set is not JSON") from error
    entries: Any = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise ValueError("the key set has no list `keys`")
    found: dict[str, VerificationKey] = {}
    for entry in entries:
        key = _read_key(entry)
        if key is not None and len(found) < MAXIMUM_KEYS:
            found.setdefault(key.kid, key)
    return found


def _read_key(entry: Any) -> VerificationKey | None:
    if not isinstance(entry, dict):
        return None
    kid: Any = entry.get("kid")
    if not isinstance(kid, str) or not kid:
        return None
    try:
        algorithm = _algorithm(entry) if _meant_for_signatures(entry) else None
        if algorithm is None:
            return None
        public_key = public_key_of(entry)
    except (PyJWTError, UnsupportedAlgorithm, ValueError, TypeError):
        return None
    return VerificationKey(kid, algorithm, public_key)


def _meant_for_signatures(entry: Mapping[str, Any]) -> bool:
    operations = entry.get("key_ops")
    return entry.get("use", "sig") == "sig" and (operations is None or "verify" in operations)


def possible_algorithms(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """What a JWK of this type and curve can prove; empty for a kind that does not count."""
    kind, curve = entry.get("kty"), entry.get("crv")
    if not isinstance(kind, str) or not isinstance(curve, str | None):
        return ()
    return ALGORITHMS_OF.get((kind, curve), ())


def _algorithm(entry: Mapping[str, Any]) -> str | None:
    """RFC 7518 §3: what a key of this type and curve proves: its own `alg`, else the usual one; never what a token says (T01)."""
    possible = possible_algorithms(entry)
    named = entry.get("alg", possible[0] if possible else None)
    return named if named in possible else None


def public_key_of(entry: Mapping[str, Any]) -> PublicKey:
    """The public key of a JWK whose type is one of `ALGORITHMS_OF`. Raises what pyjwt and cryptography raise: PyJWTError,
    UnsupportedAlgorithm, ValueError (as for an RSA key that is too short, RFC 7518 §3.3) and TypeError.
    """
    # Only the public members are handed on: a set that carries private ones by mistake still gives public keys.
    public = {name: entry[name] for name in ("kty", "crv", "n", "e", "x", "y") if name in entry}
    reader = {"RSA": RSAAlgorithm, "EC": ECAlgorithm, "OKP": OKPAlgorithm}[entry["kty"]]
    key: Any = reader.from_jwk(public)
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey):
        raise TypeError("not a public key")
    if isinstance(key, RSAPublicKey) and key.key_size < MINIMUM_RSA_BITS:
        raise ValueError("too short")
    if isinstance(key, RSAPublicKey) and key.public_numbers().e.bit_length() > MAXIMUM_EXPONENT_BITS:
        raise ValueError("too large an exponent")
    return key
