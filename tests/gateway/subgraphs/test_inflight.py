"""Equal work under way is done once (security case A20: never across a difference)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from gateway.subgraphs.connection import Response
from gateway.subgraphs.endpoint import Endpoint
from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.fetcher import SubgraphFetcher
from gateway.subgraphs.headers import compile_rules
from gateway.subgraphs.http import HttpClient
from gateway.subgraphs.inflight import InFlight
from gateway.telemetry.trace import trace_of
from tests.gateway.subgraphs.harness import Line, serving


class Work:
    """Work that ends when it is told to; each start is counted."""

    def __init__(self) -> None:
        self.started = 0
        self.ends: asyncio.Queue[str | Exception] = asyncio.Queue()

    async def __call__(self) -> str:
        self.started += 1
        end = await self.ends.get()
        if isinstance(end, Exception):
            raise end
        return end


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


def start(
    flights: InFlight[str, str], work: Work, times: int, share: Callable[[str], bool] | None = None
) -> list[asyncio.Task[str]]:
    return [asyncio.create_task(flights.run("k", work, share=share)) for _ in range(times)]


async def test_all_who_wait_get_the_one_result_and_nothing_is_kept() -> None:
    flights, work = InFlight[str, str](), Work()
    tasks = start(flights, work, 3)
    await settle()
    work.ends.put_nowait("a")
    assert (await asyncio.gather(*tasks), work.started, flights.shared, len(flights)) == (["a"] * 3, 1, 2, 0)
    work.ends.put_nowait("b")
    assert await flights.run("k", work) == "b"


async def test_one_who_waits_can_go_and_the_others_stay() -> None:
    flights, work = InFlight[str, str](), Work()
    tasks = start(flights, work, 3)
    await settle()
    tasks[1].cancel()
    await settle()
    work.ends.put_nowait("a")
    assert (await asyncio.gather(tasks[0], tasks[2]), work.started) == (["a", "a"], 1)


async def test_when_the_one_who_works_goes_another_starts_again_for_all() -> None:
    flights, work = InFlight[str, str](), Work()
    tasks = start(flights, work, 4)
    await settle()
    tasks[0].cancel()
    await settle()
    assert work.started == 2
    work.ends.put_nowait("a")
    assert (await asyncio.gather(*tasks[1:]), work.started, len(flights)) == (["a"] * 3, 2, 0)


async def test_an_exception_and_a_result_that_is_not_to_be_shared_stay_with_the_one_who_worked() -> None:
    flights, work = InFlight[str, str](), Work()
    first, second = start(flights, work, 2)
    await settle()
    work.ends.put_nowait(ValueError("mine"))
    with pytest.raises(ValueError, match="mine"):
        await first
    work.ends.put_nowait("a")
    assert (await second, work.started) == ("a", 2)
    first, second = start(flights, work, 2, share=lambda result: result != "private")
    await settle()
    work.ends.put_nowait("private")
    assert await first == "private"
    work.ends.put_nowait("b")
    assert await second == "b"


async def test_who_waits_has_a_time_of_its_own() -> None:
    flights, work = InFlight[str, str](), Work()
    (first,) = start(flights, work, 1)
    await settle()
    with pytest.raises(TimeoutError):
        await flights.run("k", work, until=asyncio.get_running_loop().time())
    work.ends.put_nowait("a")
    assert (await first, work.started) == ("a", 1)


# -- fetches -----------------------------------------------------------------------------------------------------------


class Held:
    """A server that holds its answers back until `let` is set; every answer is another one."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.arrived = asyncio.Semaphore(0)
        self.served = 0

    async def __call__(self, line: Line) -> None:
        while await line.request():
            self.arrived.release()
            await self.let.wait()
            self.served += 1
            await line.answer(b'{"data":{"n":%d}}' % self.served)


async def test_a_query_under_way_is_not_sent_again() -> None:
    held = Held()
    async with serving(held) as server:
        client = HttpClient({"s": Endpoint(server.url)})
        tasks = [asyncio.create_task(client.post("s", b"A: 1\r\n", b"{}", trace=b"T: %d\r\n" % n)) for n in range(5)]
        await held.arrived.acquire()
        held.let.set()
        assert await asyncio.gather(*tasks) == [Response(200, b'{"data":{"n":1}}')] * 5
        assert (len(server.requests), client.shared("s")) == (1, 4)
        assert await client.post("s", b"A: 1\r\n", b"{}") == Response(200, b'{"data":{"n":2}}')
        await client.close()


