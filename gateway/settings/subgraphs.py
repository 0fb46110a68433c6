"""How the gateway reaches its subgraphs."""

from __future__ import annotations

from msgspec import Struct

from gateway.settings.base import Name, Positive, Seconds

__all__ = ["SubgraphSettings"]


class SubgraphSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One subgraph. `url` replaces the one in the supergraph (`http://`, `https://` or `http+unix://%2Frun%2Fx.sock/graphql`).

    `audience` is the register's name in tokens and decision contexts; without one it gets no decision context.
    """

    url: Name | None = None
    audience: Name | None = None
    timeout: Seconds = 10.0
    connect_timeout: Seconds = 3.0
    max_connections: Positive = 64
    max_response_bytes: Positive = 32 * 1024 * 1024
