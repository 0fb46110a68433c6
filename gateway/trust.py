"""Whose tokens count, and what the gateway signs with, as the settings say.

Loaded only where there is `authorization` or `decision_context`: cryptography is a tenth of the start of a gateway without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from cryptography.x509 import InvalidVersion, load_pem_x509_certificates

from gateway.authorization.grants import Grants
from gateway.identity.authenticator import TokenAuthenticator
from gateway.identity.binding import Binding
from gateway.identity.context import ContextSigner, read_public_key, read_signing_key
from gateway.identity.jwks import KeySet, open_source
from gateway.identity.participants import Participants, ParticipantsError
from gateway.identity.proofs import Proofs
from gateway.identity.remembered import Remembered
from gateway.identity.revocation import Revocations
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from gateway.settings import AuthorizationSettings, IssuerSettings, Settings, SettingsError

__all__ = ["authenticator_of", "key_sets_of", "revocations_of", "signer_of"]

MAXIMUM_LIST = 16 * 1024 * 1024
"""Bytes of a revocation list."""
MINIMUM_SECRET = 32

Key = TypeVar("Key")


def key_sets_of(settings: Settings, known: Mapping[tuple[str, str], KeySet]) -> dict[tuple[str, str], KeySet]:
    """The keys of issuers, by issuer and place. A set that is known stays: a new one would have to be fetched before the next token can be judged.

    Raises `SettingsError`.
    """
    issuers = settings.authorization.issuers if settings.authorization is not None else ()
    try:
        found = {}
        for issuer in issuers:
            place = issuer.issuer, issuer.jwks
            keys = known.get(place) or KeySet(open_source(issuer.jwks))
            keys.refresh_after = issuer.jwks_refresh
            found[place] = keys
        return found
    except ValueError as error:
        raise SettingsError("CONFIG_INVALID", f"authorization.issuers: {error}") from None


def authenticator_of(
    settings: Settings,
    keys: Mapping[tuple[str, str], KeySet],
    grants: Grants | None,
    revocations: Revocations | None,
    shadow: Grants | None = None,
    remembered: Remembered | None = None,
) -> TokenAuthenticator:
    """Who makes callers of requests. Raises `SettingsError`."""
    binding = _binding(settings, revocations, remembered)
    return TokenAuthenticator(_verifier(settings, keys), grants, binding, _participants(settings, remembered), shadow)


def _participants(settings: Settings, remembered: Remembered | None) -> Participants | None:
    file = settings.authorization.participants if settings.authorization is not None else None
    try:
        return Participants(Path(file), remembered=remembered) if file is not None else None
    except ParticipantsError as error:
        raise SettingsError("CONFIG_INVALID", f"authorization.participants: {error}.") from None


def _verifier(settings: Settings, keys: Mapping[tuple[str, str], KeySet]) -> TokenVerifier:
    """Tokens for this gateway count, and tokens for one of its registers (for that register only, says the pipeline).

    Raises `SettingsError`.
    """
    authorization = settings.authorization
    assert authorization is not None
    registers = {entry.audience for entry in settings.subgraphs.values() if entry.audience}
    try:
        return TokenVerifier([_trusted(issuer, authorization, registers, keys) for issuer in authorization.issuers])
    except ValueError as error:
        raise SettingsError("CONFIG_INVALID", f"authorization.issuers: {error}") from None


def _trusted(
    issuer: IssuerSettings,
    authorization: AuthorizationSettings,
    registers: set[str],
    keys: Mapping[tuple[str, str], KeySet],
) -> TrustedIssuer:
    lifetime = issuer.maximum_lifetime
    return TrustedIssuer(
        issuer.issuer,
        issuer.audiences | registers,
        keys[issuer.issuer, issuer.jwks],
        algorithms=frozenset(issuer.algorithms),
        types=frozenset(issuer.types),
        authorized_parties=frozenset(issuer.authorized_parties) if issuer.authorized_parties is not None else None,
        leeway=authorization.leeway if issuer.leeway is None else issuer.leeway,
        maximum_lifetime=authorization.maximum_lifetime if lifetime is None else lifetime,
        bindings=frozenset(issuer.bindings),
        certificate_name=issuer.certificate_name,
    )


def revocations_of(settings: Settings, before: Revocations | None) -> Revocations | None:
    """The revocation lists, where there are any. Raises `SettingsError`."""
    revocation = settings.authorization.revocation if settings.authorization is not None else None
    if revocation is None:
        return None
    try:
        authorities = load_pem_x509_certificates(Path(revocation.authorities).read_bytes())
        sources = [open_source(place, maximum=MAXIMUM_LIST, plain=True) for place in revocation.lists]
    except (OSError, ValueError, InvalidVersion) as error:
        raise SettingsError("CONFIG_INVALID", f"authorization.revocation: {error}") from None
    return Revocations(sources, authorities, refresh_after=revocation.refresh, before=before)


def _binding(settings: Settings, revocations: Revocations | None, remembered: Remembered | None) -> Binding:
    """What ties tokens to their holders. Raises `SettingsError`."""
    dpop = settings.authorization.dpop if settings.authorization is not None else None
    if dpop is None:
        return Binding(revocations=revocations)
    try:
        secret = Path(dpop.nonce_secret).read_bytes().strip() if dpop.nonce_secret is not None else None
        if secret is not None and len(secret) < MINIMUM_SECRET:
            raise ValueError(f"the nonce secret has fewer than {MINIMUM_SECRET} bytes.")
        return Binding(proofs=Proofs(dpop.urls, nonce_secret=secret, remembered=remembered), revocations=revocations)
    except (OSError, ValueError) as error:
        raise SettingsError("CONFIG_INVALID", f"authorization.dpop: {error}") from None


def signer_of(settings: Settings) -> ContextSigner | None:
    """What signs decision contexts, where there is a key. Raises `SettingsError`."""
    context = settings.decision_context
    if context is None:
        return None
    key = _key_at("decision_context.key", read_signing_key, context.key)
    published = [_key_at("decision_context.published", read_public_key, place) for place in context.published]
    return ContextSigner(key, issuer=context.issuer, published=published)


def _key_at(setting: str, read: Callable[[Path], Key], place: str) -> Key:
    try:
        return read(Path(place))
    except FileNotFoundError:
        raise SettingsError("CONFIG_NOT_FOUND", f"{setting}: there is no file {place}.") from None
    except (OSError, ValueError) as error:
        raise SettingsError("CONFIG_INVALID", f"{setting}: {error}") from None
