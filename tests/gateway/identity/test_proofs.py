"""Proofs of possession: what the process-level tests of T07 cannot reach (bounds, sockets, nonces over time)."""

from __future__ import annotations

from typing import Any

import jwt
import orjson
import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm
from jwt.warnings import InsecureKeyLengthWarning

from gateway.errors import GatewayError
from gateway.identity.peer import METHOD, SOCKET
from gateway.identity.proofs import Proofs, thumbprint_of
from gateway.identity.remembered import Remembered
from tests.security.stand import Proof

NOW = 1_800_000_000
URL = "https://library.example/graphql"
TOKEN = "a.b.c"
ATH = "hF4wRIgJ4ryJWOsCW_x5UjXROwd6U9DDq70jhRcNybg"
"""RFC 9449 §4.2: the hash of the token."""


class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


def headers(proof: str, method: str = "POST", socket: bytes | None = None) -> dict[bytes, bytes]:
    found = {b"authorization": f"DPoP {TOKEN}".encode(), b"dpop": proof.encode(), METHOD: method.encode()}
    return found if socket is None else {**found, SOCKET: socket}


INVALID = {"WWW-Authenticate": 'DPoP error="invalid_dpop_proof", algs="ES256 EdDSA PS256 RS256"'}


def refused(proofs: Proofs, given: dict[bytes, bytes], holder: Proof | str) -> str:
    """The message with which a proof is refused: 401 with the header that RFC 9449 §7.1 asks for."""
    with pytest.raises(GatewayError) as caught:
        proofs.check(given, holder if isinstance(holder, str) else holder.thumbprint)
    assert (caught.value.status, dict(caught.value.headers)) == (401, INVALID)
    return caught.value.issues[0].message


def limited(proofs: Proofs, given: dict[bytes, bytes], holder: Proof) -> tuple[int, dict[str, str], str]:
    """Status, headers and message of any other refusal."""
    with pytest.raises(GatewayError) as caught:
        proofs.check(given, holder.thumbprint)
    return caught.value.status, dict(caught.value.headers), caught.value.issues[0].message


def written(key: Any, algorithm: str, payload: bytes | dict[str, Any], **head: Any) -> str:
    """A proof with a right signature, whatever it holds."""
    content = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return jwt.PyJWS().encode(content, key, algorithm=algorithm, headers={"typ": "dpop+jwt", **head})


def claims(**changes: Any) -> dict[str, Any]:
    """What a proof for the usual request says; `...` leaves a claim away."""
    told = {"jti": "1", "htm": "POST", "htu": URL, "iat": NOW, "ath": ATH}
    return {name: value for name, value in {**told, **changes}.items() if value is not ...}


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
    # RFC 8037 §A.3
    okp = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint_of(okp) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": ["EC"], "crv": "P-256", "x": "x", "y": "y"},
        {"kty": "EC", "crv": "P-256", "x": "x"},
        {"kty": "EC", "crv": "P-256", "x": "x", "y": 1},
    ],
)
def test_a_key_of_another_kind_or_with_a_part_missing_has_no_thumbprint(key: dict[str, Any]):
    assert thumbprint_of(key) == ""


def test_what_was_seen_is_bounded_and_a_full_memory_takes_no_proof_twice():
    clock, holder = Clock(), Proof()
    proofs = Proofs([URL], clock=clock, maximum_seen=2)
    first = holder.make(TOKEN, iat=NOW)
    for proof in (first, holder.make(TOKEN, iat=NOW)):
        proofs.check(headers(proof), holder.thumbprint)
    full = (429, {"Retry-After": "60"}, "Too many proofs are given at the moment.")
    assert limited(proofs, headers(holder.make(TOKEN, iat=NOW)), holder) == full
    assert refused(proofs, headers(first), holder) == "The proof was used before."
    clock.now += 60  # the last second in which the two could count
    assert limited(proofs, headers(holder.make(TOKEN, iat=NOW + 60)), holder) == full
    assert refused(proofs, headers(first), holder) == "The proof was used before."
    clock.now += 1
    proofs.check(headers(holder.make(TOKEN, iat=NOW + 61)), holder.thumbprint)
    assert len(proofs._seen) == 1


