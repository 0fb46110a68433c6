"""Records reach the audit database in order, once each, whatever is killed or away in between."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import orjson
import pytest

from gateway.audit import shipping
from gateway.audit.configured import open_audit
from gateway.audit.database import insert_rows, read_anchors, read_shipped, row_of
from gateway.audit.journal import Journal
from gateway.audit.places import anchors_file, instances_of, segments_of
from gateway.audit.retention import retain
from gateway.audit.shipping import Shipper
from gateway.audit.verify import verify_journal
from gateway.audit.writing import JournalWriter
from tests.gateway.audit.harness import KEY, settings
from tests.gateway.test_cli import gateway
from tests.harness import REPOSITORY

ONE = "20261126T021500Z-00000001"


async def rows(url: str) -> list[tuple[str, int, str]]:
    """What is there: instance, number, line."""
    connection = await asyncpg.connect(url)
    found = await connection.fetch("SELECT instance, sequence, line FROM audit_record ORDER BY instance, sequence")
    await connection.close()
    return [tuple(row) for row in found]


def lines(folder: Path) -> list[tuple[str, int, str]]:
    """What is in the files."""
    return [
        (segment.instance, orjson.loads(line)["sequence"], line)
        for segment in segments_of(folder)
        for line in segment.path.read_text().splitlines()
    ]


def record(number: int) -> bytes:
    return orjson.dumps({"kind": "request", "at": "2026-11-26T02:15:00.000000Z", "n": number, "persons": ["ab"]})


def written(folder: Path, count: int, instance: str = ONE) -> JournalWriter:
    writer = JournalWriter(folder, instance, KEY, segment_bytes=2000)
    writer.open()
    for number in range(count):
        writer.write([record(number)])
    return writer


def last(path: Path) -> int:
    """The number of the last line of a file."""
    return orjson.loads(path.read_bytes().splitlines()[-1])["sequence"]


def emptied(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


async def shipped(shipper: Shipper) -> None:
    """All that it has to ship now."""
    await shipper._ship()
    await shipper._disconnect()


async def test_every_line_gets_there_as_it_is_with_every_anchor(tmp_path: Path, database: str):
    writer = written(tmp_path, 50)
    writer.anchor()
    shipper = Shipper(tmp_path, ONE, database, lambda: writer.head)
    assert shipper.unshipped == 50
    await shipped(shipper)
    assert await rows(database) == lines(tmp_path)
    assert sorted(await read_anchors(database)) == sorted(anchors_file(tmp_path, ONE).read_text().split())
    assert len(segments_of(tmp_path)) > 2
    assert shipper.unshipped == 0
    writer.close()


async def test_shipping_goes_on_where_it_stopped(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shipping, "_BATCH", 7)
    writer = written(tmp_path, 20)
    shipper = Shipper(tmp_path, ONE, database, lambda: writer.head)
    await shipper._ship()
    for number in range(20, 45):
        writer.write([record(number)])
    await shipped(shipper)
    assert await rows(database) == lines(tmp_path)
    writer.close()


async def test_what_is_not_acknowledged_stays(tmp_path: Path, database: str):
    writer = written(tmp_path, 3)
    head = writer.head
    writer.write([record(3)])
    await shipped(Shipper(tmp_path, ONE, database, lambda: head))
    assert [number for _, number, _ in await rows(database)] == [1, 2, 3]
    writer.close()


async def test_what_two_ship_is_there_once(tmp_path: Path, database: str):
    writer = written(tmp_path, 30)
    await asyncio.gather(*(shipped(Shipper(tmp_path, ONE, database, lambda: writer.head)) for _ in range(3)))
    connection = await asyncpg.connect(database)
    assert await insert_rows(connection, [row_of(ONE, number, line.encode()) for _, number, line in lines(tmp_path)])
    await connection.close()
    assert await rows(database) == lines(tmp_path)
    writer.close()


KILLED = """
import asyncio, sys
from pathlib import Path
from gateway.audit.journal import Journal
from gateway.audit.shipping import Shipper
from tests.gateway.audit.test_shipping import KEY, ONE, JournalWriter, record

