"""`graphql-transport-ws` as a state machine without I/O, for the server (towards clients) and the client (towards subgraphs).

A side feeds each message that arrived and gets events; it calls a method for each thing it wants said and takes the texts to
send, and the close frame, if there is one, when it pleases. No clock, no socket, no task. After `closing` is set nothing more is
accepted or said.

    OPENED ──connection_init──▶ INITIATED ──connection_ack──▶ READY
       └────────────── any breach of the protocol ──────────────┴──▶ CLOSED

The rules are those of https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md; where they leave a race open (a `complete` that
crosses a `next`) the late message is passed over on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any, ClassVar

import orjson

from gateway.streams.messages import (
    Message,
    MessageType,
    ProtocolError,
    Request,
    read_message,
    request_of,
    write_message,
)

__all__ = [
    "Acknowledged",
    "ClientProtocol",
    "Close",
    "CloseCode",
    "Completed",
    "Event",
    "Failed",
    "Initiated",
    "Next",
    "Pinged",
    "Ponged",
    "ServerProtocol",
    "State",
    "Subscribed",
]

DEFAULT_MAX_SIZE = 1024 * 1024
Payload = Mapping[str, Any]


class CloseCode(IntEnum):
    """Why a socket closes: RFC 6455 §7.4.1, and the protocol's own from 4000."""

    NORMAL = 1000
    GOING_AWAY = 1001
    TOO_BIG = 1009
    INVALID_MESSAGE = 4400
    UNAUTHORIZED = 4401
    """A `subscribe` before the connection was acknowledged."""
    FORBIDDEN = 4403
    """The server does not accept the payload of `connection_init`."""
    SUBPROTOCOL = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITS = 4429
    INTERNAL = 4500
    ACK_TIMEOUT = 4504


class State(Enum):
    OPENED = "opened"
    INITIATED = "initiated"
    READY = "ready"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Close:
    """The close frame to send."""

    code: int
    reason: str


# -- events --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Initiated:
    """Server: to be answered with `acknowledge` or `forbid`."""

    payload: Payload | None


