"""The named edge cases are there, with their ids and the dates that make them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from iwlz.participants import DEMO_CLIENTS
from iwlz.periods import Period, at_transfer, date_of, overlap, specification, win2y_until, win31_until
from registers.synthetic.edge_cases import CASES, EdgeCase
from registers.synthetic.network import client
from registers.synthetic.tables import TABLES

Rows = dict[Any, dict[str, Any]]


def rows_of(case: EdgeCase, today: date) -> Rows:
    """All rows of a case by key, over all registers."""
    dossier = client(case.index, 1, today)
    return {
        row[key]: row
        for register, tables in TABLES.items()
        for table, key in tables.items()
        for row in dossier.rows(register, table)
    }


def period(row: dict[str, Any]) -> Period:
    return specification(row["toewijzingIngangsdatum"], row["vaststellingMoment"], row["toewijzingEinddatum"])


def test_cases_are_the_first_clients() -> None:
    assert [case.index for case in CASES.values()] == list(range(len(CASES)))
    assert [case.bsn for case in CASES.values()][: len(DEMO_CLIENTS)] == list(DEMO_CLIENTS)
    assert all(case.sentence.endswith(".") for case in CASES.values())


@pytest.mark.parametrize("seed", [1, 99])
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_every_id_of_the_catalogue_is_a_record_whatever_the_seed(case: EdgeCase, seed: int, today: date) -> None:
    dossier = client(case.index, seed, today)
    keys = {
        row[key] for register, t in TABLES.items() for table, key in t.items() for row in dossier.rows(register, table)
    }
    known_absent = {"dangling_indication": {"indicatie", "indicatie_onbekend"}}.get(case.name, set[str]())
    assert {name for name, key in case.ids.items() if key not in keys} == known_absent


@pytest.mark.parametrize("day", [date(2025, 6, 30), date(2026, 11, 23), date(2031, 2, 28)])
def test_every_case_can_be_told_on_any_day(day: date) -> None:
    for case in CASES.values():
        assert rows_of(case, day)


def test_the_full_file_has_every_table(today: date) -> None:
    tables = client(0, 1, today).tables
    assert {register: sorted(found) for register, found in tables.items()} == {
        register: sorted(found) for register, found in TABLES.items()
    }


def test_windows_after_an_ended_allocation(today: date) -> None:
    case = CASES["windows_ended"]
    rows = rows_of(case, today)
    own = rows[case["eigen"]]
    assert (own["toewijzingIngangsdatum"], own["toewijzingEinddatum"]) == (date(2024, 2, 21), date(2025, 7, 15))
    assert win31_until(own["toewijzingEinddatum"]) == date(2026, 5, 31)
    assert win2y_until(own["toewijzingEinddatum"]) == date(2027, 7, 15)
    assert overlap(period(own), period(rows[case["overlappend"]]))
    assert not overlap(period(own), period(rows[case["later"]]))
    assert rows[case["contact_eerder"]]["einddatum"] == date(2024, 2, 20)


def test_an_allocation_without_end(today: date) -> None:
    case = CASES["open_end"]
    rows = rows_of(case, today)
    assert rows[case["eigen"]]["toewijzingEinddatum"] is None
    assert overlap(period(rows[case["eigen"]]), period(rows[case["overlappend"]]))


def test_overlap_through_the_moment_of_recording(today: date) -> None:
    case = CASES["recorded_before_start"]
    rows = rows_of(case, today)
    own, other = rows[case["eigen"]], rows[case["overlappend"]]
    assert own["toewijzingIngangsdatum"] == date(2024, 4, 17)
    assert date_of(own["vaststellingMoment"]) == date(2024, 2, 21)
    assert other["toewijzingEinddatum"] == date(2024, 3, 1)
    assert overlap(period(own), period(other))


def test_what_a_finished_transfer_carries_along(today: date) -> None:
    case = CASES["transfer_done"]
    rows = rows_of(case, today)
    day = rows[case["overdracht"]]["overdrachtDatum"]
    assert day == date(2025, 3, 1)
    visible = {
        name for name in case.ids if name.startswith("contact") and at_transfer(rows[case[name]]["einddatum"], day)
    }
    assert visible == {"contact", "contact_2025_03_01"}
    coordinators = {
        name
        for name in case.ids
        if name.startswith("regiehouder")
        and at_transfer(rows[case[name]]["einddatum"], day, rows[case[name]]["ingangsdatum"])
    }
    assert coordinators == {"regiehouder"}
    assert rows[case["overdrachtspecificatie"]]["bemiddelingspecificatieID"] == case["verbonden"]


def test_two_offices_mediate_one_client(today: date) -> None:
    case = CASES["two_offices"]
    rows = rows_of(case, today)
    assert rows[case["bemiddeling"]]["verantwoordelijkZorgkantoor"] == "5050"
    assert rows[case["bemiddeling_elders"]]["verantwoordelijkZorgkantoor"] == "5505"
    assert rows[case["bemiddeling"]]["clientID"] == rows[case["bemiddeling_elders"]]["clientID"] == case["client"]


def test_a_transfer_in_progress_lies_ahead(today: date) -> None:
    case = CASES["transfer_in_progress"]
    rows = rows_of(case, today)
    assert rows[case["overdracht"]]["overdrachtDatum"] == today + timedelta(days=14)
    assert rows[case["bemiddeling"]]["verantwoordelijkheidEinddatum"] is None


def test_a_request_addressed_to_another_provider(today: date) -> None:
    case = CASES["request_to_other"]
    rows = rows_of(case, today)
    assert rows[case["eigen"]]["instelling"] == "66600011"
    assert rows[case["verzoek_aanbieder"]]["aanbieder"] == "51510101"
    assert not any(row.get("instelling") == "51510101" for row in rows.values())


def test_a_mediation_whose_indication_nobody_knows(today: date) -> None:
    dossier = client(CASES["dangling_indication"].index, 1, today)
    assert dossier.rows("indicatie", "wlzindicatie") == []
    assert dossier.rows("bemiddeling", "indicatiereferentie") == []
    assert len(dossier.rows("bemiddeling", "bemiddeling")) == 1


def test_midnight_in_the_netherlands_decides(today: date) -> None:
    case = CASES["recorded_at_midnight"]
    rows = rows_of(case, today)
    own, other = rows[case["eigen"]], rows[case["geen_overlap"]]
    assert own["vaststellingMoment"].utctimetuple()[:3] == (2024, 2, 29)
    assert not overlap(period(own), period(other))


def test_a_leap_day_ends_two_years_later_on_the_28th(today: date) -> None:
    case = CASES["leap_day"]
    assert win2y_until(rows_of(case, today)[case["eigen"]]["toewijzingEinddatum"]) == date(2026, 2, 28)


def test_secret_and_bare_clients(today: date) -> None:
    secret = client(CASES["secret_client"].index, 1, today)
    assert [row["geheimeClient"] for row in secret.rows("indicatie", "client")] == ["1"]
    assert [row["geheim"] for row in secret.rows("client", "clientprofielcontactgegevens")] == ["1"]
    bare = client(CASES["bare"].index, 1, today)
    assert set(bare.tables["indicatie"]) == {"wlzindicatie", "client", "zorgrelatie"}
    (person,) = bare.rows("bemiddeling", "client")
    assert {column for column, value in person.items() if value is None} == {
        "leefeenheid", "huisarts", "communicatievorm", "taal",
    }  # fmt: skip
    (allocation,) = bare.rows("bemiddeling", "bemiddelingspecificatie")
    assert {column for column, value in allocation.items() if value is None} == {
        "toewijzingEinddatum", "percentage", "pgbPercentage", "opname", "redenIntrekking", "etmalen",
        "instellingBestemming",
    }  # fmt: skip
