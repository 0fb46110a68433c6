"""Whose tokens count, and what the gateway signs with, as the settings say.

Loaded only where there is `authorization` or `decision_context`: cryptography is a tenth of the start of a gateway without.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway.identity.authenticator import TokenAuthenticator
from gateway.identity.context import ContextSigner, read_signing_key
from gateway.identity.jwks import KeySet, open_source
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from gateway.settings import Settings, SettingsError

__all__ = ["TokenAuthenticator", "key_sets_of", "signer_of", "verifier_of"]


def key_sets_of(settings: Settings, known: Mapping[tuple[str, str], KeySet]) -> dict[tuple[str, str], KeySet]:
    """The keys of issuers, by issuer and place. A set that is known stays: a new one would have to be fetched before the next token can be judged.

    Raises `SettingsError`.
    """
    issuers = settings.authorization.issuers if settings.authorization is not None else ()
    places = [(issuer.issuer, issuer.jwks) for issuer in issuers]
    try:
        return {place: known.get(place) or KeySet(open_source(place[1])) for place in places}
    except ValueError as error:
        raise SettingsError("CONFIG_INVALID", f"authorization.issuers: {error}") from None


def verifier_of(settings: Settings, keys: Mapping[tuple[str, str], KeySet]) -> TokenVerifier:
    """Tokens for this gateway count, and tokens for one of its registers (for that register only, says the pipeline)."""
    assert settings.authorization is not None
    registers = {entry.audience for entry in settings.subgraphs.values() if entry.audience}
    issuers = [
        TrustedIssuer(
            issuer.issuer,
            issuer.audiences | registers,
            keys[issuer.issuer, issuer.jwks],
            types=frozenset(issuer.types),
            authorized_parties=frozenset(issuer.authorized_parties) if issuer.authorized_parties is not None else None,
        )
        for issuer in settings.authorization.issuers
    ]
    return TokenVerifier(
        issuers, leeway=settings.authorization.leeway, maximum_lifetime=settings.authorization.maximum_lifetime
    )


def signer_of(settings: Settings) -> ContextSigner | None:
    """What signs decision contexts, where there is a key. Raises `SettingsError`."""
    context = settings.decision_context
    if context is None:
        return None
    try:
        return ContextSigner(read_signing_key(Path(context.key)), issuer=context.issuer)
    except FileNotFoundError:
        raise SettingsError("CONFIG_NOT_FOUND", f"decision_context.key: there is no file {context.key}.") from None
    except (OSError, ValueError) as error:
        raise SettingsError("CONFIG_INVALID", f"decision_context.key: {error}") from None
