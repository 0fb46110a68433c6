"""The way to the database: a read of one statement, as one caller, in one READ ONLY transaction.

`BEGIN`, the role and everything that row policies know of the caller travel in one round trip (simple protocol, so the
values are quoted here, strictly); then the statement; then `COMMIT`. Settings are LOCAL, so nothing of a caller outlives its
transaction and no reset query is needed when a connection goes back to the pool.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import asyncpg
import structlog
from asyncpg import exceptions as pg

from registers.common.caller import Caller
from registers.common.errors import RegisterError
from registers.common.lru import LRU
from registers.common.sql.operators import SQL_TYPES

__all__ = ["Database", "DatabaseUnavailableError", "begin_as", "open_database", "quote_identifier", "quote_literal"]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_SETTING = re.compile(r"[a-z_][a-z0-9_]{0,40}", re.ASCII)
_OWN = frozenset({"role", "scopes", "today", "anchored", "relations", "client_key"})
"""No identifier takes the place of these, whatever it is called."""
_ROLE = re.compile(r"[A-Z][A-Z0-9_]{0,40}", re.ASCII)
_log = structlog.get_logger(__name__)
T = TypeVar("T")


class DatabaseUnavailableError(Exception):
    """The database cannot be used; the message is a sentence for the operator, without credentials."""


class _Connection(asyncpg.Connection):
    def get_reset_query(self) -> str:
        """Nothing to reset: see the head of this module."""
        return ""


def quote_literal(value: str) -> str:
    """A string as an SQL literal. ValueError for what no literal can hold."""
    if "\x00" in value:
        raise ValueError("U+0000")
    value.encode()
    quoted = value.replace("'", "''")
    return f"'{quoted}'" if "\\" not in value else f" E'{quoted.replace(chr(92), chr(92) * 2)}'"


def quote_identifier(name: str) -> str:
    if "\x00" in name or len(name.encode()) > 63 or not name:
        raise ValueError("not an identifier")
    return '"' + name.replace('"', '""') + '"'


def begin_as(
    caller: Caller, prefix: str | None, anchored: str, derive: Callable[[str], uuid.UUID], *, fresh: bool = False
) -> str:
    """The opening of a transaction as `caller`. `prefix` names the caller roles; None keeps the role of the connection.

    `fresh`: rows copied from another register count.
    """
    today = caller.today or dt.datetime.now(AMSTERDAM).date().isoformat()
    settings = {
        "role": caller.role or "",
        "scopes": f" {' '.join(sorted(caller.scopes))} ",
        "today": today,
        "anchored": anchored,
        **{name: value for name, value in caller.identifiers.items() if name not in _OWN},
    }
    if fresh:
        settings["relations"] = "fresh"
    if "bsn" in caller.identifiers:
        settings["client_key"] = str(derive(caller.identifiers["bsn"]))
    parts = ["BEGIN READ ONLY"]
    if prefix is not None:
        if caller.role is None or not _ROLE.fullmatch(caller.role):
            raise RegisterError.of("FORBIDDEN", "No role of this register fits the caller.")
        parts.append(f"SET LOCAL ROLE {quote_identifier(f'{prefix}_{caller.role.lower()}')}")
    sets = [
        f"set_config({quote_literal(f'caller.{name}')}, {quote_literal(value)}, true)"
        for name, value in settings.items()
        if _SETTING.fullmatch(name)
    ]
    return "; ".join([*parts, f"SELECT {', '.join(sets)}"])


class Database:
    """A pool of connections to one register's database. `name` is the database's name, the prefix of its roles."""

    def __init__(self, pool: Any, name: str, *, as_roles: bool, derive: Callable[[str], uuid.UUID]) -> None:
        self.pool = pool
        self.name = name
        self._prefix = name if as_roles else None
        self._derive = derive
        self._openings: LRU[str] = LRU(entries=5_000, size=8 * 1024 * 1024)

    async def read(
        self, caller: Caller, anchored: str, sql: str, arguments: Sequence[Any], *, fresh: bool = False
    ) -> bytes:
        """Run one statement as `caller` and return its only value. Raises `RegisterError`; a lost connection is tried again once."""
        opening = self._opening(caller, anchored, fresh)
        try:
            return await self._once_more(lambda: self._read(opening, sql, arguments))
        except _LOST as error:
            _log.error("database_lost", reason=type(error).__name__)
            raise RegisterError.of("DATABASE_UNAVAILABLE", "The register cannot reach its data now.") from None
        except (pg.QueryCanceledError, pg.LockNotAvailableError):
            raise RegisterError.of("STATEMENT_TIMEOUT", "The question takes the register too long.") from None
        except pg.InsufficientPrivilegeError as error:
            _log.error("policy_gap", sqlstate=_sqlstate(error))
            raise RegisterError.of("AUTHORIZATION_UNAVAILABLE", "The register cannot apply its policies now.") from None
        except pg.InvalidParameterValueError as error:
            # SET ROLE to a role that no policy release has made.
            _log.error("policy_gap", sqlstate=_sqlstate(error))
            raise RegisterError.of("AUTHORIZATION_UNAVAILABLE", "The register cannot apply its policies now.") from None
        except (asyncpg.DataError, OverflowError) as error:
            _log.info("value_refused", reason=type(error).__name__)
            raise RegisterError.of("BAD_USER_INPUT", "A value is outside what the register can hold.") from None
        except asyncpg.PostgresError as error:
            _log.error("statement_failed", sqlstate=_sqlstate(error))
            raise RegisterError.of("INTERNAL_SERVER_ERROR", "The register could not answer.") from None

    async def _once_more(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Reads change nothing, so one that met a connection the server had dropped is done again, on a new connection."""
        try:
            return await attempt()
        except _DROPPED as error:
            if isinstance(error, ValueError):
                raise  # the driver's word for a value that it cannot send; the connection is well
            # Where one was dropped the others were too, most likely: a restart of the server drops them all.
            await self.pool.expire_connections()
            return await attempt()

    def _opening(self, caller: Caller, anchored: str, fresh: bool) -> str:
        today = caller.today or dt.datetime.now(AMSTERDAM).date().isoformat()
        key = (caller.role, tuple(sorted(caller.identifiers.items())), caller.scopes, today, anchored, fresh)
        found = self._openings.get(key)
        if found is None:
            found = begin_as(caller, self._prefix, anchored, self._derive, fresh=fresh)
            self._openings.put(key, found, 2 * len(found) + 300)
        return found

    async def _read(self, opening: str, sql: str, arguments: Sequence[Any]) -> bytes:
        async with self.pool.acquire(timeout=5) as connection:
            try:
                await connection.execute(opening)
                found: bytes = await connection.fetchval(sql, *arguments)
                await connection.execute("COMMIT")
            except asyncpg.PostgresError:
                await _rolled_back(connection)
                raise
            except BaseException:
                # Whatever state it is in (a client that left, a broken line), the next caller must not meet it.
                connection.terminate()
                raise
            return found

    async def inspect(self, work: Callable[[Any], Awaitable[T]], *, seconds: float = 2.0) -> T:
        """What `work` finds over a connection as the register itself, for health checks; waits `seconds` for one.

        Raises `DatabaseUnavailableError` when the database is not there, and what asyncpg raises for the rest.
        """
        try:
            return await self._once_more(lambda: self._inspect(work, seconds))
        except _LOST as error:
            raise DatabaseUnavailableError(f"The database cannot be read ({type(error).__name__}).") from None

    async def _inspect(self, work: Callable[[Any], Awaitable[T]], seconds: float) -> T:
        async with self.pool.acquire(timeout=seconds) as connection:
            try:
                return await work(connection)
            except BaseException:
                connection.terminate()
                raise

    async def close(self) -> None:
        self.pool.terminate()


