"""What an access token and a decision context have in common: a signed JWS, verified once and remembered by its hash."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import orjson
from jwt.exceptions import PyJWTError

from registers.common.caller import Caller
from registers.common.errors import Issue, RegisterError
from registers.common.jwks import KeySet, KeySetUnavailableError
from registers.common.lru import LRU

__all__ = ["SignedCaller", "moment", "unauthenticated"]

_JWS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_MAXIMUM = 16 * 1024


def unauthenticated(message: str) -> RegisterError:
    """The 401 answer, with the challenge that RFC 6750 asks for."""
    return RegisterError(
        Issue(message, "UNAUTHENTICATED"), headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
    )


def moment(claims: Mapping[str, Any], name: str) -> float:
    """A time claim, in seconds. Raises 401 when it is missing or no number."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unauthenticated(f"The credential has no valid {name}.")
    return float(value)


class SignedCaller:
    """Turns a signed credential into a `Caller`. Verified ones are kept under their hash until the keys change.

    `read` judges the claims and makes the caller; `expires` says (each time anew) until when the claims count.
    """

    def __init__(
        self,
        keys: KeySet,
        *,
        types: frozenset[str],
        read: Callable[[Mapping[str, Any]], Caller],
        leeway: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._types = types
        self._read = read
        self._leeway = leeway
        self._clock = clock
        self._known: LRU[tuple[Caller, float, float, int]] = LRU(entries=20_000, size=16 * 1024 * 1024)

    async def verify(self, token: str) -> Caller:
        """The caller that `token` proves. Raises 401, or 503 when no key set could be loaded."""
        if len(token) > _MAXIMUM:
            raise unauthenticated("The credential is too long.")
        digest = hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=32).digest()
        known = self._known.get(digest)
        if known is None or known[3] != self._keys.generation:
            claims = await self._claims(token)
            caller = self._read(claims)
            begins = max(moment(claims, "iat"), moment(claims, "nbf") if "nbf" in claims else 0.0)
            known = (caller, begins, moment(claims, "exp"), self._keys.generation)
            self._known.put(digest, known, 2 * len(token) + 1024)
        else:
            # Else a key that was taken away would count for as long as nobody came with a new credential.
            self._keys.freshen()
        caller, begins, ends, _ = known
        now = self._clock()
        if now >= ends + self._leeway:
            raise unauthenticated("The credential has expired.")
        if now < begins - self._leeway:
            raise unauthenticated("The credential is not valid yet.")
        return caller

    async def _claims(self, token: str) -> Mapping[str, Any]:
        parts = _JWS.fullmatch(token)
        if parts is None:
            raise unauthenticated("The credential is no signed token.")
        header = _decoded(parts[1])
        kind = str(header.get("typ", "")).lower().removeprefix("application/")
        if kind not in self._types or "crit" in header:
            raise unauthenticated("The credential is of another kind.")
        try:
            key = await self._keys.find(str(header.get("kid")))
        except KeySetUnavailableError:
            raise RegisterError.of("AUTHORIZATION_UNAVAILABLE", "No keys to judge the credential by.") from None
        # A list is in no set, and asking whether it is would be a fault.
        if key is None or str(header.get("alg")) not in key.algorithms:
            raise unauthenticated("The credential is signed with a key that is not trusted here.")
        try:
            payload = jwt.PyJWS().decode(token, key.key, algorithms=[header["alg"]])
            claims: Any = orjson.loads(payload)
        except (PyJWTError, ValueError):
            raise unauthenticated("The signature of the credential is not valid.") from None
        if not isinstance(claims, dict):
            raise unauthenticated("The credential holds no claims.")
        return claims


def _decoded(part: str) -> dict[str, Any]:
    try:
        found: Any = orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError):
        raise unauthenticated("The credential is no signed token.") from None
    if not isinstance(found, dict):
        raise unauthenticated("The credential is no signed token.")
    return found
