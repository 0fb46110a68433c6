"""From settings to the endpoints of all subgraphs, and of the decision point that is asked: URL, limits, TLS, breaker and headers, each checked before
it is used.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.authorization.grants import Grants
from gateway.instances import places
from gateway.settings import HeaderSettings, Settings, SettingsError, SubgraphSettings, TlsSettings
from gateway.subgraphs.breaker import BreakerPolicy
from gateway.subgraphs.endpoint import Endpoint, target_of
from gateway.subgraphs.headers import HeaderRules, compile_rules
from gateway.subgraphs.tls import Tls, client_tls
from gateway.supergraph.model import Supergraph
from gateway.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from gateway.consulting import Consultant

__all__ = ["consultant_of", "endpoints_of"]

_PLAIN = SubgraphSettings()


def endpoints_of(settings: Settings, supergraph: Supergraph) -> dict[str, Endpoint]:
    """The endpoint of each subgraph of `supergraph`. Raises `SettingsError`, naming the key."""
    unknown = sorted(settings.subgraphs.keys() - supergraph.subgraphs.keys())
    if unknown:
        known = ", ".join(supergraph.subgraphs)
        message = f"subgraphs.{unknown[0]}: the supergraph has no such subgraph; it has {known}."
        raise SettingsError("CONFIG_INVALID", message)
    found: dict[str, Endpoint] = {}
    for name, subgraph in supergraph.subgraphs.items():
        entry = settings.subgraphs.get(name, _PLAIN)
        plain = _endpoint(name, entry.url or subgraph.url, entry, settings)
        for endpoint, instance in places(name, entry):
            url = plain.url if instance is None else instance.url
            key = endpoint if instance is None else endpoint.replace("/", ".instances.")
            _check(name, f"subgraphs.{key}.url", url, entry)
            found[endpoint] = replace(plain, url=url)
    return found


def consultant_of(settings: Settings, grants: Grants | None, metrics: Metrics | None) -> Consultant | None:
    """Who asks the decision point that has to agree, where there is one. Raises `SettingsError`, naming the key."""
    external = settings.external_decision_point
    if external is None:
        return None
    from gateway.consulting import Consultant

    key = "external_decision_point"
    try:
        target = target_of(external.url)
    except ValueError as error:
        raise _wrong(f"{key}.url", str(error).replace("subgraph", "decision point")) from None
    if external.tls is not None and not target.tls:
        raise _wrong(f"{key}.tls", f"given, but {key}.url does not start with https://")
    endpoint = Endpoint(
        external.url,
        timeout=external.timeout,
        connect_timeout=min(external.connect_timeout, external.timeout),
        max_connections=external.max_connections,
        max_body=external.max_response_bytes,
        tls=_tls(key, external.tls),
        dedupe=False,
    )
    token = _token(f"{key}.token", Path(external.token)) if external.token is not None else None
    return Consultant(external, endpoint, grants=grants, token=token, metrics=metrics)


def _token(key: str, path: Path) -> str:
    try:
        token = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(key, f"{path} cannot be read: {getattr(error, 'strerror', None) or 'not ASCII'}") from None
    if not token or any(letter.isspace() for letter in token):
        raise _wrong(key, f"{path} holds no token")
    return token


def _check(name: str, key: str, url: str, entry: SubgraphSettings) -> None:
    try:
        target = target_of(url)
    except ValueError as error:
        raise _wrong(key, error) from None
    if entry.tls is not None and not target.tls:
        raise _wrong(f"subgraphs.{name}.tls", f"given, but {key} does not start with https://")


def _endpoint(name: str, url: str, entry: SubgraphSettings, settings: Settings) -> Endpoint:
    """Of a subgraph, or of each of its instances: what is said of a subgraph holds for all parties that serve it."""
    breaker = entry.breaker
    return Endpoint(
        url,
        timeout=entry.timeout,
        connect_timeout=entry.connect_timeout,
        max_connections=entry.max_connections,
        max_body=entry.max_response_bytes,
        keep_alive=entry.keep_alive,
        tls=_tls(f"subgraphs.{name}", entry.tls),
        retry=entry.retry,
        compression=entry.compression,
        dedupe=settings.dedupe.fetches if entry.dedupe is None else entry.dedupe,
        breaker=BreakerPolicy(breaker.failures, breaker.ratio, breaker.window, breaker.pause) if breaker else None,
        rules=_rules(name, settings.headers, entry.headers),
    )


def _tls(key: str, tls: TlsSettings | None) -> Tls | None:
    if tls is None:
        return None
    try:
        return client_tls(ca=tls.ca, certificate=tls.certificate, key=tls.key, server_name=tls.server_name)
    except ValueError as error:
        raise _wrong(f"{key}.tls", error) from None


def _rules(name: str, everywhere: HeaderSettings, here: HeaderSettings) -> HeaderRules:
    """What holds for all subgraphs, and on top of it what is said of one."""
    try:
        return compile_rules(
            propagate=(*everywhere.propagate, *here.propagate),
            rename={**everywhere.rename, **here.rename},
            insert={**everywhere.insert, **here.insert},
            remove=(*everywhere.remove, *here.remove),
            respond=(*everywhere.respond, *here.respond),
        )
    except ValueError as error:
        own = here != HeaderSettings()
        raise _wrong(f"subgraphs.{name}.headers" if own else "headers", error) from None


def _wrong(key: str, problem: object) -> SettingsError:
    return SettingsError("CONFIG_INVALID", f"{key}: {problem}.")
