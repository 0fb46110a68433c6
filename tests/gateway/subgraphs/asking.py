"""A client of the subgraph client, for tests against servers of all kinds."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from gateway.subgraphs.connection import Response
from gateway.subgraphs.endpoint import Endpoint
from gateway.subgraphs.failure import FetchFailure
from gateway.subgraphs.http import HttpClient, header_lines
from tests.gateway.subgraphs.harness import Server, serving

OK = Response(200, b'{"data":{}}')


@asynccontextmanager
async def client_of(server: Server, **limits: Any) -> AsyncGenerator[HttpClient]:
    options: dict[str, Any] = {"timeout": 0.5, "dedupe": False, **limits}
    client = HttpClient({"s": Endpoint(server.url, **options)})
    try:
        yield client
    finally:
        await client.close()


async def post(client: HttpClient, *, idempotent: bool = True, body: bytes = b"{}") -> Response | FetchFailure:
    return await client.post("s", header_lines({"X-One": "1"}), body, idempotent=idempotent)


async def outcome(handler: object, **limits: Any) -> Response | FetchFailure:
    """What one request to a server with this handler comes to."""
    async with serving(handler) as server, client_of(server, **limits) as client:  # type: ignore[arg-type]
        return await post(client)
