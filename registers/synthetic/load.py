"""Copies a synthetic network into the four databases of the registers.

One pass: clients are invented in order, gathered into pieces, and every piece goes to the four databases at once, each
register in its own transaction of a few thousand rows. A register that already holds rows is refused, because half of one
network and half of another agree with nothing; `replace` empties it first, also after a load that was broken off. Loading
is silent: it leaves nothing in the outbox.

The connections are those of the owners of the tables (no row-level security applies to them).
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain
from operator import itemgetter
from typing import Any

import asyncpg

from iwlz.identifiers import bsn_from_index
from registers.common.client_key import client_key
from registers.synthetic.dossier import Dossier, Row
from registers.synthetic.network import clients as invent_clients
from registers.synthetic.tables import REGISTERS, TABLES

__all__ = ["Progress", "SeedError", "SeedResult", "seed"]

Progress = Callable[[int, int], None]
"""Called with the number of clients handed to the databases so far, and of all clients."""

_CLIENTS_A_PIECE = 200
"""About 8,000 rows of IR, the register with most rows a client: below the 10,000 of one transaction."""
_PIECES_WAITING = 2


class SeedError(Exception):
    """A sentence for the person who asked: why the network was not loaded."""


@dataclass(frozen=True, slots=True)
class SeedResult:
    """How many clients were loaded (0: all stood there already), and how many rows into each register, locator not counted."""

    clients: int
    rows: Mapping[str, int]


async def seed(
    admin_urls: Mapping[str, str],
    clients: int,
    seed: int,
    secret: bytes,
    today: date,
    progress: Progress | None = None,
    *,
    replace: bool = False,
    if_needed: bool = False,
) -> SeedResult:
    """Load a network of so many clients. `admin_urls` gives the database of each register by its name.

    `replace` empties the registers first. `if_needed` loads nothing when a network of exactly this size stands there
    completely, whatever its seed and day; together they mend a load that was broken off and leave a finished one alone.

    Raises SeedError when a register is missing from `admin_urls`, is not migrated, or is not empty and `replace` is off;
    nothing is written then. Database failures come as asyncpg raises them.
    """
    if clients < 1:
        raise SeedError("a network has at least one client")
    missing = [register for register in REGISTERS if register not in admin_urls]
    if missing:
        raise SeedError(f"no database given for {', '.join(missing)}")
    async with AsyncExitStack() as stack:
        connections = {
            register: await stack.enter_async_context(_connected(admin_urls[register])) for register in REGISTERS
        }
        filled = [await _first_filled(register, connection) for register, connection in connections.items()]
        if if_needed and all(filled) and await _holds_exactly(connections, clients, secret):
            return SeedResult(0, dict.fromkeys(REGISTERS, 0))
        if not replace:
            _refuse_filled(filled)
        else:
            await asyncio.gather(*(_empty(connection) for connection in connections.values()))
        writers = {register: _Writer(register, connection) for register, connection in connections.items()}
        try:
            with _no_cycle_collection():
                async with asyncio.TaskGroup() as group:
                    for writer in writers.values():
                        group.create_task(writer.run())
                    await _feed(writers, clients, seed, secret, today, progress)
        except BaseExceptionGroup as failures:
            # One failed database cancels the others; what the caller needs to know is the first failure.
            raise failures.exceptions[0] from None
        await asyncio.gather(*(connection.execute("ANALYZE") for connection in connections.values()))
        return SeedResult(clients, {register: writer.rows for register, writer in writers.items()})


@asynccontextmanager
async def _connected(url: str) -> AsyncGenerator[Any, None]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@contextmanager
def _no_cycle_collection() -> Generator[None, None, None]:
    """Rows are many and never refer back; looking for cycles among them took half of the time of a load."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


async def _first_filled(register: str, connection: Any) -> str | None:
    """The first table of a register that has a row, as `register.table`."""
    for table in TABLES[register]:
        try:
            if await connection.fetchval(f'SELECT EXISTS (SELECT 1 FROM "{table}")'):
                return f"{register}.{table}"
        except asyncpg.UndefinedTableError:
            raise SeedError(
                f"the database of register {register} has no table {table}: run `registers migrate {register}` first"
            ) from None
    return None


