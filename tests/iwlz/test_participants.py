from __future__ import annotations

from iwlz.codelists import codelist
from iwlz.identifiers import is_agb, is_bsn, is_huisarts, is_kvk, is_uzovi
from iwlz.participants import (
    CIZ_KVK,
    DEMO_CLIENTS,
    DEMO_ZORGAANBIEDER,
    DEMO_ZORGKANTOOR,
    SILVESTER_KVK,
    ZORGAANBIEDERS,
    ZORGKANTOREN,
)


def test_all_offices_of_the_code_list_and_the_demonstration_office() -> None:
    assert {code for code, _ in ZORGKANTOREN} == {*codelist("COD001").values, DEMO_ZORGKANTOOR}
    assert all(is_uzovi(code) for code, _ in ZORGKANTOREN)


def test_providers_have_a_code_and_a_name_of_their_own() -> None:
    codes, names = {code for code, _ in ZORGAANBIEDERS}, {name for _, name in ZORGAANBIEDERS}
    assert len(codes) == len(names) == len(ZORGAANBIEDERS) == 304
    assert all(is_agb(code) and not is_huisarts(code) for code in codes)
    assert ZORGAANBIEDERS[0][0] == DEMO_ZORGAANBIEDER == "51510101"


def test_companies_and_clients_have_valid_numbers() -> None:
    assert CIZ_KVK == "62253778"
    assert is_kvk(SILVESTER_KVK)
    assert all(is_bsn(bsn) for bsn in DEMO_CLIENTS)
