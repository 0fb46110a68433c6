"""Tokens that were verified once are not verified again, as long as they and their keys count, in bounded room."""

from __future__ import annotations

import asyncio

import jwt
import pytest

from gateway.identity.jwks import KeySet
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from tests.gateway.identity.tokens import (
    AUDIENCE,
    EC_KEY,
    ISSUER,
    NOW,
    Clock,
    claims_of,
    document,
    jwk,
    refused,
    token,
    verifier,
)


async def test_a_verified_token_is_not_verified_again(monkeypatch: pytest.MonkeyPatch):
    subject = verifier()
    first = await claims_of(f"Bearer {token()}", subject)
    text = f"Bearer {token()}"
    await claims_of(text, subject)
    monkeypatch.setattr(jwt.PyJWS, "decode", lambda *_, **__: pytest.fail("verified anew"))
    assert await claims_of(text, subject) == first


async def test_a_kept_token_still_expires():
    clock = Clock()
    subject = verifier(clock=clock)
    text = token()
    await claims_of(f"Bearer {text}", subject)
    clock.now = NOW + 3660
    assert await refused(text, by=subject) == "The access token has expired."
    assert (dict(subject._cache.entries), subject._cache.size) == ({}, 0)


async def test_a_kept_token_does_not_outlive_its_key():
    clock, source = Clock(), document()
    subject = verifier(source, clock=clock)
    text = token()
    await claims_of(f"Bearer {text}", subject)
    source.keys = [jwk(EC_KEY, "ec")]
    clock.now += 10
    assert await refused(token(kid="rotated"), by=subject) == "The access token is not signed with a known key."
    assert await refused(text, by=subject) == "The access token is not signed with a known key."
    assert (dict(subject._cache.entries), subject._cache.size) == ({}, 0)


async def test_a_kept_token_does_not_outlive_its_key_when_nobody_comes_with_another():
    clock, source = Clock(), document()
    subject = verifier(source, clock=clock)
    text = token()
    await claims_of(f"Bearer {text}", subject)
    source.keys = [jwk(EC_KEY, "ec")]
    clock.now += 300
    await claims_of(f"Bearer {text}", subject)
    assert source.loads == 1
    clock.now += 1
    await claims_of(f"Bearer {text}", subject)  # begins the refresh, and does not wait for it
    keys = next(iter(subject._issuers.values())).keys
    assert keys._task is not None
    await keys._task
    assert await refused(text, by=subject) == "The access token is not signed with a known key."
    assert source.loads == 2


async def test_a_token_that_comes_twice_at_once_is_kept_once():
    source = document()
    subject = verifier(source)
    text = f"Bearer {token()}"
    await asyncio.gather(*(claims_of(text, subject) for _ in range(2)))
    assert (source.loads, len(subject._cache.entries), subject._cache.size) == (1, 1, 3 * len(text) + 2048)


async def test_the_cache_is_bounded_by_bytes():
    keys = KeySet(document(), clock=Clock())
    subject = TokenVerifier([TrustedIssuer(ISSUER, frozenset({AUDIENCE}), keys)], clock=Clock(), cache_bytes=10_000)
    for number in range(20):
        await claims_of(f"Bearer {token({'jti': str(number)})}", subject)
    assert 0 < subject._cache.size <= 10_000
    assert len(subject._cache.entries) < 5


async def test_the_tokens_used_last_are_kept():
    one, two, three = (f"Bearer {token({'jti': str(number)})}".encode() for number in range(3))
    keys = KeySet(document(), clock=Clock())
    issuer = TrustedIssuer(ISSUER, frozenset({AUDIENCE}), keys)
    kept = TokenVerifier([issuer], cache_bytes=2 * (3 * len(one) + 2048), clock=Clock())
    first, second = await kept.verify(one), await kept.verify(two)
    assert await kept.verify(one) is first
    await kept.verify(three)
    assert (await kept.verify(one) is first, await kept.verify(two) is second) == (True, False)
