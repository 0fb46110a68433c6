"""Every coded column holds values of its code list, and the conditions between fields hold."""

from __future__ import annotations

import re
from typing import Any

import pytest

from iwlz.codelists import codelist
from iwlz.identifiers import is_agb, is_huisarts
from iwlz.participants import DEMO_ZORGKANTOOR

Net = dict[str, dict[str, list[dict[str, Any]]]]

OFFICES = {*codelist("COD001").values, DEMO_ZORGKANTOOR}
NAMES = {"geslacht": "COD046", "soortRelatie": "COD472", "rol": "COD1003", "relatie": "COD1002"}
PERSON = {"leefeenheid": "COD478"}
BR_PERSON = {**NAMES, "naamgebruik": "COD700", "geboortedatumgebruik": "COD170"}
CONTACT = {"adressoort": "COD757", "land": "COD032", "aanduidingWoonadres": "NUM061"}

# Table → column → code list.
CODES: dict[str, dict[str, dict[str, str]]] = {
    "indicatie": {
        "wlzindicatie": {"soortWlzindicatie": "COD169", "meerzorg": "COD260"},
        "geindiceerdzorgzwaartepakket": {"zzpCode": "COD163", "voorkeurClient": "COD999", "financiering": "COD998"},
        "vervallengeldigheid": {"reden": "COD1005"},
        "grondslag": {"grondslag": "COD736"},
        "beperking": {"categorie": "COD539", "duur": "COD749"},
        "beperkingscore": {"beperkingVraag": "COD825", "beperkingScore": "COD828"},
        "stoornis": {
            "grondslag": "COD736",
            "diagnoseCodelijst": "COD392",
            "diagnoseSubCodelijst": "COD770",
            "prognose": "COD737",
        },
        "stoornisscore": {"stoornisVraag": "COD824", "stoornisScore": "COD827"},
        "wzd": {"wzdVerklaring": "COD127"},
        "client": {
            **PERSON,
            "geheimeClient": "COD260",
            "geboortedatumGebruik": "COD170",
            "geslacht": "COD046",
            "burgerlijkeStaat": "COD366",
            "naamGebruik": "COD700",
            "communicatieVorm": "COD747",
        },
        "contactpersoon": {**NAMES, "naamGebruik": "COD700", "geboortedatumGebruik": "COD170"},
        "adres": {"adresSoort": "COD757", "landCode": "COD032", "aanduidingWoonadres": "NUM061"},
    },
    "bemiddeling": {
        "client": {**PERSON, "communicatievorm": "COD747"},
        "clientcontactgegevens": CONTACT,
        "contactpersoon": BR_PERSON,
        "contactpersooncontactgegevens": CONTACT,
        "bemiddelingspecificatie": {
            "leveringsvorm": "COD578",
            "zzpCode": "COD163",
            "opname": "COD260",
            "redenIntrekking": "COD172",
            "etmalen": "COD755",
            "soortToewijzing": "COD165",
        },
        "regiehouder": {"regierol": "COD1004"},
        "overdrachtspecificatie": {"leveringsstatus": "COD167", "leveringsstatusClassificatie": "COD168"},
    },
    "zorglevering": {
        "uitstelperiode": {"leveringsstatus": "COD167", "leveringsstatusClassificatie": "COD168"},
        "verzoek": {
            "product": "COD163",
            "toewijzingSoort": "COD165",
            "leveringsvorm": "COD578",
            "doelmatig": "COD260",
            "verantwoord": "COD260",
        },
        "verzoekaanbieder": {"opname": "COD260", "regiehouder": "COD260"},
    },
    "client": {
        "clientprofiel": {**PERSON, "communicatievorm": "COD747", "voorkeurContactwijze": "COD1001"},
        "clientprofielcontactgegevens": {**CONTACT, "geheim": "COD260"},
        "clientprofielcontactpersoon": BR_PERSON,
        "clientprofielcontactpersooncontactgegevens": CONTACT,
    },
}

CASES = [
    (register, table, column, number)
    for register, tables in CODES.items()
    for table, columns in tables.items()
    for column, number in columns.items()
]


@pytest.mark.parametrize(("register", "table", "column", "number"), CASES)
def test_codes_are_in_their_list(net: Net, register: str, table: str, column: str, number: str) -> None:
    assert {row[column] for row in net[register][table]} - {None} <= set(codelist(number).values)


