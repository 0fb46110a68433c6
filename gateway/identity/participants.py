"""What each participant may do beside its rights: from where, how often, and whether at all.

A file says it, for each party by the name it has in tokens: whoever acts (`act.sub`, else `sub`), and the party that it acts for, as
`claim:code` or by its own name; for who comes with a client certificate alone (the decision point), by its thumbprint (`x5t#S256:…`) and by
common name and serial number of its subject. The file is looked at once a second when somebody asks, so that a party that is blocked is refused
at once and nothing restarts. A file that cannot be used changes nothing but a line in the log.

    default: {rate: 20, burst: 40}
    participants:
      "20001000001131": {rate: 5, burst: 10, addresses: [192.0.2.0/24]}
      "code:5050": {blocked: true}

A party that is listed twice is a mistake: of two entries one would say nothing, and it could be the one that blocks. Rates are requests a
second, counted in each gateway process. `default` holds for everybody who is not listed, value by value for those who are.
"""

from __future__ import annotations

import ipaddress
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import Meta, Struct

from gateway.authorization.caller import Caller
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.identity.certificates import ClientCertificate
from gateway.identity.peer import ADDRESS
from gateway.identity.remembered import Bucket, Remembered
from gateway.telemetry.logs import get_log

__all__ = ["Participants", "ParticipantsError"]

MAXIMUM_BYTES = 8 * 1024 * 1024
LOOKED_AT_EVERY = 1.0
"""Seconds."""
MAXIMUM_BUCKETS = 10_000
MAXIMUM_DEPTH = 20
MINIMUM_RATE, MAXIMUM_RATE = 0.0001, 1_000_000.0
"""Requests a second: one in some hours, and more than there can be. YAML knows infinity too."""

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_log = get_log(__name__)


class ParticipantsError(ValueError):
    """The file cannot be used, in a sentence."""


class _Entry(Struct, frozen=True, forbid_unknown_fields=True):
    blocked: bool | None = None
    addresses: Annotated[tuple[str, ...], Meta(min_length=1)] | None = None
    rate: Annotated[float, Meta(ge=MINIMUM_RATE, le=MAXIMUM_RATE)] | None = None
    burst: Annotated[int, Meta(gt=0)] | None = None


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    default: _Entry = _Entry()
    participants: dict[Annotated[str, Meta(min_length=1)], _Entry] = msgspec.field(default_factory=dict[str, _Entry])


@dataclass(frozen=True, slots=True)
class _Rule:
    """`networks`: empty when every address will do. `rate`: None when there is no bound."""

    blocked: bool = False
    networks: tuple[_Network, ...] = ()
    rate: float | None = None
    burst: int = 1


class Participants:
    """The rules of a file. Raises `ParticipantsError` when it cannot be used at the start."""

    def __init__(
        self, path: Path, *, clock: Callable[[], float] = time.monotonic, remembered: Remembered | None = None
    ) -> None:
        self._path = path
        self._clock = clock
        self._buckets = (remembered or Remembered()).buckets
        self._placed: dict[tuple[bytes, int], bool] = {}
        """Whether an address is inside a rule's networks; rules live until the file changes."""
        self._looked_at = clock()
        self._stamp = _stamp(path)
        self._default, self._rules = _read(path)

    def check(self, caller: Caller, headers: Mapping[bytes, bytes]) -> None:
        """Raises `GatewayError`: 403 for who is blocked or comes from elsewhere, 429 for who comes too often."""
        self.check_again(caller, headers)
        name = _name(caller)
        rule = self._rules.get(name, self._default)
        if rule.rate is not None:
            self._take(name, rule.rate, rule.burst)

    def check_certificate(self, certificate: ClientCertificate, headers: Mapping[bytes, bytes]) -> None:
        """Like `check`, for a certificate without a token: what holds for any of its names holds for it."""
        self._refresh()
        names = (certificate.name, certificate.serial_number, certificate.common_name)
        listed = {name: rule for name in names if (rule := self._rules.get(name)) is not None}
        counted = listed or {certificate.name: self._default}
        if any(rule.blocked for rule in counted.values()):
            raise _not_allowed("The party is blocked.")
        if not all(self._inside(headers.get(ADDRESS, b""), rule) for rule in counted.values() if rule.networks):
            raise _not_allowed("The client certificate may not be used from this address.")
        for name, rule in counted.items():
            if rule.rate is not None:
                self._take(name, rule.rate, rule.burst)

    def check_again(self, caller: Caller, headers: Mapping[bytes, bytes]) -> None:
        """Raises `GatewayError` 403 when who was let in is blocked by now, or may not come from there any more."""
        self.check_blocked(caller)
        rule = self._rules.get(_name(caller), self._default)
        if rule.networks and not self._inside(headers.get(ADDRESS, b""), rule):
            raise _not_allowed("The access token may not be used from this address.")

    def check_blocked(self, caller: Caller) -> None:
        """Raises `GatewayError` 403 when the caller, or the party that it acts for, is blocked by now."""
        self._refresh()
        party = (caller.subject, *(f"{claim}:{code}" for claim, code in caller.identifiers.items()))
        acting = party if caller.actor is None else (caller.actor,)
        blocked = any(rule.blocked for name in (*party, *acting) if (rule := self._rules.get(name)))
        # Who acts for a listed party is listed itself, or a stranger.
        if blocked or (self._default.blocked and not any(name in self._rules for name in acting)):
            raise _not_allowed("The party is blocked.")

    def _inside(self, address: bytes, rule: _Rule) -> bool:
        known = (address, id(rule))
        inside = self._placed.get(known)
        if inside is None:
            if len(self._placed) >= MAXIMUM_BUCKETS:
                self._placed.clear()
            inside = self._placed[known] = _inside(address, rule.networks)
        return inside

    def _take(self, name: str, rate: float, burst: int) -> None:
        now = self._clock()
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(burst, now)
            if len(self._buckets) > MAXIMUM_BUCKETS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(name)
        left = min(burst, bucket.left + (now - bucket.at) * rate)
        bucket.left, bucket.at = left, now
        if left < 1:
            wait = max(1, math.ceil((1 - left) / rate))
            issue = GraphQLIssue("The party asks too often.", Code.RATE_LIMITED)
            raise GatewayError(issue, headers={"Retry-After": str(wait)})
        bucket.left = left - 1

    def _refresh(self) -> None:
        now = self._clock()
        if now - self._looked_at < LOOKED_AT_EVERY:
            return
        self._looked_at = now
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._default, self._rules = _read(self._path)
        except ParticipantsError as error:
            _log.error("participants_refused", reason=str(error))
            return
        self._placed.clear()


