"""A token in the wrong hands: bound to a certificate (T06) or to a key (T07), at the shipped gateway over real TLS."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.gateway.library import token
from tests.harness import Reply
from tests.security.stand import Authority, Certificate, Proof, Stand, base64url, stand

BOOKS = {"data": {"books": [{"title": "Dune"}]}}


def answer(reply: Reply) -> tuple[int, Any]:
    """Status and data, or status and the first code."""
    content = reply.json()
    return reply.status, content if "data" in content else content["errors"][0]["extensions"]["code"]


def bound(certificate: Certificate, **claims: Any) -> str:
    return token(cnf={"x5t#S256": certificate.thumbprint}, **claims)


# --- T06: certificates ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stand]:
    """Tokens are bound to certificates, whose common name is the party in the token."""
    issuer = {"bindings": ["certificate"], "certificate_name": "common_name"}
    with stand(tmp_path_factory.mktemp("secured"), issuer=issuer) as running:
        yield running


def test_t06_a_bound_token_counts_with_its_certificate_and_with_no_other(secured: Stand) -> None:
    own, other = secured.authority.issue("party"), secured.authority.issue("party")
    assert answer(secured.ask(bound(own), certificate=own)) == (200, BOOKS)
    assert answer(secured.ask(bound(own), certificate=other)) == (403, "INVALID_CLIENT_CERTIFICATE")
    assert answer(secured.ask(bound(own))) == (403, "INVALID_CLIENT_CERTIFICATE")
    assert answer(secured.ask(bound(own), certificate=own)) == (200, BOOKS)


def test_t06_a_token_that_is_not_bound_does_not_count_where_it_has_to_be(secured: Stand) -> None:
    own = secured.authority.issue("party")
    for confirmation in (None, {}, {"jkt": Proof().thumbprint}, {"x5t#S256": ""}, {"kid": "k"}, "x5t#S256"):
        reply = secured.ask(token(cnf=confirmation), certificate=own)
        assert (confirmation, *answer(reply)) == (confirmation, 401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("name", "claims", "expected"),
    [
        ("party", {}, (200, BOOKS)),
        ("other", {}, (403, "INVALID_CLIENT_CERTIFICATE")),
        ("actor", {"act": {"sub": "actor"}}, (200, BOOKS)),
        ("party", {"act": {"sub": "actor"}}, (403, "INVALID_CLIENT_CERTIFICATE")),
        ("party", {"act": {}}, (403, "INVALID_CLIENT_CERTIFICATE")),
        ("", {"sub": ""}, (403, "INVALID_CLIENT_CERTIFICATE")),
    ],
)
def test_t06_the_certificate_is_that_of_the_party_that_acts(
    name: str, claims: dict[str, Any], expected: tuple[int, Any], secured: Stand
) -> None:
    own = secured.authority.issue(name or "x")
    assert answer(secured.ask(bound(own, **claims), certificate=own)) == expected


def test_t06_a_certificate_in_a_header_of_a_client_is_nothing(secured: Stand) -> None:
    own = secured.authority.issue("party")
    for header in ("Client-Cert", "X-Client-Cert", "X-SSL-Client-Cert", "X-Forwarded-Client-Cert"):
        for value in (f":{base64url(own.der)}:", quote(own.pem)):
            reply = secured.ask(bound(own), headers={header: value})
            assert answer(reply) == (403, "INVALID_CLIENT_CERTIFICATE")


def test_t06_a_certificate_of_a_foreign_authority_opens_no_connection(secured: Stand, tmp_path: Path) -> None:
    foreign = Authority(tmp_path, "foreign").issue("party")
    with pytest.raises(OSError):  # noqa: PT011 - an alert or a reset, as the line has it
        secured.ask(bound(foreign), certificate=foreign)


def test_t06_only_a_proxy_of_ours_may_tell_a_certificate(tmp_path: Path) -> None:
    import base64

    proxies = {"addresses": ["127.0.0.2"], "certificate_header": "Client-Cert"}
    authority = Authority(tmp_path / "certificates")
    own = authority.issue("party")
    told = {"Client-Cert": f":{base64.b64encode(own.der).decode()}:"}
    for name, addresses, expected in (
        ("stranger", ["127.0.0.2"], (403, "INVALID_CLIENT_CERTIFICATE")),
        ("proxy", ["127.0.0.0/24"], (200, BOOKS)),
    ):
        folder = tmp_path / name
        folder.mkdir()
        with stand(folder, listen={"proxies": {**proxies, "addresses": addresses}}, tls=False) as running:
            assert answer(running.ask(bound(own), headers=told)) == expected
            for broken in (":AAAA:", "", "%00", quote(own.pem)[:-40]):
                reply = running.ask(bound(own), headers={"Client-Cert": broken})
                assert answer(reply) == (403, "INVALID_CLIENT_CERTIFICATE")
            # What only a proxy may say goes to no subgraph.
            assert all("client-cert" not in sent for sent in running.subgraph.seen)


def test_t06_a_proxy_may_write_pem_with_percent_encoding(tmp_path: Path) -> None:
    proxies = {"addresses": ["127.0.0.1"], "certificate_header": "X-Client-Cert"}
    with stand(tmp_path, listen={"proxies": proxies}, tls=False) as running:
        own = running.authority.issue("party")
        assert answer(running.ask(bound(own), headers={"X-Client-Cert": quote(own.pem)})) == (200, BOOKS)
        other = running.authority.issue("other")
        for two in (own.pem + other.pem, other.pem + own.pem):
            reply = running.ask(bound(own), headers={"X-Client-Cert": quote(two)})
            assert answer(reply) == (403, "INVALID_CLIENT_CERTIFICATE")


def test_t06_a_certificate_that_was_taken_back_is_refused_without_a_restart(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "certificates")
    lists = authority.revoke()
    revocation = {"lists": [str(lists)], "authorities": str(authority.file), "refresh": 0.2}
    with stand(tmp_path, authorization={"revocation": revocation}, authority=authority) as running:
        own, other = authority.issue("party"), authority.issue("party")
        assert answer(running.ask(bound(own), certificate=own)) == (200, BOOKS)
        authority.revoke(own)
        _soon(lambda: answer(running.ask(bound(own), certificate=own)) == (403, "INVALID_CLIENT_CERTIFICATE"))
        # Whatever token comes with it.
        assert answer(running.ask(token(), certificate=own)) == (403, "INVALID_CLIENT_CERTIFICATE")
        assert answer(running.ask(bound(other), certificate=other)) == (200, BOOKS)
        assert answer(running.ask(token())) == (200, BOOKS)


def test_t06_a_list_that_has_ended_says_nothing_and_so_nobody_is_let_in(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "certificates")
    lists = authority.revoke(ends=timedelta(days=-1))
    revocation = {"lists": [str(lists)], "authorities": str(authority.file)}
    with stand(tmp_path, authorization={"revocation": revocation}, authority=authority) as running:
        own = authority.issue("party")
        assert answer(running.ask(bound(own), certificate=own)) == (503, "AUTHORIZATION_UNAVAILABLE")


def over_websocket(running: Stand, given: str, certificate: Certificate | None, **headers: str) -> Any:
    """The data of one query on a socket that was opened with this certificate, or the code that it was closed with."""
    url = f"wss://127.0.0.1:{running.port}/graphql"
    told = {"Authorization": given, **headers}
    tls = running.client_tls(certificate)
    with connect(url, ssl=tls, subprotocols=[Subprotocol("graphql-transport-ws")], additional_headers=told) as socket:
        try:
            socket.send('{"type": "connection_init"}')
            socket.recv(20)
            found: list[Any] = []
            for number in "12":
                socket.send(
                    json.dumps({"id": number, "type": "subscribe", "payload": {"query": "{ books { title } }"}})
                )
                found.append(json.loads(socket.recv(20))["payload"])
                socket.recv(20)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else None
    assert found[0] == found[1]
    return found[0]


def test_t06_a_websocket_has_the_certificate_of_its_connection(secured: Stand) -> None:
    own, other = secured.authority.issue("party"), secured.authority.issue("party")
    given = f"Bearer {bound(own)}"
    assert over_websocket(secured, given, own) == BOOKS
    assert over_websocket(secured, given, other) == 4403
    assert over_websocket(secured, given, None) == 4403


def _soon(holds: Any) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it never held"


# --- T07: proofs of possession ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def proving(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stand]:
    dpop = {"urls": ["https://library.example/graphql"]}
    with stand(tmp_path_factory.mktemp("proving"), authorization={"dpop": dpop}) as running:
        yield running


def prove(running: Stand, given: str, proof: str | None, scheme: str = "DPoP") -> Reply:
    return running.ask(given, scheme=scheme, headers={"DPoP": proof} if proof is not None else {})


def test_t07_a_proof_counts_once(proving: Stand) -> None:
    holder = Proof()
    given = token(cnf={"jkt": holder.thumbprint})
    proof = holder.make(given)
    assert answer(prove(proving, given, proof)) == (200, BOOKS)
    again = prove(proving, given, proof)
    assert answer(again) == (401, "UNAUTHENTICATED")
    assert again.headers["www-authenticate"].startswith('DPoP error="invalid_dpop_proof"')
    assert answer(prove(proving, given, holder.make(given))) == (200, BOOKS)


WRONG: dict[str, dict[str, Any]] = {
    "another URL": {"htu": "https://other.example/graphql"},
    "another path": {"htu": "https://library.example/plan"},
    "no URL": {"htu": None},
    "another method": {"htm": "GET"},
    "no method": {"htm": None},
    "another token": {"ath": base64url(b"x" * 32)},
    "no token": {"ath": None},
    "too old": {"iat": int(time.time()) - 3600},
    "to come": {"iat": int(time.time()) + 3600},
    "no time": {"iat": None},
    "a time that is text": {"iat": "now"},
    "a time of four hundred digits": {"iat": 10**400},
    "a time of four hundred digits before us": {"iat": -(10**400)},
    "no identity": {"jti": None},
}


@pytest.mark.parametrize("trick", WRONG)
def test_t07_a_proof_is_for_one_request(trick: str, proving: Stand) -> None:
    holder = Proof()
    given = token(cnf={"jkt": holder.thumbprint})
    assert answer(prove(proving, given, holder.make(given, **WRONG[trick]))) == (401, "UNAUTHENTICATED")


def test_t07_the_url_is_compared_as_urls_are(proving: Stand) -> None:
    holder = Proof()
    given = token(cnf={"jkt": holder.thumbprint})
    for url in ("HTTPS://library.EXAMPLE:443/graphql", "https://library.example/graphql?x=1#y"):
        assert answer(prove(proving, given, holder.make(given, htu=url))) == (200, BOOKS)


def test_t07_a_proof_counts_once_whatever_is_loaded_anew(tmp_path: Path) -> None:
    (tmp_path / "parties.yaml").write_text("default: {rate: 0.001, burst: 2}")
    rules = {"dpop": {"urls": ["https://library.example/graphql"]}, "participants": "parties.yaml"}
    with stand(tmp_path, authorization=rules, tls=False) as running:
        holder = Proof()
        given = token(cnf={"jkt": holder.thumbprint})
        proof = holder.make(given)
        assert answer(prove(running, given, proof)) == (200, BOOKS)
        grants, log = tmp_path / "grants.yaml", tmp_path / "gateway.log"
        grants.write_text(grants.read_text() + "# another release\n")
        deadline = time.monotonic() + 20
        while '"reloaded"' not in log.read_text():
            assert time.monotonic() < deadline, "it was not loaded anew"
            time.sleep(0.05)
        assert answer(prove(running, given, proof)) == (401, "UNAUTHENTICATED")
        # Nor does the party, which asked once of two times, begin anew.
        statuses = [prove(running, given, holder.make(given)).status for _ in range(2)]
        assert statuses == [200, 429]


def test_t07_a_thief_has_no_proof(proving: Stand) -> None:
    holder, thief = Proof(), Proof()
    given = token(cnf={"jkt": holder.thumbprint})
    own = holder.make(given)
    head, body, _ = own.split(".")
    for proof in (
        None,
        "",
        "x",
        thief.make(given),
        thief.make(given, head={"jwk": holder.jwk}),
        holder.make(given, head={"typ": "jwt"}),
        holder.make(given, head={"crit": ["exp"]}),
        f"{head}.{body}.{base64url(b'x' * 64)}",
        f"{own}, {holder.make(given)}",
    ):
        assert answer(prove(proving, given, proof)) == (401, "UNAUTHENTICATED")


def test_t07_a_bound_token_is_no_bearer_token_and_the_other_way_round(proving: Stand) -> None:
    holder = Proof()
    given = token(cnf={"jkt": holder.thumbprint})
    assert answer(prove(proving, given, holder.make(given), scheme="Bearer")) == (401, "UNAUTHENTICATED")
    plain = token()
    assert answer(prove(proving, plain, holder.make(plain))) == (401, "UNAUTHENTICATED")
    assert answer(proving.ask(plain)) == (200, BOOKS)


def test_t07_a_websocket_is_opened_with_one_proof(proving: Stand) -> None:
    holder = Proof()
    given = token(cnf={"jkt": holder.thumbprint})
    proof = holder.make(given, htm="GET")
    assert over_websocket(proving, f"DPoP {given}", None, DPoP=proof) == BOOKS
    # Neither another socket nor another key can use it again.
    assert over_websocket(proving, f"DPoP {given}", None, DPoP=proof) == 4403
    assert over_websocket(proving, f"DPoP {given}", None, DPoP=Proof().make(given, htm="GET")) == 4403
    assert over_websocket(proving, f"DPoP {given}", None) == 4403


def test_t07_with_a_nonce_no_proof_is_made_ahead(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"s" * 32)
    dpop = {"urls": ["https://library.example/graphql"], "nonce_secret": "secret"}
    with stand(tmp_path, authorization={"dpop": dpop}) as running:
        holder = Proof()
        given = token(cnf={"jkt": holder.thumbprint})
        first = prove(running, given, holder.make(given))
        assert answer(first) == (401, "UNAUTHENTICATED")
        assert first.headers["www-authenticate"].startswith('DPoP error="use_dpop_nonce"')
        nonce = first.headers["dpop-nonce"]
        assert answer(prove(running, given, holder.make(given, nonce=nonce))) == (200, BOOKS)
        assert answer(prove(running, given, holder.make(given, nonce="other"))) == (401, "UNAUTHENTICATED")
