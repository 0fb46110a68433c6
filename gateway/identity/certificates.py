"""Client certificates: the few facts of one that decisions are about, read once for each certificate."""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.errors import Code, GatewayError, GraphQLIssue

__all__ = ["Certificates", "ClientCertificate", "invalid_certificate"]

MAXIMUM_BYTES = 16 * 1024
_KEPT = 4096


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """`thumbprint`: base64url SHA-256 of the DER form (RFC 8705 §3.1). `issuer`: the DER form of the issuer's name.
    `begins`, `ends`: seconds since 1970. `points`: the names of the revocation lists that it would stand in (RFC 5280 §4.2.1.13); empty when it
    does not tell.
    """

    thumbprint: str
    serial: int
    issuer: bytes
    common_name: str
    serial_number: str
    begins: float
    ends: float
    points: frozenset[x509.GeneralName] = frozenset()

    @property
    def name(self) -> str:
        """What it is called where there is no token beside it: by its thumbprint, as RFC 8705 §3.1 names it."""
        return f"x5t#S256:{self.thumbprint}"


class Certificates:
    """Reads certificates, and keeps what was read of the latest."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, ClientCertificate] = OrderedDict()

    def read(self, der: bytes) -> ClientCertificate:
        """Raises `GatewayError` 403 for what is no certificate."""
        found = self._kept.get(der)
        if found is None:
            found = self._kept[der] = _read(der)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found


def invalid_certificate(message: str) -> GatewayError:
    """The answer to a certificate that is missing, or not the right one."""
    return GatewayError(GraphQLIssue(message, Code.INVALID_CLIENT_CERTIFICATE))


def _read(der: bytes) -> ClientCertificate:
    try:
        if len(der) > MAXIMUM_BYTES:
            raise ValueError("too large")
        certificate = x509.load_der_x509_certificate(der)
        return ClientCertificate(
            thumbprint=base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode(),
            serial=certificate.serial_number,
            issuer=certificate.issuer.public_bytes(),
            common_name=_attribute(certificate.subject, NameOID.COMMON_NAME),
            serial_number=_attribute(certificate.subject, NameOID.SERIAL_NUMBER),
            begins=certificate.not_valid_before_utc.timestamp(),
            ends=certificate.not_valid_after_utc.timestamp(),
            points=_points(certificate),
        )
    except (ValueError, TypeError, x509.InvalidVersion) as error:
        raise invalid_certificate("The client certificate cannot be read.") from error


def _points(certificate: x509.Certificate) -> frozenset[x509.GeneralName]:
    try:
        told = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return frozenset()
    # Those of some reasons, or of another authority, are lists that do not count here.
    whole = (point for point in told if point.reasons is None and point.crl_issuer is None)
    return frozenset(name for point in whole for name in point.full_name or ())


def _attribute(name: x509.Name, kind: x509.ObjectIdentifier) -> str:
    """The value of an attribute; none when there are two, since two readers could each believe another one."""
    values = name.get_attributes_for_oid(kind)
    value = values[0].value if len(values) == 1 else ""
    return value if isinstance(value, str) else ""
