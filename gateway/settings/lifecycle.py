"""From start to stop."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from gateway.settings.base import Seconds

__all__ = ["LifecycleSettings"]


class LifecycleSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """With `watch` the files are looked at each `watch_seconds`, and read anew when they changed; SIGHUP does so at once.
    `warm_documents` of the graph that serves are prepared on the next one before it takes over. At SIGTERM the gateway is no
    longer ready; it takes connections for another `drain_seconds`, then running requests get `grace_seconds`.
    """

    watch: bool = True
    watch_seconds: Seconds = 1.0
    warm_documents: Annotated[int, Meta(ge=0)] = 500
    drain_seconds: Annotated[float, Meta(ge=0)] = 0.0
    grace_seconds: Seconds = 10.0
