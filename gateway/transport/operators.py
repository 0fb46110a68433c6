"""The pages for operators: `/metrics`, `/usage`. Who may see them is a setting; without it, only this machine.

A request counts as from this machine when its connection does, it names this machine (a web page that rebinds its own name to us does
not), and no proxy says that it stands in for somebody. A socket file has no address: what comes through one is somebody's, not ours.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.settings import SettingsError, TelemetrySettings
from gateway.telemetry.metrics import Metrics
from gateway.transport.explorer import is_local

__all__ = ["Guard", "operator_routes", "read_guard"]

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_MINIMUM_TOKEN = 16
_STANDING_IN = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")

Guard = Callable[[Request], Response | None]
"""The refusal of a request, or None."""


def read_guard(settings: TelemetrySettings) -> Guard:
    """Return what `metrics_access` asks for. Raises `SettingsError` for a token that cannot be used."""
    if settings.metrics_access == "open":
        return lambda _: None
    if settings.metrics_access == "loopback":
        return _only_here
    token = _token(settings.metrics_token)

    def bearer(request: Request) -> Response | None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and secrets.compare_digest(given.strip().encode(), token):
            return None
        return _coded(401, "UNAUTHENTICATED", "This page needs the operators' token.", {"WWW-Authenticate": "Bearer"})

    return bearer


def operator_routes(metrics: Metrics, guard: Guard) -> Sequence[Route]:
    """The routes of the pages."""

    async def page(request: Request) -> Response:
        return guard(request) or Response(metrics.text(), headers=_UNKEPT, media_type=_METRICS_TYPE)

    async def usage(request: Request) -> Response:
        return guard(request) or _json(
            {
                "since": datetime.fromtimestamp(metrics.operations.since, UTC).isoformat(timespec="seconds"),
                "fields": metrics.operations.fields(),
            }
        )

    return (Route("/metrics", page), Route("/usage", usage))


def _only_here(request: Request) -> Response | None:
    here = request.client is not None and is_local(request)
    if here and not any(name in request.headers for name in _STANDING_IN):
        return None
    return _coded(403, "FORBIDDEN", "This page is for the machine that the gateway runs on only.", {})


def _token(name: str | None) -> bytes:
    place = "telemetry.metrics_token"
    if name is None:
        raise SettingsError("CONFIG_INVALID", f"{place}: expected a file, because `metrics_access` is bearer.")
    try:
        token = Path(name).read_bytes().strip()
    except FileNotFoundError:
        raise SettingsError("CONFIG_NOT_FOUND", f"{place}: there is no file {name}.") from None
    except OSError as error:
        raise SettingsError("CONFIG_UNREADABLE", f"{place}: {name} cannot be read: {error.strerror}.") from None
    if len(token) < _MINIMUM_TOKEN:
        raise SettingsError("CONFIG_INVALID", f"{place}: expected a token of at least {_MINIMUM_TOKEN} characters.")
    return token


_UNKEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def _coded(status: int, code: str, message: str, headers: dict[str, str]) -> Response:
    return _json({"errors": [{"message": message, "extensions": {"code": code}}]}, status, headers)


def _json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), status, {**_UNKEPT, **(headers or {})}, media_type="application/json")
