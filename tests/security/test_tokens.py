"""Tokens that are none (T01 to T05) and what they may share (A20), at the shipped gateway and a key server of our own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import jwt
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm

from tests.gateway.library import KEY, token
from tests.harness import REPOSITORY
from tests.security.listening import listening
from tests.security.stand import Stand, base64url, stand

THIEF = generate_private_key(SECP256R1())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stand]:
    issuer = {"types": ["at+jwt"], "authorized_parties": ["page"]}
    with stand(tmp_path_factory.mktemp("tokens"), issuer=issuer, tls=False) as found:
        yield found


def good(**claims: Any) -> str:
    """A token that counts; None takes a claim away."""
    told = {**claims_of(token(azp="page")), **claims}
    return sign({name: value for name, value in told.items() if value is not None})


def claims_of(text: str) -> dict[str, Any]:
    return jwt.decode(text, options={"verify_signature": False})


def sign(claims: dict[str, Any], *, key: Any = KEY, algorithm: str = "ES256", **head: Any) -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "k", "typ": "at+jwt", **head})


def statuses(running: Stand, *tokens: str) -> set[int]:
    return {running.ask(each).status for each in tokens}


def part(content: Any) -> str:
    return base64url(json.dumps(content).encode())


def test_the_token_that_the_others_are_made_of_counts(running: Stand) -> None:
    assert running.ask(good()).json() == {"data": {"books": [{"title": "Dune"}]}}


def test_t01_no_algorithm_and_no_other_algorithm_than_the_keys(running: Stand) -> None:
    claims = claims_of(good())
    body = part(claims)
    unsigned = [
        f"{part({'alg': alg, 'kid': 'k', 'typ': 'at+jwt'})}.{body}.{end}"
        for alg in ("none", "None", "NONE", "", None)
        for end in ("", "e30")
    ]
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    jwk = json.dumps(ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True)).encode()
    content = f"{part({'alg': 'HS256', 'kid': 'k', 'typ': 'at+jwt'})}.{body}"
    keyed = [
        f"{content}.{base64url(hmac.digest(secret, content.encode(), 'sha256'))}"
        for secret in (public, public.strip(), public.replace(b"\n", b"\r\n"), b" " + public, public + b"\n", jwk, b"")
    ]
    assert statuses(running, *unsigned, *keyed) == {401}


def test_t02_an_extension_that_must_be_understood(running: Stand) -> None:
    claims = claims_of(good())
    critical = [sign(claims, crit=crit) for crit in (["exp"], ["x"], [], "exp")]
    assert statuses(running, *critical) == {401}


MOMENTS: dict[str, Callable[[float], dict[str, Any]]] = {
    "no exp": lambda now: {"exp": None},
    "no aud": lambda now: {"aud": None},
    "no iss": lambda now: {"iss": None},
    "no iat": lambda now: {"iat": None},
    "no jti": lambda now: {"jti": None},
    "no azp": lambda now: {"azp": None},
    "another aud": lambda now: {"aud": "https://other.example"},
    "an empty aud": lambda now: {"aud": []},
    "another iss": lambda now: {"iss": "https://other.example"},
    "another azp": lambda now: {"azp": "other"},
    "nbf to come": lambda now: {"nbf": now + 120},
    "iat to come": lambda now: {"iat": now + 120, "exp": now + 240},
    "expired": lambda now: {"iat": now - 700, "exp": now - 61},
    "an hour and a second": lambda now: {"iat": now, "exp": now + 3601},
    "exp as text": lambda now: {"exp": str(int(now + 60))},
}


@pytest.mark.parametrize("wrong", MOMENTS)
def test_t03_a_claim_that_is_missing_or_wrong(wrong: str, running: Stand) -> None:
    assert running.ask(good(**MOMENTS[wrong](int(time.time())))).status == 401


def test_t03_a_type_that_is_another_and_clocks_that_differ(running: Stand) -> None:
    claims = claims_of(good())
    assert statuses(running, *(sign(claims, typ=typ) for typ in ("jwt", "JWT", "decision+jwt", "dpop+jwt", ""))) == {
        401
    }
    assert statuses(running, sign(claims, typ="application/AT+JWT")) == {200}
    now = int(time.time())
    assert statuses(running, good(iat=now + 50, exp=now + 600), good(iat=now - 600, exp=now - 50)) == {200}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"audience": []}, "authorization.issuers"),
        ({"audience": ""}, "authorization.issuers"),
        ({"leeway": 61}, "leeway"),
        ({"maximum_lifetime": 3601}, "maximum_lifetime"),
        ({"algorithms": ["HS256"]}, "algorithms"),
        ({"jwks": "http://issuer.example/jwks.json"}, "neither"),
        ({"jwks": "file:///etc/passwd"}, "neither"),
        ({"bindings": ["dpop"]}, "dpop"),
    ],
)
def test_t03_t04_a_configuration_that_would_weaken_is_a_start_error(
    wrong: dict[str, Any], sentence: str, running: Stand, tmp_path: Path
) -> None:
    content: Any = yaml.safe_load((running.folder / "gateway.yaml").read_text())
    content["authorization"]["issuers"][0].update(wrong)
    content.update({name: str(running.folder / content[name]) for name in ("supergraph", "grants")})
    if "jwks" not in wrong:
        content["authorization"]["issuers"][0]["jwks"] = str(running.folder / "jwks.json")
    (tmp_path / "gateway.yaml").write_text(yaml.safe_dump(content))
    command = [sys.executable, "-m", "gateway", "serve", "--settings", str(tmp_path / "gateway.yaml")]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_t04_a_token_does_not_bring_its_own_key(running: Stand) -> None:
    own = {**ECAlgorithm.to_jwk(THIEF.public_key(), as_dict=True), "kid": "k"}
    with key_server([own]) as server:
        claims = claims_of(good())
        heads: list[dict[str, Any]] = [{"jwk": own}, {"jku": server.url}, {"x5u": server.url}, {"x5c": ["AAAA"]}]
        heads += [{"jwk": own, "kid": "other"}, {"kid": server.url}, {"kid": "../../etc/passwd"}, {"kid": ""}]
        assert statuses(running, *(sign(claims, key=THIEF, **head) for head in heads)) == {401}
        # Nor do they harm a token that is good.
        assert statuses(running, sign(claims, jku=server.url, jwk=own)) == {200}
        assert server.asked == 0


# --- a key server -------------------------------------------------------------------------------------------------------


@dataclass
class KeyServer:
    url: str
    keys: list[dict[str, Any]]
    asked: int = 0
    answer: Callable[[BaseHTTPRequestHandler], None] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def key_server(keys: list[dict[str, Any]]) -> Generator[KeyServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with found.lock:
                found.asked += 1
            if found.answer is not None:
                found.answer(self)
                return
            content = json.dumps({"keys": found.keys}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with listening(Handler) as port:
        found = KeyServer(f"http://127.0.0.1:{port}/jwks.json", keys)
        yield found


OURS = {**ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "k"}


def redirecting(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "/other.json")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(64):
            handler.wfile.write(b" " * 65536)
    except OSError:
        pass


@pytest.mark.parametrize("answer", [redirecting, endless])
def test_t04_a_key_set_that_does_not_count(answer: Callable[..., None], tmp_path: Path) -> None:
    with key_server([OURS]) as server:
        server.answer = answer
        with stand(tmp_path, issuer={"jwks": server.url}, tls=False) as found:
            refused = found.ask(token())
            assert (refused.status, refused.codes) == (503, ["AUTHORIZATION_UNAVAILABLE"])
            assert server.url not in refused.body.decode()
            assert server.asked == 1


def test_t04_keys_that_cannot_be_read_do_no_harm_to_the_others(tmp_path: Path) -> None:
    broken: list[Any] = [
        None,
        "k",
        {"kid": "k"},
        {**OURS, "x": "AA"},
        {"kty": "oct", "kid": "k", "k": "AA"},
        {"kty": []},
    ]
    with key_server([*broken, OURS]) as server, stand(tmp_path, issuer={"jwks": server.url}, tls=False) as found:
        assert found.ask(token()).status == 200


def test_t05_a_flood_of_unknown_key_ids_costs_one_request_and_harms_nobody(tmp_path: Path) -> None:
    with key_server([OURS]) as server, stand(tmp_path, issuer={"jwks": server.url}, tls=False) as found:
        assert found.ask(token()).status == 200
        held = threading.Event()

        def slowly(handler: BaseHTTPRequestHandler) -> None:
            held.wait(4)
            handler.send_error(500)

        server.answer = slowly
        flood = [sign(claims_of(token()), key=THIEF, kid=str(number)) for number in range(120)]
        results: list[int] = []
        threads = [
            threading.Thread(target=lambda part: results.extend(found.ask(each).status for each in part), args=(piece,))
            for piece in (flood[:40], flood[40:80], flood[80:])
        ]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        # The keys that are known go on working while the key server keeps everybody waiting.
        assert {found.ask(token(jti=str(number))).status for number in range(20)} == {200}
        held.set()
        for thread in threads:
            thread.join()
        assert set(results) == {401}
        # One refresh for the first load, and one each five seconds at most.
        assert server.asked <= 3 + (time.monotonic() - started) / 5
        assert found.ask(token()).status == 200


# --- A20 ------------------------------------------------------------------------------------------------------------------


def test_a20_equal_queries_of_different_callers_share_nothing(tmp_path: Path) -> None:
    """With sharing of whole queries on: another token, certificate, address or purpose is another request."""
    proxies = {"addresses": ["127.0.0.1"], "certificate_header": "Client-Cert"}
    with stand(tmp_path, listen={"proxies": proxies}, tls=False, dedupe={"requests": True, "fetches": False}) as found:
        first, second = (found.authority.issue(name) for name in ("one", "two"))
        same = token()
        asked: list[tuple[str, dict[str, str]]] = [
            (same, {}),
            (token(jti="other"), {}),
            (same, {"Client-Cert": f":{base64.b64encode(first.der).decode()}:"}),
            (same, {"Client-Cert": f":{base64.b64encode(second.der).decode()}:"}),
            (same, {"X-Purpose": "research"}),
            (same, {"Cookie": "a=b"}),
        ]
        gate = threading.Barrier(len(asked) * 2)
        found.subgraph.wait = 0.5

        def ask(each: tuple[str, dict[str, str]]) -> None:
            gate.wait()
            assert found.ask(each[0], headers=each[1]).status == 200

        threads = [threading.Thread(target=ask, args=(each,)) for each in asked * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # At least one fetch for each kind of request; equal ones may share, but need not.
        assert len(asked) <= len(found.subgraph.seen) < len(asked) * 2


def test_a20_a_digest_of_a_token_is_no_token(running: Stand) -> None:
    known = good()
    assert running.ask(known).status == 200
    assert statuses(running, known[:-1], known + "A", known.upper(), hashlib.sha256(known.encode()).hexdigest()) == {
        401
    }
