"""What is told of a peer, and whose word counts."""

from __future__ import annotations

import base64
import ssl
from typing import Any
from urllib.parse import quote

import pytest

from gateway.identity.peer import ADDRESS, CERTIFICATE, METHOD, SOCKET
from gateway.settings import ProxySettings
from gateway.transport.peers import Peers, read_certificate_header

PEM = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n"
DER = b"\x01\x02\x03"
OTHER = base64.b64encode(b"other").decode()


def told(proxies: ProxySettings | None = None, client: str | None = "10.0.0.9", **given: Any) -> dict[bytes, bytes]:
    scope: Any = {
        "type": given.pop("type", "http"),
        "method": "POST",
        "client": (client, 1) if client is not None else None,
        "headers": [(name.encode(), value.encode()) for name, value in given.pop("headers", ())],
        **given,
    }
    return dict(Peers(proxies).told(scope)["headers"])


TLS: Any = {"tls": {"client_cert_chain": [PEM]}}
PROXIES = ProxySettings(("10.0.0.0/8", "unix"), certificate_header="Client-Cert", address_header="X-Forwarded-For")


def test_a_plain_connection():
    assert told(headers=[("accept", "*/*")]) == {b"accept": b"*/*", ADDRESS: b"10.0.0.9", METHOD: b"POST"}


def test_the_certificate_of_the_connection():
    assert told(extensions=TLS)[CERTIFICATE] == DER
    assert CERTIFICATE not in told(extensions={"tls": {"client_cert_chain": []}})


def test_a_proxy_tells_certificate_and_address_and_its_own_certificate_is_not_the_clients():
    headers = [("client-cert", f":{OTHER}:"), ("x-forwarded-for", "192.0.2.7, 10.1.1.1"), ("x", "y")]
    found = told(PROXIES, headers=headers, extensions=TLS)
    assert found == {b"x": b"y", CERTIFICATE: b"other", ADDRESS: b"192.0.2.7", METHOD: b"POST"}
    assert CERTIFICATE not in told(PROXIES, extensions=TLS)
    assert told(PROXIES, client=None, headers=headers)[CERTIFICATE] == b"other"


def test_a_stranger_tells_nothing():
    headers = [("client-cert", f":{OTHER}:"), ("x-forwarded-for", "192.0.2.7")]
    assert told(PROXIES, client="192.0.2.1", headers=headers) == {ADDRESS: b"192.0.2.1", METHOD: b"POST"}
    assert told(ProxySettings(("10.0.0.1",), "client-cert"), client=None, headers=headers)[ADDRESS] == b""


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("198.51.100.1, 192.0.2.7", b"192.0.2.7"),
        ("10.1.1.1, 10.1.1.2", b"10.0.0.9"),
        ("192.0.2.7, nonsense", b""),
        ("192.0.2.7, fe80::1%eth0", b""),
        ("192.0.2.7, fe80::1%é", b""),
        ("192.0.2.7, fe80::1%é, 10.1.1.1", b""),
        ("2001:DB8::1", b"2001:db8::1"),
    ],
)
def test_the_address_is_the_last_one_that_is_no_proxy(header: str, address: bytes):
    assert told(PROXIES, headers=[("x-forwarded-for", header)])[ADDRESS] == address


def test_two_certificate_headers_tell_an_unreadable_one():
    assert told(PROXIES, headers=[("client-cert", f":{OTHER}:")] * 2)[CERTIFICATE] == b""


@pytest.mark.parametrize(
    "value", ["AQID", ":A:", "%", "-----BEGIN CERTIFICATE-----", "é", ":", quote(2 * ssl.DER_cert_to_PEM_cert(b"ab"))]
)
def test_what_cannot_be_read(value: str):
    assert read_certificate_header(value.encode()) == b""


def test_what_can_be_read():
    assert read_certificate_header(quote(PEM).encode()) == DER
    assert read_certificate_header(b":AQID:") == DER


def test_each_socket_has_a_name():
    peers = Peers()
    scope: Any = {"type": "websocket", "client": None, "headers": []}
    first, second = (dict(peers.told(scope)["headers"]) for _ in range(2))
    assert first[METHOD] == b"GET"
    assert first[SOCKET] != second[SOCKET]


def test_an_address_that_is_none_stops_the_start():
    with pytest.raises(ValueError, match="nonsense"):
        Peers(ProxySettings(("nonsense",)))
