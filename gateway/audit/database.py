"""The audit database: records as they stand in journals, line by line, and the anchors of their chains.

A line is kept as it is, so that what is here can be proven like a file; beside it stands what is searched for. The gateway needs INSERT and SELECT on the
two tables and nothing else. What is shipped twice is there once: (instance, sequence) is the key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

import asyncpg

from gateway.audit.chain import Head
from gateway.errors import OperatorError

__all__ = [
    "UNREACHABLE",
    "Row",
    "each_row",
    "insert_anchors",
    "insert_rows",
    "prepare",
    "read_anchors",
    "read_shipped",
    "row_of",
    "shipped_to",
]

# The last is what the driver makes of a farewell that it reads in the middle of something.
UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What goes wrong with a database that is away, or not as it should be."""

_LAST = (1 << 63) - 1
"""The largest number of the column."""
_LONG = 512
"""Letters of a text that is searched for. A person is 64 of them; an entry of an index has 2,704 bytes at most."""

_TABLES = """
CREATE TABLE IF NOT EXISTS audit_record (
    instance text NOT NULL,
    sequence bigint NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    persons text[] NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (instance, sequence)
);
CREATE INDEX IF NOT EXISTS audit_record_at ON audit_record (at);
CREATE INDEX IF NOT EXISTS audit_record_persons ON audit_record USING gin (persons);
CREATE TABLE IF NOT EXISTS audit_anchor (
    instance text NOT NULL,
    jws text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (instance, jws)
);
"""

_INSERT = """
INSERT INTO audit_record (instance, sequence, at, kind, persons, line)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (instance, sequence) DO NOTHING
"""

_HASHES = """
SELECT substr(line, 10, 64) AS hash FROM audit_record WHERE instance = $1 AND sequence BETWEEN $2 AND $3 ORDER BY sequence
"""

_ROWS = "SELECT instance, sequence, at, kind, persons, line FROM audit_record ORDER BY instance, sequence"


class _AnotherError(Exception):
    pass


class Row(NamedTuple):
    """A line as it is put there: beside it what is searched for."""

    instance: str
    sequence: int
    at: datetime
    kind: str
    persons: list[str]
    line: str


async def prepare(url: str, role: str | None = None) -> None:
    """Make the tables that are not there, and let `role` add and read records, no more. Raises `OperatorError`."""
    try:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            await connection.execute(_TABLES)
            if role is not None:
                name = await connection.fetchval("SELECT quote_ident($1)", role)
                place = await connection.fetchval("SELECT quote_ident(current_database())")
                await connection.execute(f"GRANT CONNECT ON DATABASE {place} TO {name}")
                await connection.execute(f"GRANT SELECT, INSERT ON audit_record, audit_anchor TO {name}")
        finally:
            await connection.close()
    except (*UNREACHABLE, ValueError) as error:
        raise _unusable(error) from error


async def read_anchors(url: str) -> list[str]:
    """Every anchor that was shipped. Raises `OperatorError`."""
    return [row["jws"] for row in await _read(url, "SELECT jws FROM audit_anchor ORDER BY instance, at")]


async def read_shipped(url: str) -> dict[str, int]:
    """The number of the last line that is there, by instance. Raises `OperatorError`."""
    rows = await _read(url, "SELECT instance, max(sequence) AS last FROM audit_record GROUP BY instance")
    return {row["instance"]: row["last"] for row in rows}


async def each_row(url: str, told: Callable[[Row], None]) -> None:
    """Tell every line that is there, by journal and number. Raises `OperatorError`."""
    try:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            async with connection.transaction():
                async for row in connection.cursor(_ROWS, prefetch=1000):
                    told(Row(*row))
        finally:
            await connection.close()
    except (*UNREACHABLE, ValueError) as error:
        raise _unusable(error) from error


async def _read(url: str, query: str) -> list[Any]:
    try:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            return await connection.fetch(query)
        finally:
            await connection.close()
    except (*UNREACHABLE, ValueError) as error:
        raise _unusable(error) from error


async def shipped_to(connection: Any, instance: str) -> Head | None:
    """The last line of an instance that is there, None without one; lines come in order, so all before it are too."""
    found = await connection.fetchrow(
        "SELECT sequence, substr(line, 10, 64) AS hash FROM audit_record WHERE instance = $1 ORDER BY sequence DESC LIMIT 1",
        instance,
    )
    return Head(found["sequence"], found["hash"]) if found is not None else None


def row_of(instance: str, sequence: int, line: bytes) -> Row:
    """What a line becomes. Raises ValueError for one that the table cannot hold."""
    try:
        record: dict[str, Any] = json.loads(line)
        at, kind = datetime.fromisoformat(record["at"]), record["kind"]
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(type(error).__name__) from None
    if not isinstance(kind, str) or not _storable(kind) or sequence > _LAST:
        raise ValueError
    return Row(instance, sequence, at, kind, _persons(record), line.decode())


async def insert_rows(connection: Any, rows: Sequence[Row]) -> bool:
    """Put lines of an instance there, all or none: none, and false, when another line has one of their numbers."""
    first, last = rows[0], rows[-1]
    try:
        async with connection.transaction():
            await connection.executemany(_INSERT, rows)
            there = await connection.fetch(_HASHES, first.instance, first.sequence, last.sequence)
            if [found["hash"] for found in there] != [row.line[9:73] for row in rows]:
                raise _AnotherError
    except _AnotherError:
        return False
    return True


def _persons(record: dict[str, Any]) -> list[str]:
    """Those to search for. What the index cannot hold stays in the line alone, and stops no other line."""
    told = record.get("persons")
    if not isinstance(told, list):
        return []
    return [person for person in cast("list[object]", told) if isinstance(person, str) and _storable(person)]


def _storable(text: str) -> bool:
    """Whether PostgreSQL has such a text, and an index a place for it."""
    return len(text) <= _LONG and "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


async def insert_anchors(connection: Any, instance: str, anchors: Sequence[str]) -> None:
    await connection.executemany(
        "INSERT INTO audit_anchor (instance, jws) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [(instance, anchor) for anchor in anchors],
    )


def _unusable(error: Exception) -> OperatorError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return OperatorError(f"The audit database cannot be used: {reason}.")
