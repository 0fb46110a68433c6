"""What travels through the whole gateway, and what equal requests share (security cases T14 and A20)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import DedupeSettings, HeaderSettings
from gateway.subgraphs.failure import FailureKind, FetchFailure
from tests.gateway.audit.harness import requests, settings
from tests.gateway.library import Library, library, token
from tests.gateway.transport.harness import Reply, ask

BOOKS = "{ books { title reviews { stars } } }"
TITLES = "{ books { title } }"
FROM_CLIENT = {
    "X-Tenant": "12",
    "X-Tenant-Secret": "s",
    "Cookie": "a=b",
    "X-Forwarded-For": "10.0.0.1",
    "Decision-Context": "forged",
}


async def test_t14_headers_travel_by_rule_only_and_never_those_of_the_gateway(tmp_path: Path):
    rules = HeaderSettings(propagate=("x-*",), remove=("*-secret",), insert={"X-Source": "gateway"})
    async with library(tmp_path, headers=rules) as desk:
        await ask(desk.app, BOOKS, headers=FROM_CLIENT, token=token())
        for subgraph, headers, _ in desk.seen:
            own = {
                "accept",
                "content-length",
                "content-type",
                "host",
                "traceparent",
                "x-b3-parentspanid",
                "x-b3-spanid",
                "x-b3-traceid",
                "decision-context",
            }
            assert set(headers) - own == {"x-tenant", "x-source"}, subgraph
            assert (headers["x-tenant"], headers["x-source"]) == ("12", "gateway")
            assert headers["decision-context"] != "forged"


async def test_t14_several_set_cookie_survive_and_nothing_else_comes_back(tmp_path: Path):
    async with library(tmp_path, grants=False, headers=HeaderSettings(respond=("Set-Cookie", "x-cost"))) as desk:
        desk.extra["stock"] = "Set-Cookie: a=1; Path=/\r\nset-cookie: b=2\r\nX-Secret: s\r\nServer: x\r\n"
        desk.extra["reviews"] = "X-Cost: 7\r\n"
        reply = await ask(desk.app, BOOKS)
        more = reply.lines[[name for name, _ in reply.lines].index("set-cookie") :]
        assert more == (("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2"), ("x-cost", "7"))


async def test_headers_of_subgraphs_stay_here_unless_a_rule_says_so(tmp_path: Path):
    async with library(tmp_path, grants=False) as desk:
        desk.extra["stock"] = "Set-Cookie: a=1\r\n"
        assert "set-cookie" not in (await ask(desk.app, BOOKS)).headers


# -- requests that are answered together -----------------------------------------------------------------------------------


class Slow:
    """Answers of `stock` wait until they are let go; with each answer another title."""

    def __init__(self, desk: Library) -> None:
        self.let = asyncio.Event()
        self.arrived = asyncio.Semaphore(0)
        self.count = 0
        self._fetch = desk.federation.fetch
        desk.federation.fetch = self  # type: ignore[assignment]

    async def __call__(self, subgraph: str, body: bytes, **options: Any) -> bytes | FetchFailure:
        self.arrived.release()
        await self.let.wait()
        self.count += 1
        return b'{"data":{"books":[{"title":"%d"}]}}' % self.count


def sending(desk: Library, query: str = TITLES, **more: Any) -> asyncio.Task[Reply]:
    return asyncio.create_task(ask(desk.app, query, **more))


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


async def test_equal_queries_are_answered_once_when_asked_for(tmp_path: Path):
    async with library(tmp_path, grants=False, dedupe=DedupeSettings(fetches=False, requests=True)) as desk:
        slow = Slow(desk)
        tasks = [sending(desk, headers={"X-B3-TraceId": f"{n + 1:032x}"}) for n in range(4)]
        await slow.arrived.acquire()
        await settle()
        slow.let.set()
        replies = await asyncio.gather(*tasks)
        assert ({reply.body for reply in replies}, len(desk.seen)) == ({b'{"data":{"books":[{"title":"1"}]}}'}, 1)
        assert len({reply.headers["x-b3-traceid"] for reply in replies}) == 4


class Waiting(Slow):
    """Answers of `stock` are its own, once they are let go."""

    async def __call__(self, subgraph: str, body: bytes, **options: Any) -> bytes | FetchFailure:
        self.arrived.release()
        await self.let.wait()
        return await self._fetch(subgraph, body, **options)


@pytest.mark.parametrize("dedupe", [DedupeSettings(fetches=False, requests=True), DedupeSettings()])
async def test_each_of_the_queries_that_are_answered_together_is_on_record(dedupe: DedupeSettings, tmp_path: Path):
    async with library(tmp_path, dedupe=dedupe, audit=settings(tmp_path)) as desk:
        waiting = Waiting(desk)
        clerk = token("CLERK")
        tasks = [sending(desk, token=clerk, headers={"X-B3-TraceId": f"{n + 1:032x}"}) for n in range(4)]
        await waiting.arrived.acquire()
        await settle()
        waiting.let.set()
        assert {reply.status for reply in await asyncio.gather(*tasks)} == {200}
        assert len(desk.seen) == 1
    found = {record["trace"]: record["records"] for record in requests(tmp_path)}
    assert found == {f"{n + 1:032x}": {"Book": ["1", "2"]} for n in range(4)}


async def test_by_default_equal_queries_share_their_fetches(tmp_path: Path):
    async with library(tmp_path, grants=False) as desk:
        slow = Slow(desk)
        tasks = [
            sending(desk, query) for query in (TITLES, "query Other { books { title } }", "{ b: books { title } }")
        ]
        await slow.arrived.acquire()
        await slow.arrived.acquire()
        await settle()
        slow.let.set()
        await asyncio.gather(*tasks)
        assert len(desk.seen) == len({request["query"] for _, _, request in desk.seen})


async def test_a20_any_difference_that_could_matter_tells_requests_apart(tmp_path: Path):
    async with library(tmp_path, dedupe=DedupeSettings(fetches=False, requests=True)) as desk:
        slow = Slow(desk)
        query = "query ($t: String) { books(where: {title: {eq: $t}}) { title } }"
        clerk = token("CLERK", jti="one")
        tasks = [
            sending(desk, query, token=given, variables={"t": title}, headers=headers)
            for given, title, headers in [
                (clerk, "a", {}),
                (clerk, "b", {}),
                (clerk, "a", {"X-Purpose": "care"}),
                (clerk, "a", {"X-Client-Cert": "c"}),
                (token("CLERK", jti="two"), "a", {}),
                (token("READER"), "a", {}),
            ]
        ]
        for _ in tasks:
            await slow.arrived.acquire()
        slow.let.set()
        replies = await asyncio.gather(*tasks)
        assert len({reply.body for reply in replies}) == len(desk.seen) == len(tasks)


async def test_mutations_are_never_answered_together(tmp_path: Path):
    async with library(tmp_path, grants=False, dedupe=DedupeSettings(requests=True)) as desk:
        await asyncio.gather(*(sending(desk, "mutation { remove { title } }") for _ in range(3)))
        assert len(desk.seen) == 3


async def test_an_error_is_shared_while_it_happens_and_not_after(tmp_path: Path):
    async with library(tmp_path, grants=False, dedupe=DedupeSettings(requests=True)) as desk:
        desk.federation.answers["stock"] = lambda *_: FetchFailure(FailureKind.STATUS, 503, "POLICY_MISMATCH")
        replies = await asyncio.gather(*(sending(desk) for _ in range(3)))
        assert [reply.status for reply in replies] == [503] * 3
        assert len(desk.seen) == 1
        desk.federation.answers.clear()
        assert (await ask(desk.app, TITLES)).status == 200


async def test_d09_one_client_goes_and_the_others_are_answered(tmp_path: Path):
    async with library(tmp_path, grants=False, dedupe=DedupeSettings(requests=True)) as desk:
        slow = Slow(desk)
        first, second = sending(desk), sending(desk)
        await slow.arrived.acquire()
        await settle()
        first.cancel()
        await slow.arrived.acquire()
        slow.let.set()
        assert (await second).status == 200
