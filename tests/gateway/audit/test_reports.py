"""Journals that somebody wrote by hand, read back: an XML document that is one, one line for each record, and a sentence for what is no record."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.chain import beginning, link
from gateway.audit.places import segment_file
from tests.gateway.test_cli import gateway

ONE = "20261126T021500Z-00000001"
AT = "2026-11-26T02:15:00.000000Z"
CALLER: dict[str, Any] = {
    "role": "CLERK",
    "identifiers": {"branch": "12"},
    "subject": "desk",
    "actor": None,
    "token": "t",
}
OPERATION: dict[str, Any] = {
    "coordinates": ["Book.price"],
    "grants": ["BOOK"],
    "action": "R",
    "signature": "",
    "release": None,
}
SENTENCE = f"{AT}  CLERK branch:12: success; Book.price; on BOOK; trace 1\n"
NUMBER = "999990123"
"""Somebody's, where it should not be."""


def told(**more: Any) -> bytes:
    content = {"kind": "request", "at": AT, "trace": "1", "span": "2", "result": "success", "status": 200}
    seen = {"caller": CALLER, "operation": OPERATION, "records": {"Book": ["1"]}, "persons": ["ab"]}
    return json.dumps({**content, **seen, **more}).encode()


def journal(folder: Path, *records: bytes) -> Path:
    head, written = beginning(ONE), b""
    for record in records:
        line, head = link(head, record)
        written += line
    segment_file(folder, ONE, 1).write_bytes(written)
    return folder


def who_saw(folder: Path) -> tuple[int, str, str]:
    return gateway("audit", "who-saw", folder, "--record", "Book:1")


ODD = "a\"><x y='&<!--]]>\x00\x01\x1b[2J\x85\u2028\u202e\ud800\ufffe\n2026-01-01T00:00:00Z  NOBODY"
IN_XML = "a\"><x y='&<!--]]>[2J\x85\u2028\u202e\n2026-01-01T00:00:00Z  NOBODY"
IN_A_LINE = "a\"><x y='&<!--]]>���[2J������2026-01-01T00:00:00Z  NOBODY"


def test_whatever_a_name_holds_the_document_is_one(tmp_path: Path):
    caller = {**CALLER, "role": ODD, "identifiers": {ODD: ODD}, "token": ODD, "issuer": ODD}
    journal(tmp_path, told(caller=caller, records={ODD: [ODD]}, persons=[ODD], trace=ODD))
    status, output, problem = gateway("audit", "export", tmp_path)
    assert (status, problem) == (0, "")
    (record,) = ET.fromstring(output)
    assert [element.tag for element in record] == ["event", "user", "object", "object", "object", "logData"]
    _, user, _, book, person, log = record
    assert (user.get("role"), user.get("userId"), user.get("tokenId")) == (IN_XML, f"{IN_XML}:{IN_XML}", IN_XML)
    assert user.get("tokenIssuer") == IN_XML
    assert (book.get("identifierType"), book.get("identifier")) == (IN_XML, IN_XML)
    assert (person.get("identifierType"), person.get("identifier")) == ("person", IN_XML)
    assert log.get("traceId") == IN_XML


def test_whatever_a_name_holds_a_look_is_one_line_that_tells_a_terminal_nothing(tmp_path: Path):
    journal(tmp_path, told(caller={**CALLER, "role": ODD}))
    assert who_saw(tmp_path) == (0, SENTENCE.replace("CLERK", IN_A_LINE), "")


def test_a_record_is_of_the_journal_in_which_it_lies(tmp_path: Path):
    journal(tmp_path, told(instance="20250101T000000Z-00000000"))
    status, output, _ = gateway("audit", "who-saw", tmp_path, "--record", "Book:1", "--format", "json")
    assert (status, json.loads(output)["instance"]) == (0, ONE)
    log = ET.fromstring(gateway("audit", "export", tmp_path)[1]).find("record/logData")
    assert log is not None
    assert log.get("source") == ONE


@pytest.mark.parametrize(
    "record",
    [
        told(operation=[NUMBER]),
        told(operation={**OPERATION, "coordinates": None}),
        told(operation={**OPERATION, "grants": NUMBER}),
        told(caller=[NUMBER]),
        told(caller={}),
        told(caller={**CALLER, "identifiers": {"bsn": [NUMBER]}}),
        told(caller={**CALLER, "role": {"bsn": NUMBER}}),
        told(persons={"bsn": NUMBER}),
        told(persons=[int(NUMBER)]),
        told(evaluation={"subject": NUMBER}),
        told(evaluation=NUMBER),
        told(status=NUMBER),
        told(status=float("nan")),
        told(purpose=[NUMBER]),
        told(trace=None),
    ],
)  # fmt: skip
def test_what_is_no_record_is_said_after_all_others_and_nothing_of_it(tmp_path: Path, record: bytes):
    journal(tmp_path, told(), record, told())
    said = f"{ONE}: line 2 cannot be read; `gateway audit verify` says more.\n"
    assert who_saw(tmp_path) == (1, SENTENCE * 2, said)
    status, output, problem = gateway("audit", "export", tmp_path)
    assert (status, problem) == (1, said)
    logs = [log.get("sequence") for log in ET.fromstring(output).findall("record/logData")]
    assert logs == ["1", "3"]


@pytest.mark.parametrize(
    "line",
    [b"", b"\x00", b"[]", b"7", b'{"at":7,"kind":"request"}', b"\xff\xfe", b'{"at":"%b"}' % AT.encode(), b"[" * 100_000, told(records=[1])],
)  # fmt: skip
def test_what_is_no_line_is_said_after_all_others(tmp_path: Path, line: bytes):
    journal(tmp_path, told())
    with segment_file(tmp_path, ONE, 1).open("ab") as file:
        file.write(line + b"\n" + told(sequence=3, hash="0") + b"\n" + told())
    said = f"{ONE}.000000000001.jsonl: line 2 cannot be read; `gateway audit verify` says more.\n"
    assert who_saw(tmp_path) == (1, SENTENCE * 2, said)


def test_what_is_no_line_leaves_a_whole_document(tmp_path: Path):
    journal(tmp_path, told())
    with segment_file(tmp_path, ONE, 1).open("ab") as file:
        file.write(b"\xff\n" + told(sequence=3, hash="0") + b"\n")
    status, output, problem = gateway("audit", "export", tmp_path)
    assert (status, problem) == (
        1,
        f"{ONE}.000000000001.jsonl: line 2 cannot be read; `gateway audit verify` says more.\n",
    )
    assert len(ET.fromstring(output)) == 2
