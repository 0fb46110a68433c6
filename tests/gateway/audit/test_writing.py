"""Whatever a disk does to a writer, what it acknowledged is proven afterwards, and nothing else is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson
import pytest

from gateway.audit import configured, writing
from gateway.audit.anchors import read_anchor
from gateway.audit.configured import open_audit
from gateway.audit.places import anchors_file, segment_file, segments_of
from gateway.audit.verify import verify_journal
from gateway.audit.writing import JournalWriter
from gateway.settings import SettingsError
from tests.gateway.audit.harness import KEY, records, settings

ONE = "20261126T021500Z-00000001"
Patch = pytest.MonkeyPatch


def record(kind: str, number: int) -> bytes:
    return orjson.dumps({"kind": kind, "at": "2026-11-26T02:15:00.000000Z", "n": number})


def opened(folder: Path) -> JournalWriter:
    writer = JournalWriter(folder / "journal", ONE, KEY, segment_bytes=1 << 20)
    writer.open()
    writer.write([record("opened", 1)])
    writer.write([record("request", 2)])
    return writer


def problems(folder: Path, *more: str) -> Sequence[str]:
    return [
        problem for proof in verify_journal(folder / "journal", KEY.public_key(), more) for problem in proof.problems
    ]


def broken(*_: object) -> None:
    raise OSError(5, "Input/output error")


def closed_for_writing(folder: Path, writer: JournalWriter) -> None:
    (folder / "journal").chmod(0o500)
    with pytest.raises(PermissionError):
        writer.write([record("request", 0)])
    (folder / "journal").chmod(0o700)


def away_for_a_while(folder: Path, writer: JournalWriter) -> None:
    (folder / "journal").rename(folder / "elsewhere")
    with pytest.raises(FileNotFoundError):
        writer.write([record("request", 0)])
    (folder / "elsewhere").rename(folder / "journal")


def written_and_not_synced_nor_taken_back(_folder: Path, writer: JournalWriter) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fdatasync", broken)
        patched.setattr(os, "ftruncate", broken)
        with pytest.raises(OSError, match="Input/output"):
            writer.write([record("request", 0)])


@pytest.mark.parametrize("harm", [closed_for_writing, away_for_a_while, written_and_not_synced_nor_taken_back])
def test_a_journal_that_goes_on_after_an_interruption_is_proven(
    tmp_path: Path, harm: Callable[[Path, JournalWriter], None]
):
    writer = opened(tmp_path)
    harm(tmp_path, writer)
    writer.mend()
    writer.write([record("interrupted", 3)])
    writer.anchor()
    writer.close()
    assert [found["n"] for found in records(tmp_path)] == [1, 2, 3]
    assert len(segments_of(tmp_path / "journal")) == 2
    assert problems(tmp_path) == []


def test_what_cannot_be_taken_back_goes_on_refusing(tmp_path: Path):
    writer = opened(tmp_path)
    written_and_not_synced_nor_taken_back(tmp_path, writer)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "ftruncate", broken)
        with pytest.raises(OSError, match="Input/output"):
            writer.mend()
    writer.mend()
    writer.close()
    assert [found["n"] for found in records(tmp_path)] == [1, 2]


def test_a_signature_of_which_a_part_was_written_is_taken_back(tmp_path: Path, monkeypatch: Patch):
    writer = opened(tmp_path)
    writer.anchor()
    writer.write([record("request", 3)])

    def half(file: int, data: bytes) -> None:
        os.write(file, data[:50])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(writing, "_write_all", half)
        with pytest.raises(OSError, match="No space"):
            writer.anchor()
    writer.anchor()
    writer.close()
    signed = anchors_file(tmp_path / "journal", ONE).read_text().splitlines()
    assert [read_anchor(text, KEY.public_key()).head.sequence for text in signed] == [2, 3]
    assert problems(tmp_path) == []


# -- a folder that does not come back at once ----------------------------------------------------------------------------


def parted(folder: Path) -> None:
    """The folder was moved away, and the gateway made another one and went on in it."""
    writer = opened(folder)
    writer.anchor()
    writer.write([record("request", 3)])
    (folder / "journal").rename(folder / "elsewhere")
    writer.mend()
    writer.write([record("interrupted", 4)])
    writer.close()


def test_lines_that_are_in_a_folder_that_was_away_are_missing_and_it_is_said_that_it_was(tmp_path: Path):
    parted(tmp_path)
    missing = "lines 1 to 3 are missing, a file or more; from there on it was written in another folder of that name"
    assert problems(tmp_path) == [missing]


def test_the_two_folders_make_one_journal_again(tmp_path: Path):
    """As `docs/audit.md` says: the files of the one into the other, its signatures behind the others."""
    parted(tmp_path)
    with anchors_file(tmp_path / "journal", ONE).open("a") as file:
        file.write(anchors_file(tmp_path / "elsewhere", ONE).read_text())
    for segment in segments_of(tmp_path / "elsewhere"):
        segment.path.rename(tmp_path / "journal" / segment.path.name)
    assert problems(tmp_path) == []
    assert [found["n"] for found in records(tmp_path)] == [1, 2, 3, 4]


def older(folder: Path, kind: str) -> JournalWriter:
    """As it was written once: the end of a file that could not be written to any more was not signed."""
    writer = opened(folder)
    writer._begin_segment()
    writer.write([record(kind, 3)])
    return writer


def test_of_a_file_that_was_interrupted_a_later_signature_will_do(tmp_path: Path):
    writer = older(tmp_path, "interrupted")
    unsigned = [f"{ONE}.000000000001.jsonl: the signature of its end is missing"]
    assert problems(tmp_path) == unsigned
    signed = writer.anchor()
    writer.close()
    assert problems(tmp_path) == []
    anchors_file(tmp_path / "journal", ONE).write_text("")
    assert problems(tmp_path) == unsigned
    assert signed is not None
    assert problems(tmp_path, signed) == []


def test_of_any_other_file_it_will_not(tmp_path: Path):
    writer = older(tmp_path, "request")
    writer.anchor()
    writer.close()
    assert problems(tmp_path) == [f"{ONE}.000000000001.jsonl: the signature of its end is missing"]


# -- a name that is taken ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", ["all", "lines", "signatures"])
def test_a_journal_of_a_name_that_is_there_is_not_begun(tmp_path: Path, monkeypatch: Patch, left: str):
    writer = opened(tmp_path)
    writer.anchor()
    if left == "lines":
        anchors_file(tmp_path / "journal", ONE).unlink()
    if left == "signatures":
        segment_file(tmp_path / "journal", ONE, 1).unlink()
    before = {path.name: path.read_bytes() for path in (tmp_path / "journal").iterdir()}
    monkeypatch.setattr(configured, "new_instance", lambda: ONE)
    with pytest.raises(SettingsError) as refused:
        open_audit(settings(tmp_path))
    assert str(refused.value) == (
        f"audit.folder: {tmp_path / 'journal'} cannot be used: a journal of this name is there."
    )
    assert {path.name: path.read_bytes() for path in (tmp_path / "journal").iterdir()} == before
    writer.close()
