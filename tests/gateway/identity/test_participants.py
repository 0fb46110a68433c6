"""From where, how often, whether at all: the rules of a file, and a file that changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.authorization.caller import Caller
from gateway.errors import GatewayError
from gateway.identity.participants import Participants, ParticipantsError
from gateway.identity.peer import ADDRESS

OK = (200, None)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def caller(subject: str = "one", actor: str | None = None, **identifiers: str) -> Caller:
    return Caller(role=None, identifiers=identifiers, scopes=frozenset(), subject=subject, actor=actor)


def judged(participants: Participants, who: Caller, address: str = "192.0.2.7") -> tuple[int, Any]:
    """200, or status and code or seconds to wait."""
    try:
        participants.check(who, {ADDRESS: address.encode()})
    except GatewayError as error:
        return error.status, error.headers.get("Retry-After", error.issues[0].code.name)
    return OK


def written(folder: Path, text: str, clock: Clock | None = None) -> Participants:
    (folder / "rules.yaml").write_text(text)
    return Participants(folder / "rules.yaml", clock=clock or Clock())


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (caller(), OK),
        (caller("two"), (403, "NOT_ALLOWED")),
        (caller("one", "two"), (403, "NOT_ALLOWED")),
        (caller("two", "one"), (403, "NOT_ALLOWED")),
        (caller(code="5050"), (403, "NOT_ALLOWED")),
        (caller(code="5051"), OK),
    ],
)
def test_a_block_counts_for_who_acts_and_for_whom(who: Caller, expected: tuple[int, Any], tmp_path: Path):
    rules = "participants: {two: {blocked: true}, 'code:5050': {blocked: true}}"
    assert judged(written(tmp_path, rules), who) == expected


def test_only_listed_parties(tmp_path: Path):
    rules = written(tmp_path, "{default: {blocked: true}, participants: {one: {blocked: false}}}")
    assert (judged(rules, caller()), judged(rules, caller("two"))) == (OK, (403, "NOT_ALLOWED"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", OK),
        ("::ffff:192.0.2.7", OK),
        ("2001:db8::9", OK),
        ("192.0.3.1", (403, "NOT_ALLOWED")),
        ("", (403, "NOT_ALLOWED")),
        ("testclient", (403, "NOT_ALLOWED")),
    ],
)
def test_addresses(address: str, expected: tuple[int, Any], tmp_path: Path):
    rules = written(tmp_path, "participants: {one: {addresses: [192.0.2.0/24, '2001:db8::/32']}}")
    assert judged(rules, caller(), address) == expected
    assert judged(rules, caller("two"), address) == OK


def test_a_rate_is_that_of_who_acts(tmp_path: Path):
    clock = Clock()
    rules = written(tmp_path, "{default: {rate: 0.5, burst: 3}, participants: {two: {rate: 100}}}", clock)
    assert [judged(rules, caller("one", "actor")) for _ in range(4)] == [OK, OK, OK, (429, "2")]
    assert judged(rules, caller("three", "actor")) == (429, "2")
    assert judged(rules, caller("one")) == OK
    assert [judged(rules, caller("two")) for _ in range(101)] == [OK] * 100 + [(429, "1")]
    clock.now += 2
    assert [judged(rules, caller("one", "actor")) for _ in range(2)] == [OK, (429, "2")]
    clock.now += 1000
    assert [judged(rules, caller("one", "actor")) for _ in range(4)] == [OK, OK, OK, (429, "2")]


def test_what_is_counted_is_bounded(tmp_path: Path):
    rules = written(tmp_path, "default: {rate: 1}")
    for number in range(10_050):
        judged(rules, caller(str(number)))
    assert len(rules._buckets) == 10_000


def test_a_changed_file_counts_and_one_that_cannot_be_used_changes_nothing(tmp_path: Path):
    clock = Clock()
    rules = written(tmp_path, "participants: {}", clock)
    for text, expected in (
        ('{"participants": {"one": {"blocked": true}}}', (403, "NOT_ALLOWED")),
        ("participants: {one: {blocked: perhaps}}", (403, "NOT_ALLOWED")),
        ("\t{", (403, "NOT_ALLOWED")),
        ("", OK),
    ):
        (tmp_path / "next").write_text(text)
        (tmp_path / "next").replace(tmp_path / "rules.yaml")
        clock.now += 2
        assert judged(rules, caller()) == expected
    (tmp_path / "rules.yaml").unlink()
    clock.now += 2
    assert judged(rules, caller()) == OK


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "[]",
        "participants: {a: {rate: 0}}",
        "participants: {a: {addresses: [x]}}",
        "other: 1",
        "default: {burst: -1}",
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start(text: str, tmp_path: Path):
    with pytest.raises(ParticipantsError):
        written(tmp_path, text)
    with pytest.raises(ParticipantsError):
        Participants(tmp_path / "missing")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "- " * 100_000, "participants: " + "{a: " * 30, '{"a": ' + "[" * 100_000]
)
def test_a_file_that_goes_too_deep_is_refused_and_kills_nobody(text: str, tmp_path: Path):
    with pytest.raises(ParticipantsError, match="nested too deeply"):
        written(tmp_path, text)
