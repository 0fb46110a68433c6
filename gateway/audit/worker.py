"""A thread that does one thing after another for a loop. What an executor of the standard library does besides — futures with locks of their
own, threads counted and ended — costs more than the writing of a record.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

__all__ = ["Worker"]

_Work = tuple[Callable[[], None], "asyncio.Future[None]", asyncio.AbstractEventLoop]


class Worker:
    """Runs what it is given in the order in which it is given. The thread begins with the first thing there is to do."""

    def __init__(self, name: str) -> None:
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def do(self, work: Callable[[], None]) -> asyncio.Future[None]:
        """Done when `work` is, with the exception that it ended in, if any. Work that nobody waits for any more is done all the same."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        if self._thread.ident is None:
            self._thread.start()
        self._queue.put((work, done, loop))
        return done

    def close(self) -> None:
        """End when all work is done, and wait for that."""
        if self._thread.ident is not None:
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (taken := self._queue.get()) is not None:
            work, done, loop = taken
            error: BaseException | None = None
            try:
                work()
            except BaseException as raised:  # noqa: BLE001 - handed to who waits
                error = raised
            # The loop of a process that ends may be closed by now; nobody waits then.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, done, error)
            del taken, work, done, loop, error


def _settle(done: asyncio.Future[None], error: BaseException | None) -> None:
    if done.done():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(None)
