"""BR's side of the stream: an event with each change, and the heartbeat between changes.

A publisher holds the row of `stroom.stand` until its transaction ends, so positions become visible in their own order, and none is
lost to a transaction that is rolled back. What it has to tell is what `settled` says, and no more: transactions end in another order than
they begin in, so a change becomes visible behind which others stand already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import structlog

from registers.zorgrelaties.postgres import CHANNEL, DISTURBANCES, connected
from registers.zorgrelaties.stream import Relation

__all__ = ["BEAT", "Change", "beat", "keep_beating", "passed", "publish", "settled"]

BEAT = 5.0
"""Seconds between heartbeats: several fit into the shortest bound that makes sense."""

_log = structlog.get_logger(__name__)

_PUBLISH = """
WITH next AS (UPDATE stroom.stand SET positie = positie + 1 RETURNING positie)
INSERT INTO stroom.relaties (positie, aggregaat_id, aggregaat_versie, client_key, relaties)
SELECT positie, $1, $2, $3, $4::jsonb FROM next RETURNING positie
"""

_BEHIND = "aggregaat = 'bemiddeling' AND (outbox.transactie, outbox.volgnummer) > (stand.transactie, stand.volgnummer)"

# The moment is that of the statement, before it looks: what was written by then is in sight. Changes of which the stream knows
# nothing yet hold the heartbeat back. So does a stand that no transaction of this server can have: the numbers of transactions began
# anew (a dump was loaded elsewhere), and changes to come would look as if they were published.
_BEAT = f"""
UPDATE stroom.stand SET volledig_tot = statement_timestamp()
 WHERE NOT EXISTS (SELECT FROM outbox WHERE {_BEHIND}) AND transactie < pg_snapshot_xmin(pg_current_snapshot())
"""

_SETTLED = f"""
SELECT outbox.transactie::text, outbox.volgnummer, aggregaat_id, aggregaat_versie FROM outbox, stroom.stand
 WHERE {_BEHIND} AND outbox.transactie < pg_snapshot_xmin(pg_current_snapshot())
 ORDER BY outbox.transactie, outbox.volgnummer LIMIT $1
"""

_PASSED = """
UPDATE stroom.stand SET transactie = $1::text::xid8, volgnummer = $2
 WHERE $1::text::xid8 < pg_snapshot_xmin(pg_current_snapshot()) AND ($1::text::xid8, $2::bigint) > (transactie, volgnummer)
"""


class Change(NamedTuple):
    """A change of a Bemiddeling in the outbox. `transaction` and `number` say where it stands."""

    transaction: str
    number: int
    aggregate: UUID
    version: int


async def publish(
    connection: Any, aggregate: UUID, version: int, client_key: UUID, relations: Iterable[Relation]
) -> int:
    """Append an event, in the transaction of `connection` when there is one. Returns its position.

    Raises asyncpg.UniqueViolationError for a version of the aggregate that was published before.
    """
    content = orjson.dumps([relation._asdict() for relation in relations]).decode()
    position: int = await connection.fetchval(_PUBLISH, aggregate, version, client_key, content)
    await connection.execute(f"NOTIFY {CHANNEL}")
    return position


async def settled(connection: Any, limit: int = 500) -> list[Change]:
    """Changes that the stream has to tell next, in order. What an unfinished transaction may still come before is not among them."""
    return [Change(*row) for row in await connection.fetch(_SETTLED, limit)]


async def passed(connection: Any, change: Change) -> bool:
    """Say that the stream tells everything up to `change`. Returns False, and changes nothing, where an unfinished transaction may
    still put something before it, or when the stream was further already.
    """
    return bool(await connection.execute(_PASSED, change.transaction, change.number) == "UPDATE 1")


async def beat(connection: Any) -> bool:
    """Say that nothing is missing in the stream until now. Returns False when something is."""
    return bool(await connection.execute(_BEAT) == "UPDATE 1")


async def keep_beating(url: str, every: float = BEAT) -> None:
    """Beat until cancelled, over lost connections too. `every` is in seconds."""
    while True:
        try:
            async with connected(url, "relay") as connection:
                while True:
                    if not await beat(connection):
                        _log.warning("heartbeat_held_back")
                    await asyncio.sleep(every)
        except DISTURBANCES as error:
            _log.warning("relay_lost_database", reason=type(error).__name__)
        await asyncio.sleep(min(every, 1.0))
