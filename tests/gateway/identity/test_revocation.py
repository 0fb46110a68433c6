"""Revocation lists: which count, how they are kept."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
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


# --- lists that no library writes ------------------------------------------------------------------------------------------


def _der(tag: int, *parts: bytes) -> bytes:
    """X.690: tag, length, content."""
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size])
    return bytes([tag]) + length + content


_ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
_TAKEN_BACK_FOR_GOOD = bytes.fromhex("300a0603551d1504030a0101")
"""The extension CRLReason: the key was compromised."""


def _crl(
    authority: Authority, version: int = 1, *, name: int | None = None, ends: bool = True, extensions: int = 1
) -> bytes:
    """RFC 5280 §5.1, signed: with the certificate 7 and so many reasons. `name`: the tag of the authority's name in place of its own."""
    issuer = authority.certificate.subject.public_bytes()
    if name is not None:
        issuer = issuer.replace(b"\x0c\x09authority", bytes([name]) + b"\x09authority")
    now, next_update = _der(0x17, b"260101000000Z"), _der(0x17, b"490101000000Z")
    entry = _der(0x30, b"\x02\x01\x07", now, _der(0x30, _TAKEN_BACK_FOR_GOOD * extensions))
    taken_back = _der(0x30, entry)
    told = [_der(0x02, bytes([version])), _ECDSA_WITH_SHA256, issuer, now, *([next_update] if ends else []), taken_back]
    content = _der(0x30, *told)
    signature = authority._key.sign(content, ec.ECDSA(hashes.SHA256()))
    return _der(0x30, content, _ECDSA_WITH_SHA256, _der(0x03, b"\0", signature))


def test_a_list_has_to_be_of_the_standard_and_to_end(tmp_path: Path):
    authority = Authority(tmp_path)
    authorities = [authority.certificate]
    assert read_list(_crl(authority), authorities).serials == {7}
    unreadable = "the list cannot be read"
    for document, message in (
        (_crl(authority, ends=False), "the list does not say how long it holds"),
        (_crl(authority, version=5), unreadable),
        (_crl(authority, name=0x03), unreadable),
        (_crl(authority, extensions=2), unreadable),
    ):
        with pytest.raises(ValueError, match=r".") as caught:
            read_list(document, authorities)
        assert str(caught.value) == message


def test_an_authority_whose_key_signs_nothing_signed_no_list(tmp_path: Path):
    authority = Authority(tmp_path)
    builder = authority._builder(authority._name, authority._key, timedelta(days=1))
    builder._public_key = X25519PrivateKey.generate().public_key()
    signs_nothing = builder.sign(authority._key, hashes.SHA256())
    with pytest.raises(ValueError, match="no authority signed the list"):
        read_list(_crl(authority), [signs_nothing])
    assert read_list(_crl(authority), [signs_nothing, authority.certificate]).serials == {7}
    whole = authority.certificate.public_bytes(Encoding.DER)
    unknown = whole.replace(bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06072a8648ce3d027f"))
    with pytest.raises(ValueError, match="the list cannot be read"):
        read_list(_crl(authority), [x509.load_der_x509_certificate(unknown)])


def _made(
    authority: Authority,
    *revoked: Certificate,
    hours: int = 0,
    extension: x509.ExtensionType | None = None,
    critical: bool = True,
    lasts: timedelta = timedelta(days=1),
) -> bytes:
    """A list that says when it was made, `hours` from now, how long it lasts from now, and what it is about."""
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.certificate.subject)
    builder = builder.last_update(now + timedelta(hours=hours)).next_update(now + lasts)
    if extension is not None:
        builder = builder.add_extension(extension, critical=critical)
    for certificate in revoked:
        number = certificate.certificate.serial_number
        entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(authority._key, hashes.SHA256()).public_bytes(Encoding.DER)


def _point(**said: Any) -> x509.IssuingDistributionPoint:
    plain: dict[str, Any] = dict.fromkeys(("full_name", "relative_name", "only_some_reasons"))
    kinds = ("only_contains_user_certs", "only_contains_ca_certs", "indirect_crl", "only_contains_attribute_certs")
    members: dict[str, Any] = {**plain, **dict.fromkeys(kinds, False), **said}
    return x509.IssuingDistributionPoint(**members)


def _named(number: int) -> x509.IssuingDistributionPoint:
    return _point(full_name=[x509.UniformResourceIdentifier(f"http://crl.example/{number}.crl")])


async def test_a_list_from_before_does_not_take_the_place_of_a_newer_one(tmp_path: Path):
    """Over plain http, whoever sits between can hand out again what was signed before, as long as it has not ended."""
    authority, clock = Authority(tmp_path), Clock()
    own = authority.issue("own")
    place = Place(_made(authority, own, hours=-1))
    revocations = Revocations([place], [authority.certificate], refresh_after=100, clock=clock)
    assert await judged(revocations, own) == 403
    outcomes: list[int] = []
    for content in (_made(authority, hours=-2), _made(authority, hours=-1), _made(authority, own, hours=0)):
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
    place = Place(_made(authority, own, hours=-1))
    first = Revocations([place], [authority.certificate], clock=clock)
    assert await judged(first, own) == 403
    place.content = _made(authority, hours=-2)  # signed before
    second = Revocations([place], [authority.certificate], clock=clock, before=first)
    assert [await judged(second, own) for _ in range(2)] == [403, 403]
    third = Revocations([place], [authority.certificate, stranger.certificate], clock=clock, before=first)
    assert await judged(third, own) == 200


