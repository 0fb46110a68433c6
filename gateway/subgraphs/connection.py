"""One keep-alive HTTP/1.1 connection: a request out, a response in, nothing shared.

httptools parses, this class judges: size of head, framing and body, encodings, what is left over after a response. Whatever is
odd closes the connection, so that no later request can be answered with bytes that belong to an earlier one. The body is
counted after decompression, so a small answer cannot become a large one (security case D08).
"""

from __future__ import annotations

import asyncio
import zlib
from typing import NamedTuple, cast

import httptools

from gateway.subgraphs.deadlines import Deadlines
from gateway.subgraphs.failure import FailureKind

__all__ = ["Connection", "ExchangeError", "Response"]

_MAX_HEAD = 64 * 1024
"""Bytes of one head; also of what chunks and trailers add to a body, beyond eight bytes for each of the body's own."""
_GZIP = 16 + zlib.MAX_WBITS
_FRAMING = frozenset({b"content-length", b"transfer-encoding", b"content-encoding"})


class Response(NamedTuple):
    """`headers` are those that were wanted, as they came, each once for each line of the head."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


class ExchangeError(Exception):
    """`unanswered`: the connection ended before one byte of an answer was seen. `kept`: it had served a request before."""

    def __init__(self, kind: FailureKind, *, unanswered: bool = False, kept: bool = False) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.unanswered = unanswered
        self.kept = kept


class Connection(asyncio.Protocol):
    """One request at a time. `closed` is true once it can serve no more."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        max_body: int,
        deadlines: Deadlines | None = None,
        *,
        compression: bool = False,
        wanted: frozenset[bytes] = frozenset(),
    ) -> None:
        """`compression`: a gzip answer is read, since it was asked for. `wanted`: headers to hand on, lower-case names."""
        self._loop = loop
        self._max_body = max_body
        self._deadlines = deadlines or Deadlines()
        self._parser = httptools.HttpResponseParser(self)
        self._compression = compression
        self._wanted = wanted
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Response] | None = None
        self._served = 0
        self._since = 0.0
        self.closed = False
        self._reset()

    def _reset(self) -> None:
        self._chunks: list[bytes] = []
        self._headers: list[tuple[bytes, bytes]] = []
        self._received = 0
        self._wire = 0
        self._framed = 0
        self._head = 0
        self._status = 0
        self._headers_done = False
        self._to_the_end = True
        self._encoding = b""
        self._inflate: zlib._Decompress | None = None  # pyright: ignore[reportPrivateUsage] - typeshed's only name for it

    def idle_for(self) -> float:
        """Seconds since the last answer."""
        return self._loop.time() - self._since

    # -- asyncio -------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not inherit from asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:
            # Bytes that nobody asked for: this connection is out of step.
            self.abort()
            return
        self._wire += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(FailureKind.PROTOCOL)
        except httptools.HttpParserError:
            # A callback of ours that refused is wrapped by the parser; its own failure has been set already.
            self._fail(FailureKind.PROTOCOL)
        if self._wire - self._framed > _MAX_HEAD + 8 * self._framed:
            # Heads without end (each `100 Continue` is one), chunk extensions, trailers.
            self._fail(FailureKind.TOO_LARGE)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._waiter is None:
            return
        if exc is None and self._headers_done and self._to_the_end:
            # No length and no chunks: the end of the line is the end of the body (RFC 9112 §6.3).
            self._complete(keep=False)
            return
        self._fail(FailureKind.CONNECTION)

    # -- httptools -----------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        if self._waiter is None:
            # A second response to one request.
            self.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._headers_done:
            return  # a trailer: nothing that comes after the body says how to read it (RFC 9110 §6.5.1)
        self._head += len(name) + len(value)
        if self._head > _MAX_HEAD:
            self._fail(FailureKind.TOO_LARGE)
            return
        name = name.lower()
        if name in _FRAMING:
            self._framed_by(name, value)
        if name in self._wanted:
            self._headers.append((name, value))

    def _framed_by(self, name: bytes, value: bytes) -> None:
        if name == b"content-encoding":
            self._encoding += value.strip().lower()
            return
        self._to_the_end = False
        if name == b"content-length" and value.isdigit() and int(value) > self._max_body:
            self._fail(FailureKind.TOO_LARGE)

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        self._headers_done = self._status >= 200
        if not self._headers_done or self._encoding in (b"", b"identity"):
            return
        if self._encoding == b"gzip" and self._compression:
            self._inflate = zlib.decompressobj(_GZIP)
        else:
            self._fail(FailureKind.PROTOCOL)

    def on_body(self, body: bytes) -> None:
        if self._waiter is None:
            return
        self._framed += len(body)
        if self._inflate is not None:
            # One byte more than is allowed, to see that there is more. What is no gzip ends in HttpParserError.
            body = self._inflate.decompress(body, self._max_body - self._received + 1)
        self._received += len(body)
        if self._received > self._max_body:
            self._fail(FailureKind.TOO_LARGE)
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        if self._headers_done:
            self._complete(keep=self._parser.should_keep_alive())
            return
        # An interim response (1xx); what it says is not said of the answer.
        self._to_the_end = True
        self._encoding = b""
        self._headers.clear()

    # -- ours ----------------------------------------------------------------------------------------------------

    async def request(self, data: bytes, due: float) -> Response:
        """Send one request, to be answered by `due` (loop time). Raises ExchangeError; when cancelled, or late, the
        connection is closed.
        """
        if self._transport is None or self.closed:
            raise ExchangeError(FailureKind.CONNECTION, unanswered=True, kept=self._served > 0)
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

    def _complete(self, *, keep: bool) -> None:
        if self._inflate is not None and (not self._inflate.eof or self._inflate.unused_data):
            self._fail(FailureKind.PROTOCOL)
        else:
            self._finish(keep=keep)

    def _finish(self, *, keep: bool) -> None:
        waiter, self._waiter = self._waiter, None
        body = b"".join(self._chunks) if len(self._chunks) != 1 else self._chunks[0]
        response = Response(self._status, body, tuple(self._headers))
        self._served += 1
        self._since = self._loop.time()
        self._reset()
        if not keep:
            self.abort()
        if waiter is not None and not waiter.done():
            waiter.set_result(response)

    def _fail(self, kind: FailureKind) -> None:
        waiter, self._waiter = self._waiter, None
        unanswered = kind is FailureKind.CONNECTION and self._wire == 0
        self._chunks.clear()
        self.abort()
        if waiter is not None and not waiter.done():
            waiter.set_exception(ExchangeError(kind, unanswered=unanswered, kept=self._served > 0))
