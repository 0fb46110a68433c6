"""Several issuers at one gateway, with key ids that are all the same: a token counts under the keys of the issuer that it names, and of no other."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.gateway.library import AUDIENCE
from tests.security.stand import Stand, base64url, stand

FIRST, SECOND = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
THIRD = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEYS: dict[str, tuple[Any, str]] = {
    "https://issuer.example": (FIRST, "ES256"),
    "https://issuer.example/": (SECOND, "ES256"),
    "https://ISSUER.example": (THIRD, "RS256"),
}
AWAY = "https://away.example"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stand]:
    folder = tmp_path_factory.mktemp("issuers")
    issuers = [entry(name, sets(folder, str(number), jwk(key))) for number, (name, (key, _)) in enumerate(KEYS.items())]
    issuers.append(entry(AWAY, "http://127.0.0.1:1/jwks.json"))
    with stand(folder, authorization={"issuers": issuers}, tls=False) as found:
        yield found


def entry(issuer: str, jwks: str, **settings: Any) -> dict[str, Any]:
    return {"issuer": issuer, "jwks": jwks, "audience": AUDIENCE, **settings}


def sets(folder: Path, name: str, *entries: Any) -> str:
    (folder / f"keys-{name}.json").write_text(json.dumps({"keys": entries}))
    return str(folder / f"keys-{name}.json")


def jwk(key: Any, **members: Any) -> dict[str, Any]:
    reader: Any = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**reader.to_jwk(key.public_key(), as_dict=True), "kid": "k", **members}


def token(issuer: Any, key: Any, algorithm: str = "ES256", **claims: Any) -> str:
    now = int(time.time())
    told = {"iss": issuer, "aud": AUDIENCE, "sub": "party", "jti": "1", "iat": now, "exp": now + 600, "branch": "12"}
    content = json.dumps({**told, "scopes": ["stock:read", "reviews:read"], **claims})
    return jwt.PyJWS().encode(content.encode(), key, algorithm=algorithm, headers={"kid": "k", "typ": "at+jwt"})


def test_each_key_proves_the_tokens_of_its_own_issuer(running: Stand) -> None:
    """Names that differ in a slash or in case are names of others."""
    answered = {(issuer, owner): running.ask(token(issuer, *KEYS[owner])).status for issuer in KEYS for owner in KEYS}
    assert answered == {(issuer, owner): 200 if issuer == owner else 401 for issuer in KEYS for owner in KEYS}


@pytest.mark.parametrize(
    "issuer",
    [
        "https://issuer.example//",
        "https://issuer.example ",
        "HTTPS://issuer.example",
        "https://issuer.example#",
        "https://issuer.example:443",
        "",
        None,
        ["https://issuer.example"],
        {"https://issuer.example": 1},
        7,
    ],
)
def test_a_name_that_is_nearly_one_is_none(issuer: Any, running: Stand) -> None:
    refused = running.ask(token(issuer, FIRST))
    assert (refused.status, refused.codes) == (401, ["UNAUTHENTICATED"])


def test_of_two_names_in_one_token_the_one_that_was_proven_counts(running: Stand) -> None:
    """Who would read the first of them for the key and the last for the claims could be led astray."""
    now = int(time.time())
    names = '"iss": "https://issuer.example", "iss": "https://issuer.example/"'
    body = f'{{{names}, "aud": "{AUDIENCE}", "sub": "p", "jti": "1", "iat": {now}, "exp": {now + 60}}}'.encode()
    head = base64url(json.dumps({"alg": "ES256", "kid": "k", "typ": "at+jwt"}).encode())

    def signed(key: Any) -> str:
        content = f"{head}.{base64url(body)}"
        return f"{content}.{base64url(ECAlgorithm(ECAlgorithm.SHA256).sign(content.encode(), key))}"

    # Without a role nothing is granted: 403, not 401.
    assert [running.ask(signed(key)).status for key in (FIRST, SECOND)] == [401, 403]


def test_an_issuer_that_cannot_be_reached_harms_no_other(running: Stand) -> None:
    refused = running.ask(token(AWAY, FIRST))
    assert (refused.status, refused.codes) == (503, ["AUTHORIZATION_UNAVAILABLE"])
    assert [running.ask(token(issuer, *KEYS[issuer])).status for issuer in KEYS] == [200, 200, 200]


def test_what_a_key_set_may_hold(tmp_path: Path) -> None:
    """Keys that are for something else do not count, private members are not needed, and a second key of a name changes nothing."""
    private = ECAlgorithm.to_jwk(FIRST, as_dict=True)
    certified = {
        "x5c": ["AAAA"],
        "x5u": "https://elsewhere.example",
        "x5t#S256": "AAAA",
        "jku": "https://elsewhere.example",
    }
    held: dict[str, tuple[tuple[Any, ...], Any, int]] = {
        "encrypts": ((jwk(FIRST, use="enc"),), FIRST, 503),
        "wraps": ((jwk(FIRST, key_ops=["wrapKey"]),), FIRST, 503),
        "private": (({**private, "kid": "k"},), FIRST, 200),
        "certified": ((jwk(FIRST, **certified),), FIRST, 200),
        "encrypts first": ((jwk(SECOND, use="enc"), jwk(FIRST)), FIRST, 200),
        "encrypts, not proves": ((jwk(SECOND, use="enc"), jwk(FIRST)), SECOND, 401),
        "another kind first": ((jwk(THIRD), jwk(FIRST)), FIRST, 401),
        "first of two": ((jwk(FIRST), jwk(SECOND)), FIRST, 200),
        "second of two": ((jwk(FIRST), jwk(SECOND)), SECOND, 401),
        "megabytes": ((jwk(FIRST, x5c=["A" * 300_000]),), FIRST, 503),
    }
    issuers = [entry(name, sets(tmp_path, name, *entries)) for name, (entries, _, _) in held.items()]
    with stand(tmp_path, authorization={"issuers": issuers}, tls=False) as running:
        answered = {name: running.ask(token(name, key)).status for name, (_, key, _) in held.items()}
    assert answered == {name: status for name, (_, _, status) in held.items()}
