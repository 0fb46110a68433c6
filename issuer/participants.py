"""Who may have tokens: the participants file.

A JSON file that an administrator (or the demonstration network) writes. A participant is known by the SHA-256 fingerprint of its
client certificate and by nothing in a request. `claim` is the claim that carries its code; `scopes` what it may ask for; `may_act_for`
the participants that gave it a mandate (`*` within a claim: `agb:*`). `addresses`, `rate`, `burst` and `blocked` say from where, how
often and whether at all it may come; gateways are told by `access.json` in the same folder, which they read as it changes.
"""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import re
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from issuer.keys import write_private
from issuer.tls import thumbprint_of

__all__ = ["Participant", "Participants", "ParticipantsError", "ParticipantsFile", "canonical_id"]

_ID = re.compile(r"(uzovi|agb|kvk|bsn):([0-9]{4,9})")
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
"""It becomes the name in a certificate, at most 64 long, and stands beside ids (`agb:12345678`) where gateways are told."""
MINIMUM_RATE, MAXIMUM_RATE = 0.0001, 1_000_000.0
"""What gateways accept."""
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")

ALIASES: Mapping[str, str] = {"agbcode": "agb"}
"""Words of the published token request that differ from the claim."""


class ParticipantsError(Exception):
    """The participants file is unusable, or a change to it is not possible; in a sentence."""


