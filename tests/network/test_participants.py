"""The participants of the demonstration network, as the issuer reads them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from issuer.participants import ParticipantsFile
from iwlz.participants import CIZ_KVK, DEMO_CLIENTS, SILVESTER_KVK, ZORGAANBIEDERS, ZORGKANTOREN
from network.errors import NetworkError
from network.participants import SCOPES, merged_file, participants

PRINTS = {party.id: f"{number:064x}" for number, party in enumerate(participants())}


def test_everybody_of_the_synthetic_data_takes_part():
    kinds = Counter(party.instantie_type for party in participants())
    assert kinds == {
        "Zorgkantoor": len(ZORGKANTOREN),
        "Zorgaanbieder": len(ZORGAANBIEDERS),
        "Burger": len(DEMO_CLIENTS),
        "Onderneming": 3,
    }
    assert len({party.number for party in participants()}) == len(participants())


def test_the_issuer_reads_the_file(tmp_path: Path):
    content = merged_file(None, PRINTS)
    assert content is not None
    (tmp_path / "participants.json").write_text(content)
    read = ParticipantsFile(tmp_path / "participants.json").read()
    assert set(read.by_id) == set(PRINTS)
    assert read.by_id["uzovi:5050"].scopes == SCOPES
    assert read.by_id[f"kvk:{CIZ_KVK}"].scopes == SCOPES[:2]
    silvester = read.by_id[f"kvk:{SILVESTER_KVK}"]
    assert silvester.acts_for("uzovi:5050")
    assert not silvester.acts_for(f"bsn:{DEMO_CLIENTS[0]}")


def test_what_an_administrator_changed_is_kept():
    content = merged_file(None, PRINTS)
    assert content is not None
    assert merged_file(content, PRINTS) is None
    entries = json.loads(content)
    removed = entries.pop()
    entries[0]["blocked"] = True
    entries.append(
        {
            "id": "agb:00000001",
            "number": "7",
            "name": "Nieuw",
            "instantie_type": "Zorgaanbieder",
            "certificate": "f" * 64,
        }
    )
    assert merged_file(json.dumps(entries), PRINTS) is None
    renewed = merged_file(json.dumps(entries), {**PRINTS, entries[0]["id"]: "e" * 64})
    assert renewed is not None
    after = {entry["id"]: entry for entry in json.loads(renewed)}
    assert removed["id"] not in after
    assert after[entries[0]["id"]] == {**entries[0], "certificate": "e" * 64}
    assert after["agb:00000001"]["certificate"] == "f" * 64


@pytest.mark.parametrize("present", ["", "{}x", "[1]", '[{"name": "x"}]'])
def test_a_damaged_file_is_said_plainly(present: str):
    with pytest.raises(NetworkError, match="participants file cannot be read; remove it"):
        merged_file(present, PRINTS)
