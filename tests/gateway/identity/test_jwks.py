"""Key sets: sources, usable keys, refresh, floods (security cases T04, T05)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from gateway.identity import jwks
from gateway.identity.jwks import (
    FileSource,
    HttpSource,
    KeySet,
    KeySetUnavailableError,
    open_source,
    public_key_of,
    read_keys,
)
from tests.dribbling import dribbling

EC_JWK = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
RSA_JWK = RSAAlgorithm.to_jwk(rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key(), as_dict=True)
SHORT_JWK = RSAAlgorithm.to_jwk(
    rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key(), as_dict=True
)
PRIVATE_JWK = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)


def keys(*entries: Any) -> bytes:
    return orjson.dumps({"keys": entries})


@pytest.mark.parametrize(
    ("entry", "algorithm"),
    [
        ({**EC_JWK, "kid": "k"}, "ES256"),
        ({**EC_JWK, "kid": "k", "alg": "ES256", "use": "sig", "key_ops": ["verify"]}, "ES256"),
        ({**RSA_JWK, "kid": "k"}, "RS256"),
        ({**RSA_JWK, "kid": "k", "e": "gAAAAAAAAAE"}, "RS256"),
        ({**RSA_JWK, "kid": "k", "alg": "PS256"}, "PS256"),
        ({**PRIVATE_JWK, "kid": "k"}, "ES256"),
    ],
)
def test_a_usable_key(entry: dict[str, Any], algorithm: str):
    found = read_keys(keys(entry))
    assert {kid: key.algorithm for kid, key in found.items()} == {"k": algorithm}


def test_a_set_is_bounded():
    assert len(read_keys(keys(*({**EC_JWK, "kid": str(number)} for number in range(1000))))) == 64


@pytest.mark.parametrize(
    "entry",
    [
        None,
        "key",
        EC_JWK,
        {**EC_JWK, "kid": ""},
        {**EC_JWK, "kid": 7},
        {**EC_JWK, "kid": "k", "use": "enc"},
        {**EC_JWK, "kid": "k", "key_ops": ["sign"]},
        {**EC_JWK, "kid": "k", "key_ops": 3},
        {**EC_JWK, "kid": "k", "alg": "HS256"},
        {**EC_JWK, "kid": "k", "alg": ["ES256"]},
        {**EC_JWK, "kid": "k", "crv": "P-521"},
        {**EC_JWK, "kid": "k", "x": "AAAA"},
        {**EC_JWK, "kid": "k", "y": None},
        {**RSA_JWK, "kid": "k", "n": "!"},
        {**SHORT_JWK, "kid": "k"},
        {**RSA_JWK, "kid": "k", "e": "AQAAAAAAAAAB"},
        {"kty": "oct", "kid": "k", "k": "c2VjcmV0"},
        {"kty": ["RSA"], "kid": "k"},
    ],
)
def test_t04_an_unusable_key_is_skipped_and_does_no_harm(entry: Any):
    assert set(read_keys(keys(entry, {**EC_JWK, "kid": "good"}))) == {"good"}


@pytest.mark.parametrize("document", [b"", b"<html>", b"[]", b"{}", b'{"keys": {}}', b"[" * 100_000])
def test_what_is_no_key_set(document: bytes):
    with pytest.raises(ValueError, match="key set"):
        read_keys(document)


@pytest.mark.parametrize(
    "url",
    ["http://issuer.example/jwks", "file:///etc/jwks.json", "ftp://x/jwks", "https:///jwks", "http://127.0.0.1.evil/"],
)
def test_t04_only_https_or_this_machine(url: str):
    for opened in (open_source, HttpSource):
        with pytest.raises(ValueError, match="file or an https URL"):
            opened(url)


def test_sources(tmp_path: Path):
    assert isinstance(open_source(str(tmp_path / "jwks.json")), FileSource)
    for url in (
        "https://issuer.example/jwks",
        "http://127.0.0.1:9/jwks",
        "http://localhost/jwks",
        "http://[::1]:8/jwks",
    ):
        assert isinstance(open_source(url), HttpSource)


# --- over HTTP ---


class Server:
    """Answers every request with `answer`."""

    def __init__(self) -> None:
        self.answer = b""
        self.requests: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield server


def answer(body: bytes, status: str = "200 OK", extra: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{extra}Connection: close\r\n\r\n".encode() + body


async def test_a_key_set_over_http(server: Server):
    server.answer = answer(keys({**EC_JWK, "kid": "k"}))
    subject = KeySet(HttpSource(f"http://127.0.0.1:{server.port}/jwks?a=b"))
    assert await subject.find("k") is not None
    (request,) = server.requests
    assert request.decode().split("\r\n") == [
        "GET /jwks?a=b HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "Accept-Encoding: identity",
        "Accept: application/json",
        "",
        "",
    ]


async def test_what_is_said_to_an_https_url_is_encrypted():
    first: asyncio.Queue[bytes] = asyncio.Queue()

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first.put_nowait(await reader.readexactly(1))
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(OSError, match=r"."):
            await HttpSource(f"https://127.0.0.1:{port}/jwks").load()
    assert await first.get() == b"\x16"  # RFC 8446 §5.1: a handshake


@pytest.mark.parametrize(
    "response",
    [
        answer(keys({**EC_JWK, "kid": "k"}), "302 Found", "Location: https://evil.example/\r\n"),
        answer(keys({**EC_JWK, "kid": "k"}), "500 Internal Server Error"),
        answer(b" " * 300_000),
        answer(b"not json"),
        b"nonsense\r\n\r\n",
        b"",
    ],
)
async def test_t04_answers_that_do_not_count(server: Server, response: bytes):
    server.answer = response
    with pytest.raises(KeySetUnavailableError):
        await KeySet(HttpSource(f"http://127.0.0.1:{server.port}/")).find("k")


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"])
async def test_t04_a_server_that_dribbles_is_hung_up_on(head: bytes, monkeypatch: pytest.MonkeyPatch):
    """Else each load would hold a thread for hours, and a handful of them all that the process has: also for the journal and other issuers."""
    monkeypatch.setattr(jwks, "FETCH_TIMEOUT", 0.2)
    async with dribbling(head) as url:
        with pytest.raises(TimeoutError):
            await HttpSource(url).load()


# --- refresh ---


class Source:
    name = "test"

    def __init__(self, *kids: str) -> None:
        self.kids = list(kids)
        self.loads = 0
        self.broken = False
        self.gate: asyncio.Event | None = None

    async def load(self) -> bytes:
        self.loads += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.broken:
            raise OSError("down")
        return keys(*({**EC_JWK, "kid": kid} for kid in self.kids))


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_a_known_key_is_found_without_loading_again():
    source = Source("a")
    subject = KeySet(source, clock=Clock())
    for _ in range(100):
        assert await subject.find("a") is not None
    assert source.loads == 1


async def test_a_new_key_is_noticed_at_its_first_use():
    source, clock = Source("a"), Clock()
    subject = KeySet(source, clock=clock)
    await subject.find("a")
    source.kids.append("b")
    clock.now += 6
    assert await subject.find("b") is not None
    assert (source.loads, subject.generation) == (2, 2)


async def test_t05_a_flood_of_unknown_key_ids_costs_one_request():
    source, clock = Source("a"), Clock()
    subject = KeySet(source, clock=clock)
    await subject.find("a")
    clock.now += 6
    found = await asyncio.gather(*(subject.find(f"unknown-{number}") for number in range(1000)))
    assert found == [None] * 1000
    assert source.loads == 2
    assert await subject.find("a") is not None


async def test_t05_known_keys_do_not_wait_for_a_refresh():
    source, clock = Source("a"), Clock()
    subject = KeySet(source, clock=clock)
    await subject.find("a")
    source.gate = asyncio.Event()
    clock.now += 6
    unknown = asyncio.create_task(subject.find("unknown"))
    await asyncio.sleep(0)
    assert await subject.find("a") is not None
    source.gate.set()
    assert await unknown is None


async def test_the_last_good_set_stays():
    source, clock = Source("a"), Clock()
    subject = KeySet(source, clock=clock)
    await subject.find("a")
    source.broken = True
    for _ in range(3):
        clock.now += 400
        assert await subject.find("a") is not None
        await asyncio.sleep(0.001)
    assert source.loads == 4
    source.broken, source.kids = False, []
    clock.now += 400
    await subject.find("a")
    await asyncio.sleep(0.001)
    assert await subject.find("a") is not None


async def test_a_removed_key_is_gone_after_the_next_refresh():
    source, clock = Source("a", "b"), Clock()
    subject = KeySet(source, clock=clock)
    await subject.find("a")
    source.kids = ["b"]
    clock.now += 301
    assert await subject.find("a") is not None
    await asyncio.sleep(0.001)
    assert await subject.find("a") is None
    assert await subject.find("b") is not None


async def test_a_set_that_could_not_be_loaded_is_tried_again():
    source, clock = Source("a"), Clock()
    source.broken = True
    subject = KeySet(source, clock=clock)
    with pytest.raises(KeySetUnavailableError):
        await subject.find("a")
    source.broken = False
    with pytest.raises(KeySetUnavailableError):
        await subject.find("a")
    clock.now += 5
    assert await subject.find("a") is not None


async def test_first_users_wait_for_one_load_together():
    source = Source("a")
    source.gate = asyncio.Event()
    subject = KeySet(source, clock=Clock())
    waiting = [asyncio.create_task(subject.find("a")) for _ in range(5)]
    await asyncio.sleep(0)
    source.gate.set()
    assert all(await asyncio.gather(*waiting))
    assert source.loads == 1


async def test_an_impatient_user_does_not_break_the_load_for_others():
    source = Source("a")
    source.gate = asyncio.Event()
    subject = KeySet(source, clock=Clock())
    impatient, patient = (asyncio.create_task(subject.find("a")) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.sleep(0)
    source.gate.set()
    assert await patient is not None
    await subject.aclose()


async def test_a_file_that_is_written_later(tmp_path: Path):
    clock, path = Clock(), tmp_path / "jwks.json"
    subject = KeySet(FileSource(path), clock=clock)
    with pytest.raises(KeySetUnavailableError):
        await subject.find("k")
    path.write_bytes(keys({**EC_JWK, "kid": "k"}))
    clock.now += 5
    assert await subject.find("k") is not None


# --- bounds, and the end -------------------------------------------------------------------------------------------------


async def test_a_file_of_the_largest_size_is_read_whole_and_a_larger_one_is_not(tmp_path: Path):
    file = tmp_path / "jwks.json"
    file.write_bytes(b"x" * 100)
    assert await FileSource(file, maximum=100).load() == b"x" * 100
    with pytest.raises(ValueError, match="too large"):
        await FileSource(file, maximum=99).load()


async def test_a_document_of_the_largest_size_is_taken_and_a_larger_one_is_not(server: Server):
    server.answer = answer(b"x" * 100)
    url = f"http://127.0.0.1:{server.port}/jwks"
    assert await HttpSource(url, maximum=100).load() == b"x" * 100
    with pytest.raises(ValueError, match="too large"):
        await HttpSource(url, maximum=99).load()


async def test_the_path_and_the_query_of_the_url_are_asked_for(server: Server):
    server.answer = answer(b"{}")
    for place, line in (
        ("", b"GET / "),
        ("/a/b", b"GET /a/b "),
        ("/a?b=c&d", b"GET /a?b=c&d "),
        ("?b=c", b"GET /?b=c "),
    ):
        await HttpSource(f"http://127.0.0.1:{server.port}{place}").load()
        assert server.requests[-1].startswith(line)


def test_plain_http_from_elsewhere_is_for_what_is_signed_itself():
    assert isinstance(open_source("http://ca.example/list.crl", plain=True), HttpSource)
    with pytest.raises(ValueError, match="https URL"):
        open_source("ftp://ca.example/list.crl", plain=True)
    with pytest.raises(ValueError, match="https URL"):
        open_source("ftp://127.0.0.1/list.crl")


class Slow:
    """A source that answers when it is let."""

    name = "slow"

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.let = asyncio.Event()

    async def load(self) -> bytes:
        self.asked.set()
        await self.let.wait()
        return keys({**EC_JWK, "kid": "k"})


async def test_who_comes_while_the_first_load_is_under_way_waits_for_it():
    source = Slow()
    found = KeySet(source)
    first = asyncio.create_task(found.find("k"))
    await source.asked.wait()
    second = asyncio.create_task(found.find("k"))
    source.let.set()
    assert [key and key.kid for key in (await first, await second)] == ["k", "k"]


async def test_a_load_that_is_under_way_ends_with_the_set():
    source = Slow()
    found = KeySet(source)
    await found.aclose()  # nothing is under way
    asked = asyncio.create_task(found.find("k"))
    await source.asked.wait()
    task = found._task
    assert task is not None
    await found.aclose()
    assert (task.done(), task.cancelled()) == (True, True)
    with pytest.raises(asyncio.CancelledError):
        await asked
    await found.aclose()


async def test_of_an_unknown_key_nobody_waits_for_a_load_while_there_are_keys():
    source = Slow()
    source.let.set()
    found = KeySet(source, minimum_interval=1000)
    assert await found.find("k")
    source.let.clear()
    found._start_refresh()
    assert await asyncio.wait_for(found.find("other"), 5) is None
    await found.aclose()


async def test_a_set_is_loaded_anew_when_it_is_older_than_that():
    source, clock = Source("a"), Clock()
    subject = KeySet(source, refresh_after=300, clock=clock)
    loads: list[int] = []
    for seconds in (0, 299, 1, 1, 300, 1):
        clock.now += seconds
        assert await subject.find("a") is not None
        assert subject._task is not None
        await subject._task
        loads.append(source.loads)
    assert loads == [1, 1, 1, 2, 2, 3]


async def test_the_log_tells_of_a_set_that_is_not_there_and_of_one_without_a_key(capsys: pytest.CaptureFixture[str]):
    source, clock = Source(), Clock()
    subject = KeySet(source, clock=clock)
    with pytest.raises(KeySetUnavailableError, match="test"):
        await subject.find("a")
    source.broken = True
    clock.now += 5
    with pytest.raises(KeySetUnavailableError, match="test"):
        await subject.find("a")
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    own = [line for line in told if line["event"].startswith("jwks_")]  # what other tests left unwritten may come first
    assert [{name: line[name] for name in line if name != "timestamp"} for line in own] == [
        {"event": "jwks_without_usable_key", "level": "warning", "source": "test"},
        {"event": "jwks_refresh_failed", "level": "warning", "source": "test", "reason": "OSError"},
    ]


def test_a_key_that_the_library_cannot_read_does_no_harm(monkeypatch: pytest.MonkeyPatch):
    def unsupported(jwk: Any) -> Any:
        raise UnsupportedAlgorithm("a library of cryptography that is built without it")

    monkeypatch.setattr(OKPAlgorithm, "from_jwk", unsupported)
    edwards = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "k"}
    assert set(read_keys(keys(edwards, {**EC_JWK, "kid": "good"}))) == {"good"}


def test_a_key_of_another_curve_is_no_public_key_here():
    other: dict[str, Any] = OKPAlgorithm.to_jwk(Ed448PrivateKey.generate().public_key(), as_dict=True)
    with pytest.raises(TypeError, match="not a public key"):
        public_key_of(other)
