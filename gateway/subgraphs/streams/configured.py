"""Where the streams of subgraphs come from, as the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

from gateway.settings import Settings, SettingsError, StreamSettings
from gateway.subgraphs.endpoint import Endpoint, Target, target_of
from gateway.subgraphs.streams.endpoint import StreamEndpoint
from gateway.subgraphs.streams.source import StreamClient

__all__ = ["stream_client"]

_SCHEMES = {"ws": "http", "wss": "https", "ws+unix": "http+unix"}


def stream_client(settings: Settings, endpoints: Mapping[str, Endpoint]) -> StreamClient:
    """The client for streams of subgraphs; `endpoints` are those of their fetches. Raises `SettingsError`."""
    chosen = {name: entry.subscriptions for name, entry in settings.subgraphs.items()}
    for name, entry in settings.subgraphs.items():
        # Endpoints of instances are named `subgraph/instance`; what the subgraph says holds for each.
        chosen |= {f"{name}/{instance}": entry.subscriptions for instance in entry.instances}
    return StreamClient(
        {name: _endpoint(name, endpoint, chosen.get(name, StreamSettings())) for name, endpoint in endpoints.items()}
    )


def _endpoint(name: str, endpoint: Endpoint, chosen: StreamSettings) -> StreamEndpoint:
    return StreamEndpoint(
        target=_target(name, endpoint, chosen),
        protocol=chosen.protocol,
        init=chosen.connection_init,
        timeout=endpoint.timeout,
        connect_timeout=endpoint.connect_timeout,
        max_event=chosen.max_event_bytes,
        silence=chosen.silence,
        attempts=chosen.attempts,
        tls=endpoint.tls,
    )


def _target(name: str, endpoint: Endpoint, chosen: StreamSettings) -> Target:
    parts = urlsplit(chosen.url or endpoint.url)
    url = urlunsplit(parts._replace(scheme=_SCHEMES.get(parts.scheme, parts.scheme)))
    try:
        target = target_of(url)
    except ValueError as error:
        raise SettingsError("CONFIG_INVALID", f"subgraphs.{name}.subscriptions.url: {error}.") from None
    if chosen.path is None:
        return target
    if not chosen.path.startswith("/") or not chosen.path.isascii() or not chosen.path.isprintable():
        message = f"subgraphs.{name}.subscriptions.path: expected a path that starts with a slash."
        raise SettingsError("CONFIG_INVALID", message)
    return replace(target, path=chosen.path)
