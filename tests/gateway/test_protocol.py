"""A connection that nobody uses is closed, by one timer that looks now and then; the clock is ours here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.protocol import Protocol


@dataclass
class Clock:
    """A loop of which only the time is real."""

    now: float = 100.0
    timers: list[Any] = field(default_factory=list[Any])

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, call: Callable[[], None]) -> Any:
        timer = SimpleNamespace(at=self.now + delay, call=call, cancelled=False)
        timer.cancel = lambda: setattr(timer, "cancelled", True)
        self.timers.append(timer)
        return timer

    def until(self, when: float) -> None:
        """Let the time pass, and everything happen that is due by then."""
        while due := [timer for timer in self.timers if timer.at <= when and not timer.cancelled]:
            timer = min(due, key=lambda one: one.at)
            self.timers.remove(timer)
            self.now = timer.at
            timer.call()
        self.now = when


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def connection(clock: Clock) -> Any:
    made: Any = object.__new__(Protocol)
    made.loop, made.timeout_keep_alive, made.pipeline = clock, 5, []
    made.server_state = SimpleNamespace(total_requests=0)
    made.flow = SimpleNamespace(resume_reading=lambda: None)
    made.transport = SimpleNamespace(closed=False, is_closing=lambda: made.transport.closed)
    made.transport.close = lambda: setattr(made.transport, "closed", True)
    return made


def comes(connection: Any) -> None:
    """Bytes of a next request."""
    connection._unset_keepalive_if_required()


def test_an_idle_connection_is_closed_in_time(clock: Clock, connection: Any):
    connection.on_response_complete()
    clock.until(104.9)
    assert not connection.transport.closed
    clock.until(105)
    assert connection.transport.closed
    assert connection.server_state.total_requests == 1


def test_the_time_counts_from_the_last_answer_and_one_timer_is_enough(clock: Clock, connection: Any):
    for second in range(101, 105):
        comes(connection)
        clock.until(second)
        connection.on_response_complete()
        assert len(clock.timers) == 1
    clock.until(108.9)
    assert not connection.transport.closed
    clock.until(109)
    assert connection.transport.closed


def test_a_connection_is_not_idle_while_it_is_answered(clock: Clock, connection: Any):
    connection.on_response_complete()
    comes(connection)
    clock.until(200)
    assert not connection.transport.closed
    connection.on_response_complete()
    clock.until(205)
    assert connection.transport.closed


def test_requests_that_wait_are_answered_first(clock: Clock, connection: Any):
    started: list[Any] = []
    connection._start_asgi_task = lambda cycle, app: started.append((cycle, app))
    connection.pipeline = [("cycle", "app")]
    connection.on_response_complete()
    assert (started, clock.timers) == ([("cycle", "app")], [])
