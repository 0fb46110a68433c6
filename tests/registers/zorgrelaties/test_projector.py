"""The projection on a real database: whatever a source does with an ordered stream, the same relations stand in the end."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers.zorgrelaties.postgres import PostgresSource
from registers.zorgrelaties.projector import Progress, Projector, project
from registers.zorgrelaties.publish import beat, publish
from registers.zorgrelaties.stream import Batch, Event, StreamError
from tests.registers.zorgrelaties.conftest import RESET, Place, kept
from tests.registers.zorgrelaties.stories import CLIENT, STREAM, batch, event, outcome, relation, rows_of, story


async def stand(connection: Any) -> tuple[int, dt.datetime]:
    row = await connection.fetchrow("SELECT positie, volledig_tot FROM projectie.stand")
    return row["positie"], row["volledig_tot"]


async def test_an_event_replaces_the_relations_of_its_bemiddeling_and_no_others(ir: Any) -> None:
    other = event(1, 1, 1, relation(1))
    await project(ir, batch(other, event(2, 2, 1, relation(2), relation(3, "12345678", "ZA"))))
    last = event(3, 2, 2, relation(3, "12345678", "ZA", dt.date(2026, 5, 1)), relation(4))
    assert await project(ir, batch(last)) == Progress(position=3, applied=1, behind=False, gap=False)
    assert await kept(ir) == rows_of(
        (e.client_key, e.aggregate, e.version, *found) for e in (other, last) for found in e.relations
    )


async def test_an_end_leaves_no_row_and_is_remembered(ir: Any) -> None:
    await project(ir, batch(event(1, 1, 4, relation(1)), event(2, 1, 5)))
    assert await kept(ir) == frozenset()
    # The same stream tells an older version late, at a position of its own.
    assert (await project(ir, batch(event(3, 1, 4, relation(1))))).applied == 0
    assert await kept(ir) == frozenset()


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_older_and_equal_versions_do_nothing(ir: Any, version: int) -> None:
    now = event(1, 1, 3, relation(1))
    await project(ir, batch(now))
    late = event(2, 1, version, relation(2, "9999"))
    assert await project(ir, batch(late)) == Progress(position=2, applied=0, behind=False, gap=False)
    assert await kept(ir) == outcome([now])


async def test_behind_a_gap_nothing_is_taken_and_the_heartbeat_does_not_count(ir: Any) -> None:
    one, two, three = event(1, 1, 1, relation(1)), event(2, 2, 1, relation(2)), event(3, 3, 1, relation(3))
    now = dt.datetime.now(dt.UTC)
    assert await project(ir, batch(three, one, until=now)) == Progress(position=1, applied=1, behind=True, gap=True)
    assert await kept(ir) == outcome([one])
    position, complete_until = await stand(ir)
    assert (position, complete_until < now) == (1, True)
    assert await project(ir, batch(two, three, until=now)) == Progress(position=3, applied=2, behind=False, gap=False)
    assert await kept(ir) == outcome([one, two, three])
    assert await stand(ir) == (3, now)


async def test_the_heartbeat_counts_when_everything_up_to_its_head_is_there(ir: Any) -> None:
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    await project(ir, batch(event(1, 1, 1), head=2, until=moment))
    assert (await stand(ir))[1] < moment
    await project(ir, batch(event(2, 1, 2), until=moment))
    assert await stand(ir) == (2, moment)


async def test_an_old_heartbeat_takes_nothing_back_and_one_from_the_future_counts_as_now(ir: Any) -> None:
    early, late = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    await project(ir, batch(until=late))
    await project(ir, batch(until=early))
    assert await stand(ir) == (0, late)
    await project(ir, batch(until=dt.datetime(2999, 1, 1, tzinfo=dt.UTC)))
    assert (await stand(ir))[1] <= dt.datetime.now(dt.UTC)


async def test_a_stand_ahead_of_the_clock_is_put_back(ir: Any, place: Place) -> None:
    """The clock of the register went back: what was complete until then is not complete until a moment that has yet to come."""
    admin: Any = await asyncpg.connect(place.url("indicatie"))
    await admin.execute("UPDATE projectie.stand SET volledig_tot = clock_timestamp() + interval '1 hour'")
    await admin.close()
    moment = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=5)
    await project(ir, batch(until=moment))
    assert (await stand(ir))[1] <= dt.datetime.now(dt.UTC)


@dataclass
class Ahead:
    """A stream whose clock is ahead; its heart beats when told to."""

    until: dt.datetime

    async def read(self, after: int, limit: int) -> Batch:
        return batch(head=after, until=self.until)

    async def wait(self, seconds: float) -> None:
        """Not asked."""


async def test_a_heartbeat_from_the_future_counts_once(ir: Any) -> None:
    """It says that nothing was missing when it was heard, and nothing of what came after: a relay that died stays noticed."""
    source = Ahead(dt.datetime(2999, 1, 1, tzinfo=dt.UTC))
    projector = Projector("indicatie", ir, source)
    await projector.step()
    heard = (await stand(ir))[1]
    await projector.step()
    assert (await stand(ir))[1] == heard
    source.until += dt.timedelta(seconds=5)
    await projector.step()
    assert (await stand(ir))[1] > heard


async def test_another_stream_is_refused_and_changes_nothing(ir: Any) -> None:
    first = event(1, 1, 1, relation(1))
    await project(ir, batch(first))
    with pytest.raises(StreamError, match="another stream than before"):
        await project(ir, batch(event(2, 1, 2), stream=uuid.UUID(int=8)))
    assert await kept(ir) == outcome([first])
    assert (await stand(ir))[0] == 1


@dataclass
class Careless:
    """A source that delivers what it likes, as long as it delivers what is asked for in the end."""

    told: Sequence[Event]
    chance: random.Random
    rounds: int = 0
    deliveries: list[list[int]] = field(default_factory=list[list[int]])

    async def read(self, after: int, limit: int) -> Batch:
        self.rounds += 1
        if self.rounds % 3 == 0:
            events = [e for e in self.told if e.position > after][:limit]
        else:
            events = self.chance.choices(self.told, k=self.chance.randrange(2 * len(self.told)))
        self.deliveries.append([e.position for e in events])
        return Batch(STREAM, len(self.told), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), tuple(events))

    async def wait(self, seconds: float) -> None:
        """There is always something new."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), length=st.integers(1, 14), limit=st.integers(1, 5))
