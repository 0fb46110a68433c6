"""The stream as a table of BR's database: read behind a position, woken by NOTIFY, and looked at now and then all the same."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson

from registers.zorgrelaties.stream import Batch, event_of

__all__ = ["CHANNEL", "DISTURBANCES", "PostgresSource", "connected"]

CHANNEL = "zorgrelaties"
DISTURBANCES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What a database does when it is not there, goes away, or refuses: reasons to try again later."""

_EVENTS = """
SELECT positie, aggregaat_id, aggregaat_versie, client_key, relaties, kenmerk FROM stroom.relaties
 WHERE positie > $1 ORDER BY positie LIMIT $2
"""
_STAND = """
SELECT stroom, positie, volledig_tot, (SELECT kenmerk FROM stroom.relaties WHERE relaties.positie = $1) AS kenmerk FROM stroom.stand
"""


@asynccontextmanager
async def connected(url: str, name: str) -> AsyncGenerator[Any]:
    """A connection that cannot hang for ever: neither in the making, nor in a statement, nor idle inside a transaction."""
    settings = {
        "application_name": name,
        "statement_timeout": "30000",
        "idle_in_transaction_session_timeout": "30000",
        "timezone": "Europe/Amsterdam",
    }
    connection: Any = await asyncpg.connect(url, timeout=5, command_timeout=30, server_settings=settings)
    try:
        yield connection
    finally:
        connection.terminate()


class PostgresSource:
    """A `Source`; `connection` logs in as the reader of BR's stream."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._woken = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str) -> AsyncGenerator[PostgresSource]:
        async with connected(url, "projector") as connection:
            source = cls(connection)
            await connection.add_listener(CHANNEL, source._wake)
            # A line that breaks while nothing is asked is noticed at once, not at the next look.
            connection.add_termination_listener(source._wake)
            yield source

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def read(self, after: int, limit: int) -> Batch:
        self._woken.clear()
        # First how far, then the events: whatever the head says is among them, unless `limit` comes first.
        stand = await self._connection.fetchrow(_STAND, after)
        rows = await self._connection.fetch(_EVENTS, after, limit)
        events = tuple(
            event_of(
                row["positie"],
                row["aggregaat_id"],
                row["aggregaat_versie"],
                row["client_key"],
                orjson.loads(row["relaties"]),
                row["kenmerk"],
            )
            for row in rows
        )
        return Batch(stand["stroom"], stand["positie"], stand["volledig_tot"], events, after, stand["kenmerk"])

    async def wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
