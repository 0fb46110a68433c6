"""Where and how a subgraph streams the answers of a subscription."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from gateway.subgraphs.endpoint import Target
from gateway.subgraphs.tls import Tls

__all__ = ["Payload", "StreamEndpoint", "StreamProtocol"]

StreamProtocol = Literal["websocket", "sse", "multipart"]
Payload = dict[str, Any]
"""One event: `data` and `errors`, as a response has them."""


@dataclass(frozen=True, slots=True)
class StreamEndpoint:
    """Where and how a subgraph streams. Times in seconds, sizes in bytes.

    `timeout` is for opening: until the connection is acknowledged, or the head of the response is there. `silence`: a stream on which
    nothing came for so long, heartbeats included, counts as broken; None never. `init`: the headers go into the payload of
    `connection_init` as well.
    """

    target: Target
    protocol: StreamProtocol = "websocket"
    init: bool = True
    timeout: float = 10.0
    connect_timeout: float = 3.0
    max_event: int = 1024 * 1024
    silence: float | None = None
    attempts: int = 3
    tls: Tls | None = None
