"""Several streams as one: the events of every instance of a subgraph, in the order in which they come.

The first stream that fails ends the whole with its failure: events of that party would be missing without a sign, and the
client resumes by its own cursor. The whole ends well when all have.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from gateway.subgraphs.failure import FetchFailure
from gateway.subgraphs.streams.endpoint import Payload

__all__ = ["merged"]

Events = AsyncGenerator[Payload | FetchFailure]


async def merged(streams: Sequence[Events]) -> Events:
    """The items of all `streams`. No more than one event of each waits; closing it closes them all."""
    if len(streams) == 1:
        async with aclosing(streams[0]) as only:
            async for item in only:
                yield item
        return
    items: asyncio.Queue[Payload | FetchFailure | Exception | None] = asyncio.Queue(1)
    tasks = [asyncio.create_task(_pump(stream, items)) for stream in streams]
    try:
        running = len(tasks)
        while running:
            item = await items.get()
            if isinstance(item, Exception):
                raise item
            if item is None:
                running -= 1
                continue
            yield item
            if isinstance(item, FetchFailure):
                return
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _pump(stream: Events, items: asyncio.Queue[Payload | FetchFailure | Exception | None]) -> None:
    try:
        async with aclosing(stream):
            async for item in stream:
                await items.put(item)
    except Exception as error:  # noqa: BLE001 - raised again where somebody waits for it
        await items.put(error)
    else:
        await items.put(None)
