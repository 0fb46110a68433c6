"""The ASGI application: each request goes to the assembly that serves when it arrives, and stays with it.

`/graphql` and `/plan` are raw ASGI callables, everything else is one Starlette application behind them. How an assembly is made
stands in `assembly.py`, how one follows another in `lifecycle.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.assembly import Assembly, Lasting, assemble
from gateway.exporter import Exporter
from gateway.lifecycle import Lifecycle
from gateway.readings import read_journal, read_lifecycle, read_spans
from gateway.settings import AuditSettings, Settings
from gateway.sources import Reading, Source
from gateway.streaming import Streaming
from gateway.supergraph.model import Supergraph
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.process import read_process
from gateway.telemetry.trace import TRACE_HEADER, trace_of
from gateway.transport.asgi import Message, Receive, Scope, Send
from gateway.transport.pages import Health

if TYPE_CHECKING:
    from gateway.audit.configured import Audit
    from gateway.audit.journal import Journal

__all__ = ["GatewayApp", "app_of", "build_app"]

_TRACE = TRACE_HEADER.lower().encode()


def build_app(settings: Settings, *, supergraph: Supergraph | None = None) -> GatewayApp:
    """Build the application. `supergraph` replaces the file of the settings. Raises `SettingsError`."""
    return app_of(Reading(settings, supergraph))


def app_of(reading: Reading, source: Source | None = None) -> GatewayApp:
    """Build the application of a configuration that was read, and is read again from `source` when it changes."""
    metrics = Metrics() if reading.settings.telemetry.metrics else None
    telemetry = reading.settings.telemetry
    exporter = Exporter(telemetry) if telemetry.otlp_url is not None else None
    streaming = Streaming(reading.settings)
    audit = _opened(reading.settings.audit, metrics)
    lasting = Lasting(Health(), metrics, exporter.spans if exporter is not None else None, streaming.events, audit)
    assembly = assemble(reading.settings, lasting, supergraph=reading.supergraph)
    lifecycle = Lifecycle(assembly, lasting, reading, source)
    streaming.operations.lifecycle = lifecycle
    app = GatewayApp(lifecycle, streaming, exporter, audit.journal if audit is not None else None)
    if metrics is not None:
        read_lifecycle(metrics, lifecycle, lambda: app.connections())  # noqa: PLW0108 - the server sets it later
        read_process(metrics)
        read_journal(metrics, audit.journal if audit is not None else None)
        streaming.read_into(metrics, lambda: lifecycle.current)
        if exporter is not None:
            read_spans(metrics, exporter.spans)
    return app


def _opened(settings: AuditSettings | None, metrics: Metrics | None) -> Audit | None:
    if settings is None:
        return None
    from gateway.audit.configured import open_audit

    return open_audit(settings, metrics)


class GatewayApp:
    """The ASGI application. Paths are taken from the scope, never from a URL that a header helped to make (case T11)."""

    def __init__(
        self,
        lifecycle: Lifecycle,
        streaming: Streaming,
        exporter: Exporter | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.journal = journal
        self.lifecycle = lifecycle
        self.exporter = exporter
        self.admin_port: int | None = None
        """The port for operators, once it is open; nothing else is served there."""
        self.connections: Callable[[], int] = lambda: 0
        """How many connections clients have open; the server knows."""
        self._drained: asyncio.Task[None] | None = None
        self.streaming = streaming

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            assembly = self.lifecycle.current
            assembly.running += 1
            if self.lifecycle.draining:
                send = _last(send)
            try:
                path = scope["path"]
                if self.admin_port is not None and scope["server"][1] == self.admin_port:
                    await assembly.admin(scope, receive, _traced(scope, send))
                elif path == "/graphql":
                    await assembly.graphql(_told(assembly, scope), receive, send)
                elif path == "/plan":
                    await assembly.plan(_told(assembly, scope), receive, send)
                elif assembly.decisions is not None and path in assembly.decisions.paths:
                    await assembly.decisions(_told(assembly, scope), receive, send)
                else:
                    await assembly.pages(scope, receive, _traced(scope, send))
            finally:
                assembly.running -= 1
                if assembly.retired:
                    self.lifecycle.left(assembly)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await self.streaming.serve_websocket(_told(self.lifecycle.current, scope), receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def start(self) -> None:
        """Begin to serve."""
        await self.lifecycle.start()
        if self.exporter is not None:
            self.exporter.start()
        if self.journal is not None:
            self.journal.start()

    def drain(self) -> asyncio.Task[None]:
        """Not ready any more; what would go on without end comes to its end while the connections still stand. The server
        calls it, on its loop, when it is told to stop, and waits for what it gives back.
        """
        self.lifecycle.drain()
        self._drained = asyncio.get_running_loop().create_task(self.streaming.drain())
        return self._drained

    async def stop(self) -> None:
        """Close what was opened."""
        await self.lifecycle.stop()
        if self.exporter is not None:
            await self.exporter.stop()
        if self.journal is not None:
            await self.journal.stop()


def _told(assembly: Assembly, scope: Scope) -> Scope:
    """The scope with what is known of the peer, where somebody asks who a client is."""
    return scope if assembly.peers is None else assembly.peers.told(scope)


def _traced(scope: Scope, send: Send) -> Send:
    trace_id = trace_of(dict(scope["headers"])).id.encode()

    async def traced(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (_TRACE, trace_id)]
        await send(message)

    return traced


def _last(send: Send) -> Send:
    """The answer is the last one on its connection, so that a client opens its next one somewhere else."""

    async def last(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        await send(message)

    return last
