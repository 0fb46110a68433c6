"""The end of the shipped command while clients have streams open: everybody hears why, and it ends with status 0."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.streaming.harness import SOLD, events
from tests.gateway.streaming.process import shipped

STOPPING = {"code": "GATEWAY_STOPPING"}


@pytest.mark.parametrize("seconds", [0.0, 0.2])
async def test_a_stop_ends_streams_in_words(tmp_path: Path, seconds: float) -> None:
    chosen: dict[str, Any] = {"subscriptions": {"single_connection": True}, "lifecycle": {"drain_seconds": seconds}}
    async with shipped(tmp_path, grants=False, **chosen) as gateway:
        async with gateway.socket() as client, gateway.socket() as idle, events(gateway.port, "PUT") as reply:
            await client.subscribe(SOLD)
            name = (await reply.content()).decode()
            async with (
                events(gateway.port, body={"query": SOLD}) as stream,
                events(gateway.port, "GET", f"/graphql?token={name}") as single,
                events(
                    gateway.port,
                    body={"query": SOLD, "extensions": {"operationId": "s"}},
                    Accept="*/*",
                    X_GraphQL_Event_Stream_Token=name,
                ) as posted,
            ):
                assert (stream.status, single.status, posted.status) == (200, 200, 202)
                await gateway.shop.streams(1)
                stopped = asyncio.create_task(gateway.stop())
                heard = await client.hear()
                assert (heard["type"], heard["payload"]["errors"][0]["extensions"]) == ("next", STOPPING)
                assert await client.hear() == {"type": "complete", "id": "1"}
                assert await client.closed() == await idle.closed() == (1001, "Going away")
                event, answer = await stream.event()
                assert (event, answer["errors"][0]["extensions"]) == ("next", STOPPING)
                assert await stream.event() == ("complete", None)
                event, told = await single.event()
                assert (event, told["payload"]["errors"][0]["extensions"]) == ("next", STOPPING)
                assert await single.event() == ("complete", {"id": "s"})
                assert [(await ended.body())[-5:] for ended in (stream, single)] == [b"0\r\n\r\n"] * 2
                assert await stopped == 0
                await gateway.shop.streams(0)
        lines = gateway.lines()
        assert [line for line in lines if line["level"] != "info"] == []
        ends = sorted((line["event"], line["over"], line["code"]) for line in lines if line.get("operation"))
        assert ends == [
            ("events", "sse", "GATEWAY_STOPPING"),
            ("operation", "sse", "GATEWAY_STOPPING"),
            ("operation", "websocket", "GATEWAY_STOPPING"),
        ]


async def test_a_query_on_a_socket_is_answered_before_the_end(tmp_path: Path) -> None:
    async with shipped(tmp_path, grants=False) as gateway:
        asked, let = asyncio.Event(), asyncio.Event()
        fetch = gateway.federation.fetch

        async def slow(subgraph: str, body: bytes, **options: Any) -> Any:
            asked.set()
            await let.wait()
            return await fetch(subgraph, body, **options)

        gateway.federation.fetch = slow  # type: ignore[method-assign]  # a subgraph that takes its time
        async with gateway.socket() as client, gateway.socket() as idle:
            await client.subscribe("{ books { title } }")
            await asked.wait()
            stopped = asyncio.create_task(gateway.stop())
            assert await idle.closed() == (1001, "Going away")
            let.set()
            assert (await client.hear())["payload"] == {"data": {"books": [{"title": "Dune"}, {"title": "Emma"}]}}
            assert await client.hear() == {"type": "complete", "id": "1"}
            assert await client.closed() == (1001, "Going away")
            assert await stopped == 0
