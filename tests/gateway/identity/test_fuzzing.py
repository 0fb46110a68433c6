"""Whatever stands in a token, a proof, a certificate, a key set, a list or a file: an answer with a code, and nothing else.

What was signed well is fuzzed as well: an issuer may be careless, and a thief may have a key.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm

from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants, load_grants
from gateway.errors import Code, GatewayError
from gateway.identity.authenticator import TokenAuthenticator
from gateway.identity.binding import Binding
from gateway.identity.certificates import Certificates
from gateway.identity.jwks import KeySet, read_keys
from gateway.identity.participants import Participants, ParticipantsError
from gateway.identity.peer import CERTIFICATE, METHOD
from gateway.identity.proofs import Proofs
from gateway.identity.revocation import read_list
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from gateway.transport.peers import read_certificate_header
from tests.fuzzing import SECRET, fuzzed, kept_quiet, many, more, most
from tests.gateway.identity.tokens import AUDIENCE, CLAIMS, EC_KEY, ISSUER, Clock, document, part
from tests.gateway.library import GRANTS, supergraph
from tests.security.stand import Authority, Proof, base64url

CODES = {
    Code.UNAUTHENTICATED,
    Code.INVALID_CLIENT_CERTIFICATE,
    Code.AUTHORIZATION_UNAVAILABLE,
    Code.RATE_LIMITED,
}
HOLDER = Proof()
URL = "https://gateway.example/graphql"

names = st.sampled_from(
    [
        "alg",
        "kid",
        "typ",
        "crit",
        "jwk",
        "jku",
        "x5u",
        "b64",
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "act",
        "cnf",
        "scopes",
        "scope",
        "azp",
        "branch",
        "card",
        "_claim_names",
        "_claim_sources",
        "JWT",
        "jwt",
        "s",
        "x5t#S256",
        "jkt",
        "htm",
        "htu",
        "ath",
        "nonce",
        "kty",
        "crv",
        "x",
        "y",
        "n",
        "e",
        "d",
    ]
)
plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        [
            SECRET,
            "RS256",
            "ES256",
            "none",
            "rsa",
            "ec",
            "at+jwt",
            ISSUER,
            AUDIENCE,
            "s",
            "P-256",
            "EC",
            "OKP",
            "12",
            "a.e30.b",
        ]
    )
    | st.sampled_from([1_800_000_000, 1_800_000_600, 10**30, -1, 1e308, 10**400])
)
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
objects = st.dictionaries(names, values, max_size=6)


@cache
def grants() -> Grants:
    return load_grants(GRANTS, supergraph())


def authenticator() -> TokenAuthenticator:
    keys = KeySet(document(), clock=Clock())
    verifier = TokenVerifier([TrustedIssuer(ISSUER, frozenset({AUDIENCE}), keys)], clock=Clock())
    return TokenAuthenticator(verifier, grants(), Binding(proofs=Proofs([URL], clock=Clock())))


AUTHENTICATOR = authenticator()


def told(headers: Mapping[bytes, bytes]) -> None:
    """Ask who sends these headers: a caller or a coded refusal, twice the same."""
    outcomes: list[Any] = []
    for again in (False, True):
        try:
            with fuzzed(again=again):
                outcomes.append(asyncio.run(AUTHENTICATOR.caller(headers)))
        except GatewayError as error:
            kept_quiet(error, error.issues, error.headers)
            outcomes.append((error.issues[0].code, error.issues[0].message))
    assert all(isinstance(outcome, Caller) or outcome[0] in CODES for outcome in outcomes)
    assert outcomes[0] == outcomes[1] or b"dpop" in headers


def signed(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """A JWS of whatever: pyjwt would mend some of it."""
    head = {"alg": "ES256", "kid": "ec", "typ": "at+jwt", **header}
    content = f"{part(json.dumps(head).encode())}.{part(json.dumps({**CLAIMS, **claims}).encode())}"
    algorithm = ECAlgorithm(ECAlgorithm.SHA256)
    return f"{content}.{base64url(algorithm.sign(content.encode(), EC_KEY))}"


@most
@given(st.binary(max_size=200))
def test_any_header(text: bytes):
    told({b"authorization": text})
    told({b"authorization": b"Bearer " + text})


@most
@given(st.binary(max_size=60), st.binary(max_size=120), st.binary(max_size=70))
def test_any_three_parts(head: bytes, body: bytes, proof: bytes):
    told({b"authorization": f"Bearer {part(head)}.{part(body)}.{part(proof)}".encode()})


@more
@given(objects, objects)
@example({}, {"iat": 1.5, "exp": 10**400})
def test_any_claims_that_were_signed(header: dict[str, Any], claims: dict[str, Any]):
    told({b"authorization": f"Bearer {signed(header, claims)}".encode()})
    told({b"authorization": f"Bearer {signed({}, claims)}".encode()})


@many
@given(
    st.recursive(st.just({}), lambda inner: st.dictionaries(st.just("a"), inner, min_size=1), max_leaves=40),
    st.integers(1, 3000),
)
def test_any_depth(claims: dict[str, Any], depth: int):
    told({b"authorization": f"Bearer {part(b'[' * depth)}.{part(b'[' * depth + b']' * depth)}.x".encode()})
    told({b"authorization": f"Bearer {signed({}, {'branch': claims})}".encode()})


@many
@given(objects, objects, st.binary(max_size=60))
@example({}, {"iat": 10**400}, b"")
def test_any_proof_that_was_signed(header: dict[str, Any], claims: dict[str, Any], raw: bytes):
    token = signed({}, {"branch": "12", "cnf": {"jkt": HOLDER.thumbprint}})
    ath = base64url(hashlib.sha256(token.encode()).digest())
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": HOLDER.jwk, **header}
    body = {"jti": "1", "htm": "POST", "htu": URL, "iat": 1_800_000_000, "ath": ath, **claims}
    content = f"{part(json.dumps(head).encode())}.{part(json.dumps(body).encode())}"
    algorithm = ECAlgorithm(ECAlgorithm.SHA256)
    proof = f"{content}.{base64url(algorithm.sign(content.encode(), HOLDER.key))}".encode()
    for given_ in (proof, raw, b".".join((raw, raw, raw))):
        told({b"authorization": f"DPoP {token}".encode(), b"dpop": given_, METHOD: b"POST"})


@more
@given(st.binary(max_size=300))
def test_any_certificate(document: bytes):
    told({b"authorization": f"Bearer {signed({}, {'branch': '12'})}".encode(), CERTIFICATE: document})
    with fuzzed():
        assert isinstance(read_certificate_header(document), bytes)
        assert isinstance(read_certificate_header(b":" + document + b":"), bytes)


AUTHORITY: list[Authority] = []


# A serial number that is not positive is told of and read; what an authority signed so is its own matter.
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@many
@given(st.integers(0, 600), st.integers(0, 255))
def test_any_byte_of_a_certificate_or_a_list(tmp_path: Path, place: int, value: int):
    if not AUTHORITY:
        AUTHORITY.append(Authority(tmp_path))
        AUTHORITY[0].revoke(AUTHORITY[0].issue("one"))
    authority = AUTHORITY[0]
    for whole in (
        authority.certificate.public_bytes(Encoding.DER),
        (authority.folder / "list.crl").read_bytes(),
    ):
        spoiled = bytearray(whole)
        spoiled[place % len(whole)] = value
        with fuzzed(), contextlib.suppress(GatewayError):
            Certificates().read(bytes(spoiled))
        with fuzzed(), contextlib.suppress(ValueError):
            read_list(bytes(spoiled), [authority.certificate])


@most
@given(
    st.binary(max_size=100)
    | values.map(lambda value: json.dumps({"keys": value}).encode())
    | st.lists(objects, max_size=3).map(lambda keys: json.dumps({"keys": keys}).encode())
)
@example(b"[" * 100_000)
@example(b'{"keys": ' + b"[" * 100_000)
def test_any_key_set(document: bytes):
    with fuzzed():
        try:
            read_keys(document)
        except ValueError as error:
            kept_quiet(error)


@many
@given(
    st.binary(max_size=100)
    | values.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(st.sampled_from(["default", "participants", "x", SECRET]), values).map(
        lambda value: json.dumps(value).encode()
    )
)
@example(b"[" * 100_000)
@example(b"- " * 100_000)
@example(b"{a: " * 100_000)
@example(b"participants: {" + b"a: {" * 30)
@example(b"a: &a [x]\nparticipants: *a")
@example(b"!!python/object/apply:os.system [x]")
def test_any_participants_file(tmp_path: Path, document: bytes):
    (tmp_path / "p").write_bytes(document)
    with fuzzed():
        try:
            Participants(tmp_path / "p")
        except ParticipantsError as error:
            kept_quiet(error)
