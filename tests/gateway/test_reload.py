"""The shipped command while its files change under it: a real process, real sockets, requests without a pause."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httptools
import pytest

from gateway.commands import composed
from tests.gateway.subgraphs.harness import Line, serving
from tests.harness import REPOSITORY

FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
CLIENTS = 8


async def titles(line: Line) -> None:
    while await line.request():
        await line.answer(b'{"data":{"titles":["Dune"]}}')


def write_graph(folder: Path, field: str) -> None:
    """A supergraph whose query has `titles` and `field`, moved over the old one as a deployment does."""
    (folder / "stock.graphql").write_text(f"{FEDERATION}type Query {{ titles: [String!] {field} }}\n")
    (folder / "supergraph.yaml").write_text(
        "subgraphs: {stock: {routing_url: 'http://127.0.0.1:9/', schema: {file: stock.graphql}}}\n"
    )
    (folder / "next").write_text(composed(folder / "supergraph.yaml"))
    (folder / "next").replace(folder / "schema.graphql")


@dataclass
class Running:
    process: Process
    port: int
    log: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    seen: Counter[str] = field(default_factory=Counter[str])
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def read_log(self) -> None:
        assert self.process.stderr is not None
        async for text in self.process.stderr:
            entry = json.loads(text)
            if entry["event"] != "request":
                self.log.append(entry)
                self.news.set()

    async def logged(self, event: str, count: int = 1) -> dict[str, object]:
        """The `count`th line of `event`, as soon as it is there."""
        async with asyncio.timeout(20):
            while len(found := [entry for entry in self.log if entry["event"] == event]) < count:
                self.news.clear()
                await self.news.wait()
        return found[count - 1]

    async def get(self, path: str) -> tuple[int, str]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        raw = await reader.read()
        writer.close()
        head, _, body = raw.decode().partition("\r\n\r\n")
        return int(head.split(" ")[1]), body

    async def hammer(self) -> None:
        """Ask on one connection until the gateway says that an answer is the last one there; then this client goes elsewhere."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while await self._ask(reader, writer):
            pass
        writer.close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        body = b'{"query":"{ titles }"}'
        head = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        writer.write((head % len(body)).encode() + body)
        answer = _Answer()
        while not answer.complete:
            data = await reader.read(65536)
            if not data:
                self.seen["closed without an answer"] += 1
                return False
            answer.feed(data)
        self.seen["ok" if answer.body == b'{"data":{"titles":["Dune"]}}' else answer.body.decode()] += 1
        return answer.keep


class _Answer:
    def __init__(self) -> None:
        self.complete = False
        self.keep = True
        self.body = b""
        self._parser = httptools.HttpResponseParser(self)
        self.feed = self._parser.feed_data

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True
        self.keep = self._parser.should_keep_alive()


@asynccontextmanager
async def gateway(folder: Path, settings: str) -> AsyncGenerator[Running]:
    (folder / "gateway.yaml").write_text(settings)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "serve", "--settings", folder / "gateway.yaml", "--port", "0",
        stdout=PIPE, stderr=PIPE, cwd=REPOSITORY,
    )  # fmt: skip
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    running = Running(process, int(line.rpartition(":")[2]))
    reading = asyncio.create_task(running.read_log())
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_graph(tmp_path, "first: Int")
    return tmp_path


async def test_files_change_under_load_and_no_request_fails(folder: Path) -> None:
    async with serving(titles) as server:
        settings = f"supergraph: schema.graphql\nlifecycle: {{watch_seconds: 0.05, drain_seconds: 0.5}}\nsubgraphs: {{stock: {{url: '{server.url}'}}}}\n"
        async with gateway(folder, settings) as running:
            clients = [asyncio.create_task(running.hammer()) for _ in range(CLIENTS)]
            hashes = {json.loads((await running.get("/health/ready"))[1])["supergraph"]}

            # The supergraph changes; then, at once with SIGHUP; then the settings.
            write_graph(folder, "second: Int")
            hashes.add(str((await running.logged("reloaded"))["supergraph"]))
            write_graph(folder, "third: Int")
            running.process.send_signal(signal.SIGHUP)
            hashes.add(str((await running.logged("reloaded", 2))["supergraph"]))
            assert len(hashes) == 3
            assert (await running.get("/"))[0] == 200
            (folder / "gateway.yaml").write_text(settings + "explorer: {enabled: false}\n")
            while (await running.get("/"))[0] != 404:
                pass

            # A file that is none: the graph stays, the log says why, readiness stays.
            (folder / "schema.graphql").write_text("type Query {")
            refused = await running.logged("reload_refused")
            assert refused["code"] == "INVALID_GRAPHQL"
            assert str(folder / "schema.graphql") in str(refused["reason"])
            status, body = await running.get("/health/ready")
            assert (status, json.loads(body)["supergraph"] in hashes) == (200, True)
            _, page = await running.get("/metrics")
            assert 'gateway_reloads_total{result="refused"} 1\n' in page

            # The end, still under load: whoever was answered was answered well, and then nobody listens.
            running.process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(running.process.wait(), 15) == 0
            await asyncio.gather(*clients)
            assert set(running.seen) == {"ok"}
            assert running.seen["ok"] > 100


async def test_a_request_under_way_at_the_end_is_answered(folder: Path) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(line: Line) -> None:
        while await line.request():
            asked.set()
            await answer.wait()
            await line.answer(b'{"data":{"titles":["Dune"]}}')

    async with serving(slow) as server:
        settings = f"supergraph: schema.graphql\nlifecycle: {{drain_seconds: 0.5}}\nsubgraphs: {{stock: {{url: '{server.url}'}}}}\n"
        async with gateway(folder, settings) as running:
            client = asyncio.create_task(running.hammer())
            await asked.wait()
            running.process.send_signal(signal.SIGTERM)
            # Still listening, but not ready: the time that a load balancer has to see it.
            while (await running.get("/health/ready"))[0] != 503:
                pass
            assert (await running.get("/health/live"))[0] == 200
            answer.set()
            assert await asyncio.wait_for(running.process.wait(), 15) == 0
            await client
            assert set(running.seen) == {"ok"}