async def main(folder, database):
    writer = JournalWriter(folder, ONE, KEY, segment_bytes=2000)
    journal = Journal(writer, shipping=Shipper(folder, ONE, database, lambda: writer.head, linger=0.001))
    journal.open(record(0))
    journal.start()
    number = 1
    while True:
        await asyncio.gather(*(journal.append(record(number + more)) for more in range(5)))
        number += 5
        print(number, flush=True)

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.parametrize("answers", [1, 20, 60])
async def test_a_process_that_was_killed_loses_and_doubles_nothing(tmp_path: Path, database: str, answers: int):
    folder = tmp_path / "journal"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(folder), database, cwd=REPOSITORY, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    acknowledged = 0
    for _ in range(answers):
        acknowledged = int(await process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    await process.wait()
    # The next gateway that starts here finishes what was left.
    audit = open_audit(settings(tmp_path, database=database))
    audit.journal.start()
    await audit.journal.append(record(0))
    await audit.journal.stop()
    there = await rows(database)
    numbers = [number for instance, number, _ in there if instance == ONE]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= acknowledged
    assert there == [entry for entry in lines(folder) if entry[2].endswith("}")]
    assert [proof.problems for proof in verify_journal(folder, KEY.public_key(), await read_anchors(database))] == [
        [],
        [],
    ]


async def test_a_database_that_is_away_and_comes_back_gets_all(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shipping, "_PAUSES", (0.01,))
    away = database.replace("/audit_", "/away_")
    writer = JournalWriter(tmp_path, ONE, KEY, segment_bytes=2000)
    shipper = Shipper(tmp_path, ONE, away, lambda: writer.head, linger=0.001)
    failed, told = asyncio.Event(), shipper._failed
    monkeypatch.setattr(shipper, "_failed", lambda reason: (told(reason), failed.set()))
    journal = Journal(writer, shipping=shipper)
    journal.open(record(0))
    journal.start()
    await journal.append(record(1))
    await failed.wait()
    assert shipper.unshipped == 2
    shipper._url = database
    await journal.append(record(2))
    await journal.stop()
    assert await rows(database) == lines(tmp_path)
    assert shipper.unshipped == 0


async def test_a_connection_that_is_cut_is_opened_again(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shipping, "_PAUSES", (0.01,))
    audit = open_audit(settings(tmp_path, database=database))
    audit.journal.start()
    for number in range(10):
        await audit.journal.append(record(number))
        if number == 5:
            admin = await asyncpg.connect(database)
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            await admin.close()
    await audit.journal.stop()
    assert await rows(database) == lines(tmp_path / "journal")


async def test_a_database_that_takes_nothing_for_a_while_gets_all(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shipping, "_PAUSES", (0.01,))
    admin, name = await asyncpg.connect(database), urlsplit(database).path[1:]
    await admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    writer = JournalWriter(tmp_path, ONE, KEY, segment_bytes=2000)
    shipper = Shipper(tmp_path, ONE, database, lambda: writer.head, linger=0.001)
    failed, told = asyncio.Event(), list[str]()
    monkeypatch.setattr(shipper, "_failed", lambda reason: (told.append(reason), failed.set()))
    journal = Journal(writer, shipping=shipper)
    journal.open(record(0))
    journal.start()
    for number in range(1, 20):
        await journal.append(record(number))
    await failed.wait()
    assert (set(told), shipper.unshipped, await rows(database)) == ({"ReadOnlySQLTransactionError"}, 20, [])
    await admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = off")
    await admin.close()
    await journal.append(record(20))
    await journal.stop()
    assert await rows(database) == lines(tmp_path)
    assert shipper.unshipped == 0


async def test_a_journal_that_was_taken_away_is_missed_by_the_anchors_of_the_database(tmp_path: Path, database: str):
    writer = written(tmp_path, 5)
    writer.anchor()
    await shipped(Shipper(tmp_path, ONE, database, lambda: writer.head))
    writer.close()
    emptied(tmp_path)
    assert instances_of(tmp_path) == []
    (proof,) = verify_journal(tmp_path, KEY.public_key(), await read_anchors(database))
    assert proof.problems == ["its signatures are missing", "the end is missing: there were 5 lines, and 0 are left"]


@pytest.mark.parametrize(
    ("instance", "found"),
    [
        # The same name, written anew with the right key: the heads that were shipped are of other lines.
        (ONE, {ONE: "line 5 is not the one that was signed"}),
        # Another journal, whole in itself: the one that was there is missed.
        ("20261126T030000Z-00000002", {ONE: "the end is missing: there were 5 lines, and 0 are left"}),
    ],
    ids=["same name", "other name"],
)
async def test_a_folder_that_was_wholly_replaced_is_found_by_the_anchors_of_the_database(
    tmp_path: Path, database: str, instance: str, found: dict[str, str]
):
    writer = written(tmp_path, 5)
    writer.anchor()
    await shipped(Shipper(tmp_path, ONE, database, lambda: writer.head))
    writer.close()
    emptied(tmp_path)
    false = JournalWriter(tmp_path, instance, KEY, segment_bytes=2000)
    false.open()
    for number in range(100, 105):
        false.write([record(number)])
    false.anchor()
    false.close()
    key = KEY.public_key()
    # In itself it is whole; whoever has the key can write one.
    assert [proof.problems for proof in verify_journal(tmp_path, key)] == [[]]
    proofs = verify_journal(tmp_path, key, await read_anchors(database))
    problems = {proof.instance: proof.problems[-1] for proof in proofs if proof.problems}
    assert problems.keys() == found.keys()
    assert all(problems[name].endswith(said) for name, said in found.items())


async def test_verify_on_the_command_line_asks_the_database(tmp_path: Path, database: str):
    folder = tmp_path / "journal"
    writer = written(folder, 5)
    writer.anchor()
    await shipped(Shipper(folder, ONE, database, lambda: writer.head))
    writer.close()
    settings(tmp_path)
    words = ("audit", "verify", folder, "--key", tmp_path / "audit.pem", "--database", database)
    assert (await asyncio.to_thread(gateway, *words))[0] == 0
    emptied(folder)
    status, output, _ = await asyncio.to_thread(gateway, *words)
    assert (status, "there were 5 lines, and 0 are left" in output) == (1, True)


async def test_what_is_not_in_the_database_is_not_dropped(tmp_path: Path, database: str):
    writer = written(tmp_path, 20)
    head = writer.head
    for number in range(20, 40):
        writer.write([record(number)])
    writer.anchor()
    writer.close()
    before = [segment.path.name for segment in segments_of(tmp_path)]
    assert list(retain(tmp_path, KEY, "2100-01-01", await read_shipped(database))) == [
        f"{ONE}: {len(before)} files kept, because they are not all in the audit database."
    ]
    await shipped(Shipper(tmp_path, ONE, database, lambda: head))
    there = [last(segment.path) for segment in segments_of(tmp_path) if last(segment.path) <= head.sequence]
    done = list(retain(tmp_path, KEY, "2100-01-01", await read_shipped(database)))
    kept = [segment.path.name for segment in segments_of(tmp_path)]
    assert there
    assert kept == before[len(there) :]
    assert done[0] == f"{ONE}: {len(kept)} files kept, because they are not all in the audit database."
    assert done[1].startswith(f"{ONE}: {len(there)} files dropped, up to line {there[-1]} (")
    # What was dropped was signed, so nothing is missed; not by the database either.
    assert [p.problems for p in verify_journal(tmp_path, KEY.public_key(), await read_anchors(database))] == [[]]


async def test_drop_on_the_command_line_asks_the_database(tmp_path: Path, database: str):
    folder = tmp_path / "journal"
    writer = written(folder, 5)
    writer.anchor()
    settings(tmp_path)
    words = ("audit", "drop", folder, "--key", tmp_path / "audit.pem", "--before", "2100-01-01", "--database", database)
    writer.close()
    status, output, _ = await asyncio.to_thread(gateway, *words)
    assert (status, output) == (0, f"{ONE}: 1 files kept, because they are not all in the audit database.\n")
    await shipped(Shipper(folder, ONE, database, lambda: writer.head))
    status, output, _ = await asyncio.to_thread(gateway, *words)
    assert (status, output) == (0, f"{ONE}: 1 files dropped, up to line 5 ({ONE}.000000000001.jsonl).\n")
    status, _, problem = await asyncio.to_thread(gateway, *words[:-1], "postgresql://localhost:1/none")
    assert (status, problem.startswith("The audit database cannot be used: ")) == (1, True)
