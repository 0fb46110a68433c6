"""A decision point of somebody else's has to agree: a real process over real sockets, also when it is at its worst."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import ExternalDecisionPointSettings, SettingsError, TlsSettings
from tests.gateway.audit.harness import records, settings
from tests.gateway.consulted import asked, deciding, external, outcomes
from tests.gateway.library import Library, library, token
from tests.gateway.streaming.harness import SOLD
from tests.gateway.transport.harness import Reply, ask

TITLE, PRICE = "{ featured { title } }", "{ featured { price } }"
Start = Callable[[str], Awaitable[str]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts a decision point in a mode, and gives its URL."""
    async with AsyncExitStack() as stack:
        yield lambda mode: stack.enter_async_context(deciding(tmp_path, mode))


def said(reply: Reply) -> tuple[int, list[str]]:
    content = reply.json()
    return reply.status, [error["extensions"]["code"] for error in content.get("errors", ())]


# -- all have to agree -------------------------------------------------------------------------------------------------------


async def test_a_yes_lets_it_go_on(start: Start, tmp_path: Path):
    async with library(tmp_path, **external(await start("yes"))) as desk:
        reply = await ask(desk.app, TITLE, token=token("READER"))
        assert (reply.status, reply.json()) == (200, {"data": {"featured": {"title": "Dune"}}})
        assert await outcomes(desk) == {"permit": 1}


async def test_a_no_refuses_the_whole_before_anything_is_fetched(start: Start, tmp_path: Path):
    async with library(tmp_path, **external(await start("no"))) as desk:
        for query in (TITLE, "mutation { __typename }", "{ __schema { queryType { name } } }"):
            reply = await ask(desk.app, query, token=token("READER"))
            assert said(reply) == (403, ["FORBIDDEN"])
            assert b"secret reason" not in reply.body
        assert desk.seen == []


async def test_what_grants_do_not_give_nobody_else_is_asked_about(start: Start, tmp_path: Path):
    async with library(tmp_path, **external(await start("yes"))) as desk:
        assert said(await ask(desk.app, PRICE, token=token("READER"))) == (403, ["FORBIDDEN"])
        assert said(await ask(desk.app, TITLE)) == (401, ["UNAUTHENTICATED"])
    assert asked(tmp_path) == []


async def test_a_subscription_is_asked_about_when_it_begins(start: Start, tmp_path: Path):
    async with library(tmp_path, **external(await start("no"))) as desk:
        reply = await ask(
            desk.app, SOLD, token=token("READER"), headers={"Accept": "text/event-stream, application/json;q=0.1"}
        )
        assert said(reply) == (403, ["FORBIDDEN"])


async def test_a_refusal_is_on_record_as_any_other(start: Start, tmp_path: Path):
    async with library(tmp_path, audit=settings(tmp_path), **external(await start("no"))) as desk:
        await ask(desk.app, TITLE, token=token("READER"))
    (record,) = [one for one in records(tmp_path) if one["kind"] == "request"]
    assert (record["result"], record["status"], record["code"]) == ("refused", 403, "FORBIDDEN")


# -- whatever is neither yes nor no --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("error", "status"),
        ("denied", "status"),
        ("created", "status"),
        ("elsewhere", "status"),
        ("text", "invalid"),
        ("number", "invalid"),
        ("none", "invalid"),
        ("list", "invalid"),
        ("html", "invalid"),
        ("empty", "invalid"),
        ("flood", "too_large"),
        ("cut", "connection"),
        ("garbage", "protocol"),
    ],
)
async def test_a21_whatever_is_no_answer_refuses(mode: str, outcome: str, start: Start, tmp_path: Path):
    url = await start(mode)
    async with library(tmp_path, **external(url)) as desk:
        reply = await ask(desk.app, TITLE, token=token("READER"))
        assert said(reply) == (503, ["AUTHORIZATION_UNAVAILABLE"])
        assert (desk.seen, reply.headers["retry-after"]) == ([], "5")
        assert url.partition("://")[2].partition("/")[0].encode() not in reply.body
        assert await outcomes(desk) == {outcome: 1}
    # A redirect is not followed: nobody was asked twice.
    assert [one["head"].split(" ")[1] for one in asked(tmp_path)] == ["/access/v1/evaluation"]


