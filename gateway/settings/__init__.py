"""What an operator decides, in `gateway.yaml`: typed, read once, handed down.

A file that is wrong stops the start with a code, the key and what was expected there; nothing is guessed and no unknown key is
passed over, because a misspelt limit is no limit. Relative paths count from the folder of the file that names them.

The JSON Schema of `gateway.yaml` comes from the same types (`gateway settings schema`).
"""

from __future__ import annotations

from gateway.settings.access import (
    AuthorizationSettings,
    DecisionContextSettings,
    DpopSettings,
    IssuerSettings,
    PolicySettings,
    ReleaseSettings,
    RevocationSettings,
)
from gateway.settings.audit import AuditSettings
from gateway.settings.base import SettingsError
from gateway.settings.decisions import DecisionPointSettings, ExternalDecisionPointSettings
from gateway.settings.documents import DocumentSettings
from gateway.settings.lifecycle import LifecycleSettings
from gateway.settings.limits import CacheSettings, LimitSettings
from gateway.settings.reading import check_complete, read_settings, settings_schema
from gateway.settings.serving import ExplorerSettings, Listen, ProxySettings, ServerTlsSettings
from gateway.settings.subgraphs import (
    BreakerSettings,
    DedupeSettings,
    HeaderSettings,
    InstanceSettings,
    LocatorSettings,
    OwnerSettings,
    SubgraphSettings,
    TlsSettings,
)
from gateway.settings.subscriptions import StreamSettings, SubscriptionSettings
from gateway.settings.telemetry import TelemetrySettings
from gateway.settings.whole import Settings

__all__ = [
    "AuditSettings",
    "AuthorizationSettings",
    "BreakerSettings",
    "CacheSettings",
    "DecisionContextSettings",
    "DecisionPointSettings",
    "DedupeSettings",
    "DocumentSettings",
    "DpopSettings",
    "ExplorerSettings",
    "ExternalDecisionPointSettings",
    "HeaderSettings",
    "InstanceSettings",
    "IssuerSettings",
    "LifecycleSettings",
    "LimitSettings",
    "Listen",
    "LocatorSettings",
    "OwnerSettings",
    "PolicySettings",
    "ProxySettings",
    "ReleaseSettings",
    "RevocationSettings",
    "ServerTlsSettings",
    "Settings",
    "SettingsError",
    "StreamSettings",
    "SubgraphSettings",
    "SubscriptionSettings",
    "TelemetrySettings",
    "TlsSettings",
    "check_complete",
    "read_settings",
    "settings_schema",
]
