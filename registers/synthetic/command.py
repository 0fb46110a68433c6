"""`registers seed`: loads a synthetic network from the command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime

import asyncpg

from iwlz.periods import AMSTERDAM
from registers.synthetic.load import SeedError
from registers.synthetic.load import seed as load
from registers.synthetic.network import DEMO_SECRET
from registers.synthetic.tables import REGISTERS

__all__ = ["database_urls", "seed_command"]


def seed_command(
    urls: Mapping[str, str],
    *,
    clients: int = 200,
    seed: int = 1,
    secret: bytes = DEMO_SECRET,
    today: date | None = None,
    replace: bool = False,
    if_needed: bool = False,
    quiet: bool = False,
) -> int:
    """Load a network and say so on standard output. Returns the exit code: 0 loaded, 1 refused or failed.

    `urls` gives each register's database for the owner of its tables (`database_urls`). `today` is the day on which the
    network is looked at, by default today in the Netherlands. `replace` and `if_needed` are those of `load.seed`: both
    together load what is missing and leave a finished load alone.
    """
    day = today or datetime.now(AMSTERDAM).date()
    progress = None if quiet else _progress
    try:
        result = asyncio.run(load(urls, clients, seed, secret, day, progress, replace=replace, if_needed=if_needed))
    except SeedError as error:
        print(f"not loaded: {error}", file=sys.stderr)
        return 1
    except (OSError, asyncpg.PostgresError) as error:
        print(f"not loaded: the database said: {error.args[0]}; repeat with --replace", file=sys.stderr)
        return 1
    if quiet:
        return 0
    if not result.clients:
        print(f"{clients} clients are loaded already")
    else:
        print(f"{clients} clients loaded, seed {seed}, as of {day}:")
        for register, rows in result.rows.items():
            print(f"  {register:<13} {rows:>9} rows")
    return 0


def database_urls(database_url: str, prefix: str = "iwlz_", names: Iterable[str] = REGISTERS) -> dict[str, str]:
    """The database URL of each register of `names` on one server: the database is `prefix` and the register's name.

    The path of the URL is replaced, its query is kept, so that a unix socket (`postgresql:///?host=/run/pg`) works too.
    """
    server, question, query = database_url.partition("?")
    scheme, slashes, place = server.partition("://")
    if not slashes:
        raise SeedError("the database URL must look like postgresql://user@host:port/")
    authority = place.split("/", 1)[0]
    return {register: f"{scheme}://{authority}/{prefix}{register}{question}{query}" for register in names}


def _progress(done: int, total: int) -> None:
    if total >= 5_000 and (done % 5_000 == 0 or done == total):
        print(f"{done} of {total} clients", flush=True)
