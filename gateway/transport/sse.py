"""Answers as server-sent events: GraphQL over SSE, "distinct connections" — one request, one operation, one stream.

    event: next        data: an answer, as a response would have it
    event: complete    data: empty
    :                  a heartbeat

A refusal before anything ran keeps its HTTP status and comes as JSON, except for what GraphQL itself says of an operation (status 400), which goes as
an event, because a browser's `EventSource` shows no body of a failed request. Cross-site rules are those of every GET and POST here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from gateway.answers import GraphQLResponse
from gateway.requests import GraphQLRequest
from gateway.streams.events import HEARTBEAT, write_event
from gateway.subscriptions import Subscription
from gateway.telemetry.trace import TRACE_HEADER, Trace
from gateway.transport.asgi import Receive, Send, unless_gone
from gateway.transport.headers import API_HEADERS

__all__ = ["EVENT_STREAM", "StreamedAnswer", "beating", "send_events", "stream_answer"]

EVENT_STREAM = b"text/event-stream; charset=utf-8"

StreamedAnswer = Callable[[GraphQLRequest, Mapping[bytes, bytes], Trace], Awaitable[GraphQLResponse | Subscription]]

_TRACE = TRACE_HEADER.lower().encode()


async def stream_answer(
    answer: GraphQLResponse | Subscription, receive: Receive, send: Send, *, trace_id: str, heartbeat: float
) -> int:
    """Send an answer or a stream of them; return the number of bytes. Raises `ClientGone`; the subscription is closed in any case."""
    if isinstance(answer, GraphQLResponse):
        events = write_event("next", answer.body) + write_event("complete")
        await send_events(send, _one(events), trace_id)
        return len(events)
    try:
        return await unless_gone(receive, send_events(send, _events(answer, heartbeat), trace_id))
    finally:
        answer.close()


async def send_events(send: Send, events: AsyncIterator[bytes], trace_id: str) -> int:
    """A response whose body is `events`; return the number of bytes."""
    headers = [
        (b"content-type", EVENT_STREAM),
        # Some proxies collect a response before they pass it on, unless they are told.
        (b"x-accel-buffering", b"no"),
        (_TRACE, trace_id.encode()),
        (b"vary", b"accept"),
        *API_HEADERS,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    size = 0
    async for event in events:
        size += len(event)
        await send({"type": "http.response.body", "body": event, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
    return size


async def beating(items: AsyncIterator[bytes], heartbeat: float) -> AsyncIterator[bytes | None]:
    """The items, and None whenever there was none for `heartbeat` seconds. `items` must bear that waiting is given up."""
    while True:
        try:
            async with asyncio.timeout(heartbeat):
                item = await anext(items)
        except TimeoutError:
            yield None
        except StopAsyncIteration:
            return
        else:
            yield item


async def _one(events: bytes) -> AsyncIterator[bytes]:
    yield events


async def _events(subscription: Subscription, heartbeat: float) -> AsyncIterator[bytes]:
    # The head of a response may wait in a buffer until there is a body: this is one.
    yield HEARTBEAT
    async for body in beating(subscription, heartbeat):
        yield HEARTBEAT if body is None else write_event("next", body)
    yield write_event("complete")
