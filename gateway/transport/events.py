"""Requests that want server-sent events: told apart from the others, answered in one of the two modes of GraphQL over SSE.

A client that names `text/event-stream` and prefers JSON gets events for a subscription only. Everything before the answer — methods, media types,
cross-site check, limits of the body — is what it is for any request.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.answers import GraphQLResponse, refusal
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.settings import LimitSettings, SubscriptionSettings
from gateway.telemetry.logs import AccessLog
from gateway.telemetry.trace import Trace, trace_of
from gateway.transport.asgi import ClientGone, Receive, Scope, Send, unless_gone
from gateway.transport.headers import answer_headers
from gateway.transport.http import read_request
from gateway.transport.media import MediaType, Wish, accepted_media_type, event_stream_wish
from gateway.transport.refusals import as_network
from gateway.transport.reservations import TOKEN_HEADER, Reservations, token_of
from gateway.transport.socket import Operations
from gateway.transport.sse import stream_answer

__all__ = ["EventStreams"]

_SINGLE = frozenset({"PUT", "DELETE"})


@dataclass(slots=True)
class _Line:
    """What the log says of one request."""

    code: str = ""
    size: int = 0
    operation: str = ""
    role: str | None = None


class EventStreams:
    """The SSE side of one GraphQL resource."""

    def __init__(
        self,
        operations: Operations,
        *,
        settings: SubscriptionSettings | None = None,
        limits: LimitSettings | None = None,
        access_log: AccessLog | None = None,
        network: bool = False,
    ) -> None:
        self._operations = operations
        self._settings = settings or SubscriptionSettings()
        self._limits = limits or LimitSettings()
        self._access_log = access_log
        self._network = network
        single = self._settings.single_connection
        self._single = Reservations(operations, self._settings, access_log) if single else None
        self.methods = _SINGLE if single else frozenset[str]()
        """Methods that no other request has."""
        self._open = 0

    @property
    def open(self) -> int:
        """Open streams and reservations, for metrics and leak tests."""
        return self._open + (self._single.open if self._single is not None else 0)

    def concern(self, scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a request is one of these."""
        if event_stream_wish(headers.get(b"accept")) is not Wish.NO:
            return True
        return self._single is not None and (scope["method"] in self.methods or TOKEN_HEADER in headers)

    async def __call__(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        trace = trace_of(headers)
        self._open += 1
        line = _Line()
        try:
            await self._serve(scope, headers, receive, send, trace, line)
        except ClientGone:
            line.code = "CLIENT_GONE"
        finally:
            self._open -= 1
        if self._access_log is not None:
            self._access_log(
                "events",
                over="sse",
                ms=round((time.perf_counter() - started) * 1000, 2),
                trace=trace.id,
                operation=line.operation[:16],
                role=line.role,
                code=line.code,
                bytes=line.size,
            )

    async def drain(self, seconds: float) -> None:
        """End the streams of single connections; those of one operation end with their subscription."""
        if self._single is not None:
            await self._single.drain(seconds)

    async def _serve(
        self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send, trace: Trace, line: _Line
    ) -> None:
        try:
            token = token_of(scope, headers) if self._single is not None else None
            if self._single is not None and (token is not None or scope["method"] in _SINGLE):
                await self._on_single(self._single, scope, headers, receive, send, trace, token, line)
                return
            request = await read_request(scope, headers, receive, self._limits)
            answer = await unless_gone(receive, self._operations.subscribe(request, headers, trace))
        except GatewayError as error:
            await self._plain(refusal(error), headers, send, trace, line)
            return
        refused = isinstance(answer, GraphQLResponse) and self._network and bool(answer.issues)
        if isinstance(answer, GraphQLResponse) and (refused or not (answer.executed and self._wanted(headers))):
            await self._plain(answer, headers, send, trace, line)
            return
        line.operation, line.role = answer.operation, answer.role
        line.size = await stream_answer(answer, receive, send, trace_id=trace.id, heartbeat=self._settings.heartbeat)
        # Of a subscription it is known only now how it ended.
        line.code = answer.code

    def _wanted(self, headers: Mapping[bytes, bytes]) -> bool:
        return event_stream_wish(headers.get(b"accept")) is Wish.YES

    async def _on_single(
        self,
        single: Reservations,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        receive: Receive,
        send: Send,
        trace: Trace,
        token: str | None,
        line: _Line,
    ) -> None:
        method: str = scope["method"]
        if method == "PUT":
            answer = await single.reserve(headers)
        elif token is None:
            raise GatewayError(GraphQLIssue("The token of a stream is needed.", Code.BAD_USER_INPUT))
        elif method == "DELETE":
            answer = await single.stop(token, scope, headers)
        elif method == "GET":
            line.size = await single.listen(token, headers, receive, send, trace.id)
            return
        else:
            request = await read_request(scope, headers, receive, self._limits)
            answer = await single.run(token, request, headers, trace)
        await self._plain(answer, headers, send, trace, line)

    async def _plain(
        self, answer: GraphQLResponse, headers: Mapping[bytes, bytes], send: Send, trace: Trace, line: _Line
    ) -> None:
        """A response of one piece: JSON, or what its headers say."""
        told = None
        if self._network:
            answer, told = as_network(answer)
        line.code, line.size = answer.code, len(answer.body)
        line.operation, line.role = answer.operation, answer.role
        try:
            media_type = accepted_media_type(headers.get(b"accept"))
        except GatewayError:
            media_type = MediaType.JSON  # only text/event-stream was named, and this is a refusal
        more = dict(answer.headers)
        given = more.pop("Content-Type", None)
        status = 200 if answer.executed and answer.status == 400 and media_type is MediaType.JSON else answer.status
        kind = given.encode() if given is not None else told or media_type.value
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": answer_headers(kind, answer.body, trace.id, more),
            }
        )
        await send({"type": "http.response.body", "body": answer.body})
