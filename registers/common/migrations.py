"""Brings a register's database to the present form: numbered SQL files, then the row policies.

Each file runs once, in a transaction of its own, and is remembered with its checksum; a file that changed after it ran is
refused, because no database would ever see the change. `policies/policies.sql` is generated and idempotent, and runs again
whenever its content changed. `{prefix}` in either stands for the name of the database, which is how the roles of several
registers live on one server. One migration runs at a time (advisory lock).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg

from registers.common.definition import RegisterDefinition
from registers.common.pool import quote_identifier, quote_literal, unreachable

__all__ = ["Migrated", "MigrationError", "applied_policies", "migrate", "pending"]

_LOCK = 0x69576C7A  # "iWlz"
_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql", re.ASCII)

_BOOKS = """
CREATE SCHEMA IF NOT EXISTS migration;
CREATE TABLE IF NOT EXISTS migration.applied (
    name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS migration.policies (
    single boolean PRIMARY KEY DEFAULT true CHECK (single), sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now());
"""


class MigrationError(Exception):
    """Nothing more is done; the message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a run did: the files that ran, and whether the policies were applied."""

    applied: tuple[str, ...]
    policies: bool


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def _files(definition: RegisterDefinition) -> list[_File]:
    found: dict[str, _File] = {}
    for path in sorted(definition.migrations.glob("*.sql")):
        match = _FILE.fullmatch(path.name)
        if match is None:
            raise MigrationError(f"{path.name} is no migration: name it NNNN_words.sql.")
        if match[1] in found:
            raise MigrationError(f"{path.name} and {found[match[1]].name} have the same number.")
        found[match[1]] = _File(path.name, path.read_text())
    return list(found.values())


def _policies(definition: RegisterDefinition) -> _File | None:
    path = definition.policies / "policies.sql"
    return _File(path.name, path.read_text()) if path.exists() else None


async def migrate(url: str, definition: RegisterDefinition) -> Migrated:
    """Migrate the database at `url`, as the owner of its tables. Raises `MigrationError`.

    The logins of the register get the password of `url`, when that has one.
    """
    files, policies = _files(definition), _policies(definition)
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as error:
        raise MigrationError(unreachable(error)) from None
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        prefix: str = await connection.fetchval("SELECT current_database()")
        await connection.execute(_BOOKS)
        await _login_role(connection, prefix, unquote(urlsplit(url).password or ""))
        applied = await _apply(connection, files, prefix)
        changed = policies is not None and await _apply_policies(connection, policies, prefix)
        await _passwords(connection, prefix, unquote(urlsplit(url).password or ""))
        return Migrated(tuple(applied), changed)
    except asyncpg.InsufficientPrivilegeError as error:
        raise MigrationError(f"The role of the database URL may not do this ({error.args[0]}).") from None
    except asyncpg.PostgresError as error:
        raise MigrationError(f"The database refuses the migration: {error.args[0]}.") from None
    finally:
        await connection.close()


async def _apply(connection: Any, files: list[_File], prefix: str) -> list[str]:
    known = {row["name"]: row["sha256"] for row in await connection.fetch("SELECT name, sha256 FROM migration.applied")}
    _refuse_edited(files, known)
    applied: list[str] = []
    for file in files:
        if file.name in known:
            continue
        try:
            async with connection.transaction():
                await connection.execute(file.text.replace("{prefix}", prefix))
                await connection.execute(
                    "INSERT INTO migration.applied (name, sha256) VALUES ($1, $2)", file.name, file.sha256
                )
        except asyncpg.PostgresError as error:
            raise MigrationError(f"{file.name} does not run: {error.args[0]}.") from None
        applied.append(file.name)
    return applied


def _refuse_edited(files: list[_File], known: dict[str, str]) -> None:
    present = {file.name: file for file in files}
    for name, sha256 in sorted(known.items()):
        if name not in present:
            raise MigrationError(f"{name} was applied to this database and is gone; restore the file.")
        if present[name].sha256 != sha256:
            raise MigrationError(f"{name} was changed after it was applied; restore it and add a new migration.")


async def _apply_policies(connection: Any, policies: _File, prefix: str) -> bool:
    if await connection.fetchval("SELECT sha256 FROM migration.policies") == policies.sha256:
        return False
    try:
        async with connection.transaction():
            await connection.execute(policies.text.replace("{prefix}", prefix))
            await connection.execute(
                "INSERT INTO migration.policies (sha256) VALUES ($1) "
                "ON CONFLICT (single) DO UPDATE SET sha256 = $1, applied_at = now()",
                policies.sha256,
            )
    except asyncpg.PostgresError as error:
        raise MigrationError(f"policies.sql does not run: {error.args[0]}.") from None
    return True


async def _login_role(connection: Any, prefix: str, password: str) -> None:
    """The role that the register logs in with: it owns nothing and inherits nothing, it can only become a caller role."""
    name = f"{prefix}_app"
    identifier = quote_identifier(name)
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", name):
        await connection.execute(f"CREATE ROLE {identifier} LOGIN NOINHERIT NOBYPASSRLS")
    if password:
        await connection.execute(f"ALTER ROLE {identifier} PASSWORD {quote_literal(password)}")
    await connection.execute(
        # The login of one register has no business in the database of another.
        f"REVOKE ALL ON DATABASE {quote_identifier(prefix)} FROM PUBLIC;"
        f"GRANT CONNECT ON DATABASE {quote_identifier(prefix)} TO {identifier};"
        f"GRANT USAGE ON SCHEMA migration TO {identifier};"
        f"GRANT SELECT ON ALL TABLES IN SCHEMA migration TO {identifier};"
    )


async def _passwords(connection: Any, prefix: str, password: str) -> None:
    """The other logins of the register (projector, relay, …) get the password that its own has."""
    found = await connection.fetch(
        "SELECT rolname FROM pg_roles WHERE rolcanlogin AND NOT rolsuper AND starts_with(rolname, $1)", f"{prefix}_"
    )
    for row in found if password else ():
        await connection.execute(f"ALTER ROLE {quote_identifier(row['rolname'])} PASSWORD {quote_literal(password)}")


async def pending(connection: Any, definition: RegisterDefinition) -> str:
    """What still has to be done before the register can serve, as a sentence; empty when nothing. Reads only."""
    try:
        known = {
            row["name"]: row["sha256"] for row in await connection.fetch("SELECT name, sha256 FROM migration.applied")
        }
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError, asyncpg.InsufficientPrivilegeError):
        known = {}
    if any(known.get(file.name) != file.sha256 for file in _files(definition)):
        return f"The database of {definition.name} is not migrated; run `registers migrate {definition.name}`."
    policies = _policies(definition)
    if policies is not None and await applied_policies(connection) != policies.sha256:
        return (
            f"The row policies of {definition.name} are of another release; run `registers migrate {definition.name}`."
        )
    return ""


async def applied_policies(connection: Any) -> str | None:
    """The checksum of the policies that the database has."""
    try:
        return await connection.fetchval("SELECT sha256 FROM migration.policies")
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError, asyncpg.InsufficientPrivilegeError):
        return None
