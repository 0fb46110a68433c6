"""All of `gateway.yaml` as one value."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from gateway.settings.access import AuthorizationSettings, DecisionContextSettings, ReleaseSettings
from gateway.settings.audit import AuditSettings
from gateway.settings.base import Name
from gateway.settings.decisions import DecisionPointSettings, ExternalDecisionPointSettings
from gateway.settings.documents import DocumentSettings
from gateway.settings.lifecycle import LifecycleSettings
from gateway.settings.limits import CacheSettings, LimitSettings
from gateway.settings.serving import ExplorerSettings, Listen
from gateway.settings.subgraphs import DedupeSettings, HeaderSettings, SubgraphSettings
from gateway.settings.subscriptions import SubscriptionSettings
from gateway.settings.telemetry import TelemetrySettings

__all__ = ["Settings"]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All of `gateway.yaml`. Everything has a default except what only an operator can know."""

    profile: Literal["standard", "network"] = "standard"
    """`network`: the stricter published rules and the codes of the existing network, for clients that are built on them."""
    listen: Listen = Listen()
    supergraph: Name | None = None
    grants: Name | None = None
    shadow_grants: Name | None = None
    """A second grants file, evaluated beside the first and compared with it; it decides nothing."""
    release: ReleaseSettings | None = None
    authorization: AuthorizationSettings | None = None
    decision_context: DecisionContextSettings | None = None
    decision_point: DecisionPointSettings | None = None
    external_decision_point: ExternalDecisionPointSettings | None = None
    audit: AuditSettings | None = None
    subgraphs: dict[Name, SubgraphSettings] = field(default_factory=dict[str, SubgraphSettings])
    headers: HeaderSettings = HeaderSettings()
    """For all subgraphs."""
    dedupe: DedupeSettings = DedupeSettings()
    documents: DocumentSettings = DocumentSettings()
    limits: LimitSettings = LimitSettings()
    caches: CacheSettings = CacheSettings()
    subscriptions: SubscriptionSettings = SubscriptionSettings()
    explorer: ExplorerSettings = ExplorerSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    lifecycle: LifecycleSettings = LifecycleSettings()
    overrides: dict[Name, Annotated[float, Meta(ge=0, le=100)]] = field(default_factory=dict[str, float])
    """Labels of `@override`: the percentage of the requests for which each is on."""
    introspection: bool = True
