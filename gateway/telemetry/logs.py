"""The log: one JSON object a line on standard error, and one line for each request.

A line holds what an operator needs to find a request again — trace id, operation hash, role, status, time — and nothing of
its content: no query, no variables, no token, no identifier of a person or a party (`docs/errors.md`, design §8). The text of an
exception may quote what was asked, so a line has only its kind and the places in the code that it came through.

Written by hand because a line is written for each request: a dict, orjson and one write cost a tenth of what a logging library does,
and none has to be imported before the gateway can serve. Fields are listed in `docs/operating-gateway.md`.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import random
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import orjson

__all__ = ["AccessLog", "Log", "RequestLog", "configure_logs", "get_log", "whereabouts"]

_FRAMES = 12
_MOMENT = 0.02
"""Seconds that the line of a request may wait for others."""
_TOGETHER = 256

Level = Literal["info", "warning", "error"]

AccessLog = Callable[..., None]
"""Called once a request with the fields of its line."""


class Log:
    """A place to write events; fields are JSON values. It never raises for what becomes of a line."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def info(self, event: str, **fields: Any) -> None:
        _write("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        _write("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        _write("error", event, fields)


class RequestLog:
    """The access log: `sample` of the requests (0 to 1), and always those that failed in the gateway or took `slow_seconds`."""

    __slots__ = ("_log", "_sample", "_slow")

    def __init__(self, log: Log, *, sample: float = 1.0, slow_seconds: float = 1.0) -> None:
        self._log = log
        self._sample = sample
        self._slow = slow_seconds * 1000

    def __call__(self, event: str, *, status: int, ms: float, **fields: Any) -> None:
        if ms >= self._slow:
            self._log.warning("slow_request", status=status, ms=ms, **fields)
        elif self._sample >= 1.0 or status >= 500 or random.random() < self._sample:  # noqa: S311 - no secret
            fields["status"] = status
            fields["ms"] = ms
            _waiting.add(_form("info", event, fields))


def get_log(name: str) -> Log:
    """The log of a module."""
    return Log(name)


def whereabouts(error: BaseException) -> dict[str, Any]:
    """What may be logged of an exception: its kind, and `file:line function` of where it passed, innermost last."""
    frames = traceback.extract_tb(error.__traceback__, limit=-_FRAMES)
    where = [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames]
    return {"reason": type(error).__name__, "where": where}


def configure_logs(log_format: Literal["json", "console"] = "json") -> None:
    """Choose the form of a line, and bring the lines of uvicorn and asyncio into it. What still waits is written first."""
    _waiting.write()
    global _form  # noqa: PLW0603 - a process has one log
    _form = _json if log_format == "json" else _plain
    logging.basicConfig(level=logging.WARNING, handlers=[_ToLog()], force=True)


class _Waiting:
    """Lines that are written together a moment later: a write for each costs as much as a fetch. Without a loop there is no
    later. Whatever is written at once is written after them, and nothing is left behind when the process ends.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        """Where the moment has been asked for."""

    def add(self, line: str) -> None:
        self._lines.append(line)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.write()
            return
        if self._loop is not loop:
            self._loop = loop
            loop.call_later(_MOMENT, self.write)
        if len(self._lines) >= _TOGETHER:
            self._out()

    def write(self) -> None:
        self._loop = None
        self._out()

    def _out(self) -> None:
        lines, self._lines = self._lines, []
        if lines:
            _out("".join(lines))


_waiting = _Waiting()
atexit.register(_waiting.write)


def _write(level: Level, event: str, fields: dict[str, Any]) -> None:
    _waiting.write()
    _out(_form(level, event, fields))


def _out(text: str) -> None:
    # A log that cannot be written must not cost an answer.
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()


_second: tuple[int, str] = (0, "")


def _json(level: Level, event: str, fields: dict[str, Any]) -> str:
    """Takes the fields over."""
    global _second  # noqa: PLW0603 - the date changes once a second
    now = time.time_ns() // 1000
    seconds, micro = divmod(now, 1_000_000)
    if _second[0] != seconds:
        _second = (seconds, datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    fields["event"] = event
    fields["level"] = level
    fields["timestamp"] = f"{_second[1]}.{micro:06d}Z"
    return orjson.dumps(fields, default=str, option=orjson.OPT_APPEND_NEWLINE).decode()


def _plain(level: Level, event: str, fields: dict[str, Any]) -> str:
    told = " ".join(f"{name}={value}" for name, value in fields.items())
    return f"{datetime.now(UTC).isoformat()[11:23]} {level:7} {event:16} {told}\n"


_form: Callable[[Level, str, dict[str, Any]], str] = _json


class _ToLog(logging.Handler):
    """Lines of libraries, as events: their fixed words, without the values that were to fill them."""

    def emit(self, record: logging.LogRecord) -> None:
        level: Level = "error" if record.levelno >= logging.ERROR else "warning"
        error = record.exc_info[1] if record.exc_info else None
        # asyncio writes callbacks and futures, with what they hold, into the words themselves.
        words = "" if record.name == "asyncio" else str(record.msg).partition("\n")[0]
        more = whereabouts(error) if error is not None else {}
        _write(level, "library", {"source": record.name, "text": words, **more})
