"""Runs the application: sockets first, so that a port that somebody else has is one plain sentence; then uvicorn.

One worker a process, uvloop and httptools. More cores mean more processes. With `listen.tls` the port speaks TLS and hands the
certificates of clients on; a unix socket and the port for operators stay as they are.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import math
import os
import signal
import socket
import ssl
import stat
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from gateway.connections import connections
from gateway.settings import LifecycleSettings, LimitSettings, Listen, ServerTlsSettings

__all__ = ["ServeError", "listen", "serve"]


_LOOK = 0.1
"""Seconds between looks for a second signal."""


class ServeError(Exception):
    """Why the gateway cannot listen, in a sentence."""


def serve(
    app: Any,
    place: Listen,
    *,
    ready: Callable[[list[str]], None] = lambda _: None,
    drain: Callable[[], asyncio.Task[None] | None] = lambda: None,
    max_message: int = 1024 * 1024,
    timing: LifecycleSettings | None = None,
    limits: LimitSettings | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is told the addresses, `drain` that the end has begun: what it gives back ends
    the streams. `max_message` bounds a WebSocket message, in bytes. Raises `ServeError`.
    """
    timing = timing or LifecycleSettings()
    limits = limits or LimitSettings()
    http, websocket = connections(head_seconds=limits.head_seconds, stalled_seconds=limits.stalled_seconds)
    sockets = listen(place)
    secured = _secured(place, sockets)
    places = [_address(opened, tls=opened in secured) for opened in sockets]
    if place.admin_port is not None:
        sockets.append(_admin(place, sockets))
        app.admin_port = sockets[-1].getsockname()[1]
        places.append(f"admin {_address(sockets[-1])}")
    server = _Server(
        uvicorn.Config(
            app,
            loop="uvloop",
            http=http,
            ws=websocket,
            ws_max_size=max_message,
            # A small message could unpack to a large one, and secrets beside chosen text could be guessed by its length.
            ws_per_message_deflate=False,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=math.ceil(timing.grace_seconds),
        ),
        ready=lambda: ready(places),
        drain=drain,
        drain_seconds=timing.drain_seconds,
        secured=secured,
    )
    app.connections = lambda: len(server.server_state.connections)
    try:
        server.run(sockets=sockets)
    finally:
        for opened in sockets:
            opened.close()
        if place.unix is not None:
            Path(place.unix).unlink(missing_ok=True)


def listen(place: Listen) -> list[socket.socket]:
    """Bind the sockets of `place`. Raises `ServeError`."""
    sockets: list[socket.socket] = []
    try:
        if place.port is not None:
            sockets.append(_tcp(place.host, place.port))
        if place.unix is not None:
            sockets.append(_unix(Path(place.unix)))
        if place.tls is not None and place.tls.port is not None:
            sockets.append(_tcp(place.host, place.tls.port))
    except ServeError:
        for opened in sockets:
            opened.close()
        raise
    return sockets


def _admin(place: Listen, others: Sequence[socket.socket]) -> socket.socket:
    try:
        return _tcp(place.admin_host, place.admin_port or 0)
    except ServeError:
        for opened in others:
            opened.close()
        raise


class _Server(uvicorn.Server):
    """Tells when it listens, and leaves in order: not ready, a while for load balancers to see it, no new connections, the end of
    the streams, the rest of the running requests, end. A second signal ends it at once.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        ready: Callable[[], None],
        drain: Callable[[], asyncio.Task[None] | None],
        drain_seconds: float,
        secured: Mapping[socket.socket, ssl.SSLContext],
    ) -> None:
        super().__init__(config)
        self._secured = secured
        self._ready = ready
        self._drain = drain
        self._drain_seconds = drain_seconds
        self._told = False
        self._leave_at: float | None = None
        self._drained: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        # uvicorn raises the signal again when it has stopped, which would end the process before it has tidied up.
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self._told:
            # A signal may come between any two steps of the loop; what follows from it is done on a tick.
            self._told = True
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        if self._told and self._leave_at is None:
            self._leave_at = time.monotonic() + self._drain_seconds
            self._drained = self._drain()
        if self._leave_at is not None and time.monotonic() >= self._leave_at:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        began, grace = time.monotonic(), self.config.timeout_graceful_shutdown or 0
        # uvicorn would close the sockets first, and nobody would hear why.
        while self._drained is not None and not self._drained.done() and not self.force_exit:
            if time.monotonic() - began > grace:
                break
            await asyncio.wait({self._drained}, timeout=_LOOK)
        self.config.timeout_graceful_shutdown = max(1, math.ceil(grace - (time.monotonic() - began)))
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn has TLS on all of its sockets or on none; ours is for the port of clients.
        await super().startup([opened for opened in sockets or () if opened not in self._secured])
        if not self.started:
            return
        loop = asyncio.get_running_loop()
        for opened, context in self._secured.items():
            self.servers.append(await loop.create_server(self._protocol, sock=opened, ssl=context))
        self._ready()

    def _protocol(self) -> asyncio.Protocol:
        protocol: Any = self.config.http_protocol_class
        return protocol(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def _secured(place: Listen, sockets: Sequence[socket.socket]) -> Mapping[socket.socket, ssl.SSLContext]:
    """Of the sockets of `place`, those that speak TLS."""
    if place.tls is None:
        return {}
    try:
        context = _tls(place.tls)
    except ServeError:
        for opened in sockets:
            opened.close()
        raise
    if place.tls.port is not None:
        return {sockets[-1]: context}
    return {sockets[0]: context} if place.port is not None else {}


def _tls(settings: ServerTlsSettings) -> ssl.SSLContext:
    """What clients meet on the port: TLS 1.2 at least. Raises `ServeError`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(settings.certificate, settings.key)
        if settings.client_ca is not None:
            context.load_verify_locations(settings.client_ca)
            required = settings.client == "required"
            context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or os.strerror(getattr(error, "errno", 0) or 0)
        raise ServeError(f"listen.tls: the certificate, its key or the authorities cannot be used: {reason}.") from None
    return context


def _tcp(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ServeError(f"{host} is no address of this machine: {error.strerror}.") from None
    opened = socket.socket(family, kind, protocol)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind(address)
        # Listening decides who has the port; binding alone may succeed for two.
        opened.listen(2048)
    except OSError as error:
        opened.close()
        raise ServeError(_tcp_problem(host, port, error)) from None
    return opened


def _tcp_problem(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program; choose another one with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} on {host} is not open to this user; choose one from 1024."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine."
    return f"Port {port} on {host} cannot be opened: {os.strerror(error.errno or 0)}."


def _unix(path: Path) -> socket.socket:
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(path)
        opened.bind(str(path))
        path.chmod(0o660)
        opened.listen(2048)
    except OSError as error:
        opened.close()
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ServeError(f"The socket {path} cannot be made: {reason}.") from None
    except ServeError:
        opened.close()
        raise
    return opened


def _remove_stale(path: Path) -> None:
    """Remove a socket that nobody answers on; a process that was killed leaves one."""
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise ServeError(f"{path} exists and is no socket.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink()
            return
    raise ServeError(f"The socket {path} is in use by another program.")


def _address(opened: socket.socket, *, tls: bool = False) -> str:
    name: Any = opened.getsockname()
    if isinstance(name, str):
        return f"unix:{name}"
    addresses: Sequence[Any] = name
    host = f"[{addresses[0]}]" if opened.family == socket.AF_INET6 else addresses[0]
    return f"{'https' if tls else 'http'}://{host}:{addresses[1]}"
