"""uvicorn's protocols, with the client certificate of a TLS connection in every scope.

uvicorn does not hand the peer certificate on. These classes do, as the TLS extension of ASGI
(https://asgi.readthedocs.io/en/latest/specs/tls.html): `scope["extensions"]["tls"]["client_cert_chain"]`, PEM texts, the client's own
certificate first. It was verified against the configured authorities by then, or there is none.
"""

from __future__ import annotations

import asyncio
import ssl
from asyncio.transports import BaseTransport
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from gateway.protocol import Protocol

__all__ = ["CertificateProtocol", "CertificateWebSocketProtocol"]

_VERSIONS = {"TLSv1.2": 0x0303, "TLSv1.3": 0x0304}


class CertificateProtocol(Protocol):
    """HTTP/1.1 with the TLS extension."""

    _tls: dict[object, object] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] - as uvicorn narrows it
        super().connection_made(transport)
        self._tls = _tls_extension(transport)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._tls is not None:
            self.scope["extensions"] = {"tls": self._tls}


class CertificateWebSocketProtocol(WebSocketsSansIOProtocol):
    """WebSockets with the TLS extension."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        tls = _tls_extension(self.transport)
        # The task that serves the scope begins with the next turn of the loop.
        if tls is not None and hasattr(self, "scope"):
            extensions: Any = self.scope.setdefault("extensions", {})
            extensions["tls"] = tls


def _tls_extension(transport: BaseTransport) -> dict[object, object] | None:
    connection: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
    if connection is None:
        return None
    certificate = connection.getpeercert(binary_form=True)
    return {
        "server_cert": None,
        "client_cert_chain": [ssl.DER_cert_to_PEM_cert(certificate)] if certificate else [],
        "client_cert_name": None,
        "client_cert_error": None,
        "tls_version": _VERSIONS.get(connection.version() or ""),
        "cipher_suite": None,
    }
