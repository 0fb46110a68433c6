"""The gateway's own application, called as ASGI in this process, over the registers of a running network.

Tokens are signed with the key of the network's autorisatieserver, so that any party can ask; the day that goes into the
decision context is the one thing replaced. The registers are the shipped processes.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any, Self

import jwt
import pytest

import gateway.fetching
from gateway.app import build_app
from gateway.settings import read_settings
from issuer.keys import KeyStore
from tests.harness import GATEWAY_AUDIENCE, Network, Reply
from tests.oracle.rules.words import Party

ISSUER = "https://autorisatieserver.iwlz.example"
CLAIMS = {
    "ZORGKANTOOR": ("Zorgkantoor", "uzovi"),
    "ZORGAANBIEDER": ("Zorgaanbieder", "agb"),
    "CIZ": ("Onderneming", "kvk"),
    "BURGER": ("Burger", "bsn"),
}


class LocalGateway:
    def __init__(self, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
        self._day = date.min
        monkeypatch.setattr(gateway.fetching.Days, "today", lambda _: self._day)
        self._app = build_app(read_settings(network.state / "gateway" / "gateway.yaml"))
        self._keys = KeyStore(network.state / "issuer")
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._runner.run(self._app.start())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._app.stop())
        self._runner.close()

    def ask(self, party: Party, query: str, variables: Mapping[str, Any] | None = None) -> Reply:
        """Ask as `party`, on its day."""
        self._day = party.today
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        return self._runner.run(self._call(self._token(party), body))

    def _token(self, party: Party) -> str:
        kind, claim = CLAIMS[party.role]
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": GATEWAY_AUDIENCE,
            "sub": "test",
            "client_id": f"{claim}:{party.code}",
            "iat": now,
            "nbf": now - 120,
            "exp": now + 600,
            "jti": str(uuid.uuid4()),
            "scopes": sorted(party.scopes),
            "instantie_type": kind,
            claim: party.code,
        }
        kid, key = self._keys.signing_key("ES256")
        return jwt.encode(claims, key, algorithm="ES256", headers={"kid": kid, "typ": "at+jwt"})

    async def _call(self, token: str, body: bytes) -> Reply:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"content-type", b"application/json"),
                (b"accept", b"application/graphql-response+json"),
                (b"authorization", f"Bearer {token}".encode()),
                (b"content-length", str(len(body)).encode()),
            ],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        sent: list[dict[str, Any]] = []
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if waiting:
                return waiting.pop()
            await asyncio.sleep(3600)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        headers = {k.decode().lower(): v.decode() for k, v in sent[0]["headers"]}
        return Reply(sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent[1:]))