def _sqlstate(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", ""))


async def _rolled_back(connection: Any) -> None:
    try:
        await connection.execute("ROLLBACK", timeout=2)
    except (asyncpg.PostgresError, *_BROKEN):
        connection.terminate()


_BROKEN: tuple[type[BaseException], ...] = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_LOST: tuple[type[BaseException], ...] = (
    *_BROKEN,
    pg.PostgresConnectionError,
    pg.AdminShutdownError,
    pg.CrashShutdownError,
    pg.CannotConnectNowError,
    pg.TooManyConnectionsError,
    pg.InvalidCatalogNameError,
    pg.InvalidAuthorizationSpecificationError,
)


# The last two are what asyncpg makes of a farewell: read in the middle of something, or known before anything is sent.
_DROPPED = (
    pg.ConnectionDoesNotExistError,
    pg.AdminShutdownError,
    ConnectionResetError,
    BrokenPipeError,
    asyncpg.InternalClientError,
    asyncpg.InterfaceError,
)


async def _learn_types(connection: Any) -> None:
    """Let the driver look up the array types of entity keys and `in` filters now.

    It asks the catalogue when it first meets one: on every new connection, and then inside a caller's transaction.
    """
    types = sorted(set(SQL_TYPES.values()))
    await connection.prepare("SELECT " + ", ".join(f"${n}::{name}[]" for n, name in enumerate(types, 1)))


async def open_database(
    url: str,
    *,
    as_roles: bool,
    derive: Callable[[str], uuid.UUID],
    size: int = 8,
    statement_timeout: float = 10.0,
) -> Database:
    """Open the pool. Raises `DatabaseUnavailableError` with a sentence when the database cannot be reached now.

    `statement_timeout` is in seconds.
    """
    settings = {
        "timezone": "Europe/Amsterdam",
        "statement_timeout": str(int(statement_timeout * 1000)),
        "idle_in_transaction_session_timeout": "30000",
        "default_transaction_read_only": "on",
        "standard_conforming_strings": "on",
        "datestyle": "ISO, YMD",
        "jit": "off",
        # What policies look into lies in memory or on flash, where the next page costs what any other does. With the cost of a disk
        # that has to turn, PostgreSQL reads small tables from end to end, once for each row that a policy is asked about.
        "random_page_cost": "1.1",
        # Row policies make a plan of tens of milliseconds, and a custom one is no better: the caller's code is a setting of
        # the transaction, which the planner never sees. So each connection plans a statement once.
        "plan_cache_mode": "force_generic_plan",
        "application_name": "register",
    }
    try:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            connection_class=_Connection,
            init=_learn_types,
            server_settings=settings,
            statement_cache_size=100,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=512 * 1024,
            timeout=5,
        )
        name = await pool.fetchval("SELECT current_database()")
    except (asyncpg.PostgresError, *_BROKEN, ValueError) as error:
        raise DatabaseUnavailableError(unreachable(error)) from None
    return Database(pool, str(name), as_roles=as_roles, derive=derive)


def unreachable(error: BaseException) -> str:
    """A sentence for the operator, without the URL: it may hold a password."""
    if isinstance(error, pg.InvalidCatalogNameError):
        return "The database does not exist on the server; create it and run `registers migrate`."
    if isinstance(error, pg.InvalidAuthorizationSpecificationError):
        return "The database refuses the login; run `registers migrate` as owner, or check the URL's user and password."
    if isinstance(error, ValueError | asyncpg.InterfaceError):
        return "The database URL cannot be read; write postgresql://user@host:port/database."
    return f"The database cannot be reached ({type(error).__name__}); is it running?"
