"""TLS towards a subgraph: always verified, with an authority of one's own where the operator names one, and with a client
certificate where the subgraph asks who calls (mTLS).

There is no switch that turns verification off; a subgraph with a certificate of its own making is trusted by naming that
certificate as `ca`.
"""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Tls", "client_tls"]


@dataclass(frozen=True, slots=True)
class Tls:
    """How connections to one subgraph are secured. Equal when made from equal files, so that a reload keeps connections until
    a certificate is renewed. `server_name` is verified instead of the host of the URL.
    """

    context: ssl.SSLContext = field(compare=False)
    digest: str = ""
    server_name: str | None = None


def client_tls(
    *, ca: str | None = None, certificate: str | None = None, key: str | None = None, server_name: str | None = None
) -> Tls:
    """Read the files, all PEM: `ca` replaces the authorities of the system; `certificate` (with its chain) and `key` are the
    gateway's own.

    Raises ValueError for a file that cannot be used, naming the file and nothing of its content.
    """
    if (certificate is None) != (key is None):
        raise ValueError("a client certificate is given as `certificate` and `key` together")
    digest = hashlib.sha256()
    for name in (ca, certificate, key):
        digest.update(_content(name) + b"\0")
    try:
        context = ssl.create_default_context(cafile=ca)
    except ssl.SSLError:
        raise ValueError(f"ca: {ca} holds no certificate in PEM") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if certificate is not None and key is not None:
        try:
            # An encrypted key would make OpenSSL ask at a terminal; the empty password lets it fail instead.
            context.load_cert_chain(certificate, key, password="")
        except (OSError, ValueError):
            message = f"certificate: {certificate} and {key} are no certificate with its own unencrypted key, in PEM"
            raise ValueError(message) from None
    return Tls(context, digest.hexdigest(), server_name)


def _content(name: str | None) -> bytes:
    if name is None:
        return b""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror}") from None
