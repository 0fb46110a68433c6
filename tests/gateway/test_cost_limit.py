"""The limit on cost, through the whole gateway: what is refused is not fetched, and who asks is told."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gateway.app import GatewayApp, build_app
from gateway.composition.compose import compose
from gateway.composition.model import SubgraphInput
from gateway.settings import LimitSettings, Settings, SubgraphSettings
from gateway.supergraph.reader import read_supergraph
from tests.gateway.subgraphs.harness import Line, serving
from tests.gateway.transport.harness import ask

SHOP = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
type Query { books(first: Int): [Book] @listSize(slicingArguments: ["first"]) }
type Book { title: String @cost(weight: 4) }
"""
BOOKS = "query ($n: Int) { books(first: $n) { title } }"
DATA = {"books": [{"title": "Dune"}]}


@asynccontextmanager
async def shop(folder: Path, **limits: Any) -> AsyncGenerator[tuple[GatewayApp, list[bytes]]]:
    seen: list[bytes] = []

    async def handle(line: Line) -> None:
        while raw := await line.request():
            seen.append(raw)
            await line.answer(b'{"data":{"books":[{"title":"Dune"}]}}')

    made = compose([SubgraphInput("shop", "http://shop/", SHOP)])
    assert made.supergraph_sdl is not None, made.errors
    async with serving(handle, folder / "shop.sock") as server:
        settings = Settings(
            supergraph="-", subgraphs={"shop": SubgraphSettings(url=server.url)}, limits=LimitSettings(**limits)
        )
        app = build_app(settings, supergraph=read_supergraph(made.supergraph_sdl))
        yield app, seen
        await app.stop()


async def test_what_may_cost_too_much_is_refused_before_anything_is_fetched(tmp_path: Path):
    async with shop(tmp_path, max_cost=20) as (app, seen):
        reply = await ask(app, BOOKS, variables={"n": 5})
        assert (reply.status, reply.json()) == (
            400,
            {
                "errors": [
                    {
                        "message": "The operation may cost 25, and one request may cost 20.",
                        "extensions": {"code": "COST_ESTIMATED_TOO_EXPENSIVE", "cost": 25, "maximumCost": 20},
                    }
                ]
            },
        )
        assert seen == []


async def test_what_is_within_the_limit_is_answered_and_who_asks_is_told(tmp_path: Path):
    async with shop(tmp_path, max_cost=20) as (app, _):
        assert (await ask(app, BOOKS, variables={"n": 4})).json() == {"data": DATA}
        told = await ask(app, BOOKS, variables={"n": 4}, extensions={"cost": True})
        assert told.json() == {"data": DATA, "extensions": {"cost": 20, "maximumCost": 20}}


async def test_without_a_limit_nothing_is_estimated(tmp_path: Path):
    async with shop(tmp_path) as (app, _):
        reply = await ask(app, BOOKS, variables={"n": 10**9}, extensions={"cost": True})
        assert reply.json() == {"data": DATA}
