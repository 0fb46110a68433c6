"""Revocation lists: how they are kept, and who is judged by them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.errors import GatewayError
from gateway.identity.binding import Binding
from gateway.identity.certificates import Certificates
from gateway.identity.peer import CERTIFICATE
from gateway.identity.revocation import Revocations, read_list
from tests.gateway.identity.revoking import Clock, Place, judged, made, named, point
from tests.security.stand import Authority


async def test_a_list_is_loaded_once_and_again_when_it_is_old(tmp_path: Path):
    authority, clock = Authority(tmp_path), Clock()
    own = authority.issue("own")
    place = Place(authority.revoke().read_bytes())
    revocations = Revocations([place], [authority.certificate], refresh_after=100, clock=clock)
    assert [await judged(revocations, own) for _ in range(3)] == [200, 200, 200]
    assert place.loads == 1
    place.content = authority.revoke(own).read_bytes()
    clock.now += 101
    assert await judged(revocations, own) == 200  # nobody waits for the background
    assert revocations._task is not None
    await revocations._task
    assert await judged(revocations, own) == 403


async def test_who_was_let_in_is_looked_up_again_for_each_event(tmp_path: Path):
    """A subscription goes on for an hour; what it is told after its certificate was taken back is told to a thief."""
    authority, clock = Authority(tmp_path), Clock()
    own = authority.issue("own")
    headers = {CERTIFICATE: own.der}
    place = Place(authority.revoke(ends=timedelta(hours=1)).read_bytes())
    revocations = Revocations([place], [authority.certificate], refresh_after=100, clock=clock)
    binding = Binding(revocations=revocations, clock=clock)

    def again() -> int:
        try:
            binding.check_again(headers)
        except GatewayError as error:
            return error.status
        return 200

    assert (await judged(revocations, own), again()) == (200, 200)
    place.content = authority.revoke(own, ends=timedelta(hours=1)).read_bytes()
    clock.now += 101
    assert again() == 200  # the lists at hand; newer ones are on their way
    assert revocations._task is not None
    await revocations._task
    assert again() == 403
    clock.now += 3600
    place.content = None
    assert again() == 503
    binding.check_again({})


async def test_a_load_that_fails_changes_nothing_until_the_list_ends(tmp_path: Path):
    authority, clock = Authority(tmp_path), Clock()
    own = authority.issue("own")
    place = Place(authority.revoke(own, ends=timedelta(hours=1)).read_bytes())
    revocations = Revocations([place], [authority.certificate], refresh_after=100, clock=clock)
    assert await judged(revocations, own) == 403
    place.content = None
    clock.now += 1800
    assert [await judged(revocations, own), await judged(revocations, authority.issue("other"))] == [403, 200]
    clock.now += 3600
    assert await judged(revocations, own) == 503


async def test_without_a_list_of_its_authority_a_certificate_cannot_be_judged(tmp_path: Path):
    authority, other = Authority(tmp_path / "a"), Authority(tmp_path / "b", "other")
    place = Place(authority.revoke().read_bytes())
    revocations = Revocations([place], [authority.certificate, other.certificate], clock=Clock())
    assert await judged(revocations, other.issue("x")) == 503
    assert await judged(revocations, other.issue("x")) == 503
    assert place.loads == 1  # a flood costs one load


async def test_a_list_holds_until_its_last_second(tmp_path: Path):
    authority, clock = Authority(tmp_path), Clock()
    own = authority.issue("own")
    document = authority.revoke().read_bytes()
    ends = read_list(document, [authority.certificate]).ends
    clock.now = ends - 1
    assert await judged(Revocations([Place(document)], [authority.certificate], clock=clock), own) == 200
    clock.now = ends
    assert await judged(Revocations([Place(document)], [authority.certificate], clock=clock), own) == 503


async def test_a_source_that_fails_leaves_the_others_alone(tmp_path: Path):
    one, two = Authority(tmp_path / "1"), Authority(tmp_path / "2", "two")
    places = [Place(None), Place(b"none"), Place(two.revoke().read_bytes())]
    revocations = Revocations(places, [one.certificate, two.certificate], clock=Clock())
    assert await judged(revocations, two.issue("x")) == 200
    assert await judged(revocations, one.issue("x")) == 503


async def test_after_a_failure_the_next_load_is_some_seconds_later(tmp_path: Path):
    authority, clock = Authority(tmp_path), Clock()
    own, place = authority.issue("own"), Place(None)
    revocations = Revocations([place], [authority.certificate], clock=clock)
    assert [await judged(revocations, own), await judged(revocations, own)] == [503, 503]
    place.content = authority.revoke().read_bytes()
    clock.now += 9
    assert (await judged(revocations, own), place.loads) == (503, 1)
    clock.now += 1
    assert (await judged(revocations, own), place.loads) == (200, 2)


class _Slow(Place):
    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.asked, self.let = asyncio.Event(), asyncio.Event()

    async def load(self) -> bytes:
        self.asked.set()
        await self.let.wait()
        return await super().load()


async def test_who_comes_while_the_first_load_is_under_way_waits_for_it(tmp_path: Path):
    authority = Authority(tmp_path)
    own = authority.issue("own")
    place = _Slow(authority.revoke(own).read_bytes())
    revocations = Revocations([place], [authority.certificate], clock=Clock())
    first = asyncio.create_task(judged(revocations, own))
    await place.asked.wait()
    second = asyncio.create_task(judged(revocations, own))
    place.let.set()
    assert ([await first, await second], place.loads) == ([403, 403], 1)


async def test_a_load_that_is_under_way_ends_with_the_lists(tmp_path: Path):
    authority = Authority(tmp_path)
    place = _Slow(authority.revoke().read_bytes())
    revocations = Revocations([place], [authority.certificate], clock=Clock())
    await revocations.aclose()  # nothing is under way
    asked = asyncio.create_task(judged(revocations, authority.issue("own")))
    await place.asked.wait()
    await revocations.aclose()
    assert (revocations._task is not None and revocations._task.cancelled(), place.loads) == (True, 0)
    with pytest.raises(asyncio.CancelledError):
        await asked
    await revocations.aclose()  # nor any more


async def test_a_list_is_loaded_anew_when_it_is_older_than_that(tmp_path: Path):
    authority, clock = Authority(tmp_path), Clock()
    clock.now = float(int(clock.now))
    own, place = authority.issue("own"), Place(authority.revoke().read_bytes())
    revocations = Revocations([place], [authority.certificate], refresh_after=100, clock=clock)
    loads: list[int] = []
    for seconds in (0, 99, 1, 1, 100, 1):
        clock.now += seconds
        assert await judged(revocations, own) == 200
        assert revocations._task is not None
        await revocations._task
        loads.append(place.loads)
    for seconds in (0, 100, 1):
        clock.now += seconds
        revocations.check_again(Certificates().read(own.der))
        await revocations._task
        loads.append(place.loads)
    assert loads == [1, 1, 1, 2, 2, 3, 3, 3, 4]


async def test_who_has_a_list_does_not_wait_for_the_next(tmp_path: Path):
    authority, clock = Authority(tmp_path), Clock()
    own, place = authority.issue("own"), _Slow(authority.revoke().read_bytes())
    place.let.set()
    revocations = Revocations([place], [authority.certificate], refresh_after=100, clock=clock)
    assert await judged(revocations, own) == 200
    place.let.clear()
    clock.now += 101
    assert [await asyncio.wait_for(judged(revocations, own), 5) for _ in range(2)] == [200, 200]
    await revocations.aclose()


async def test_the_log_tells_of_a_list_that_could_not_be_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    authority = Authority(tmp_path)
    places = [Place(None), Place(b"none")]
    assert await judged(Revocations(places, [authority.certificate], clock=Clock()), authority.issue("own")) == 503
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    own = [
        line for line in told if line["event"] == "crl_refresh_failed"
    ]  # what other tests left unwritten may come first
    assert [{name: line[name] for name in line if name != "timestamp"} for line in own] == [
        {"event": "crl_refresh_failed", "level": "warning", "source": "place", "reason": "OSError"},
        {"event": "crl_refresh_failed", "level": "warning", "source": "place", "reason": "ValueError"},
    ]


async def test_a_list_from_before_does_not_take_the_place_of_a_newer_one(tmp_path: Path):
    """Over plain http, whoever sits between can hand out again what was signed before, as long as it has not ended."""
    authority, clock = Authority(tmp_path), Clock()
    own = authority.issue("own")
    place = Place(made(authority, own, hours=-1))
    revocations = Revocations([place], [authority.certificate], refresh_after=100, clock=clock)
    assert await judged(revocations, own) == 403
    outcomes: list[int] = []
    for content in (made(authority, hours=-2), made(authority, hours=-1), made(authority, own, hours=0)):
        place.content = content
        clock.now += 101
        await judged(revocations, own)
        assert revocations._task is not None
        await revocations._task
        outcomes.append(await judged(revocations, own))
    assert outcomes == [403, 200, 403]


async def test_lists_are_carried_over_to_who_trusts_the_same_authorities(tmp_path: Path):
    authority, stranger, clock = Authority(tmp_path), Authority(tmp_path, "stranger"), Clock()
    own = authority.issue("own")
    place = Place(made(authority, own, hours=-1))
    first = Revocations([place], [authority.certificate], clock=clock)
    assert await judged(first, own) == 403
    place.content = made(authority, hours=-2)  # signed before
    second = Revocations([place], [authority.certificate], clock=clock, before=first)
    assert [await judged(second, own) for _ in range(2)] == [403, 403]
    third = Revocations([place], [authority.certificate, stranger.certificate], clock=clock, before=first)
    assert await judged(third, own) == 200


async def test_lists_by_distribution_point_stand_beside_each_other(tmp_path: Path):
    authority, clock = Authority(tmp_path), Clock()
    one, two, other = (authority.issue(name) for name in ("one", "two", "other"))
    places = [Place(made(authority, one, extension=named(1))), Place(made(authority, two, extension=named(2)))]
    revocations = Revocations(places, [authority.certificate], clock=clock)
    assert [await judged(revocations, each) for each in (one, two, other)] == [403, 403, 200]


async def test_a_list_by_distribution_point_that_never_came_is_missed(tmp_path: Path):
    """A certificate that does not tell its point could be in any of them."""
    authority, clock = Authority(tmp_path), Clock()
    own, gone = authority.issue("own"), authority.issue("gone")
    late = Place(None, "late")
    places = [Place(made(authority, extension=named(1))), late]
    revocations = Revocations(places, [authority.certificate], clock=clock)
    assert [await judged(revocations, each) for each in (own, gone)] == [503, 503]
    late.content = made(authority, gone, extension=named(2))
    clock.now += 11
    assert [await judged(revocations, each) for each in (own, gone)] == [200, 403]
    late.content = None  # what came stays until it ends, also with another configuration
    clock.now += 3601
    assert [await judged(revocations, each) for each in (own, gone)] == [200, 403]
    again = Revocations(places, [authority.certificate], clock=clock, before=revocations)
    assert [await judged(again, each) for each in (own, gone)] == [200, 403]
    more = Revocations([*places, Place(None, "more")], [authority.certificate], clock=clock, before=revocations)
    assert [await judged(more, each) for each in (own, gone)] == [503, 503]
    # Who trusts others has none of those lists: the place that gives none now is one that never did.
    trusted = [authority.certificate, Authority(tmp_path, "another").certificate]
    other = Revocations(places, trusted, clock=clock, before=revocations)
    assert [await judged(other, each) for each in (own, gone)] == [503, 503]


@pytest.mark.parametrize(
    "whole", [None, point(only_contains_user_certs=True)], ids=["no point", "certificates of parties"]
)
async def test_where_a_list_is_of_all_certificates_no_other_is_missed(whole: x509.ExtensionType | None, tmp_path: Path):
    authority, other = Authority(tmp_path), Authority(tmp_path, "other")
    own, gone, stranger = authority.issue("own"), authority.issue("gone"), other.issue("stranger")
    places = [Place(made(authority, gone, extension=whole)), Place(None, "of the other authority")]
    revocations = Revocations(places, [authority.certificate, other.certificate])
    assert [await judged(revocations, each) for each in (own, gone, stranger)] == [200, 403, 503]


async def test_a_certificate_is_judged_by_the_list_of_its_own_point(tmp_path: Path):
    """RFC 5280 §6.3.3: a list of another point says nothing of it; one that is missing is missed by its own certificates only."""
    authority = Authority(tmp_path)
    first, gone, second, third = (authority.issue(name, points=(name[0],)) for name in ("1 own", "1 gone", "2", "3"))
    both = authority.issue("both", points=("3", "1"))
    places = [Place(made(authority, gone, extension=named(1))), Place(None, "of 2")]
    revocations = Revocations(places, [authority.certificate])
    everybody = (first, gone, second, third, both)
    assert [await judged(revocations, each) for each in everybody] == [200, 403, 503, 503, 200]


async def test_a_list_that_is_named_relative_to_its_authority_is_of_a_part(tmp_path: Path):
    """Which part, no certificate is asked here; so one that tells its point is not in it."""
    authority = Authority(tmp_path)
    own, told = authority.issue("own"), authority.issue("told", points=("1",))
    relative = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, "1")])
    places = [Place(made(authority, extension=point(relative_name=relative))), Place(None, "of the rest")]
    assert [await judged(Revocations(places, [authority.certificate]), each) for each in (own, told)] == [503, 503]
    assert [await judged(Revocations(places[:1], [authority.certificate]), each) for each in (own, told)] == [200, 503]


@pytest.mark.parametrize("said", [{"crl_issuer": True}, {"reasons": frozenset({x509.ReasonFlags.key_compromise})}])
async def test_a_point_that_says_a_part_only_is_none(said: dict[str, Any], tmp_path: Path):
    authority = Authority(tmp_path)
    own = authority.issue("own", points=("1",), **said)
    places = [Place(made(authority, extension=named(1))), Place(None, "of 2")]
    assert await judged(Revocations(places, [authority.certificate]), own) == 503
    assert await judged(Revocations(places[:1], [authority.certificate]), own) == 200


async def test_an_authority_of_which_one_list_has_ended_cannot_be_asked(tmp_path: Path):
    authority, clock = Authority(tmp_path), Clock()
    clock.now = datetime.now(UTC).timestamp()
    own = authority.issue("own")
    places = [
        Place(made(authority, extension=named(1))),
        Place(made(authority, extension=named(2), lasts=timedelta(minutes=1))),
    ]
    revocations = Revocations(places, [authority.certificate], clock=clock)
    assert await judged(revocations, own) == 200
    clock.now += 61
    assert await judged(revocations, own) == 503


async def test_a_list_from_before_keeps_no_other_list_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    authority, clock = Authority(tmp_path), Clock()
    own = authority.issue("own")
    first, second = Place(made(authority, hours=-1)), Place(made(authority, extension=named(1)))
    revocations = Revocations([first, second], [authority.certificate], refresh_after=100, clock=clock)
    assert await judged(revocations, own) == 200
    first.content, second.content = made(authority, hours=-2), made(authority, own, extension=named(1))
    clock.now += 101
    await judged(revocations, own)
    assert revocations._task is not None
    await revocations._task
    assert await judged(revocations, own) == 403
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["reason"] for line in told if line["event"] == "crl_refresh_failed"] == ["OlderList"]


@pytest.mark.parametrize(
    "extension",
    [
        x509.DeltaCRLIndicator(1),
        point(only_contains_ca_certs=True),
        point(only_contains_attribute_certs=True),
        point(indirect_crl=True, full_name=named(1).full_name),
        point(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})),
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"),
    ],
    ids=["changes", "authorities", "attributes", "others", "some reasons", "unknown"],
)
async def test_a_list_that_says_a_part_only_does_not_count(tmp_path: Path, extension: x509.ExtensionType):
    """RFC 5280 §5.2: what is demanded and not understood makes a list useless; else a list of changes would let everybody in again."""
    authority, clock = Authority(tmp_path), Clock()
    own = authority.issue("own")
    place = Place(made(authority, own, hours=-1))
    revocations = Revocations([place], [authority.certificate], refresh_after=100, clock=clock)
    assert await judged(revocations, own) == 403
    place.content = made(authority, extension=extension)
    clock.now += 101
    await judged(revocations, own)
    assert revocations._task is not None
    await revocations._task
    assert await judged(revocations, own) == 403
