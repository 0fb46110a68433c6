"""The development authority: a request in, a certificate out, and the list of those that were taken back."""

from __future__ import annotations

import fcntl
import os
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.settings import AuthorizationSettings, IssuerSettings, RevocationSettings, Settings, SettingsError
from gateway.trust import revocations_of
from issuer.authority import AuthorityError, CertificateAuthority
from issuer.participants import Participant, ParticipantsFile

PARTY = Participant("agb:12345678", "2001", "Een", "Zorgaanbieder")
OTHER = Participant("agb:12345679", "2002", "Twee", "Zorgaanbieder")
KEY = ec.generate_private_key(ec.SECP256R1())


def request(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | Ed25519PrivateKey = KEY, name: str = "somebody else"
) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    # What a request would like to be is not heard.
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    algorithm = None if isinstance(key, Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm).public_bytes(Encoding.PEM)


def revoked(authority: CertificateAuthority) -> set[int]:
    root = x509.load_pem_x509_certificate((authority.list_file.parent / "authority.crt").read_bytes())
    found = x509.load_der_x509_crl(authority.current_list())
    key = root.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert found.is_signature_valid(key)
    return {entry.serial_number for entry in found}


def test_a_request_becomes_a_certificate_of_the_participant(tmp_path: Path):
    certificate = CertificateAuthority(tmp_path).issue(request(), PARTY)
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate((tmp_path / "authority.crt").read_bytes()))
    assert certificate.public_key() == KEY.public_key()
    assert certificate.subject.rfc4514_string() == "CN=2001,2.5.4.5=2001,O=Een"
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    assert stat.S_IMODE((tmp_path / "authority.key").stat().st_mode) == 0o600


def test_the_certificate_before_is_taken_back_and_no_other(tmp_path: Path):
    authority = CertificateAuthority(tmp_path)
    first, other = authority.issue(request(), PARTY), authority.issue(request(), OTHER)
    assert revoked(authority) == set()
    second = CertificateAuthority(tmp_path).issue(request(), PARTY)
    assert revoked(authority) == {first.serial_number}
    assert authority.revoke(PARTY.id, but=second.fingerprint(hashes.SHA256()).hex()) == 0
    assert authority.revoke(PARTY.id) == 1
    assert revoked(authority) == {first.serial_number, second.serial_number}
    assert other.serial_number not in revoked(authority)


def test_a_list_that_is_old_is_written_anew(tmp_path: Path):
    authority = CertificateAuthority(tmp_path)
    first = authority.current_list()
    assert authority.current_list() == first
    os.utime(authority.list_file, (0, 0))
    assert authority.current_list() != first


def _broken() -> bytes:
    """A request whose signature is that of another request."""
    one, two = (x509.load_pem_x509_csr(request(name=name)).public_bytes(Encoding.DER) for name in ("one", "two"))
    return one.replace(b"one", b"two") if len(one) else two


def _of_version(number: int) -> bytes:
    document = bytearray(x509.load_pem_x509_csr(request()).public_bytes(Encoding.DER))
    document[document.index(b"\x02\x01\x00") + 2] = number
    return bytes(document)


def _long_exponent() -> rsa.RSAPrivateKey:
    """A key with the exponents exchanged: quick to sign with, slow to verify."""
    numbers = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_numbers()
    p, q, e = numbers.p, numbers.q, numbers.d
    primes = rsa.rsa_crt_dmp1(65537, p), rsa.rsa_crt_dmq1(65537, q), rsa.rsa_crt_iqmp(p, q)
    exchanged = rsa.RSAPrivateNumbers(p, q, 65537, *primes, rsa.RSAPublicNumbers(e, p * q))
    return exchanged.private_key(unsafe_skip_rsa_key_validation=True)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "no certificate request"),
        (b"-----BEGIN CERTIFICATE REQUEST-----", "no certificate request"),
        (b"\x30\x03\x02\x01\x01", "no certificate request"),
        (_of_version(1), "no certificate request"),
        (request() + b"\n" * 64 * 1024, "at most 65536 bytes"),
        (_broken(), "not signed with its own key"),
        (request(_long_exponent()), "exponent 65537"),
        (request(rsa.generate_private_key(public_exponent=3, key_size=2048)), "exponent 65537"),
        (request(rsa.generate_private_key(public_exponent=65537, key_size=4104)), "at most 4096 bits"),
        (request(rsa.generate_private_key(public_exponent=65537, key_size=1024)), "RSA of at least 2048 and"),
        (request(ec.generate_private_key(ec.SECP192R1())), "P-256, P-384"),
        (request(Ed25519PrivateKey.generate()), "P-256, P-384"),
    ],
    ids=lambda told: told if isinstance(told, str) else "request",
)
def test_requests_that_get_none(document: bytes, reason: str, tmp_path: Path):
    with pytest.raises(AuthorityError, match=reason):
        CertificateAuthority(tmp_path).issue(document, PARTY)
    assert not (tmp_path / "issued.json").exists()


