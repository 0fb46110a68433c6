"""Learn from the other registers whose their records are, and derive inzagen of what was shipped before that was known.

Whatever is shipped once a record is known is derived when it is shipped. So only what came since the last time has to be read again, and of
that only what was there before the registers were asked: a line that came while they were may speak of a record that they did not tell of yet.

Lines are derived piece by piece, and how far is written with each piece, in one transaction. A run that is cut short is continued by the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from registers.common.client_key import client_key
from registers.inzage.administration import connected

__all__ = ["Located", "locate"]

_LOCATED = (
    "SELECT l.record_id, p.bsn FROM locator l JOIN (SELECT DISTINCT client_key, bsn FROM {table}) p USING (client_key)"
)
_WITH_BSN = {"indicatie": "wlzindicatie", "bemiddeling": "client", "zorglevering": "client", "client": "clientprofiel"}
"""For each register that holds care data, the table that has the BSN of every person in it."""
_PIECE = 10_000

_NEW_LINES = """
CREATE TEMP TABLE nieuw AS
WITH RECURSIVE process (instance) AS (
    SELECT min(instance) FROM audit_record
    UNION ALL
    SELECT (SELECT min(r.instance) FROM audit_record r WHERE r.instance > p.instance) FROM process p WHERE p.instance IS NOT NULL
), line AS (
    SELECT r.instance, r.sequence, max(r.at) OVER (PARTITION BY r.instance ORDER BY r.sequence) AS at
      FROM process p
      LEFT JOIN afgeleid a USING (instance)
     CROSS JOIN LATERAL (
          SELECT * FROM audit_record r WHERE r.instance = p.instance AND r.sequence > coalesce(a.sequence, 0)
     ) AS r
)
SELECT row_number() OVER (ORDER BY at, instance, sequence) AS number, instance, sequence FROM line;
CREATE UNIQUE INDEX ON nieuw (number);
ANALYZE nieuw;
"""
"""The lines to derive, numbered in the order of time, since an inzage of an inzage follows from the one that was seen. Those of one process stay in
their own order, also where its clock was set back."""

_DERIVED = """
SELECT leid_inzagen_af(piece.instance, piece.sequence, kind, persons, line)
  FROM (
      SELECT r.* FROM nieuw n JOIN audit_record r USING (instance, sequence) WHERE n.number > $1 AND n.number <= $2 ORDER BY n.number OFFSET 0
  ) AS piece
"""
_MOVED = """
INSERT INTO afgeleid SELECT instance, max(sequence) FROM nieuw WHERE number > $1 AND number <= $2 GROUP BY instance
ON CONFLICT (instance) DO UPDATE SET sequence = greatest(afgeleid.sequence, EXCLUDED.sequence)
"""
_FORGOTTEN = "DELETE FROM afgeleid a WHERE NOT EXISTS (SELECT FROM audit_record r WHERE r.instance = a.instance)"
"""Where a process stood whose lines are kept no longer."""


@dataclass(frozen=True, slots=True)
class Located:
    """`records` of which was learned whose they are, and `lines` that were read for it."""

    records: int
    lines: int


async def locate(
    url: str, registers: Iterable[tuple[str, str]], secret: bytes, *, again: bool = False, piece: int = _PIECE
) -> Located:
    """Learn from the registers (name and URL), and derive what was shipped since the last time; `again`: all that is there.

    `again` is for records that a register did not tell of when they were looked at, because it was put back or came later. What is there already
    stays as it is. Raises `AdministrationError`.
    """
    async with connected(url) as connection:
        if again:
            await connection.execute("DELETE FROM afgeleid")
        await connection.execute(_NEW_LINES)
        records = await _learn(connection, registers, secret)
        return Located(records, await _derive(connection, piece))


async def _learn(connection: Any, registers: Iterable[tuple[str, str]], secret: bytes) -> int:
    """How many records were new."""
    before: int = await connection.fetchval("SELECT count(*) FROM vindplaats")
    await connection.execute("CREATE TEMP TABLE gevonden (LIKE vindplaats)")
    for name, place in registers:
        async with connected(place) as register, register.transaction():
            cursor = await register.cursor(_LOCATED.format(table=_WITH_BSN[name]))
            while rows := await cursor.fetch(_PIECE):
                found = [(row["record_id"], client_key(secret, row["bsn"])) for row in rows]
                await connection.copy_records_to_table("gevonden", records=found)
    await connection.execute(
        "INSERT INTO vindplaats SELECT DISTINCT ON (record_id) * FROM gevonden ON CONFLICT DO NOTHING"
    )
    after: int = await connection.fetchval("SELECT count(*) FROM vindplaats")
    return after - before


async def _derive(connection: Any, piece: int) -> int:
    """How many lines were read."""
    count: int = await connection.fetchval("SELECT count(*) FROM nieuw")
    for start in range(0, count, piece):
        async with connection.transaction():
            await connection.execute(_DERIVED, start, start + piece)
            await connection.execute(_MOVED, start, start + piece)
    await connection.execute(_FORGOTTEN)
    return count
