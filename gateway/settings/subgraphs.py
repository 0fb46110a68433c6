"""How the gateway reaches its subgraphs."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from gateway.settings.base import Name, Positive, Seconds

__all__ = ["InstanceSettings", "LocatorSettings", "OwnerSettings", "SubgraphSettings"]


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


class SubgraphSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One subgraph. `url` replaces the one in the supergraph (`http://`, `https://` or `http+unix://%2Frun%2Fx.sock/graphql`).

    `audience` is the register's name in tokens and decision contexts; without one it gets no decision context.
    With `instances` (by name) it is served by several parties, and `owners` says whose data a request is about.
    """

    url: Name | None = None
    audience: Name | None = None
    instances: dict[Name, InstanceSettings] = field(default_factory=dict[str, InstanceSettings])
    owners: OwnerSettings = OwnerSettings()
    timeout: Seconds = 10.0
    connect_timeout: Seconds = 3.0
    max_connections: Positive = 64
    max_response_bytes: Positive = 32 * 1024 * 1024