def _refuse_filled(filled: Sequence[str | None]) -> None:
    names = ", ".join(name for name in filled if name)
    if names:
        raise SeedError(
            f"there is data already ({names}); nothing was loaded. Use --replace to empty the registers first"
        )


async def _holds_exactly(connections: Mapping[str, Any], clients: int, secret: bytes) -> bool:
    """Pieces are written in order, so a register that knows the last client, and not the one after, has them all."""
    last = client_key(secret, bsn_from_index(clients - 1))
    beyond = client_key(secret, bsn_from_index(clients))
    for register, connection in connections.items():
        # Every client has relations in the registers that keep them; BR has the client itself.
        table = "zorgrelatie" if "zorgrelatie" in TABLES[register] else "client"
        known = f'SELECT EXISTS (SELECT 1 FROM "{table}" WHERE client_key = $1)'
        if not await connection.fetchval(known, last) or await connection.fetchval(known, beyond):
            return False
    return True


async def _empty(connection: Any) -> None:
    """Empty every table of a register that holds rows of clients: data, history, locator; the outbox, and the stream of relations."""
    tables = await connection.fetch(
        """
        SELECT DISTINCT c.relname
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
          LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'client_key' AND NOT a.attisdropped
         WHERE c.relkind IN ('r', 'p') AND (a.attname IS NOT NULL OR c.relname = 'outbox')
        """
    )
    names = ", ".join(f'"{record["relname"]}"' for record in tables)
    await connection.execute(f"TRUNCATE {names}")
    await connection.execute(_NEW_STREAM)


async def _feed(
    writers: Mapping[str, _Writer], clients: int, seed: int, secret: bytes, today: date, progress: Progress | None
) -> None:
    for first in range(0, clients, _CLIENTS_A_PIECE):
        stop = min(first + _CLIENTS_A_PIECE, clients)
        piece = list(invent_clients(first, stop, seed, today, secret))
        for writer in writers.values():
            await writer.pieces.put(piece)
        if progress is not None:
            progress(stop, clients)
    for writer in writers.values():
        await writer.pieces.put(None)


class _Writer:
    """Writes the pieces of one register in order; a queue keeps invention and copying at the same pace."""

    def __init__(self, register: str, connection: Any) -> None:
        self.register = register
        self.connection = connection
        self.pieces: asyncio.Queue[Sequence[Dossier] | None] = asyncio.Queue(_PIECES_WAITING)
        self.rows = 0

    async def run(self) -> None:
        while (piece := await self.pieces.get()) is not None:
            async with self.connection.transaction():
                for table, key in TABLES[self.register].items():
                    rows = list(chain.from_iterable(dossier.rows(self.register, table) for dossier in piece))
                    if rows:
                        await self._copy(table, key, rows)

    async def _copy(self, table: str, key: str, rows: Sequence[Row]) -> None:
        columns = tuple(rows[0])
        await self.connection.copy_records_to_table(table, records=map(itemgetter(*columns), rows), columns=columns)
        self.rows += len(rows)
        if table not in _NOT_LOCATED:
            records = [(row[key], row["client_key"], table) for row in rows]
            await self.connection.copy_records_to_table(
                "locator", records=records, columns=("record_id", "client_key", "tabel")
            )


# BR begins another stream of relations with other data; whoever keeps relations has taken nothing of it yet.
_NEW_STREAM = """
DO $$ BEGIN
    IF to_regclass('stroom.stand') IS NOT NULL THEN
        TRUNCATE stroom.relaties, stroom.stand;
        INSERT INTO stroom.stand DEFAULT VALUES;
    END IF;
    IF to_regclass('projectie.stand') IS NOT NULL THEN
        TRUNCATE projectie.aggregaat, projectie.stand;
        INSERT INTO projectie.stand DEFAULT VALUES;
    END IF;
END $$
"""
_NOT_LOCATED = frozenset({"zorgrelatie", "indicatiereferentie"})
"""Tables that only row policies read: nobody asks for one of their rows by its id."""
