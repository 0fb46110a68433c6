"""The databases of the registers: made when missing, migrated, filled once.

Works on the embedded server and on any PostgreSQL from version 15 for which the URL of a role is given that may create
databases and roles. That a network was loaded completely is noted in the database itself (its comment), after the last
row; a first load that was broken off has no note and is done again.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import asyncpg

from network.errors import NetworkError
from network.layout import CARE_REGISTERS, JOURNAL_REGISTER, REGISTERS
from network.supervisor import last_words

__all__ = [
    "application_url",
    "audit_url",
    "database_url",
    "ensure_databases",
    "fill_inzage",
    "migrate",
    "prepare_audit",
    "relations_environment",
    "seed",
    "seeded_with",
]

MINIMUM_VERSION = 150_000
_PREPARED = "SELECT has_table_privilege($1, to_regclass('audit_anchor')::oid, 'INSERT')"
"""Null without the table, and the last thing that its preparation does."""
WRITER = "iwlz_audit_app"
"""The role with which the gateway ships its journal to the database of the register `inzage`, where it adds records and no more."""
_NOTED = CARE_REGISTERS[-1]
"""The register whose database tells what was loaded."""


def database_url(admin_url: str, register: str) -> str:
    """Return the URL of a register's database on the server of `admin_url`, for the same role."""
    parts = urlsplit(admin_url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("dbname", "database")]
    # Put together by hand: `urlunsplit` drops the empty host of a unix socket URL.
    url = f"{parts.scheme}://{parts.netloc}/iwlz_{register}"
    return f"{url}?{urlencode(query, safe='/')}" if query else url


def application_url(admin_url: str, register: str, login: str = "app") -> str:
    """Return the URL of a register's database for one of its logins: `iwlz_<register>_app`, or another ending.

    The role has the password of `admin_url`, if that has one; `registers migrate` gives it to the role.
    """
    return _url_as(f"iwlz_{register}_{login}", admin_url, register)


def audit_url(admin_url: str) -> str:
    """Return the URL of the database that the gateway ships its journal to, for its role there."""
    return _url_as(WRITER, admin_url, JOURNAL_REGISTER)


def _url_as(user: str, admin_url: str, register: str) -> str:
    parts = urlsplit(admin_url)
    credentials, _, host = parts.netloc.rpartition("@")
    password = credentials.partition(":")[2]
    netloc = f"{user}:{password}@{host}" if password else f"{user}@{host}"
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name != "user"], safe="/")
    return database_url(f"{parts.scheme}://{netloc}/?{query}", register)


def relations_environment(admin_url: str) -> dict[str, str]:
    """Return what the process that keeps the relations is told: its own databases, and the two sides of the stream."""
    return {
        "IWLZ_DATABASE_URL": application_url(admin_url, "{register}", "projector"),
        "IWLZ_RELATIONS_URL": application_url(admin_url, "bemiddeling", "lezer"),
        "IWLZ_RELAY_URL": application_url(admin_url, "bemiddeling", "relay"),
    }


async def ensure_databases(admin_url: str) -> None:
    """Make the databases that do not exist. Raises `NetworkError`."""
    connection = await _connect(admin_url)
    try:
        version = connection.get_server_version()
        if version.major * 10_000 < MINIMUM_VERSION:
            raise NetworkError(f"The server runs PostgreSQL {version.major}; the registers need 15 or newer.")
        present = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for register in REGISTERS:
            if f"iwlz_{register}" not in present:
                await connection.execute(f"CREATE DATABASE \"iwlz_{register}\" ENCODING 'UTF8' TEMPLATE template0")
    except asyncpg.InsufficientPrivilegeError as error:
        raise NetworkError("The role of --database-url may not create databases.") from error
    except asyncpg.DiskFullError as error:
        raise NetworkError("The disk of the database is full. Free some space.") from error
    finally:
        await connection.close()


async def migrate(admin_url: str, log: Path) -> None:
    """Bring every register's database to the present form. Raises `NetworkError`."""
    # One process for all: loading the registers' code five times costs more than the five migrations.
    await _run("The migration", ["registers", "migrate", "all"], log, {"IWLZ_DATABASE_URL": admin_url})


async def prepare_audit(admin_url: str, log: Path) -> None:
    """Make the role and the tables that the gateway ships its journal to, where they are missing. Raises `NetworkError`."""
    role, url = WRITER, database_url(admin_url, JOURNAL_REGISTER)
    password = urlsplit(admin_url).netloc.rpartition("@")[0].partition(":")[2]
    connection = await _connect(url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            await connection.execute(f'CREATE ROLE "{role}" LOGIN')
        if password:
            quoted = await connection.fetchval("SELECT quote_literal($1)", unquote(password))
            await connection.execute(f'ALTER ROLE "{role}" PASSWORD {quoted}')
        if await connection.fetchval(_PREPARED, role):
            return
    finally:
        await connection.close()
    command = ["gateway", "audit", "prepare", "--role", role]
    await _run("Making the audit database", command, log, {"GATEWAY_AUDIT_DATABASE": url})


async def seed(admin_url: str, clients: int, seed: int, client_key: Path, log: Path) -> None:
    """Load the synthetic network, over whatever an interrupted load left. Raises `NetworkError`."""
    command = [
        "registers", "seed", "--clients", str(clients), "--seed", str(seed), "--replace",
        "--client-key-file", str(client_key),
    ]  # fmt: skip
    await _run("Loading the synthetic network", command, log, {"IWLZ_DATABASE_URL": admin_url})
    await _write_note(admin_url, _NOTED, f"network {clients} {seed}")


async def fill_inzage(admin_url: str, participants: Path, secret: Path, log: Path) -> None:
    """Tell the register of inzagen how parties are called and whose the records are, when it knows nothing. Raises `NetworkError`."""
    if await _note(admin_url, JOURNAL_REGISTER) is not None:
        return
    what, place = "Filling the register of inzagen", {"IWLZ_DATABASE_URL": admin_url}
    await asyncio.gather(
        _run(what, ["registers", "inzage", "parties", str(participants)], log, place),
        _run(what, ["registers", "inzage", "locate", "--journal-secret", str(secret)], log, place),
    )
    await _write_note(admin_url, JOURNAL_REGISTER, "filled")


async def seeded_with(admin_url: str) -> tuple[int, int] | None:
    """Return the number of clients and the seed of the network that was loaded completely, or None."""
    words = (await _note(admin_url, _NOTED) or "").split()
    if len(words) != 3 or words[0] != "network":
        return None
    return int(words[1]), int(words[2])


async def _note(admin_url: str, register: str) -> str | None:
    """What was noted in the database of a register: its comment."""
    connection = await _connect(admin_url)
    try:
        return await connection.fetchval(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", f"iwlz_{register}"
        )
    finally:
        await connection.close()


async def _write_note(admin_url: str, register: str, note: str) -> None:
    connection = await _connect(admin_url)
    try:
        await connection.execute(f"COMMENT ON DATABASE \"iwlz_{register}\" IS '{note}'")
    finally:
        await connection.close()


async def _connect(url: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError, ValueError) as error:
        # The reason of a server may repeat the user name, never the password; the URL itself is not printed.
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise NetworkError(f"The database server cannot be reached: {reason}.") from error


async def _run(what: str, arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
    with log.open("ab") as file:
        position = file.tell()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={**os.environ, **environment},
        )
        try:
            status = await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
    if status != 0:
        said = last_words(log, position)
        raise NetworkError(f"{what} failed (status {status}): {said} The whole report is in {log}.")
