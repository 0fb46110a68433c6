"""TLS to subgraphs: who is believed, and what the gateway shows of itself."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from gateway.subgraphs.connection import Response
from gateway.subgraphs.endpoint import Endpoint
from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.http import HttpClient
from gateway.subgraphs.tls import Tls, client_tls
from tests.gateway.subgraphs.certificates import Authority, server_context
from tests.gateway.subgraphs.harness import Line, polite, serving

OK = Response(200, b'{"data":{}}')
REFUSED = FetchFailure(FailureKind.CONNECTION)


async def asked(url: str, tls: Tls | None) -> Response | FetchFailure:
    client = HttpClient({"s": Endpoint(url, tls=tls, timeout=5)})
    try:
        return await client.post("s", b"", b"{}")
    finally:
        await client.close()


async def test_an_authority_of_ones_own_is_believed_and_no_other(tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path, "ours"), Authority(tmp_path, "theirs")
    async with serving(polite, tls=server_context(ours.identity("127.0.0.1"))) as server:
        assert await asked(server.url, client_tls(ca=ours.ca)) == OK
        assert await asked(server.url, client_tls(ca=theirs.ca)) == REFUSED
        assert await asked(server.url, None) == REFUSED
        assert len(server.requests) == 1


@pytest.mark.parametrize(("names", "days"), [(("10.0.0.1",), 1), (("localhost",), 1), (("127.0.0.1",), -1)])
async def test_another_name_and_an_expired_certificate_are_refused(
    tmp_path: Path, names: tuple[str, ...], days: int
) -> None:
    authority = Authority(tmp_path)
    async with serving(polite, tls=server_context(authority.identity(*names, days=days))) as server:
        assert await asked(server.url, client_tls(ca=authority.ca)) == REFUSED
        assert server.requests == []


async def test_server_name_is_what_is_verified_and_asked_for(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = server_context(authority.identity("stock.internal"))
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with serving(polite, tls=context) as server:
        assert await asked(server.url, client_tls(ca=authority.ca, server_name="stock.internal")) == OK
        assert await asked(server.url, client_tls(ca=authority.ca, server_name="other.internal")) == REFUSED
        assert names == ["stock.internal", "other.internal"]


async def test_a_subgraph_that_asks_for_a_certificate_gets_the_gateways_own(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    own = authority.identity("gateway.internal")
    seen: list[object] = []

    async def look(line: Line) -> None:
        certificate = line.writer.get_extra_info("peercert")
        seen.append(dict(pair[0] for pair in certificate["subject"])["commonName"])
        await polite(line)

    context = server_context(authority.identity("127.0.0.1"), clients=authority.ca)
    async with serving(look, tls=context) as server:
        tls = client_tls(ca=authority.ca, certificate=own.certificate, key=own.key)
        assert await asked(server.url, tls) == OK
        assert await asked(server.url, client_tls(ca=authority.ca)) == REFUSED
        stranger = Authority(tmp_path, "stranger").identity("gateway.internal")
        tls = client_tls(ca=authority.ca, certificate=stranger.certificate, key=stranger.key)
        assert await asked(server.url, tls) == REFUSED
        assert seen == ["gateway.internal"]


async def test_a_plain_answer_on_a_tls_port_is_no_answer() -> None:
    async def plain(line: Line) -> None:
        await line.send(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"data":{}}')
        await line.reader.read()

    async with serving(plain) as server:
        assert await asked(server.url.replace("http://", "https://"), None) == REFUSED


async def test_old_versions_of_tls_are_not_spoken(tmp_path: Path) -> None:
    assert client_tls().context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert client_tls().context.verify_mode == ssl.CERT_REQUIRED
    assert client_tls().context.check_hostname


def test_settings_are_equal_until_a_file_changes(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    own, next_own = authority.identity("gateway"), authority.identity("gateway")
    first = client_tls(ca=authority.ca, certificate=own.certificate, key=own.key)
    assert first == client_tls(ca=authority.ca, certificate=own.certificate, key=own.key)
    Path(own.certificate).write_bytes(Path(next_own.certificate).read_bytes())
    Path(own.key).write_bytes(Path(next_own.key).read_bytes())
    assert first != client_tls(ca=authority.ca, certificate=own.certificate, key=own.key)


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    one, other = authority.identity("one"), authority.identity("other")
    locked = authority.identity("locked", password=b"secret")
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    for arguments, sentence in [
        ({"ca": str(tmp_path / "gone.pem")}, f"{tmp_path}/gone.pem cannot be read: No such file or directory"),
        ({"ca": str(nonsense)}, f"ca: {nonsense} holds no certificate in PEM"),
        ({"certificate": one.certificate}, "a client certificate is given as `certificate` and `key` together"),
        (
            {"certificate": one.certificate, "key": other.key},
            f"certificate: {one.certificate} and {other.key} are no certificate with its own unencrypted key, in PEM",
        ),
        (
            {"certificate": locked.certificate, "key": locked.key},
            f"certificate: {locked.certificate} and {locked.key} are no certificate with its own unencrypted key, in PEM",
        ),
    ]:
        with pytest.raises(ValueError, match=r"PEM|together|read") as caught:
            client_tls(**arguments)
        assert str(caught.value) == sentence
