"""What the stream may say of the outbox while transactions of BR end in another order than they began in."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from registers.zorgrelaties.publish import Change, beat, passed, publish, settled
from tests.registers.zorgrelaties.conftest import Place
from tests.registers.zorgrelaties.stories import CLIENT, relation


@asynccontextmanager
async def writer(place: Place) -> AsyncGenerator[Any]:
    """A connection of who changes care data in BR."""
    connection: Any = await asyncpg.connect(place.url("bemiddeling"))
    yield connection
    await connection.close()


async def change(connection: Any, aggregate: int, version: int = 1) -> None:
    await connection.execute(
        "INSERT INTO outbox (client_key, aggregaat, aggregaat_id, aggregaat_versie, tabel, record_id) "
        "VALUES ($1, 'bemiddeling', $2, $3, 'bemiddeling', $2)",
        CLIENT,
        uuid.UUID(int=100 + aggregate),
        version,
    )


def told(changes: list[Change]) -> list[tuple[int, int]]:
    return [(found.aggregate.int - 100, found.version) for found in changes]


async def tell(br: Any, changes: list[Change]) -> None:
    """What a publisher does: events and the mark of how far they go, in one transaction."""
    async with br.transaction():
        for found in changes:
            await publish(br, found.aggregate, found.version, CLIENT, [relation(1)])
            assert await passed(br, found)


async def test_the_stream_does_not_beat_over_a_change_that_it_does_not_tell(place: Place, br: Any) -> None:
    async with writer(place) as one:
        await change(one, 1)
    assert not await beat(br)
    await tell(br, await settled(br))
    assert await beat(br)


async def test_a_change_that_is_committed_late_is_neither_passed_by_nor_beaten_over(place: Place, br: Any) -> None:
    async with writer(place) as slow, writer(place) as quick:
        transaction = slow.transaction()
        await transaction.start()
        await change(slow, 1)
        await change(quick, 2)
        # The second is there and the first is not; it has the lower number, and will come before it.
        assert told(await settled(br)) == []
        assert not await beat(br)
        await transaction.commit()
    assert told(await settled(br)) == [(1, 1), (2, 1)]
    assert not await beat(br)
    await tell(br, await settled(br))
    assert told(await settled(br)) == []
    assert await beat(br)


async def test_a_publisher_cannot_pass_by_what_is_not_committed_yet(place: Place, br: Any) -> None:
    async with writer(place) as slow, writer(place) as quick:
        transaction = slow.transaction()
        await transaction.start()
        await change(slow, 1)
        await change(quick, 2)
        row = await quick.fetchrow("SELECT transactie::text, volgnummer FROM outbox")
        assert not await passed(br, Change(row["transactie"], row["volgnummer"], uuid.UUID(int=102), 1))
        await transaction.rollback()
    (found,) = await settled(br)
    assert await passed(br, found)
    assert not await passed(br, found), "not twice"


async def test_a_publisher_that_dies_half_way_has_told_nothing(place: Place, br: Any) -> None:
    async with writer(place) as owner:
        await change(owner, 1)
        await change(owner, 2)
        await br.execute("BEGIN")
        for found in await settled(br):
            await publish(br, found.aggregate, found.version, CLIENT, [])
            await passed(br, found)
        await owner.execute("SELECT pg_terminate_backend($1, 60000)", br.get_server_pid())
    other: Any = await asyncpg.connect(place.relay)
    assert told(await settled(other)) == [(1, 1), (2, 1)]
    assert not await beat(other)
    assert await other.fetchval("SELECT positie FROM stroom.stand") == 0
    await tell(other, await settled(other))
    assert await beat(other)
    await other.close()


async def test_where_the_numbers_of_transactions_began_anew_the_heart_does_not_beat(place: Place, br: Any) -> None:
    """A dump that was loaded into another server: what comes now would look as if it had been told long ago."""
    async with writer(place) as owner:
        await owner.execute("UPDATE stroom.stand SET transactie = '1099511627776'::xid8, volgnummer = 7")
        assert not await beat(br)
        await change(owner, 1)
    assert not await beat(br)