async def test_lists_by_distribution_point_stand_beside_each_other(tmp_path: Path):
    authority, clock = Authority(tmp_path), Clock()
    one, two, other = (authority.issue(name) for name in ("one", "two", "other"))
    places = [Place(_made(authority, one, extension=_named(1))), Place(_made(authority, two, extension=_named(2)))]
    revocations = Revocations(places, [authority.certificate], clock=clock)
    assert [await judged(revocations, each) for each in (one, two, other)] == [403, 403, 200]


async def test_an_authority_of_which_one_list_has_ended_cannot_be_asked(tmp_path: Path):
    authority, clock = Authority(tmp_path), Clock()
    clock.now = datetime.now(UTC).timestamp()
    own = authority.issue("own")
    places = [
        Place(_made(authority, extension=_named(1))),
        Place(_made(authority, extension=_named(2), lasts=timedelta(minutes=1))),
    ]
    revocations = Revocations(places, [authority.certificate], clock=clock)
    assert await judged(revocations, own) == 200
    clock.now += 61
    assert await judged(revocations, own) == 503


async def test_a_list_from_before_keeps_no_other_list_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    authority, clock = Authority(tmp_path), Clock()
    own = authority.issue("own")
    first, second = Place(_made(authority, hours=-1)), Place(_made(authority, extension=_named(1)))
    revocations = Revocations([first, second], [authority.certificate], refresh_after=100, clock=clock)
    assert await judged(revocations, own) == 200
    first.content, second.content = _made(authority, hours=-2), _made(authority, own, extension=_named(1))
    clock.now += 101
    await judged(revocations, own)
    assert revocations._task is not None
    await revocations._task
    assert await judged(revocations, own) == 403
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["reason"] for line in told if line["event"] == "crl_refresh_failed"] == ["OlderList"]


OTHERS, REASONS = "the list is of other certificates", "the list is of some reasons only"
DEMANDS = "the list demands more than is understood here"


@pytest.mark.parametrize(
    ("extension", "critical", "message"),
    [
        (_point(only_contains_ca_certs=True), True, OTHERS),
        (_point(only_contains_attribute_certs=True), True, OTHERS),
        (_point(indirect_crl=True, full_name=_named(1).full_name), True, OTHERS),
        (_point(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})), True, REASONS),
        (x509.DeltaCRLIndicator(1), False, DEMANDS),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True, DEMANDS),
    ],
)
def test_why_a_list_does_not_count(tmp_path: Path, extension: x509.ExtensionType, critical: bool, message: str):
    authority = Authority(tmp_path)
    with pytest.raises(ValueError, match=message):
        read_list(_made(authority, extension=extension, critical=critical), [authority.certificate])


def test_of_which_distribution_point_a_list_is(tmp_path: Path):
    authority = Authority(tmp_path)
    number = x509.CRLNumber(7)
    found = [
        read_list(_made(authority, extension=extension, critical=False), [authority.certificate]).point
        for extension in (None, number, _named(1), _point(only_contains_user_certs=True))
    ]
    assert found[:2] == [b"", b""]
    assert len(set(found)) == 3


@pytest.mark.parametrize(
    "extension",
    [
        x509.DeltaCRLIndicator(1),
        _point(only_contains_ca_certs=True),
        _point(only_contains_attribute_certs=True),
        _point(indirect_crl=True, full_name=_named(1).full_name),
        _point(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})),
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"),
    ],
    ids=["changes", "authorities", "attributes", "others", "some reasons", "unknown"],
)
async def test_a_list_that_says_a_part_only_does_not_count(tmp_path: Path, extension: x509.ExtensionType):
    """RFC 5280 §5.2: what is demanded and not understood makes a list useless; else a list of changes would let everybody in again."""
    authority, clock = Authority(tmp_path), Clock()
    own = authority.issue("own")
    place = Place(_made(authority, own, hours=-1))
    revocations = Revocations([place], [authority.certificate], refresh_after=100, clock=clock)
    assert await judged(revocations, own) == 403
    place.content = _made(authority, extension=extension)
    clock.now += 101
    await judged(revocations, own)
    assert revocations._task is not None
    await revocations._task
    assert await judged(revocations, own) == 403


def test_an_entry_that_demands_more_makes_its_list_useless(tmp_path: Path):
    """As an indirect list names the certificate's issuer (RFC 5280 §5.3.3)."""
    authority, now = Authority(tmp_path), datetime.now(UTC)
    issuer = x509.CertificateIssuer([x509.DirectoryName(authority.certificate.subject)])
    entry = x509.RevokedCertificateBuilder().serial_number(1).revocation_date(now).add_extension(issuer, critical=True)
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.certificate.subject)
    builder = builder.last_update(now).next_update(now + timedelta(days=1)).add_revoked_certificate(entry.build())
    document = builder.sign(authority._key, hashes.SHA256()).public_bytes(Encoding.DER)
    with pytest.raises(ValueError, match="an entry of the list demands more"):
        read_list(document, [authority.certificate])
