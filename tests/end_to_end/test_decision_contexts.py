"""The decision context: what the gateway says of a caller counts at a register on its socket, signed, for half a minute.

The contexts here are signed with the gateway's own key, out of the state of the network, but for what is wrong with them.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from registers.synthetic.edge_cases import CASES
from tests.end_to_end.forge import unauthenticated
from tests.harness import REPOSITORY, SCOPES, Network, Reply, register_audience

REGISTER = "bemiddeling"
QUERY = "{ bemiddeling { bemiddelingID } }"

ENTITIES = """query ($of: [_Any!]!) { _entities(representations: $of) { ... on Bemiddeling { verantwoordelijkZorgkantoor } } }"""
OF_5050 = {"of": [{"__typename": "Bemiddeling", "bemiddelingID": str(CASES["full_file"]["bemiddeling"])}]}


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=10)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self._path)


def _on_the_socket(net: Network, context: str | None, query: str = ENTITIES, **headers: str) -> Reply:
    """The way the gateway asks a register."""
    connection = _UnixConnection(net.services()[REGISTER]["socket"])
    try:
        sent = {"Content-Type": "application/json", **({"Decision-Context": context} if context else {}), **headers}
        connection.request("POST", "/graphql", json.dumps({"query": query, "variables": OF_5050}), sent)
        response = connection.getresponse()
        return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


@dataclass
class Seal:
    """The gateway's own key, taken from the state of the network, and what it would say of office 5050."""

    key: Ed25519PrivateKey
    kid: str
    claims: dict[str, Any]

    def sign(
        self, *, key: Ed25519PrivateKey | None = None, head: Mapping[str, Any] | None = None, **claims: Any
    ) -> str:
        headers = {"typ": "decision+jwt", "kid": self.kid, **(head or {})}
        return jwt.encode({**self.claims, **claims}, key or self.key, algorithm="EdDSA", headers=headers)


@pytest.fixture
def seal(net: Network) -> Seal:
    key = load_pem_private_key((net.state / "gateway" / "decision-key.pem").read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    policies = REPOSITORY / "registers" / REGISTER / "policies" / "fields.json"
    claims = {
        "iss": "https://netwerk.iwlz.example/gateway",
        "aud": register_audience(REGISTER),
        "iat": int(time.time()),
        "exp": int(time.time()) + 30,
        "role": "ZORGKANTOOR",
        "identifiers": {"uzovi": "5050"},
        "scopes": [SCOPES[REGISTER]],
        "actor": None,
        "trace": "0123456789abcdef0123456789abcdef",
        "grants": json.loads(policies.read_text())["release"],
        "today": "2026-01-01",
    }
    return Seal(key, json.loads((net.state / "gateway" / "jwks.json").read_text())["keys"][0]["kid"], claims)


def test_the_socket_of_a_register_is_closed_to_other_users(net: Network) -> None:
    path = Path(net.services()[REGISTER]["socket"])
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_decision_context_counts_on_the_socket_and_nowhere_else(net: Network, seal: Seal) -> None:
    expected = {"data": {"_entities": [{"verantwoordelijkZorgkantoor": "5050"}]}}
    reply = _on_the_socket(net, seal.sign())
    assert (reply.status, reply.json()) == (200, expected)
    over_tcp = net.ask(ENTITIES, OF_5050, at=REGISTER, headers={"Decision-Context": seal.sign()})
    assert unauthenticated(over_tcp) == "A credential is required."


def test_a_decision_context_at_the_gateway_is_no_credential_and_changes_nothing(net: Network, seal: Seal) -> None:
    context = {"Decision-Context": seal.sign()}
    assert unauthenticated(net.ask(QUERY, headers=context)) == "An access token is required."
    token = net.token("agb:51510101")
    assert net.ask(QUERY, token=token, headers=context).body == net.ask(QUERY, token=token).body


def test_entities_are_for_the_gateway(net: Network) -> None:
    reply = net.ask(ENTITIES, OF_5050, at=REGISTER, token=net.token("uzovi:5050", register_audience(REGISTER)))
    assert (reply.status, reply.json()) == (
        403,
        {
            "errors": [
                {
                    "message": "Entities are for the gateway.",
                    "extensions": {"code": "FORBIDDEN", "coordinate": "Query._entities"},
                }
            ]
        },
    )
    reply = net.ask("{ _entities(representations: []) { __typename } }", token=net.token("uzovi:5050"))
    assert (reply.status, reply.json()["errors"][0]["message"]) == (
        400,
        "Cannot query field '_entities' on type 'Query'.",
    )


# What is wrong → how the context is made, what the register says.
CONTEXTS: dict[str, tuple[Callable[[Seal], str | None], str]] = {
    "none": (lambda _: None, "A credential is required."),
    "garbage": (lambda _: "garbage", "The credential is no signed token."),
    "another key": (
        lambda seal: seal.sign(key=Ed25519PrivateKey.generate()),
        "The signature of the credential is not valid.",
    ),
    "an unknown key": (
        lambda seal: seal.sign(key=Ed25519PrivateKey.generate(), head={"kid": "other"}),
        "The credential is signed with a key that is not trusted here.",
    ),
    "expired": (
        lambda seal: seal.sign(iat=int(time.time()) - 60, exp=int(time.time()) - 40),
        "The credential has expired.",
    ),
    "too long a life": (
        lambda seal: seal.sign(exp=int(time.time()) + 300),
        "The decision context lives too long, or not at all.",
    ),
    "another register": (
        lambda seal: seal.sign(aud=register_audience("client")),
        "The decision context is meant for another register.",
    ),
    "another gateway": (
        lambda seal: seal.sign(iss="https://elders.example/gateway"),
        "The decision context comes from another gateway.",
    ),
    "an access token": (lambda seal: seal.sign(head={"typ": "at+jwt"}), "The credential is of another kind."),
    "no day": (lambda seal: seal.sign(today="today"), "The decision context is incomplete."),
}


@pytest.mark.parametrize("wrong", CONTEXTS)
def test_a_decision_context_that_does_not_count(wrong: str, net: Network, seal: Seal) -> None:
    make, sentence = CONTEXTS[wrong]
    assert unauthenticated(_on_the_socket(net, make(seal))) == sentence


def test_a_decision_of_other_grants(net: Network, seal: Seal) -> None:
    reply = _on_the_socket(net, seal.sign(grants="0" * 64))
    assert (reply.status, reply.json()) == (
        503,
        {
            "errors": [
                {
                    "message": "The register's policies are of another release of the grants.",
                    "extensions": {"code": "POLICY_MISMATCH"},
                }
            ]
        },
    )
