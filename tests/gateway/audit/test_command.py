"""`gateway audit …` as people type it, over a journal that a gateway wrote."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from gateway.audit.places import segments_of
from tests.gateway.audit.harness import settings
from tests.gateway.library import library, token
from tests.gateway.test_cli import gateway
from tests.gateway.transport.harness import ask


@pytest.fixture
async def journal(tmp_path: Path) -> Path:
    """A clerk saw both books and a loan of ann's; a reader was refused a price; ann saw titles."""
    audit = settings(tmp_path, persons=("Loan.reader",), private_identifiers=("card",), purpose_header="X-Purpose")
    async with library(tmp_path, audit=audit) as desk:
        desk.federation.world.roots["loans"] = [{"__typename": "Loan", "loanID": "5", "reader": "ann"}]
        clerk, reader = token(sub="desk", act={"sub": "temp"}), token("READER")
        await ask(desk.app, "{ books { price } loans { reader } }", token=clerk, headers={"X-Purpose": "stock:count"})
        await ask(desk.app, "{ books { price } }", token=reader)
        await ask(desk.app, "{ books { title } }", token=reader)
    return tmp_path / "journal"


def test_verify_says_what_was_proven(journal: Path):
    key = journal.parent / "audit.pem"
    status, output, _ = gateway("audit", "verify", journal, "--key", key)
    assert (status, output.split(": ", 1)[1]) == (0, "lines 1 to 5 in 1 files, closed, signed to 5.\n")
    path = segments_of(journal)[0].path
    path.write_bytes(path.read_bytes().replace(b'"status":403', b'"status":200'))
    status, output, _ = gateway("audit", "verify", journal, "--key", key)
    assert (status, output.splitlines()[1]) == (
        1,
        f"  PROBLEM: {path.name}: line 3 was changed, or the one before it.",
    )


def test_who_saw_a_person(journal: Path):
    secret = journal.parent / "secret"
    status, output, _ = gateway(
        "audit", "who-saw", journal, "--person", "-", "--secret", secret, "--format", "json", stdin="ann\n"
    )
    assert status == 0
    found = [json.loads(line) for line in output.splitlines()]
    assert [(record["sequence"], record["caller"]["subject"]) for record in found] == [(2, "desk")]
    assert gateway("audit", "who-saw", journal, "--person", "-", "--secret", secret, stdin="bob")[:2] == (0, "")


def test_who_saw_a_record(journal: Path):
    status, output, _ = gateway("audit", "who-saw", journal, "--record", "Book:1", "--record", "Loan:9")
    assert status == 0
    first, second = output.splitlines()
    assert first.split("  ", 1)[1].rpartition(";")[0] == (
        "CLERK branch:12 through temp, for stock:count: success; Book.price, Loan.reader; on BOOK-CLERK, LOAN-CLERK"
    )
    assert "READER card:" in second
    assert "card:ann" not in second
    assert gateway("audit", "who-saw", journal, "--record", "Book:1", "--until", "2020-01-01")[:2] == (0, "")


def test_the_export_holds_every_request(journal: Path):
    status, output, _ = gateway("audit", "export", journal, "--since", "2020-01-01")
    assert status == 0
    records = ET.fromstring(output).findall("record")
    events = [record.find("event") for record in records]
    assert [(e.get("actionCode"), e.get("result"), e.get("errorCode")) for e in events if e is not None] == [
        ("R", "success", ""),
        ("R", "refused", "FORBIDDEN"),
        ("R", "success", ""),
    ]
    user = records[0].find("user")
    assert user is not None
    assert (user.get("userId"), user.get("role"), user.get("responsibleUserId")) == ("branch:12", "CLERK", "temp")
    objects = {(o.get("identifierType"), o.get("identifier")) for o in records[0].findall("object")[1:]}
    assert {("Book", "1"), ("Book", "2"), ("Loan", "5")} < objects


def test_drop_takes_old_files_away(journal: Path):
    key = journal.parent / "audit.pem"
    assert gateway("audit", "drop", journal, "--key", key, "--before", "2020-01-01")[:2] == (0, "")
    status, output, _ = gateway("audit", "drop", journal, "--key", key, "--before", "2100-01-01")
    assert (status, output.split(": ", 1)[1].startswith("1 files dropped, up to line 5")) == (0, True)
    assert segments_of(journal) == []
    assert gateway("audit", "verify", journal, "--key", key)[0] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["verify", "nowhere", "--key", "k"], "There is no folder nowhere."),
        (["who-saw", "."], "Say of whom or of what: --person FILE with --secret FILE, or --record Type:key."),
        (["who-saw", ".", "--person", "x"], "--person needs the --secret that the journal's hashes were made with."),
        (["who-saw", ".", "--record", "x"], "--record needs Type:key, not x."),
        (
            ["export", ".", "--since", "soon"],
            "soon is no date (2026-11-26) and no moment (2026-11-26T02:15:00Z).",
        ),
    ],
)
def test_what_a_person_can_mend_is_a_sentence(words: list[str], sentence: str):
    assert gateway("audit", *words) == (1, "", f"{sentence}\n")
