"""An authority for development: from a certificate request to a certificate, and the list of those that were taken back.

It stands in for the authority of a real network, which makes certificates elsewhere; there only their fingerprints are registered. Files in its folder:

    authority.crt, authority.key   the root, P-256; made when they are missing (mode 0600 for the key)
    issued.json                    what was made for whom, and what was taken back
    authority.crl                  the revocation list (RFC 5280 §5), a day long; written at each change and by a running server

A request proves the possession of its key and says nothing else: name and number in the certificate are those of the
participant. A participant has one valid certificate; the one before is taken back when the next is made.
"""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from issuer.keys import write_private
from issuer.participants import Participant

__all__ = ["MAXIMUM_REQUEST", "AuthorityError", "CertificateAuthority"]

LIFETIME = timedelta(days=365)
LIST_LIFETIME = timedelta(days=1)
RENEWED_AFTER = 3600
"""Seconds, of the list."""
MAXIMUM_REQUEST = 64 * 1024
RSA_BITS = range(2048, 4097)
RSA_EXPONENTS = range(2**16 + 1, 2**64)
"""Whoever asks chooses both: a long key, or a long exponent, makes each handshake many times as slow for who verifies it."""


class AuthorityError(Exception):
    """A request that gets no certificate, or an authority that cannot be used; in a sentence."""


class _Issued(msgspec.Struct, frozen=True):
    """`serial` in hexadecimal digits; `ends` and `revoked` in seconds since 1970."""

    serial: str
    party: str
    fingerprint: str
    ends: int
    revoked: int | None = None


class CertificateAuthority:
    """The authority in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.list_file = folder / "authority.crl"

    def issue(self, request: bytes, participant: Participant) -> x509.Certificate:
        """Make a certificate of a request (PEM or DER), and take the one before back. Raises `AuthorityError`."""
        key = _requested_key(request)
        with self._exclusive():
            root, root_key = self._root()
            certificate = _certificate(root, root_key, participant, key)
            entries = [self._ended(entry) if entry.party == participant.id else entry for entry in self._issued()]
            made = _Issued(
                serial=f"{certificate.serial_number:x}",
                party=participant.id,
                fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
                ends=int(certificate.not_valid_after_utc.timestamp()),
            )
            self._write([*entries, made], root, root_key)
        return certificate

    def revoke(self, party: str, *, but: str | None = None) -> int:
        """Take back the certificates of a party, except the one with the fingerprint `but`. Returns how many. Raises `AuthorityError`, also where
        there is no authority yet: whoever takes back means one that made something.
        """
        if not (self._folder / "authority.crt").exists():
            raise AuthorityError(f"There is no authority in {self._folder}.")
        with self._exclusive():
            before = self._issued()
            after = [
                self._ended(entry) if entry.party == party and entry.fingerprint != but else entry for entry in before
            ]
            if after != before:
                self._write(after, *self._root())
        return sum(one != other for one, other in zip(before, after, strict=True))

    def current_list(self) -> bytes:
        """The revocation list (DER), written anew when it is more than an hour old."""
        with self._exclusive():
            file = self.list_file
            if not file.exists() or time.time() - file.stat().st_mtime > RENEWED_AFTER:
                self._write(self._issued(), *self._root())
            return file.read_bytes()

    def _root(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        certificate_file, key_file = self._folder / "authority.crt", self._folder / "authority.key"
        if not certificate_file.exists() and not key_file.exists():
            self._make_root(certificate_file, key_file)
        try:
            certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
            key = load_pem_private_key(key_file.read_bytes(), password=None)
        except (OSError, ValueError, x509.InvalidVersion) as error:
            raise AuthorityError(f"The authority in {self._folder} cannot be read.") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise AuthorityError(f"The key of the authority in {self._folder} is not that of its certificate.")
        return certificate, key

    def _make_root(self, certificate_file: Path, key_file: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Development authority")])
        certificate = (
            _builder(name, name, key.public_key(), timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        write_private(key_file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        write_private(certificate_file, certificate.public_bytes(Encoding.PEM), mode=0o644)

    def _issued(self) -> list[_Issued]:
        file = self._folder / "issued.json"
        try:
            return msgspec.json.decode(file.read_bytes(), type=list[_Issued]) if file.exists() else []
        except (OSError, msgspec.DecodeError) as error:
            raise AuthorityError(f"The list of certificates {file} cannot be read.") from error

    def _write(self, entries: list[_Issued], root: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        now = datetime.now(UTC)
        builder = x509.CertificateRevocationListBuilder().issuer_name(root.subject)
        builder = builder.last_update(now - timedelta(minutes=5)).next_update(now + LIST_LIFETIME)
        for entry in entries:
            if entry.revoked is not None and entry.ends > now.timestamp():
                moment = datetime.fromtimestamp(entry.revoked, UTC)
                revoked = x509.RevokedCertificateBuilder().serial_number(int(entry.serial, 16)).revocation_date(moment)
                builder = builder.add_revoked_certificate(revoked.build())
        document = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
        write_private(self._folder / "issued.json", msgspec.json.format(msgspec.json.encode(entries)))
        write_private(self.list_file, document, mode=0o644)

    def _ended(self, entry: _Issued) -> _Issued:
        now = int(datetime.now(UTC).timestamp())
        return entry if entry.revoked is not None else msgspec.structs.replace(entry, revoked=now)

    @contextlib.contextmanager
    def _exclusive(self) -> Generator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / "issued.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def _requested_key(request: bytes) -> PublicKey:
    """The key that a request proves to hold."""
    if len(request) > MAXIMUM_REQUEST:
        raise AuthorityError(f"A certificate request has at most {MAXIMUM_REQUEST} bytes.")
    try:
        pem = request.lstrip().startswith(b"-----BEGIN")
        found = x509.load_pem_x509_csr(request) if pem else x509.load_der_x509_csr(request)
        valid, key = found.is_signature_valid, found.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise AuthorityError("This is no certificate request (PKCS 10, PEM or DER).") from None
    if not valid:
        raise AuthorityError("The certificate request is not signed with its own key.")
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
        return key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size in RSA_BITS and key.public_numbers().e in RSA_EXPONENTS:
        return key
    raise AuthorityError(
        "The key of a certificate is P-256, P-384, or RSA of at least 2048 and at most 4096 bits, exponent 65537."
    )


def _certificate(
    root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey, participant: Participant, key: PublicKey
) -> x509.Certificate:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, participant.name[:64]),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, participant.number[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, participant.number[:64]),
        ]
    )
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return (
        _builder(subject, root.subject, key, LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(authority, critical=False)
        .sign(root_key, hashes.SHA256())
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: PublicKey, lifetime: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
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
