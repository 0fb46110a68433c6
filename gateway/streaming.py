"""The streaming side of the application: endpoints that outlive an assembly, and what they ask."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from gateway.answers import GraphQLResponse
from gateway.assembly import Assembly
from gateway.authorization.caller import Caller
from gateway.errors import Code, GraphQLIssue
from gateway.lifecycle import Lifecycle
from gateway.requests import GraphQLRequest
from gateway.settings import Settings
from gateway.subscriptions import Subscription
from gateway.telemetry.logs import get_log
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.trace import Trace
from gateway.transport.asgi import Receive, Scope, Send
from gateway.transport.closing import Reason
from gateway.transport.events import EventStreams
from gateway.transport.websocket import WebSocketEndpoint

__all__ = ["CurrentOperations", "Streaming"]

# What a caller may see is decided by the assembly that serves; a stream of the one before would go on by the old rules.
_ENDS: Mapping[Reason, GraphQLIssue] = {
    "reload": GraphQLIssue("The graph was replaced. Subscribe again.", Code.GATEWAY_STOPPING),
    "stop": GraphQLIssue("The gateway is stopping. Subscribe again.", Code.GATEWAY_STOPPING),
}


class CurrentOperations:
    """Hands each operation of a long connection to the assembly that serves when it arrives, and keeps that one until it is done."""

    def __init__(self) -> None:
        self.lifecycle: Lifecycle | None = None
        self.metrics: Metrics | None = None

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller | None:
        assert self.lifecycle is not None
        return await self.lifecycle.current.pipeline.caller(headers)

    async def subscribe(
        self, request: GraphQLRequest, headers: Mapping[bytes, bytes], trace: Trace
    ) -> GraphQLResponse | Subscription:
        assert self.lifecycle is not None
        assembly = self.lifecycle.current
        leave = self.lifecycle.enter(assembly)
        started = time.perf_counter()
        try:
            answer = await assembly.pipeline.subscribe(request, headers, trace)
        except BaseException:
            leave()
            raise
        self._count(answer, time.perf_counter() - started)
        if isinstance(answer, Subscription):
            deaf = assembly.closing.listen(lambda reason: answer.end(_ENDS[reason]))

            def closed() -> None:
                deaf()
                leave()

            answer.at_close = closed
        else:
            leave()
        return answer

    def _count(self, answer: GraphQLResponse | Subscription, seconds: float) -> None:
        """A subscription counts when it is opened, with the time that took."""
        if self.metrics is not None and answer.asked is not None:
            self.metrics.operations.count(answer.asked, answer.role or "", seconds, failed=answer.code != "")


class Streaming:
    """The streaming endpoints of `/graphql`. They belong to the process: a socket outlives the graph that it was opened on."""

    def __init__(self, settings: Settings) -> None:
        chosen = settings.subscriptions
        network = settings.profile == "network"
        access_log = get_log("gateway.access").info if settings.telemetry.access_log else None
        self.operations = CurrentOperations()
        self._grace = settings.lifecycle.grace_seconds
        self.websocket = (
            WebSocketEndpoint(self.operations, settings=chosen, access_log=access_log, network=network)
            if chosen.websocket
            else None
        )
        self.events = (
            EventStreams(
                self.operations, settings=chosen, limits=settings.limits, access_log=access_log, network=network
            )
            if chosen.sse
            else None
        )

    async def serve_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.websocket is not None and scope["path"] == "/graphql":
            await self.websocket(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def drain(self) -> None:
        """Close the sockets (1001) and streams, once their subscriptions have ended; no new ones are let in."""
        await asyncio.gather(*(part.drain(self._grace) for part in (self.websocket, self.events) if part is not None))

    def read_into(self, metrics: Metrics, current: Callable[[], Assembly]) -> None:
        """Let `metrics` show connections and subscriptions."""
        self.operations.metrics = metrics
        websocket, events = self.websocket, self.events
        metrics.reading(
            "gateway_stream_connections",
            "Open connections of clients that stream.",
            lambda: [
                ({"over": "websocket"}, websocket.open if websocket is not None else 0),
                ({"over": "sse"}, events.open if events is not None else 0),
            ],
        )
        metrics.reading(
            "gateway_subscription_upstreams",
            "Streams from subgraphs, each shared by the subscriptions of one identity class.",
            lambda: [({}, current().pipeline.subscriptions.upstreams)],
        )
        metrics.reading(
            "gateway_subscription_events_dropped_total",
            "Events that subscribers lost because their buffer was full.",
            lambda: [({}, current().pipeline.subscriptions.dropped)],
            "counter",
        )
