"""The databases of the registers, on the throw-away server."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from network.database import application_url, database_url, ensure_databases, seeded_with
from network.errors import NetworkError


@pytest.mark.parametrize(
    ("admin", "url", "application"),
    [
        (
            "postgresql://postgres@/postgres?host=/run/pg&port=5432",
            "postgresql://postgres@/iwlz_client?host=/run/pg&port=5432",
            "postgresql://iwlz_client_app@/iwlz_client?host=/run/pg&port=5432",
        ),
        (
            "postgresql://admin:s%40crt@db.example:6432/postgres?sslmode=require",
            "postgresql://admin:s%40crt@db.example:6432/iwlz_client?sslmode=require",
            "postgresql://iwlz_client_app:s%40crt@db.example:6432/iwlz_client?sslmode=require",
        ),
        ("postgresql://db/", "postgresql://db/iwlz_client", "postgresql://iwlz_client_app@db/iwlz_client"),
        (
            "postgresql:///x?host=/run/pg&user=me&dbname=y",
            "postgresql:///iwlz_client?host=/run/pg&user=me",
            "postgresql://iwlz_client_app@/iwlz_client?host=/run/pg",
        ),
    ],
)
def test_urls(admin: str, url: str, application: str):
    assert database_url(admin, "client") == url
    assert application_url(admin, "client") == application


async def _databases(connection: Any) -> set[str]:
    return {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}


async def test_databases_are_made_once_and_remember_their_network(postgres: str):
    connection = await asyncpg.connect(postgres)
    try:
        before = await _databases(connection)
        await ensure_databases(postgres)
        await ensure_databases(postgres)
        assert await seeded_with(postgres) is None
        assert sorted(await _databases(connection) - before) == [
            "iwlz_bemiddeling", "iwlz_client", "iwlz_indicatie", "iwlz_inzage", "iwlz_zorglevering",
        ]  # fmt: skip
        await connection.execute("COMMENT ON DATABASE iwlz_client IS 'network 200 1'")
        assert await seeded_with(postgres) == (200, 1)
        await connection.execute("COMMENT ON DATABASE iwlz_client IS 'somebody else''s words'")
        assert await seeded_with(postgres) is None
    finally:
        for name in ("indicatie", "bemiddeling", "zorglevering", "client", "inzage"):
            await connection.execute(f"DROP DATABASE iwlz_{name}")
        await connection.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:geheim@127.0.0.1:9/x",
        "postgresql:///x?host=/no/such/folder",
        "mysql://x",
        "postgresql://h:port/x",
    ],
)
async def test_a_server_that_is_not_there(url: str):
    with pytest.raises(NetworkError, match=r"The database server cannot be reached: ") as caught:
        await ensure_databases(url)
    assert "geheim" not in str(caught.value)


async def test_a_role_that_may_not_make_databases(postgres: str):
    connection = await asyncpg.connect(postgres)
    await connection.execute("CREATE ROLE weak LOGIN")
    try:
        with pytest.raises(NetworkError, match="may not create databases"):
            await ensure_databases(postgres.replace("postgres@", "weak@"))
    finally:
        await connection.execute("DROP ROLE weak")
        await connection.close()
