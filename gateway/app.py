"""Builds the ASGI application and its lifespan; the only place where all parts meet.

`/graphql` and `/plan` are raw ASGI callables, everything else is one Starlette application behind them. What cannot work is
found here, before a socket is opened: a supergraph that cannot be read, grants that do not fit it, a key that is none.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants, GrantsError, load_grants
from gateway.identity.caller import caller_of
from gateway.identity.context import ContextSigner, read_signing_key
from gateway.identity.jwks import KeySet, open_source
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from gateway.pipeline import Pipeline
from gateway.settings import Settings, SettingsError, check_complete
from gateway.subgraphs.endpoint import Endpoint, target_of
from gateway.subgraphs.http import HttpClient
from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.model import Supergraph
from gateway.supergraph.reader import read_supergraph
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.trace import TRACE_HEADER, trace_of
from gateway.transport.asgi import App, Message, Receive, Scope, Send
from gateway.transport.assets import load_assets
from gateway.transport.explorer import Explorer
from gateway.transport.http import GraphQLEndpoint
from gateway.transport.pages import Health, build_pages

__all__ = ["GatewayApp", "TokenAuthenticator", "build_app", "load_supergraph", "read_grants"]

_KEPT_CALLERS = 4096
_TRACE = TRACE_HEADER.lower().encode()


def build_app(settings: Settings, *, supergraph: Supergraph | None = None) -> GatewayApp:
    """Build the application. `supergraph` replaces the file of the settings. Raises `SettingsError`."""
    check_complete(settings)
    supergraph = supergraph or load_supergraph(Path(settings.supergraph or ""))
    grants = read_grants(Path(settings.grants), supergraph) if settings.grants else None
    signer = _signer(settings)
    keys = _key_sets(settings)
    metrics = Metrics() if settings.telemetry.metrics else None
    client = HttpClient(_endpoints(settings, supergraph))
    pipeline = Pipeline(
        supergraph,
        client=client,
        settings=settings,
        grants=grants,
        authenticator=TokenAuthenticator(_verifier(settings, keys), grants) if grants is not None else None,
        signer=signer,
        metrics=metrics,
    )
    if metrics is not None:
        _read_parts(metrics, pipeline, client, supergraph)
    health = Health(facts={"supergraph": supergraph.hash[:16], **({"grants": grants.release[:16]} if grants else {})})
    explorer = settings.explorer
    access_log = structlog.get_logger("gateway.access").info if settings.telemetry.access_log else None
    return GatewayApp(
        graphql=GraphQLEndpoint(pipeline.handle, limits=settings.limits, metrics=metrics, access_log=access_log),
        plan=GraphQLEndpoint(pipeline.plan, limits=settings.limits, methods=("POST",)),
        pages=build_pages(
            health=health,
            assets=load_assets() if explorer.enabled else {},
            explorer=Explorer(explorer) if explorer.enabled else None,
            metrics=metrics,
            key_set=signer.jwks if signer is not None else None,
        ),
        health=health,
        client=client,
        keys=tuple(keys.values()),
    )


@dataclass(slots=True)
class GatewayApp:
    """The ASGI application. Paths are taken from the scope, never from a URL that a header helped to make (case T11)."""

    graphql: App
    plan: App
    pages: App
    health: Health
    client: HttpClient
    keys: tuple[KeySet, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            if path == "/graphql":
                await self.graphql(scope, receive, send)
            elif path == "/plan":
                await self.plan(scope, receive, send)
            else:
                await self.pages(scope, receive, _traced(scope, send))
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            # No WebSocket is served yet; the handshake is refused before anything is read (case T08).
            await send({"type": "websocket.close", "code": 1008})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def start(self) -> None:
        """Ready to serve. What was built so far lives as long as the process: the collector need not look at it again."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        self.health.ready = True

    async def stop(self) -> None:
        """Close what was opened."""
        self.health.ready = False
        for keys in self.keys:
            await keys.aclose()
        await self.client.close()


class TokenAuthenticator:
    """Callers by access token. A verified token keeps its claims object, so a caller is made once for each."""

    def __init__(self, verifier: TokenVerifier, grants: Grants) -> None:
        self._verifier = verifier
        self._grants = grants
        self._callers: dict[int, tuple[Mapping[str, object], Caller]] = {}

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller:
        given = headers.get(b"authorization")
        claims = await self._verifier.verify(given.decode("latin-1") if given is not None else None)
        kept = self._callers.get(id(claims))
        if kept is not None and kept[0] is claims:
            return kept[1]
        caller = caller_of(claims, self._grants)
        if len(self._callers) >= _KEPT_CALLERS:
            self._callers.clear()
        self._callers[id(claims)] = (claims, caller)
        return caller


