"""The HTTP protocol of the server: uvicorn's, with answers that go out in one piece.

uvicorn writes the head of an answer when it starts and the body after it: two system calls and two packets, and every header is
matched against two patterns. An answer whose length is known waits for its body instead, and is looked through once. Whatever
is not that plain (streams, HEAD, a client that reads slowly) is left to uvicorn.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

if TYPE_CHECKING:
    from gateway.transport.asgi import Message

__all__ = ["Protocol"]

_KNOWN = frozenset({b"connection", b"content-length", b"transfer-encoding"})


class _Cycle(RequestResponseCycle):
    """One request and its answer."""

    _start: Message | None = None
    """The head of an answer that waits for its body."""

    async def send(self, message: Any) -> None:
        start = self._start
        if start is None:
            if message["type"] == "http.response.start" and self._plain(message):
                self._start = message
                return
        else:
            self._start = None
            if not message.get("more_body", False) and not self.disconnected and not self.flow.write_paused:
                whole = self._whole(start, message.get("body", b""))
                if whole is not None:
                    self._finish(whole)
                    return
            await super().send(start)  # pyright: ignore[reportArgumentType] - a message as ASGI has it
        await super().send(message)

    def _plain(self, start: Message) -> bool:
        """Whether it is an answer of known length, on a connection that stays."""
        names = [name for name, _ in start["headers"] if name in _KNOWN]
        return names == [b"content-length"] and self.keep_alive and self.scope["method"] != "HEAD"

    def _whole(self, start: Message, body: bytes) -> bytes | None:
        """Head and body, if every header is one line and the length is right."""
        headers = [*self.default_headers, *start["headers"]]
        lines = [b"%b: %b\r\n" % header for header in headers]
        head = b"".join((STATUS_LINE[start["status"]], *lines, b"\r\n"))
        ends = len(headers) + 2
        if head.count(b"\n") != ends or head.count(b"\r") != ends or b"\0" in head:
            return None
        length = next(value for name, value in start["headers"] if name == b"content-length")
        return head + body if length == b"%d" % len(body) else None

    def _finish(self, whole: bytes) -> None:
        self.response_started = True
        self.waiting_for_100_continue = False
        self.transport.write(whole)
        self.response_complete = True
        self.message_event.set()
        self.on_response()


class Protocol(HttpToolsProtocol):
    """A connection of a client.

    uvicorn sets a timer when an answer is complete and takes it back when the next request comes, which is at once on a busy connection. Here one timer looks
    from time to time how long the connection has been idle.
    """

    _idle_since: float | None = None
    """Loop time; None while a request comes in or is answered."""
    _idle_timer: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
            return
        self._idle_since = self.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._look)

    def _unset_keepalive_if_required(self) -> None:
        # What uvicorn does first when anything comes in.
        self._idle_since = None

    def _look(self) -> None:
        self._idle_timer = None
        if self._idle_since is None:
            return  # the end of this request sets the timer anew
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._idle_timer = self.loop.call_later(left, self._look)
        else:
            self.timeout_keep_alive_handler()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        cycle.__class__ = _Cycle
        super()._start_asgi_task(cycle, app)
