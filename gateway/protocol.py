"""The HTTP protocol of the server: uvicorn's, with answers that go out in one piece.

uvicorn writes the head of an answer when it starts and the body after it: two system calls and two packets, and every header is
matched against two patterns. An answer whose length is known waits for its body instead, and is looked through once. Whatever
is not that plain (streams, HEAD, a client that reads slowly) is left to uvicorn.
"""

from __future__ import annotations

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
    """A connection of a client."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        cycle.__class__ = _Cycle
        super()._start_asgi_task(cycle, app)
