"""The log: one JSON object a line on standard error, and one line for each request.

A line holds what an operator needs to find a request again — trace id, operation hash, role, status, time — and nothing of
its content: no query, no variables, no token, no identifier of a person or a party (`docs/errors.md`, design §8). The text of an
exception may quote what was asked, so a line has only its kind and the places in the code that it came through.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import orjson
import structlog

__all__ = ["AccessLog", "configure_logs", "whereabouts"]

_FRAMES = 12

AccessLog = Callable[..., None]
"""Called once a request with the fields of its line."""


def whereabouts(error: BaseException) -> dict[str, Any]:
    """What may be logged of an exception: its kind, and `file:line function` of where it passed, innermost last."""
    frames = traceback.extract_tb(error.__traceback__, limit=-_FRAMES)
    where = [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames]
    return {"reason": type(error).__name__, "where": where}


def configure_logs(log_format: Literal["json", "console"] = "json") -> None:
    """Set up structlog, and bring the lines of uvicorn and asyncio into the same form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if log_format == "json":
        renderer: list[Any] = [structlog.processors.JSONRenderer(orjson.dumps)]
        factory: Any = structlog.BytesLoggerFactory(sys.stderr.buffer)
    else:
        renderer = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        factory = structlog.PrintLoggerFactory(sys.stderr)
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_ToStructlog()], force=True)


class _ToStructlog(logging.Handler):
    """Lines of libraries, as events: their fixed words, without the values that were to fill them."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = structlog.get_logger(record.name)
        write = logger.error if record.levelno >= logging.ERROR else logger.warning
        error = record.exc_info[1] if record.exc_info else None
        # asyncio writes callbacks and futures, with what they hold, into the words themselves.
        words = "" if record.name == "asyncio" else str(record.msg).partition("\n")[0]
        write("library", source=record.name, text=words, **(whereabouts(error) if error is not None else {}))
