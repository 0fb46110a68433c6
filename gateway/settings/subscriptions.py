"""Subscriptions: how clients get them, and how subgraphs stream them (`docs/subscriptions.md`)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from gateway.settings.base import Name, Positive, Seconds

__all__ = ["StreamSettings", "SubscriptionSettings"]


class StreamSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How a subgraph streams subscriptions. `url` replaces the subgraph's own, `path` only its path; `ws://` and `wss://` are understood too.

    `connection_init`: the headers go into the payload of that message as well (WebSocket). `silence`: a stream on which nothing comes for
    so many seconds counts as broken. `attempts`: how often opening is tried. `share`: callers of one identity may share one
    stream; a subgraph that replays old events to each subscriber needs `false`.
    """

    protocol: Literal["websocket", "sse", "multipart"] = "websocket"
    url: Name | None = None
    path: Name | None = None
    connection_init: bool = True
    max_event_bytes: Positive = 1024 * 1024
    silence: Seconds | None = None
    attempts: Annotated[int, Meta(ge=1, le=10)] = 3
    share: bool = True


class SubscriptionSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Subscriptions to clients (`docs/subscriptions.md`). Times in seconds, sizes in bytes.

    `origins`: web origins that may open a WebSocket, besides the gateway's own. `overflow`: what happens to a subscriber whose buffer is full.
    `expiry_margin`: how long before its token a subscription ends. `single_connection`: SSE's mode with one stream for many operations.
    """

    websocket: bool = True
    sse: bool = True
    single_connection: bool = False
    origins: tuple[Name, ...] = ()
    init_timeout: Seconds = 10.0
    heartbeat: Seconds = 12.0
    expiry_margin: Annotated[float, Meta(ge=0)] = 1.0
    max_message_bytes: Positive = 1024 * 1024
    max_sockets: Positive = 10_000
    max_operations: Positive = 100
    max_subscriptions: Positive = 100_000
    buffer_events: Positive = 64
    buffer_bytes: Positive = 4 * 1024 * 1024
    overflow: Literal["disconnect", "drop_oldest"] = "disconnect"
