"""Server-sent events: written for clients, read from subgraphs, without I/O.

Format: https://html.spec.whatwg.org/multipage/server-sent-events.html §9.2.5–9.2.6; names and data of events:
https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["HEARTBEAT", "EventReader", "EventTooLargeError", "ServerEvent", "write_event"]

HEARTBEAT = b":\n\n"
"""A comment; keeps proxies from closing a silent line and is seen by no client."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    name: str
    data: bytes


class EventTooLargeError(Exception):
    """An event, or a line of one, beyond the size that is accepted."""


def write_event(name: str, data: bytes = b"") -> bytes:
    """One event. `data` is JSON on one line, or empty: an event without a data line is never dispatched by a browser."""
    return b"event: %b\ndata: %b\n\n" % (name.encode("ascii"), data)


class EventReader:
    """Reads a stream as it comes. `max_size` bounds one event, in bytes."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._rest = b""
        self._name = ""
        self._data: list[bytes] = []
        self._size = 0
        self._first = True

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """The events that `chunk` completes. Raises `EventTooLargeError`."""
        if not chunk:
            return []
        buffer = self._rest + chunk
        if self._first and len(buffer) >= 3:
            buffer = buffer.removeprefix(b"\xef\xbb\xbf")
            self._first = False
        # A line ends with CR LF, LF or CR. A CR at the very end may be half of a CR LF.
        held = b"\r" if buffer.endswith(b"\r") else b""
        whole = buffer[: len(buffer) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = whole.split(b"\n")
        self._rest = rest + held
        if len(self._rest) > self._max_size:
            raise EventTooLargeError
        events: list[ServerEvent] = []
        for line in lines:
            event = self._line(line)
            if event is not None:
                events.append(event)
        return events

    def _line(self, line: bytes) -> ServerEvent | None:
        if not line:
            return self._dispatch()
        name, colon, value = line.partition(b":")
        if not name and colon:
            return None  # a comment
        value = value.removeprefix(b" ")
        if name == b"event":
            self._name = value.decode("utf-8", "replace")
        elif name == b"data":
            self._size += len(value) + 1
            if self._size > self._max_size:
                raise EventTooLargeError
            self._data.append(value)
        return None

    def _dispatch(self) -> ServerEvent | None:
        name, data, self._name, self._data, self._size = self._name, self._data, "", [], 0
        # The standard drops an event without data; `complete` is sent without by some servers, and means what it says.
        return ServerEvent(name or "message", b"\n".join(data)) if data or name else None
