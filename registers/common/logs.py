"""One JSON object a line on standard error; nothing of a person ever goes in."""

from __future__ import annotations

import logging
import sys

import orjson
import structlog

__all__ = ["configure_logs"]


def configure_logs() -> None:
    """Set structlog up for a server process; what libraries log goes the same way, from WARNING up."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s", force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=lambda event, **_: orjson.dumps(event, default=str).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