async def test_a20_another_identity_another_body_and_mutations_are_sent() -> None:
    held = Held()
    async with serving(held) as server:
        client = HttpClient({"s": Endpoint(server.url), "off": Endpoint(server.url, dedupe=False)})
        tasks = [
            asyncio.create_task(client.post(name, headers, body, idempotent=idempotent))
            for name, headers, body, idempotent in [
                ("s", b"A: 1\r\n", b"{}", True),
                ("s", b"A: 2\r\n", b"{}", True),
                ("s", b"A: 1\r\n", b"{ }", True),
                ("s", b"A: 1\r\n", b"{}", False),
                ("s", b"A: 1\r\n", b"{}", False),
                ("off", b"A: 1\r\n", b"{}", True),
                ("off", b"A: 1\r\n", b"{}", True),
            ]
        ]
        for _ in tasks:
            await held.arrived.acquire()
        held.let.set()
        answers = await asyncio.gather(*tasks)
        assert len(set(answers)) == len(server.requests) == 7
        await client.close()


async def test_a20_the_decision_context_and_propagated_headers_tell_fetches_apart() -> None:
    held = Held()
    async with serving(held) as server:
        client = HttpClient({"s": Endpoint(server.url, rules=compile_rules(propagate=["x-tenant"]))})

        def fetch(context: str, tenant: bytes, other: bytes) -> asyncio.Task[bytes | FetchFailure]:
            incoming = {b"x-tenant": tenant, b"x-other": other}
            fetcher = SubgraphFetcher(client, trace_of({}), lambda _: {"Decision-Context": context}, incoming=incoming)
            return asyncio.create_task(fetcher.fetch("s", b"{}"))

        tasks = [fetch("a", b"1", b"1"), fetch("b", b"1", b"1"), fetch("a", b"2", b"1")]
        for _ in tasks:
            await held.arrived.acquire()
        shared = fetch("a", b"1", b"2")  # a header that the subgraph does not hear of makes no difference
        await settle()
        held.let.set()
        answers = await asyncio.gather(*tasks, shared)
        assert (len(set(answers)), len(server.requests)) == (3, 3)
        assert answers[3] == answers[0]
        await client.close()


async def test_answers_that_may_bring_headers_for_one_client_are_not_shared() -> None:
    held = Held()
    async with serving(held) as server:
        client = HttpClient({"s": Endpoint(server.url, rules=compile_rules(respond=["set-cookie"]))})
        tasks = [asyncio.create_task(client.post("s", b"", b"{}")) for _ in range(2)]
        for _ in tasks:
            await held.arrived.acquire()
        held.let.set()
        await asyncio.gather(*tasks)
        await client.close()


async def test_d09_the_first_client_goes_and_the_second_is_answered() -> None:
    held = Held()
    async with serving(held) as server:
        client = HttpClient({"s": Endpoint(server.url)})
        first, second = (asyncio.create_task(client.post("s", b"", b"{}")) for _ in range(2))
        await held.arrived.acquire()
        first.cancel()
        await held.arrived.acquire()
        held.let.set()
        assert isinstance(await second, Response)
        assert len(server.requests) == 2
        await client.close()


async def test_a_failure_is_shared_while_it_happens_and_forgotten_after() -> None:
    arrived, cut = asyncio.Event(), asyncio.Event()

    async def cutting(line: Line) -> None:
        await line.request()
        if cut.is_set():
            await line.answer()
            return
        arrived.set()
        await line.send(b"HTTP/1.1 200 OK\r\n")
        await cut.wait()

    async with serving(cutting) as server:
        client = HttpClient({"s": Endpoint(server.url)})
        tasks = [asyncio.create_task(client.post("s", b"", b"{}")) for _ in range(3)]
        await arrived.wait()
        cut.set()
        assert await asyncio.gather(*tasks) == [FetchFailure(FailureKind.CONNECTION)] * 3
        assert len(server.requests) == 1
        assert await client.post("s", b"", b"{}") == Response(200, b'{"data":{}}')
        await client.close()


async def test_whose_time_is_short_does_not_end_the_wait_of_the_others() -> None:
    held = Held()
    async with serving(held) as server:
        client = HttpClient({"s": Endpoint(server.url)})
        hurried = asyncio.create_task(client.post("s", b"", b"{}", seconds=0.05))
        await held.arrived.acquire()
        patient = asyncio.create_task(client.post("s", b"", b"{}"))
        assert await hurried == FetchFailure(FailureKind.TIMEOUT)
        await held.arrived.acquire()
        held.let.set()
        assert isinstance(await patient, Response)
        await client.close()
