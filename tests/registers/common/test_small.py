"""The small parts: scalars, client key, cache, trace, negotiation, quoting, representations."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from registers.common.caller import Caller
from registers.common.client_key import client_key, load_secret
from registers.common.entities import entity_keys, sort_representations
from registers.common.errors import RegisterError
from registers.common.lru import LRU
from registers.common.negotiation import GRAPHQL, JSON, accepted
from registers.common.pool import begin_as, quote_literal
from registers.common.scalars import parse_date, parse_datetime, parse_uuid
from registers.common.trace import trace_of
from tests.registers.common.conftest import make_id
from tests.registers.common.example import MAPPING, SCHEMA


def test_scalars_are_strict() -> None:
    assert parse_uuid("AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA") == uuid.UUID("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")
    assert parse_date("2024-02-29") == dt.date(2024, 2, 29)
    assert parse_datetime("2020-02-09T13:47:16.000+01:00") == dt.datetime(2020, 2, 9, 12, 47, 16, tzinfo=dt.UTC)
    assert parse_datetime("2020-02-09T13:47:16.1234567Z").microsecond == 123456
    wrong = {
        parse_uuid: ["{aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa}", "a" * 32, 1, None],
        parse_date: ["2023-02-29", "2023-1-1", "20230101", "2023-W01-1", 20230101],
        parse_datetime: ["2020-02-09T13:47:16", "2020-02-09", "2020-02-09T25:00:00Z", "0001-01-01T00:00:00+14:00", 1],
    }
    for parse, values in wrong.items():
        for value in values:
            with pytest.raises(GraphQLError):
                parse(value)


def test_the_client_key_is_a_keyed_hash() -> None:
    assert client_key(b"geheim", "999990019") == uuid.UUID(bytes=bytes.fromhex(EXPECTED))
    assert client_key(b"anders", "999990019") != client_key(b"geheim", "999990019")


EXPECTED = "ac4649bc47b1e18576b1c32c5dd1bced"


def test_the_secret_comes_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(" abc\n")
    assert load_secret(tmp_path / "key") == b"abc"
    monkeypatch.setenv("IWLZ_CLIENT_KEY_SECRET", "uit de omgeving")
    assert load_secret() == b"uit de omgeving"
    monkeypatch.delenv("IWLZ_CLIENT_KEY_SECRET")
    with pytest.raises(ValueError, match="--client-key-file"):
        load_secret()


def test_the_cache_is_bounded_by_entries_and_bytes() -> None:
    cache: LRU[str] = LRU(entries=3, size=100)
    for name in "abcd":
        cache.put(name, name, 10)
    assert [cache.get(name) for name in "abcd"] == [None, "b", "c", "d"]
    cache.get("b")
    cache.put("groot", "groot", 85)
    assert [cache.get(name) for name in ("b", "c", "d", "groot")] == ["b", None, None, "groot"]
    assert cache.size == 95
    cache.put("te groot", "x", 101)
    assert cache.get("te groot") is None
    cache.put("b", "nieuw", 1)
    assert (cache.get("b"), cache.size) == ("nieuw", 86)
    cache.clear()
    assert (len(cache), cache.size) == (0, 0)


def test_trace_ids() -> None:
    valid = b"463ac35c9f6413ad48485a3953bb6124"
    assert trace_of(valid) == valid.decode()
    for invalid in (None, b"", b"0" * 32, valid.upper(), valid[:16], valid + b"0"):
        assert trace_of(invalid) not in {"0" * 32, (invalid or b"").decode()}


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, GRAPHQL),
        (b"*/*", GRAPHQL),
        (b"application/json", JSON),
        (b"application/json, application/graphql-response+json", GRAPHQL),
        (b"application/json;q=0.9, application/graphql-response+json;q=0.8", JSON),
        (b"text/html, application/*;q=0.1", GRAPHQL),
    ],
)
def test_the_media_type(accept: bytes | None, media: bytes) -> None:
    assert accepted(accept) == media


def test_a_media_type_that_is_not_offered() -> None:
    for accept in (b"text/html", b"application/json;q=0", b"application/json;q=x"):
        with pytest.raises(RegisterError):
            accepted(accept)


def test_the_opening_of_a_transaction() -> None:
    caller = Caller("context", "ZORGKANTOOR", {"uzovi": "5050"}, frozenset({"b", "a"}), today="2026-11-23")
    assert begin_as(caller, "iwlz_client", "G1", lambda _: make_id(1)) == (
        'BEGIN READ ONLY; SET LOCAL ROLE "iwlz_client_zorgkantoor"; '
        "SELECT set_config('caller.role', 'ZORGKANTOOR', true), set_config('caller.scopes', ' a b ', true), "
        "set_config('caller.today', '2026-11-23', true), set_config('caller.anchored', 'G1', true), "
        "set_config('caller.uzovi', '5050', true)"
    )
    burger = Caller("context", "BURGER", {"bsn": "1", "Raar; --": "x"}, frozenset(), today="2026-11-23")
    opening = begin_as(burger, "iwlz_client", "", lambda _: make_id(1))
    assert f"set_config('caller.client_key', '{make_id(1)}', true)" in opening
    assert "Raar" not in opening
    named = dict.fromkeys(("role", "scopes", "today", "anchored", "relations", "client_key"), "x")
    stranger = Caller("context", "ZORGKANTOOR", {"uzovi": "5050", **named}, frozenset({"b", "a"}), today="2026-11-23")
    assert begin_as(stranger, "iwlz_client", "G1", lambda _: make_id(1)) == begin_as(
        caller, "iwlz_client", "G1", lambda _: make_id(1)
    )
    for role in (None, 'x"; DROP', "lower"):
        with pytest.raises(RegisterError):
            begin_as(Caller("token", role, {}, frozenset()), "iwlz_client", "", lambda _: make_id(1))


def test_literals_are_quoted() -> None:
    assert quote_literal("o'neil") == "'o''neil'"
    assert quote_literal("a\\'b") == " E'a\\\\''b'"
    with pytest.raises(ValueError, match="U\\+0000"):
        quote_literal("a\x00")


KEYS = {"Huis": ("huisID",), "Kamer": ("kamerID",), "Straat": ("straatID",), "Persoon": ("bsn",)}


def test_entity_keys_come_from_the_schema() -> None:
    assert entity_keys(SCHEMA, MAPPING) == KEYS


def test_representations_become_arrays() -> None:
    batch = sort_representations(
        [{"__typename": "Persoon", "bsn": "1"}, None, {"__typename": "Huis", "huisID": str(make_id(1))}],
        MAPPING,
        KEYS,
        lambda bsn: uuid.UUID(int=int(bsn)),
    )
    assert batch.types == ("Persoon", None, "Huis")
    assert batch.kinds == (("Huis", "huisID"), ("Persoon", "bsn"))
    assert batch.arrays == {
        "kind": ["Persoon.bsn", None, "Huis.huisID"],
        "Persoon": {"bsn": {"bsn": ["1", None, None], "client_key": [uuid.UUID(int=1), None, None]}},
        "Huis": {"huisID": {"huisID": [None, None, make_id(1)]}},
    }


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.lists(JSON_VALUES | st.dictionaries(st.sampled_from(["__typename", "huisID", "bsn"]), JSON_VALUES)))
def test_no_representation_breaks_the_others(representations: list[object]) -> None:
    good = {"__typename": "Persoon", "bsn": "1"}
    batch = sort_representations([*representations, good], MAPPING, KEYS, lambda _: make_id(1))
    assert batch.types[-1] == "Persoon"
    assert len(batch.types) == len(representations) + 1
