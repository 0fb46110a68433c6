"""Where clients reach the gateway, and what they and its operators see there."""

from __future__ import annotations

from msgspec import Struct

from gateway.settings.base import Name, Port

__all__ = ["ExplorerSettings", "Listen"]


class Listen(Struct, frozen=True, forbid_unknown_fields=True):
    """Where clients reach the gateway: TCP, a unix socket, or both. Port 0 takes a free one; `port: null` means no TCP.
    With an `admin_port` health, metrics and usage are there, and metrics and usage nowhere else.
    """

    host: Name = "127.0.0.1"
    port: Port | None = 8000
    unix: Name | None = None
    admin_host: Name = "127.0.0.1"
    admin_port: Port | None = None


class ExplorerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The page on `/`. `participants_url` and `token_url` belong to a development autorisatieserver; then the page hands out
    tokens, on this machine only unless `local_only` is off. `examples` is a folder of `.graphql` files, or a JSON file.
    """

    enabled: bool = True
    participants_url: Name | None = None
    token_url: Name | None = None
    examples: Name | None = None
    local_only: bool = True
