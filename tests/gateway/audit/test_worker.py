"""One thing after another in a thread, and each one's outcome for who waits for it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from gateway.audit.worker import Worker


async def test_things_are_done_in_order_in_one_other_thread():
    worker, order = Worker("test"), list[tuple[int, str]]()
    done = [
        worker.do(lambda number=number: order.append((number, threading.current_thread().name))) for number in range(50)
    ]
    await asyncio.gather(*done)
    worker.close()
    assert order == [(number, "test") for number in range(50)]


async def test_who_waits_gets_the_exception_and_the_next_thing_is_done():
    worker, order = Worker("test"), list[int]()

    def fail() -> None:
        raise OSError(28, "full")

    failed, next_one = worker.do(fail), worker.do(lambda: order.append(1))
    with pytest.raises(OSError, match="full"):
        await failed
    await next_one
    worker.close()
    assert order == [1]


async def test_what_nobody_waits_for_any_more_is_done_all_the_same():
    worker, order, may = Worker("test"), list[int](), threading.Event()

    def work() -> None:
        may.wait(10)
        order.append(1)

    worker.do(work).cancel()
    may.set()
    await worker.do(lambda: order.append(2))
    worker.close()
    assert order == [1, 2]


def test_a_loop_that_is_closed_by_then_disturbs_nobody():
    worker, order, may = Worker("test"), list[int](), threading.Event()

    def work() -> None:
        may.wait(10)
        order.append(1)

    async def ask() -> None:
        worker.do(work)

    asyncio.run(ask())
    may.set()
    worker.close()
    assert order == [1]


async def test_without_work_there_is_no_thread():
    before = threading.active_count()
    Worker("test").close()
    assert threading.active_count() == before
