"""Who may ask: the autorisatieservers whose tokens count, and the key that the gateway speaks to registers with."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from gateway.settings.base import Name

__all__ = ["AuthorizationSettings", "DecisionContextSettings", "IssuerSettings"]


class IssuerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """An autorisatieserver whose access tokens count. `jwks` is a file or an https URL; `audience` names this gateway.

    `types` are the accepted JOSE `typ` values ("" stands for a token without one). Without `authorized_parties` the
    claim `azp` is not looked at.
    """

    issuer: Name
    jwks: Name
    audience: Name | Annotated[tuple[Name, ...], Meta(min_length=1)]
    types: tuple[str, ...] = ("at+jwt", "jwt", "")
    authorized_parties: tuple[Name, ...] | None = None

    @property
    def audiences(self) -> frozenset[str]:
        return frozenset((self.audience,) if isinstance(self.audience, str) else self.audience)


class AuthorizationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`leeway`: accepted difference of clocks; `maximum_lifetime`: longest life of a token. Both in seconds."""

    issuers: Annotated[tuple[IssuerSettings, ...], Meta(min_length=1)]
    leeway: Annotated[int, Meta(ge=0, le=60)] = 60
    maximum_lifetime: Annotated[int, Meta(gt=0, le=3600)] = 3600


class DecisionContextSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What the gateway signs decision contexts with: an Ed25519 key (PEM, PKCS 8), and its own id URL."""

    key: Name
    issuer: Name
