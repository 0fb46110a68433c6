"""A coroutine that runs until it has to wait for something, in the task that is running already.

For what mostly need not wait at all, or may wait beside others: a task of its own, or a time-out around it, costs more than the work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

__all__ = ["Begun"]

T = TypeVar("T")


class Begun(Generic[T]):
    """Runs up to the first wait when made. Await it for the rest, once; `done` says that there is none."""

    __slots__ = ("_coroutine", "_result", "_waiting_for")

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine: Coroutine[Any, Any, T] | None = coroutine
        self._result: Any = None
        try:
            self._waiting_for: Any = coroutine.send(None)
        except StopIteration as end:
            self._coroutine = None
            self._result = end.value

    @property
    def done(self) -> bool:
        return self._coroutine is None

    def __await__(self) -> Generator[Any, Any, T]:
        coroutine = self._coroutine
        if coroutine is None:
            return self._result
        waiting_for = self._waiting_for
        try:
            while True:
                try:
                    result = yield waiting_for
                except BaseException as error:  # noqa: BLE001 - handed on to whom it is meant for
                    waiting_for = coroutine.throw(error)
                else:
                    waiting_for = coroutine.send(result)
        except StopIteration as end:
            return end.value
        finally:
            self._coroutine = None

    def cancel(self) -> None:
        """End it where it waits."""
        if self._coroutine is None:
            return
        try:
            self._coroutine.throw(asyncio.CancelledError())
        except (asyncio.CancelledError, StopIteration):
            return
        self._coroutine.close()
