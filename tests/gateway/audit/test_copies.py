"""The lines in the audit database are proven like those of a file: whatever is done to them there is found."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest

from gateway.audit.chain import beginning, link
from gateway.audit.shipping import Shipper
from tests.gateway.audit.harness import settings
from tests.gateway.audit.test_shipping import ONE, record, rows, shipped, written
from tests.gateway.test_cli import gateway


@pytest.fixture
async def journal(tmp_path: Path, database: str) -> Path:
    """Six lines, all shipped; the third, and the end, are signed."""
    folder = tmp_path / "journal"
    writer = written(folder, 3)
    writer.anchor()
    for number in range(3, 6):
        writer.write([record(number)])
    writer.anchor()
    await shipped(Shipper(folder, ONE, database, lambda: writer.head))
    writer.close()
    settings(tmp_path)
    return folder


async def told(journal: Path, database: str) -> tuple[int, list[str]]:
    """The exit status, and what is said of the database."""
    words = ("audit", "verify", journal, "--key", journal.parent / "audit.pem", "--database", database)
    status, output, _ = await asyncio.to_thread(gateway, *words)
    lines = output.splitlines()
    return status, lines[[line.startswith("The audit database") for line in lines].index(True) :]


async def done(database: str, *statements: str) -> None:
    connection = await asyncpg.connect(database)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def test_what_was_shipped_is_proven(journal: Path, database: str):
    assert await told(journal, database) == (0, ["The audit database: 6 lines."])


async def test_older_lines_may_be_gone(journal: Path, database: str):
    await done(database, "DELETE FROM audit_record WHERE sequence < 3")
    assert await told(journal, database) == (0, ["The audit database: 4 lines."])


AT_2, TO_7 = "WHERE sequence = 2", "WHERE sequence = 7"


@pytest.mark.parametrize(
    ("harm", "lines", "problem"),
    [
        ([f"UPDATE audit_record SET line = replace(line, '\"n\":1', '\"n\":7') {AT_2}"], 6, "line 2 was changed, or the one before it"),
        ([f"UPDATE audit_record SET line = 'x\u00e9' {AT_2}"], 6, "this is no line of a journal"),
        ([f"DELETE FROM audit_record {AT_2}"], 5, "line 2 is missing, 3 stands in its place"),
        (["DELETE FROM audit_record WHERE sequence > 4"], 4, "the end is missing: there were 6 lines, and they end with 4"),
        ([f"UPDATE audit_record SET persons = '{{}}' {AT_2}"], 6, "what is searched for beside line 2 is not what it says"),
        ([f"UPDATE audit_record SET kind = 'event' {AT_2}"], 6, "what is searched for beside line 2 is not what it says"),
        ([f"UPDATE audit_record SET at = at + interval '1 microsecond' {AT_2}"], 6, "what is searched for beside line 2 is not what it says"),
        (
            [
                f"UPDATE audit_record SET sequence = 7 {AT_2}",
                "UPDATE audit_record SET sequence = 2 WHERE sequence = 3",
                f"UPDATE audit_record SET sequence = 3 {TO_7}",
            ],
            6,
            "line 3 stands in the place of line 2",
        ),
    ],
    ids=["changed", "no line", "taken out", "cut off", "persons", "kind", "time", "exchanged"],
)  # fmt: skip
async def test_what_was_done_to_it_is_found(journal: Path, database: str, harm: list[str], lines: int, problem: str):
    await done(database, *harm)
    assert await told(journal, database) == (
        1,
        [f"The audit database: {lines} lines.", f"  PROBLEM: {ONE}: {problem}."],
    )


async def test_what_was_written_anew_with_hashes_that_are_right_is_not_what_was_signed(journal: Path, database: str):
    head, found = beginning(ONE), await rows(database)
    connection = await asyncpg.connect(database)
    for _, number, text in found:
        content = {name: value for name, value in json.loads(text).items() if name not in ("hash", "sequence")}
        line, head = link(head, json.dumps({**content, "n": 900 + number}).encode())
        put = "UPDATE audit_record SET line = $1 WHERE sequence = $2"
        await connection.execute(put, line.decode().removesuffix("\n"), number)
    await connection.close()
    assert await told(journal, database) == (
        1,
        ["The audit database: 6 lines.", f"  PROBLEM: {ONE}: line 3 is not the one that was signed."],
    )
