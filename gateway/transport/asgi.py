"""The few words of ASGI that we use, and what happens when a client hangs up.

A client that goes away while its answer is made must not leave work behind (security case D09): the request's task is cancelled, and
with it every fetch. Watching costs a task, so it begins only when an answer takes longer than most do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeVar

from gateway.subgraphs.deadlines import Deadlines

__all__ = ["App", "ClientGone", "Message", "Receive", "Scope", "Send", "unless_gone"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

WATCH_AFTER = 0.05
"""Seconds."""

_T = TypeVar("_T")


class ClientGone(Exception):  # noqa: N818 - an event, and nobody's error
    """The client closed its connection; there is nobody to answer."""


async def unless_gone(receive: Receive, work: Awaitable[_T], watches: Deadlines | None = None) -> _T:
    """Await `work`, which is cancelled when the client goes. The body must have been read. Raises `ClientGone`.

    `watches`: where many short answers are made, one timer serves them all.
    """
    loop = asyncio.get_running_loop()
    watches = watches if watches is not None else Deadlines()
    watch = _Watch(receive, watches, loop)
    watches.start(watch, loop.time() + WATCH_AFTER)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.gone:
            # The cancellation was ours and ends here.
            watch.owner.uncancel()
            raise ClientGone from None
        raise
    finally:
        watch.end()


class _Watch:
    __slots__ = ("_loop", "_receive", "_task", "_watches", "gone", "owner")

    def __init__(self, receive: Receive, watches: Deadlines, loop: asyncio.AbstractEventLoop) -> None:
        owner = asyncio.current_task(loop)
        assert owner is not None
        self.owner = owner
        self.gone = False
        self._receive = receive
        self._watches = watches
        self._loop = loop
        self._task: asyncio.Task[None] | None = None

    def expire(self) -> None:
        """It takes longer than most: begin to look."""
        self._watches.end(self)
        self._task = self._loop.create_task(self._wait())

    def end(self) -> None:
        self._watches.end(self)
        if self._task is not None:
            self._task.cancel()

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self.owner.cancel()
