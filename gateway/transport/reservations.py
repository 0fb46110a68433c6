"""GraphQL over SSE, "single connection": one stream of events for many operations, for clients behind HTTP/1.1's six connections.

    PUT                        201, a token as text/plain
    GET   + token              200, the stream; once
    POST  + token              202; the answers come in the stream as {"id", "payload"}, by `extensions.operationId`
    DELETE + token, operationId   200; that operation ends

The token goes in the header `X-GraphQL-Event-Stream-Token`, or in the parameter `token` where a browser's `EventSource` sets no header. Whoever has it
may read the stream, so it is long, random, good for one stream, and forgotten when the stream ends or nobody takes it up in time. Each POST
carries its own `Authorization`: the stream decides nothing. Where callers have tokens at all, a stream is reserved for the identity of
one, and nobody else adds to it or takes from it: for others it is not there.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Hashable, Mapping
from urllib.parse import parse_qs

from gateway.answers import GraphQLResponse
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.requests import GraphQLRequest
from gateway.settings import SubscriptionSettings
from gateway.subscriptions import identity_of
from gateway.telemetry.logs import AccessLog
from gateway.telemetry.trace import Trace
from gateway.transport.asgi import Receive, Scope, Send, unless_gone
from gateway.transport.manifold import Manifold
from gateway.transport.socket import Operations
from gateway.transport.sse import send_events

__all__ = ["TOKEN_HEADER", "Reservations", "token_of"]

TOKEN_HEADER = b"x-graphql-event-stream-token"
_MAX_ID = 256


def token_of(scope: Scope, headers: Mapping[bytes, bytes]) -> str | None:
    """The stream token of a request, or None."""
    given = headers.get(TOKEN_HEADER)
    if given is not None:
        return given.decode("latin-1")
    return _parameter(scope, "token")


class _Reserved:
    """A stream, whose it is, and the clock that runs until somebody listens."""

    __slots__ = ("identity", "stream", "taken", "timer")

    def __init__(self, identity: Hashable, stream: Manifold, timer: asyncio.TimerHandle) -> None:
        self.identity = identity
        self.stream = stream
        self.taken = False
        self.timer = timer


class Reservations:
    """All reserved and running streams of one GraphQL resource."""

    def __init__(
        self, operations: Operations, settings: SubscriptionSettings, access_log: AccessLog | None = None
    ) -> None:
        self._operations = operations
        self._settings = settings
        self._access_log = access_log
        self._streams: dict[str, _Reserved] = {}
        self._draining = False

    @property
    def open(self) -> int:
        return len(self._streams)

    async def reserve(self, headers: Mapping[bytes, bytes]) -> GraphQLResponse:
        """PUT. Raises `GatewayError` 401, 429 and 503."""
        identity = identity_of(await self._operations.caller(headers))
        if self._draining:
            raise GatewayError(GraphQLIssue("The gateway is stopping.", Code.GATEWAY_STOPPING))
        if len(self._streams) >= self._settings.max_sockets:
            raise GatewayError(GraphQLIssue("There are too many streams.", Code.RATE_LIMITED))
        token = secrets.token_urlsafe(32)
        timer = asyncio.get_running_loop().call_later(self._settings.init_timeout, self._forget, token)
        self._streams[token] = _Reserved(identity, Manifold(self._operations, self._settings, self._access_log), timer)
        return GraphQLResponse(201, token.encode(), {"Content-Type": "text/plain; charset=utf-8"}, executed=True)

    async def listen(
        self, token: str, headers: Mapping[bytes, bytes], receive: Receive, send: Send, trace_id: str
    ) -> int:
        """GET. Sends the stream until the client goes; raises `ClientGone` then, `GatewayError` 401, 404 and 409 before."""
        # An EventSource of a browser sends no token of its own; who sends one must be who reserved.
        found = await self._of(token, headers) if b"authorization" in headers else self._named(token)
        if found.taken:
            raise GatewayError(GraphQLIssue("This stream is open already.", Code.BAD_USER_INPUT), status=409)
        found.taken = True
        found.timer.cancel()
        try:
            return await unless_gone(receive, send_events(send, found.stream.events(), trace_id))
        finally:
            self._forget(token)
            await found.stream.aclose()

    async def run(
        self, token: str, request: GraphQLRequest, headers: Mapping[bytes, bytes], trace: Trace
    ) -> GraphQLResponse:
        """POST. Raises `GatewayError` 400, 401, 404, 409 and 429."""
        id_ = request.extensions.get("operationId")
        if not isinstance(id_, str) or not 0 < len(id_) <= _MAX_ID:
            message = f"extensions.operationId must be a string of 1 to {_MAX_ID} characters."
            raise GatewayError(GraphQLIssue(message, Code.BAD_USER_INPUT))
        found = await self._of(token, headers)
        found.stream.run(id_, request, headers, trace)
        return GraphQLResponse(202, b"", executed=True)

    async def stop(self, token: str, scope: Scope, headers: Mapping[bytes, bytes]) -> GraphQLResponse:
        """DELETE. An operation that is not there has ended already. Raises `GatewayError` 401 and 404."""
        found = await self._of(token, headers)
        found.stream.stop(_parameter(scope, "operationId") or "")
        return GraphQLResponse(200, b"", executed=True)

    async def drain(self, seconds: float) -> None:
        """Reserve nothing any more, and end every stream after what its operations still say within `seconds`."""
        self._draining = True
        for token, found in tuple(self._streams.items()):
            if not found.taken:
                self._forget(token)
        await asyncio.gather(*(found.stream.finish(seconds) for found in tuple(self._streams.values())))

    async def _of(self, token: str, headers: Mapping[bytes, bytes]) -> _Reserved:
        identity = identity_of(await self._operations.caller(headers))
        found = self._named(token)
        if found.identity != identity:
            raise _unknown()
        return found

    def _named(self, token: str) -> _Reserved:
        found = self._streams.get(token)
        if found is None:
            raise _unknown()
        return found

    def _forget(self, token: str) -> None:
        """The stream is over, or nobody came for it; what was asked for it meanwhile ends."""
        found = self._streams.pop(token, None)
        if found is not None:
            found.timer.cancel()
            found.stream.cancel()


def _unknown() -> GatewayError:
    return GatewayError(GraphQLIssue("There is no such stream.", Code.BAD_USER_INPUT), status=404)


def _parameter(scope: Scope, name: str) -> str | None:
    try:
        found = parse_qs(scope["query_string"].decode("ascii"), max_num_fields=16)
    except ValueError:
        return None
    return found.get(name, [None])[0]
