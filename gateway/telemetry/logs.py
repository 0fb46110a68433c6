"""The log: one JSON object a line on standard error, and one line for each request.

A line holds what an operator needs to find a request again — trace id, operation hash, role, status, time — and nothing of
its content: no query, no variables, no token, no identifier of a person or a party (`docs/errors.md`, design §8).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any, Literal

import orjson
import structlog

__all__ = ["AccessLog", "configure_logs"]

AccessLog = Callable[..., None]
"""Called once a request with the fields of its line."""


def configure_logs(log_format: Literal["json", "console"] = "json") -> None:
    """Set up structlog, and bring the lines of uvicorn and asyncio into the same form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if log_format == "json":
        renderer: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(orjson.dumps)]
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
    """Lines of libraries, as events. Only the text of a warning or an error, with its traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = structlog.get_logger(record.name)
        write = logger.error if record.levelno >= logging.ERROR else logger.warning
        write("library", source=record.name, text=record.getMessage(), exc_info=record.exc_info or None)
