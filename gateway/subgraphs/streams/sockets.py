"""A subscription at a subgraph over WebSocket: `graphql-transport-ws`, a socket for each stream.

The protocol is `streams/protocol.py`, the same code that serves clients; the frames are those of the library `websockets`. No
redirect is followed, no proxy of the environment is used, nothing is compressed. The legacy subprotocol `graphql-ws` is not spoken.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from gateway.streams.messages import SUBPROTOCOL
from gateway.streams.protocol import Acknowledged, ClientProtocol, Completed, Event, Failed, Next, Pinged
from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.streams.endpoint import Payload, StreamEndpoint
from gateway.subgraphs.tls import client_tls

__all__ = ["stream_socket"]

_ID = "1"
_QUEUE = 16
"""Messages. A stream that is read too slowly stops being read, and the subgraph notices."""
_KEEPALIVE = 20.0
"""Seconds between pings of the WebSocket layer, and for each pong: a line that is half dead is found out."""
_OVERHEAD = 4096


async def stream_socket(
    endpoint: StreamEndpoint, headers: Mapping[str, str], body: bytes
) -> AsyncGenerator[Payload | FetchFailure | None]:
    """The events of one subscription; see `StreamClient.stream`. None once the subscription was sent."""
    try:
        async with _opened(endpoint, headers) as socket:
            talk = _Talk(socket, ClientProtocol(max_size=endpoint.max_event + _OVERHEAD), endpoint.silence)
            async with asyncio.timeout(endpoint.timeout):
                await talk.begin(dict(headers) if endpoint.init else None)
            await talk.subscribe(body)
            yield None
            async with aclosing(talk.answers()) as answers:
                async for answer in answers:
                    yield answer
    except (_Breach, TimeoutError, WebSocketException, OSError, ssl.SSLError) as error:
        yield _failure(error)


def _failure(error: Exception) -> FetchFailure:
    match error:
        case TimeoutError():
            return FetchFailure(FailureKind.TIMEOUT)
        case InvalidStatus():
            status = error.response.status_code
            return FetchFailure(FailureKind.PROTOCOL if 300 <= status < 400 else FailureKind.STATUS, status)
        case ConnectionClosed():
            return FetchFailure(_closed(error))
        case InvalidMessage(__cause__=EOFError() | ConnectionError() | ConnectionClosed()):
            # The line was closed instead of an answer to the handshake.
            return FetchFailure(FailureKind.CONNECTION)
        case OSError():
            return FetchFailure(FailureKind.CONNECTION)
        case _:
            return FetchFailure(FailureKind.PROTOCOL)


class _Breach(Exception):  # noqa: N818 - private, and always caught above
    """The subgraph does not keep to the protocol."""


class _Connect(connect):
    """A handshake that follows no redirect: no header of ours goes where another host points (security case T15)."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


@asynccontextmanager
async def _opened(endpoint: StreamEndpoint, headers: Mapping[str, str]) -> AsyncGenerator[ClientConnection]:
    target = endpoint.target
    options: dict[str, Any] = {}
    if target.tls:
        tls = endpoint.tls or client_tls()
        options |= {"ssl": tls.context, "server_hostname": tls.server_name or target.host}
    if target.unix is not None:
        options |= {"unix": True, "path": target.unix}
    async with _Connect(
        f"{'wss' if target.tls else 'ws'}://{target.authority}{target.path}",
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers=dict(headers),
        user_agent_header=None,
        compression=None,
        proxy=None,
        open_timeout=endpoint.connect_timeout,
        close_timeout=1,
        ping_interval=_KEEPALIVE,
        ping_timeout=_KEEPALIVE,
        max_size=endpoint.max_event + _OVERHEAD,
        max_queue=_QUEUE,
        **options,
    ) as socket:
        if socket.subprotocol != SUBPROTOCOL:
            raise _Breach
        yield socket


class _Talk:
    """The protocol on a socket: what it says is sent, what comes is fed to it."""

    def __init__(self, socket: ClientConnection, protocol: ClientProtocol, silence: float | None) -> None:
        self._socket = socket
        self._protocol = protocol
        self._silence = silence

    async def begin(self, payload: Mapping[str, str] | None) -> None:
        self._protocol.init(payload)
        await self._send()
        while not isinstance(await self.event(), Acknowledged):
            pass

    async def subscribe(self, body: bytes) -> None:
        self._protocol.subscribe(_ID, body)
        await self._send()

    async def event(self) -> Event | None:
        """The next event; a ping is answered on the way. Raises what the socket raises, and `_Breach`."""
        async with asyncio.timeout(self._silence):
            data = await self._socket.recv()
        event = self._protocol.receive(data)
        if isinstance(event, Pinged):
            self._protocol.pong(event.payload)
        await self._send()
        return event

    async def answers(self) -> AsyncGenerator[Payload]:
        """What comes until the operation ends; the subgraph is told when it ends on this side."""
        try:
            while True:
                match await self.event():
                    case Next(payload=payload):
                        yield dict(payload)
                    case Failed(errors=errors):
                        yield {"errors": list(errors)}
                        return
                    case Completed():
                        return
                    case _:
                        pass
        finally:
            await self._end()

    async def _end(self) -> None:
        """Tell the subgraph that nobody listens any more. The line may be gone: that tells it as well."""
        self._protocol.complete(_ID)
        try:
            await self._send()
        except (WebSocketException, OSError, _Breach):
            return

    async def _send(self) -> None:
        for text in self._protocol.data_to_send():
            await self._socket.send(text)
        if self._protocol.closing is not None:
            await self._socket.close(self._protocol.closing.code, self._protocol.closing.reason)
            raise _Breach


def _closed(error: ConnectionClosed) -> FailureKind:
    """What a close frame says: a breach of ours or theirs, something too large, or a line that is gone."""
    codes = {frame.code for frame in (error.rcvd, error.sent) if frame is not None}
    if 1009 in codes:
        return FailureKind.TOO_LARGE
    return FailureKind.PROTOCOL if any(4400 <= code < 4500 for code in codes) else FailureKind.CONNECTION
