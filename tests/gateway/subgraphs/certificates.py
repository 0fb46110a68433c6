"""Certificates for a test: an authority, and who it vouches for."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Identity:
    """Files in PEM."""

    certificate: str
    key: str


class Authority:
    """A certificate authority with its file `ca` in a folder."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._key = generate_private_key(SECP256R1())
        self._name = _name(name)
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        made = (
            _builder(self._name, self._name, self._key, days=1)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self._issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        self.ca = _written(folder / f"{name}.pem", made.public_bytes(Encoding.PEM))

    def identity(self, *names: str, days: int = 1, password: bytes | None = None) -> Identity:
        """A certificate for host names or addresses; `days` below 0 makes an expired one."""
        key = generate_private_key(SECP256R1())
        made = (
            _builder(_name(names[0]), self._name, key, days=days)
            .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
            .add_extension(self._issuer_id, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        hidden: KeySerializationEncryption = BestAvailableEncryption(password) if password else NoEncryption()
        stem = f"{names[0]}-{made.serial_number}"
        return Identity(
            _written(self._folder / f"{stem}.pem", made.public_bytes(Encoding.PEM)),
            _written(self._folder / f"{stem}.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden)),
        )


def server_context(identity: Identity, *, clients: str | None = None) -> ssl.SSLContext:
    """A server with this certificate; `clients` is the authority that callers must show a certificate of."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=clients)
    context.load_cert_chain(identity.certificate, identity.key)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, *, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _written(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)