def load_supergraph(path: Path) -> Supergraph:
    """Read a supergraph file. Raises `SettingsError` with the code of what is wrong in it."""
    text = _text(path, "supergraph")
    try:
        return read_supergraph(text)
    except SupergraphError as error:
        raise SettingsError(error.code, f"{path}: {error.message}") from None


def read_grants(path: Path, supergraph: Supergraph) -> Grants:
    """Read a grants file and check it against the supergraph. Raises `SettingsError` with every line and column."""
    text = _text(path, "grants")
    try:
        return load_grants(text, supergraph)
    except GrantsError as error:
        raise SettingsError("GRANTS_INVALID", "\n".join(f"{path}:{problem}" for problem in error.problems)) from None


def _text(path: Path, key: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError("CONFIG_NOT_FOUND", f"{key}: there is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("CONFIG_UNREADABLE", f"{key}: {path} cannot be read: {error}.") from None


def _endpoints(settings: Settings, supergraph: Supergraph) -> dict[str, Endpoint]:
    unknown = sorted(settings.subgraphs.keys() - supergraph.subgraphs.keys())
    if unknown:
        message = (
            f"subgraphs.{unknown[0]}: the supergraph has no such subgraph; it has {', '.join(supergraph.subgraphs)}."
        )
        raise SettingsError("CONFIG_INVALID", message)
    found: dict[str, Endpoint] = {}
    for name, subgraph in supergraph.subgraphs.items():
        entry = settings.subgraphs.get(name)
        url = (entry.url if entry is not None else None) or subgraph.url
        try:
            target_of(url)
        except ValueError as error:
            raise SettingsError("CONFIG_INVALID", f"subgraphs.{name}.url: {error}.") from None
        found[name] = (
            Endpoint(url)
            if entry is None
            else Endpoint(
                url,
                timeout=entry.timeout,
                connect_timeout=entry.connect_timeout,
                max_connections=entry.max_connections,
                max_body=entry.max_response_bytes,
            )
        )
    return found


def _key_sets(settings: Settings) -> dict[str, KeySet]:
    issuers = settings.authorization.issuers if settings.authorization is not None else ()
    try:
        return {issuer.issuer: KeySet(open_source(issuer.jwks)) for issuer in issuers}
    except ValueError as error:
        raise SettingsError("CONFIG_INVALID", f"authorization.issuers: {error}") from None


def _verifier(settings: Settings, keys: Mapping[str, KeySet]) -> TokenVerifier:
    """Tokens for this gateway count, and tokens for one of its registers (for that register only, says the pipeline)."""
    assert settings.authorization is not None
    registers = {entry.audience for entry in settings.subgraphs.values() if entry.audience}
    issuers = [
        TrustedIssuer(
            issuer.issuer,
            issuer.audiences | registers,
            keys[issuer.issuer],
            types=frozenset(issuer.types),
            authorized_parties=frozenset(issuer.authorized_parties) if issuer.authorized_parties is not None else None,
        )
        for issuer in settings.authorization.issuers
    ]
    return TokenVerifier(
        issuers, leeway=settings.authorization.leeway, maximum_lifetime=settings.authorization.maximum_lifetime
    )


def _signer(settings: Settings) -> ContextSigner | None:
    context = settings.decision_context
    if context is None:
        return None
    try:
        return ContextSigner(read_signing_key(Path(context.key)), issuer=context.issuer)
    except FileNotFoundError:
        raise SettingsError("CONFIG_NOT_FOUND", f"decision_context.key: there is no file {context.key}.") from None
    except (OSError, ValueError) as error:
        raise SettingsError("CONFIG_INVALID", f"decision_context.key: {error}") from None


def _read_parts(metrics: Metrics, pipeline: Pipeline, client: HttpClient, supergraph: Supergraph) -> None:
    caches = pipeline.caches
    metrics.reading(
        "gateway_cache_requests_total",
        "Look-ups by cache and result.",
        lambda: [
            ({"cache": name, "result": result}, count)
            for name, cache in caches.items()
            for result, count in (("hit", cache.hits), ("miss", cache.misses))
        ],
        "counter",
    )
    metrics.reading(
        "gateway_cache_bytes",
        "Estimated size of a cache.",
        lambda: [({"cache": name}, cache.size) for name, cache in caches.items()],
    )
    metrics.reading(
        "gateway_subgraph_connections",
        "Open connections by subgraph.",
        lambda: [({"subgraph": name}, client.connections(name)[0]) for name in supergraph.subgraphs],
    )


def _traced(scope: Scope, send: Send) -> Send:
    trace_id = trace_of(dict(scope["headers"])).encode()

    async def traced(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (_TRACE, trace_id)]
        await send(message)

    return traced
