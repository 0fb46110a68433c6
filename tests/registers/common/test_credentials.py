"""Access tokens and decision contexts: what counts, and everything that does not."""

from __future__ import annotations

import base64
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import RSAAlgorithm

from registers.common import jwks
from registers.common.caller import Caller
from registers.common.context import context_verifier
from registers.common.credentials import SignedCaller
from registers.common.errors import RegisterError
from registers.common.jwks import KeySet, KeySetUnavailableError, read_keys
from registers.common.signing import SigningError, development_context
from registers.common.tokens import token_verifier
from tests.dribbling import dribbling
from tests.registers.common.example import REGISTER, fields_file
from tests.registers.common.keys import GATEWAY, ISSUER, Keys, publish

FIELDS = fields_file()


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def contexts(keys: Keys, clock: Clock) -> SignedCaller:
    return context_verifier(KeySet(str(keys.gateway_jwks)), gateway=GATEWAY, audience=REGISTER.audience, clock=clock)


@pytest.fixture
def tokens(keys: Keys, clock: Clock) -> SignedCaller:
    return token_verifier(
        KeySet(str(keys.issuer_jwks)), issuer=ISSUER, audience=REGISTER.audience, roles=FIELDS.claims, clock=clock
    )


async def test_a_context_is_a_caller(keys: Keys, contexts: SignedCaller) -> None:
    assert await contexts.verify(keys.context("MAKELAAR", actor="leverancier")) == Caller(
        kind="context",
        role="MAKELAAR",
        identifiers={"agb": "12345678"},
        scopes=frozenset({"huizen:read"}),
        actor="leverancier",
        trace="1" * 32,
        today="2026-11-23",
        release="release-1",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elders.example"},
        {"aud": "https://elders.example"},
        {"aud": [REGISTER.audience]},
        {"exp": timedelta(seconds=60)},
        {"exp": timedelta(seconds=-60)},
        {"iat": "nu"},
        {"exp": ...},
        {"iat": timedelta(seconds=20), "exp": timedelta(seconds=40)},
        {"identifiers": {"agb": 1}},
        {"identifiers": ...},
        {"scopes": "huizen:read"},
        {"today": "vandaag"},
        {"grants": ...},
        {"typ": "jwt"},
        {"typ": "at+jwt"},
        {"kid": "onbekend"},
    ],
)
async def test_contexts_that_do_not_count(keys: Keys, contexts: SignedCaller, changes: dict[str, Any]) -> None:
    with pytest.raises(RegisterError) as raised:
        await contexts.verify(keys.context("MAKELAAR", **_from_now(changes)))
    assert raised.value.status == 401


def _from_now(changes: dict[str, Any]) -> dict[str, Any]:
    """Moments are given from the start of the test: a long run collects its tests minutes before."""
    now = int(time.time())
    return {k: now + int(v.total_seconds()) if isinstance(v, timedelta) else v for k, v in changes.items()}


async def test_a_known_context_still_expires(keys: Keys, contexts: SignedCaller, clock: Clock) -> None:
    made = keys.context("MAKELAAR")
    assert await contexts.verify(made) is await contexts.verify(made)
    clock.now += 36
    with pytest.raises(RegisterError):
        await contexts.verify(made)


async def test_a_key_that_is_withdrawn_voids_what_it_proved(keys: Keys, tmp_path: Path) -> None:
    now = [0.0]
    key_set = KeySet(str(keys.gateway_jwks), clock=lambda: now[0])
    contexts = context_verifier(key_set, gateway=GATEWAY, audience=REGISTER.audience)
    made = keys.context("MAKELAAR")
    await contexts.verify(made)
    publish(keys.gateway_jwks)
    now[0] = 10.0
    with pytest.raises(RegisterError):  # an unknown key id asks for a refresh
        await contexts.verify(keys.context("MAKELAAR", kid="g2"))
    with pytest.raises(RegisterError):
        await contexts.verify(made)


async def test_the_last_good_key_set_stays(keys: Keys) -> None:
    now = [0.0]
    key_set = KeySet(str(keys.gateway_jwks), clock=lambda: now[0])
    assert await key_set.find("g1") is not None
    for broken in (b"", b"[]", b"x" * 300_000):
        keys.gateway_jwks.write_bytes(broken)
        now[0] += 1000
        assert await key_set.find("g2") is None
        assert await key_set.find("g1") is not None


