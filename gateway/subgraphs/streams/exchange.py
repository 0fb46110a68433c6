"""One HTTP/1.1 request whose response is read as it comes: a connection of its own, read no faster than it is used.

httptools parses; size of head, encodings and time are judged here. No redirect is followed and nothing is decompressed, as in
`subgraphs/connection.py`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator
from typing import Any

import httptools

from gateway.subgraphs.failure import FailureKind
from gateway.subgraphs.streams.endpoint import StreamEndpoint
from gateway.subgraphs.tls import client_tls

__all__ = ["BodyError", "Exchange"]

_MAX_HEAD = 64 * 1024
_PIECE = 64 * 1024
_TCP_KEEPALIVE = 30
"""Seconds of silence after which TCP asks whether the other host is still there."""


class BodyError(Exception):
    def __init__(self, kind: FailureKind) -> None:
        super().__init__(kind.value)
        self.kind = kind


class Exchange:
    """`begin` once, then `chunks`; `close` in any case. `status` and `content_type` are those of the response."""

    def __init__(self, endpoint: StreamEndpoint) -> None:
        self._endpoint = endpoint
        self._parser = httptools.HttpResponseParser(self)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._pending: list[bytes] = []
        self._head = 0
        self._headers_done = False
        self._complete = False
        self._framed = False
        self._failed: FailureKind | None = None
        self.status = 0
        self.content_type = ""

    async def begin(self, headers: bytes, body: bytes) -> None:
        """Send the request, read the head of the response. Raises TimeoutError, OSError and `BodyError`."""
        endpoint, target = self._endpoint, self._endpoint.target
        async with asyncio.timeout(endpoint.connect_timeout):
            await self._connect()
        assert self._writer is not None
        self._writer.write(
            f"POST {target.path} HTTP/1.1\r\nHost: {target.authority}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n".encode("ascii")
            + headers
            + b"\r\n"
            + body
        )
        async with asyncio.timeout(endpoint.timeout):
            while not self._headers_done:
                if not await self._read():
                    raise BodyError(FailureKind.CONNECTION)

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body, chunk by chunk, to its end. Raises TimeoutError after `silence`, `BodyError` when it is cut off."""
        while True:
            pending, self._pending = self._pending, []
            for piece in pending:
                yield piece
            if self._complete:
                return
            async with asyncio.timeout(self._endpoint.silence):
                more = await self._read()
            if not more and not self._pending:
                if self._framed:
                    raise BodyError(FailureKind.CONNECTION)
                return

    def close(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()

    async def _connect(self) -> None:
        target = self._endpoint.target
        if target.unix is not None:
            self._reader, self._writer = await asyncio.open_unix_connection(target.unix, limit=_PIECE)
            return
        secured: dict[str, Any] = {}
        if target.tls:
            tls = self._endpoint.tls or client_tls()
            secured = {"ssl": tls.context, "server_hostname": tls.server_name or target.host}
        self._reader, self._writer = await asyncio.open_connection(target.host, target.port, limit=_PIECE, **secured)
        opened = self._writer.get_extra_info("socket")
        if opened is not None:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if hasattr(socket, "TCP_KEEPIDLE"):
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _TCP_KEEPALIVE)

    async def _read(self) -> bool:
        """Read a piece and parse it; False at the end of the line."""
        assert self._reader is not None
        data = await self._reader.read(_PIECE)
        if not data:
            return False
        if not self._headers_done:
            self._head += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            raise BodyError(FailureKind.PROTOCOL) from None
        if self._failed is not None:
            raise BodyError(self._failed)
        if not self._headers_done and self._head > _MAX_HEAD:
            raise BodyError(FailureKind.TOO_LARGE)
        return True

    # -- httptools -----------------------------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        match name.lower():
            case b"content-type":
                self.content_type = value.decode("latin-1")
            case b"content-length" | b"transfer-encoding":
                self._framed = True
            case b"content-encoding" if value.strip().lower() not in (b"", b"identity"):
                self._failed = FailureKind.PROTOCOL
            case _:
                pass

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self._headers_done = self.status >= 200

    def on_body(self, body: bytes) -> None:
        self._pending.append(body)

    def on_message_complete(self) -> None:
        self._complete = self._headers_done
