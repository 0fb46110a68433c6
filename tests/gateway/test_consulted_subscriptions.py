"""A decision point that has to agree is asked again for each event, and may change its mind: over a real line, on both kinds of streams."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.execution.sharing import Answer, Buffering, Subscriber
from tests.gateway.audit.harness import records, settings
from tests.gateway.consulted import asked, deciding, external, outcomes, tell
from tests.gateway.library import token
from tests.gateway.streaming.harness import DUNE, DUNE_SOLD, EMMA, EMMA_SOLD, SOLD, Street, bearer, events, street


@asynccontextmanager
async def heard(town: Street, over: str, **headers: str) -> AsyncGenerator[AsyncIterator[tuple[str, Any]]]:
    """What a reader hears of what is sold: the kind of a message, and its payload."""
    given = {"Authorization": bearer(token("READER")), **headers}
    if over == "sse":
        async with events(town.port, body={"query": SOLD}, **given) as source:

            async def told() -> AsyncIterator[tuple[str, Any]]:
                while True:
                    yield await source.event()

            yield told()
        return
    async with town.socket(headers=given) as client:

        async def said() -> AsyncIterator[tuple[str, Any]]:
            while True:
                message = await client.hear()
                yield message["type"], message.get("payload")

        await client.subscribe(SOLD)
        yield said()


def codes(payload: Any) -> list[str]:
    return [error["extensions"]["code"] for error in payload["errors"]]


both = pytest.mark.parametrize("over", ["websocket", "sse"])


@both
async def test_each_event_is_asked_about_and_a_no_ends_the_subscription(over: str, tmp_path: Path):
    tell(tmp_path, "yes")
    async with (
        deciding(tmp_path) as url,
        street(tmp_path, grants=True, audit=settings(tmp_path), **external(url)) as town,
        heard(town, over) as stream,
    ):
        await town.shop.streams(1)
        for book, answer in ((DUNE, DUNE_SOLD), (EMMA, EMMA_SOLD)):
            town.shop.publish(book)
            assert await anext(stream) == ("next", answer)
        fetched = list(town.library.asked)
        tell(tmp_path, "no")
        town.shop.publish(DUNE)
        kind, payload = await anext(stream)
        assert (kind, codes(payload), "data" in payload) == ("next", ["FORBIDDEN"], False)
        assert (await anext(stream))[0] == "complete"
        # Nothing was read for what is refused, and the stream of the subgraph is given back.
        assert town.library.asked == fetched
        await town.shop.streams(0)
        assert await outcomes(town.library) == {"permit": 3, "deny": 1}
    assert len({str(one["body"]) for one in asked(tmp_path)}) == 1
    kept = [(one["result"], one.get("code")) for one in records(tmp_path) if one["kind"] == "event"]
    assert kept == [("success", None), ("success", None), ("refused", "FORBIDDEN")]


@both
@pytest.mark.parametrize(("mode", "outcome"), [("error", "status"), ("silent", "timeout"), ("cut", "connection")])
async def test_a21_an_event_that_cannot_be_asked_about_ends_the_subscription(
    over: str, mode: str, outcome: str, tmp_path: Path
):
    tell(tmp_path, "yes")
    async with (
        deciding(tmp_path) as url,
        street(tmp_path, grants=True, **external(url, timeout=0.5 if mode == "silent" else 5.0)) as town,
        heard(town, over) as stream,
    ):
        await town.shop.streams(1)
        tell(tmp_path, mode)
        town.shop.publish(DUNE)
        kind, payload = await anext(stream)
        assert (kind, codes(payload), "data" in payload) == ("next", ["AUTHORIZATION_UNAVAILABLE"], False)
        assert (await anext(stream))[0] == "complete"
        await town.shop.streams(0)
        assert (town.library.asked, await outcomes(town.library)) == ([], {"permit": 1, outcome: 1})


async def test_a_kept_decision_makes_it_cheap(tmp_path: Path):
    async with (
        deciding(tmp_path, "yes") as url,
        street(tmp_path, grants=True, **external(url, cache_seconds=60)) as town,
        heard(town, "websocket") as stream,
    ):
        await town.shop.streams(1)
        for book in (DUNE, EMMA, DUNE):
            town.shop.publish(book)
            await anext(stream)
        assert await outcomes(town.library) == {"permit": 1, "kept": 3}
    assert len(asked(tmp_path)) == 1


async def test_who_shares_a_stream_is_asked_about_once_and_another_question_is_another_stream(tmp_path: Path):
    """A purpose is no header that goes to a subgraph, but another decision point may decide by it (security case A20)."""
    point = {"purpose_header": "X-Purpose"}
    async with (
        deciding(tmp_path, "by purpose") as url,
        street(tmp_path, grants=True, **external(url, **point)) as town,
        heard(town, "websocket", **{"X-Purpose": "lending"}) as first,
        heard(town, "websocket", **{"X-Purpose": "lending"}) as second,
        heard(town, "sse", **{"X-Purpose": "stocktaking"}) as third,
    ):
        await town.subscribed(3)
        await town.shop.streams(2)
        before = len(asked(tmp_path))
        (tmp_path / "refused").write_text("stocktaking")
        town.shop.publish(DUNE)
        assert [await anext(one) for one in (first, second)] == [("next", DUNE_SOLD)] * 2
        assert codes((await anext(third))[1]) == ["FORBIDDEN"]
        purposes = [one["body"]["context"]["purpose_of_use"] for one in asked(tmp_path)[before:]]
        assert sorted(purposes) == ["lending", "stocktaking"]
        town.shop.publish(EMMA)
        assert [await anext(one) for one in (first, second)] == [("next", EMMA_SOLD)] * 2


# -- tokens that are renewed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "code"), [("yes", None), ("no", "FORBIDDEN"), ("error", "AUTHORIZATION_UNAVAILABLE")])
async def test_a_renewed_token_is_asked_about_anew_whatever_is_kept(mode: str, code: str | None, tmp_path: Path):
    tell(tmp_path, "yes")
    async with (
        deciding(tmp_path) as url,
        street(tmp_path, grants=True, **external(url, cache_seconds=3600)) as town,
        town.socket() as client,
    ):
        later = int(time.time()) + 599
        await client.subscribe(SOLD, extensions={"authorization": bearer(token("READER"))})
        await town.shop.streams(1)
        tell(tmp_path, mode)
        renewal = bearer(token("READER", exp=later, jti="later"))
        await client.say("ping", payload={"authorization": renewal, "id": "1"})
        messages = [await client.hear() for _ in range(1 if code is None else 3)]
        pong = next(one for one in messages if one["type"] == "pong")["payload"]
        renewed, refused = (["1"], []) if code is None else ([], ["1"])
        assert pong == {"expiresAt": later, "renewed": renewed, "refused": refused}
        if code is not None:
            rest = [one for one in messages if one["type"] != "pong"]
            assert [one["type"] for one in rest] == ["next", "complete"]
            assert codes(rest[0]["payload"]) == [code]
            await town.shop.streams(0)
        else:
            town.shop.publish(DUNE)
            assert (await client.hear())["payload"] == DUNE_SOLD
    assert len(asked(tmp_path)) == 2


async def test_after_a_renewal_decisions_are_kept_as_long_as_the_new_token_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A stream that was opened with a token that has ended since would otherwise ask for each event."""
    async with (
        deciding(tmp_path, "yes") as url,
        street(tmp_path, grants=True, **external(url, cache_seconds=3600)) as town,
        town.socket() as client,
    ):
        now = int(time.time())
        await client.subscribe(SOLD, extensions={"authorization": bearer(token("READER", exp=now + 300))})
        await town.shop.streams(1)
        renewal = bearer(token("READER", exp=now + 599, jti="later"))
        await client.say("ping", payload={"authorization": renewal, "id": "1"})
        assert (await client.hear())["payload"]["renewed"] == ["1"]
        consultant: Any = town.library.app.lifecycle.current.consultant
        monkeypatch.setattr(consultant, "_clock", lambda: now + 400)
        for book in (DUNE, EMMA):
            town.shop.publish(book)
            assert (await client.hear())["type"] == "next"
        # One at the start, one at the renewal, none for the events.
        assert await outcomes(town.library) == {"permit": 2, "kept": 2}


# -- what waits ------------------------------------------------------------------------------------------------------------


async def test_what_waits_when_somebody_does_not_agree_any_more_is_not_given_out():
    subscriber = Subscriber(Buffering(), lambda _: None)
    refused = GatewayError(GraphQLIssue("No longer.", Code.FORBIDDEN))
    for answer in (Answer(b"1"), Answer(b"2"), Answer(b"no", refused=refused), Answer(b"3")):
        subscriber.offer(answer)
    assert [answer async for answer in subscriber] == [b"no"]
    assert subscriber.last.refused is refused