async def test_a_key_that_is_withdrawn_is_noticed_by_who_brings_what_is_known(keys: Keys) -> None:
    now = [0.0]
    key_set = KeySet(str(keys.issuer_jwks), clock=lambda: now[0])
    tokens = token_verifier(key_set, issuer=ISSUER, audience=REGISTER.audience, roles=FIELDS.claims)
    token = keys.token()
    await tokens.verify(token)
    publish(keys.issuer_jwks, {**orjson.loads(keys.issuer_jwks.read_bytes())["keys"][0], "kid": "i2"})
    now[0] = 301
    await tokens.verify(token)
    assert key_set._background is not None
    await key_set._background
    with pytest.raises(RegisterError, match="not trusted here"):
        await tokens.verify(token)


def test_keys_of_an_odd_make_do_no_harm_to_the_others(keys: Keys) -> None:
    good = orjson.loads(keys.issuer_jwks.read_bytes())["keys"][0]
    numbers = rsa.RSAPublicNumbers(2**65 + 1, 2**2047 + 1).public_key()
    odd: list[Any] = [
        {**good, "kid": "a", "kty": []},
        {**good, "kid": "b", "crv": {}},
        {**good, "kid": "c", "alg": ["ES256"]},
        {**good, "kid": "d", "use": ["sig"]},
        {**good, "kid": ["e"]},
        {**good, "kid": "f", "x": 5},
        {**RSAAlgorithm.to_jwk(numbers, as_dict=True), "kid": "g"},
    ]
    assert set(read_keys(orjson.dumps({"keys": [*odd, good, *odd]}))) == {"i1"}


def test_of_two_keys_with_one_name_the_first_counts(keys: Keys) -> None:
    """As at the gateway: what one of them verifies, the other does."""
    first, second = (orjson.loads(path.read_bytes())["keys"][0] for path in (keys.issuer_jwks, keys.gateway_jwks))
    found = read_keys(orjson.dumps({"keys": [first, {**second, "kid": "i1"}]}))
    assert {kid: key.algorithms for kid, key in found.items()} == {"i1": frozenset({"ES256"})}