def test_what_was_seen_outlives_a_change_of_the_configuration():
    holder, known = Proof(), Remembered()
    before, after, other = (Proofs([URL], clock=Clock(), remembered=found) for found in (known, known, None))
    given = headers(holder.make(TOKEN, iat=NOW))
    before.check(given, holder.thumbprint)
    assert refused(after, given, holder) == "The proof was used before."
    other.check(given, holder.thumbprint)
    opened = headers(holder.make(TOKEN, iat=NOW, htm="GET", htu="wss://library.example/graphql"), "GET", b"1")
    after.check(opened, holder.thumbprint)
    before.check(opened, holder.thumbprint)


def test_a_proof_is_known_by_its_key_and_its_identity():
    one, two = Proof(), Proof()
    proofs = Proofs([URL], clock=Clock())
    for holder in (one, two):
        proofs.check(headers(holder.make(TOKEN, iat=NOW, jti="same")), holder.thumbprint)
        again = holder.make(TOKEN, iat=NOW + 1, jti="same")
        assert refused(proofs, headers(again), holder) == "The proof was used before."


def test_a_socket_is_opened_with_one_proof_that_holds_for_its_key():
    clock, holder, other = Clock(), Proof(), Proof()
    proofs = Proofs([URL], clock=clock)
    opened = headers(holder.make(TOKEN, iat=NOW, htm="GET", htu="wss://library.example/graphql"), "GET", b"1")
    proofs.check(opened, holder.thumbprint)
    clock.now += 1000
    proofs.check({**opened, b"authorization": b"DPoP d.e.f"}, holder.thumbprint)
    assert refused(proofs, {**opened, SOCKET: b"2"}, holder) == "The proof is too old, or not of now."
    assert refused(proofs, opened, other) == "The proof is by another key than the access token is bound to."


def asked(proofs: Proofs, now: float) -> dict[str, str]:
    """RFC 9449 §9: the headers that tell which nonce is needed."""
    challenge = 'DPoP error="use_dpop_nonce", algs="ES256 EdDSA PS256 RS256"'
    return {"WWW-Authenticate": challenge, "DPoP-Nonce": proofs.nonce(now)}


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
            assert limited(proofs, given, holder) == (401, asked(proofs, NOW + later), expected)
    for nonce_of_another_kind in (None, "", 1, "é"):
        given = headers(holder.make(TOKEN, iat=NOW + 600, nonce=nonce_of_another_kind))
        assert limited(proofs, given, holder) == (
            401,
            asked(proofs, NOW + 600),
            "The proof needs the nonce of this gateway.",
        )
    # All gateways with the secret agree.
    assert Proofs([URL], nonce_secret=b"s" * 32).nonce(NOW) == nonce


@pytest.mark.parametrize(
    "urls",
    [
        [],
        ["library.example"],
        ["file:///etc"],
        ["https://a@library.example/"],
        ["https://library.example:port/"],
        ["https:///graphql"],
    ],
)
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
    # While gateways are replaced, the old ones and the new ones agree.
    assert proofs.nonce(NOW) == "y9IJ5YmCG5rpnITfwHeTFHKR"
    assert proofs.nonce(1_800_021_600) == "22IBRRNEOJB6n2uWqT-BTqzX"


def test_a_proof_that_is_too_long_is_not_read():
    holder, proofs = Proof(), Proofs([URL], clock=Clock())
    proofs.check(headers(holder.make(TOKEN, iat=NOW, jti="x" * 2000)), holder.thumbprint)
    assert refused(proofs, headers(holder.make(TOKEN, iat=NOW, jti="x" * 4000)), holder) == "The proof cannot be read."
    for size, message in ((4096, "The header DPoP holds no proof."), (4097, "The proof cannot be read.")):
        assert refused(proofs, headers("e30.e30." + "x" * (size - 8)), holder) == message


