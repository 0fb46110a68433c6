"""Serves a register on TCP and on a unix socket at once, in one process, with one uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
import stat
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from asyncpg import PostgresError

from registers.common.migrations import pending
from registers.common.pool import DatabaseUnavailableError
from registers.common.shell import RegisterApp

__all__ = ["Listen", "ServeError", "Server", "run", "serve"]

_log = structlog.get_logger(__name__)


class ServeError(Exception):
    """The register cannot serve; the message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen: a TCP port (0: any free one), a unix socket, or both."""

    host: str = "127.0.0.1"
    port: int | None = None
    unix: Path | None = None


class Server(uvicorn.Server):
    """Stops on SIGTERM and SIGINT and returns; uvicorn's own would raise the signal again, past what has to be cleaned up."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        app: Any = self.config.app
        _log.info("serving", register=app.register.name, port=_port(sockets or []), unix=str(app.settings.unix or ""))

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


async def serve(app: RegisterApp, listen: Listen) -> None:
    """Open the database, then the sockets, and serve until a signal. Raises `ServeError` before anything is served."""
    try:
        await app.start()
        await _refuse_unmigrated(app)
        with _sockets(listen) as sockets:
            config = uvicorn.Config(
                app,  # type: ignore[arg-type]
                http="httptools",
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                # A forwarded header must never decide who a peer is.
                proxy_headers=False,
                timeout_graceful_shutdown=10,
            )
            gc.collect()
            gc.freeze()  # what was made by now stays; no collection need look at it again
            await Server(config).serve(sockets=sockets)
    except DatabaseUnavailableError as error:
        raise ServeError(str(error)) from None
    finally:
        await app.stop()


async def _refuse_unmigrated(app: RegisterApp) -> None:
    assert app.database is not None
    try:
        missing = await app.database.inspect(lambda connection: pending(connection, app.register), seconds=5)
    except PostgresError as error:
        raise ServeError(f"The database cannot be read ({type(error).__name__}).") from None
    if missing and not app.settings.open:
        raise ServeError(missing)


@contextlib.contextmanager
def _sockets(listen: Listen) -> Generator[list[socket.socket]]:
    """Bind everything first, so that a port in use is a sentence and not half a start."""
    made: list[socket.socket] = []
    try:
        if listen.port is not None:
            made.append(_tcp(listen.host, listen.port))
        if listen.unix is not None:
            made.append(_unix(listen.unix))
        yield made
    finally:
        for item in made:
            item.close()
        if listen.unix is not None and len(made) == 1 + (listen.port is not None):
            listen.unix.unlink(missing_ok=True)


def _port(sockets: list[socket.socket]) -> int | None:
    return next((item.getsockname()[1] for item in sockets if item.family != socket.AF_UNIX), None)


def _tcp(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise ServeError(f"Port {port} on {host} {reason}; give another with --port.") from None
    return made


def _unix(path: Path) -> socket.socket:
    """A socket at `path`, for this user only. A socket that nobody answers is removed first."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.exists():
            if not stat.S_ISSOCK(path.stat().st_mode):
                raise ServeError(f"{path} exists and is no socket; give another place with --unix.")
            if _answers(path):
                raise ServeError(f"Another process serves {path}; stop it first.")
            path.unlink()
        previous = os.umask(0o177)
        try:
            made.bind(str(path))
        finally:
            os.umask(previous)
    except OSError as error:
        made.close()
        raise ServeError(f"The socket {path} cannot be made ({error.strerror or error}).") from None
    except ServeError:
        made.close()
        raise
    return made


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def run(app: RegisterApp, listen: Listen) -> None:
    """`serve`, on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve(app, listen))
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(app, listen))