async def test_a_key_server_that_dribbles_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each load would hold a thread for hours, of the few that a register has."""
    monkeypatch.setattr(jwks, "_TIMEOUT", 0.2)
    async with dribbling() as url:
        with pytest.raises(KeySetUnavailableError):
            await KeySet(url).find("k")


async def test_no_key_set_at_all_is_not_the_callers_fault(tmp_path: Path, keys: Keys) -> None:
    contexts = context_verifier(KeySet(str(tmp_path / "weg")), gateway=GATEWAY, audience=REGISTER.audience)
    with pytest.raises(RegisterError) as raised:
        await contexts.verify(keys.context("MAKELAAR"))
    assert raised.value.issues[0].code == "AUTHORIZATION_UNAVAILABLE"


def test_keys_that_prove_nothing_are_skipped() -> None:
    document = {
        "keys": [
            {"kty": "oct", "kid": "a", "k": "c2VjcmV0"},
            {"kty": "OKP", "crv": "Ed25519", "kid": "b", "x": "kort"},
            {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43},
            {"kty": "OKP", "crv": "Ed25519", "kid": "c", "x": "A" * 43, "use": "enc"},
            {"kty": "RSA", "kid": "d", "n": "AQAB", "e": "AQAB"},
            "geen sleutel",
        ]
    }
    assert read_keys(orjson.dumps(document)) == {}
    with pytest.raises(ValueError, match="https"):
        KeySet("http://elders.example/jwks")


async def test_a_token_is_a_caller(keys: Keys, tokens: SignedCaller) -> None:
    made = keys.token(act={"sub": "leverancier"})
    assert await tokens.verify(made) == Caller(
        kind="token",
        role="MAKELAAR",
        identifiers={"agb": "12345678"},
        scopes=frozenset({"huizen:read"}),
        actor="leverancier",
    )


async def test_aggregated_claims_lie_under_the_direct_ones(keys: Keys, tokens: SignedCaller) -> None:
    inner = jwt.encode({"agb": "87654321", "aud": "iets"}, "x" * 32, algorithm="HS256")
    sources: dict[str, Any] = {"_claim_names": {"agb": "s", "aud": "s"}, "_claim_sources": {"s": {"jwt": inner}}}
    assert (await tokens.verify(keys.token(agb=..., **sources))).identifiers == {"agb": "87654321"}
    assert (await tokens.verify(keys.token(agb=None, **sources))).identifiers == {"agb": "87654321"}
    assert (await tokens.verify(keys.token(**sources))).identifiers == {"agb": "12345678"}


@pytest.mark.parametrize(
    "changes",
    [{"agb": "geen"}, {"instantie_type": "Burger"}, {"agb": ...}, {"agb": 12345678}],
)
async def test_claims_that_fit_no_role(keys: Keys, tokens: SignedCaller, changes: dict[str, Any]) -> None:
    assert (await tokens.verify(keys.token(**changes))).role is None


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elders.example"},
        {"aud": "https://elders.example"},
        {"aud": ...},
        {"jti": ...},
        {"jti": ""},
        {"exp": timedelta(hours=2)},
        {"exp": ...},
        {"iat": True},
        {"nbf": timedelta(minutes=10)},
        {"bsn": "999990019"},
        {"cnf": {"x5t#S256": "abc"}},
        {"typ": "decision+jwt"},
    ],
)
async def test_tokens_that_do_not_count(keys: Keys, tokens: SignedCaller, changes: dict[str, Any]) -> None:
    with pytest.raises(RegisterError) as raised:
        await tokens.verify(keys.token(**_from_now(changes)))
    assert raised.value.status == 401


async def test_forged_signatures(keys: Keys, tokens: SignedCaller) -> None:
    made = keys.token()
    head, body, signature = made.split(".")
    claims = orjson.loads(base64.urlsafe_b64decode(body + "=="))
    other = base64.urlsafe_b64encode(orjson.dumps({**claims, "agb": "87654321"})).rstrip(b"=").decode()
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"i1","typ":"at+jwt"}').rstrip(b"=").decode()
    symmetric = jwt.encode(claims, "x" * 40, algorithm="HS256", headers={"kid": "i1", "typ": "at+jwt"})
    foreign = jwt.encode(
        claims, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": "i1", "typ": "at+jwt"}
    )
    critical = jwt.encode(
        claims, keys.issuer, algorithm="ES256", headers={"kid": "i1", "typ": "at+jwt", "crit": ["x"], "x": 1}
    )
    forged = [f"{head}.{other}.{signature}", f"{none}.{body}.", f"{none}.{body}.AA", symmetric, foreign, critical]
    for token in (*forged, "", "a.b.c", "x" * 20_000, made + "é"):
        with pytest.raises(RegisterError) as raised:
            await tokens.verify(token)
        assert raised.value.status == 401
    assert (await tokens.verify(made)).role == "MAKELAAR"


async def test_a_context_made_by_hand(keys: Keys) -> None:
    made = development_context(REGISTER, "agb:12345678", keys.gateway_pem, scopes=(), gateway=GATEWAY)
    kid = jwt.get_unverified_header(made)["kid"]
    document = orjson.loads(keys.gateway_jwks.read_bytes())
    publish(keys.gateway_jwks, {**document["keys"][0], "kid": kid})
    contexts = context_verifier(KeySet(str(keys.gateway_jwks)), gateway=GATEWAY, audience=REGISTER.audience)
    caller = await contexts.verify(made)
    assert (caller.role, caller.identifiers) == ("MAKELAAR", {"agb": "12345678"})
    assert caller.scopes == {"huizen:read", "kleuren:read", "anders:read"}
    with pytest.raises(SigningError, match="identifier"):
        development_context(REGISTER, "kvk:1", keys.gateway_pem, scopes=(), gateway=GATEWAY)
    with pytest.raises(SigningError, match="no private key"):
        development_context(REGISTER, "agb:12345678", b"x", scopes=(), gateway=GATEWAY)
