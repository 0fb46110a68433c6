"""The journal: on the disk before it is acknowledged, many at a time, and refused where it cannot be kept."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson
import pytest

from gateway.audit.anchors import read_anchor
from gateway.audit.chain import beginning, follow, read_line
from gateway.audit.journal import Journal, JournalError
from gateway.audit.places import anchors_file, is_alive, segments_of
from gateway.audit.writing import JournalWriter
from gateway.telemetry.metrics import Counter, Metrics
from tests.gateway.audit.harness import KEY, records

ONE = "20261126T021500Z-00000001"


def numbered(number: int) -> bytes:
    return orjson.dumps({"kind": "request", "n": number})


def writer(folder: Path, segment_bytes: int = 1 << 20) -> JournalWriter:
    return JournalWriter(folder / "journal", ONE, KEY, segment_bytes=segment_bytes)


async def mended(journal: Journal) -> None:
    assert journal._mending is not None
    await journal._mending


def opened(folder: Path, retry: float = 0.01) -> Journal:
    journal = Journal(writer(folder), retry=retry)
    journal.open(b'{"kind":"opened"}')
    return journal


async def test_an_acknowledged_record_is_in_the_file(tmp_path: Path):
    journal = opened(tmp_path)
    await journal.append(numbered(1))
    assert [record["kind"] for record in records(tmp_path)] == ["opened", "request"]
    await journal.stop()
    assert [record["kind"] for record in records(tmp_path)] == ["opened", "request", "closed"]


async def test_records_that_come_together_are_synced_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    written: list[int] = []
    write = JournalWriter.write

    def counted(self: JournalWriter, batch: Sequence[bytes]) -> None:
        written.append(len(batch))
        write(self, batch)

    monkeypatch.setattr(JournalWriter, "write", counted)
    journal = opened(tmp_path)
    await asyncio.gather(*(journal.append(numbered(number)) for number in range(50)))
    assert written == [1, 50]
    await journal.stop()


async def test_nothing_is_acknowledged_before_its_sync_and_who_comes_meanwhile_shares_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    journal = opened(tmp_path)
    syncs: list[int] = []
    under_way, may_end = threading.Event(), threading.Event()
    sync = os.fdatasync

    def held(file: int) -> None:
        syncs.append(len(records(tmp_path)))
        under_way.set()
        assert may_end.wait(20)
        sync(file)

    monkeypatch.setattr(os, "fdatasync", held)
    first = asyncio.ensure_future(journal.append(numbered(1)))
    await asyncio.to_thread(under_way.wait, 20)
    later = [asyncio.ensure_future(journal.append(numbered(number))) for number in range(2, 30)]
    await asyncio.sleep(0)
    assert len(journal._waiting) == len(later)
    assert not any(done.done() for done in (first, *later))
    may_end.set()
    await asyncio.gather(first, *later)
    # Lines in the file at each sync: the opening and the first, then all the others at once.
    assert syncs == [2, 30]
    await journal.stop()


async def test_a_sync_that_fails_acknowledges_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    journal = opened(tmp_path, retry=3600)

    def broken(_file: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    outcomes = await asyncio.gather(*(journal.append(numbered(n)) for n in range(20)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [JournalError] * 20
    assert [record["kind"] for record in records(tmp_path)] == ["opened"]
    monkeypatch.undo()
    await journal.stop()


async def test_the_window_lets_others_join(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    synced: list[int] = []
    write = JournalWriter.write
    monkeypatch.setattr(JournalWriter, "write", lambda self, batch: (synced.append(len(batch)), write(self, batch)))
    journal = Journal(writer(tmp_path), window=0.2)
    journal.open(b'{"kind":"opened"}')
    one = asyncio.ensure_future(journal.append(numbered(1)))
    # One turn of the loop later the first would be on its way without a window.
    await asyncio.sleep(0)
    await asyncio.gather(one, *(journal.append(numbered(number)) for number in range(2, 6)))
    assert synced == [1, 5]
    await journal.stop()


async def test_the_chain_holds_over_segments_each_of_which_ends_with_an_anchor(tmp_path: Path):
    journal = Journal(writer(tmp_path, segment_bytes=300))
    journal.open(b'{"kind":"opened"}')
    for number in range(6):
        await journal.append(numbered(number))
    await journal.stop()
    segments = segments_of(tmp_path / "journal", ONE)
    assert len(segments) > 1
    head, heads = beginning(ONE), list[int]()
    for segment in segments:
        assert segment.first == head.sequence + 1
        for line in segment.path.read_bytes().splitlines():
            head = follow(head, read_line(line))
        heads.append(head.sequence)
    signed = anchors_file(tmp_path / "journal", ONE).read_text().split()
    assert [read_anchor(text, KEY.public_key()).head.sequence for text in signed] == heads
    assert head.sequence == 8


async def test_heads_are_signed_while_the_journal_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    metrics, signed = Metrics(), asyncio.Event()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(Counter, "add", lambda *_, **__: loop.call_soon_threadsafe(signed.set))
    journal = Journal(writer(tmp_path), anchor_seconds=0.01, metrics=metrics)
    journal.open(b'{"kind":"opened"}')
    journal.start()
    await signed.wait()
    path = anchors_file(tmp_path / "journal", ONE)
    anchor = read_anchor(path.read_text().strip(), KEY.public_key())
    assert (anchor.instance, anchor.head.sequence, anchor.kind) == (ONE, 1, "head")
    assert anchor.head.hash == records(tmp_path)[0]["hash"]
    await journal.stop()


def taken_away(folder: Path) -> None:
    (folder / "journal").rename(folder / "elsewhere")


def closed(folder: Path) -> None:
    (folder / "journal").chmod(0o500)


def emptied(folder: Path) -> None:
    segments_of(folder / "journal")[0].path.unlink()


@pytest.mark.parametrize("harm", [taken_away, closed, emptied])
async def test_what_cannot_be_kept_is_refused(tmp_path: Path, harm: Callable[[Path], None]):
    journal = opened(tmp_path, retry=60)
    harm(tmp_path)
    outcomes = await asyncio.gather(*(journal.append(numbered(n)) for n in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [JournalError] * 3
    assert journal.failing
    with pytest.raises(JournalError):
        await journal.append(numbered(4))
    await journal.stop()


async def test_a_journal_that_was_interrupted_says_so_and_goes_on(tmp_path: Path):
    journal = opened(tmp_path)
    await journal.append(numbered(1))
    closed(tmp_path)
    with pytest.raises(JournalError):
        await journal.append(numbered(2))
    (tmp_path / "journal").chmod(0o700)
    await mended(journal)
    await journal.append(numbered(3))
    await journal.stop()
    kept = [(record["kind"], record.get("n"), record.get("refused")) for record in records(tmp_path)]
    assert kept == [
        ("opened", None, None),
        ("request", 1, None),
        ("interrupted", None, 1),
        ("request", 3, None),
        ("closed", None, None),
    ]


async def test_half_a_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    journal = opened(tmp_path)
    await journal.append(numbered(1))
    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", full)
        with pytest.raises(JournalError):
            await journal.append(numbered(2))
    await mended(journal)
    await journal.stop()
    assert [record["kind"] for record in records(tmp_path)] == ["opened", "request", "interrupted", "closed"]
    assert [record["sequence"] for record in records(tmp_path)] == [1, 2, 3, 4]


async def test_a_journal_is_alive_as_long_as_its_process_holds_it(tmp_path: Path):
    journal = opened(tmp_path)
    assert is_alive(tmp_path / "journal", ONE)
    await journal.stop()
    assert not is_alive(tmp_path / "journal", ONE)
    assert not is_alive(tmp_path / "journal", "20261126T021500Z-00000002")


async def test_a_request_that_nobody_waits_for_does_not_hold_up_the_others(tmp_path: Path):
    journal = opened(tmp_path)
    gone = asyncio.create_task(journal.append(numbered(1)))
    await asyncio.sleep(0)
    gone.cancel()
    await journal.append(numbered(2))
    await journal.stop()
    assert [json.dumps(record.get("n")) for record in records(tmp_path)] == ["null", "1", "2", "null"]
