"""A journal is proven; whatever is done to it afterwards is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.anchors import Anchor, AnchorError, read_anchor, sign_anchor
from gateway.audit.chain import Head, beginning, link
from gateway.audit.configured import open_audit
from gateway.audit.places import anchors_file, segments_of
from gateway.audit.retention import retain
from gateway.audit.verify import verify_journal
from gateway.audit.writing import JournalWriter
from tests.gateway.audit.harness import KEY, settings

ONE = "20261126T021500Z-00000001"
TWO = "20261126T031500Z-00000002"


def record(number: int, at: str = "2026-11-26T02:15:00.000000Z") -> bytes:
    return orjson.dumps({"kind": "request", "at": at, "n": number})


def written(folder: Path, instance: str = ONE, count: int = 9, *, closed: bool = True) -> JournalWriter:
    """A journal of `count` records in files of three, each ending with a signed head."""
    writer = JournalWriter(folder, instance, KEY, segment_bytes=400)
    writer.open()
    for number in range(count):
        writer.write([record(number)])
    if closed:
        writer.write([orjson.dumps({"kind": "closed", "at": "2026-11-26T03:00:00.000000Z"})])
    writer.anchor()
    return writer


def problems(folder: Path, *more: str) -> list[str]:
    return [problem for proof in verify_journal(folder, KEY.public_key(), more) for problem in proof.problems]


def files(folder: Path) -> list[Path]:
    return [segment.path for segment in segments_of(folder)]


def edit(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


def test_a_whole_journal_is_proven(tmp_path: Path):
    written(tmp_path).close()
    (proof,) = verify_journal(tmp_path, KEY.public_key())
    assert (proof.problems, proof.head.sequence, proof.signed, proof.closed, proof.alive) == ([], 10, 10, True, False)
    assert str(proof) == f"{ONE}: lines 1 to 10 in {len(files(tmp_path))} files, closed, signed to 10."
    assert len(files(tmp_path)) > 2


def test_a_journal_that_is_written_to_is_proven_as_far_as_it_is(tmp_path: Path):
    writer = written(tmp_path, closed=False)
    writer.write([record(10)])
    (proof,) = verify_journal(tmp_path, KEY.public_key())
    assert (proof.problems, proof.alive, proof.head.sequence, proof.signed) == ([], True, 10, 9)
    writer.close()


def changed(folder: Path) -> None:
    edit(files(folder)[1], lambda lines: [lines[0].replace(b'"n":', b'"n":1'), *lines[1:]])


def reordered(folder: Path) -> None:
    edit(files(folder)[0], lambda lines: [lines[1], lines[0], *lines[2:]])


def taken_out(folder: Path) -> None:
    edit(files(folder)[0], lambda lines: lines[:-1])


def end_cut(folder: Path) -> None:
    edit(files(folder)[-1], lambda lines: lines[:-1])


def last_file_gone(folder: Path) -> None:
    files(folder)[-1].unlink()


def first_file_gone(folder: Path) -> None:
    files(folder)[0].unlink()


def middle_file_gone(folder: Path) -> None:
    files(folder)[1].unlink()


def all_files_gone(folder: Path) -> None:
    for path in files(folder):
        path.unlink()


def signatures_gone(folder: Path) -> None:
    anchors_file(folder, ONE).unlink()


def signatures_emptied(folder: Path) -> None:
    anchors_file(folder, ONE).write_text("")


def forged(folder: Path) -> None:
    """Somebody writes the whole journal anew, and has another key."""
    for path in (*files(folder), anchors_file(folder, ONE)):
        path.unlink()
    writer = JournalWriter(folder, ONE, Ed25519PrivateKey.generate(), segment_bytes=1 << 20)
    writer.open()
    writer.write([record(1)])
    writer.anchor()
    writer.close()


def written_anew(folder: Path) -> None:
    """The last file gets another content with hashes that are right, under the old signatures."""
    head, segments = beginning(ONE), segments_of(folder)
    for segment in segments[:-1]:
        for line in segment.path.read_bytes().splitlines():
            found = orjson.loads(line)
            head = Head(found["sequence"], found["hash"])
    lines: list[bytes] = []
    for number in range(len(segments[-1].path.read_bytes().splitlines())):
        line, head = link(head, record(900 + number))
        lines.append(line)
    segments[-1].path.write_bytes(b"".join(lines))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (changed, "was changed, or the one before it"),
        (reordered, "line 1 is missing, 2 stands in its place"),
        (taken_out, "is missing"),
        (end_cut, "the end is missing: there were 10 lines, and 9 are left"),
        (last_file_gone, "the end is missing: there were 10 lines"),
        (first_file_gone, "lines 1 to "),
        (middle_file_gone, "are missing, a file or more"),
        (all_files_gone, "the end is missing: there were 10 lines, and 0 are left"),
        (signatures_gone, "its signatures are missing"),
        (signatures_emptied, "the signature of its end is missing"),
        (forged, "an anchor was not signed with this key"),
        (written_anew, "is not the one that was signed"),
    ],
)
def test_what_was_done_to_it_is_found(tmp_path: Path, harm: Callable[[Path], None], said: str):
    written(tmp_path).close()
    assert problems(tmp_path) == []
    harm(tmp_path)
    assert said in " | ".join(problems(tmp_path))


def test_a_line_that_was_never_finished_is_no_problem_at_the_end(tmp_path: Path):
    written(tmp_path, closed=False).close()
    with files(tmp_path)[-1].open("ab") as file:
        file.write(b'{"hash":"12')
    (proof,) = verify_journal(tmp_path, KEY.public_key())
    assert (proof.problems, proof.torn, proof.head.sequence) == ([], True, 9)


def test_what_a_killed_process_had_not_signed_is_said(tmp_path: Path):
    writer = written(tmp_path, closed=False)
    writer.write([record(10)])
    writer.close()
    (proof,) = verify_journal(tmp_path, KEY.public_key())
    assert proof.problems == []
    assert "ended without closing, signed to 9." in str(proof)


def test_a_journal_that_is_gone_is_missed_by_the_next_one(tmp_path: Path):
    first = open_audit(settings(tmp_path))
    first.journal._writer.close()
    second = open_audit(settings(tmp_path))
    second.journal._writer.close()
    folder = tmp_path / "journal"
    assert problems(folder) == []
    named = [entry for path in files(folder) for entry in orjson.loads(path.read_bytes().splitlines()[0])["before"]]
    assert [entry["sequence"] for entry in named] == [1]
    gone = named[0]["instance"]
    for path in folder.glob(f"{gone}.*"):
        path.unlink()
    assert problems(folder) == ["its signatures are missing", "the end is missing: there were 1 lines, and 0 are left"]


def test_anchors_that_were_kept_elsewhere_count(tmp_path: Path):
    written(tmp_path).close()
    kept = anchors_file(tmp_path, ONE).read_text().split()
    for path in tmp_path.iterdir():
        path.unlink()
    assert problems(tmp_path) == []
    assert problems(tmp_path, *kept) == [
        "its signatures are missing",
        "the end is missing: there were 10 lines, and 0 are left",
    ]


# -- retention ---------------------------------------------------------------------------------------------------------


def test_what_is_old_enough_goes_in_whole_files_and_the_rest_is_proven(tmp_path: Path):
    writer = JournalWriter(tmp_path, ONE, KEY, segment_bytes=400)
    writer.open()
    for number in range(12):
        writer.write([record(number, f"2026-11-{10 + number}T00:00:00.000000Z")])
    writer.anchor()
    writer.close()
    before = files(tmp_path)
    (said,) = retain(tmp_path, KEY, "2026-11-16T00:00:00.000000Z")
    left = files(tmp_path)
    assert left == before[len(before) - len(left) :]
    assert 0 < len(left) < len(before)
    (proof,) = verify_journal(tmp_path, KEY.public_key())
    assert (proof.problems, proof.head.sequence) == ([], 12)
    assert (
        said
        == f"{ONE}: {len(before) - len(left)} files dropped, up to line {proof.dropped} ({before[-len(left) - 1].name})."
    )
    first = orjson.loads(left[0].read_bytes().splitlines()[-1])["at"]
    assert first >= "2026-11-16"
    assert list(retain(tmp_path, KEY, "2026-11-16T00:00:00.000000Z")) == []


def test_a_file_that_goes_after_that_is_missing(tmp_path: Path):
    written(tmp_path, count=15).close()
    total = len(files(tmp_path))
    assert len(list(retain(tmp_path, KEY, "2026-11-26T02:30:00.000000Z"))) == 1
    assert len(files(tmp_path)) < total
    written(tmp_path, TWO).close()
    files(tmp_path)[0].unlink()
    assert problems(tmp_path) != []


def test_a_journal_with_a_problem_is_left_alone(tmp_path: Path):
    written(tmp_path).close()
    changed(tmp_path)
    before = files(tmp_path)
    (said,) = retain(tmp_path, KEY, "2030-01-01")
    assert "left alone, because" in said
    assert files(tmp_path) == before


def test_the_file_that_is_written_to_stays(tmp_path: Path):
    writer = written(tmp_path, closed=False)
    list(retain(tmp_path, KEY, "2030-01-01"))
    assert len(files(tmp_path)) == 1
    writer.write([record(10)])
    writer.close()
    assert problems(tmp_path) == []


# -- anchors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "e30.e30.e30"])
def test_what_is_no_anchor_is_said_to_be_none(text: str):
    with pytest.raises(AnchorError):
        read_anchor(text, KEY.public_key())


def test_an_anchor_says_what_was_signed():
    anchor = Anchor(ONE, Head(7, "ab"), "2026-11-26T02:15:00Z", "dropped")
    assert read_anchor(sign_anchor(anchor, KEY), KEY.public_key()) == anchor
    head, claims, signature = sign_anchor(anchor, KEY).split(".")
    with pytest.raises(AnchorError, match="not signed with this key"):
        read_anchor(f"{head}.{claims[:-2]}AA.{signature}", KEY.public_key())
