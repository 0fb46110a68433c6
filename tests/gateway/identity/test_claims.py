"""What a token says: JSON, and claims that others made (OpenID Connect Core §5.6.2), never trusted beyond the outer signature."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.identity.claims import json_object, json_part, with_aggregated
from tests.gateway.identity.tokens import (
    CLAIMS,
    claims_of,
    part,
    refused,
    token,
)


def aggregated(inner: Any, names: Any = None, **claims: Any) -> dict[str, Any]:
    source = f"{part({'alg': 'HS256'})}.{part(inner)}.{part(b'unchecked')}"
    return {
        "uzovi": ...,
        "_claim_names": {"agb": "localhost", "uzovi": "localhost"} if names is None else names,
        "_claim_sources": {"localhost": {"jwt": source}},
        **claims,
    }


async def test_aggregated_claims_are_resolved():
    claims = await claims_of(f"Bearer {token(aggregated({'agb': None, 'uzovi': '5000'}))}")
    assert dict(claims) == {**CLAIMS, "uzovi": "5000"}


async def test_a_direct_claim_comes_first():
    claims = await claims_of(f"Bearer {token(aggregated({'agb': None, 'uzovi': '5000'}, uzovi='5050'))}")
    assert claims["uzovi"] == "5050"


async def test_an_aggregated_source_says_nothing_about_the_token_itself():
    names = dict.fromkeys(["scopes", "sub", "exp", "act", "kvk"], "localhost")
    inner = {"scopes": ["all"], "sub": "x", "exp": 9, "act": {"sub": "x"}, "kvk": "62253778", "extra": 1}
    claims = await claims_of(f"Bearer {token(aggregated(inner, names))}")
    assert dict(claims) == {**{key: value for key, value in CLAIMS.items() if key != "uzovi"}, "kvk": "62253778"}


@pytest.mark.parametrize(
    "changes",
    [
        {"_claim_names": ["agb"]},
        {"_claim_names": {"agb": "elsewhere"}},
        {"_claim_names": {"agb": ["localhost"]}},
        {"_claim_sources": None},
        {"_claim_sources": {"localhost": {"endpoint": "https://evil.example"}}},
        {"_claim_sources": {"localhost": {"jwt": "a.b"}}},
        {"_claim_names": {f"c{number}": "localhost" for number in range(17)}},
    ],
)
async def test_aggregated_claims_that_cannot_be_read(changes: dict[str, Any]):
    message = await refused(token({**aggregated({"agb": "12345678"}), **changes}))
    assert message == "The aggregated claims of the access token cannot be read."


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"JWT": "e30.eyJhZ2IiOiIxIn0.x"}, {"agb": "1"}),  # as OpenID Connect Core §5.6.2 spells it
        ({"jwt": "e30.eyJhZ2IiOiIxIn0.x"}, {"agb": "1"}),
        ({"JWT": "e30.eyJhZ2IiOiIxIn0.x", "jwt": "e30.eyJhZ2IiOiIyIn0.x"}, None),
        ({"Jwt": "e30.eyJhZ2IiOiIxIn0.x"}, None),
        ("e30.eyJhZ2IiOiIxIn0.x", None),
    ],
)
def test_an_aggregated_claim_has_one_source(source: Any, expected: dict[str, str] | None):
    claims: dict[str, Any] = {"_claim_names": {"agb": "s"}, "_claim_sources": {"s": source}}
    if expected is not None:
        assert with_aggregated(claims) == expected
        return
    with pytest.raises(GatewayError, match="aggregated claims"):
        with_aggregated(claims)


@pytest.mark.parametrize(
    "name", ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "act", "cnf", "scopes", "scope", "client_id", "azp"]
)
def test_what_decides_about_the_token_comes_from_no_other_source(name: str):
    inner = part({name: "x", "agb": "1"})
    claims = {"_claim_names": {name: "s", "agb": "s"}, "_claim_sources": {"s": {"jwt": f"e30.{inner}.x"}}}
    assert with_aggregated(claims) == {"agb": "1"}


def test_a_token_may_have_sixteen_claims_of_others():
    inner = {f"c{number}": number for number in range(16)}
    claims = {"_claim_names": dict.fromkeys(inner, "s"), "_claim_sources": {"s": {"jwt": f"e30.{part(inner)}.x"}}}
    assert with_aggregated(claims) == inner


@pytest.mark.parametrize("document", [b"", b"{", b"[]", b"7", b"1e400", b'{"a": "\xff"}', b"[" * 100_000])
def test_what_is_no_object_of_json(document: bytes):
    for read in (lambda: json_object(document), lambda: json_part(part(document))):
        with pytest.raises(GatewayError) as caught:
            read()
        assert (caught.value.status, caught.value.issues[0].message) == (401, "The access token cannot be read.")


@pytest.mark.parametrize("text", ["e", "e30e3", "é"])
def test_what_is_no_base64(text: str):
    with pytest.raises(GatewayError, match=r"The access token cannot be read\."):
        json_part(text)
