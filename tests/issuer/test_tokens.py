"""The rules of the token request and the whole content of a token."""

from __future__ import annotations

import re
from typing import Any

import jwt
import pytest

from issuer.keys import Algorithm, KeyStore
from issuer.participants import Participant, Participants
from issuer.tokens import AccessToken, Issued, RefusedError, TokenIssuer, TokenRequest, decide

NOW = 1_800_000_000
READ, WRITE = "registers/one/things/thing:read", "registers/one/things/thing:create"
AUDIENCE = "https://netwerk.example/graphql"

OFFICE = Participant("uzovi:5050", "20001000000131", "Zorgkantoor Een", "Zorgkantoor", (READ, WRITE))
PROVIDER = Participant("agb:12345678", "20001000000262", "Zorgaanbieder Twee", "Zorgaanbieder", (READ,))
BLOCKED = Participant("agb:11111111", "20001000000393", "Gestopt", "Zorgaanbieder", (READ,), blocked=True)
SUPPLIER = Participant(
    "kvk:99000002", "20001000000524", "Leverancier", "Onderneming", (), may_act_for=("agb:*", "kvk:99000002")
)
PARTICIPANTS = Participants([OFFICE, PROVIDER, BLOCKED, SUPPLIER])


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    keys = KeyStore(tmp_path_factory.mktemp("issuer"), clock=lambda: NOW)
    keys.ensure()
    return keys


def request(**changes: Any) -> TokenRequest:
    members: dict[str, Any] = {"grant_type": "client_credentials", "scope": READ, "audience": AUDIENCE, **changes}
    return TokenRequest(**members)


def claims(keys: KeyStore, issued: Issued, **options: Any) -> dict[str, Any]:
    issuer = TokenIssuer(keys, name="https://issuer.example", clock=lambda: NOW + 0.9, **options)
    return jwt.decode(issuer.sign(issued), options={"verify_signature": False})


UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def without_ids(claims: dict[str, Any]) -> dict[str, Any]:
    assert UUID.fullmatch(claims["jti"])
    assert UUID.fullmatch(claims["consent_id"])
    assert claims["jti"] != claims["consent_id"]
    return {name: value for name, value in claims.items() if name not in ("jti", "consent_id")}


def test_the_whole_token_of_a_party_for_itself(keys: KeyStore):
    issued = decide(request(scope=f"{WRITE}  {READ} {WRITE}"), OFFICE, PARTICIPANTS)
    assert without_ids(claims(keys, issued)) == {
        "iss": "https://issuer.example",
        "sub": "20001000000131",
        "client_id": "20001000000131",
        "aud": AUDIENCE,
        "iat": NOW,
        "nbf": NOW - 120,
        "exp": NOW + 3600,
        "scopes": [WRITE, READ],
        "subjects": None,
        "client_metadata": None,
        "uzovi": "5050",
        "instantie_type": "Zorgkantoor",
        "instantie_naam": "Zorgkantoor Een",
    }


def test_the_whole_token_of_a_supplier_that_acts_for_a_party(keys: KeyStore):
    issued = decide(request(access_token=AccessToken(sub="agbcode:12345678")), SUPPLIER, PARTICIPANTS)
    assert without_ids(claims(keys, issued)) == {
        "iss": "https://issuer.example",
        "sub": "20001000000524",
        "client_id": "agb:12345678",
        "act": {"sub": "20001000000524"},
        "aud": AUDIENCE,
        "iat": NOW,
        "nbf": NOW - 120,
        "exp": NOW + 3600,
        "scopes": [READ],
        "subjects": None,
        "client_metadata": None,
        "agb": "12345678",
        "instantie_type": "Zorgaanbieder",
        "instantie_naam": "Zorgaanbieder Twee",
    }


