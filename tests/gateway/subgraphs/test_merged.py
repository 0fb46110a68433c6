"""Several streams as one, without sockets: order, ends, failures, and nobody left running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.streams.merged import merged

BROKEN = FetchFailure(FailureKind.CONNECTION)


class Source:
    """A stream that gives what is put in; an exception is raised, None is the end. `closed` once it was left."""

    def __init__(self, *items: Any) -> None:
        self.items: asyncio.Queue[Any] = asyncio.Queue()
        self.closed = False
        for item in items:
            self.items.put_nowait(item)

    async def __call__(self) -> AsyncGenerator[Any]:
        try:
            while (item := await self.items.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.closed = True


async def all_of(*sources: Source) -> list[Any]:
    async with asyncio.timeout(5), aclosing(merged([source() for source in sources])) as items:
        return [item async for item in items]


async def test_the_whole_ends_when_all_have() -> None:
    one, other = Source({"n": 1}, {"n": 2}, None), Source({"n": 3}, None)
    found = await all_of(one, other)
    assert sorted(item["n"] for item in found) == [1, 2, 3]
    assert [item["n"] for item in found if item["n"] < 3] == [1, 2]


async def test_the_first_that_fails_ends_the_whole() -> None:
    one, other = Source({"n": 1}, BROKEN), Source()
    assert await all_of(one, other) == [{"n": 1}, BROKEN]
    assert (one.closed, other.closed) == (True, True)


@pytest.mark.parametrize("others", [0, 1])
async def test_a_fault_of_ours_in_one_is_raised_and_stalls_nobody(others: int) -> None:
    sources = [Source({"n": 1}, ValueError("fault")), *(Source() for _ in range(others))]
    with pytest.raises(ValueError, match="fault"):
        await all_of(*sources)
    assert [source.closed for source in sources] == [True] * len(sources)


async def test_whoever_leaves_closes_them_all() -> None:
    sources = [Source({"n": 1}), Source(), Source()]
    async with asyncio.timeout(5), aclosing(merged([source() for source in sources])) as items:
        assert await anext(items) == {"n": 1}
    assert [source.closed for source in sources] == [True] * 3
