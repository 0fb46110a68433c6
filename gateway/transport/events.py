"""Requests that want server-sent events: told apart from the others, answered in one of the two modes of GraphQL over SSE.

A client that names `text/event-stream` and prefers JSON gets events for a subscription only. Everything before the answer — methods, media types,
cross-site check, limits of the body — is what it is for any request.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from gateway.answers import GraphQLResponse, refusal
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.settings import LimitSettings, SubscriptionSettings
from gateway.telemetry.logs import AccessLog
from gateway.telemetry.trace import Trace, trace_of
from gateway.transport.asgi import ClientGone, Receive, Scope, Send, unless_gone
from gateway.transport.headers import answer_headers
from gateway.transport.http import read_request
from gateway.transport.media import MediaType, Wish, accepted_media_type, event_stream_wish
from gateway.transport.reservations import TOKEN_HEADER, Reservations, token_of
from gateway.transport.socket import Operations
from gateway.transport.sse import stream_answer

__all__ = ["EventStreams"]

_SINGLE = frozenset({"PUT", "DELETE"})


class EventStreams:
    """The SSE side of one GraphQL resource."""

    def __init__(
        self,
        operations: Operations,
        *,
        settings: SubscriptionSettings | None = None,
        limits: LimitSettings | None = None,
        access_log: AccessLog | None = None,
    ) -> None:
        self._operations = operations
        self._settings = settings or SubscriptionSettings()
        self._limits = limits or LimitSettings()
        self._access_log = access_log
        self._single = Reservations(operations, self._settings) if self._settings.single_connection else None
        self._open = 0

    @property
    def open(self) -> int:
        """Open streams and reservations, for metrics and leak tests."""
        return self._open + (self._single.open if self._single is not None else 0)

    def concern(self, scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a request is one of these."""
        if event_stream_wish(headers.get(b"accept")) is not Wish.NO:
            return True
        return self._single is not None and (scope["method"] in _SINGLE or TOKEN_HEADER in headers)

    async def __call__(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        trace = trace_of(headers)
        self._open += 1
        try:
            code, size = await self._serve(scope, headers, receive, send, trace)
        except ClientGone:
            code, size = "CLIENT_GONE", 0
        finally:
            self._open -= 1
        if self._access_log is not None:
            ms = round((time.perf_counter() - started) * 1000, 2)
            self._access_log("events", over="sse", ms=ms, trace=trace.id, code=code, bytes=size)

    async def drain(self) -> None:
        """End the streams of single connections; those of one operation end with their subscription."""
        if self._single is not None:
            await self._single.drain()

    async def _serve(
        self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send, trace: Trace
    ) -> tuple[str, int]:
        """Answer; return the code and the number of bytes for the log."""
        try:
            token = token_of(scope, headers) if self._single is not None else None
            if self._single is not None and (token is not None or scope["method"] in _SINGLE):
                return await self._on_single(self._single, scope, headers, receive, send, trace, token)
            request = await read_request(scope, headers, receive, self._limits)
            answer = await unless_gone(receive, self._operations.subscribe(request, headers, trace))
        except GatewayError as error:
            return await self._plain(refusal(error), headers, send, trace)
        if isinstance(answer, GraphQLResponse) and not (answer.executed and self._wanted(headers)):
            return await self._plain(answer, headers, send, trace)
        size = await stream_answer(answer, receive, send, trace_id=trace.id, heartbeat=self._settings.heartbeat)
        return answer.code, size

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
    ) -> tuple[str, int]:
        method: str = scope["method"]
        if method == "PUT":
            return await self._plain(await single.reserve(headers), headers, send, trace)
        if token is None:
            raise GatewayError(GraphQLIssue("The token of a stream is needed.", Code.BAD_USER_INPUT))
        if method == "DELETE":
            return await self._plain(single.stop(token, scope), headers, send, trace)
        if method == "GET":
            return "", await single.listen(token, receive, send, trace.id)
        request = await read_request(scope, headers, receive, self._limits)
        return await self._plain(single.run(token, request, headers, trace), headers, send, trace)

    async def _plain(
        self, answer: GraphQLResponse, headers: Mapping[bytes, bytes], send: Send, trace: Trace
    ) -> tuple[str, int]:
        """A response of one piece: JSON, or what its headers say."""
        try:
            media_type = accepted_media_type(headers.get(b"accept"))
        except GatewayError:
            media_type = MediaType.JSON  # only text/event-stream was named, and this is a refusal
        more = dict(answer.headers)
        given = more.pop("Content-Type", None)
        status = 200 if answer.executed and answer.status == 400 and media_type is MediaType.JSON else answer.status
        kind = given.encode() if given is not None else media_type.value
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": answer_headers(kind, answer.body, trace.id, more),
            }
        )
        await send({"type": "http.response.body", "body": answer.body})
        return answer.code, len(answer.body)
