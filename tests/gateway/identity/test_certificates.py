"""Which revocation lists a certificate says that it would stand in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway.identity.certificates import Certificates

KEY = generate_private_key(SECP256R1())
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "desk")])
ONE, TWO = (x509.UniformResourceIdentifier(f"http://crl.example/{number}.crl") for number in (1, 2))
POINTS = x509.CRLDistributionPoints.oid
ANOTHER = x509.ObjectIdentifier("2.5.29.99")
"""Of nothing, and as long as that of distribution points (2.5.29.31)."""


def certificate(*extensions: x509.ExtensionType) -> bytes:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(NAME, NAME, KEY.public_key(), 1, now, now + timedelta(days=1))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def points(*names: list[x509.GeneralName] | None) -> x509.CRLDistributionPoints:
    relative = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, "1")])
    return x509.CRLDistributionPoints(
        [x509.DistributionPoint(name, None if name is not None else relative, None, None) for name in names]
    )


def wrapped(content: bytes, *tags: int) -> bytes:
    for tag in tags:
        content = bytes([tag, len(content)]) + content
    return content


def other(content: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(POINTS, content)


def twice() -> bytes:
    written = certificate(points([ONE]), x509.UnrecognizedExtension(ANOTHER, b"two"))
    return written.replace(b"\x55\x1d\x63", b"\x55\x1d\x1f")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (certificate, frozenset[x509.GeneralName]()),
        (lambda: certificate(points([ONE, TWO])), {ONE, TWO}),
        (lambda: certificate(points([ONE], [TWO])), {ONE, TWO}),
        # By a name relative to that of the authority, which no list is known by here.
        (lambda: certificate(points(None)), frozenset()),
        (lambda: certificate(points(None, [TWO])), {TWO}),
        (lambda: certificate(other(b"none")), frozenset()),
        (lambda: certificate(other(wrapped(b"\x05\x00", 0xA3, 0xA0, 0xA0, 0x30, 0x30))), frozenset()),
        (twice, frozenset()),
    ],
    ids=["none", "names", "points", "relative", "relative and one", "no points", "an X.400 address", "twice"],
)
def test_the_points_of_a_certificate(made: Callable[[], bytes], expected: frozenset[x509.GeneralName]):
    """What cannot be read says nothing: then a list of each place has to be at hand."""
    assert Certificates().read(made()).points == expected
