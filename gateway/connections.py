"""Connections that give or take too slowly, or fill memory without asking anything, are cut off; uvicorn's own would wait for as long as
the other side likes, and keep what it sends.

Two ways to hold a connection, and what hangs on it, for nothing: a request whose head never ends, and an answer, a stream or a close frame
that is never taken. Three ways to fill memory: a head without end, a message in pieces without end (RFC 6455 §5.4), and pings whose pongs are
not read. Bodies have a clock and a size of their own (`limits`), sockets a ping every twenty seconds.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from websockets.frames import Frame

from gateway.protocols import CertificateProtocol, CertificateWebSocketProtocol
from gateway.streams.protocol import CloseCode

if TYPE_CHECKING:
    from asyncio.transports import BaseTransport

__all__ = ["connections"]

_LOOKS = 3
"""How often a buffer is looked at before it counts as stuck: a slow client may be met twice at the same fill, hardly three times."""
_HEAD_BYTES = 128 * 1024
"""httptools takes a URL of at most half of it."""
_PIECES = 1024
"""Of one message."""


def connections(
    *, head_seconds: float, stalled_seconds: float
) -> tuple[type[CertificateProtocol], type[CertificateWebSocketProtocol]]:
    """The protocol classes of HTTP and WebSocket. `head_seconds`: for the head of a request, from its first byte, or from the
    opening of the connection. `stalled_seconds`: without a byte taken, while some wait.
    """

    class Http(_Http):
        pass

    class WebSocket(_WebSocket):
        pass

    Http.head_seconds = head_seconds
    Http.stalled_seconds = WebSocket.stalled_seconds = stalled_seconds
    return Http, WebSocket


class _Http(CertificateProtocol):
    head_seconds: ClassVar[float]
    stalled_seconds: ClassVar[float]
    _head: asyncio.TimerHandle | None = None
    _in_head = True
    """Whether a head has begun, or is the first one to come, and has not ended."""
    _head_size = 0
    _outflow: _Outflow | None = None

    def connection_made(self, transport: BaseTransport) -> None:  # type: ignore[override]  # uvicorn narrows it
        opened = cast("asyncio.Transport", transport)
        super().connection_made(opened)
        self._outflow = _Outflow(opened, self.loop, self.stalled_seconds)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._let_go()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._in_head:
            self._head_size = 0
            return
        # Mostly a head comes whole, and nothing has to be timed.
        self._await_head()
        self._head_size += len(data)
        if self._head_size > _HEAD_BYTES:
            self.transport.abort()

    def handle_websocket_upgrade(self) -> None:
        self._let_go()
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        self._head_came()
        super().on_headers_complete()

    def _await_head(self) -> None:
        if self._head is None:
            self._head = self.loop.call_later(self.head_seconds, self._head_late)

    def _head_came(self) -> None:
        self._in_head = False
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _head_late(self) -> None:
        self._head = None
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is not None and not cycle.response_complete:
            # The request before this one is still being answered; that one is no fault of anybody.
            self._await_head()
            return
        self.transport.abort()

    def _let_go(self) -> None:
        self._head_came()
        if self._outflow is not None:
            self._outflow.end()


class _WebSocket(CertificateWebSocketProtocol):
    stalled_seconds: ClassVar[float]
    _outflow: _Outflow | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self._outflow = _Outflow(self.transport, self.loop, self.stalled_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._outflow is not None:
            self._outflow.end()
        super().connection_lost(exc)

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:
            # Only the latest ping need be answered (§5.5.3), and this one is not taking what is there.
            self.conn.data_to_send()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < _PIECES:
            super().handle_cont(event)
        elif not self.close_sent:
            self.conn.fail(CloseCode.TOO_BIG, "too many pieces")
            self.handle_parser_exception()


class _Outflow:
    """Aborts a connection of which nothing is taken for `seconds` while something waits, also when it is closing already."""

    __slots__ = ("_loop", "_same", "_seconds", "_size", "_timer", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._transport = transport
        self._loop = loop
        self._seconds = seconds / _LOOKS
        self._size = 0
        self._same = 0
        self._timer = loop.call_later(self._seconds, self._look)

    def end(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        size = self._transport.get_write_buffer_size()
        self._same = self._same + 1 if size and size == self._size else 0
        self._size = size
        if self._same >= _LOOKS:
            self._transport.abort()
            return
        self._timer = self._loop.call_later(self._seconds, self._look)
