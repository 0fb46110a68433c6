"""One keep-alive HTTP/1.1 connection: a request out, a response in, nothing shared.

httptools parses, this class judges: size of head and body, encodings, what is left over after a response. Whatever is
odd closes the connection, so that no later request can be answered with bytes that belong to an earlier one.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple, cast

import httptools

from gateway.subgraphs.deadlines import Deadlines
from gateway.subgraphs.failure import FailureKind

__all__ = ["Connection", "ExchangeError", "Response"]

_MAX_HEAD = 64 * 1024


class Response(NamedTuple):
    status: int
    body: bytes


class ExchangeError(Exception):
    """`stale`: closed on a connection that had served before, and not one byte of an answer was seen."""

    def __init__(self, kind: FailureKind, *, stale: bool = False) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.stale = stale


class Connection(asyncio.Protocol):
    """One request at a time. `closed` is true once it can serve no more."""

    def __init__(self, loop: asyncio.AbstractEventLoop, max_body: int, deadlines: Deadlines | None = None) -> None:
        self._loop = loop
        self._max_body = max_body
        self._deadlines = deadlines or Deadlines()
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Response] | None = None
        self._served = 0
        self.closed = False
        self._reset()

    def _reset(self) -> None:
        self._chunks: list[bytes] = []
        self._received = 0
        self._head = 0
        self._status = 0
        self._headers_done = False
        self._to_the_end = True
        self._encoded = False

    # -- asyncio -------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not inherit from asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:
            # Bytes that nobody asked for: this connection is out of step.
            self.abort()
            return
        if not self._headers_done:
            self._head += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(FailureKind.PROTOCOL)
        except httptools.HttpParserError:
            # A callback of ours that refused is wrapped by the parser; its own failure has been set already.
            self._fail(FailureKind.PROTOCOL)
        if not self._headers_done and self._head > _MAX_HEAD:
            self._fail(FailureKind.TOO_LARGE)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._waiter is None:
            return
        if exc is None and self._headers_done and self._to_the_end:
            # No length and no chunks: the end of the line is the end of the body (RFC 9112 §6.3).
            self._finish(keep=False)
            return
        self._fail(FailureKind.CONNECTION, stale=self._served > 0 and self._head == 0)

    # -- httptools -----------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        if self._waiter is None:
            # A second response to one request.
            self.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        match name.lower():
            case b"content-length":
                self._to_the_end = False
                if value.isdigit() and int(value) > self._max_body:
                    self._fail(FailureKind.TOO_LARGE)
            case b"transfer-encoding":
                self._to_the_end = False
            case b"content-encoding":
                self._encoded = value.strip().lower() not in (b"", b"identity")
            case _:
                pass

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        self._headers_done = self._status >= 200
        if self._encoded:
            self._fail(FailureKind.PROTOCOL)

    def on_body(self, body: bytes) -> None:
        self._received += len(body)
        if self._received > self._max_body:
            self._fail(FailureKind.TOO_LARGE)
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        if self._headers_done:
            self._finish(keep=self._parser.should_keep_alive())

    # -- ours ----------------------------------------------------------------------------------------------------

    async def request(self, data: bytes, due: float) -> Response:
        """Send one request, to be answered by `due` (loop time). Raises ExchangeError; when cancelled, or late, the
        connection is closed.
        """
        if self._transport is None or self.closed:
            raise ExchangeError(FailureKind.CONNECTION, stale=self._served > 0)
        waiter = self._waiter = self._loop.create_future()
        self._deadlines.start(self, due)
        self._transport.write(data)
        try:
            return await waiter
        finally:
            self._deadlines.end(self)
            if waiter.cancelled() or not waiter.done():
                # Nobody waits any more, and the answer has not come: it must not become the next one's.
                self._waiter = None
                self.abort()

    def expire(self) -> None:
        """The time for an answer has passed."""
        self._fail(FailureKind.TIMEOUT)

    def abort(self) -> None:
        """Close at once; nothing of it is used again."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def _finish(self, *, keep: bool) -> None:
        waiter, self._waiter = self._waiter, None
        response = Response(self._status, b"".join(self._chunks) if len(self._chunks) != 1 else self._chunks[0])
        self._served += 1
        self._reset()
        if not keep:
            self.abort()
        if waiter is not None and not waiter.done():
            waiter.set_result(response)

    def _fail(self, kind: FailureKind, *, stale: bool = False) -> None:
        waiter, self._waiter = self._waiter, None
        self._chunks.clear()
        self.abort()
        if waiter is not None and not waiter.done():
            waiter.set_exception(ExchangeError(kind, stale=stale))