def _name(caller: Caller) -> str:
    """Who acts. A token that names nobody is of the party that it identifies: else all of them would have one rate together."""
    return (
        caller.actor
        or caller.subject
        or " ".join(f"{claim}:{code}" for claim, code in sorted(caller.identifiers.items()))
    )


def _read(path: Path) -> tuple[_Rule, Mapping[str, _Rule]]:
    """The default and the rules by name. Raises `ParticipantsError`."""
    try:
        with path.open("rb") as file:
            document = file.read(MAXIMUM_BYTES + 1)
        if len(document) > MAXIMUM_BYTES:
            raise ParticipantsError("the file is too large")
        content = _decoded(document)
        told = msgspec.convert({} if content is None else content, _File)
        default = _rule(told.default, _Rule())
        return default, {name: _rule(entry, default) for name, entry in told.participants.items()}
    except OSError as error:
        raise ParticipantsError(f"the file cannot be read ({type(error).__name__})") from error
    except ParticipantsError:
        raise
    except ValueError as error:  # what msgspec raises is one
        # What stands in the file may identify a person; the place says enough.
        place = str(error).partition(" - at ")[2] if isinstance(error, msgspec.ValidationError) else ""
        raise ParticipantsError("the file is no list of participants" + (f", at {place}" if place else "")) from error


def _decoded(document: bytes) -> Any:
    """YAML; tried as JSON first, which is read many times faster. Raises `ParticipantsError` for what is nested like no such file, and
    for a key that stands twice.
    """
    try:
        found = msgspec.json.decode(document)
    except (msgspec.DecodeError, RecursionError):
        _check_yaml(document)
        return msgspec.yaml.decode(document) if document.strip() else None
    try:
        json.loads(document, object_pairs_hook=_once, parse_int=str, parse_float=str)
    except RecursionError:
        raise ParticipantsError("the file is nested too deeply") from None
    return found


def _once(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise _twice()


@dataclass(slots=True)
class _Collection:
    """A collection that is read. `keys`: those of a mapping so far; None for a list. `at_key`: whether the next node is one."""

    keys: set[str] | None
    at_key: bool = True

    def hold(self, node: yaml.NodeEvent) -> None:
        if self.keys is None:
            return
        if self.at_key and isinstance(node, yaml.ScalarEvent):
            if node.value in self.keys:
                raise _twice()
            self.keys.add(node.value)
        self.at_key = not self.at_key


def _check_yaml(document: bytes) -> None:
    """Libyaml builds what it reads by recursion in C, without a bound, and keeps the last of two keys."""
    within: list[_Collection] = []
    try:
        for event in yaml.parse(document, Loader=_Loader):
            if isinstance(event, yaml.CollectionEndEvent):
                within.pop()
            elif isinstance(event, yaml.NodeEvent):
                if within:
                    within[-1].hold(event)
                if isinstance(event, yaml.CollectionStartEvent):
                    within.append(_Collection(set() if isinstance(event, yaml.MappingStartEvent) else None))
            if len(within) > MAXIMUM_DEPTH:
                raise ParticipantsError("the file is nested too deeply")
    except yaml.YAMLError:
        return  # who decodes it says so


def _twice() -> ParticipantsError:
    return ParticipantsError("the file says something twice: a party, or a value of one")


def _rule(entry: _Entry, default: _Rule) -> _Rule:
    networks = default.networks
    if entry.addresses is not None:
        try:
            networks = tuple(ipaddress.ip_network(place) for place in entry.addresses)
        except ValueError as error:
            raise ParticipantsError("an address is none") from error
    rate = default.rate if entry.rate is None else entry.rate
    burst = entry.burst or (default.burst if entry.rate is None else max(1, math.ceil(entry.rate)))
    return _Rule(default.blocked if entry.blocked is None else entry.blocked, networks, rate, burst)


def _inside(address: bytes, networks: tuple[_Network, ...]) -> bool:
    try:
        place = ipaddress.ip_address(address.decode("ascii"))
    except ValueError:
        return False
    mapped = getattr(place, "ipv4_mapped", None)
    return any((mapped or place) in network for network in networks)


def _not_allowed(message: str) -> GatewayError:
    return GatewayError(GraphQLIssue(message, Code.NOT_ALLOWED))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
