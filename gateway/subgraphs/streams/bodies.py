"""A subscription at a subgraph as the body of one HTTP response: server-sent events, or Apollo's multipart protocol.

A subgraph that answers with plain JSON instead refuses the operation, as a rule; that answer is the only event.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from typing import Any

import orjson

from gateway.streams.events import EventReader, EventTooLargeError
from gateway.streams.multipart import MultipartError, MultipartReader, boundary_of
from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.http import header_lines
from gateway.subgraphs.streams.endpoint import Payload, StreamEndpoint
from gateway.subgraphs.streams.exchange import BodyError, Exchange

__all__ = ["stream_body"]

_ACCEPT = {
    "sse": "text/event-stream",
    "multipart": "multipart/mixed;subscriptionSpec=1.0, application/json",
}


class _End(Exception):  # noqa: N818 - the stream says that it is complete
    pass


async def stream_body(
    endpoint: StreamEndpoint, headers: Mapping[str, str], body: bytes
) -> AsyncGenerator[Payload | FetchFailure | None]:
    """The events of one subscription; see `StreamClient.stream`. None once the response has begun."""
    exchange = Exchange(endpoint)
    try:
        accept = {"Accept": _ACCEPT[endpoint.protocol], "Cache-Control": "no-cache"}
        await exchange.begin(header_lines({**headers, **accept}), body)
        failure = _refused(exchange.status)
        if failure is not None:
            yield failure
            return
        yield None
        async with aclosing(_events(endpoint, exchange)) as events:
            async for event in events:
                yield event
    except _End:
        return
    except TimeoutError:
        yield FetchFailure(FailureKind.TIMEOUT)
    except (EventTooLargeError, MultipartError):
        yield FetchFailure(FailureKind.TOO_LARGE)
    except BodyError as error:
        yield FetchFailure(error.kind)
    except (OSError, ssl.SSLError):
        yield FetchFailure(FailureKind.CONNECTION)
    finally:
        exchange.close()


async def _events(endpoint: StreamEndpoint, exchange: Exchange) -> AsyncGenerator[Payload]:
    essence = exchange.content_type.partition(";")[0].strip().lower()
    boundary = boundary_of(exchange.content_type)
    if essence == "text/event-stream":
        read: Callable[[bytes], Iterable[Payload]] = _sse(EventReader(endpoint.max_event))
    elif boundary is not None:
        read = _multipart(MultipartReader(boundary, endpoint.max_event))
    elif essence in {"application/json", "application/graphql-response+json"}:
        yield _payload(b"".join([chunk async for chunk in _bounded(exchange, endpoint.max_event)]))
        return
    else:
        raise BodyError(FailureKind.PROTOCOL)
    async for chunk in exchange.chunks():
        for payload in read(chunk):
            yield payload
    # The protocols end a stream in words; a body that merely stops was cut off.
    raise BodyError(FailureKind.CONNECTION)


def _sse(reader: EventReader) -> Callable[[bytes], Iterable[Payload]]:
    def read(chunk: bytes) -> Iterable[Payload]:
        for event in reader.feed(chunk):
            if event.name == "complete":
                raise _End
            if event.name == "next":
                yield _payload(event.data)

    return read


def _multipart(reader: MultipartReader) -> Callable[[bytes], Iterable[Payload]]:
    def read(chunk: bytes) -> Iterable[Payload]:
        for part in reader.feed(chunk):
            content = _payload(part)
            if not content:
                continue  # a heartbeat
            if content.get("payload") is not None:
                yield _object(content["payload"])
            if content.get("errors"):
                # A transport error: the stream ends with it, whatever is still said.
                yield {"errors": content["errors"]}
                raise _End
        if reader.finished:
            raise _End

    return read


async def _bounded(exchange: Exchange, max_size: int) -> AsyncGenerator[bytes]:
    size = 0
    async for chunk in exchange.chunks():
        size += len(chunk)
        if size > max_size:
            raise BodyError(FailureKind.TOO_LARGE)
        yield chunk


def _payload(data: bytes) -> Payload:
    try:
        return _object(orjson.loads(data))
    except orjson.JSONDecodeError:
        raise BodyError(FailureKind.INVALID) from None


def _object(content: Any) -> Payload:
    if not isinstance(content, dict):
        raise BodyError(FailureKind.INVALID)
    return content


def _refused(status: int) -> FetchFailure | None:
    if 200 <= status < 300:
        return None
    return FetchFailure(FailureKind.PROTOCOL if 300 <= status < 400 else FailureKind.STATUS, status)
