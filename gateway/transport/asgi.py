"""The few words of ASGI that we use, and what happens when a client hangs up.

A client that goes away while its answer is made must not leave work behind (security case D09): the request's task is cancelled, and
with it every fetch. Watching costs a task, so it begins only when an answer takes longer than most do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeVar

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


async def unless_gone(receive: Receive, work: Awaitable[_T]) -> _T:
    """Await `work`, which is cancelled when the client goes. The body must have been read. Raises `ClientGone`."""
    watch = _Watch(receive)
    timer = asyncio.get_running_loop().call_later(WATCH_AFTER, watch.begin)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.gone:
            # The cancellation was ours and ends here.
            watch.owner.uncancel()
            raise ClientGone from None
        raise
    finally:
        timer.cancel()
        watch.end()


class _Watch:
    __slots__ = ("_receive", "_task", "gone", "owner")

    def __init__(self, receive: Receive) -> None:
        owner = asyncio.current_task()
        assert owner is not None
        self.owner = owner
        self.gone = False
        self._receive = receive
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._wait())

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self.owner.cancel()
