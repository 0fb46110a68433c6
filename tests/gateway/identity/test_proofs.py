"""Proofs of possession: what the process-level tests of T07 cannot reach (bounds, sockets, nonces over time)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.identity.peer import METHOD, SOCKET
from gateway.identity.proofs import Proofs, thumbprint_of
from tests.security.stand import Proof

NOW = 1_800_000_000
URL = "https://library.example/graphql"
TOKEN = "a.b.c"


class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


def headers(proof: str, method: str = "POST", socket: bytes | None = None) -> dict[bytes, bytes]:
    found = {b"authorization": f"DPoP {TOKEN}".encode(), b"dpop": proof.encode(), METHOD: method.encode()}
    return found if socket is None else {**found, SOCKET: socket}


def refused(proofs: Proofs, given: dict[bytes, bytes], holder: Proof) -> str:
    with pytest.raises(GatewayError) as caught:
        proofs.check(given, holder.thumbprint)
    return caught.value.issues[0].message


def test_the_thumbprint_is_that_of_rfc_7638():
    # RFC 7638 §3.1
    key = {
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
        "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI"
        "SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
        "alg": "RS256",
        "kid": "2011-04-29",
    }
    assert thumbprint_of(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_what_was_seen_is_bounded_and_a_full_memory_takes_no_proof_twice():
    clock, holder = Clock(), Proof()
    proofs = Proofs([URL], clock=clock, maximum_seen=2)
    first = holder.make(TOKEN, iat=NOW)
    for proof in (first, holder.make(TOKEN, iat=NOW)):
        proofs.check(headers(proof), holder.thumbprint)
    assert refused(proofs, headers(holder.make(TOKEN, iat=NOW)), holder) == "Too many proofs are given at the moment."
    assert refused(proofs, headers(first), holder) == "The proof was used before."
    clock.now += 61
    proofs.check(headers(holder.make(TOKEN, iat=NOW + 61)), holder.thumbprint)
    assert len(proofs._seen) == 1


def test_a_socket_is_opened_with_one_proof_that_holds_for_its_key():
    clock, holder, other = Clock(), Proof(), Proof()
    proofs = Proofs([URL], clock=clock)
    opened = headers(holder.make(TOKEN, iat=NOW, htm="GET", htu="wss://library.example/graphql"), "GET", b"1")
    proofs.check(opened, holder.thumbprint)
    clock.now += 1000
    proofs.check({**opened, b"authorization": b"DPoP d.e.f"}, holder.thumbprint)
    assert refused(proofs, {**opened, SOCKET: b"2"}, holder) == "The proof is too old, or not of now."
    assert refused(proofs, opened, other) == "The proof is by another key than the access token is bound to."


def test_the_nonce_before_still_counts_and_no_older_one():
    clock, holder = Clock(), Proof()
    proofs = Proofs([URL], clock=clock, nonce_secret=b"s" * 32)
    nonce = proofs.nonce(NOW)
    for later, expected in ((0, None), (300, None), (600, "The proof needs the nonce of this gateway.")):
        clock.now = NOW + later
        given = headers(holder.make(TOKEN, iat=NOW + later, nonce=nonce))
        if expected is None:
            proofs.check(given, holder.thumbprint)
        else:
            assert refused(proofs, given, holder) == expected
    # All gateways with the secret agree.
    assert Proofs([URL], nonce_secret=b"s" * 32).nonce(NOW) == nonce


@pytest.mark.parametrize("urls", [[], ["library.example"], ["file:///etc"], ["https://a@library.example/"]])
def test_an_url_that_is_none_stops_the_start(urls: list[str]):
    with pytest.raises(ValueError, match="https URL"):
        Proofs(urls)


def test_a_private_key_in_a_proof_is_not_taken():
    holder = Proof()
    head: dict[str, Any] = {"jwk": {**holder.jwk, "d": "AAAA"}}
    given = headers(holder.make(TOKEN, head=head))
    assert refused(Proofs([URL]), given, holder) == "The key of the proof is of no accepted kind."


def test_a_proof_whose_signature_is_wrong_is_none():
    holder, thief = Proof(), Proof()
    proof = holder.make(TOKEN, iat=NOW)
    head, body, signature = proof.split(".")
    proofs = Proofs([URL], clock=Clock())
    for forged in (
        f"{head}.{body}.{thief.make(TOKEN, iat=NOW).split('.')[2]}",
        f"{head}.{holder.make(TOKEN, iat=NOW, jti='other').split('.')[1]}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}.AAAA",
        f"{head}.{body}.{signature[:-4]}",
    ):
        assert refused(proofs, headers(forged), holder) == "The signature of the proof is not valid."
    proofs.check(headers(proof), holder.thumbprint)


@pytest.mark.parametrize(("away", "expected"), [(-61, False), (-60, True), (60, True), (61, False)])
def test_a_proof_holds_for_a_minute_on_both_sides(away: int, expected: bool):
    holder = Proof()
    given, proofs = headers(holder.make(TOKEN, iat=NOW + away)), Proofs([URL], clock=Clock())
    if expected:
        proofs.check(given, holder.thumbprint)
    else:
        assert refused(proofs, given, holder) == "The proof is too old, or not of now."


@pytest.mark.parametrize(
    ("url", "told", "expected"),
    [
        (URL, "https://LIBRARY.example:443/graphql?x#y", True),
        (URL, "wss://library.example/graphql", True),
        (URL, "https://library.example:444/graphql", False),
        (URL, "http://library.example/graphql", False),
        (URL, "https://library.example/", False),
        (URL, "ftp://library.example/graphql", False),
        (URL, "https://a@library.example/graphql", False),
        (URL, "https://library.example:x/graphql", False),
        ("https://library.example:8443", "https://library.example:8443/", True),
        ("https://library.example:8443", "https://library.example/", False),
        ("http://localhost/g", "http://localhost:80/g", True),
        ("http://localhost/g", "ws://localhost/g", True),
        ("http://localhost/g", "https://localhost:80/g", False),
        ("http://localhost:443/g", "https://localhost/g", False),
    ],
)
def test_a_url_is_compared_as_what_it_names(url: str, told: str, expected: bool):
    holder = Proof()
    given, proofs = headers(holder.make(TOKEN, iat=NOW, htu=told)), Proofs([url], clock=Clock())
    if expected:
        proofs.check(given, holder.thumbprint)
    else:
        assert refused(proofs, given, holder) == "The proof belongs to another URL."


def test_a_nonce_is_that_of_its_five_minutes():
    proofs = Proofs([URL], nonce_secret=b"s" * 32)
    assert proofs.nonce(NOW) == proofs.nonce(NOW + 299) != proofs.nonce(NOW + 300)
    assert Proofs([URL], nonce_secret=b"t" * 32).nonce(NOW) != proofs.nonce(NOW)


def test_a_proof_that_is_too_long_is_not_read():
    holder, proofs = Proof(), Proofs([URL], clock=Clock())
    proofs.check(headers(holder.make(TOKEN, iat=NOW, jti="x" * 2000)), holder.thumbprint)
    assert refused(proofs, headers(holder.make(TOKEN, iat=NOW, jti="x" * 4000)), holder) == "The proof cannot be read."


@pytest.mark.parametrize("proof", ["e.e.e", "W10.e30.x", ".e30.x", "e30.e30", "é.e30.x"])
def test_what_is_no_token_is_no_proof(proof: str):
    assert refused(Proofs([URL], clock=Clock()), headers(proof), Proof()) == "The proof cannot be read."
