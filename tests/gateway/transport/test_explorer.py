"""The page's helpers: participants and tokens from a development autorisatieserver, and example queries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import ExplorerSettings, SettingsError
from gateway.transport.asgi import App
from gateway.transport.explorer import Explorer, read_examples
from gateway.transport.pages import Health, build_pages
from tests.gateway.subgraphs.harness import Line, serving
from tests.gateway.transport.harness import call

LOCAL = {"Host": "127.0.0.1:8000"}
JSON = {**LOCAL, "Content-Type": "application/json"}


def pages(**settings: Any) -> App:
    return build_pages(health=Health(), assets={}, explorer=Explorer(ExplorerSettings(**settings)))


async def issuer(line: Line) -> None:
    """Answers as the development endpoints do; a GET has no body, so requests are read as they come."""
    head = await line.reader.readuntil(b"\r\n\r\n")
    body = b""
    if b"POST" in head:
        length = next(int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length"))
        body = await line.reader.readexactly(length)
    line.requests.append(head + body)
    await line.answer(b'{"access_token":"t"}' if body else b'[{"id":"uzovi:5050"}]')


async def test_participants_and_tokens_come_through_our_own_origin():
    async with serving(issuer) as server:
        app = pages(participants_url=server.url, token_url=server.url)
        participants = await call(app, "GET", "/explorer/participants", headers=LOCAL)
        token = await call(app, "POST", "/explorer/token", headers=JSON, body=b'{"as":"uzovi:5050","scope":"all"}')
    assert participants.json() == [{"id": "uzovi:5050"}]
    assert (token.status, token.json()) == (200, {"access_token": "t"})
    assert token.headers["cache-control"] == "no-store"
    assert server.requests[1].endswith(b'\r\n\r\n{"as":"uzovi:5050"}')
    assert b"\r\nHost: 127.0.0.1:" in server.requests[1]


async def test_without_an_autorisatieserver_there_is_nobody_to_ask_as():
    app = pages()
    assert (await call(app, "GET", "/explorer/participants", headers=LOCAL)).json() == []
    assert (await call(app, "POST", "/explorer/token", headers=JSON, body=b'{"as":"x"}')).status == 404


async def test_an_autorisatieserver_that_is_down_is_a_coded_answer():
    app = pages(participants_url="http://127.0.0.1:9/", token_url="http://127.0.0.1:9/")
    reply = await call(app, "GET", "/explorer/participants", headers=LOCAL)
    assert (reply.status, reply.codes) == (502, ["DOWNSTREAM_SERVICE_ERROR"])


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        (("192.0.2.7", 1), JSON),
        (("127.0.0.1", 1), {**JSON, "Host": "rebound.example"}),
        (("127.0.0.1", 1), {**JSON, "Sec-Fetch-Site": "cross-site"}),
    ],
)
async def test_tokens_stay_on_this_machine(client: tuple[str, int], headers: dict[str, str]):
    app = pages(participants_url="http://127.0.0.1:9/", token_url="http://127.0.0.1:9/")
    reply = await call(app, "POST", "/explorer/token", headers=headers, body=b'{"as":"x"}', client=client)
    assert (reply.status, reply.codes) == (403, ["FORBIDDEN"])


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", b'{"as":"x"}', 415),
        ("application/json", b"{", 400),
        ("application/json", b"[]", 400),
        ("application/json", b'{"as":1}', 400),
        ("application/json", b'{"as":"' + b"x" * 10_000 + b'"}', 400),
    ],
)
async def test_a_wish_that_is_none_is_refused(content_type: str, body: bytes, status: int):
    app = pages(participants_url="http://127.0.0.1:9/", token_url="http://127.0.0.1:9/")
    reply = await call(app, "POST", "/explorer/token", headers={**JSON, "Content-Type": content_type}, body=body)
    assert reply.status == status


async def test_examples_are_graphql_files_with_a_head(tmp_path: Path):
    (tmp_path / "2-b.graphql").write_text("{ b }\n")
    (tmp_path / "1-a.graphql").write_text(
        '# title: A: first\n# as: uzovi:5050\n# variables: {"x": 1}\n#\n# Why.\n{ a }\n'
    )
    reply = await call(pages(examples=str(tmp_path)), "GET", "/explorer/examples", headers=LOCAL)
    assert reply.json() == [
        {"title": "A: first", "as": "uzovi:5050", "variables": {"x": 1}, "query": "# Why.\n{ a }\n"},
        {"title": "2 b", "query": "{ b }\n"},
    ]


def test_examples_can_be_a_json_file(tmp_path: Path):
    file = tmp_path / "examples.json"
    file.write_text(json.dumps([{"title": "A", "query": "{ a }"}]))
    assert read_examples(file) == [{"title": "A", "query": "{ a }"}]


@pytest.mark.parametrize("content", ["{", '{"a":1}', "[1]"])
def test_examples_that_are_none_stop_the_start(tmp_path: Path, content: str):
    file = tmp_path / "examples.json"
    file.write_text(content)
    with pytest.raises(SettingsError, match=r"explorer\.examples"):
        read_examples(file)
