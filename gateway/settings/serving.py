"""Where clients reach the gateway, and what they and its operators see there."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from gateway.settings.base import Name, Port

__all__ = ["ExplorerSettings", "Listen", "ProxySettings", "ServerTlsSettings"]


class ServerTlsSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """TLS on the port for clients, or on a `port` of its own beside it: `certificate` and `key` (PEM). With `client_ca` (PEM) clients may show a certificate of these
    authorities, or have to when `client` is `required`.
    """

    certificate: Name
    key: Name
    client_ca: Name | None = None
    client: Literal["optional", "required"] = "optional"
    port: Port | None = None


class ProxySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Which senders are proxies of ours (addresses, networks, or `unix` for whoever uses the socket file), and the headers in which
    they tell the client's certificate (PEM with percent-encoding, or RFC 9440) and address. From anybody else these headers are
    dropped.
    """

    addresses: Annotated[tuple[Name, ...], Meta(min_length=1)]
    certificate_header: Name | None = None
    address_header: Name | None = None


class Listen(Struct, frozen=True, forbid_unknown_fields=True):
    """Where clients reach the gateway: TCP, a unix socket, or both. Port 0 takes a free one; `port: null` means no TCP.
    With an `admin_port` health, metrics and usage are there, and metrics and usage nowhere else.
    """

    host: Name = "127.0.0.1"
    port: Port | None = 8000
    unix: Name | None = None
    admin_host: Name = "127.0.0.1"
    admin_port: Port | None = None
    tls: ServerTlsSettings | None = None
    proxies: ProxySettings | None = None


class ExplorerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The page on `/`. `participants_url` and `token_url` belong to a development autorisatieserver; then the page hands out
    tokens, on this machine only unless `local_only` is off. `examples` is a folder of `.graphql` files, or a JSON file.
    """

    enabled: bool = True
    participants_url: Name | None = None
    token_url: Name | None = None
    examples: Name | None = None
    local_only: bool = True
