"""WebSockets of clients: the handshake is judged, then the socket is handed to `transport/socket.py`.

In this order, and before anything of the client's is read: the path (from the scope, case T11), the origin (T12), the number of sockets, the
subprotocol. Only `graphql-transport-ws` is spoken; a client of the legacy `graphql-ws` is told so by close code 4406 (T08).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import orjson

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.settings import SubscriptionSettings
from gateway.streams.messages import SUBPROTOCOL
from gateway.streams.protocol import CloseCode
from gateway.telemetry.logs import AccessLog
from gateway.telemetry.trace import TRACE_HEADER, trace_of
from gateway.transport.asgi import Receive, Scope, Send
from gateway.transport.headers import API_HEADERS, request_headers
from gateway.transport.origins import origin_allowed
from gateway.transport.socket import Operations, Socket

__all__ = ["Operations", "WebSocketEndpoint"]

_TRACE = TRACE_HEADER.lower().encode()


class WebSocketEndpoint:
    """The WebSocket side of one GraphQL resource."""

    def __init__(
        self,
        operations: Operations,
        *,
        settings: SubscriptionSettings | None = None,
        access_log: AccessLog | None = None,
        network: bool = False,
    ) -> None:
        self._operations = operations
        self._settings = settings or SubscriptionSettings()
        self._access_log = access_log
        self._network = network
        self._sockets: set[Socket] = set()
        self._draining = False

    @property
    def open(self) -> int:
        """Open sockets, for metrics and leak tests."""
        return len(self._sockets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        try:
            headers = request_headers(scope["headers"])
            self._admit(headers)
        except GatewayError as error:
            await _refuse(scope, send, error)
            return
        trace_id = trace_of(headers).id
        accepted = SUBPROTOCOL in scope.get("subprotocols", ())
        await send(
            {
                "type": "websocket.accept",
                "subprotocol": SUBPROTOCOL if accepted else None,
                "headers": [(_TRACE, trace_id.encode())],
            }
        )
        if not accepted:
            reason = f"Subprotocol not acceptable; this is {SUBPROTOCOL}"
            await send({"type": "websocket.close", "code": int(CloseCode.SUBPROTOCOL), "reason": reason})
            return
        socket = Socket(
            self._operations, headers, receive, send, self._settings, self._access_log, network=self._network
        )
        self._sockets.add(socket)
        try:
            await socket.run()
        finally:
            self._sockets.discard(socket)

    async def drain(self, seconds: float) -> None:
        """Let no socket in any more, and end the open ones: GATEWAY_STOPPING to each subscription, `seconds` for what has one
        answer, then close code 1001.
        """
        self._draining = True
        await asyncio.gather(*(socket.drain(seconds) for socket in self._sockets))

    def _admit(self, headers: Mapping[bytes, bytes]) -> None:
        if not origin_allowed(headers.get(b"origin"), headers.get(b"host"), self._settings.origins):
            raise GatewayError(GraphQLIssue("Pages of this origin may not open a WebSocket here.", Code.FORBIDDEN))
        if self._draining:
            raise GatewayError(GraphQLIssue("The gateway is stopping.", Code.GATEWAY_STOPPING))
        if len(self._sockets) >= self._settings.max_sockets:
            raise GatewayError(GraphQLIssue("There are too many sockets.", Code.RATE_LIMITED))


async def _refuse(scope: Scope, send: Send, error: GatewayError) -> None:
    """An HTTP answer to the handshake, where the server can give one; else it is a plain 403."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    body = orjson.dumps({"errors": [issue.as_json() for issue in error.issues]})
    head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *API_HEADERS]
    await send({"type": "websocket.http.response.start", "status": error.status, "headers": head})
    await send({"type": "websocket.http.response.body", "body": body})
