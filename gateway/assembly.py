"""Puts together everything that serves one supergraph under one configuration: an `Assembly`, replaced as a whole.

What cannot work is found here, before anything of it is used: a supergraph that cannot be read, grants that do not fit it, a key
that is none. Nothing touches the event loop, so that the next assembly can be made in a worker thread while the one before serves;
connections to subgraphs and key sets that did not change are taken over from it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.authorization.files import ChainError, chain_of
from gateway.authorization.grants import Grants, GrantsError, load_grants
from gateway.endpoints import consultant_of, endpoints_of
from gateway.identity.remembered import Remembered
from gateway.instances import opened_to, served
from gateway.pipeline import Pipeline
from gateway.requests import GraphQLRequest
from gateway.settings import Settings, SettingsError, TelemetrySettings, check_complete
from gateway.shadowing import Shadow
from gateway.subgraphs.http import HttpClient
from gateway.subgraphs.streams.configured import stream_client
from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.model import Supergraph
from gateway.supergraph.reader import read_supergraph
from gateway.telemetry.logs import RequestLog, get_log
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.spans import Spans
from gateway.transport.asgi import App
from gateway.transport.assets import load_assets
from gateway.transport.closing import Closing
from gateway.transport.explorer import Explorer
from gateway.transport.http import Events, GraphQLEndpoint
from gateway.transport.operators import operator_routes, read_guard
from gateway.transport.pages import Health, build_pages
from gateway.transport.peers import Peers
from gateway.trusted import TrustedDocuments, read_manifest

if TYPE_CHECKING:
    from gateway.audit.configured import Audit
    from gateway.audit.recorder import Recorder
    from gateway.consulting import Consultant
    from gateway.identity.authenticator import TokenAuthenticator
    from gateway.identity.context import ContextSigner
    from gateway.identity.jwks import KeySet
    from gateway.identity.revocation import Revocations
    from gateway.releases import Demanded
    from gateway.transport.decisions import DecisionPoint

__all__ = ["Assembly", "Lasting", "assemble", "load_supergraph", "read_grants"]

_log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class Lasting:
    """What outlives an assembly: it belongs to the process."""

    health: Health
    metrics: Metrics | None = None
    spans: Spans | None = None
    events: Events | None = None
    audit: Audit | None = None
    remembered: Remembered = field(default_factory=Remembered)


@dataclass(slots=True, eq=False)
class Assembly:
    """`running` counts the requests that are inside; one that was replaced is closed when the last of them has left."""

    settings: Settings
    supergraph: Supergraph
    grants: Grants | None
    shadow: Shadow | None
    consultant: Consultant | None
    pipeline: Pipeline
    client: HttpClient
    keys: Mapping[tuple[str, str], KeySet]
    """By issuer and place."""
    graphql: App
    plan: App
    pages: App
    decisions: DecisionPoint | None
    """Answers evaluations of others, where the gateway does."""
    admin: App
    """What the port for operators shows, where there is one."""
    closing: Closing
    """Told to what lasts: subscriptions."""
    peers: Peers | None = None
    """Tells of clients, where somebody asks who they are."""
    revocations: Revocations | None = None
    signer: ContextSigner | None = None
    release: Demanded | None = None
    made_at: float = field(default_factory=time.time)
    running: int = 0
    retired: bool = False

    @property
    def facts(self) -> dict[str, str]:
        """What is served, by hash: for readiness, logs and metrics."""
        found = {"supergraph": self.supergraph.hash[:16]}
        if self.grants is not None:
            found["grants"] = self.grants.release[:16]
        if self.shadow is not None:
            found["shadow"] = self.shadow.second.release[:16]
        return found

    async def close(self, others: Iterable[Assembly] = ()) -> None:
        """Close what was opened, but for what one of `others` has taken over."""
        shared = {keys for other in others for keys in other.keys.values()}
        for keys in self.keys.values():
            if keys not in shared:
                await keys.aclose()
        if self.revocations is not None:
            await self.revocations.aclose()
        if self.consultant is not None:
            await self.consultant.close()
        await self.pipeline.subscriptions.aclose()
        await self.client.close()


def assemble(
    settings: Settings, lasting: Lasting, *, supergraph: Supergraph | None = None, before: Assembly | None = None
) -> Assembly:
    """Make an assembly. `supergraph` replaces the file of the settings. Raises `SettingsError`."""
    check_complete(settings)
    release = _released(settings, before)
    supergraph = _graph(settings, supergraph, release)
    grants = read_grants(Path(settings.grants), supergraph, release) if settings.grants else None
    shadow = _shadow(settings, lasting.metrics, supergraph, grants)
    keys, authenticator, signer, revocations = _trusted(settings, lasting, grants, before, shadow)
    peers = _peers(settings)
    explorer = Explorer(settings.explorer) if settings.explorer.enabled else None
    access_log = _access_log(settings.telemetry)
    metrics = lasting.metrics
    operators = operator_routes(metrics, read_guard(settings.telemetry)) if metrics is not None else ()
    endpoints = endpoints_of(settings, supergraph)
    trusted, parties = _documents(settings, release), served(settings, supergraph)
    recorder = _recorder(settings, lasting, supergraph, grants)
    consultant = consultant_of(settings, grants, metrics)
    # Nothing is refused from here on: a client that shares connections must come into an assembly, which closes it.
    client = HttpClient(endpoints, before=before.client if before is not None else None)
    pipeline = Pipeline(
        supergraph,
        client=client,
        settings=settings,
        grants=grants,
        authenticator=authenticator,
        signer=signer,
        metrics=metrics,
        spans=lasting.spans,
        served=parties,
        trusted=trusted,
        streams=stream_client(settings, endpoints),
        recorder=recorder,
        shadow=shadow,
        consultant=consultant,
    )
    if before is not None:
        pipeline.expect(before.pipeline)
    if trusted is not None:
        _warm(pipeline, trusted, settings.lifecycle.warm_documents)
    decisions = _decision_point(settings, pipeline, supergraph, grants, authenticator, metrics, recorder)
    return Assembly(
        settings=settings,
        supergraph=supergraph,
        grants=grants,
        shadow=shadow,
        consultant=consultant,
        pipeline=pipeline,
        client=client,
        keys=keys,
        graphql=GraphQLEndpoint(
            pipeline.handle,
            limits=settings.limits,
            metrics=metrics,
            spans=lasting.spans,
            access_log=access_log,
            methods=("POST",) if settings.profile == "network" else ("GET", "POST"),
            events=lasting.events,
            network=settings.profile == "network",
        ),
        plan=GraphQLEndpoint(pipeline.plan, limits=settings.limits, methods=("POST",)),
        pages=build_pages(
            health=lasting.health,
            assets=load_assets() if explorer is not None else {},
            explorer=explorer,
            operators=() if settings.listen.admin_port is not None else operators,
            key_set=signer.jwks if signer is not None else None,
            decision_point=decisions.configuration if decisions is not None else None,
        ),
        decisions=decisions,
        admin=build_pages(health=lasting.health, assets={}, operators=operators),
        closing=Closing(),
        peers=peers,
        revocations=revocations,
        signer=signer,
        release=release,
    )


def _graph(settings: Settings, made: Supergraph | None, release: Demanded | None) -> Supergraph:
    covered = release if release is not None and "supergraph" in release.covers else None
    if made is None:
        return load_supergraph(Path(settings.supergraph or ""), covered)
    if covered is not None:
        raise SettingsError(
            "CONFIG_INVALID", "release.covers: a graph that is composed at the start is no signed file."
        )
    return made


def load_supergraph(path: Path, release: Demanded | None = None) -> Supergraph:
    """Read a supergraph file, which has to be in the `release`, if one covers it. Raises `SettingsError` with the code of what is wrong in it."""
    text = _text(path, "supergraph")
    if release is not None:
        release.check(path, text.encode())
    try:
        return read_supergraph(text)
    except SupergraphError as error:
        raise SettingsError(error.code, f"{path}: {error.message}") from None


def read_grants(path: Path, supergraph: Supergraph, release: Demanded | None = None, *, key: str = "grants") -> Grants:
    """Read a grants file, and those that it extends, and check them against the supergraph; each has to be in the `release`, if one is demanded.

    Raises `SettingsError` with every line and column.
    """
    grants: Grants | None = None
    try:
        for file, text in chain_of(path):
            if release is not None:
                release.check(file, text.encode())
            try:
                grants = load_grants(text, supergraph, grants.file if grants is not None else None)
            except GrantsError as error:
                raise ChainError(file, error) from None
    except ChainError as error:
        raise SettingsError("GRANTS_INVALID", str(error)) from None
    except FileNotFoundError as error:
        raise SettingsError("CONFIG_NOT_FOUND", f"{key}: there is no file {error.filename}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("CONFIG_UNREADABLE", f"{key}: {path} cannot be read: {error}.") from None
    assert grants is not None
    return grants


def _text(path: Path, key: str) -> str:
    try:
        return path.read_bytes().decode("utf-8")  # as signed: no line end is changed
    except FileNotFoundError:
        raise SettingsError("CONFIG_NOT_FOUND", f"{key}: there is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("CONFIG_UNREADABLE", f"{key}: {path} cannot be read: {error}.") from None


def _trusted(
    settings: Settings, lasting: Lasting, grants: Grants | None, before: Assembly | None, shadow: Shadow | None
) -> tuple[Mapping[tuple[str, str], KeySet], TokenAuthenticator | None, ContextSigner | None, Revocations | None]:
    if settings.authorization is None and settings.decision_context is None:
        return {}, None, None, None
    from gateway.trust import authenticator_of, key_sets_of, revocations_of, signer_of

    signer = signer_of(settings)
    keys = key_sets_of(settings, before.keys if before is not None else {})
    revocations = revocations_of(settings, _judging(settings, before))
    if settings.authorization is None:
        return keys, None, signer, revocations
    second = shadow.second if shadow is not None else None
    authenticator = authenticator_of(settings, keys, grants, revocations, second, lasting.remembered)
    return keys, authenticator, signer, revocations


def _judging(settings: Settings, before: Assembly | None) -> Revocations | None:
    """What judged certificates until now, if it did so by the same lists."""
    now, then = settings.authorization, before.settings.authorization if before is not None else None
    if before is None or now is None or then is None or now.revocation != then.revocation:
        return None
    return before.revocations


def _shadow(
    settings: Settings, metrics: Metrics | None, supergraph: Supergraph, grants: Grants | None
) -> Shadow | None:
    """What decides nothing needs no signatures."""
    if settings.shadow_grants is None or grants is None:
        return None
    return Shadow(grants, read_grants(Path(settings.shadow_grants), supergraph, key="shadow_grants"), metrics)


def _decision_point(
    settings: Settings,
    pipeline: Pipeline,
    supergraph: Supergraph,
    grants: Grants | None,
    authenticator: TokenAuthenticator | None,
    metrics: Metrics | None,
    recorder: Recorder | None,
) -> DecisionPoint | None:
    if settings.decision_point is None or settings.authorization is None or authenticator is None:
        return None
    from gateway.audit.evaluations import Evaluations
    from gateway.judging import GraphJudge
    from gateway.transport.decisions import DecisionPoint

    audience = min(settings.authorization.issuers[0].audiences)
    return DecisionPoint(
        GraphJudge(pipeline, supergraph, grants, audience=audience),
        authenticator,
        settings.decision_point,
        settings.limits,
        metrics=metrics,
        access_log=get_log("gateway.access").info if settings.telemetry.access_log else None,
        journal=Evaluations(recorder, supergraph, grants) if recorder is not None else None,
    )


def _peers(settings: Settings) -> Peers | None:
    if settings.authorization is None and settings.listen.proxies is None:
        return None
    try:
        return Peers(settings.listen.proxies)
    except ValueError as error:
        raise SettingsError("CONFIG_INVALID", f"listen.proxies.addresses: {error}.") from None


def _recorder(settings: Settings, lasting: Lasting, supergraph: Supergraph, grants: Grants | None) -> Recorder | None:
    if settings.audit is None:
        return None
    if lasting.audit is None:
        raise SettingsError("CONFIG_INVALID", "audit: a journal is opened at the start only; restart the gateway.")
    from gateway.audit.recorder import Recorder

    opened = opened_to(settings)
    try:
        return Recorder(lasting.audit.journal, settings.audit, lasting.audit.hasher, supergraph, grants, opened)
    except ValueError as error:
        raise SettingsError("CONFIG_INVALID", f"audit.persons: {error}.") from None


def _released(settings: Settings, before: Assembly | None) -> Demanded | None:
    if settings.release is None:
        return None
    from gateway.releases import demanded

    known = before.release if before is not None else None
    return demanded(settings.release, known.release if known is not None else None)


def _documents(settings: Settings, release: Demanded | None) -> TrustedDocuments | None:
    documents = settings.documents
    if documents.mode == "off" or documents.manifest is None:
        return None
    try:
        manifest = Path(documents.manifest)
        content = manifest.read_bytes()
        if release is not None and "documents" in release.covers:
            release.check(manifest, content)
        return read_manifest(manifest, only=documents.mode == "only", content=content)
    except FileNotFoundError:
        raise SettingsError("CONFIG_NOT_FOUND", f"documents.manifest: there is no file {documents.manifest}.") from None
    except (OSError, ValueError) as error:
        raise SettingsError("CONFIG_INVALID", f"documents.manifest: {error}.") from None


def _warm(pipeline: Pipeline, trusted: TrustedDocuments, limit: int) -> None:
    """Plan what will be asked. A client of an older or a newer graph may have documents that this one cannot answer."""
    unfit = sum(not pipeline.prepare(GraphQLRequest(text)) for text in islice(sorted(trusted.known), limit))
    if unfit:
        _log.warning("documents_unfit", count=unfit)


def _access_log(telemetry: TelemetrySettings) -> RequestLog | None:
    if not telemetry.access_log:
        return None
    return RequestLog(
        get_log("gateway.access"), sample=telemetry.access_log_sample, slow_seconds=telemetry.slow_seconds
    )