async def test_a21_one_that_is_silent_refuses_in_its_time(start: Start, tmp_path: Path):
    async with library(tmp_path, **external(await start("silent"), timeout=0.2)) as desk:
        assert said(await ask(desk.app, TITLE, token=token("READER"))) == (503, ["AUTHORIZATION_UNAVAILABLE"])
        assert (desk.seen, await outcomes(desk)) == ([], {"timeout": 1})


async def test_one_that_is_not_there_refuses_and_one_that_comes_back_is_asked_again(tmp_path: Path):
    silent = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    silent.close()
    await silent.wait_closed()
    async with library(tmp_path, **external(f"http://127.0.0.1:{port}/")) as desk:
        assert said(await ask(desk.app, TITLE, token=token("READER"))) == (503, ["AUTHORIZATION_UNAVAILABLE"])

        async def permit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{"decision":true}')
            writer.close()

        async with await asyncio.start_server(permit, "127.0.0.1", port):
            assert said(await ask(desk.app, TITLE, token=token("READER"))) == (200, [])


# -- what it is told -----------------------------------------------------------------------------------------------------------


async def test_by_default_it_hears_no_name_no_value_and_no_text(start: Start, tmp_path: Path):
    query = 'query Secret($t: String) { books(where: {title: {eq: "999990019"}, price: {gt: $t}}) { title } }'
    trace = "463ac35c9f6413ad48485a3953bb6124"
    async with library(tmp_path, **external(await start("yes"))) as desk:
        given = token("CLERK", branch="4711", sub="office", act={"sub": "clerk:7"}, jti="t-1")
        headers = {"X-B3-TraceId": trace, "X-Purpose": "loans"}
        assert (await ask(desk.app, query, token=given, variables={"t": "hidden"}, headers=headers)).status == 200
    (one,) = asked(tmp_path)
    assert len(one["body"]["resource"].pop("id")) == 64
    assert one["body"] == {
        "subject": {
            "type": "CLERK",
            "id": "undisclosed",
            "properties": {"role": "CLERK", "scopes": ["reviews:read", "stock:read"]},
        },
        "action": {"name": "query"},
        "resource": {"type": "graphql:operation", "properties": {"coordinates": ["Book.price", "Book.title"]}},
    }
    assert sorted(line.split(":")[0].lower() for line in one["head"].splitlines()[1:] if line) == [
        "accept", "content-length", "content-type", "host", "x-request-id",
    ]  # fmt: skip
    assert f"X-Request-ID: {trace}" in one["head"]


async def test_what_the_settings_name_it_hears(start: Start, tmp_path: Path):
    (tmp_path / "token").write_text("opaque-token\n")
    point = external(
        await start("yes"),
        token=str(tmp_path / "token"),
        identifiers=("branch",),
        send=("actor",),
        purpose_header="X-Purpose",
    )
    async with library(tmp_path, **point) as desk:
        for role in ("CLERK", "READER"):
            given = token(role, act={"sub": "clerk:7"})
            await ask(desk.app, TITLE, token=given, headers={"X-Purpose": "loans:overview"})
    clerk, reader = (one["body"] for one in asked(tmp_path))
    assert clerk["subject"] == {"type": "branch", "id": "12", "properties": {"role": "CLERK", "actor": "clerk:7"}}
    # A reader's card is not among the kinds that may go out.
    assert reader["subject"] == {
        "type": "READER",
        "id": "undisclosed",
        "properties": {"role": "READER", "actor": "clerk:7"},
    }
    assert (clerk["resource"]["properties"], clerk["context"]) == ({}, {"purpose_of_use": "loans:overview"})
    assert all("Authorization: Bearer opaque-token" in one["head"] for one in asked(tmp_path))


# -- connections and kept decisions --------------------------------------------------------------------------------------------


async def test_without_being_told_to_no_decision_is_kept_and_one_connection_serves(start: Start, tmp_path: Path):
    async with library(tmp_path, **external(await start("yes"))) as desk:
        for _ in range(3):
            await ask(desk.app, TITLE, token=token("READER"))
        consultant = desk.app.lifecycle.current.consultant
        assert consultant is not None
        assert consultant.connections == (1, 1)
    assert len(asked(tmp_path)) == 3
    assert consultant.connections == (0, 0)


