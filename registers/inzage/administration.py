"""What the operator keeps beside the inzagen: the names of parties, and who represents whom (whose a record is: `locating`).

Persons come in as BSN and are kept as keyed hashes. Everything can be repeated.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg

from registers.common.client_key import client_key
from registers.common.pool import unreachable

__all__ = [
    "AdministrationError",
    "Mandate",
    "add_mandate",
    "connected",
    "keep_parties",
    "list_mandates",
    "read_parties",
    "revoke_mandate",
]


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
    async with connected(url) as connection:
        await connection.executemany(
            "INSERT INTO partij VALUES ($1, $2) ON CONFLICT (partijcode) DO UPDATE SET naam = EXCLUDED.naam", named
        )


async def add_mandate(
    url: str, secret: bytes, client: str, representative: str, since: date, until: date | None, *, parties: bool
) -> uuid.UUID:
    """Register that `representative` represents `client` (both BSN). `parties`: and may see which parties looked."""
    if client == representative:
        raise AdministrationError("Nobody represents itself.")
    if until is not None and until < since:
        raise AdministrationError("A mandate ends after it began.")
    mandate = uuid.uuid4()
    async with connected(url) as connection:
        await connection.execute(
            "INSERT INTO vertegenwoordiging VALUES ($1, $2, $3, $4, $5, NULL, $6)",
            client_key(secret, client), mandate, client_key(secret, representative), since, until, parties,
        )  # fmt: skip
    return mandate


async def revoke_mandate(url: str, mandate: uuid.UUID) -> None:
    """Withdraw a mandate at once. Raises `AdministrationError` for one that is not there; again is no mistake."""
    async with connected(url) as connection:
        found = await connection.fetchval(
            'UPDATE vertegenwoordiging SET ingetrokken = coalesce(ingetrokken, now()) WHERE "vertegenwoordigingID" = $1 RETURNING 1',
            mandate,
        )
    if found is None:
        raise AdministrationError("There is no mandate with this id.")


async def list_mandates(url: str, secret: bytes, client: str) -> Sequence[Mandate]:
    """The mandates of a client (BSN), the oldest first."""
    async with connected(url) as connection:
        rows = await connection.fetch(
            'SELECT "vertegenwoordigingID" AS id, vanaf, tot, ingetrokken, partijen FROM vertegenwoordiging '
            "WHERE client_key = $1 ORDER BY vanaf, 1",
            client_key(secret, client),
        )
    return [Mandate(r["id"], r["vanaf"], r["tot"], r["ingetrokken"] is not None, r["partijen"]) for r in rows]


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[Any]:
    """A connection, of which everything that goes wrong is an `AdministrationError`."""
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