def test_aggregated_claims(keys: KeyStore):
    token = claims(keys, decide(request(), OFFICE, PARTICIPANTS), aggregated=True)
    assert not {"uzovi", "agb", "instantie_type", "instantie_naam"} & set(token)
    names = ("agb", "uzovi", "instantie_type", "instantie_naam")
    assert token["_claim_names"] == dict.fromkeys(names, "localhost")
    inner = token["_claim_sources"]["localhost"]["jwt"]
    assert jwt.get_unverified_header(inner) == {"alg": "HS256", "typ": "JWT"}
    assert jwt.decode(inner, options={"verify_signature": False}) == {
        "agb": None,
        "uzovi": "5050",
        "instantie_type": "Zorgkantoor",
        "instantie_naam": "Zorgkantoor Een",
    }


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_the_signature_verifies_with_the_key_set(keys: KeyStore, algorithm: Algorithm):
    issued = decide(request(), OFFICE, PARTICIPANTS)
    token = TokenIssuer(keys, name="x", clock=lambda: NOW, algorithm=algorithm).sign(issued)
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["typ"]) == (algorithm, "at+jwt")
    (entry,) = [entry for entry in keys.jwks()["keys"] if entry["kid"] == header["kid"]]
    assert jwt.PyJWS().decode(token, jwt.PyJWK(entry).key, algorithms=[algorithm])


def test_a_token_never_lives_longer_than_an_hour(keys: KeyStore):
    with pytest.raises(ValueError, match="at most 3600"):
        TokenIssuer(keys, name="x", clock=lambda: NOW, lifetime=3601)


@pytest.mark.parametrize(
    ("changes", "caller", "refusal"),
    [
        ({"grant_type": None}, OFFICE, (400, "unsupported_grant_type", "grant_type must be client_credentials")),
        ({"grant_type": "password"}, OFFICE, (400, "unsupported_grant_type", "grant_type must be client_credentials")),
        ({"audience": None}, OFFICE, (400, "invalid_request", "audience is required")),
        ({"audience": ""}, OFFICE, (400, "invalid_request", "audience is required")),
        ({"audience": "http://netwerk.example/"}, OFFICE, (400, "invalid_request", "audience is required")),
        ({"audience": "https://a.example https://b.example"}, OFFICE, (400, "invalid_request", "audience is required")),
        ({"audience": "https://a.example/#x"}, OFFICE, (400, "invalid_request", "audience is required")),
        ({"audience": "https://user@a.example/"}, OFFICE, (400, "invalid_request", "audience is required")),
        ({"audience": "https://a.example:port/"}, OFFICE, (400, "invalid_request", "audience is required")),
        ({"scope": None}, OFFICE, (400, "invalid_request", "audience is required")),
        ({"scope": " "}, OFFICE, (400, "invalid_scope", "Invalid scope")),
        ({"scope": WRITE}, PROVIDER, (400, "invalid_scope", "Access denied, invalid scope")),
        ({"scope": f"{READ} unknown"}, OFFICE, (400, "invalid_scope", "Access denied, invalid scope")),
        ({"scope": READ.upper()}, OFFICE, (400, "invalid_scope", "Access denied, invalid scope")),
        ({}, BLOCKED, (403, "access_denied", "Forbidden")),
    ],
)
def test_refusals(changes: dict[str, Any], caller: Participant, refusal: tuple[int, str, str]):
    with pytest.raises(RefusedError) as caught:
        decide(request(**changes), caller, PARTICIPANTS)
    assert (caught.value.status, caught.value.error, caught.value.text) == refusal


@pytest.mark.parametrize(
    ("caller", "subject"),
    [
        (OFFICE, "agb:12345678"),
        (OFFICE, "uzovi:5050"),
        (SUPPLIER, "uzovi:5050"),
        (SUPPLIER, "kvk:99000002"),
        (SUPPLIER, "agb:99999999"),
        (SUPPLIER, "agb:11111111"),
        (SUPPLIER, ""),
        (SUPPLIER, "agb:*"),
    ],
)
def test_who_may_not_act_for_a_party_learns_nothing_about_it(caller: Participant, subject: str):
    with pytest.raises(RefusedError) as caught:
        decide(request(access_token=AccessToken(sub=subject)), caller, PARTICIPANTS)
    assert (caught.value.status, caught.value.text) == (401, "authenticating with issuing authority")


def test_acting_gives_the_scopes_of_the_party_not_those_of_the_actor():
    request_for_party = request(scope=WRITE, access_token=AccessToken(sub="agb:12345678"))
    with pytest.raises(RefusedError, match="Access denied, invalid scope"):
        decide(request_for_party, SUPPLIER, PARTICIPANTS)
