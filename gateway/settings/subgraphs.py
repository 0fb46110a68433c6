"""How the gateway reaches its subgraphs, and what it tells them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from gateway.settings.base import Name, Positive, Seconds
from gateway.settings.subscriptions import StreamSettings

__all__ = [
    "BreakerSettings",
    "DedupeSettings",
    "HeaderSettings",
    "InstanceSettings",
    "LocatorSettings",
    "OwnerSettings",
    "SubgraphSettings",
    "TlsSettings",
]


class InstanceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One of several parties that each serve their own part of a subgraph.

    `owners` are the values that name it in arguments, keys and the locator's answers; without any, its own name does.
    """

    url: Name
    audience: Name | None = None
    owners: tuple[Name, ...] = ()


class LocatorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A root field of another subgraph that tells who owns entities of these `types`:
    `field(type_argument: String!, keys_argument: [String!]!)`, a list with an owner, a list of owners or null for each key.
    """

    subgraph: Name
    types: Annotated[tuple[Name, ...], Meta(min_length=1)]
    field: Name = "owners"
    type_argument: Name = "type"
    keys_argument: Name = "keys"


class OwnerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How the owner of what is asked is found. `arguments`: `Query.field` → paths into its arguments (`where.branch.eq`);
    `keys`: entity type → the key field that names the owner. What neither these nor the locator answer goes to all.
    """

    arguments: dict[Name, tuple[Name, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    keys: dict[Name, Name] = field(default_factory=dict[str, str])
    locator: LocatorSettings | None = None


class TlsSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """TLS to one subgraph; all files are PEM. `ca` replaces the authorities of the system. `certificate` and `key` are the
    gateway's own, for a subgraph that asks for one. `server_name` is verified instead of the host of the URL.
    """

    ca: Name | None = None
    certificate: Name | None = None
    key: Name | None = None
    server_name: Name | None = None


class BreakerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Leaves a subgraph alone for `pause` seconds when, within `window` seconds, at least `failures` fetches and at least the
    share `ratio` of all have failed; then one probe decides.
    """

    failures: Positive = 5
    ratio: Annotated[float, Meta(gt=0, le=1)] = 0.5
    window: Seconds = 10.0
    pause: Seconds = 5.0


class HeaderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Which headers travel; names in any case. `propagate` and `rename` take from the client's request, `insert` adds a fixed
    value, `remove` takes away what these would give, `respond` goes back to the client. One `*` in a name of `propagate` and
    `remove` stands for any letters.
    """

    propagate: tuple[Name, ...] = ()
    rename: dict[Name, Name] = field(default_factory=dict[str, str])
    insert: dict[Name, str] = field(default_factory=dict[str, str])
    remove: tuple[Name, ...] = ()
    respond: tuple[Name, ...] = ()


class DedupeSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Equal work that is under way together is done once. `fetches`: equal queries to a subgraph. `requests`: equal queries of
    clients, in every respect that a subgraph or a decision could see.
    """

    fetches: bool = True
    requests: bool = False


class SubgraphSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One subgraph. `url` replaces the one in the supergraph (`http://`, `https://` or `http+unix://%2Frun%2Fx.sock/graphql`).

    `audience` is the register's name in tokens and decision contexts; without one it gets no decision context.
    With `instances` (by name) it is served by several parties, and `owners` says whose data a request is about; everything
    else holds for each of them. `retry`: a query of which nothing was answered is sent once more. `compression`: gzip answers
    are asked for. `headers` are added to those of all subgraphs.
    """

    url: Name | None = None
    audience: Name | None = None
    record_keys: bool = False
    """Whether it opens keys to the record of a gateway whose decision context asks so (docs/audit.md)."""
    instances: dict[Name, InstanceSettings] = field(default_factory=dict[str, InstanceSettings])
    owners: OwnerSettings = OwnerSettings()
    timeout: Seconds = 10.0
    connect_timeout: Seconds = 3.0
    max_connections: Positive = 64
    max_response_bytes: Positive = 32 * 1024 * 1024
    keep_alive: Seconds = 60.0
    retry: bool = True
    compression: bool = False
    dedupe: bool | None = None
    """None: as `dedupe.fetches` says."""
    tls: TlsSettings | None = None
    breaker: BreakerSettings | None = None
    headers: HeaderSettings = HeaderSettings()
    subscriptions: StreamSettings = StreamSettings()
