"""Everything that is not GraphQL, as one Starlette application: the page, health, operators' pages, keys.

Starlette serves these because none of them is hot; `/graphql` never comes through here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.transport.assets import Asset, answer_asset
from gateway.transport.explorer import Explorer

__all__ = ["Health", "build_pages"]


@dataclass(slots=True)
class Health:
    """`ready` from the end of the start until the stop begins; a load balancer sends requests in between."""

    ready: bool = False
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    """Shown when ready: what is served, by hash; replaced at a reload."""


def build_pages(
    *,
    health: Health,
    assets: Mapping[str, Asset],
    explorer: Explorer | None = None,
    operators: Sequence[Route] = (),
    key_set: Callable[[], Mapping[str, Any]] | None = None,
    decision_point: Mapping[str, Any] | None = None,
) -> Starlette:
    """Return the application; what is not given is not there."""

    async def live(request: Request) -> Response:  # noqa: ARG001
        return _json({"status": "ok"})

    async def ready(request: Request) -> Response:  # noqa: ARG001
        if not health.ready:
            return _json({"status": "starting or stopping"}, 503)
        return _json({"status": "ok", **health.facts})

    async def asset(request: Request) -> Response:
        found = assets.get(request.scope["path"])
        return answer_asset(found, request) if found is not None else _not_found()

    routes = [
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/health", ready),
    ]
    routes += operators
    if key_set is not None:
        read = key_set
        routes.append(Route("/.well-known/jwks.json", lambda _: _json(read(), cache="public, max-age=60")))
    if decision_point is not None:
        told = decision_point
        routes.append(Route("/.well-known/authzen-configuration", lambda _: _json(told, cache="public, max-age=60")))
    if explorer is not None:
        routes += [
            Route("/explorer/participants", explorer.participants),
            Route("/explorer/token", explorer.token, methods=["POST"]),
            Route("/explorer/examples", explorer.examples),
            *(Route(path, asset) for path in assets),
        ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _http_error, Exception: _fault})


def _http_error(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _not_found()
    code = "METHOD_NOT_ALLOWED" if error.status_code == 405 else "BAD_USER_INPUT"
    return _coded(error.status_code, code, error.detail, dict(error.headers or {}))


def _fault(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return _coded(500, "INTERNAL_SERVER_ERROR", "Something went wrong in the gateway.", {})


def _not_found() -> Response:
    return _coded(404, "NOT_FOUND", "There is nothing here.", {})


def _coded(status: int, code: str, message: str, headers: Mapping[str, str]) -> Response:
    response = _json({"errors": [{"message": message, "extensions": {"code": code}}]}, status)
    response.headers.update(headers)
    return response


def _json(content: Any, status: int = 200, *, cache: str = "no-store") -> Response:
    headers = {"Cache-Control": cache, "X-Content-Type-Options": "nosniff"}
    return Response(orjson.dumps(content), status, headers, media_type="application/json")
