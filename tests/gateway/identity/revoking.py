"""Revocation lists as authorities make them, and where they come from."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.errors import GatewayError
from gateway.identity.certificates import Certificates
from gateway.identity.revocation import Revocations
from tests.security.stand import Authority, Certificate


class Place:
    """A source whose content a test can change; None cannot be read."""

    def __init__(self, content: bytes | None, name: str = "place") -> None:
        self.name = name
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


def listing(authority: Authority, *reasons: x509.ReasonFlags | None) -> bytes:
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


def made(
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


def point(**said: Any) -> x509.IssuingDistributionPoint:
    plain: dict[str, Any] = dict.fromkeys(("full_name", "relative_name", "only_some_reasons"))
    kinds = ("only_contains_user_certs", "only_contains_ca_certs", "indirect_crl", "only_contains_attribute_certs")
    members: dict[str, Any] = {**plain, **dict.fromkeys(kinds, False), **said}
    return x509.IssuingDistributionPoint(**members)


def named(number: int) -> x509.IssuingDistributionPoint:
    return point(full_name=[x509.UniformResourceIdentifier(f"http://crl.example/{number}.crl")])
