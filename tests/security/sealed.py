"""Asking a register as the gateway does, as any party on any day: a decision context of the gateway's own key, on the socket."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Mapping
from datetime import date
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.harness import REPOSITORY, SCOPES, Network, Reply, register_audience

__all__ = ["asked_on", "shown_on"]

ROLES = {"uzovi": "ZORGKANTOOR", "agb": "ZORGAANBIEDER", "kvk": "CIZ", "bsn": "BURGER"}


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=20)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self._path)


def asked_on(
    net: Network, today: date, register: str, party: str, query: str, variables: Mapping[str, Any] | None = None
) -> Reply:
    """What `register` answers to `party` on that day."""
    kind, _, code = party.partition(":")
    policies = json.loads((REPOSITORY / "registers" / register / "policies" / "fields.json").read_text())
    key = load_pem_private_key((net.state / "gateway" / "decision-key.pem").read_bytes(), None)
    kid = json.loads((net.state / "gateway" / "jwks.json").read_text())["keys"][0]["kid"]
    now = int(time.time())
    claims = {
        "iss": "https://netwerk.iwlz.example/gateway",
        "aud": register_audience(register),
        "iat": now,
        "exp": now + 30,
        "role": ROLES[kind],
        "identifiers": {kind: code},
        "scopes": sorted(SCOPES.values()),
        "actor": None,
        "trace": "0123456789abcdef0123456789abcdef",
        "grants": policies["release"],
        "today": today.isoformat(),
    }
    context = jwt.encode(claims, key, algorithm="EdDSA", headers={"typ": "decision+jwt", "kid": kid})  # type: ignore[arg-type]  # the key of the state
    connection = _UnixConnection(net.services()[register]["socket"])
    try:
        body = json.dumps({"query": query, "variables": dict(variables or {})}, default=str)
        sent = {"Content-Type": "application/json", "Decision-Context": context}
        connection.request("POST", "/graphql", body, sent)
        response = connection.getresponse()
        return Reply(response.status, {}, response.read())
    finally:
        connection.close()


def shown_on(
    net: Network, today: date, register: str, party: str, query: str, variables: Mapping[str, Any] | None = None
) -> Any:
    """The data of an answer in which nothing is refused."""
    reply = asked_on(net, today, register, party, query, variables)
    content = reply.json()
    assert (reply.status, list(content)) == (200, ["data"]), reply.body
    return content["data"]
