"""The development authority and its certificates."""

from __future__ import annotations

import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from network.certificates import Subject, certificate_files, ensure_certificates, fingerprint

OFFICE = Subject("uzovi:5050", "Zorgkantoor Een", "20001000000131")
PROVIDER = Subject("agb:12345678", "Zorgaanbieder " + "x" * 80, "20001000000262")


def read(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def test_a_party_gets_a_certificate_and_its_fingerprint(tmp_path: Path):
    prints = ensure_certificates(tmp_path, [OFFICE, PROVIDER])
    certificate_file, key_file = certificate_files(tmp_path, "uzovi:5050")
    certificate = read(certificate_file)
    assert prints["uzovi:5050"] == fingerprint(certificate_file)
    assert certificate.subject.rfc4514_string() == ("CN=20001000000131,2.5.4.5=20001000000131,O=Zorgkantoor Een,C=NL")
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == ["urn:iwlz:uzovi:5050"]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    key = load_pem_private_key(key_file.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == certificate.public_key()
    certificate.verify_directly_issued_by(read(tmp_path / "authority.crt"))


def test_a_long_name_is_cut(tmp_path: Path):
    ensure_certificates(tmp_path, [PROVIDER])
    (name,) = read(tmp_path / "agb-12345678.crt").subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert len(str(name.value)) == 64


def test_keys_are_closed(tmp_path: Path):
    ensure_certificates(tmp_path / "certificates", [OFFICE])
    folder = tmp_path / "certificates"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.glob("*.key")} == {0o600}


def test_what_exists_is_kept(tmp_path: Path):
    first = ensure_certificates(tmp_path, [OFFICE])
    assert ensure_certificates(tmp_path, [OFFICE, PROVIDER])["uzovi:5050"] == first["uzovi:5050"]


def test_a_certificate_about_to_expire_is_renewed(tmp_path: Path):
    first = ensure_certificates(tmp_path, [OFFICE])
    with time_machine.travel(datetime.now(UTC) + timedelta(days=699)):
        assert ensure_certificates(tmp_path, [OFFICE]) == first
    with time_machine.travel(datetime.now(UTC) + timedelta(days=701)):
        assert ensure_certificates(tmp_path, [OFFICE]) != first


@pytest.mark.parametrize("lost", ["uzovi-5050.key", "uzovi-5050.crt", "authority.key", "authority.crt"])
def test_a_pair_with_a_half_missing_is_made_anew_and_fits_again(tmp_path: Path, lost: str):
    first = ensure_certificates(tmp_path, [OFFICE])
    (tmp_path / lost).unlink()
    assert ensure_certificates(tmp_path, [OFFICE]) != first
    read(tmp_path / "uzovi-5050.crt").verify_directly_issued_by(read(tmp_path / "authority.crt"))
    read(tmp_path / "server.crt").verify_directly_issued_by(read(tmp_path / "authority.crt"))


def test_openssl_agrees(tmp_path: Path):
    ensure_certificates(tmp_path, [OFFICE])
    try:
        done = subprocess.run(
            ["openssl", "verify", "-x509_strict", "-CAfile", "authority.crt", "-purpose", "sslclient", "uzovi-5050.crt"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("no openssl on this machine")
    assert done.stdout == "uzovi-5050.crt: OK\n"
