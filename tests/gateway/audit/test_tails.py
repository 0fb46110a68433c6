"""What is shipped of a journal that somebody was at ends where it stops being one, and of every other journal nothing is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.audit import shipping
from gateway.audit.chain import beginning, link
from gateway.audit.database import read_anchors
from gateway.audit.places import anchors_file, segment_file
from gateway.audit.shipping import Shipper
from gateway.audit.tails import Tail
from gateway.audit.verify import verify_journal
from tests.gateway.audit.harness import KEY
from tests.gateway.audit.test_shipping import ONE, lines, rows, shipped, written

LEFT = "20250101T000000Z-00000000"
"""A journal of a process that is gone, which the next one is to finish."""
AT = b'"at":"2025-01-01T00:00:00.000000Z"'
LONG = b"".join(b"%08x" % (number * 2654435761 % 2**32) for number in range(4000))


def chained(*records: bytes) -> bytes:
    """Lines of the journal `LEFT` of which every hash is right."""
    head, made = beginning(LEFT), b""
    for record in records:
        line, head = link(head, record)
        made += line
    return made


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was said in the log as an error."""
    found: list[dict[str, Any]] = []
    log = SimpleNamespace(error=lambda event, **fields: found.append({"event": event, **fields}))
    monkeypatch.setattr(shipping, "_log", log)
    return found


GOOD = b'{"kind":"request",%b}' % AT


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (chained(GOOD, b'{"kind":"request"}', GOOD), 1),
        (chained(GOOD, b'{"kind":"request","at":"yesterday"}', GOOD), 1),
        (chained(GOOD, b'{"kind":"request","at":5}', GOOD), 1),
        (chained(GOOD, b'{"kind":"request","at":"0001-01-01T00:00:00+23:00"}', GOOD), 1),
        (chained(GOOD, b'{"kind":"request",%b,garbage}' % AT, GOOD), 1),
        (chained(GOOD, b'{"kind":"request",%b,"x":"\x00"}' % AT, GOOD), 1),
        (chained(GOOD, b'{"kind":"request",%b,"x":"\xff\xfe"}' % AT, GOOD), 1),
        (chained(GOOD, b'{"kind":"request",%b,"x":%b}' % (AT, b"[" * 100_000 + b"]" * 100_000), GOOD), 1),
        (chained(GOOD, b'{"kind":"request",%b,"x":%b}' % (AT, b"9" * 5000), GOOD), 1),
        (chained(GOOD, b'{"kind":5,%b}' % AT, GOOD), 1),
        (chained(GOOD, b'{"kind":"a\\u0000b",%b}' % AT, GOOD), 1),
        (chained(GOOD, b'{"kind":"a\\ud800b",%b}' % AT, GOOD), 1),
        (chained(GOOD) + b"this is no line\n" + chained(GOOD), 1),
        (chained(GOOD) + b'{"hash":"%b","sequence":2,"kind":"request",%b}\n' % (b"0" * 64, AT), 1),
        (chained(GOOD, GOOD, GOOD).replace(b'"sequence":2', b'"sequence":4'), 1),
        (b'{"hash":"%b","sequence":9223372036854775808,"kind":"request",%b}\n' % (b"0" * 64, AT), 0),
    ],
    ids=[
        "no time", "no such time", "time as number", "before all time", "no JSON", "NUL", "no UTF-8", "deep",
        "large number", "kind as number", "NUL in kind", "half a character in kind", "no line", "other hash",
        "number too high", "number without a column",
    ],
)  # fmt: skip
async def test_a_journal_is_shipped_as_far_as_it_is_one_and_every_other_one_whole(
    tmp_path: Path, database: str, told: list[dict[str, Any]], content: bytes, kept: int
):
    segment_file(tmp_path, LEFT, 1).write_bytes(content)
    writer = written(tmp_path, 3)
    await shipped(Shipper(tmp_path, ONE, database, lambda: writer.head))
    writer.close()
    assert [(instance, number) for instance, number, _ in await rows(database)] == [
        *((LEFT, number) for number in range(1, kept + 1)), (ONE, 1), (ONE, 2), (ONE, 3)
    ]  # fmt: skip
    assert told == [{"event": "audit_line_not_shipped", "instance": LEFT, "line": kept + 1}]


@pytest.mark.parametrize(
    "record",
    [
        b'{"kind":"request",%b,"persons":["%b"]}' % (AT, LONG),
        b'{"kind":"request",%b,"sequence":99999999999999999999999}' % AT,
        b'{"kind":"request",%b,"sequence":"x"}' % AT,
    ],
    ids=["a person that no index holds", "a second number", "a second number that is none"],
)
async def test_what_only_looks_odd_is_shipped_as_it_is(
    tmp_path: Path, database: str, told: list[dict[str, Any]], record: bytes
):
    content = chained(record, GOOD)
    segment_file(tmp_path, LEFT, 1).write_bytes(content)
    writer = written(tmp_path, 1)
    await shipped(Shipper(tmp_path, ONE, database, lambda: writer.head))
    writer.close()
    first, second = content.decode().splitlines()
    assert (await rows(database))[:2] == [(LEFT, 1, first), (LEFT, 2, second)]
    assert (len(await rows(database)), told) == (3, [])


