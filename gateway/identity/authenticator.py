"""Callers by access token: from the header `Authorization` to a `Caller`, made once for each verified token."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants
from gateway.identity.caller import caller_of
from gateway.identity.tokens import TokenVerifier

__all__ = ["TokenAuthenticator"]

_KEPT_CALLERS = 4096


class TokenAuthenticator:
    """Callers by access token. A verified token keeps its claims object, so a caller is made once for each."""

    def __init__(self, verifier: TokenVerifier, grants: Grants) -> None:
        self._verifier = verifier
        self._grants = grants
        self._callers: dict[int, tuple[Mapping[str, object], Caller]] = {}

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller:
        given = headers.get(b"authorization")
        claims = await self._verifier.verify(given.decode("latin-1") if given is not None else None)
        kept = self._callers.get(id(claims))
        if kept is not None and kept[0] is claims:
            return kept[1]
        caller = caller_of(claims, self._grants)
        if len(self._callers) >= _KEPT_CALLERS:
            self._callers.clear()
        self._callers[id(claims)] = (claims, caller)
        return caller
