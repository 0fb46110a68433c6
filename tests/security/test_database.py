"""What the login of a register can do by itself, and what each caller role can read without a statement of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from network.postgres import EmbeddedPostgres
from tests.harness import SCOPES, Network

ROLES = ("zorgkantoor", "zorgaanbieder", "ciz", "burger", "onderneming")
WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


@pytest.fixture(params=SCOPES)
async def admin(request: pytest.FixtureRequest, net: Network) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(EmbeddedPostgres(net.state).admin_url(f"iwlz_{request.param}"))
    yield connection
    await connection.close()


async def _readable(admin: asyncpg.Connection, role: str) -> set[str]:
    found = await admin.fetch(
        """SELECT format('%s.%s', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'v', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND has_any_column_privilege($1::name, c.oid, 'SELECT')""",
        role,
    )
    return {row["name"] for row in found}


async def _prefix(admin: asyncpg.Connection) -> str:
    return str(await admin.fetchval("SELECT current_database()"))


async def test_the_login_of_a_register_reads_no_data(admin: asyncpg.Connection) -> None:
    prefix = await _prefix(admin)
    keeps_relations = await admin.fetchval("SELECT to_regclass('projectie.stand') IS NOT NULL")
    positions = {"projectie.stand"} if keeps_relations else set[str]()
    assert await _readable(admin, f"{prefix}_app") == {"migration.applied", "migration.policies"} | positions
    flags = await admin.fetchrow(
        "SELECT rolsuper, rolinherit, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = $1",
        f"{prefix}_app",
    )
    assert flags is not None
    assert not any(flags.values())


async def test_caller_roles_read_current_data_and_nothing_behind_it(admin: asyncpg.Connection) -> None:
    """No history, no outbox, no locator, no relation as such; all that is read has row security."""
    prefix = await _prefix(admin)
    secured = {
        f"public.{row['relname']}" for row in await admin.fetch("SELECT relname FROM pg_class WHERE relrowsecurity")
    }
    for role in ROLES:
        readable = await _readable(admin, f"{prefix}_{role}")
        tables = {name for name in readable if not name.startswith("policy.")}
        assert tables <= secured
        hidden = ("_historie", ".locator", ".outbox", ".zorgrelatie", ".indicatiereferentie")
        assert [name for name in tables if name.endswith(hidden)] == []
    assert await _readable(admin, f"{prefix}_onderneming") == set()


async def test_nobody_but_the_owner_writes(admin: asyncpg.Connection) -> None:
    prefix = await _prefix(admin)
    tables = await admin.fetch("SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    for role in (f"{prefix}_app", *(f"{prefix}_{role}" for role in ROLES)):
        for row in tables:
            for right in WRITES:
                assert not await admin.fetchval(
                    "SELECT has_table_privilege($1::name, $2::oid, $3)", role, row["oid"], right
                )
        assert not await admin.fetchval("SELECT has_schema_privilege($1::name, 'public', 'CREATE')", role)
    borrowed = "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace IN ('public'::regnamespace, 'policy'::regnamespace)"
    assert await admin.fetch(borrowed) == []


async def test_the_logins_of_the_stream_read_and_write_relations_and_nothing_else(admin: asyncpg.Connection) -> None:
    prefix = await _prefix(admin)
    expected = {
        "projector": ({"public.zorgrelatie", "projectie.stand", "projectie.aggregaat"}, {"zorgrelatie"}),
        "relay": ({"stroom.relaties", "stroom.stand", "public.outbox"}, set[str]()),
        "lezer": ({"stroom.relaties", "stroom.stand"}, set[str]()),
    }
    tables = await admin.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    for login, (readable, written) in expected.items():
        role = f"{prefix}_{login}"
        if not await admin.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
            continue
        assert await _readable(admin, role) == readable
        writes = {
            row["relname"]
            for row in tables
            for right in WRITES
            if await admin.fetchval("SELECT has_table_privilege($1::name, $2::text, $3)", role, row["relname"], right)
        }
        assert writes == written
    made = await admin.fetchval(
        "SELECT count(*) FROM pg_roles WHERE rolname = ANY($1)", [f"{prefix}_{n}" for n in expected]
    )
    assert made == (2 if prefix == "iwlz_bemiddeling" else 1)


async def test_without_settings_a_caller_role_sees_no_row(admin: asyncpg.Connection) -> None:
    prefix = await _prefix(admin)
    for role in ROLES:
        for name in await _readable(admin, f"{prefix}_{role}"):
            if not name.startswith("public."):
                continue
            async with admin.transaction():
                await admin.execute(f'SET LOCAL ROLE "{prefix}_{role}"')
                assert await admin.fetchval(f"SELECT count(client_key) FROM {name}") == 0, (role, name)


async def test_a_column_that_no_grant_gives_cannot_be_read_at_all(net: Network) -> None:
    connection = await asyncpg.connect(EmbeddedPostgres(net.state).app_url("iwlz_bemiddeling", "iwlz_bemiddeling_app"))
    try:
        for role, column in (("zorgaanbieder", '"pgbPercentage"'), ("ciz", '"instelling"'), ("ciz", "versie")):
            await connection.execute(f'BEGIN; SET LOCAL ROLE "iwlz_bemiddeling_{role}"')
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"SELECT {column} FROM bemiddelingspecificatie")
            await connection.execute("ROLLBACK")
        for statement in ("SELECT 1 FROM bemiddeling", "SELECT 1 FROM policy.bemiddeling", "SELECT 1 FROM outbox"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(statement)
    finally:
        await connection.close()


async def test_the_login_of_one_register_cannot_enter_the_database_of_another(net: Network) -> None:
    url = EmbeddedPostgres(net.state).app_url("iwlz_client", "iwlz_indicatie_app")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
        await asyncpg.connect(url)
