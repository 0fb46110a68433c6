"""BR's database with its stream, IR's with its copy, and their logins; emptied before each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from registers.common.migrations import migrate
from registers.graph import register
from tests.registers.zorgrelaties.stories import Stored, rows_of

RESET = {
    "bemiddeling": "TRUNCATE stroom.relaties, stroom.stand, outbox; INSERT INTO stroom.stand DEFAULT VALUES",
    "indicatie": (
        "TRUNCATE zorgrelatie, projectie.aggregaat, projectie.stand; INSERT INTO projectie.stand DEFAULT VALUES"
    ),
}


@dataclass(frozen=True)
class Place:
    """The URLs of both databases, for any of their logins."""

    server: str

    def url(self, name: str, login: str = "") -> str:
        user = f"stroom_{name}_{login}" if login else "postgres"
        return self.server.replace("postgres@/postgres?", f"{user}@/stroom_{name}?")

    @property
    def projector(self) -> str:
        return self.url("indicatie", "projector")

    @property
    def reader(self) -> str:
        return self.url("bemiddeling", "lezer")

    @property
    def relay(self) -> str:
        return self.url("bemiddeling", "relay")


@pytest.fixture(scope="session")
def made(postgres: str) -> Place:
    place = Place(postgres)

    async def prepare() -> None:
        admin: Any = await asyncpg.connect(postgres)
        for name in RESET:
            await admin.execute(f"DROP DATABASE IF EXISTS stroom_{name}")
            await admin.execute(f"CREATE DATABASE stroom_{name} TEMPLATE template0 LOCALE 'C' ENCODING 'UTF8'")
        await admin.close()
        for name in RESET:
            await migrate(place.url(name), register(name))

    asyncio.run(prepare())
    return place


@pytest.fixture
async def place(made: Place) -> Place:
    for name, statement in RESET.items():
        connection: Any = await asyncpg.connect(made.url(name))
        await connection.execute(statement)
        await connection.close()
    return made


@pytest.fixture
async def br(place: Place) -> AsyncIterator[Any]:
    """A connection of the relay's login."""
    connection: Any = await asyncpg.connect(place.relay)
    yield connection
    await connection.close()


@pytest.fixture
async def ir(place: Place) -> AsyncIterator[Any]:
    """A connection of the projector's login."""
    connection: Any = await asyncpg.connect(place.projector)
    yield connection
    await connection.close()


@pytest.fixture
async def admin(place: Place) -> AsyncIterator[Any]:
    """A connection to IR's database that may do everything."""
    connection: Any = await asyncpg.connect(place.url("indicatie"))
    yield connection
    await connection.close()


async def kept(connection: Any) -> Stored:
    """What stands in `zorgrelatie`."""
    return rows_of(
        await connection.fetch(
            'SELECT client_key, "bemiddelingID", versie, "zorgrelatieID", hoedanigheid, code, "wlzIndicatieID",'
            ' "bemiddelingspecificatieID", vanaf, tot, "overdrachtDatum" FROM zorgrelatie'
        )
    )
