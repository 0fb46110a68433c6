"""Runs the application: one listener with TLS for parties, and one without for the development endpoints.

Both share a process, so that one command is one autorisatieserver. uvicorn's own signal handling expects a single server; here
one signal stops all.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import ssl
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from issuer.tls import CertificateProtocol

__all__ = ["Listener", "ServeError", "serve"]


class ServeError(Exception):
    """The server cannot run, in a sentence."""


@dataclass(frozen=True, slots=True)
class Listener:
    """An application on an address. TLS when `certificate` is given; `authorities` (PEM) vouch for client certificates."""

    app: Any
    host: str = "127.0.0.1"
    port: int = 0
    unix: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    authorities: Path | None = None

    @property
    def url(self) -> str:
        if self.unix is not None:
            return str(self.unix)
        return f"{'https' if self.certificate else 'http'}://{self.host}:{self.port}"


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield  # `serve` has the signals


def serve(listeners: Sequence[Listener]) -> None:
    """Serve until SIGTERM or SIGINT. Raises `ServeError`."""
    asyncio.run(_serve(listeners))


async def _serve(listeners: Sequence[Listener]) -> None:
    servers = [_Server(_config(listener)) for listener in listeners]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    tasks = [asyncio.create_task(_run(server, listener)) for server, listener in zip(servers, listeners, strict=True)]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop()
    await asyncio.wait(tasks)
    for task in (*done, *tasks):
        task.result()


async def _run(server: uvicorn.Server, listener: Listener) -> None:
    try:
        await server.serve()
    except SystemExit as error:
        # uvicorn logs the reason and leaves; the usual one is a port that somebody else has.
        raise ServeError(f"The autorisatieserver cannot listen on {listener.url}: {_reason(listener)}.") from error


def _reason(listener: Listener) -> str:
    import socket

    if listener.unix is not None:
        return "the socket cannot be made"
    with socket.socket() as probe:
        try:
            probe.bind((listener.host, listener.port))
        except OSError as error:
            return f"port {listener.port} is in use" if error.errno == errno.EADDRINUSE else str(error.strerror)
    return "the address is not available"


def _config(listener: Listener) -> uvicorn.Config:
    for file in (listener.certificate, listener.key, listener.authorities):
        if file is not None and not file.is_file():
            raise ServeError(f"There is no file {file}.")
    config = uvicorn.Config(
        listener.app,
        host=listener.host,
        port=listener.port,
        uds=str(listener.unix) if listener.unix else None,
        http=CertificateProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        ssl_certfile=listener.certificate,
        ssl_keyfile=listener.key,
        ssl_ca_certs=str(listener.authorities) if listener.authorities else None,
        # Optional, so that a missing certificate gets the published 403 and not a broken connection.
        ssl_cert_reqs=ssl.CERT_OPTIONAL if listener.authorities else ssl.CERT_NONE,
    )
    config.load()
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return config