def test_any_interleaving_of_deliveries_gives_what_the_ordered_stream_gives(
    place: Place, seed: int, length: int, limit: int
) -> None:
    """Duplicates, reordering, losses, replays from the beginning: all but what the last word says is noise."""
    told = story(seed, length)

    async def deliver() -> tuple[Any, Any, Any]:
        connection: Any = await asyncpg.connect(place.projector)
        admin: Any = await asyncpg.connect(place.url("indicatie"))
        await admin.execute(RESET["indicatie"])
        for item in told:
            await project(connection, batch(item))
        ordered = await kept(connection)
        await admin.execute(RESET["indicatie"])
        projector = Projector("indicatie", connection, Careless(told, random.Random(seed)), limit)
        while (await projector.step()).behind:
            pass
        found, position = await kept(connection), (await stand(connection))[0]
        await admin.close()
        await connection.close()
        return ordered, found, position

    ordered, found, position = asyncio.run(deliver())
    assert (found, position) == (ordered, length)
    assert found == outcome(told)


async def test_what_was_published_arrives_through_the_logins_of_the_stream(place: Place, br: Any, ir: Any) -> None:
    """The whole way, by the rights that each side has."""
    first = [relation(1), relation(2, "12345678", "ZA", dt.date(2026, 5, 1))]
    assert await publish(br, uuid.UUID(int=101), 1, CLIENT, first) == 1
    assert await publish(br, uuid.UUID(int=102), 1, CLIENT, [relation(3, "5101", "ZKn")]) == 2
    assert await publish(br, uuid.UUID(int=101), 2, CLIENT, []) == 3
    assert await beat(br)
    async with PostgresSource.opened(place.reader) as source:
        projector = Projector("indicatie", ir, source)
        assert await projector.step() == Progress(position=3, applied=3, behind=False, gap=False)
    assert await kept(ir) == outcome([event(2, 2, 1, relation(3, "5101", "ZKn"))])
    age = await ir.fetchval("SELECT clock_timestamp() - volledig_tot FROM projectie.stand")
    assert age < dt.timedelta(minutes=1)


