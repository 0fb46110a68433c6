"""Client certificates from the TLS connection to the application.

uvicorn does not hand the peer certificate on. This protocol class does, as the TLS extension of ASGI
(https://asgi.readthedocs.io/en/latest/specs/tls.html): `scope["extensions"]["tls"]["client_cert_chain"]`, PEM texts, the
party's own certificate first. The certificate was verified against the configured authorities by then, or there is none.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
from collections.abc import Mapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["CertificateProtocol", "certificate_fingerprint", "thumbprint_of"]

_VERSIONS = {"TLSv1.2": 0x0303, "TLSv1.3": 0x0304}


class CertificateProtocol(HttpToolsProtocol):
    """uvicorn's httptools protocol plus the TLS extension in every scope."""

    _tls: dict[object, object] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        connection = transport.get_extra_info("ssl_object")
        if connection is not None:
            self._tls = _tls_extension(connection)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._tls is not None:
            extensions: dict[str, dict[object, object]] = {"tls": self._tls}
            self.scope["extensions"] = extensions


def certificate_fingerprint(scope: Mapping[str, Any]) -> str | None:
    """Return the SHA-256 fingerprint (hex) of the client certificate of a request, or None."""
    tls: Mapping[str, Any] = (scope.get("extensions") or {}).get("tls") or {}
    chain: list[str] = tls.get("client_cert_chain") or []
    if not chain:
        return None
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(chain[0])).hexdigest()


def thumbprint_of(fingerprint: str) -> str:
    """The fingerprint as tokens tell it: base64url (RFC 8705 §3.1)."""
    return base64.urlsafe_b64encode(bytes.fromhex(fingerprint)).rstrip(b"=").decode()


def _tls_extension(connection: ssl.SSLObject | ssl.SSLSocket) -> dict[object, object]:
    certificate = connection.getpeercert(binary_form=True)
    return {
        "server_cert": None,
        "client_cert_chain": [ssl.DER_cert_to_PEM_cert(certificate)] if certificate else [],
        "client_cert_name": None,
        "client_cert_error": None,
        "tls_version": _VERSIONS.get(connection.version() or ""),
        "cipher_suite": None,
    }
