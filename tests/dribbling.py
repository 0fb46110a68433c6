"""A server that sends a byte now and then, and is never done: what it is asked for has to be given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

__all__ = ["dribbling"]


@asynccontextmanager
async def dribbling(head: bytes = b"") -> AsyncGenerator[str]:
    """The URL of one that begins with `head`. At the end it must have been hung up on; TimeoutError where nobody did within ten seconds."""
    hung_up = asyncio.Event()

    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        end = asyncio.ensure_future(reader.read())
        while not end.done():
            writer.write(b" ")
            await asyncio.wait([end], timeout=0.01)
        hung_up.set()
        writer.close()

    async with await asyncio.start_server(dribble, "127.0.0.1", 0) as listener:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/jwks"
        await asyncio.wait_for(hung_up.wait(), 10)
