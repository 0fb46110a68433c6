"""What the gateway tells of itself, and whom."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from gateway.settings.base import Name, Seconds

__all__ = ["TelemetrySettings"]


class TelemetrySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`access_log`: a line for each request, without personal data; of `access_log_sample` of them, and always of those that
    failed in the gateway or took `slow_seconds`. `metrics`: the pages `/metrics` and `/usage`, for whom `metrics_access` says:
    this machine, who has the token in the file `metrics_token`, or everybody. `otlp_url`: a collector that takes spans (OTLP over HTTP,
    JSON) under the name `otlp_service`; of traces whose caller did not decide, `otlp_share` are recorded.
    """

    access_log: bool = True
    access_log_sample: Annotated[float, Meta(ge=0, le=1)] = 1.0
    slow_seconds: Seconds = 1.0
    log_format: Literal["json", "console"] = "json"
    metrics: bool = True
    metrics_access: Literal["loopback", "bearer", "open"] = "loopback"
    metrics_token: Name | None = None
    otlp_url: Name | None = None
    otlp_service: Name = "gateway"
    otlp_share: Annotated[float, Meta(ge=0, le=1)] = 1.0