def test_an_authority_that_cannot_be_used(tmp_path: Path):
    CertificateAuthority(tmp_path / "a").current_list()
    CertificateAuthority(tmp_path / "b").current_list()
    (tmp_path / "a" / "authority.key").write_bytes((tmp_path / "b" / "authority.key").read_bytes())
    with pytest.raises(AuthorityError, match="not that of its certificate"):
        CertificateAuthority(tmp_path / "a").issue(request(), PARTY)
    (tmp_path / "b" / "authority.key").unlink()
    with pytest.raises(AuthorityError, match="cannot be read"):
        CertificateAuthority(tmp_path / "b").issue(request(), PARTY)


def test_a_change_that_is_refused_takes_no_certificate_back(tmp_path: Path):
    (tmp_path / "request.pem").write_bytes(request())
    own = ["--state", str(tmp_path), "--authority", str(tmp_path / "authority"), "--csr", str(tmp_path / "request.pem")]

    def add(party: str, number: str) -> tuple[int, str]:
        told = ["--as", party, "--number", number, "--name", "Een", "--instantie-type", "Zorgkantoor", *own]
        command = [sys.executable, "-m", "issuer", "participant", "add", *told]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    assert (add("uzovi:5050", "1"), add("uzovi:5501", "2")) == ((0, ""), (0, ""))
    issued = (tmp_path / "authority" / "issued.json").read_bytes()
    assert add("uzovi:5050", "2") == (1, "uzovi:5501 has the number of another participant.\n")
    assert (tmp_path / "authority" / "issued.json").read_bytes() == issued


def test_what_a_request_asks_for_beside_its_key_is_not_in_the_certificate(tmp_path: Path):
    """Names of another party, an authority's rights, a thousand hosts: the subject is the participant's, and so are the extensions."""
    names = [
        (NameOID.COMMON_NAME, OTHER.number),
        (NameOID.SERIAL_NUMBER, OTHER.number),
        (NameOID.SURNAME, "\x00\n\x1b[31m"),
    ]
    builder = x509.CertificateSigningRequestBuilder(x509.Name([x509.NameAttribute(*name) for name in names]))
    wanted = (
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (x509.SubjectAlternativeName([x509.DNSName(f"{number}.example") for number in range(1000)]), False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.OCSP_SIGNING]), True),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),
    )
    for extension, critical in wanted:
        builder = builder.add_extension(extension, critical=critical)
    key = ec.generate_private_key(ec.SECP256R1())
    asked = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    plain, made = (CertificateAuthority(tmp_path).issue(document, PARTY) for document in (request(key), asked))
    assert made.subject == plain.subject
    assert list(made.extensions) == list(plain.extensions)
    assert {type(one.value).__name__ for one in made.extensions} == {
        "SubjectKeyIdentifier", "BasicConstraints", "KeyUsage", "ExtendedKeyUsage", "AuthorityKeyIdentifier",
    }  # fmt: skip
    constraints = made.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert constraints == x509.BasicConstraints(ca=False, path_length=None)


def test_of_two_renewals_at_once_the_certificate_that_counts_is_the_one_that_was_not_taken_back(tmp_path: Path):
    """A certificate is made while nobody else can change the file: it could be taken back before it is registered, and the other one not."""
    file = ParticipantsFile(tmp_path / "participants.json")
    asked: list[Participant] = []

    def certify(participant: Participant) -> str:
        asked.append(participant)
        with (tmp_path / "participants.lock").open("w") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return "a" * 64

    file.add(PARTY, certify=certify)
    assert asked == [PARTY]
    assert file.read().by_certificate == {"a" * 64: msgspec.structs.replace(PARTY, certificate="a" * 64)}


def _odd_certificate(folder: Path) -> bytes:
    """The authority's own, of a version that there is not."""
    CertificateAuthority(folder).current_list()
    der = bytearray(x509.load_pem_x509_certificate((folder / "authority.crt").read_bytes()).public_bytes(Encoding.DER))
    der[der.index(b"\xa0\x03\x02\x01") + 4] = 7
    return ssl.DER_cert_to_PEM_cert(bytes(der)).encode()


def test_a_certificate_of_a_version_that_there_is_not_is_refused_in_a_sentence(tmp_path: Path):
    file = tmp_path / "odd.crt"
    file.write_bytes(_odd_certificate(tmp_path / "authority"))
    told = ["--as", "uzovi:5050", "--number", "1", "--name", "Een", "--instantie-type", "Zorgkantoor"]
    command = [sys.executable, "-m", "issuer", "participant", "add", *told, "--state", str(tmp_path)]
    done = subprocess.run([*command, "--certificate", str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"{file} is no certificate in PEM form.\n")
    (tmp_path / "authority" / "authority.crt").write_bytes(file.read_bytes())
    with pytest.raises(AuthorityError, match="cannot be read"):
        CertificateAuthority(tmp_path / "authority").issue(request(), PARTY)
    revocation = RevocationSettings((str(tmp_path / "list.crl"),), str(file))
    issuers = (IssuerSettings("https://i", jwks="jwks.json", audience="a"),)
    settings = Settings(authorization=AuthorizationSettings(issuers=issuers, revocation=revocation))
    with pytest.raises(SettingsError, match=r"authorization\.revocation: "):
        revocations_of(settings, None)
