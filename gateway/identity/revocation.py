"""Certificates that were taken back: the revocation lists of their authorities (RFC 5280 §5), read and kept fresh.

A list counts when an authority that is trusted here signed it; that, and not the way it came, makes it good, so plain http will do. The
lists are loaded before the first certificate is judged and anew in the background from then on. A load that fails changes nothing; but a
list past its `nextUpdate` says nothing any more, and then certificates of that authority cannot be judged: 503, never yes.

On its way a list can be changed for another that was signed as well: one from before does not take the place of a newer one, and one that says a
part only (what changed, certificates of authorities, some reasons) does not count. Lists by distribution point stand beside each other: where an
authority has no other, that of the certificate's own point has to be among them, or, for a certificate that names none, a list from each place.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.identity.certificates import ClientCertificate, invalid_certificate
from gateway.identity.jwks import Source
from gateway.telemetry.logs import get_log

__all__ = ["Revocations", "read_list"]

RETRY_AFTER = 10.0
"""Seconds between two loads, whoever asks."""

_log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class RevocationList:
    """What an authority took back. `issuer`: the DER form of its name; `point`: that of the distribution point that the list is of, empty
    for none; `names`: those of the point, None for a list of all certificates; `begins`, `ends`: seconds since 1970.
    """

    issuer: bytes
    serials: frozenset[int]
    ends: float
    begins: float
    point: bytes
    names: frozenset[x509.GeneralName] | None


class Revocations:
    """The lists of all authorities whose certificates count. `refresh_after`: seconds. `before`: who judged by the same places until now."""

    def __init__(
        self,
        sources: Sequence[Source],
        authorities: Sequence[x509.Certificate],
        *,
        refresh_after: float = 3600.0,
        clock: Callable[[], float] = time.time,
        before: Revocations | None = None,
    ) -> None:
        self._sources = sources
        self._authorities = authorities
        self._refresh_after = refresh_after
        self._clock = clock
        # What is carried over is loaded anew, and a list from before it does not take its place.
        self._lists = before.lists(authorities) if before is not None else {}
        self._missing = {source.name for source in sources} - (
            before.loaded if before is not None and self._lists else set()
        )
        """Places that never gave a list."""
        self._attempted_at = float("-inf")
        self._task: asyncio.Task[None] | None = None

    async def check(self, certificate: ClientCertificate) -> None:
        """Raises `GatewayError`: 403 for a certificate that was taken back, 503 when that cannot be told."""
        found = self._current(certificate)
        since = self._clock() - self._attempted_at
        if found is None and since >= RETRY_AFTER:
            await asyncio.shield(self._refreshing())
        elif found is None and self._task is not None and not self._task.done():
            await asyncio.shield(self._task)
        elif since > self._refresh_after:
            self._refreshing()
        self._judge(certificate)

    def check_again(self, certificate: ClientCertificate) -> None:
        """Like `check`, for one that was let in before: by the lists at hand, and nobody waits for newer ones."""
        if self._clock() - self._attempted_at > self._refresh_after:
            self._refreshing()
        self._judge(certificate)

    def _judge(self, certificate: ClientCertificate) -> None:
        found = self._current(certificate)
        if found is None:
            issue = GraphQLIssue(
                "The client certificate cannot be judged at the moment.", Code.AUTHORIZATION_UNAVAILABLE
            )
            raise GatewayError(issue)
        if any(certificate.serial in one.serials for one in found):
            raise invalid_certificate("The client certificate was revoked.")

    def lists(self, authorities: Sequence[x509.Certificate]) -> dict[bytes, dict[bytes, RevocationList]]:
        """The lists at hand, for who trusts the same authorities: by authority and distribution point. None for who trusts others."""
        if frozenset(authorities) != frozenset(self._authorities):
            return {}
        return {issuer: dict(points) for issuer, points in self._lists.items()}

    @property
    def loaded(self) -> set[str]:
        """The places that gave a list."""
        return {source.name for source in self._sources} - self._missing

    async def aclose(self) -> None:
        """Cancel a load that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _current(self, certificate: ClientCertificate) -> Sequence[RevocationList] | None:
        """The lists of the authority of a certificate; None when it has none, none that is about this one, or one of them has ended."""
        found = tuple(self._lists.get(certificate.issuer, {}).values())
        now = self._clock()
        return found if self._tell(found, certificate) and all(now < one.ends for one in found) else None

    def _tell(self, found: Sequence[RevocationList], certificate: ClientCertificate) -> bool:
        """Whether one of the lists would name the certificate, had it been taken back (RFC 5280 §6.3.3 b)."""
        if any(one.names is None for one in found):
            return True
        if certificate.points:
            return any(one.names and one.names & certificate.points for one in found)
        return bool(found) and not self._missing

    def _refreshing(self) -> asyncio.Task[None]:
        if self._task is None or self._task.done():
            self._attempted_at = self._clock()
            self._task = asyncio.create_task(self._refresh())
        return self._task

    async def _refresh(self) -> None:
        for source in self._sources:
            try:
                found = await asyncio.to_thread(read_list, await source.load(), self._authorities)
            except (OSError, ValueError) as error:
                _log.warning("crl_refresh_failed", source=source.name, reason=type(error).__name__)
                continue
            self._missing.discard(source.name)
            lists = self._lists.setdefault(found.issuer, {})
            kept = lists.get(found.point)
            if kept is not None and found.begins < kept.begins:
                _log.warning("crl_refresh_failed", source=source.name, reason="OlderList")
                continue
            lists[found.point] = found


