"""Under which version of federation each subgraph is composed, and which version of join the graph therefore needs.

A subgraph that links a newer specification next to an older federation is composed as if it linked the federation that
brought that specification.
Source: https://specs.apollo.dev/join/v0.5, https://www.apollographql.com/docs/graphos/reference/federation/versions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.composition.issues import Issue, hint
from gateway.composition.model import SubgraphSchema
from gateway.composition.specs import FEDERATION_1_SINCE
from gateway.supergraph.features import APOLLO

__all__ = ["check", "federation_version", "join_version"]

Version = tuple[int, int]
_OLDEST: Version = (2, 0)

# (specification, version) → the federation that came with it.
_BROUGHT_BY: dict[tuple[str, Version], Version] = {
    (f"{APOLLO}authenticated", (0, 1)): (2, 5),
    (f"{APOLLO}cost", (0, 1)): (2, 9),
    (f"{APOLLO}connect", (0, 1)): (2, 10),
    (f"{APOLLO}connect", (0, 2)): (2, 11),
    (f"{APOLLO}connect", (0, 3)): (2, 12),
    (f"{APOLLO}connect", (0, 4)): (2, 13),
}


def federation_version(subgraph: SubgraphSchema) -> Version | None:
    """The version that the subgraph is composed under; None for Federation 1 that links nothing newer."""
    brought = [
        _BROUGHT_BY[feature.identity, feature.version]
        for feature in subgraph.features
        if feature.version is not None and (feature.identity, feature.version) in _BROUGHT_BY
    ]
    return max([subgraph.version or FEDERATION_1_SINCE, *brought]) if subgraph.version is not None or brought else None


def join_version(subgraphs: Iterable[SubgraphSchema]) -> Version:
    """0.3 came with federation 2.0, 0.4 with 2.7, 0.5 with 2.8."""
    versions: list[Version] = [federation_version(subgraph) or _OLDEST for subgraph in subgraphs]
    newest = max(versions, default=_OLDEST)
    if newest >= (2, 8):
        return 0, 5
    return (0, 4) if newest >= (2, 7) else (0, 3)


def check(subgraphs: Iterable[SubgraphSchema]) -> Iterator[Issue]:
    for subgraph in subgraphs:
        version = federation_version(subgraph)
        linked = subgraph.version or FEDERATION_1_SINCE
        if version is not None and version > linked:
            older, newer = (f"v{one[0]}.{one[1]}" for one in (linked, version))
            message = f"{subgraph.name} has federation {older}, but is composed under {newer}."
            yield hint("IMPLICITLY_UPGRADED_FEDERATION_VERSION", message, subgraph.name)
