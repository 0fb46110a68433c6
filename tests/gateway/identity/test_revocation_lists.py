"""Which revocation lists count, and what they take back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.identity.revocation import read_list
from tests.gateway.identity.revoking import listing, made, named, point
from tests.security.stand import Authority


def test_a_list_counts_when_an_authority_signed_it(tmp_path: Path):
    authority, thief = Authority(tmp_path / "a"), Authority(tmp_path / "b")
    document = authority.revoke(authority.issue("own")).read_bytes()
    assert len(read_list(document, [authority.certificate]).serials) == 1
    pem = x509.load_der_x509_crl(document).public_bytes(Encoding.PEM)
    assert read_list(pem, [authority.certificate]) == read_list(document, [authority.certificate])
    for forged in (thief.revoke().read_bytes(), b"", b"x", b"-----BEGIN X509 CRL-----", document[:-3]):
        with pytest.raises(ValueError, match=r"."):
            read_list(forged, [authority.certificate])


def test_what_was_given_back_is_not_taken_back(tmp_path: Path):
    authority = Authority(tmp_path)
    reasons = (None, x509.ReasonFlags.key_compromise, x509.ReasonFlags.remove_from_crl)
    assert read_list(listing(authority, *reasons), [authority.certificate]).serials == {1, 2}


def test_one_of_several_authorities_signed_it(tmp_path: Path):
    one, two = Authority(tmp_path / "1"), Authority(tmp_path / "2", "two")
    found = read_list(listing(two), [one.certificate, two.certificate])
    assert found.issuer == two.certificate.subject.public_bytes()
    with pytest.raises(ValueError, match="no authority signed"):
        read_list(listing(two), [one.certificate])
    with pytest.raises(ValueError, match="no authority signed"):
        read_list(listing(two), [])


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


OTHERS, REASONS = "the list is of other certificates", "the list is of some reasons only"
DEMANDS = "the list demands more than is understood here"


@pytest.mark.parametrize(
    ("extension", "critical", "message"),
    [
        (point(only_contains_ca_certs=True), True, OTHERS),
        (point(only_contains_attribute_certs=True), True, OTHERS),
        (point(indirect_crl=True, full_name=named(1).full_name), True, OTHERS),
        (point(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})), True, REASONS),
        (x509.DeltaCRLIndicator(1), False, DEMANDS),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True, DEMANDS),
    ],
)
def test_why_a_list_does_not_count(tmp_path: Path, extension: x509.ExtensionType, critical: bool, message: str):
    authority = Authority(tmp_path)
    with pytest.raises(ValueError, match=message):
        read_list(made(authority, extension=extension, critical=critical), [authority.certificate])


def test_of_which_distribution_point_a_list_is(tmp_path: Path):
    authority = Authority(tmp_path)
    number = x509.CRLNumber(7)
    found = [
        read_list(made(authority, extension=extension, critical=False), [authority.certificate]).point
        for extension in (None, number, named(1), point(only_contains_user_certs=True))
    ]
    assert found[:2] == [b"", b""]
    assert len(set(found)) == 3


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
