"""The shipped projector, killed at chosen and at any points, doubled, and cut off: the relations are those of the stream."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from registers.zorgrelaties.publish import publish
from registers.zorgrelaties.stream import Event
from tests.registers.zorgrelaties.conftest import Place, kept
from tests.registers.zorgrelaties.stories import event, outcome, relation, story

HELD = 4711


@contextlib.contextmanager
def projector(place: Place, *more: str, log: Path = Path(os.devnull)) -> Generator[subprocess.Popen[bytes]]:
    """`registers relations indicatie` until the end of the block, then killed."""
    with log.open("wb") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "registers", "relations", "indicatie", *more],
            env={**os.environ, "IWLZ_DATABASE_URL": place.projector, "IWLZ_RELATIONS_URL": place.reader},
            stderr=lines,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + 120
    while not await reached():
        assert time.monotonic() < deadline, "it did not come to that"
        await asyncio.sleep(0.02)


async def tell(br: Any, events: Sequence[Event]) -> None:
    for item in events:
        await publish(br, item.aggregate, item.version, item.client_key, item.relations)


def at_position(admin: Any, position: int) -> Callable[[], Awaitable[bool]]:
    async def reached() -> bool:
        return bool(await admin.fetchval("SELECT positie >= $1 FROM projectie.stand", position))

    return reached


def waiting_for_a_lock(admin: Any) -> Callable[[], Awaitable[bool]]:
    async def reached() -> bool:
        return bool(
            await admin.fetchval(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'stroom_indicatie_projector'"
                " AND wait_event_type = 'Lock')"
            )
        )

    return reached


def cut_off(admin: Any, login: str) -> Callable[[], Awaitable[bool]]:
    """It was connected, between two attempts perhaps not at once, and was not let."""

    async def reached() -> bool:
        statement = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = $1"
        return bool(await admin.fetchval(statement, login))

    return reached


@pytest.fixture
async def at_commit(admin: Any) -> AsyncIterator[None]:
    """A transaction that wrote relations waits, when it commits, for who holds the lock `HELD`."""
    await admin.execute(
        f"""
        CREATE FUNCTION public.wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_advisory_xact_lock({HELD}); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON zorgrelatie DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION public.wait_at_commit();
        """
    )
    yield
    await admin.execute("DROP FUNCTION public.wait_at_commit() CASCADE")


POINTS = {
    "before it looks where it was": "SELECT FROM projectie.stand FOR UPDATE",
    "after a version was noted, before its rows": "LOCK TABLE zorgrelatie IN ACCESS EXCLUSIVE MODE",
    "after everything was written, while it commits": f"SELECT pg_advisory_xact_lock({HELD})",
}


@pytest.mark.usefixtures("at_commit")
@pytest.mark.parametrize("hold", POINTS.values(), ids=POINTS)
async def test_killed_at_a_point_it_goes_on_from_there(place: Place, br: Any, admin: Any, hold: str) -> None:
    told = [event(1, 1, 1, relation(1), relation(2)), event(2, 1, 2, relation(2)), event(3, 2, 1, relation(3))]
    holder: Any = await asyncpg.connect(place.url("indicatie"))
    with projector(place) as process:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute(hold)
        await tell(br, told)
        await until(waiting_for_a_lock(admin))
        process.kill()
        process.wait()
        await transaction.rollback()
    await holder.close()
    # Half of it never stands there: nothing yet, or (its COMMIT was on the way, and may come at any moment) all that it had read.
    async with admin.transaction(isolation="repeatable_read"):
        done = await admin.fetchval("SELECT positie FROM projectie.stand")
        assert await kept(admin) == outcome(told[:done])
    with projector(place):
        await until(at_position(admin, 3))
    assert await kept(admin) == outcome(told)


async def test_killed_again_and_again_it_loses_nothing_and_does_nothing_twice(
    place: Place, br: Any, admin: Any
) -> None:
    chance = random.Random(5)
    told = story(5, 60, aggregates=8)
    for start in range(0, 60, 15):
        with projector(place) as process:
            writing = asyncio.create_task(tell(br, told[start : start + 15]))
            await until(at_position(admin, start + chance.randrange(1, 15)))
            process.kill()
            await writing
    with projector(place):
        await until(at_position(admin, 60))
    assert await kept(admin) == outcome(told)


async def test_two_at_once_do_the_work_of_one(place: Place, br: Any, admin: Any) -> None:
    told = story(6, 60, aggregates=8)
    with projector(place) as first, projector(place):
        await tell(br, told[:30])
        await until(at_position(admin, 30))
        first.kill()
        await tell(br, told[30:])
        await until(at_position(admin, 60))
    assert await kept(admin) == outcome(told)
    assert await admin.fetchval("SELECT count(*) FROM projectie.aggregaat") == len({e.aggregate for e in told})


async def test_cut_off_from_both_sides_it_comes_back(place: Place, br: Any, admin: Any) -> None:
    told = story(7, 20)
    with projector(place) as process:
        await tell(br, told[:10])
        await until(at_position(admin, 10))
        for login, more in (("stroom_indicatie_projector", told[10:15]), ("stroom_bemiddeling_lezer", told[15:])):
            await until(cut_off(admin, login))
            await tell(br, more)
        await until(at_position(admin, 20))
        assert process.poll() is None
    assert await kept(admin) == outcome(told)


async def test_a_backup_of_the_source_is_taken_from_its_beginning_when_that_is_said(
    place: Place, br: Any, admin: Any, tmp_path: Path
) -> None:
    """Until then nothing changes: what was lost at the source still stands here, and grows stale."""
    log = tmp_path / "log"

    async def refused() -> bool:
        return b"relations_refused" in log.read_bytes()

    await tell(br, [event(1, 1, 1, relation(1)), event(2, 2, 1, relation(2))])
    with projector(place):
        await until(at_position(admin, 2))
    lost = await kept(admin)
    owner: Any = await asyncpg.connect(place.url("bemiddeling"))
    await owner.execute("DELETE FROM stroom.relaties WHERE positie = 2; UPDATE stroom.stand SET positie = 1")
    await owner.close()
    told = [event(1, 1, 1, relation(1)), event(2, 1, 2, relation(3)), event(3, 3, 1, relation(4))]
    await tell(br, told[1:])
    with projector(place, log=log):
        await until(refused)
        assert await kept(admin) == lost
        with projector(place, "--anew") as said:
            assert said.wait(60) == 0
        await until(at_position(admin, 3))
        assert await kept(admin) == outcome(told)