@pytest.mark.parametrize("proof", ["e.e.e", "W10.e30.x", ".e30.x", "e30.e30", "é.e30.x"])
def test_what_is_no_token_is_no_proof(proof: str):
    assert refused(Proofs([URL], clock=Clock()), headers(proof), Proof()) == "The proof cannot be read."


OTHER_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT_RSA = rsa.generate_private_key(public_exponent=65537, key_size=1024)
NO_PROOF = "The header DPoP holds no proof."
NO_KEY = "The key of the proof is of no accepted kind."
NOT_SIGNED = "The signature of the proof is not valid."


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ({"typ": "DPoP+JWT"}, None),
        ({"typ": "application/dpop+jwt"}, None),
        ({"typ": "at+jwt"}, NO_PROOF),
        ({"typ": "dpop+jwtapplication/"}, NO_PROOF),
        ({"typ": None}, NO_PROOF),
        ({"crit": ["exp"]}, NO_PROOF),
        ({"crit": []}, NO_PROOF),
        ({"jwk": None}, NO_KEY),
        ({"jwk": "key"}, NO_KEY),
        ({"jwk": {}}, NO_KEY),
        ({"jwk": {"kty": ["EC"]}}, NO_KEY),
        ({"jwk": {"kty": "EC", "crv": ["P-256"]}}, NO_KEY),
        ({"jwk": {"kty": "EC", "crv": "P-384"}}, NO_KEY),
        ({"jwk": {"kty": "oct", "k": "c2VjcmV0"}}, NO_KEY),
    ],
)
def test_the_head_of_a_proof(head: dict[str, Any], message: str | None):
    holder, proofs = Proof(), Proofs([URL], clock=Clock())
    given = headers(holder.make(TOKEN, head=head, iat=NOW))
    if message is None:
        proofs.check(given, holder.thumbprint)
    else:
        assert refused(proofs, given, holder) == message


@pytest.mark.parametrize(
    ("key", "jwk", "algorithm"),
    [
        (OTHER_RSA, RSAAlgorithm.to_jwk(OTHER_RSA.public_key(), as_dict=True), "RS256"),
        (OTHER_RSA, RSAAlgorithm.to_jwk(OTHER_RSA.public_key(), as_dict=True), "PS256"),
        (ED := Ed25519PrivateKey.generate(), OKPAlgorithm.to_jwk(ED.public_key(), as_dict=True), "EdDSA"),
    ],
)
def test_a_key_of_each_kind_makes_proofs_with_its_own_algorithms(key: Any, jwk: dict[str, Any], algorithm: str):
    proofs = Proofs([URL], clock=Clock())
    proofs.check(headers(written(key, algorithm, claims(), jwk=jwk)), thumbprint_of(jwk))
    holder = Proof()
    other = written(holder.key, "ES256", claims(), jwk=jwk)
    assert refused(proofs, headers(other), thumbprint_of(jwk)) == NO_KEY
    with_secret = written(b"s" * 32, "HS256", claims(), jwk=jwk)
    assert refused(proofs, headers(with_secret), thumbprint_of(jwk)) == NO_KEY


def test_a_key_that_is_too_short_or_no_key_at_all_signs_nothing(monkeypatch: pytest.MonkeyPatch):
    proofs = Proofs([URL], clock=Clock())
    short: dict[str, Any] = RSAAlgorithm.to_jwk(SHORT_RSA.public_key(), as_dict=True)  # RFC 7518 §3.3
    with pytest.warns(InsecureKeyLengthWarning):
        given = headers(written(SHORT_RSA, "RS256", claims(), jwk=short))
    assert refused(proofs, given, thumbprint_of(short)) == NOT_SIGNED
    holder = Proof()
    for changes in ({"x": "A"}, {"x": "AAAA"}, {"y": holder.jwk["x"]}):
        broken = {**holder.jwk, **changes}
        given = headers(written(holder.key, "ES256", claims(), jwk=broken))
        assert refused(proofs, given, thumbprint_of(broken)) == NOT_SIGNED

    def unsupported(jwk: Any) -> Any:
        raise UnsupportedAlgorithm("a library of cryptography that is built without it")

    monkeypatch.setattr(OKPAlgorithm, "from_jwk", unsupported)
    jwk: dict[str, Any] = OKPAlgorithm.to_jwk(ED.public_key(), as_dict=True)
    assert refused(proofs, headers(written(ED, "EdDSA", claims(), jwk=jwk)), thumbprint_of(jwk)) == NOT_SIGNED


