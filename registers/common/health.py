"""Whether a register can answer: its database is there, migrated, and has the row policies of this release."""

from __future__ import annotations

import asyncpg
import orjson

from registers.common.definition import RegisterDefinition
from registers.common.migrations import pending
from registers.common.pool import Database, DatabaseUnavailableError

__all__ = ["readiness"]


async def readiness(database: Database | None, register: RegisterDefinition) -> tuple[int, bytes]:
    """Return the status and body of the ready check: 200, or 503 with what is missing."""
    if database is None:
        return 503, orjson.dumps({"status": "starting"})
    try:
        missing = await database.inspect(lambda connection: pending(connection, register))
    except (DatabaseUnavailableError, asyncpg.PostgresError):
        return 503, orjson.dumps({"status": "unavailable", "reason": "The database cannot be reached."})
    if missing:
        return 503, orjson.dumps({"status": "unavailable", "reason": missing})
    return 200, orjson.dumps({"status": "ready"})