async def test_a_publication_that_is_rolled_back_leaves_no_gap(br: Any) -> None:
    transaction = br.transaction()
    await transaction.start()
    assert await publish(br, uuid.UUID(int=101), 1, CLIENT, []) == 1
    await transaction.rollback()
    assert await publish(br, uuid.UUID(int=101), 1, CLIENT, []) == 1


async def test_a_version_is_published_once(br: Any) -> None:
    await publish(br, uuid.UUID(int=101), 1, CLIENT, [])
    with pytest.raises(asyncpg.UniqueViolationError):
        await publish(br, uuid.UUID(int=101), 1, CLIENT, [relation(1)])


async def test_a_publication_wakes_the_reader(place: Place, br: Any) -> None:
    async with PostgresSource.opened(place.reader) as source:
        await source.read(0, 10)
        waiting = asyncio.create_task(source.wait(300))
        await publish(br, uuid.UUID(int=101), 1, CLIENT, [])
        await asyncio.wait_for(waiting, 60)


async def test_a_source_that_was_set_back_is_refused(place: Place, br: Any, ir: Any) -> None:
    await publish(br, uuid.UUID(int=101), 1, CLIENT, [relation(1)])
    async with PostgresSource.opened(place.reader) as source:
        projector = Projector("indicatie", ir, source)
        await projector.step()
        owner: Any = await asyncpg.connect(place.url("bemiddeling"))
        await owner.execute("TRUNCATE stroom.relaties; UPDATE stroom.stand SET positie = 0")
        await owner.close()
        with pytest.raises(StreamError, match="it was set back"):
            await projector.step()


async def test_a_source_whose_backup_was_put_back_is_refused(place: Place, br: Any, ir: Any) -> None:
    """The same stream, at the same positions: only the mark of an event says that it is another one."""
    await publish(br, uuid.UUID(int=101), 1, CLIENT, [relation(1)])
    async with PostgresSource.opened(place.reader) as source:
        projector = Projector("indicatie", ir, source)
        await publish(br, uuid.UUID(int=102), 1, CLIENT, [relation(2)])
        await projector.step()
        owner: Any = await asyncpg.connect(place.url("bemiddeling"))
        await owner.execute("DELETE FROM stroom.relaties WHERE positie = 2; UPDATE stroom.stand SET positie = 1")
        await owner.close()
        # What was lost is told again, and more: the stream is soon further than what was taken from it.
        for version in (1, 2):
            await publish(br, uuid.UUID(int=102), version, CLIENT, [relation(3)])
        before = await kept(ir), await stand(ir)
        with pytest.raises(StreamError, match="tells something else than was taken from it"):
            await projector.step()
    assert (await kept(ir), await stand(ir)) == before


async def test_a_batch_that_was_read_before_another_projector_went_on_is_no_sign_of_a_backup(ir: Any) -> None:
    one, two = (replace(event(n, n, 1), mark=uuid.UUID(int=n)) for n in (1, 2))
    early = batch(one)
    await project(ir, batch(one, two))
    assert await project(ir, early) == Progress(position=2, applied=0, behind=False, gap=False)


async def test_an_event_that_is_missing_in_the_table_stops_the_projection(place: Place, br: Any, ir: Any) -> None:
    for number in (1, 2, 3):
        await publish(br, uuid.UUID(int=100 + number), 1, CLIENT, [relation(number)])
    await beat(br)
    owner: Any = await asyncpg.connect(place.url("bemiddeling"))
    await owner.execute("DELETE FROM stroom.relaties WHERE positie = 2")
    await owner.close()
    async with PostgresSource.opened(place.reader) as source:
        projector = Projector("indicatie", ir, source)
        assert await projector.step() == Progress(position=1, applied=1, behind=True, gap=True)
        assert await projector.step() == Progress(position=1, applied=0, behind=True, gap=True)
    assert await ir.fetchval("SELECT volledig_tot FROM projectie.stand") < dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
