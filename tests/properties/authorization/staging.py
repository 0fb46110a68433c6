"""A database of its own for a stage."""

from __future__ import annotations

import asyncio

import asyncpg

__all__ = ["empty_database"]


def empty_database(postgres: str, name: str) -> str:
    """Make the database anew; the owner's URL of it."""

    async def prepare() -> None:
        admin = await asyncpg.connect(postgres)
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
        await admin.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 LOCALE 'C' ENCODING 'UTF8'")
        await admin.close()

    asyncio.run(prepare())
    return postgres.replace("/postgres?", f"/{name}?")
