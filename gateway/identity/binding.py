"""Whether a token is in the hands that it was made for: bound to a client certificate (RFC 8705 §3) or to a key (RFC 9449 §6).

A token that says that it is bound counts only with its certificate, or with a proof by its key. What the configuration asks on top of
that: that a token is bound at all, and that the certificate's owner is the party in the token (`act.sub`, else `sub`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from gateway.identity.certificates import Certificates, ClientCertificate, invalid_certificate
from gateway.identity.claims import text, unauthenticated
from gateway.identity.peer import CERTIFICATE
from gateway.identity.proofs import Proofs
from gateway.identity.revocation import Revocations
from gateway.identity.tokens import Verified

__all__ = ["Binding"]


class Binding:
    """Compares a token with the certificate and the proof of the request that brought it.

    Without `proofs` no token that is bound to a key counts. With `revocations` every certificate is looked up, whatever token comes
    with it.
    """

    def __init__(
        self,
        *,
        proofs: Proofs | None = None,
        revocations: Revocations | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._proofs = proofs
        self._revocations = revocations
        self._clock = clock
        self._certificates = Certificates()

    async def check(self, verified: Verified, headers: Mapping[bytes, bytes]) -> None:
        """Raises `GatewayError`: 403 for the certificate, 401 for the rest, 503 when revocation cannot be judged."""
        issuer = verified.issuer
        given = headers.get(CERTIFICATE)
        bound_to, bound_by = _confirmation(verified.claims)
        if issuer.bindings and not issuer.bindings & {bound_by}:
            raise unauthenticated("The access token is not bound to its holder in a way that is accepted here.")
        certificate = await self.certificate(given) if given is not None else None
        if bound_by == "dpop":
            self._proven(verified, bound_to, headers)
        elif verified.scheme == "dpop":
            raise unauthenticated("The access token is not bound to a key.", "DPoP")
        elif bound_by == "certificate":
            _same(certificate, bound_to)
        if issuer.certificate_name is not None and not (certificate is None and bound_by == "dpop"):
            _owned(certificate, issuer.certificate_name, verified.claims)

    async def certificate(self, der: bytes) -> ClientCertificate:
        """Read a client certificate. Raises `GatewayError`, 403 for one that does not count now, 503 when that cannot be judged."""
        certificate = self._valid(der)
        if self._revocations is not None:
            await self._revocations.check(certificate)
        return certificate

    def check_again(self, headers: Mapping[bytes, bytes]) -> None:
        """Raises `GatewayError` when the certificate of a request that was let in would not do any more: 403, or 503 when revocation
        cannot be judged.
        """
        given = headers.get(CERTIFICATE)
        if given is None:
            return
        certificate = self._valid(given)
        if self._revocations is not None:
            self._revocations.check_again(certificate)

    def _valid(self, der: bytes) -> ClientCertificate:
        certificate = self._certificates.read(der)
        if not certificate.begins <= self._clock() < certificate.ends:
            raise invalid_certificate("The client certificate is not valid now.")
        return certificate

    def _proven(self, verified: Verified, thumbprint: str, headers: Mapping[bytes, bytes]) -> None:
        if self._proofs is None:
            raise unauthenticated("The access token is bound in a way that is not supported here.")
        if verified.scheme != "dpop":
            # RFC 9449 §7.2: else a thief could present it as a bearer token.
            raise unauthenticated(
                "The access token is bound to a key; send it with the scheme DPoP and a proof.", "DPoP"
            )
        self._proofs.check(headers, thumbprint)


def _confirmation(claims: Mapping[str, Any]) -> tuple[str, str]:
    """To what, and in which way, a token is bound; two empty texts for one that is not. Raises `GatewayError` 401."""
    confirmation = claims.get("cnf")
    if confirmation is None:
        return "", ""
    ways = {"x5t#S256": "certificate", "jkt": "dpop"}
    found = (
        [(text(confirmation[name]), way) for name, way in ways.items() if name in confirmation]
        if isinstance(confirmation, dict)
        else []
    )
    if len(found) != 1 or not found[0][0]:
        raise unauthenticated("The access token is bound in a way that is not supported here.")
    return found[0]


def _same(certificate: ClientCertificate | None, thumbprint: str) -> None:
    # Both are public: a hash of a certificate is no secret, so that the time of comparing tells nothing.
    if certificate is None or thumbprint != certificate.thumbprint:
        raise invalid_certificate("The access token belongs to another client certificate.")


def _owned(certificate: ClientCertificate | None, attribute: str, claims: Mapping[str, Any]) -> None:
    if certificate is None:
        raise invalid_certificate("A client certificate is required.")
    act = claims.get("act")
    party = text(act.get("sub")) if isinstance(act, dict) else text(claims.get("sub"))
    name = certificate.common_name if attribute == "common_name" else certificate.serial_number
    if not party or party != name:
        raise invalid_certificate("The client certificate belongs to another party than the access token.")
