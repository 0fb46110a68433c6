"""The development authority and one EC certificate per party.

Stands in for PKIoverheid and the certificates of the network operator: a network must be able to trust any configured set of
authorities, its own included (RFC0001 of the programme). Files, all PEM:

    certificates/authority.crt, authority.key     the root, P-256, ten years
    certificates/<party>.crt, <party>.key         a party, client authentication, two years; `uzovi:5050` → `uzovi-5050`
    certificates/server.crt, server.key           localhost, server authentication

Keys have mode 0600 and the folder 0700. What exists and is still valid is kept.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from network.files import write_file

__all__ = ["Subject", "certificate_files", "ensure_certificates", "fingerprint"]

TEN_YEARS = timedelta(days=3650)
TWO_YEARS = timedelta(days=730)
RENEWED_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a certificate is for. `id` is the party (`uzovi:5050`); `number` goes into the subject's serial number."""

    id: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class _Signer:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def ensure_certificates(folder: Path, subjects: Iterable[Subject]) -> dict[str, str]:
    """Make what is missing or about to expire. Returns the SHA-256 fingerprint (hex) of each subject by id."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    signer = _authority(folder)
    _ensure(folder, "server", signer, _server_request)
    fingerprints: dict[str, str] = {}
    for subject in subjects:
        certificate = _ensure(folder, _file_name(subject.id), signer, lambda subject=subject: _party_request(subject))
        fingerprints[subject.id] = certificate.fingerprint(hashes.SHA256()).hex()
    return fingerprints


def certificate_files(folder: Path, party: str) -> tuple[Path, Path]:
    """Return the certificate and key file of a party."""
    name = _file_name(party)
    return folder / f"{name}.crt", folder / f"{name}.key"


def fingerprint(file: Path) -> str:
    """Return the SHA-256 fingerprint (hex) of the certificate in `file`."""
    return x509.load_pem_x509_certificate(file.read_bytes()).fingerprint(hashes.SHA256()).hex()


def _file_name(party: str) -> str:
    return party.replace(":", "-")


def _authority(folder: Path) -> _Signer:
    certificate_file, key_file = folder / "authority.crt", folder / "authority.key"
    found = _read(certificate_file)
    if found is not None and key_file.exists():
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        if isinstance(key, ec.EllipticCurvePrivateKey) and key.public_key() == found.public_key():
            return _Signer(found, key)
    # A new root voids every certificate under it: `_ensure` sees another issuer's signature and makes them anew.
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("iWlz demonstration authority", ())
    certificate = (
        _builder(name, name, key.public_key(), TEN_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_pair(folder, "authority", certificate, key)
    return _Signer(certificate, key)


@dataclass(frozen=True, slots=True)
class _Request:
    name: x509.Name
    purpose: ObjectIdentifier
    alternatives: Sequence[x509.GeneralName]


def _server_request() -> _Request:
    addresses = [x509.IPAddress(ipaddress.ip_address(text)) for text in ("127.0.0.1", "::1")]
    return _Request(_name("localhost", ()), ExtendedKeyUsageOID.SERVER_AUTH, [x509.DNSName("localhost"), *addresses])


def _party_request(subject: Subject) -> _Request:
    name = _name(subject.number, ((NameOID.ORGANIZATION_NAME, subject.name), (NameOID.SERIAL_NUMBER, subject.number)))
    alternatives = [x509.UniformResourceIdentifier(f"urn:iwlz:{subject.id}")]
    return _Request(name, ExtendedKeyUsageOID.CLIENT_AUTH, alternatives)


def _ensure(folder: Path, name: str, signer: _Signer, request: Callable[[], _Request]) -> x509.Certificate:
    found = _read(folder / f"{name}.crt")
    if found is not None and (folder / f"{name}.key").exists() and _usable(found, signer):
        return found
    wanted = request()
    key = ec.generate_private_key(ec.SECP256R1())
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
    certificate = (
        _builder(wanted.name, signer.certificate.subject, key.public_key(), TWO_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([wanted.purpose]), critical=False)
        .add_extension(x509.SubjectAlternativeName(wanted.alternatives), critical=False)
        .add_extension(authority_id, critical=False)
        .sign(signer.key, hashes.SHA256())
    )
    _write_pair(folder, name, certificate, key)
    return certificate


def _usable(certificate: x509.Certificate, signer: _Signer) -> bool:
    if certificate.not_valid_after_utc - datetime.now(UTC) < RENEWED_BEFORE:
        return False
    try:
        certificate.verify_directly_issued_by(signer.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _read(file: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _name(common: str, more: Iterable[tuple[ObjectIdentifier, str]]) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "NL")]
    attributes += [x509.NameAttribute(kind, value[:64]) for kind, value in more]
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _write_pair(folder: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    # The certificate last: without it the pair counts as absent and is made anew.
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_file(folder / f"{name}.key", pem, mode=0o600)
    write_file(folder / f"{name}.crt", certificate.public_bytes(Encoding.PEM), mode=0o644)
