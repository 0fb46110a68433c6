"""Whatever stands in a decision context or in a token, signed well or not: a caller or a coded refusal, and nothing else."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.common.context import context_verifier
from registers.common.credentials import SignedCaller
from registers.common.errors import RegisterError
from registers.common.jwks import KeySet
from tests.fuzzing import SECRET, fuzzed, kept_quiet, many, most
from tests.registers.common.example import REGISTER
from tests.registers.common.keys import GATEWAY, Keys

names = st.sampled_from(
    [
        "alg",
        "kid",
        "typ",
        "crit",
        "b64",
        "iss",
        "aud",
        "exp",
        "iat",
        "nbf",
        "role",
        "identifiers",
        "scopes",
        "actor",
        "trace",
        "grants",
        "today",
    ]
)
plain = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9)
) | st.sampled_from([10**30, 10**400, 1e308, -1, "EdDSA", "none", SECRET, GATEWAY, "2026-11-26", "2026-99-99"])
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(names, values, max_size=5)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def contexts(keys: Keys) -> SignedCaller:
    return context_verifier(KeySet(str(keys.gateway_jwks)), gateway=GATEWAY, audience=REGISTER.audience)


def told(verifier: SignedCaller, text: str) -> None:
    code = "UNAUTHENTICATED"
    try:
        with fuzzed():
            asyncio.run(verifier.verify(text))
    except RegisterError as error:
        kept_quiet(error, error.issues)
        code = error.issues[0].code
    assert code == "UNAUTHENTICATED"


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@most
@given(
    text=st.text(max_size=100)
    | st.lists(st.binary(max_size=60), min_size=3, max_size=3).map(lambda parts: ".".join(map(part, parts)))
)
def test_any_text(text: str, contexts: SignedCaller):
    told(contexts, text)


@many
@given(header=objects, claims=objects)
def test_any_context_that_was_signed(
    header: dict[str, Any], claims: dict[str, Any], keys: Keys, contexts: SignedCaller
):
    now = int(time.time())
    whole: dict[str, Any] = {
        "iss": GATEWAY,
        "aud": REGISTER.audience,
        "iat": now,
        "exp": now + 30,
        "role": "X",
        "identifiers": {"agb": "12345678"},
        "scopes": ["huizen:read"],
        "grants": "release-1",
        "today": "2026-11-23",
        **claims,
    }
    for head in (header, {}):
        told_head = json.dumps({"alg": "EdDSA", "kid": "g1", "typ": "decision+jwt", **head}).encode()
        content = f"{part(told_head)}.{part(json.dumps(whole).encode())}"
        told(contexts, f"{content}.{part(keys.gateway.sign(content.encode()))}")
