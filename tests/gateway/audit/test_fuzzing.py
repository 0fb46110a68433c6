"""Whatever was done to the files of a journal: a proof with problems told, and nothing else; a whole journal is never blamed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.audit.anchors import AnchorError, read_anchor
from gateway.audit.chain import ChainError, beginning, link, read_line
from gateway.audit.places import anchors_file, segments_of
from gateway.audit.reports import Sought, read_records
from gateway.audit.verify import verify_journal
from gateway.audit.writing import JournalWriter
from gateway.errors import OperatorError
from tests.fuzzing import SECRET, fuzzed, kept_quiet, many, more, most
from tests.gateway.audit.harness import KEY

ONE, TWO = "20261126T021500Z-00000001", "20261126T031500Z-00000002"
AT = "2026-11-26T02:15:00.000000Z"

names = st.sampled_from(["kind", "before", "instance", "sequence", "hash", "at", SECRET])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6)
    | st.sampled_from([SECRET, ONE, TWO, "../../etc/passwd", "\x00", "a" * 300, 10**30, -1, "opened", "0" * 64]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("journals") / "whole"
    before: list[dict[str, Any]] = []
    for instance in (ONE, TWO):
        writer = JournalWriter(folder, instance, KEY, segment_bytes=400)
        writer.open()
        writer.write([orjson.dumps({"kind": "opened", "at": AT, "before": before})])
        for number in range(6):
            writer.write([orjson.dumps({"kind": "request", "at": AT, "n": number, "persons": [SECRET]})])
        writer.anchor()
        writer.close()
        (proof,) = (proof for proof in verify_journal(folder, KEY.public_key()) if proof.instance == instance)
        before = [{"instance": instance, "sequence": proof.head.sequence, "hash": proof.head.hash}]
    assert not _told(folder)
    return folder


def _told(folder: Path) -> list[str]:
    with fuzzed():
        proofs = verify_journal(folder, KEY.public_key())
        problems = [problem for proof in proofs for problem in proof.problems]
        kept_quiet(*problems, *proofs)
    with fuzzed(again=True):
        try:
            assert all(record["at"] >= "2026" for record in read_records(folder, Sought(since="2026", person=SECRET)))
        except OperatorError as error:
            kept_quiet(error)
    return problems


def _spoiled(whole: Path, change: Callable[[Path], None]) -> list[str]:
    folder = whole.parent / "spoiled"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    change(folder)
    return _told(folder)


@many
@given(st.integers(0, 10), st.integers(0, 2000), st.binary(max_size=3), st.integers(0, 3))
def test_any_bytes_that_went_wrong(whole: Path, which: int, place: int, put: bytes, taken: int):
    def change(folder: Path) -> None:
        files = sorted(folder.iterdir())
        file = files[which % len(files)]
        content = file.read_bytes()
        at = place % max(len(content), 1)
        file.write_bytes(content[:at] + put + content[at + taken :])

    _spoiled(whole, change)


@many
@given(st.integers(0, 10), st.sampled_from(["gone", "empty", "again", "other"]))
def test_any_file_that_is_gone_or_another(whole: Path, which: int, what: str):
    def change(folder: Path) -> None:
        files = sorted(folder.iterdir())
        file, other = files[which % len(files)], files[(which + 1) % len(files)]
        if what == "gone":
            file.unlink()
        else:
            content = {"empty": b"", "again": file.read_bytes() * 2, "other": other.read_bytes()}[what]
            file.write_bytes(content)

    def whole_still(folder: Path) -> bool:
        return what == "again" and sorted(folder.iterdir())[which % len(list(folder.iterdir()))].suffix == ".anchors"

    assert bool(_spoiled(whole, change)) is not whole_still(
        whole
    )  # a signature that stands there twice says nothing new


@many
@given(values, st.dictionaries(names, values, max_size=3), st.binary(max_size=40))
@example([{"instance": "../../x", "sequence": 1, "hash": "0" * 64}], {}, b"")
@example([{"instance": "\x00", "sequence": 1, "hash": "0" * 64}], {}, b"")
@example([{"instance": ONE, "sequence": 1, "hash": []}], {}, b"")
@example([{"instance": "a" * 300, "sequence": 1, "hash": "0" * 64}], {}, b"")
@example([{"instance": SECRET, "sequence": 1, "hash": "0" * 64}], {}, b"")
@example(None, {}, b"[" * 100_000)
def test_any_first_line_of_a_chain_that_holds(whole: Path, before: Any, more: dict[str, Any], raw: bytes):
    """Whoever can write there can make a chain; what it says of others is not believed to be well formed."""
    record = orjson.dumps({"kind": "opened"})[:-1] + b',"before":' + json.dumps(before).encode()
    record += b"," + json.dumps(more).encode()[1:] if more else b"}"
    if raw:
        record = b'{"kind":"opened",' + raw.replace(b"\n", b"") + b"}"
    line, _ = link(beginning(TWO), record)

    def change(folder: Path) -> None:
        for segment in segments_of(folder, TWO):
            segment.path.unlink()
        (folder / f"{TWO}.000000000001.jsonl").write_bytes(line)

    _spoiled(whole, change)


@most
@given(
    st.binary(max_size=120)
    | st.binary(max_size=40).map(lambda rest: b'{"hash":"' + b"0" * 64 + b'","sequence":1,"kind":' + rest + b"}")
)
def test_any_line(line: bytes):
    with fuzzed():
        try:
            read_line(line)
        except ChainError as error:
            kept_quiet(error)


@more
@given(st.text(max_size=60) | st.tuples(st.integers(0, 400), st.characters(max_codepoint=255)))
def test_any_anchor(whole: Path, what: Any):
    text = anchors_file(whole, ONE).read_text().splitlines()[0]
    spoiled = what if isinstance(what, str) else text[: what[0] % len(text)] + what[1] + text[what[0] % len(text) + 1 :]
    with fuzzed():
        try:
            assert read_anchor(spoiled, KEY.public_key()) == read_anchor(text, KEY.public_key())
        except AnchorError as error:
            kept_quiet(error)
