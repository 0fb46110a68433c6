"""Callers by access token: from the headers of a request to a `Caller`, made once for each verified token."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants
from gateway.identity.binding import Binding
from gateway.identity.caller import caller_of
from gateway.identity.certificates import ClientCertificate
from gateway.identity.participants import Participants
from gateway.identity.peer import ADDRESS, CERTIFICATE
from gateway.identity.tokens import TokenVerifier

__all__ = ["TokenAuthenticator"]


class TokenAuthenticator:
    """Callers by access token, which must be in the right hands. Without grants nobody has a role: scopes alone decide."""

    def __init__(
        self,
        verifier: TokenVerifier,
        grants: Grants | None,
        binding: Binding | None = None,
        participants: Participants | None = None,
        shadow: Grants | None = None,
    ) -> None:
        self._verifier = verifier
        self._grants = grants
        self._binding = binding or Binding()
        self._participants = participants
        self._shadow = shadow

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller:
        """Who sends `headers` (lower-case names). Raises `GatewayError`."""
        verified = await self._verifier.verify(headers.get(b"authorization"))
        if verified.guarded or CERTIFICATE in headers:
            await self._binding.check(verified, headers)
        if verified.caller is None:
            audiences = verified.issuer.audiences
            verified.caller = caller_of(verified.claims, self._grants, self._shadow, audiences=audiences)
        if self._participants is not None:
            self._participants.check(verified.caller, headers)
        return verified.caller

    async def certificate(self, headers: Mapping[bytes, bytes]) -> ClientCertificate | None:
        """The client certificate of a request, valid and not revoked; None without one. Raises `GatewayError`."""
        given = headers.get(CERTIFICATE)
        return await self._binding.certificate(given) if given is not None else None

    def check_certificate(self, certificate: ClientCertificate, headers: Mapping[bytes, bytes]) -> None:
        """Raises `GatewayError` when who comes with a certificate and no token is blocked, comes from elsewhere or too often."""
        if self._participants is not None:
            self._participants.check_certificate(certificate, headers)

    def check_again(self, caller: Caller, headers: Mapping[bytes, bytes]) -> None:
        """Raises `GatewayError` when a caller who was let in with `headers` would not be any more, its token aside."""
        self._binding.check_again(headers)
        if self._participants is not None:
            self._participants.check_again(caller, headers)

    def judged(self, headers: Mapping[bytes, bytes]) -> Hashable:
        """What `check_again` looks at beside the caller: the client certificate, and the address that it comes from."""
        return headers.get(CERTIFICATE), headers.get(ADDRESS)