@pytest.mark.parametrize(
    ("register", "table", "column"),
    [
        ("indicatie", "wlzindicatie", "initieelVerantwoordelijkZorgkantoor"),
        ("indicatie", "vervallengeldigheid", "nieuwVerantwoordelijkZorgkantoor"),
        ("bemiddeling", "bemiddeling", "verantwoordelijkZorgkantoor"),
        ("bemiddeling", "bemiddelingspecificatie", "uitvoerendZorgkantoor"),
        ("bemiddeling", "overdracht", "verantwoordelijkZorgkantoor"),
    ],
)
def test_offices_exist(net: Net, register: str, table: str, column: str) -> None:
    assert {row[column] for row in net[register][table]} - {None} <= OFFICES


def test_general_practitioners_and_providers_have_agb_codes(net: Net) -> None:
    assert all(is_huisarts(row["huisarts"]) for row in net["bemiddeling"]["client"] if row["huisarts"])
    assert all(is_agb(row["aanbieder"]) for row in net["zorglevering"]["verzoekaanbieder"])


def test_a_disorder_uses_the_list_that_its_diagnosis_list_names(net: Net) -> None:
    lists = {
        "014": "COD923", "019": "COD923", "021": "COD925", "022": "COD924", "023": "COD926", "024": "COD927",
    }  # fmt: skip
    for row in net["indicatie"]["stoornis"]:
        assert row["ziektebeeldStoornis"] in codelist(lists[row["diagnoseCodelijst"]]).values


def test_a_score_answers_a_question_of_its_limitation(net: Net) -> None:
    categories = {row["beperkingID"]: row["categorie"] for row in net["indicatie"]["beperking"]}
    for row in net["indicatie"]["beperkingscore"]:
        assert row["beperkingVraag"].startswith(f"0{categories[row['beperkingID']]}")


def test_cd040_a_pgb_has_no_provider_and_all_else_has_one(net: Net) -> None:
    for row in net["bemiddeling"]["bemiddelingspecificatie"]:
        assert (row["instelling"] is None) == (row["leveringsvorm"] == "2")


def test_cd052_and_cd072_admission_and_days_come_with_their_forms_only(net: Net) -> None:
    for row in net["bemiddeling"]["bemiddelingspecificatie"]:
        assert row["opname"] is None or row["leveringsvorm"] in {"4", "8"}
        assert (row["etmalen"] is not None) == (row["leveringsvorm"] == "8")


def test_cd007_a_language_comes_with_an_interpreter_only(net: Net) -> None:
    assert all((row["taal"] is not None) <= (row["communicatievorm"] == "1") for row in net["bemiddeling"]["client"])
    assert all((row["taal"] is not None) <= (row["communicatieVorm"] == "1") for row in net["indicatie"]["client"])


def test_cd090_a_finer_status_comes_with_status_2_3_6_and_7_only(net: Net) -> None:
    for table in (net["bemiddeling"]["overdrachtspecificatie"], net["zorglevering"]["uitstelperiode"]):
        for row in table:
            assert row["leveringsstatusClassificatie"] is None or row["leveringsstatus"] in {"2", "3", "6", "7"}


def test_cd020_a_provider_taking_over_comes_with_a_handover_only(net: Net) -> None:
    assert all(
        (row["aanbiederBestemming"] is not None) == (row["reden"] == "03") for row in net["zorglevering"]["afstel"]
    )
    for row in net["zorglevering"]["leveringperiode"]:
        assert (row["aanbiederBestemming"] is not None) == (row["beeindigingReden"] == "02")
        assert (row["einddatum"] is not None) == (row["beeindigingReden"] is not None)


def test_cs016_relations_other_than_a_partner_have_an_order(net: Net) -> None:
    assert all(
        row["volgorde"] is not None or row["soortRelatie"] == "12" for row in net["bemiddeling"]["contactpersoon"]
    )


def test_cs089_dutch_addresses_have_a_dutch_postcode(net: Net) -> None:
    for row in net["bemiddeling"]["clientcontactgegevens"]:
        assert row["land"] != "NL" or re.fullmatch(r"[1-9][0-9]{3}[A-Z]{2}", row["postcode"])
        assert row["huisnummer"] is not None or not (row["huisletter"] or row["huisnummertoevoeging"])


def test_a_new_office_comes_with_a_re_indication_only(net: Net) -> None:
    for row in net["indicatie"]["vervallengeldigheid"]:
        assert (row["nieuwVerantwoordelijkZorgkantoor"] is not None) == (row["reden"] == "1")


def test_names_use_a_partner_name_only_where_there_is_one(net: Net) -> None:
    for row in net["indicatie"]["client"]:
        assert row["partnernaam"] is not None or row["naamGebruik"] == "1"


def test_nobody_real_receives_mail(net: Net) -> None:
    mail = [row["emailadres"] for row in net["indicatie"]["email"]]
    assert all(re.fullmatch(r"[a-z.'-]+[0-9]+@example\.org", address) for address in mail), mail
