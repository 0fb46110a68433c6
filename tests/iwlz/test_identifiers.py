from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iwlz.identifiers import bsn_from_index, is_agb, is_bsn, is_huisarts, is_kvk, is_uuid4, is_uzovi

VALID = [
    "111222333",
    "123456782",
    "999990007",
    "999990019",
    "999990020",
    "999990032",
    "999990044",
    "999990056",
    "999990068",
    "999990081",
    "999990093",
    "999990111",
]
INVALID = ["123456789", "111222334", "999990018", "000000001", "000000000", "12345678", "1234567820", "12345678a", ""]


@pytest.mark.parametrize("bsn", VALID)
def test_published_examples_pass_the_eleven_test(bsn: str) -> None:
    assert is_bsn(bsn)


@pytest.mark.parametrize("bsn", INVALID)
def test_wrong_check_digit_form_or_nobody_is_no_bsn(bsn: str) -> None:
    assert not is_bsn(bsn)


def test_digits_of_other_scripts_are_no_digits() -> None:
    assert not is_bsn("١٢٣٤٥٦٧٨٢")
    assert not is_agb("５１５１０１０１")


def test_the_first_test_bsn_is_the_first_of_the_test_range() -> None:
    assert bsn_from_index(0) == "999990007"


@given(st.integers(0, 4_999_999))
def test_every_index_gives_a_valid_test_bsn(index: int) -> None:
    bsn = bsn_from_index(index)
    assert is_bsn(bsn)
    assert bsn.startswith("9")


@given(st.integers(0, 4_999_999), st.integers(0, 4_999_999))
def test_two_indexes_give_two_bsns(one: int, other: int) -> None:
    assert (bsn_from_index(one) == bsn_from_index(other)) == (one == other)


@pytest.mark.parametrize("index", [-1, 5_000_000])
def test_an_index_outside_the_range_is_refused(index: int) -> None:
    with pytest.raises(ValueError, match="no test BSN"):
        bsn_from_index(index)


def test_codes_of_parties_by_their_number_of_digits() -> None:
    assert (is_agb("51510101"), is_agb("5151010"), is_agb("51510101\n")) == (True, False, False)
    assert (is_huisarts("01012345"), is_huisarts("51510101")) == (True, False)
    assert (is_uzovi("5050"), is_uzovi("505"), is_uzovi("50501")) == (True, False, False)
    assert (is_kvk("62253778"), is_kvk("6225377a")) == (True, False)


@given(st.uuids(version=4))
def test_any_uuid_of_version_4_in_either_case(key: uuid.UUID) -> None:
    assert is_uuid4(str(key))
    assert is_uuid4(str(key).upper())


@pytest.mark.parametrize(
    "text",
    [
        "a8098c1a-f86e-11da-bd1a-00112444be1e",  # version 1
        "a8098c1af86e41dabd1a00112444be1e",  # no dashes
        "a8098c1a-f86e-41da-cd1a-00112444be1e",  # other variant
        "",
    ],
)
def test_other_uuids_are_not_of_version_4(text: str) -> None:
    assert not is_uuid4(text)
