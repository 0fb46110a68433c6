"""Decisions across a line (OpenID AuthZEN, `docs/authzen.md`): the gateway decides for others, and others have to agree with it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from gateway.settings.base import Name, Positive, Seconds
from gateway.settings.subgraphs import TlsSettings

__all__ = ["DecisionPointSettings", "ExternalDecisionPointSettings"]


class DecisionPointSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The gateway answers evaluations. `url` is its name and place for those who ask (https). They need an access token with `scope`, or one of the client
    `certificates`, named by thumbprint (base64url SHA-256, as in `cnf.x5t#S256`).
    """

    url: Name
    scope: Name | None = None
    certificates: tuple[Name, ...] = ()
    max_evaluations: Positive = 50


class ExternalDecisionPointSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A decision point that has to agree with each operation. `url`: of its evaluation endpoint. `token`: a file with the bearer token that it is shown.

    `send`: what it is told besides role, kind and signature of the operation. `identifiers`: kinds of identifiers whose values may be told; without any
    the subject is its role. `purpose_header`: where a client says what for. With `cache_seconds` a decision is kept, never beyond its token.
    """

    url: Name
    timeout: Seconds = 1.0
    connect_timeout: Seconds = 0.5
    max_connections: Positive = 16
    max_response_bytes: Positive = 65536
    tls: TlsSettings | None = None
    token: Name | None = None
    identifiers: tuple[Name, ...] = ()
    send: tuple[Literal["scopes", "coordinates", "actor"], ...] = ("scopes", "coordinates")
    purpose_header: Name | None = None
    cache_seconds: Annotated[float, Meta(ge=0, le=3600)] = 0.0
