"""What the operator keeps beside the inzagen: the names of parties, whose a record is, and who represents whom.

Persons come in as BSN and are kept as keyed hashes. Everything can be repeated.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg

from registers.common.client_key import client_key
from registers.common.pool import unreachable

__all__ = [
    "AdministrationError",
    "Mandate",
    "add_mandate",
    "keep_parties",
    "list_mandates",
    "locate",
    "read_parties",
    "revoke_mandate",
]

_LOCATED = (
    "SELECT l.record_id, p.bsn FROM locator l JOIN (SELECT DISTINCT client_key, bsn FROM {table}) p USING (client_key)"
)
_WITH_BSN = {"indicatie": "wlzindicatie", "bemiddeling": "client", "zorglevering": "client", "client": "clientprofiel"}
"""For each register that holds care data, the table that has the BSN of every person in it."""
_PIECE = 10_000
_DERIVED = """
SELECT piece.at, piece.instance, piece.sequence, leid_inzagen_af(instance, sequence, kind, persons, line)
  FROM (
      SELECT * FROM audit_record WHERE (at, instance, sequence) > ($1, $2, $3) ORDER BY at, instance, sequence LIMIT $4
  ) AS piece
 ORDER BY at, instance, sequence
"""
"""The next lines in the order of time, since an inzage of an inzage follows from the one that was seen."""
_FIRST = (datetime.min.replace(tzinfo=UTC), "", 0)


class AdministrationError(Exception):
    """Nothing was done; a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """That somebody represents somebody, from `since` to `until` inclusive; without names."""

    id: uuid.UUID
    since: date
    until: date | None
    revoked: bool
    parties: bool


def read_parties(participants: Path) -> list[tuple[str, str]]:
    """The codes and names of the parties in an issuer's participants file; persons are passed over."""
    try:
        entries: list[dict[str, Any]] = json.loads(participants.read_text())
        return [(str(e["id"]), str(e["name"])) for e in entries if not str(e["id"]).startswith("bsn:")]
    except OSError as error:
        raise AdministrationError(f"{participants} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, KeyError):
        raise AdministrationError(f"{participants} is no participants file.") from None


async def keep_parties(url: str, named: Sequence[tuple[str, str]]) -> None:
    """Keep codes and names, over what was kept of the same codes."""
    async with _connected(url) as connection:
        await connection.executemany(
            "INSERT INTO partij VALUES ($1, $2) ON CONFLICT (partijcode) DO UPDATE SET naam = EXCLUDED.naam", named
        )


async def locate(url: str, registers: Iterable[tuple[str, str]], secret: bytes) -> int:
    """Learn from the registers (name and URL) whose their records are, and derive what was shipped before that was known.

    Returns how many records were new. Every line is derived again, also when none was: what is there already stays as it is, and
    a run that was cut short, or a line that was shipped during one, is made good by the next.
    """
    async with _connected(url) as connection:
        before: int = await connection.fetchval("SELECT count(*) FROM vindplaats")
        await connection.execute("CREATE TEMP TABLE gevonden (LIKE vindplaats)")
        for name, place in registers:
            async with _connected(place) as register, register.transaction():
                cursor = await register.cursor(_LOCATED.format(table=_WITH_BSN[name]))
                while rows := await cursor.fetch(_PIECE):
                    found = [(row["record_id"], client_key(secret, row["bsn"])) for row in rows]
                    await connection.copy_records_to_table("gevonden", records=found)
        await connection.execute(
            "INSERT INTO vindplaats SELECT DISTINCT ON (record_id) * FROM gevonden ON CONFLICT DO NOTHING"
        )
        after: int = await connection.fetchval("SELECT count(*) FROM vindplaats")
        await _derive(connection)
        return after - before


async def _derive(connection: Any) -> None:
    last = _FIRST
    while rows := await connection.fetch(_DERIVED, *last, _PIECE):
        last = (rows[-1]["at"], rows[-1]["instance"], rows[-1]["sequence"])


async def add_mandate(
    url: str, secret: bytes, client: str, representative: str, since: date, until: date | None, *, parties: bool
) -> uuid.UUID:
    """Register that `representative` represents `client` (both BSN). `parties`: and may see which parties looked."""
    if client == representative:
        raise AdministrationError("Nobody represents itself.")
    if until is not None and until < since:
        raise AdministrationError("A mandate ends after it began.")
    mandate = uuid.uuid4()
    async with _connected(url) as connection:
        await connection.execute(
            "INSERT INTO vertegenwoordiging VALUES ($1, $2, $3, $4, $5, NULL, $6)",
            client_key(secret, client), mandate, client_key(secret, representative), since, until, parties,
        )  # fmt: skip
    return mandate


async def revoke_mandate(url: str, mandate: uuid.UUID) -> None:
    """Withdraw a mandate at once. Raises `AdministrationError` for one that is not there; again is no mistake."""
    async with _connected(url) as connection:
        found = await connection.fetchval(
            'UPDATE vertegenwoordiging SET ingetrokken = coalesce(ingetrokken, now()) WHERE "vertegenwoordigingID" = $1 RETURNING 1',
            mandate,
        )
    if found is None:
        raise AdministrationError("There is no mandate with this id.")


async def list_mandates(url: str, secret: bytes, client: str) -> Sequence[Mandate]:
    """The mandates of a client (BSN), the oldest first."""
    async with _connected(url) as connection:
        rows = await connection.fetch(
            'SELECT "vertegenwoordigingID" AS id, vanaf, tot, ingetrokken, partijen FROM vertegenwoordiging '
            "WHERE client_key = $1 ORDER BY vanaf, 1",
            client_key(secret, client),
        )
    return [Mandate(r["id"], r["vanaf"], r["tot"], r["ingetrokken"] is not None, r["partijen"]) for r in rows]


@asynccontextmanager
async def _connected(url: str) -> AsyncGenerator[Any]:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as error:
        raise AdministrationError(unreachable(error)) from None
    try:
        yield connection
    except asyncpg.PostgresError as error:
        raise AdministrationError(f"The database refuses this: {error.args[0]}.") from None
    finally:
        await connection.close()
