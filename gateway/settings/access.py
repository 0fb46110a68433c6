"""Who may ask: the autorisatieservers whose tokens count, what ties a token to its holder, and the key that the gateway speaks to
registers with.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from gateway.settings.base import Name, Positive, Seconds

__all__ = [
    "AuthorizationSettings",
    "DecisionContextSettings",
    "DpopSettings",
    "IssuerSettings",
    "PolicySettings",
    "ReleaseSettings",
    "RevocationSettings",
]

Leeway = Annotated[int, Meta(ge=0, le=60)]
Lifetime = Annotated[int, Meta(gt=0, le=3600)]


class IssuerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """An autorisatieserver whose access tokens count. `jwks` is a file or an https URL; `audience` names this gateway.

    `types` are the accepted JOSE `typ` values ("" stands for a token without one). Without `authorized_parties` the
    claim `azp` is not looked at. `leeway` and `maximum_lifetime` win over those of `authorization`. `bindings`: when given, each
    token must be bound in one of these ways. `certificate_name`: the attribute of a client certificate's subject that must be
    the party in the token.
    """

    issuer: Name
    jwks: Name
    audience: Name | Annotated[tuple[Name, ...], Meta(min_length=1)]
    types: tuple[str, ...] = ("at+jwt", "jwt", "")
    authorized_parties: tuple[Name, ...] | None = None
    algorithms: Annotated[
        tuple[Literal["RS256", "PS256", "ES256", "EdDSA"], ...],
        Meta(min_length=1),
    ] = ("RS256", "PS256", "ES256", "EdDSA")
    leeway: Leeway | None = None
    maximum_lifetime: Lifetime | None = None
    jwks_refresh: Seconds = 300.0
    bindings: tuple[Literal["certificate", "dpop"], ...] = ()
    certificate_name: Literal["common_name", "serial_number"] | None = None

    @property
    def audiences(self) -> frozenset[str]:
        return frozenset((self.audience,) if isinstance(self.audience, str) else self.audience)


class DpopSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Proofs of possession (RFC 9449). `urls`: where clients reach this gateway, as they know it. With `nonce_secret`, a file that
    all gateways share, proofs need a nonce.
    """

    urls: Annotated[tuple[Name, ...], Meta(min_length=1)]
    nonce_secret: Name | None = None


class RevocationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`lists`: files or URLs of revocation lists; `authorities`: a file with the authorities (PEM) that sign them. A client
    certificate of an authority without a current list does not count. `refresh`: seconds until they are read again.
    """

    lists: Annotated[tuple[Name, ...], Meta(min_length=1)]
    authorities: Name
    refresh: Seconds = 3600.0


class PolicySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the graph's `@policy` of this name lets through: callers with all `scopes` and, where given, one of the `roles`."""

    scopes: tuple[Name, ...] = ()
    roles: tuple[Name, ...] = ()


class AuthorizationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`leeway`: accepted difference of clocks; `maximum_lifetime`: longest life of a token. Both in seconds. `participants`: a file
    that says from where, how often and whether at all each party may come. A policy that is
    not among `policies` is met by nobody. `explain_scope`: who holds it may ask which grants opened or refused each coordinate
    (`extensions.authorization`); without it nobody may.
    """

    issuers: Annotated[tuple[IssuerSettings, ...], Meta(min_length=1)]
    leeway: Leeway = 60
    maximum_lifetime: Lifetime = 3600
    participants: Name | None = None
    dpop: DpopSettings | None = None
    revocation: RevocationSettings | None = None
    policies: dict[Name, PolicySettings] = field(default_factory=dict[str, PolicySettings])
    explain_scope: Name | None = None


class ReleaseSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A signed release (`gateway grants sign`) that the grants have to be of. `keys`: Ed25519 public keys (PEM) of those who may
    sign; so many `signatures` of different keys are needed. With `set` it must have that name. All its files have to be there as they were signed.
    No version before `at_least` counts, also after a restart. `covers`: what else of this configuration has to be among them: the composed
    graph, the manifest of trusted documents.
    """

    file: Name
    keys: Annotated[tuple[Name, ...], Meta(min_length=1)]
    signatures: Annotated[int, Meta(ge=1, le=16)] = 1
    set: Name | None = None
    at_least: Positive | None = None
    covers: tuple[Literal["supergraph", "documents"], ...] = ()


class DecisionContextSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What the gateway signs decision contexts with: an Ed25519 key (PEM, PKCS 8), and its own id URL. `published`: public keys (PEM) that registers
    are told beside it, of the key that comes next or of the one before, so that no fetch fails while it changes.
    """

    key: Name
    issuer: Name
    published: tuple[Name, ...] = ()
