"""What the connection tells of a client, put among the headers of its request under names that no line can carry (`identity/peer.py`).

The certificate is that of the TLS connection; but behind a proxy of ours, the one that the proxy tells in its header. Nobody else is
believed: from any other sender the header is dropped before anything reads it (security case T06). The same holds for the address.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import itertools
import ssl
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from gateway.identity.peer import ADDRESS, CERTIFICATE, METHOD, SOCKET
from gateway.settings import ProxySettings
from gateway.transport.asgi import Scope

__all__ = ["Peers", "read_certificate_header"]

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Headers = list[tuple[bytes, bytes]]

_sockets = itertools.count(1)


class Peers:
    """Tells of the peers of a gateway. Raises ValueError for an address in `proxies` that is none."""

    def __init__(self, proxies: ProxySettings | None = None) -> None:
        places = proxies.addresses if proxies is not None else ()
        self._networks: list[_Network] = [ipaddress.ip_network(place) for place in places if place != "unix"]
        self._unix = "unix" in places
        self._proxied = proxies is not None
        self._certificate_header = _header(proxies.certificate_header if proxies is not None else None)
        self._address_header = _header(proxies.address_header if proxies is not None else None)
        self._dropped = frozenset(filter(None, (self._certificate_header, self._address_header)))
        self._is_proxy = lru_cache(maxsize=4096)(self._judged)

    def told(self, scope: Scope) -> Scope:
        """The scope with what is known of the peer. A certificate header that cannot be read tells an empty certificate, which
        whoever reads it refuses.
        """
        client = scope.get("client")
        host = client[0] if client else ""
        given: Headers = scope["headers"]
        headers = [pair for pair in given if pair[0] not in self._dropped] if self._dropped else list(given)
        proxied = self._proxied and self._is_proxy(host)
        certificate = self._certificate(scope, given, proxied=proxied)
        if certificate is not None:
            headers.append((CERTIFICATE, certificate))
        headers.append((ADDRESS, self._address(given, host, proxied=proxied)))
        headers.append((METHOD, scope.get("method", "GET").encode("latin-1")))
        if scope["type"] == "websocket":
            headers.append((SOCKET, b"%d" % next(_sockets)))
        return {**scope, "headers": headers}

    def _judged(self, host: str) -> bool:
        if not host:
            return self._unix
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._networks)

    def _certificate(self, scope: Scope, given: Headers, *, proxied: bool) -> bytes | None:
        if not proxied:
            return _of_connection(scope.get("extensions") or {})
        if self._certificate_header is None:
            return None
        values = [value for name, value in given if name == self._certificate_header and value]
        if not values:
            return None
        # Two readers could each believe another one of two.
        return read_certificate_header(values[0]) if len(values) == 1 else b""

    def _address(self, given: Headers, host: str, *, proxied: bool) -> bytes:
        """The client's address: the last one of the header that is no proxy of ours itself."""
        if not proxied or self._address_header is None:
            return host.encode("ascii", "replace")
        told = b",".join(value for name, value in given if name == self._address_header)
        for place in reversed(told.decode("latin-1").split(",")):
            address = _plain(place.strip())
            if not address or not self._is_proxy(address):
                return address.encode("ascii")
        return host.encode("ascii", "replace")


def read_certificate_header(value: bytes) -> bytes:
    """The DER form of what a proxy says: PEM with percent-encoding, or base64 between colons (RFC 9440 §2.1). Empty for neither, and
    for two certificates in one text.
    """
    try:
        if value.startswith(b":") and value.endswith(b":") and len(value) > 2:
            return base64.b64decode(value[1:-1], validate=True)
        pem = unquote_to_bytes(value).decode("ascii").replace("\t", "\n").strip() + "\n"
        return ssl.PEM_cert_to_DER_cert(pem) if pem.count("-----BEGIN") == 1 else b""
    except (ValueError, binascii.Error):
        return b""


def _of_connection(extensions: Mapping[str, Any]) -> bytes | None:
    chain: list[str] = extensions.get("tls", {}).get("client_cert_chain") or []
    return _der(chain[0]) if chain else None


@lru_cache(maxsize=4096)
def _der(pem: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem)


def _plain(place: str) -> str:
    """An address as it is written plainly; empty for what is none. A zone (`fe80::1%eth0`) means something on one machine only."""
    if "%" in place:
        return ""
    try:
        return str(ipaddress.ip_address(place))
    except ValueError:
        return ""


def _header(name: str | None) -> bytes | None:
    return name.lower().encode("ascii") if name else None
