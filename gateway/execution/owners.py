"""The instances of a subgraph as values: whom each serves, how an owner is located, and what a request says of owners."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.planning.instances import OwnerSource, RootTarget

__all__ = ["Instances", "Locator", "owners_in"]


@dataclass(frozen=True, slots=True)
class Locator:
    """A root field of another subgraph that tells who has an entity.

    `field(type_argument: String!, keys_argument: [String!]!)` answers with a list as long as the keys: for each the owner,
    a list of owners, or null. A key of one field is sent as its value, any other as JSON with sorted names.
    """

    subgraph: str
    field: str = "owners"
    type_argument: str = "type"
    keys_argument: str = "keys"


@dataclass(frozen=True, slots=True)
class Instances:
    """The instances of one subgraph. `endpoints` in configured order; `owners`: owner → the endpoint that serves it."""

    endpoints: tuple[str, ...]
    owners: Mapping[str, str] = field(default_factory=dict[str, str])
    locator: Locator | None = None

    def of(self, owners: Iterable[str]) -> tuple[str, ...]:
        """The endpoints of these owners, in configured order; empty when one of them has none."""
        found = {self.owners.get(owner, "") for owner in owners}
        return () if "" in found else tuple(endpoint for endpoint in self.endpoints if endpoint in found)

    def stand_in(self, key: bytes) -> str:
        """The endpoint that is asked for a key that nobody owns; always the same one for a key."""
        return self.endpoints[zlib.crc32(key) % len(self.endpoints)]


def owners_in(target: RootTarget, variables: Mapping[str, Any]) -> tuple[str, ...]:
    """The owners that a request names, of the first source that has any."""
    for sources in target.sources:
        found = tuple(dict.fromkeys(owner for source in sources for owner in _values(source, variables)))
        if found:
            return found
    return ()


def _values(source: OwnerSource, variables: Mapping[str, Any]) -> Iterable[str]:
    if not source.variable:
        yield from source.values
        return
    value: Any = variables.get(source.variable)
    for name in source.path:
        value = value.get(name) if isinstance(value, Mapping) else None
    for item in value if isinstance(value, list) else (value,):
        if isinstance(item, (str, int)):
            yield str(item)
