"""Coroutines that are under way at once in one task: order, failure, cancellation."""

from __future__ import annotations

import asyncio

import pytest

from gateway.execution.together import together


class Branch:
    """A coroutine that waits for `answer` and writes down what happens to it."""

    def __init__(self, name: str, told: list[str]) -> None:
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._name, self._told = name, told

    async def run(self) -> None:
        self._told.append(f"{self._name} asks")
        try:
            self._told.append(f"{self._name} has {await self.answer}")
        except asyncio.CancelledError:
            self._told.append(f"{self._name} is cancelled")
            raise


async def test_all_ask_before_any_is_waited_for() -> None:
    told: list[str] = []
    one, other = Branch("one", told), Branch("other", told)
    running = asyncio.ensure_future(together((one.run(), other.run())))
    await asyncio.sleep(0)
    assert told == ["one asks", "other asks"]
    other.answer.set_result("2")
    one.answer.set_result("1")
    await running
    assert told == ["one asks", "other asks", "one has 1", "other has 2"]


async def test_what_never_waits_is_done_at_once() -> None:
    told: list[str] = []

    async def at_once() -> None:
        told.append("done")

    await together((at_once(), at_once()))
    assert told == ["done", "done"]


async def test_a_failure_cancels_the_others_where_they_wait() -> None:
    told: list[str] = []
    one, other = Branch("one", told), Branch("other", told)
    running = asyncio.ensure_future(together((one.run(), other.run())))
    await asyncio.sleep(0)
    one.answer.set_exception(ValueError("no answer"))
    with pytest.raises(ValueError, match="no answer"):
        await running
    assert told == ["one asks", "other asks", "other is cancelled"]


async def test_a_failure_at_the_start_cancels_those_before_it() -> None:
    told: list[str] = []
    one = Branch("one", told)

    async def broken() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await together((one.run(), broken()))
    assert told == ["one asks", "one is cancelled"]


async def test_a_cancelled_task_cancels_all() -> None:
    told: list[str] = []
    one, other = Branch("one", told), Branch("other", told)
    running = asyncio.ensure_future(together((one.run(), other.run())))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert told == ["one asks", "other asks", "one is cancelled", "other is cancelled"]
