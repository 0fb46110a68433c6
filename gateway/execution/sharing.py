"""One upstream for all subscribers of one identity class, and a bounded buffer for each of them.

Who shares is decided by the key alone, which the pipeline builds of everything that the answers depend on (security case A20). The upstream is
a task: it takes an event, has it completed once, and puts the bytes into each buffer without waiting, so that nobody waits for a slow
subscriber. Backpressure goes the other way only: while an event is completed no further one is read.

The upstream ends with its source, or with its last subscriber (security case D09). Nothing is kept of either afterwards.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal

from gateway.errors import GatewayError

__all__ = ["Answer", "Buffering", "Overflow", "Subscriber", "Upstreams"]

Overflow = Literal["disconnect", "drop_oldest"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, JSON. `plain`: it has no `extensions` of its own. `seen`: what a record says of it; None for none. `refused`: why nothing more
    may be given out; it takes the place of all that waits, and is the last.
    """

    body: bytes
    plain: bool = True
    seen: Any = None
    refused: GatewayError | None = None


@dataclass(frozen=True, slots=True)
class Buffering:
    """How much may wait for one subscriber, and what happens when more comes.

    `disconnect` ends the subscription with `too_slow` after what waits; `drop_oldest` lets the oldest go and says so in `extensions.dropped` of
    the next answer.
    """

    events: int = 64
    size: int = 4 * 1024 * 1024
    overflow: Overflow = "disconnect"
    too_slow: bytes = b""


class Subscriber:
    """An iterator over answers, JSON in bytes. Close it when done; it is closed by itself when it ends."""

    __slots__ = ("_buffer", "_buffering", "_dropped", "_ended", "_leave", "_size", "_waiter", "last", "lost")

    def __init__(self, buffering: Buffering, leave: Callable[[Subscriber], None]) -> None:
        self._buffer: deque[Answer] = deque()
        self._buffering = buffering
        self._dropped = 0
        self._ended = False
        self._leave = leave
        self._size = 0
        self._waiter: asyncio.Future[None] | None = None
        self.lost = 0
        """Answers that were dropped, in all."""
        self.last = Answer(b"")
        """The answer that was given out last."""

    def __aiter__(self) -> Subscriber:
        return self

    async def __anext__(self) -> bytes:
        while not self._buffer:
            if self._ended:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        answer = self._buffer.popleft()
        self._size -= len(answer.body)
        self.last = answer
        return self._marked(answer)

    def offer(self, answer: Answer) -> None:
        """Put one answer in; never waits."""
        if self._ended:
            return
        if answer.refused is not None:
            self._finish(answer, at_once=True)
            return
        if self._full(answer):
            if self._buffering.overflow == "disconnect":
                self.lost += 1
                self.finish(self._buffering.too_slow)
                return
            while self._buffer and self._full(answer):
                self._size -= len(self._buffer.popleft().body)
                self._dropped += 1
                self.lost += 1
        self._put(answer)

    def finish(self, last: bytes | None = None, *, at_once: bool = False) -> bool:
        """End after what waits, or `at_once` without it, also where the end was on its way. `last` is one more answer before the end.

        False when there was nothing left to end.
        """
        return self._finish(Answer(last, plain=False) if last is not None else None, at_once=at_once)

    def close(self) -> None:
        """Leave; nothing more is given out."""
        self.finish(at_once=True)

    def _finish(self, last: Answer | None, *, at_once: bool) -> bool:
        if self._ended and not (at_once and self._buffer):
            return False
        if at_once:
            self._buffer.clear()
            self._size = 0
        if last is not None:
            self._put(last)
        if not self._ended:
            self._ended = True
            self._wake()
            self._leave(self)
        return True

    def _full(self, answer: Answer) -> bool:
        """An answer larger than all that may wait still finds room when nothing else does."""
        over = self._size + len(answer.body) > self._buffering.size and bool(self._buffer)
        return over or len(self._buffer) >= self._buffering.events

    def _put(self, answer: Answer) -> None:
        self._buffer.append(answer)
        self._size += len(answer.body)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _marked(self, answer: Answer) -> bytes:
        if not self._dropped or not answer.plain:
            return answer.body
        dropped, self._dropped = self._dropped, 0
        return b'{"extensions":{"dropped":%d},%b' % (dropped, answer.body[1:])


class Upstreams:
    """All running upstreams by key. `failed` makes the last answer of a stream whose task broke."""

    def __init__(self, failed: Callable[[Exception], bytes]) -> None:
        self._running: dict[Hashable, _Upstream] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed = failed

    def __len__(self) -> int:
        return len(self._tasks)

    def join(
        self, key: Hashable | None, buffering: Buffering, answers: Callable[[], AsyncGenerator[Answer]]
    ) -> Subscriber:
        """Subscribe to the upstream of `key`; where there is none, `answers` begins one. None as key shares with nobody."""
        upstream = self._running.get(key) if key is not None else None
        if upstream is None:
            upstream = _Upstream(key)
            if key is not None:
                self._running[key] = upstream
            task = asyncio.get_running_loop().create_task(self._pump(upstream, answers))
            upstream.task = task
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        subscriber = Subscriber(buffering, lambda gone: self._left(upstream, gone))
        upstream.subscribers[subscriber] = None
        return subscriber

    async def aclose(self) -> None:
        """Cancel every upstream and wait until all are gone."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _pump(self, upstream: _Upstream, answers: Callable[[], AsyncGenerator[Answer]]) -> None:
        last: bytes | None = None
        try:
            async with aclosing(answers()) as stream:
                async for answer in stream:
                    for subscriber in tuple(upstream.subscribers):
                        subscriber.offer(answer)
                    if not upstream.subscribers:
                        return
        except Exception as error:  # noqa: BLE001 - a stream that breaks ends its subscriptions, and nothing else
            last = self._failed(error)
        finally:
            # A subscriber that comes from now on begins a stream of its own.
            self._forget(upstream)
            for subscriber in tuple(upstream.subscribers):
                subscriber.finish(last)

    def _left(self, upstream: _Upstream, subscriber: Subscriber) -> None:
        upstream.subscribers.pop(subscriber, None)
        if upstream.subscribers:
            return
        self._forget(upstream)
        if upstream.task is not None and upstream.task is not asyncio.current_task():
            upstream.task.cancel()

    def _forget(self, upstream: _Upstream) -> None:
        if upstream.key is not None and self._running.get(upstream.key) is upstream:
            del self._running[upstream.key]


class _Upstream:
    __slots__ = ("key", "subscribers", "task")

    def __init__(self, key: Hashable | None) -> None:
        self.key = key
        self.subscribers: dict[Subscriber, None] = {}
        self.task: asyncio.Task[None] | None = None
