"""Access tokens: what counts, and the attacks of the security cases T01 to T04."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.errors import GatewayError
from gateway.identity.jwks import KeySet
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from tests.gateway.identity.tokens import (
    AUDIENCE,
    CLAIMS,
    EC_KEY,
    ED_KEY,
    ISSUER,
    NOW,
    OTHER_RSA_KEY,
    RSA_KEY,
    Clock,
    Document,
    claims_of,
    document,
    jwk,
    part,
    refused,
    token,
    verifier,
)


@pytest.mark.parametrize(
    ("key", "alg", "kid"),
    [
        (RSA_KEY, "RS256", "rsa"),
        (RSA_KEY, "PS256", "pss"),
        (RSA_KEY, "RS256", "any-rsa"),
        (EC_KEY, "ES256", "ec"),
        (ED_KEY, "EdDSA", "ed"),
    ],
)
async def test_a_token_gives_its_claims(key: Any, alg: str, kid: str):
    assert dict(await claims_of(f"Bearer {token(key=key, alg=alg, kid=kid)}")) == CLAIMS


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
async def test_the_scheme_is_written_in_any_case(scheme: str):
    assert (await claims_of(f"{scheme} {token()}"))["uzovi"] == "5050"


async def test_one_key_needs_no_key_id():
    one = verifier(Document(jwk(EC_KEY, "only")))
    assert await claims_of(f"Bearer {token(key=EC_KEY, alg='ES256', kid=None)}", one)


async def test_audience_may_be_a_list():
    assert await claims_of(f"Bearer {token({'aud': ['https://x.example', AUDIENCE]})}")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (None, "An access token is required."),
        ("", "An access token is required."),
        ("Basic dXNlcjpwYXNz", "The header Authorization must hold a bearer token."),
        ("Bearer a.b", "The header Authorization must hold a bearer token."),
        ("Bearer a.b.c d", "The header Authorization must hold a bearer token."),
        ("Bearer a.b.c", "The access token cannot be read."),
        ("Bearer " + "a" * (16 * 1024 - 7), "The header Authorization must hold a bearer token."),
        ("Bearer " + "a" * (16 * 1024 - 6), "The access token is too long."),
        (f"Bearer {part(['x'])}.{part({})}.{part(b'x')}", "The access token cannot be read."),
        ("Bearer é.é.é", "The header Authorization must hold a bearer token."),
    ],
)
async def test_what_is_no_token(header: str | None, message: str):
    with pytest.raises(GatewayError) as caught:
        await claims_of(header)
    assert (caught.value.status, caught.value.issues[0].message) == (401, message)


# --- T01: the algorithm is the key's ---


async def test_t01_alg_none():
    for alg in ("none", "None", "NONE", "", None):
        text = f"{part({'alg': alg, 'kid': 'rsa', 'typ': 'at+jwt'})}.{part(CLAIMS)}."
        message = await refused(f"Bearer {text}")
        assert message == "The header Authorization must hold a bearer token."
        assert await refused(text + part(b"x")) == "The access token is not signed with an accepted algorithm."


@pytest.mark.parametrize(
    "change", [lambda pem: pem, bytes.strip, lambda pem: pem.replace(b"\n", b"\r\n"), lambda pem: b" " + pem]
)
async def test_t01_hs256_signed_with_the_public_key(change: Callable[[bytes], bytes]):
    pem = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{part({'alg': 'HS256', 'kid': 'rsa', 'typ': 'at+jwt'})}.{part(CLAIMS)}"
    proof = part(hmac.digest(change(pem), signed.encode(), hashlib.sha256))
    assert await refused(f"{signed}.{proof}") == "The access token is not signed with an accepted algorithm."


async def test_t01_the_algorithm_of_a_key_is_fixed():
    assert await refused(token(alg="PS256")) == "The access token is not signed with a known key."
    assert await refused(token(alg="RS256", kid="ec")) == "The access token is not signed with a known key."
    assert await refused(token(alg="PS256", kid="any-rsa")) == "The access token is not signed with a known key."


async def test_t01_a_deployment_may_narrow_the_algorithms():
    narrow = verifier(algorithms=frozenset({"ES256"}))
    assert await refused(token(), by=narrow) == "The access token is not signed with an accepted algorithm."


async def test_a_signature_of_somebody_else():
    assert await refused(token(key=OTHER_RSA_KEY)) == "The signature of the access token is not valid."


async def test_every_changed_part_voids_the_signature():
    head, body, proof = token().split(".")
    other = part({**CLAIMS, "uzovi": "5501"})
    assert await refused(f"{head}.{other}.{proof}") == "The signature of the access token is not valid."
    again = part({"alg": "RS256", "kid": "rsa", "typ": "at+jwt", "x": 1})
    assert await refused(f"{again}.{body}.{proof}") == "The signature of the access token is not valid."


# --- T02 ---


@pytest.mark.parametrize("crit", [["exp"], ["b64"], [], ["https://x.example/policy"]])
async def test_t02_crit(crit: list[str]):
    assert await refused(token(crit=crit)) == "The access token demands an extension that is not supported."


@pytest.mark.parametrize("b64", [True, False])
async def test_a_token_of_another_form(b64: bool):
    head = {"alg": "RS256", "kid": "rsa", "typ": "at+jwt", "b64": b64}
    message = await refused(f"{part(head)}.{part(CLAIMS)}.{part(b'x')}")
    assert message == "The access token has an unsupported form."


# --- T03 ---


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"exp": ...}, "The access token lacks the claim exp."),
        ({"exp": "tomorrow"}, "The access token lacks the claim exp."),
        ({"exp": True}, "The access token lacks the claim exp."),
        ({"iat": ...}, "The access token lacks the claim iat."),
        ({"iat": 2**53 + 2, "exp": 2**53 + 3}, "The access token lacks the claim iat."),
        ({"iat": -(2**53) - 2, "exp": NOW}, "The access token lacks the claim iat."),
        ({"iat": 2**53 - 1, "exp": 2**53}, "The access token is not valid yet."),
        ({"aud": ...}, "The access token is meant for another audience."),
        ({"aud": "https://other.example"}, "The access token is meant for another audience."),
        ({"aud": [AUDIENCE + "/"]}, "The access token is meant for another audience."),
        ({"aud": [[AUDIENCE]]}, "The access token is meant for another audience."),
        ({"jti": ...}, "The access token has no identity (jti)."),
        ({"jti": ""}, "The access token has no identity (jti)."),
        ({"iss": ...}, "The access token comes from an issuer that is not trusted here."),
        ({"iss": "https://evil.example"}, "The access token comes from an issuer that is not trusted here."),
        ({"nbf": NOW + 61}, "The access token is not valid yet."),
        ({"iat": NOW + 61, "exp": NOW + 100, "nbf": ...}, "The access token is not valid yet."),
        ({"exp": NOW - 60, "iat": NOW - 100}, "The access token has expired."),
        ({"exp": NOW + 3601}, "The access token lives longer than 3600 seconds, or not at all."),
        ({"exp": NOW, "iat": NOW}, "The access token lives longer than 3600 seconds, or not at all."),
    ],
)
async def test_t03_claims(changes: dict[str, Any], message: str):
    assert await refused(unchecked(changes)) == message


def unchecked(changes: dict[str, Any]) -> str:
    """A properly signed token with claims that a library might refuse to write."""
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not ...}
    return jwt.PyJWS().encode(orjson.dumps(claims), RSA_KEY, algorithm="RS256", headers={"kid": "rsa", "typ": "at+jwt"})


@pytest.mark.parametrize(
    "changes", [{"exp": NOW - 59, "iat": NOW - 100}, {"nbf": NOW + 60}, {"nbf": ...}, {"exp": NOW + 1}]
)
async def test_t03_clocks_may_differ_by_a_minute(changes: dict[str, Any]):
    assert await claims_of(f"Bearer {token(changes)}")


async def test_t03_type():
    assert await refused(token(typ="decision+jwt")) == "The token is not an access token."
    assert (
        await refused(token(typ="JWT"), by=verifier(types=frozenset({"at+jwt"}))) == "The token is not an access token."
    )
    assert await claims_of(f"Bearer {token(typ='application/at+JWT')}", verifier(types=frozenset({"at+jwt"})))


async def test_t03_authorized_party():
    strict = verifier(authorized_parties=frozenset({"page"}))
    message = "The access token was issued to a party that is not accepted here."
    assert await refused(token(), by=strict) == message
    assert await refused(token({"azp": "other"}), by=strict) == message
    assert await claims_of(f"Bearer {token({'azp': 'page'})}", strict)


@pytest.mark.parametrize("audiences", [frozenset[str](), frozenset({""})])
async def test_t03_an_empty_audience_list_is_a_start_error(audiences: frozenset[str]):
    with pytest.raises(ValueError, match="needs at least one audience"):
        TrustedIssuer(ISSUER, audiences, KeySet(document()))


async def test_settings_that_would_weaken_are_start_errors():
    keys = KeySet(document())
    with pytest.raises(ValueError, match="algorithms are some of"):
        TrustedIssuer(ISSUER, frozenset({AUDIENCE}), keys, algorithms=frozenset({"HS256"}))
    with pytest.raises(ValueError, match="algorithms are some of"):
        TrustedIssuer(ISSUER, frozenset({AUDIENCE}), keys, algorithms=frozenset())
    with pytest.raises(ValueError, match="An issuer needs its name"):
        TrustedIssuer("", frozenset({AUDIENCE}), keys)
    with pytest.raises(ValueError, match="at least one issuer"):
        TokenVerifier([])
    with pytest.raises(ValueError, match="0 to 60 seconds"):
        TrustedIssuer(ISSUER, frozenset({AUDIENCE}), keys, leeway=61)
    with pytest.raises(ValueError, match="named twice"):
        TokenVerifier([TrustedIssuer(ISSUER, frozenset({name}), keys) for name in ("a", "b")])


# --- T04 ---


async def test_t04_keys_in_the_token_are_ignored():
    own = jwk(OTHER_RSA_KEY, "rsa")
    header: dict[str, Any] = {"jwk": own, "jku": "https://evil.example/jwks.json", "x5u": "file:///etc/passwd"}
    assert await refused(token(key=OTHER_RSA_KEY, **header)) == "The signature of the access token is not valid."
    assert await claims_of(f"Bearer {token(**header)}")


@pytest.mark.parametrize("kid", ["unknown", "../rsa", ""])
async def test_an_unknown_key(kid: str):
    assert await refused(token(kid=kid or None)) == "The access token is not signed with a known key."


async def test_a_key_id_that_is_no_text():
    assert await refused(f"{part({'alg': 'RS256', 'kid': ['rsa']})}.{part(CLAIMS)}.{part(b'x')}") == (
        "The access token names no valid key."
    )


# --- several issuers ---


async def test_the_key_of_one_issuer_does_not_prove_a_token_of_another():
    first = TrustedIssuer(ISSUER, frozenset({AUDIENCE}), KeySet(Document(jwk(RSA_KEY, "rsa"))))
    second = TrustedIssuer("https://second.example", frozenset({"urn:second"}), KeySet(Document(jwk(EC_KEY, "ec"))))
    both = TokenVerifier([first, second], clock=Clock())
    theirs = {"iss": "https://second.example", "aud": "urn:second"}
    assert await claims_of(f"Bearer {token()}", both)
    assert await claims_of(f"Bearer {token(theirs, key=EC_KEY, alg='ES256', kid='ec')}", both)
    assert await refused(token(theirs), by=both) == "The access token is not signed with a known key."
    assert await refused(token({"aud": "urn:second"}), by=both) == "The access token is meant for another audience."


async def test_each_issuer_has_its_own_settings():
    keys = KeySet(document(), clock=Clock())
    strict = TrustedIssuer(ISSUER, frozenset({AUDIENCE}), keys, leeway=0, maximum_lifetime=600)
    loose = TrustedIssuer("https://second.example", frozenset({AUDIENCE}), keys, algorithms=frozenset({"ES256"}))
    both = TokenVerifier([strict, loose], clock=Clock())
    short = {"exp": NOW + 600}
    assert await claims_of(f"Bearer {token(short)}", both)
    assert await refused(token(), by=both) == "The access token lives longer than 600 seconds, or not at all."
    assert await refused(token({"iat": NOW + 1, **short}), by=both) == "The access token is not valid yet."
    theirs = {"iss": "https://second.example"}
    assert await claims_of(f"Bearer {token({**theirs, 'iat': NOW + 1}, key=EC_KEY, alg='ES256', kid='ec')}", both)
    assert await refused(token(theirs), by=both) == "The access token is not signed with an accepted algorithm."


@pytest.mark.parametrize("kind", ["at+jwt", "application/at+jwt", "JWT", "jwt", ""])
async def test_the_types_that_an_access_token_has(kind: str):
    assert (await claims_of(f"Bearer {token(typ=kind)}"))["jti"] == CLAIMS["jti"]


async def test_claims_cannot_be_changed_by_those_who_get_them():
    claims: Any = await claims_of(f"Bearer {token()}")
    with pytest.raises(TypeError):
        claims["uzovi"] = "5501"


async def test_without_any_key_set_nothing_can_be_judged():
    with pytest.raises(GatewayError) as caught:
        await claims_of(f"Bearer {token()}", verifier(Document()))
    assert (caught.value.status, caught.value.issues[0].code.name) == (503, "AUTHORIZATION_UNAVAILABLE")
