"""Revocation lists: which count, how they are kept."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.errors import GatewayError
from gateway.identity.binding import Binding
from gateway.identity.certificates import Certificates
from gateway.identity.peer import CERTIFICATE
from gateway.identity.revocation import Revocations, read_list
from tests.security.stand import Authority, Certificate


class Place:
    """A source whose content a test can change; None cannot be read."""

    name = "place"

    def __init__(self, content: bytes | None) -> None:
        self.content = content
        self.loads = 0

    async def load(self) -> bytes:
        self.loads += 1
        if self.content is None:
            raise OSError
        return self.content


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


async def judged(revocations: Revocations, certificate: Certificate) -> int:
    """200, or the status of the refusal."""
    try:
        await revocations.check(Certificates().read(certificate.der))
    except GatewayError as error:
        return error.status
    return 200


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


def test_a_list_counts_when_an_authority_signed_it(tmp_path: Path):
    authority, thief = Authority(tmp_path / "a"), Authority(tmp_path / "b")
    document = authority.revoke(authority.issue("own")).read_bytes()
    assert len(read_list(document, [authority.certificate]).serials) == 1
    pem = x509.load_der_x509_crl(document).public_bytes(Encoding.PEM)
    assert read_list(pem, [authority.certificate]) == read_list(document, [authority.certificate])
    for forged in (thief.revoke().read_bytes(), b"", b"x", b"-----BEGIN X509 CRL-----", document[:-3]):
        with pytest.raises(ValueError, match=r"."):
            read_list(forged, [authority.certificate])


def _list(authority: Authority, *reasons: x509.ReasonFlags | None) -> bytes:
    """A list that the authority signed, with the serial numbers 1, 2, … for these reasons."""
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.certificate.subject)
    builder = builder.last_update(now - timedelta(days=1)).next_update(now + timedelta(days=1))
    for number, reason in enumerate(reasons, 1):
        entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now)
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(authority._key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_what_was_given_back_is_not_taken_back(tmp_path: Path):
    authority = Authority(tmp_path)
    reasons = (None, x509.ReasonFlags.key_compromise, x509.ReasonFlags.remove_from_crl)
    assert read_list(_list(authority, *reasons), [authority.certificate]).serials == {1, 2}


def test_one_of_several_authorities_signed_it(tmp_path: Path):
    one, two = Authority(tmp_path / "1"), Authority(tmp_path / "2", "two")
    found = read_list(_list(two), [one.certificate, two.certificate])
    assert found.issuer == two.certificate.subject.public_bytes()
    with pytest.raises(ValueError, match="no authority signed"):
        read_list(_list(two), [one.certificate])
    with pytest.raises(ValueError, match="no authority signed"):
        read_list(_list(two), [])


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
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert (revocations._task is not None and revocations._task.cancelled(), place.loads) == (True, 0)
