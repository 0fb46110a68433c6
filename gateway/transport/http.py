"""GraphQL over HTTP, as a raw ASGI callable: negotiate, read, hand to the pipeline, answer, count.

Media type first, so that every refusal has a form that the client asked for; then method, cross-site check and body. Statuses are
those of `application/graphql-response+json`. Under `application/json` an answer to a well-formed request has status 200
(GraphQL over HTTP §6.4.1); what is refused before the graph is asked keeps its own status there too.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from gateway.answers import GraphQLResponse, refusal
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.requests import GraphQLRequest
from gateway.settings import LimitSettings
from gateway.subgraphs.deadlines import Deadlines
from gateway.telemetry.logs import AccessLog
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.spans import Spans
from gateway.telemetry.trace import Trace, trace_of
from gateway.transport.asgi import ClientGone, Receive, Scope, Send, unless_gone
from gateway.transport.csrf import check_get
from gateway.transport.headers import answer_headers, request_headers
from gateway.transport.media import MediaType, accepted_media_type
from gateway.transport.parameters import from_body, from_query_string, read_body
from gateway.transport.refusals import as_network

__all__ = ["Answer", "Events", "GraphQLEndpoint", "read_request"]

Answer = Callable[[GraphQLRequest, Mapping[bytes, bytes], Trace], Awaitable[GraphQLResponse]]
"""Answers one request, given its headers (lower-case names) and trace. It never raises for what a client does."""


class Events(Protocol):
    """Answers requests that want server-sent events (`transport/events.py`). `methods` are those that only it has."""

    methods: frozenset[str]

    def concern(self, scope: Scope, headers: Mapping[bytes, bytes]) -> bool: ...

    async def __call__(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None: ...


class GraphQLEndpoint:
    """One GraphQL resource. `methods` are those it has; GET carries queries only. With `network`, refusals are worded as the
    existing network does (`transport/refusals.py`).
    """

    def __init__(
        self,
        answer: Answer,
        *,
        limits: LimitSettings | None = None,
        metrics: Metrics | None = None,
        spans: Spans | None = None,
        access_log: AccessLog | None = None,
        methods: tuple[str, ...] = ("GET", "POST"),
        events: Events | None = None,
        network: bool = False,
    ) -> None:
        self._answer = answer
        self._limits = limits or LimitSettings()
        self._metrics = metrics
        self._spans = spans
        self._access_log = access_log
        self._methods = methods
        self._events = events
        self._watches = Deadlines()
        self._network = network

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        trace: Trace | None = None
        media_type = MediaType.GRAPHQL
        try:
            headers = request_headers(scope["headers"])
            if self._events is not None and self._events.concern(scope, headers):
                self._check_method(scope, self._events.methods)
                await self._events(scope, headers, receive, send)
                return
            trace = trace_of(headers)
            media_type = accepted_media_type(headers.get(b"accept"))
            request = await self._read(scope, headers, receive)
            response = await unless_gone(receive, self._answer(request, headers, trace), self._watches)
        except GatewayError as error:
            response = refusal(error)
        except ClientGone:
            self._record(GraphQLResponse(499, b"", code="CLIENT_GONE"), 499, started, trace)
            return
        content_type = media_type.value
        if self._network:
            response, worded = as_network(response)
            content_type = worded or content_type
        status = 200 if response.executed and media_type is MediaType.JSON else response.status
        trace = trace or trace_of({})
        head = answer_headers(content_type, response.body, trace.id, response.headers)
        if response.lines:
            head += response.lines
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": response.body})
        self._record(response, status, started, trace)

    async def _read(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> GraphQLRequest:
        self._check_method(scope)
        return await read_request(scope, headers, receive, self._limits)

    def _check_method(self, scope: Scope, more: frozenset[str] = frozenset()) -> None:
        method: str = scope["method"]
        if method not in self._methods and method not in more:
            raise GatewayError(
                GraphQLIssue(f"The method {method[:16]} is not supported here.", Code.METHOD_NOT_ALLOWED),
                headers={"Allow": ", ".join((*self._methods, *sorted(more)))},
            )

    def _record(self, response: GraphQLResponse, status: int, started: float, trace: Trace | None) -> None:
        seconds = time.perf_counter() - started
        if self._metrics is not None:
            self._metrics.requests.add(str(status), response.code)
            self._metrics.request_seconds.observe(seconds)
            if response.asked is not None:
                failed = response.code != ""
                self._metrics.operations.count(response.asked, response.role or "", seconds, failed=failed)
        if self._spans is not None and trace is not None:
            kind = response.asked.kind.value if response.asked is not None else ""
            self._spans.request(trace, response.operation, kind, status, response.code, seconds)
        if self._access_log is not None:
            self._access_log(
                "request",
                status=status,
                ms=round(seconds * 1000, 2),
                trace=trace.id if trace is not None else "",
                operation=response.operation[:16],
                role=response.role,
                code=response.code,
                bytes=len(response.body),
            )


async def read_request(
    scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, limits: LimitSettings
) -> GraphQLRequest:
    """The parameters of a POST or a GET. Raises `GatewayError` and `ClientGone`."""
    if scope["method"] == "POST":
        return from_body(await read_body(headers, receive, limits))
    check_get(headers)
    request = from_query_string(scope["query_string"], limits)
    await _drain(receive)
    return request


async def _drain(receive: Receive) -> None:
    """A GET has no body; its end is awaited so that what follows on the channel is the end of the connection."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    if message.get("more_body", False) or message.get("body"):
        raise GatewayError(GraphQLIssue("A GET has no body.", Code.BAD_USER_INPUT), headers={"Connection": "close"})