@pytest.mark.parametrize("payload", [b"[]", b"proof", b"", b'{"jti": "\\ud800"}', b"[" * 2000])
def test_what_is_signed_is_an_object(payload: bytes):
    holder = Proof()
    given = headers(written(holder.key, "ES256", payload, jwk=holder.jwk))
    assert refused(Proofs([URL], clock=Clock()), given, holder) == NOT_SIGNED


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ath": ...}, "The proof belongs to another access token."),
        ({"ath": ATH + "="}, "The proof belongs to another access token."),
        ({"ath": [ATH]}, "The proof belongs to another access token."),
        ({"htm": ...}, "The proof belongs to another method."),
        ({"htm": "post"}, "The proof belongs to another method."),
        ({"htm": "GET"}, "The proof belongs to another method."),
        ({"htu": ...}, "The proof belongs to another URL."),
        ({"htu": [URL]}, "The proof belongs to another URL."),
        ({"iat": ...}, "The proof is too old, or not of now."),
        ({"iat": str(NOW)}, "The proof is too old, or not of now."),
        ({"iat": [NOW]}, "The proof is too old, or not of now."),
        ({"jti": ...}, "The proof has no identity (jti)."),
        ({"jti": ""}, "The proof has no identity (jti)."),
        ({"jti": 1}, "The proof has no identity (jti)."),
    ],
)
def test_what_a_proof_says(changes: dict[str, Any], message: str):
    holder, proofs = Proof(), Proofs([URL], clock=Clock())
    given = written(holder.key, "ES256", claims(**changes), jwk=holder.jwk)
    assert refused(proofs, headers(given), holder) == message
    proofs.check(headers(written(holder.key, "ES256", claims(iat=NOW + 0.5), jwk=holder.jwk)), holder.thumbprint)


def test_a_truth_is_no_time():
    clock, holder = Clock(), Proof()
    clock.now = 1
    given = headers(written(holder.key, "ES256", claims(iat=True), jwk=holder.jwk))
    assert refused(Proofs([URL], clock=clock), given, holder) == "The proof is too old, or not of now."


def test_without_a_method_no_proof_counts():
    holder, proofs = Proof(), Proofs([URL], clock=Clock())
    for method in ("", None):
        given = headers(holder.make(TOKEN, iat=NOW, htm=method))
        del given[METHOD]
        assert refused(proofs, given, holder) == "The proof belongs to another method."


def test_the_token_is_what_stands_after_the_scheme_however_far():
    holder = Proof()
    given = {**headers(holder.make(TOKEN, iat=NOW)), b"authorization": f"DPoP   {TOKEN}".encode()}
    Proofs([URL], clock=Clock()).check(given, holder.thumbprint)


def test_without_a_proof_there_is_none():
    given = headers("")
    del given[b"dpop"]
    assert refused(Proofs([URL], clock=Clock()), given, Proof()) == "A proof (header DPoP) is required."


def test_the_latest_sockets_are_kept_and_no_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateway.identity.proofs.MAXIMUM_SOCKETS", 2)
    holder, proofs = Proof(), Proofs([URL], clock=Clock())
    opened = [headers(holder.make(TOKEN, iat=NOW), socket=name) for name in (b"1", b"2", b"3")]
    for number, given in enumerate(opened):
        proofs.check(given, holder.thumbprint)
        for kept in opened[max(0, number - 1) : number + 1]:
            proofs.check(kept, holder.thumbprint)
    assert refused(proofs, opened[0], holder) == "The proof was used before."