class Participant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One party. `id` is `uzovi:5050`; `number` its relation number, which becomes `sub` and `client_id`."""

    id: str
    number: str
    name: str
    instantie_type: str
    scopes: tuple[str, ...] = ()
    certificate: str | None = None
    may_act_for: tuple[str, ...] = ()
    blocked: bool = False
    addresses: tuple[str, ...] = ()
    rate: float | None = None
    burst: int | None = None

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no party; write uzovi:5050, agb:12345678, kvk:12345678 or bsn:123456789")
        if not _NUMBER.fullmatch(self.number):
            raise ValueError(f"{self.id}: a number has 1 to 64 letters, digits, dots, dashes and underscores")
        if not self.name.strip() or not self.name.isprintable():
            raise ValueError(f"{self.id}: a name is one line of text")
        if self.certificate is not None and not _FINGERPRINT.fullmatch(self.certificate):
            raise ValueError(f"{self.id}: a certificate is named by its SHA-256 fingerprint, 64 hexadecimal digits")
        for place in self.addresses:
            try:
                ipaddress.ip_network(place)
            except ValueError:
                raise ValueError(f"{self.id}: {place!r} is no address and no network") from None
        # Compared so that what is no number does not pass; what gateways are told has no word for it, nor for infinity.
        if self.rate is not None and not MINIMUM_RATE <= self.rate <= MAXIMUM_RATE:
            raise ValueError(f"{self.id}: a rate is {MINIMUM_RATE} to {MAXIMUM_RATE:.0f} requests a second")
        if self.burst is not None and self.burst <= 0:
            raise ValueError(f"{self.id}: a burst is more than nothing")

    @property
    def claim(self) -> str:
        return self.id.partition(":")[0]

    @property
    def code(self) -> str:
        return self.id.partition(":")[2]

    def comes_from(self, address: str) -> bool:
        """Whether a request from this address may be its own."""
        if not self.addresses:
            return True
        try:
            place = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(place in ipaddress.ip_network(network) for network in self.addresses)

    def acts_for(self, party: str) -> bool:
        return party in self.may_act_for or f"{party.partition(':')[0]}:*" in self.may_act_for


class Participants:
    """The participants by id and by certificate fingerprint."""

    def __init__(self, participants: Iterable[Participant]) -> None:
        self.by_id: dict[str, Participant] = {}
        self.by_certificate: dict[str, Participant] = {}
        numbers: set[str] = set()
        for participant in participants:
            if participant.id in self.by_id:
                raise ParticipantsError(f"{participant.id} is listed twice.")
            self.by_id[participant.id] = participant
            if participant.certificate is not None:
                if participant.certificate in self.by_certificate:
                    raise ParticipantsError(f"{participant.id} has the certificate of another participant.")
                self.by_certificate[participant.certificate] = participant
            if participant.number in numbers:
                # Tokens, certificates and what gateways are told would take one for the other.
                raise ParticipantsError(f"{participant.id} has the number of another participant.")
            numbers.add(participant.number)


class ParticipantsFile:
    """The file, read again when it changed. A change that cannot be read leaves the participants as they were."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._participants = Participants(())

    def read(self) -> Participants:
        """Return the participants. Raises `ParticipantsError`."""
        try:
            found = self.path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp != self._stamp:
                content = msgspec.json.decode(self.path.read_bytes(), type=list[Participant])
                self._participants = Participants(content)
                self._stamp = stamp
        except FileNotFoundError:
            raise ParticipantsError(f"There is no participants file {self.path}.") from None
        except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
            raise ParticipantsError(f"The participants file {self.path} cannot be read: {error}") from error
        return self._participants

    @property
    def access_file(self) -> Path:
        """What gateways are told of the participants."""
        return self.path.with_name("access.json")

    def add(self, participant: Participant, *, certify: Callable[[Participant], str] | None = None) -> None:
        """Add a participant, or replace the one with the same id; who is blocked stays so. `certify` makes its certificate and returns the
        fingerprint: once nothing else can be wrong, since it takes the one before back, and while nobody else can.
        """
        with self._exclusive():
            Participants(self._with(participant))
            if certify is not None:
                participant = msgspec.structs.replace(participant, certificate=certify(participant))
            self._write(self._with(participant))

    def _with(self, participant: Participant) -> Iterable[Participant]:
        present = self.read().by_id if self.path.exists() else {}
        before = present.get(participant.id)
        if before is not None and before.blocked:
            participant = msgspec.structs.replace(participant, blocked=True)
        return {**present, participant.id: participant}.values()

    def block(self, party: str, *, blocked: bool) -> None:
        """Block a participant, or let it in again."""
        with self._exclusive():
            present = dict(self.read().by_id)
            if party not in present:
                raise ParticipantsError(f"{party} is no participant.")
            present[party] = msgspec.structs.replace(present[party], blocked=blocked)
            self._write(present.values())

    def publish(self) -> None:
        """Write what gateways are told: by number, and for who is blocked by id as well, since others may act for it, and by certificate, which
        may count without a token. Who was blocked and is removed stays blocked: its tokens live on for a while.
        """
        present = self.read().by_id
        known = {*present, *(_thumbprint(participant) for participant in present.values())}
        told: dict[str, dict[str, Any]] = {name: {"blocked": True} for name in self._blocked() if name not in known}
        for participant in present.values():
            entry: dict[str, Any] = {"blocked": participant.blocked}
            entry |= {"addresses": participant.addresses} if participant.addresses else {}
            entry |= {"rate": participant.rate} if participant.rate is not None else {}
            entry |= {"burst": participant.burst} if participant.burst is not None else {}
            told[participant.number] = entry
            if participant.blocked:
                told[participant.id] = {"blocked": True}
                told |= {_thumbprint(participant): {"blocked": True}} if participant.certificate else {}
        content = msgspec.json.format(msgspec.json.encode({"participants": told}))
        write_private(self.access_file, content, mode=0o644)

    def _blocked(self) -> list[str]:
        """Whom gateways were told to refuse."""
        try:
            told = msgspec.json.decode(self.access_file.read_bytes(), type=dict[str, dict[str, dict[str, Any]]])
        except (OSError, msgspec.DecodeError):
            return []
        return [name for name, entry in told.get("participants", {}).items() if entry.get("blocked")]

    def remove(self, party: str) -> None:
        with self._exclusive():
            present = dict(self.read().by_id)
            if present.pop(party, None) is None:
                raise ParticipantsError(f"{party} is no participant.")
            self._write(present.values())

    @contextlib.contextmanager
    def _exclusive(self) -> Generator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, participants: Iterable[Participant]) -> None:
        content = list(participants)
        Participants(content)
        write_private(self.path, msgspec.json.format(msgspec.json.encode(content)))
        self.publish()


def _thumbprint(participant: Participant) -> str:
    """How gateways name its certificate (RFC 8705 §3.1); empty without one."""
    return f"x5t#S256:{thumbprint_of(participant.certificate)}" if participant.certificate else ""


def canonical_id(party: str) -> str:
    """Return the id that `party` means: `agbcode:012345678` of the published request is `agb:012345678`."""
    kind, separator, code = party.partition(":")
    return f"{ALIASES.get(kind, kind)}{separator}{code}"