async def test_a_kept_decision_is_that_of_the_same_question(start: Start, tmp_path: Path):
    async with library(tmp_path, **external(await start("by scopes"), cache_seconds=60)) as desk:
        for _ in range(2):
            assert (await ask(desk.app, TITLE, token=token("READER"))).status == 200
            refused = await ask(desk.app, TITLE, token=token("READER", scopes=["stock:read"]))
            assert said(refused) == (403, ["FORBIDDEN"])
            assert (await ask(desk.app, TITLE, token=token("CLERK"))).status == 200
        assert await outcomes(desk) == {"permit": 2, "deny": 1, "kept": 3}
    assert len(asked(tmp_path)) == 3


async def test_a_kept_decision_ends_with_its_token(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with library(tmp_path, **external(await start("yes"), cache_seconds=3600)) as desk:
        now = time.time()
        await ask(desk.app, TITLE, token=token("READER", exp=int(now) + 30))
        consultant: Any = desk.app.lifecycle.current.consultant
        monkeypatch.setattr(consultant, "_clock", lambda: now + 29)
        await ask(desk.app, TITLE, token=token("READER"))
        assert await outcomes(desk) == {"permit": 1, "kept": 1}
        monkeypatch.setattr(consultant, "_clock", lambda: now + 31)
        await ask(desk.app, TITLE, token=token("READER"))
        assert await outcomes(desk) == {"permit": 2, "kept": 1}


class Clocks:
    """The two clocks of a gateway, moved by hand: `wall` is what is set, `elapsed` what passes."""

    def __init__(self, desk: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.elapsed = time.time(), 1000.0
        consultant: Any = desk.app.lifecycle.current.consultant
        monkeypatch.setattr(consultant, "_clock", lambda: self.wall)
        monkeypatch.setattr(consultant, "_elapsed", lambda: self.elapsed)


@pytest.mark.parametrize(
    ("wall", "elapsed", "kept"),
    [
        (0, 59, True),
        (0, 60, False),
        # Whoever sets the clock neither prolongs nor shortens what a setting counts in seconds,
        (-3600, 59, True),
        (-3600, 60, False),
        (299, 59, True),
        # and a token ends when the clock says so, however little has passed.
        (300, 0, False),
        (300, 59, False),
        (3600, 60, False),
    ],
)
async def test_both_clocks_end_a_kept_decision(
    wall: int, elapsed: int, kept: bool, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with library(tmp_path, **external(await start("yes"), cache_seconds=60)) as desk:
        clocks = Clocks(desk, monkeypatch)
        clocks.wall = int(clocks.wall)
        await ask(desk.app, TITLE, token=token("READER", exp=clocks.wall + 300))
        clocks.wall += wall
        clocks.elapsed += elapsed
        await ask(desk.app, TITLE, token=token("READER", exp=int(time.time()) + 599))
        assert await outcomes(desk) == ({"permit": 1, "kept": 1} if kept else {"permit": 2})


async def test_a_failure_is_not_kept(start: Start, tmp_path: Path):
    async with library(tmp_path, **external(await start("error"), cache_seconds=3600)) as desk:
        for _ in range(2):
            assert said(await ask(desk.app, TITLE, token=token("READER"))) == (503, ["AUTHORIZATION_UNAVAILABLE"])
    assert len(asked(tmp_path)) == 2


async def test_the_log_says_what_went_wrong_and_not_where(
    start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    async with library(tmp_path, **external(await start("error"))) as desk:
        await ask(desk.app, TITLE, token=token("READER"))
    log = capsys.readouterr().err
    (line,) = [entry for entry in map(json.loads, log.splitlines()) if entry["event"] == "consultation_failed"]
    assert (line["outcome"], "127.0.0.1" in log) == ("status", False)


# -- settings --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"url": "ftp://x"}, "external_decision_point.url: a decision point URL starts with http://"),
        ({"url": "https://u:p@x"}, "external_decision_point.url: a decision point URL carries no credentials."),
        ({"url": "http://x", "tls": TlsSettings()}, "external_decision_point.tls: given, but"),
        ({"url": "https://x", "tls": TlsSettings(ca="nowhere")}, "external_decision_point.tls: nowhere cannot be read"),
        ({"url": "https://x", "token": "nowhere"}, "external_decision_point.token: nowhere cannot be read"),
        ({"url": "https://x", "token": __file__}, "holds no token"),
    ],
)
async def test_settings_that_cannot_be_used(given: dict[str, Any], sentence: str, tmp_path: Path):
    with pytest.raises(SettingsError, match=sentence):
        async with library(tmp_path, external_decision_point=ExternalDecisionPointSettings(**given)):
            pass