@dataclass(frozen=True, slots=True)
class Subscribed:
    """Server: an operation begins; `next`, `error` and `complete` with its id until it ends."""

    id: str
    request: Request


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Client: operations may begin."""

    payload: Payload | None


@dataclass(frozen=True, slots=True)
class Next:
    """Client: one answer."""

    id: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Failed:
    """Client: the operation ended with these errors."""

    id: str
    errors: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Completed:
    """The other side ended an operation. Each operation ends once."""

    id: str


@dataclass(frozen=True, slots=True)
class Pinged:
    """To be answered with `pong`."""

    payload: Payload | None


@dataclass(frozen=True, slots=True)
class Ponged:
    payload: Payload | None


Event = Initiated | Subscribed | Acknowledged | Next | Failed | Completed | Pinged | Ponged


# -- what both sides share -----------------------------------------------------------------------------------------------


class _Protocol:
    """`operations` are the ids of running operations. `max_size` bounds a received message, in bytes."""

    accepted: ClassVar[frozenset[str]]

    def __init__(self, *, max_size: int = DEFAULT_MAX_SIZE) -> None:
        self.state = State.OPENED
        self.operations: set[str] = set()
        self.closing: Close | None = None
        self._max_size = max_size
        self._out: list[str] = []

    def receive(self, data: str | bytes) -> Event | None:
        """Take one message; bytes are a binary frame, which the protocol does not have. None when there is nothing to tell."""
        if self.state is State.CLOSED:
            return None
        try:
            if isinstance(data, bytes):
                raise ProtocolError(CloseCode.INVALID_MESSAGE, "Invalid message: a binary frame")
            message = read_message(data, self._max_size)
            if message.type not in self.accepted:
                raise ProtocolError(CloseCode.INVALID_MESSAGE, f"Invalid message: {message.type} from this side")
            return self._handle(message)
        except ProtocolError as error:
            self.close(error.code, error.reason)
            return None

    def data_to_send(self) -> list[str]:
        """The texts to send, in order; each is given out once. What was said before `closing` goes out before it."""
        out, self._out = self._out, []
        return out

    def close(self, code: int = CloseCode.NORMAL, reason: str = "") -> None:
        """Close, once; the first reason counts."""
        if self.state is State.CLOSED:
            return
        self.state = State.CLOSED
        self.closing = Close(int(code), reason)
        self.operations.clear()

    def lost(self) -> None:
        """The line is gone, or the other side closed it: nothing is sent any more."""
        self.state = State.CLOSED
        self.operations.clear()
        self._out.clear()

    def ping(self, payload: Payload | None = None) -> None:
        self._say("ping", payload=payload)

    def pong(self, payload: Payload | None = None) -> None:
        try:
            self._say("pong", payload=payload)
        except orjson.JSONEncodeError:
            # Read, a payload may be nested deeper than it can be written again.
            self.close(CloseCode.INVALID_MESSAGE, "Invalid message: nested too deeply")

    def _handle(self, message: Message) -> Event | None:
        raise NotImplementedError

    def _say(self, type_: MessageType, id_: str = "", payload: Any = None) -> None:
        if self.state is not State.CLOSED:
            self._out.append(write_message(type_, id_, payload))

    def _ended(self, id_: str) -> bool:
        """Whether `id_` was running until now."""
        running = id_ in self.operations
        self.operations.discard(id_)
        return running


class ServerProtocol(_Protocol):
    """Towards a client."""

    accepted = frozenset({"connection_init", "ping", "pong", "subscribe", "complete"})

    def acknowledge(self, payload: Payload | None = None) -> None:
        if self.state is State.INITIATED:
            self.state = State.READY
            self._say("connection_ack", payload=payload)

    def forbid(self, reason: str = "Forbidden") -> None:
        self.close(CloseCode.FORBIDDEN, reason)

    def init_timed_out(self) -> None:
        """To be called when the time for `connection_init` is over; harmless when it came."""
        if self.state is State.OPENED:
            self.close(CloseCode.INIT_TIMEOUT, "Connection initialisation timeout")

    def next(self, id_: str, payload: bytes | Payload) -> None:
        """One answer; passed over when the client has ended the operation meanwhile."""
        if id_ in self.operations:
            self._say("next", id_, payload)

    def error(self, id_: str, errors: Sequence[Mapping[str, Any]]) -> None:
        """The operation ends with errors and no answer; its id is free again."""
        if self._ended(id_):
            self._say("error", id_, list(errors))

    def complete(self, id_: str) -> None:
        """The operation has ended; its id is free again."""
        if self._ended(id_):
            self._say("complete", id_)

    def _handle(self, message: Message) -> Event | None:
        match message.type:
            case "connection_init":
                return self._init(message)
            case "subscribe":
                return self._subscribe(message)
            case "complete":
                return Completed(message.id) if self._ended(message.id) else None
            case "ping":
                return Pinged(message.payload)
            case _:
                return Ponged(message.payload)

    def _init(self, message: Message) -> Event:
        if self.state is not State.OPENED:
            raise ProtocolError(CloseCode.TOO_MANY_INITS, "Too many initialisation requests")
        self.state = State.INITIATED
        return Initiated(message.payload)

    def _subscribe(self, message: Message) -> Event:
        if self.state is not State.READY:
            # Before the acknowledgement nobody has been let in (GHSA of strawberry CVE-2026-35523, security case T08).
            raise ProtocolError(CloseCode.UNAUTHORIZED, "Unauthorized")
        request = request_of(message.payload)
        if message.id in self.operations:
            raise ProtocolError(CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {message.id[:64]} already exists")
        self.operations.add(message.id)
        return Subscribed(message.id, request)


class ClientProtocol(_Protocol):
    """Towards a server."""

    accepted = frozenset({"connection_ack", "ping", "pong", "next", "error", "complete"})

    def init(self, payload: Payload | None = None) -> None:
        """The first thing to say, once."""
        if self.state is State.OPENED:
            self._say("connection_init", payload=payload)
            self.state = State.INITIATED

    def ack_timed_out(self) -> None:
        """To be called when the time for `connection_ack` is over; harmless when it came."""
        if self.state in (State.OPENED, State.INITIATED):
            self.close(CloseCode.ACK_TIMEOUT, "Connection acknowledgement timeout")

    def subscribe(self, id_: str, payload: bytes | Payload) -> None:
        """Begin an operation. Raises ValueError before the acknowledgement and for an id in use."""
        if self.state is not State.READY or id_ in self.operations:
            raise ValueError("subscribe needs an acknowledged connection and an id of its own")
        self.operations.add(id_)
        self._say("subscribe", id_, payload)

    def complete(self, id_: str) -> None:
        """End an operation; whatever of it is still on its way is passed over."""
        if self._ended(id_):
            self._say("complete", id_)

    def _handle(self, message: Message) -> Event | None:
        match message.type:
            case "connection_ack":
                return self._ack(message)
            case "ping":
                return Pinged(message.payload)
            case "pong":
                return Ponged(message.payload)
            case _ if self.state is not State.READY:
                raise ProtocolError(CloseCode.INVALID_MESSAGE, f"Invalid message: {message.type} before the ack")
            case "next":
                return Next(message.id, message.payload) if message.id in self.operations else None
            case "error":
                return Failed(message.id, message.payload) if self._ended(message.id) else None
            case _:
                return Completed(message.id) if self._ended(message.id) else None

    def _ack(self, message: Message) -> Event:
        if self.state is not State.INITIATED:
            raise ProtocolError(CloseCode.INVALID_MESSAGE, "Invalid message: an ack that nobody asked for")
        self.state = State.READY
        return Acknowledged(message.payload)