def read_list(document: bytes, authorities: Sequence[x509.Certificate]) -> RevocationList:
    """Read a list, DER or PEM. Raises ValueError for one that no authority signed, that does not end, or that says a part only."""
    pem = document.lstrip().startswith(b"-----BEGIN")
    try:
        found = x509.load_pem_x509_crl(document) if pem else x509.load_der_x509_crl(document)
        if not any(_signed(found, authority) for authority in authorities):
            raise ValueError("no authority signed the list")
        ends, (point, names) = found.next_update_utc, _point(found)
        serials: Mapping[int, Any] = {entry.serial_number: None for entry in found if _taken_back(entry)}
    except (TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension) as error:
        raise ValueError("the list cannot be read") from error
    if ends is None:
        raise ValueError("the list does not say how long it holds")
    begins = found.last_update_utc.timestamp()
    return RevocationList(found.issuer.public_bytes(), frozenset(serials), ends.timestamp(), begins, point, names)


def _signed(found: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    if found.issuer != authority.subject:
        return False
    try:
        key: Any = authority.public_key()
        return bool(found.is_signature_valid(key))
    except TypeError:  # a key of a kind that signs nothing
        return False


def _point(found: x509.CertificateRevocationList) -> tuple[bytes, frozenset[x509.GeneralName] | None]:
    """The distribution point of a list, in DER, and its names; None for a list of all certificates.

    Raises ValueError for a list that demands to be understood otherwise (RFC 5280 §5.2).
    """
    point, names = b"", None
    for extension in found.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            if value.indirect_crl or value.only_contains_ca_certs or value.only_contains_attribute_certs:
                raise ValueError("the list is of other certificates")
            if value.only_some_reasons is not None:
                raise ValueError("the list is of some reasons only")
            point = value.public_bytes()
            if value.full_name is not None or value.relative_name is not None:
                names = frozenset(value.full_name or ())
        elif extension.critical or isinstance(value, x509.DeltaCRLIndicator):
            raise ValueError("the list demands more than is understood here")
    return point, names


def _taken_back(entry: x509.RevokedCertificate) -> bool:
    """Raises ValueError for an entry that demands to be understood otherwise (RFC 5280 §5.3)."""
    if any(extension.critical for extension in entry.extensions):
        raise ValueError("an entry of the list demands more than is understood here")
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return True
    return reason is not x509.ReasonFlags.remove_from_crl
