from __future__ import annotations

import pytest

from iwlz.codelists import codelist, codelists, known

# Number of current values of each list, as the standard counts them.
SIZES = {
    "COD001": 32, "COD046": 3, "COD127": 5, "COD163": 64, "COD165": 3, "COD167": 7, "COD168": 20, "COD169": 4,
    "COD170": 3, "COD172": 8, "COD260": 2, "COD366": 8, "COD392": 6, "COD472": 23, "COD478": 8, "COD539": 6,
    "COD578": 6, "COD588": 6, "COD700": 6, "COD736": 7, "COD737": 5, "COD747": 3, "COD749": 4, "COD755": 3,
    "COD757": 4, "COD770": 13, "COD824": 30, "COD825": 65, "COD827": 5, "COD828": 5, "COD923": 21, "COD924": 6,
    "COD925": 59, "COD926": 5, "COD927": 5, "COD981": 1, "COD982": 2, "COD983": 9, "COD998": 4, "COD999": 9,
    "COD1001": 3, "COD1002": 24, "COD1003": 20, "COD1004": 2, "COD1005": 3, "NUM061": 4, "COD032": 249,
}  # fmt: skip


def test_every_list_is_complete() -> None:
    assert {code: len(found.values) for code, found in codelists().items()} == SIZES


def test_a_list_knows_its_number_name_and_descriptions() -> None:
    found = codelist("COD755")
    assert (found.code, found.name) == ("COD755", "Etmalen")
    assert dict(found.values) == {"3,5": "3,5 Etmalen", "4,0": "4 Etmalen", "4,5": "4,5 Etmalen"}
    assert "3,5" in found
    assert "3.5" not in found


@pytest.mark.parametrize(
    ("number", "code", "description"),
    [
        ("COD163", "999", "ZZP0: Partnerverblijf"),
        ("COD168", "20", "Doorstroom klinische GGZ"),
        ("COD825", "0301", "Persoonlijke zorg - Zich wassen: delen van lichaam of gehele lichaam"),
        ("COD032", "NL", "NEDERLAND"),
        ("COD032", "ZW", ""),
        ("COD001", "5522", "Zorgkantoor Nieuwe Waterweg-Noord"),  # expired in 2020, still described
        ("COD001", "5050", None),
    ],
)
def test_descriptions(number: str, code: str, description: str | None) -> None:
    assert codelist(number).describe(code) == description


def test_known_means_a_current_value_with_its_leading_zeros() -> None:
    assert known("COD736", "01")
    assert not known("COD736", "1")
    assert not known("COD001", "5522")
    assert not known("COD165", "2")
    assert not known("COD000", "1")


def test_lists_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        codelist("COD260").values["3"] = "Misschien"  # pyright: ignore[reportIndexIssue]


def test_an_unknown_list_is_an_error() -> None:
    with pytest.raises(KeyError):
        codelist("COD000")
