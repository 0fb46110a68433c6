"""From where, how often, whether at all: the rules of a file, and a file that changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.authorization.caller import Caller
from gateway.errors import GatewayError
from gateway.identity.certificates import ClientCertificate
from gateway.identity.participants import Participants, ParticipantsError
from gateway.identity.peer import ADDRESS
from gateway.identity.remembered import Remembered

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
    rules = written(
        tmp_path, "{default: {blocked: true}, participants: {one: {blocked: false}, 'code:5050': {blocked: false}}}"
    )
    assert (judged(rules, caller()), judged(rules, caller("two"))) == (OK, (403, "NOT_ALLOWED"))
    assert judged(rules, caller("two", code="5050")) == OK


def test_who_acts_for_a_listed_party_is_listed_itself(tmp_path: Path):
    rules = written(tmp_path, "{default: {blocked: true}, participants: {one: {blocked: false}}}")
    assert judged(rules, caller("one", "two")) == (403, "NOT_ALLOWED")
    assert judged(rules, caller("two", "one")) == OK


def test_who_asks_too_often_does_not_begin_anew_with_another_file(tmp_path: Path):
    known = Remembered()
    (tmp_path / "rules.yaml").write_text("default: {rate: 0.01, burst: 1}")
    first, second, other = (
        Participants(tmp_path / "rules.yaml", clock=Clock(), remembered=found) for found in (known, known, None)
    )
    assert judged(first, caller()) == OK
    assert judged(second, caller()) == (429, "100")
    assert judged(other, caller()) == OK


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
    # Whoever acts is who comes from somewhere.
    assert judged(rules, caller("two", "one"), address) == expected
    assert judged(rules, caller("one", "two"), address) == OK
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


NO_LIST = "the file is no list of participants"
TWICE = "the file says something twice: a party, or a value of one"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", NO_LIST),
        ("[]", NO_LIST),
        ("other: 1", NO_LIST),
        ("\t{", NO_LIST),
        ("participants: {a: {rate: 0}}", f"{NO_LIST}, at `$.participants[...].rate`"),
        ("default: {burst: -1}", f"{NO_LIST}, at `$.default.burst`"),
        ("participants: {'': {blocked: true}}", f"{NO_LIST}, at `key` in `$.participants`"),
        (b'{"participants": {"\xff": {}}}', NO_LIST),
        (b"participants: {\xff: {}}", NO_LIST),
        ("participants: {a: {addresses: [x]}}", "an address is none"),
        ("participants: {a: {addresses: []}}", f"{NO_LIST}, at `$.participants[...].addresses`"),
        ("participants: {a: {rate: .inf}}", f"{NO_LIST}, at `$.participants[...].rate`"),
        ("participants: {a: {rate: .nan}}", f"{NO_LIST}, at `$.participants[...].rate`"),
        ("participants: {a: {rate: 0.00009}}", f"{NO_LIST}, at `$.participants[...].rate`"),
        ("default: {rate: 1000001}", f"{NO_LIST}, at `$.default.rate`"),
        ("participants: {a: {blocked: true}, b: {}, a: {rate: 5}}", TWICE),
        ("participants: {a: {blocked: true}, 'a': {}}", TWICE),
        ("participants: {a: {blocked: true, rate: 1, blocked: false}}", TWICE),
        ("participants: {a: {blocked: true}}\nparticipants: {}", TWICE),
        ('{"participants": {"a": {"blocked": true}, "a": {}}}', TWICE),
        ('{"participants": {"a": {"blocked": true}, "\\u0061": {}}}', TWICE),
        ('{"participants": {"a": {"rate": ' + "9" * 5000 + "}}}", NO_LIST),
        ("participants: {a: {rate: 2001-99-99}}", NO_LIST),
        ("? [a]\n: {}", NO_LIST),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start(text: str | bytes, message: str, tmp_path: Path):
    (tmp_path / "rules.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ParticipantsError) as caught:
        Participants(tmp_path / "rules.yaml")
    assert str(caught.value) == message


def test_one_text_may_stand_in_several_places(tmp_path: Path):
    rules = "default: {addresses: [192.0.2.0/24, 192.0.2.0/24]}\nparticipants: {default: {rate: 0.0001}, rate: {rate: 1000000}}"
    assert [judged(written(tmp_path, rules), caller(name)) for name in ("default", "rate")] == [OK, OK]
    assert judged(written(tmp_path, "participants: {one: {rate: 1, burst: 1}}"), caller()) == OK


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path):
    with pytest.raises(ParticipantsError) as caught:
        Participants(tmp_path / "missing")
    assert str(caught.value) == "the file cannot be read (FileNotFoundError)"


def test_a_file_of_the_largest_size_is_read_whole_and_a_larger_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("gateway.identity.participants.MAXIMUM_BYTES", 100)
    rule = "participants: {one: {blocked: true}}"
    assert judged(written(tmp_path, rule.rjust(100)), caller()) == (403, "NOT_ALLOWED")
    with pytest.raises(ParticipantsError) as caught:
        written(tmp_path, rule.ljust(101))
    assert str(caught.value) == "the file is too large"


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "- " * 100_000, "participants: " + "{a: " * 30, '{"a": ' + "[" * 100_000]
)
def test_a_file_that_goes_too_deep_is_refused_and_kills_nobody(text: str, tmp_path: Path):
    with pytest.raises(ParticipantsError, match="nested too deeply"):
        written(tmp_path, text)


def test_how_deep_a_file_may_go_and_how_long_it_may_be(tmp_path: Path):
    with pytest.raises(ParticipantsError, match="no list"):
        written(tmp_path, "- " * 20 + "x")
    with pytest.raises(ParticipantsError, match="nested too deeply"):
        written(tmp_path, "- " * 21 + "x")
    many = "participants:\n" + "".join(f"  p{number}: {{blocked: true}}\n" for number in range(100))
    assert judged(written(tmp_path, many), caller("p99")) == (403, "NOT_ALLOWED")


def test_the_file_is_looked_at_once_a_second_and_a_bad_one_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    clock = Clock()
    rules = written(tmp_path, "participants: {}", clock)

    def later(seconds: float, text: str | None = None) -> tuple[int, Any]:
        clock.now += seconds
        if text is not None:
            (tmp_path / "next").write_text(text)
            (tmp_path / "next").replace(tmp_path / "rules.yaml")
        return judged(rules, caller())

    assert later(0.5, "participants: {one: {blocked: true}}") == OK
    assert later(0.5) == (403, "NOT_ALLOWED")
    assert later(0.5, "participants: {}") == (403, "NOT_ALLOWED")
    assert later(0.25) == (403, "NOT_ALLOWED")
    assert later(0.25) == OK
    assert later(1, "participants: {one: {rate: none}}") == OK
    assert [later(1) for _ in range(3)] == [OK] * 3
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    own = [
        line for line in told if line["event"] == "participants_refused"
    ]  # what other tests left unwritten may come first
    assert [{name: line[name] for name in line if name != "timestamp"} for line in own] == [
        {
            "event": "participants_refused",
            "level": "error",
            "reason": "the file is no list of participants, at `$.participants[...].rate`",
        }
    ]


def test_what_is_known_of_an_address_is_bounded_and_ends_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateway.identity.participants.MAXIMUM_BUCKETS", 2)
    clock, known = Clock(), list[int]()
    rules = written(tmp_path, "participants: {one: {addresses: [192.0.2.0/31]}}", clock)
    for address, expected in (("192.0.2.0", OK), ("192.0.2.1", OK), ("192.0.2.2", (403, "NOT_ALLOWED"))):
        assert [judged(rules, caller(), address) for _ in range(2)] == [expected] * 2
        known.append(len(rules._placed))
    assert known == [1, 2, 1]
    (tmp_path / "rules.yaml").write_text("participants: {one: {addresses: [192.0.2.2]}}")
    clock.now += 1
    rules.check_blocked(caller())
    assert (len(rules._placed), judged(rules, caller(), "192.0.2.2")) == (0, OK)


def test_the_parties_that_asked_last_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateway.identity.participants.MAXIMUM_BUCKETS", 2)
    rules = written(tmp_path, "default: {rate: 0.01}")
    asked = ["one", "two", "one", "three", "one", "two"]
    assert [judged(rules, caller(name))[0] for name in asked] == [200, 200, 429, 200, 429, 200]


def test_how_long_to_wait_and_how_many_at_once(tmp_path: Path):
    clock = Clock()
    rules = written(tmp_path, "participants: {one: {rate: 0.5}, two: {rate: 2.5}}", clock)
    assert [judged(rules, caller()) for _ in range(2)] == [OK, (429, "2")]
    clock.now += 1
    assert judged(rules, caller()) == (429, "1")
    assert [judged(rules, caller("two")) for _ in range(4)] == [OK, OK, OK, (429, "1")]


@pytest.mark.parametrize(
    ("who", "message"),
    [
        (caller(), "The access token may not be used from this address."),
        (caller("two"), "The party is blocked."),
        (caller("three"), "The party asks too often."),
    ],
)
def test_what_is_said_of_each(who: Caller, message: str, tmp_path: Path):
    rules = written(
        tmp_path, "participants: {one: {addresses: [192.0.2.0/24]}, two: {blocked: true}, three: {rate: 1}}"
    )
    rules.check(caller("three"), {})
    with pytest.raises(GatewayError) as caught:
        rules.check(who, {})
    assert [issue.message for issue in caught.value.issues] == [message]


def certified(participants: Participants, *names: str, address: str = "192.0.2.7") -> tuple[int, Any]:
    """How a certificate of this thumbprint, serial number and common name is judged where it comes alone."""
    thumbprint, serial_number, common_name = names
    certificate = ClientCertificate(thumbprint, 1, b"", common_name, serial_number, 0.0, 1.0)
    try:
        participants.check_certificate(certificate, {ADDRESS: address.encode()})
    except GatewayError as error:
        return error.status, error.headers.get("Retry-After", error.issues[0].code.name)
    return OK


@pytest.mark.parametrize(
    ("names", "address", "expected"),
    [
        (("t", "s", "c"), "192.0.2.7", OK),
        (("x", "s", "c"), "192.0.2.7", (403, "NOT_ALLOWED")),
        (("t", "two", "c"), "192.0.2.7", (403, "NOT_ALLOWED")),
        (("t", "s", "two"), "192.0.2.7", (403, "NOT_ALLOWED")),
        (("t", "s", "x5t#S256:x"), "192.0.2.7", (403, "NOT_ALLOWED")),
        (("t", "near", "c"), "192.0.2.7", OK),
        (("t", "near", "c"), "192.0.3.7", (403, "NOT_ALLOWED")),
        (("t", "near", "near"), "", (403, "NOT_ALLOWED")),
        (("t", "two", "near"), "192.0.2.7", (403, "NOT_ALLOWED")),
    ],
)
def test_a_certificate_without_a_token_is_looked_up_by_all_its_names(
    names: tuple[str, str, str], address: str, expected: tuple[int, Any], tmp_path: Path
):
    rules = "participants: {two: {blocked: true}, 'x5t#S256:x': {blocked: true}, near: {addresses: [192.0.2.0/24]}}"
    assert certified(written(tmp_path, rules), *names, address=address) == expected


def test_a_certificate_that_is_not_listed_has_the_default(tmp_path: Path):
    participants = written(tmp_path, "default: {blocked: true}\nparticipants: {one: {blocked: false}}")
    assert certified(participants, "t", "", "one") == OK
    assert certified(participants, "t", "", "other") == (403, "NOT_ALLOWED")
    participants = written(tmp_path, "default: {rate: 0.5, burst: 1}")
    assert [certified(participants, name, "s", "c") for name in ("t", "t", "u")] == [OK, (429, "2"), OK]


def test_a_certificate_whose_party_is_blocked_by_now_is_refused_though_nobody_else_asks(tmp_path: Path):
    clock = Clock()
    participants = written(tmp_path, "participants: {one: {blocked: false}}", clock)
    assert certified(participants, "t", "", "one") == OK
    written(tmp_path, "participants: {one: {blocked: true}}")
    clock.now += 2
    assert certified(participants, "t", "", "one") == (403, "NOT_ALLOWED")


def test_the_rate_of_a_party_is_one_for_its_certificates_and_its_tokens(tmp_path: Path):
    participants = written(tmp_path, "participants: {one: {rate: 0.5, burst: 3}}")
    assert certified(participants, "t", "", "one") == OK
    assert certified(participants, "u", "one", "") == OK
    assert judged(participants, caller("one")) == OK
    assert judged(participants, caller("one"), "198.51.100.1") == (429, "2")
    assert certified(participants, "u", "one", "") == (429, "2")


def test_parties_whose_tokens_name_nobody_have_a_rate_each(tmp_path: Path):
    rules = "default: {rate: 0.5, burst: 1}\nparticipants: {'code:3': {rate: 0.1, addresses: [198.51.100.0/24]}}"
    participants = written(tmp_path, rules)
    told = [judged(participants, caller("", code=code)) for code in ("1", "1", "2", "3")]
    assert told == [OK, (429, "2"), OK, (403, "NOT_ALLOWED")]
    told = [judged(participants, caller("", code="3"), "198.51.100.7") for _ in range(2)]
    assert told == [OK, (429, "10")]
