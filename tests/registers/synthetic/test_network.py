"""The network as a whole: it repeats, and its registers agree with each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from iwlz.identifiers import is_bsn, is_uuid4
from iwlz.participants import DEMO_CLIENTS, DEMO_ZORGAANBIEDER, DEMO_ZORGKANTOOR, ZORGAANBIEDERS, ZORGKANTOREN
from registers.common.client_key import client_key
from registers.synthetic.edge_cases import CASES
from registers.synthetic.network import DEMO_SECRET, client, network
from registers.synthetic.tables import TABLES

Net = dict[str, dict[str, list[dict[str, Any]]]]

# Child table → column → parent table, inside one register.
PARENTS = {
    "indicatie": {
        **{
            table: {"wlzindicatieID": "wlzindicatie"}
            for table in (
                "geindiceerdzorgzwaartepakket", "vervallengeldigheid", "grondslag", "beperking", "stoornis",
                "stoornisscore", "wzd", "client",
            )
        },
        "beperkingscore": {"beperkingID": "beperking"},
        "contactpersoon": {"clientID": "client"},
        "contactgegevens": {"clientID": "client", "contactPersoonID": "contactpersoon"},
        "adres": {"contactGegevensID": "contactgegevens"},
        "telefoon": {"contactGegevensID": "contactgegevens"},
        "email": {"contactGegevensID": "contactgegevens"},
    },
    "bemiddeling": {
        "clientcontactgegevens": {"clientID": "client"},
        "contactpersoon": {"clientID": "client"},
        "contactpersooncontactgegevens": {"contactpersoonID": "contactpersoon"},
        "bemiddeling": {"clientID": "client"},
        "bemiddelingspecificatie": {"bemiddelingID": "bemiddeling"},
        "regiehouder": {"bemiddelingID": "bemiddeling"},
        "overdracht": {"bemiddelingID": "bemiddeling"},
        "overdrachtspecificatie": {
            "overdrachtID": "overdracht", "bemiddelingspecificatieID": "bemiddelingspecificatie",
        },
    },
    "zorglevering": {
        "levering": {"clientID": "client"},
        "leveringperiode": {"leveringID": "levering"},
        "behandelingperiode": {"leveringperiodeID": "leveringperiode"},
        "uitstelperiode": {"leveringID": "levering"},
        "afstel": {"leveringID": "levering"},
        "verzoek": {"leveringID": "levering"},
        "verzoekaanbieder": {"verzoekID": "verzoek"},
    },
    "client": {
        "clientprofielcontactgegevens": {"clientprofielID": "clientprofiel"},
        "clientprofielcontactpersoon": {"clientprofielID": "clientprofiel"},
        "clientprofielcontactpersooncontactgegevens": {
            "clientprofielContactpersoonID": "clientprofielcontactpersoon",
        },
    },
}  # fmt: skip


def by(rows: list[dict[str, Any]], column: str) -> dict[Any, dict[str, Any]]:
    return {row[column]: row for row in rows}


def test_same_seed_same_network(net: Net, today: date) -> None:
    assert network(40, 7, today) == network(40, 7, today)
    assert network(40, 7, today) != network(40, 8, today)


def test_a_client_is_the_same_whatever_the_size_of_the_network(today: date) -> None:
    small, large = network(30, 7, today), network(60, 7, today)
    for register, tables in small.items():
        for table, rows in tables.items():
            assert large[register][table][: len(rows)] == rows


def test_clients_are_told_apart_by_number_not_by_order(today: date) -> None:
    assert client(500, 7, today).tables == client(500, 7, today).tables
    assert client(500, 7, today).bsn != client(501, 7, today).bsn


def test_every_table_has_rows_and_every_row_of_it_the_same_columns(net: Net) -> None:
    assert {register: list(tables) for register, tables in net.items()} == {
        register: list(tables) for register, tables in TABLES.items()
    }
    for tables in net.values():
        for table, rows in tables.items():
            assert rows, table
            assert len({tuple(row) for row in rows}) == 1, table


def test_every_key_is_a_uuid_of_version_4_and_used_once(net: Net) -> None:
    for register, tables in TABLES.items():
        for table, key in tables.items():
            keys = [row[key] for row in net[register][table]]
            assert all(isinstance(found, UUID) and is_uuid4(str(found)) for found in keys)
            assert len(keys) == len(set(keys)), table


def test_children_have_their_parent_and_its_client_key(net: Net) -> None:
    for register, tables in PARENTS.items():
        for table, columns in tables.items():
            for column, parent in columns.items():
                keys = {(row["client_key"], row[TABLES[register][parent]]) for row in net[register][parent]}
                found = {(row["client_key"], row[column]) for row in net[register][table] if row[column] is not None}
                assert found <= keys, (register, table, column)


def test_contact_data_of_ir_belong_to_a_client_or_to_a_contact_person(net: Net) -> None:
    assert all(
        (row["clientID"] is None) != (row["contactPersoonID"] is None) for row in net["indicatie"]["contactgegevens"]
    )


def test_every_client_has_one_valid_bsn_and_one_key_everywhere(net: Net) -> None:
    profiles = by(net["client"]["clientprofiel"], "bsn")
    assert len(profiles) == 600
    assert list(profiles)[: len(DEMO_CLIENTS)] == list(DEMO_CLIENTS)
    for bsn, row in profiles.items():
        assert is_bsn(bsn)
        assert row["client_key"] == client_key(DEMO_SECRET, bsn)
    keys = {bsn: row["client_key"] for bsn, row in profiles.items()}
    for register in ("indicatie", "bemiddeling", "zorglevering"):
        for row in net[register]["client"]:
            assert row["client_key"] == keys[row["bsn"]]
    assert len(net["bemiddeling"]["client"]) == 600
    assert len(net["zorglevering"]["client"]) == len({row["bsn"] for row in net["zorglevering"]["client"]})


def test_every_indication_has_its_own_client_record_of_the_same_person(net: Net) -> None:
    indications = by(net["indicatie"]["wlzindicatie"], "wlzindicatieID")
    records = net["indicatie"]["client"]
    assert sorted(row["wlzindicatieID"] for row in records) == sorted(indications)
    assert all(row["bsn"] == indications[row["wlzindicatieID"]]["bsn"] for row in records)
    numbers = [row["besluitnummer"] for row in indications.values()]
    assert len(set(numbers)) == len(numbers)
    assert all(1 <= number <= 999_999_999 for number in numbers)


def test_mediations_name_indications_of_the_same_client_but_for_the_dangling_one(net: Net) -> None:
    published = {(row["client_key"], row["wlzindicatieID"]) for row in net["indicatie"]["wlzindicatie"]}
    references = {(row["client_key"], row["wlzIndicatieID"]) for row in net["bemiddeling"]["indicatiereferentie"]}
    mediated = {(row["client_key"], row["wlzIndicatieID"]) for row in net["bemiddeling"]["bemiddeling"]}
    assert references == published
    assert {key for _, key in mediated - published} == {CASES["dangling_indication"]["indicatie_onbekend"]}
    assert published <= mediated


def test_the_first_mediation_is_by_the_office_initially_responsible(net: Net) -> None:
    mediations = defaultdict[UUID, list[dict[str, Any]]](list)
    for row in net["bemiddeling"]["bemiddeling"]:
        mediations[row["wlzIndicatieID"]].append(row)
    for row in net["indicatie"]["wlzindicatie"]:
        first = min(mediations[row["wlzindicatieID"]], key=lambda found: found["verantwoordelijkheidIngangsdatum"])
        assert first["verantwoordelijkZorgkantoor"] == row["initieelVerantwoordelijkZorgkantoor"]


def test_deliveries_belong_to_an_allocation_with_a_provider_of_the_same_client(net: Net) -> None:
    allocations = by(net["bemiddeling"]["bemiddelingspecificatie"], "bemiddelingspecificatieID")
    for row in net["zorglevering"]["levering"]:
        allocation = allocations[row["bemiddelingspecificatieID"]]
        assert allocation["client_key"] == row["client_key"]
        assert allocation["instelling"] is not None


def test_a_request_names_the_provider_that_asks(net: Net) -> None:
    allocations = by(net["bemiddeling"]["bemiddelingspecificatie"], "bemiddelingspecificatieID")
    deliveries = by(net["zorglevering"]["levering"], "leveringID")
    named = defaultdict[UUID, set[str]](set)
    for row in net["zorglevering"]["verzoekaanbieder"]:
        named[row["verzoekID"]].add(row["aanbieder"])
    for row in net["zorglevering"]["verzoek"]:
        delivery = deliveries[row["leveringID"]]
        assert allocations[delivery["bemiddelingspecificatieID"]]["instelling"] in named[row["verzoekID"]]


def test_a_finished_transfer_ends_one_responsibility_and_begins_another(net: Net, today: date) -> None:
    mediations = by(net["bemiddeling"]["bemiddeling"], "bemiddelingID")
    begun = {
        (row["wlzIndicatieID"], row["verantwoordelijkZorgkantoor"], row["verantwoordelijkheidIngangsdatum"])
        for row in mediations.values()
    }
    done, in_progress = 0, 0
    for row in net["bemiddeling"]["overdracht"]:
        source = mediations[row["bemiddelingID"]]
        assert source["verantwoordelijkZorgkantoor"] != row["verantwoordelijkZorgkantoor"]
        following = (source["wlzIndicatieID"], row["verantwoordelijkZorgkantoor"], row["overdrachtDatum"])
        assert (following in begun) == (row["overdrachtDatum"] <= today)
        done += following in begun
        in_progress += following not in begun
    assert done > 10
    assert in_progress > 3


def test_periods_end_after_they_start(net: Net) -> None:
    pairs = (
        ("ingangsdatum", "einddatum"),
        ("toewijzingIngangsdatum", "toewijzingEinddatum"),
        ("verantwoordelijkheidIngangsdatum", "verantwoordelijkheidEinddatum"),
        ("vanaf", "tot"),
    )
    for tables in net.values():
        for table, rows in tables.items():
            for start, end in pairs:
                if rows and start in rows[0] and end in rows[0]:
                    assert all(row[end] is None or row[end] >= row[start] for row in rows), table


def test_care_lies_within_its_allocation_and_is_reported_when_it_happened(net: Net, today: date) -> None:
    allocations = by(net["bemiddeling"]["bemiddelingspecificatie"], "bemiddelingspecificatieID")
    deliveries = by(net["zorglevering"]["levering"], "leveringID")
    care = by(net["zorglevering"]["leveringperiode"], "leveringperiodeID")
    for row in care.values():
        allocation = allocations[deliveries[row["leveringID"]]["bemiddelingspecificatieID"]]
        ended = allocation["toewijzingEinddatum"] or date.max
        assert allocation["toewijzingIngangsdatum"] <= row["ingangsdatum"] <= min(ended, today)
        assert row["einddatum"] is None or row["einddatum"] <= min(ended, today)
    for row in net["zorglevering"]["behandelingperiode"]:
        within = care[row["leveringperiodeID"]]
        assert row["ingangsdatum"] >= within["ingangsdatum"]
        assert (row["einddatum"] or date.max) <= (within["einddatum"] or date.max)


def test_moments_have_an_offset_and_only_plans_lie_after_today(net: Net, today: date) -> None:
    for tables in net.values():
        for table, rows in tables.items():
            for row in rows:
                for value in row.values():
                    if isinstance(value, datetime):
                        assert value.utcoffset() is not None, table


@pytest.mark.parametrize(
    ("column", "codes"),
    [
        ("instelling", {code for code, _ in ZORGAANBIEDERS}),
        ("uitvoerendZorgkantoor", {code for code, _ in ZORGKANTOREN}),
    ],
)
def test_only_participants_are_named(net: Net, column: str, codes: set[str]) -> None:
    rows = net["bemiddeling"]["bemiddelingspecificatie"]
    assert {row[column] for row in rows} - {None} <= codes


def test_the_demonstration_parties_have_many_clients(net: Net) -> None:
    offices = Counter(row["verantwoordelijkZorgkantoor"] for row in net["bemiddeling"]["bemiddeling"])
    providers = Counter(row["instelling"] for row in net["bemiddeling"]["bemiddelingspecificatie"])
    assert offices.most_common(1)[0][0] == DEMO_ZORGKANTOOR
    assert offices[DEMO_ZORGKANTOOR] > 60
    assert providers[DEMO_ZORGAANBIEDER] > 30
    assert len(offices) > 30
    assert len(providers) > 200


def test_lives_differ(net: Net, today: date) -> None:
    """The distributions that make a demonstration worth looking at."""
    allocations = net["bemiddeling"]["bemiddelingspecificatie"]
    mediations = by(net["bemiddeling"]["bemiddeling"], "bemiddelingID")
    forms = Counter(row["leveringsvorm"] for row in allocations)
    assert set(forms) == {"2", "4", "5", "7", "8", "9"}
    elsewhere = sum(
        row["uitvoerendZorgkantoor"] != mediations[row["bemiddelingID"]]["verantwoordelijkZorgkantoor"]
        for row in allocations
    )
    assert 0.05 < elsewhere / len(allocations) < 0.3
    ended = sum(row["toewijzingEinddatum"] is not None for row in allocations)
    assert 0.2 < ended / len(allocations) < 0.8
    assert max(Counter(row["bsn"] for row in net["indicatie"]["wlzindicatie"]).values()) >= 3
