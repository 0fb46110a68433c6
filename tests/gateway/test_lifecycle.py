"""One assembly after another, and the end: nothing that a client asked is dropped on the way."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import weakref

import msgspec
import pytest

from gateway.app import GatewayApp, app_of
from gateway.lifecycle import Lifecycle
from gateway.pipeline import Pipeline
from gateway.settings import LifecycleSettings, Settings, SettingsError, SubgraphSettings
from gateway.sources import Reading
from tests.gateway.planning.harness import graph
from tests.gateway.subgraphs.harness import Line, Server, serving
from tests.gateway.transport.harness import ask, call
from tests.harness import REPOSITORY

STOCK = "type Query { titles: [String!] %s }"
TITLES = b'{"data":{"titles":["Dune"]}}'
LIFECYCLE = LifecycleSettings(watch=False)


class Desk:
    """A gateway whose source is `reading`, or raises `problem`."""

    def __init__(self, server: Server) -> None:
        self.problem: Exception | None = None
        self.settings = Settings(
            supergraph="-", subgraphs={"stock": SubgraphSettings(url=server.url)}, lifecycle=LIFECYCLE
        )
        self.field = ""
        self.app: GatewayApp = app_of(self.read(), self.read)

    def read(self) -> Reading:
        if self.problem is not None:
            raise self.problem
        return Reading(self.settings, graph(stock=STOCK % self.field))

    @property
    def lifecycle(self) -> Lifecycle:
        return self.app.lifecycle

    async def metrics(self) -> list[str]:
        return (await call(self.app, "GET", "/metrics")).body.decode().splitlines()


async def titles(line: Line) -> None:
    while await line.request():
        await line.answer(TITLES)


async def test_a_reload_serves_the_new_graph_and_keeps_connections() -> None:
    async with serving(titles) as server:
        desk = Desk(server)
        await desk.app.start()
        assert (await ask(desk.app, "{ titles }")).json() == {"data": {"titles": ["Dune"]}}
        assert (await ask(desk.app, "{ added }")).codes == ["GRAPHQL_VALIDATION_FAILED"]
        before = (await call(desk.app, "GET", "/health/ready")).json()
        desk.field = "added: Int"
        assert await desk.lifecycle.reload("test")
        assert (await ask(desk.app, "{ titles added }")).status == 200
        after = (await call(desk.app, "GET", "/health/ready")).json()
        assert (before["status"], after["status"]) == ("ok", "ok")
        assert before["supergraph"] != after["supergraph"]
        assert server.connections == 1
        lines = await desk.metrics()
        assert 'gateway_reloads_total{result="ok"} 1' in lines
        await desk.app.stop()


async def test_a_request_that_is_under_way_ends_on_the_graph_that_it_began_on() -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(line: Line) -> None:
        while await line.request():
            asked.set()
            await answer.wait()
            await line.answer(TITLES)

    async with serving(slow) as server, serving(titles) as other:
        desk = Desk(server)
        await desk.app.start()
        first = asyncio.create_task(ask(desk.app, "{ titles }"))
        await asked.wait()
        old = desk.lifecycle.current
        desk.settings = Settings(
            supergraph="-", subgraphs={"stock": SubgraphSettings(url=other.url)}, lifecycle=LIFECYCLE
        )
        assert await desk.lifecycle.reload("test")
        assert (await ask(desk.app, "{ titles }")).status == 200
        assert (old.running, old.retired, old.client.connections("stock")) == (1, True, (1, 0))
        answer.set()
        assert (await first).json() == {"data": {"titles": ["Dune"]}}
        await desk.lifecycle.settled()
        assert (old.running, old.client.connections("stock")) == (0, (0, 0))
        await desk.app.stop()


@pytest.mark.parametrize(
    ("problem", "result"),
    [
        (SettingsError("CONFIG_INVALID", "limits.max_tokens: expected int >= 1."), "refused"),
        (RuntimeError("4711"), "failed"),
    ],
)
async def test_a_source_that_is_wrong_changes_nothing(
    problem: Exception, result: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(titles) as server:
        desk = Desk(server)
        await desk.app.start()
        serves = desk.lifecycle.current
        desk.problem = problem
        assert not await desk.lifecycle.reload("test")
        assert desk.lifecycle.current is serves
        assert (await call(desk.app, "GET", "/health/ready")).status == 200
        assert f'gateway_reloads_total{{result="{result}"}} 1' in await desk.metrics()
        log = "".join(capsys.readouterr())
        assert ("limits.max_tokens: expected int >= 1." in log) == (result == "refused")
        assert "4711" not in log
        await desk.app.stop()


async def test_what_was_hot_is_prepared_before_the_switch() -> None:
    async with serving(titles) as server:
        desk = Desk(server)
        await desk.app.start()
        await ask(desk.app, "{ titles }")
        await ask(desk.app, "query Named { titles }", operationName="Named")
        await ask(desk.app, "{ nonsense }")
        await desk.lifecycle.reload("test")
        caches = desk.lifecycle.current.pipeline.caches
        misses = {name: cache.misses for name, cache in caches.items()}
        await ask(desk.app, "{ titles }")
        await ask(desk.app, "query Named { titles }", operationName="Named")
        assert {name: cache.misses for name, cache in caches.items()} == misses
        await desk.app.stop()


async def test_a_stop_is_told_to_load_balancers_clients_and_streams() -> None:
    async with serving(titles) as server:
        desk = Desk(server)
        await desk.app.start()
        told: list[str] = []
        forget = desk.lifecycle.current.closing.listen(told.append)
        desk.lifecycle.current.closing.listen(_fail)
        assert "connection" not in (await ask(desk.app, "{ titles }")).headers
        desk.lifecycle.drain()
        assert (await call(desk.app, "GET", "/health/ready")).status == 503
        assert (await call(desk.app, "GET", "/health/live")).status == 200
        last = await ask(desk.app, "{ titles }")
        assert (last.status, last.headers["connection"]) == (200, "close")
        assert told == ["stop"]
        late: list[str] = []
        desk.lifecycle.current.closing.listen(late.append)
        assert late == ["stop"]
        forget()
        await desk.app.stop()


async def test_streams_hear_of_a_reload_and_then_of_the_stop() -> None:
    async with serving(titles) as server:
        desk = Desk(server)
        await desk.app.start()
        desk.lifecycle.current.running += 1
        told: list[str] = []
        desk.lifecycle.current.closing.listen(told.append)
        await desk.lifecycle.reload("test")
        assert told == ["reload"]
        desk.lifecycle.drain()
        assert told == ["reload", "stop"]
        await desk.app.stop()


async def test_fifty_reloads_leave_memory_flat() -> None:
    """Counted in objects that the collector knows, after each old graph has gone; the first reloads fill what is kept.

    Each graph is asked another operation, and what is remembered of those must not hold on to their graphs.
    """
    async with serving(titles) as server:
        desk = Desk(server)
        desk.settings = msgspec.structs.replace(
            desk.settings, lifecycle=LifecycleSettings(watch=False, warm_documents=5)
        )
        assert await desk.lifecycle.reload("test")
        await desk.app.start()
        counts: list[int] = []
        pipelines: list[weakref.ref[Pipeline]] = []
        for number in range(50):
            desk.field = f"f{number % 10}: Int"
            await ask(desk.app, f"{{ t{number}: titles }}")
            pipelines.append(weakref.ref(desk.lifecycle.current.pipeline))
            assert await desk.lifecycle.reload("test")
            await desk.lifecycle.settled()
            gc.unfreeze()
            gc.collect()
            counts.append(len(gc.get_objects()))
        assert [number for number, pipeline in enumerate(pipelines) if pipeline() is not None] == []
        await desk.app.stop()
    assert max(counts[10:]) - min(counts[10:]) < 500, counts


def _fail(_: str) -> None:
    raise RuntimeError


def test_a_gateway_without_authorization_loads_no_cryptography():
    """A tenth of its start."""
    words = "import sys, gateway.cli, gateway.app, gateway.commands, gateway.server; print({'jwt', 'cryptography'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    assert done.stdout == "set()\n"
