"""The participants file."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest

from issuer.participants import Participant, ParticipantsError, ParticipantsFile, canonical_id

ENTRY: dict[str, Any] = {
    "id": "uzovi:5050",
    "number": "1",
    "name": "Een",
    "instantie_type": "Zorgkantoor",
    "certificate": "a" * 64,
}


def write(path: Path, *entries: dict[str, Any]) -> ParticipantsFile:
    path.write_text(json.dumps(entries))
    return ParticipantsFile(path)


def test_reading(tmp_path: Path):
    file = write(tmp_path / "p.json", {**ENTRY, "scopes": ["a"], "may_act_for": ["agb:*"]})
    participants = file.read()
    party = participants.by_id["uzovi:5050"]
    assert participants.by_certificate["a" * 64] is party
    assert party == Participant("uzovi:5050", "1", "Een", "Zorgkantoor", ("a",), "a" * 64, ("agb:*",))
    assert (party.claim, party.code) == ("uzovi", "5050")
    assert party.acts_for("agb:12345678")
    assert not party.acts_for("uzovi:5501")


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([{**ENTRY, "id": "oin:1"}], "is no party"),
        ([{**ENTRY, "certificate": "x"}], "SHA-256 fingerprint"),
        ([{**ENTRY, "scope": "a"}], "unknown field"),
        ([{"id": "uzovi:5050"}], "missing required field"),
        ([ENTRY, {**ENTRY, "certificate": None}], "listed twice"),
        ([ENTRY, {**ENTRY, "id": "uzovi:5501"}], "certificate of another participant"),
        ([ENTRY, {**ENTRY, "id": "uzovi:5501", "certificate": None}], "number of another participant"),
        ([{**ENTRY, "number": ""}], "a number has 1 to 64"),
        ([{**ENTRY, "number": "agb:12345678"}], "a number has 1 to 64"),
        ([{**ENTRY, "number": "1" * 65}], "a number has 1 to 64"),
        ([{**ENTRY, "number": "1\n"}], "a number has 1 to 64"),
        ([{**ENTRY, "name": " "}], "a name is one line"),
        ([{**ENTRY, "name": "Een\nuzovi:5501 Twee"}], "a name is one line"),
        ([{**ENTRY, "name": "Een\x1b[2K"}], "a name is one line"),
    ],
)
def test_what_is_refused(tmp_path: Path, entries: list[dict[str, Any]], reason: str):
    with pytest.raises(ParticipantsError, match=reason):
        write(tmp_path / "p.json", *entries).read()


def test_no_file(tmp_path: Path):
    with pytest.raises(ParticipantsError, match="There is no participants file"):
        ParticipantsFile(tmp_path / "p.json").read()


def test_adding_replacing_removing_is_seen_by_a_running_reader(tmp_path: Path):
    path = tmp_path / "p.json"
    reader, writer = ParticipantsFile(path), ParticipantsFile(path)
    writer.add(Participant("uzovi:5050", "1", "Een", "Zorgkantoor"))
    writer.add(Participant("agb:12345678", "2", "Twee", "Zorgaanbieder"))
    assert set(reader.read().by_id) == {"uzovi:5050", "agb:12345678"}
    writer.add(Participant("uzovi:5050", "1", "Anders", "Zorgkantoor"))
    assert reader.read().by_id["uzovi:5050"].name == "Anders"
    writer.remove("uzovi:5050")
    assert set(reader.read().by_id) == {"agb:12345678"}
    with pytest.raises(ParticipantsError, match="uzovi:5050 is no participant"):
        writer.remove("uzovi:5050")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_published_word_for_agb():
    assert canonical_id("agbcode:012345678") == "agb:012345678"
    assert canonical_id("uzovi:5050") == "uzovi:5050"
    assert canonical_id("nonsense") == "nonsense"


def test_gateways_are_told_of_each_change(tmp_path: Path):
    file = write(
        tmp_path / "participants.json",
        {**ENTRY, "addresses": ["192.0.2.0/24"], "rate": 5.0, "burst": 9},
        {**ENTRY, "id": "agb:12345678", "number": "2", "certificate": None},
    )
    limited = {"blocked": False, "addresses": ["192.0.2.0/24"], "rate": 5.0, "burst": 9}
    file.publish()
    assert json.loads(file.access_file.read_text()) == {"participants": {"1": limited, "2": {"blocked": False}}}
    file.block("agb:12345678", blocked=True)
    blocked = {"2": {"blocked": True}, "agb:12345678": {"blocked": True}}
    assert json.loads(file.access_file.read_text()) == {"participants": {"1": limited, **blocked}}
    file.block("agb:12345678", blocked=False)
    file.remove("uzovi:5050")
    assert json.loads(file.access_file.read_text()) == {"participants": {"2": {"blocked": False}}}
    with pytest.raises(ParticipantsError, match="is no participant"):
        file.block("uzovi:5050", blocked=True)


def test_who_was_blocked_and_is_removed_stays_blocked_at_gateways(tmp_path: Path):
    party = Participant("uzovi:5050", "1", "Een", "Zorgkantoor")
    file = ParticipantsFile(tmp_path / "participants.json")
    file.add(party)
    file.block("uzovi:5050", blocked=True)
    file.remove("uzovi:5050")
    file.add(Participant("agb:12345678", "2", "Twee", "Zorgaanbieder"))
    gone = {"1": {"blocked": True}, "uzovi:5050": {"blocked": True}}
    assert json.loads(file.access_file.read_text()) == {"participants": {**gone, "2": {"blocked": False}}}
    file.add(party)
    present = {"1": {"blocked": False}, "2": {"blocked": False}}
    assert json.loads(file.access_file.read_text()) == {"participants": present}


def test_gateways_are_told_of_the_certificate_of_who_is_blocked(tmp_path: Path):
    """It may count there without a token, and its names are those of whoever made it."""
    party = Participant("uzovi:5050", "1", "Een", "Zorgkantoor", certificate="0" * 64)
    name = "x5t#S256:" + "A" * 43
    file = ParticipantsFile(tmp_path / "participants.json")
    file.add(party)
    assert json.loads(file.access_file.read_text()) == {"participants": {"1": {"blocked": False}}}
    file.block("uzovi:5050", blocked=True)
    blocked = {one: {"blocked": True} for one in ("1", "uzovi:5050", name)}
    assert json.loads(file.access_file.read_text()) == {"participants": blocked}
    file.block("uzovi:5050", blocked=False)
    assert json.loads(file.access_file.read_text()) == {"participants": {"1": {"blocked": False}}}
    file.block("uzovi:5050", blocked=True)
    file.remove("uzovi:5050")
    assert json.loads(file.access_file.read_text()) == {"participants": blocked}


def test_who_is_blocked_stays_blocked_with_another_certificate(tmp_path: Path):
    """A renewal says nothing of it; `unblock` does."""
    party = Participant("uzovi:5050", "1", "Een", "Zorgkantoor", certificate="0" * 64)
    file = ParticipantsFile(tmp_path / "participants.json")
    file.add(party)
    file.block("uzovi:5050", blocked=True)
    file.add(msgspec.structs.replace(party, certificate="1" * 64))
    assert file.read().by_id["uzovi:5050"] == msgspec.structs.replace(party, certificate="1" * 64, blocked=True)


@pytest.mark.parametrize(
    "wrong", [{"addresses": ["x"]}, {"addresses": ["192.0.2.1/24"]}, {"rate": 0}, {"rate": 1000001}, {"burst": -1}]
)
def test_bounds_that_are_none(wrong: dict[str, Any], tmp_path: Path):
    with pytest.raises(ParticipantsError, match=r"no address|a rate is 0.0001 to 1000000|more than nothing"):
        write(tmp_path / "p.json", {**ENTRY, **wrong}).read()


@pytest.mark.parametrize(
    ("address", "fits"), [("192.0.2.7", True), ("2001:db8::1", True), ("192.0.3.7", False), ("", False)]
)
def test_where_a_participant_comes_from(address: str, fits: bool):
    anywhere = Participant("uzovi:5050", "1", "Een", "Zorgkantoor")
    party = msgspec.structs.replace(anywhere, addresses=("192.0.2.0/24", "2001:db8::/32"))
    assert (party.comes_from(address), anywhere.comes_from(address)) == (fits, True)


@pytest.mark.parametrize("rate", [float("inf"), float("nan"), -1.0, 0.00009])
def test_a_rate_that_json_has_no_word_for_is_no_absence_of_one(rate: float):
    with pytest.raises(ValueError, match=r"a rate is 0\.0001 to 1000000 requests a second"):
        Participant("uzovi:5050", "1", "Een", "Zorgkantoor", rate=rate)
