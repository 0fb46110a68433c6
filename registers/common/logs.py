"""One JSON object a line on standard error; nothing of a person ever goes in.

The text of an exception may quote what was asked or stored (PostgreSQL names the value that it could not read), so no log line has
one: only its kind, and the places in the code it came through. That holds for libraries and in development too.
"""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

import orjson
import structlog

__all__ = ["LibraryFormatter", "configure_logs", "whereabouts"]

_FRAMES = 12


def whereabouts(error: BaseException) -> list[str]:
    """Where `error` came from: `file:line function`, innermost last, without any text or value."""
    frames = traceback.extract_tb(error.__traceback__, limit=-_FRAMES)
    return [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames]


class LibraryFormatter(logging.Formatter):
    """What a library logs, as one JSON line: its fixed words, without the values that were to fill them."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {"event": "library", "source": record.name, "level": record.levelname.lower()}
        # asyncio writes callbacks, futures and their exceptions into the words themselves; strawberry logs the error instead of words.
        if isinstance(record.msg, str) and record.name != "asyncio":
            line["text"] = record.msg.partition("\n")[0]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line |= {"reason": type(error).__name__, "where": whereabouts(error)}
        return orjson.dumps(line).decode()


def configure_logs() -> None:
    """Set structlog up for a server process; what libraries log goes the same way, from WARNING up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=lambda event, **_: orjson.dumps(event, default=str).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
