"""The breaker as a machine without a clock, and in front of a subgraph that fails."""

from __future__ import annotations

import asyncio

import pytest

from gateway.subgraphs.breaker import Breaker, BreakerPolicy, BreakerState
from gateway.subgraphs.connection import Response
from gateway.subgraphs.endpoint import Endpoint
from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.http import HttpClient
from tests.gateway.subgraphs.harness import Line, serving

POLICY = BreakerPolicy(failures=3, ratio=0.5, window=10, pause=5)


def run(breaker: Breaker, now: float, outcomes: str) -> None:
    """`x` is a failure, `.` an answer."""
    for outcome in outcomes:
        admission = breaker.admit(now)
        assert admission
        breaker.done(admission, now, failed=outcome == "x")


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ("", BreakerState.CLOSED),
        ("xx", BreakerState.CLOSED),
        ("xxx", BreakerState.OPEN),
        ("...xxx", BreakerState.OPEN),
        ("....xxx", BreakerState.CLOSED),
        ("....xxxx", BreakerState.OPEN),
    ],
)
def test_it_opens_on_enough_failures_that_are_a_large_enough_share(outcomes: str, state: BreakerState) -> None:
    breaker = Breaker(POLICY)
    run(breaker, 1, outcomes)
    assert breaker.state is state


def test_failures_of_an_earlier_window_are_forgotten() -> None:
    breaker = Breaker(POLICY)
    run(breaker, 11, "xx")
    run(breaker, 21.5, "xx")
    assert breaker.state is BreakerState.CLOSED


@pytest.mark.parametrize(("failed", "state"), [(False, BreakerState.CLOSED), (True, BreakerState.OPEN)])
def test_after_the_pause_one_probe_decides(failed: bool, state: BreakerState) -> None:
    breaker = Breaker(POLICY)
    run(breaker, 1, "xxx")
    assert breaker.admit(5.9) == 0
    probe = breaker.admit(6)
    assert probe
    assert breaker.state is BreakerState.HALF_OPEN
    assert [breaker.admit(6), breaker.admit(99)] == [0, 0]
    breaker.done(probe, 7, failed=failed)
    assert breaker.state is state
    assert bool(breaker.admit(11.9)) is not failed
    assert breaker.admit(12)


def test_a_probe_without_an_outcome_makes_way_for_the_next() -> None:
    breaker = Breaker(POLICY)
    run(breaker, 1, "xxx")
    breaker.forget(breaker.admit(6))
    assert breaker.admit(6)


def test_what_began_before_it_opened_neither_closes_it_nor_ends_a_probe() -> None:
    breaker = Breaker(POLICY)
    slow = [breaker.admit(1) for _ in range(3)]
    run(breaker, 1, "xxx")
    breaker.done(slow[0], 2, failed=False)
    assert breaker.state is BreakerState.OPEN
    assert breaker.admit(6)
    breaker.done(slow[1], 6, failed=False)
    breaker.forget(slow[2])
    assert breaker.state is BreakerState.HALF_OPEN


async def test_a_subgraph_that_fails_is_left_alone_and_asked_again_later() -> None:
    healthy = False

    async def moody(line: Line) -> None:
        while await line.request():
            await line.answer(status="200 OK" if healthy else "503 Service Unavailable")

    async with serving(moody) as server:
        client = HttpClient({"s": Endpoint(server.url, breaker=POLICY, dedupe=False)})
        breaker = client.pools["s"].breaker
        assert breaker is not None
        answers = [await client.post("s", b"", b"{}") for _ in range(5)]
        assert [a.status if isinstance(a, Response) else a.kind for a in answers] == [
            503,
            503,
            503,
            FailureKind.BREAKER,
            FailureKind.BREAKER,
        ]
        assert len(server.requests) == 3
        assert client.breaker("s") is BreakerState.OPEN
        healthy = True
        breaker._since -= POLICY.pause
        assert await client.post("s", b"", b"{}") == Response(200, b'{"data":{}}')
        assert client.breaker("s") is BreakerState.CLOSED
        await client.close()


async def test_a_client_that_goes_is_no_failure_and_neither_is_a_request_in_a_hurry() -> None:
    arrived = asyncio.Event()

    async def hang(line: Line) -> None:
        await line.request()
        arrived.set()
        await line.reader.read()

    async with serving(hang) as server:
        client = HttpClient({"s": Endpoint(server.url, breaker=BreakerPolicy(failures=1), dedupe=False)})
        task = asyncio.create_task(client.post("s", b"", b"{}"))
        await arrived.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert client.breaker("s") is BreakerState.CLOSED
        assert await client.post("s", b"", b"{}", seconds=0.05) == FetchFailure(FailureKind.TIMEOUT)
        assert client.breaker("s") is BreakerState.CLOSED
        await client.close()