@pytest.mark.parametrize("content", [b"\xff\xfe\n", b"a\0b\n", b"a.b.%b\n" % LONG, b"no anchor\n", b"a.b\n.c\n"])
async def test_only_what_has_the_form_of_an_anchor_is_shipped_among_them(tmp_path: Path, database: str, content: bytes):
    anchors_file(tmp_path, LEFT).write_bytes(content)
    writer = written(tmp_path, 3)
    writer.anchor()
    signed = anchors_file(tmp_path, ONE).read_text().split()
    with anchors_file(tmp_path, ONE).open("ab") as file:
        file.write(content)
    await shipped(Shipper(tmp_path, ONE, database, lambda: writer.head))
    writer.close()
    assert sorted(await read_anchors(database)) == sorted(signed)


def unreadable(folder: Path) -> None:
    segment_file(folder, LEFT, 1).symlink_to("/proc/self/mem")


def a_folder(folder: Path) -> None:
    segment_file(folder, LEFT, 1).mkdir()
    anchors_file(folder, LEFT).mkdir()


@pytest.mark.parametrize("harm", [unreadable, a_folder])
async def test_a_file_that_cannot_be_read_holds_up_no_other(
    tmp_path: Path, database: str, told: list[dict[str, Any]], harm: Callable[[Path], None]
):
    harm(tmp_path)
    writer = written(tmp_path, 3)
    await shipped(Shipper(tmp_path, ONE, database, lambda: writer.head))
    writer.close()
    assert [(instance, number) for instance, number, _ in await rows(database)] == [(ONE, 1), (ONE, 2), (ONE, 3)]
    assert [entry["instance"] for entry in told] == ([LEFT] if harm is unreadable else [])


async def test_another_journal_of_the_same_name_is_said_and_mixes_with_none(
    tmp_path: Path, database: str, told: list[dict[str, Any]]
):
    """Two copies of one machine go on with one name: the lines of the first are there, and the second is not taken for it."""
    one, other = written(tmp_path / "one", 3), written(tmp_path / "other", 3)
    ships = [
        Shipper(tmp_path / "one", ONE, database, lambda: one.head),
        Shipper(tmp_path / "other", ONE, database, lambda: other.head),
    ]
    for ship in ships:
        await ship._ship()
    assert told == []
    one.write([b'{"kind":"request",%b,"n":1}' % AT])
    other.write([b'{"kind":"request",%b,"n":2}' % AT])
    one.anchor()
    for ship in ships:
        await ship._ship()
    assert told == [{"event": "audit_line_not_shipped", "instance": ONE, "line": 4}]
    other.write([b'{"kind":"request",%b,"n":3}' % AT])
    await shipped(ships[1])
    # Also when it asks the database anew.
    await shipped(Shipper(tmp_path / "other", ONE, database, lambda: other.head))
    assert told[1:] == [{"event": "audit_line_not_shipped", "instance": ONE, "line": 5}]
    await shipped(ships[0])
    assert await rows(database) == lines(tmp_path / "one")
    for writer in (one, other):
        writer.close()
    kept = await read_anchors(database)
    assert [proof.problems for proof in verify_journal(tmp_path / "one", KEY.public_key(), kept)] == [[]]
    (proof,) = verify_journal(tmp_path / "other", KEY.public_key(), kept)
    assert proof.problems[0].endswith("line 4 is not the one that was signed")


async def test_anchors_of_a_folder_that_was_away_get_there_as_well(tmp_path: Path, database: str):
    writer = written(tmp_path, 1)
    shipper = Shipper(tmp_path, ONE, database, lambda: writer.head)
    signed: list[str] = []
    for number in range(3):
        writer.write([b'{"kind":"request",%b,"n":%d}' % (AT, number)])
        signed.append(writer.anchor() or "")
    await shipper._ship()
    anchors_file(tmp_path, ONE).rename(tmp_path / "elsewhere")
    writer.mend()
    writer.write([GOOD])
    signed.append(writer.anchor() or "")
    await shipped(shipper)
    writer.close()
    assert set(await read_anchors(database)) >= set(signed)


def test_a_line_without_an_end_is_not_read_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateway.audit.tails._LONGEST", 1000)
    segment_file(tmp_path, LEFT, 1).write_bytes(chained(GOOD, b'{"kind":"request",%b,"x":"%b"}' % (AT, LONG), GOOD))
    tail = Tail(tmp_path, LEFT)
    assert [row.sequence for row in tail.take(10, None)] == [1]
    tail.taken()
    assert tail.take(10, None) == []
