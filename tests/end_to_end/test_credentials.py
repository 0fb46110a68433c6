"""Who does not prove who asks gets nothing: access tokens at the gateway and at a register, decision contexts at a register.

The tokens here are made with the keys of the running issuer wherever a thief or a colleague could have them, so that what
refuses them is the one thing that is wrong.
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
from tests.end_to_end.forge import Forge, base64url, take_apart
from tests.harness import GATEWAY_AUDIENCE, REPOSITORY, SCOPES, Network, Reply, register_audience

REGISTER = "bemiddeling"
QUERY = "{ bemiddeling { bemiddelingID } }"
CHALLENGE = 'Bearer error="invalid_token"'
HOUR = 3600


@pytest.fixture(scope="module")
def forges(net: Network) -> dict[str, Forge]:
    return {
        "gateway": take_apart(net, "uzovi:5050", GATEWAY_AUDIENCE),
        REGISTER: take_apart(net, "uzovi:5050", register_audience(REGISTER)),
    }


def _now() -> int:
    return int(time.time())


Made = Callable[[Forge], "str | None"]

# What is wrong → how the token is made, what the gateway says, what a register says.
TOKENS: dict[str, tuple[Made, str, str]] = {
    "none": (lambda _: None, "An access token is required.", "A credential is required."),
    "expired": (
        lambda forge: forge.sign(iat=_now() - 2 * HOUR, nbf=_now() - 2 * HOUR, exp=_now() - HOUR),
        "The access token has expired.",
        "The credential has expired.",
    ),
    "not valid yet": (
        lambda forge: forge.sign(iat=_now() + 600, nbf=_now() + 600, exp=_now() + 1200),
        "The access token is not valid yet.",
        "The credential is not valid yet.",
    ),
    "valid for a week": (
        lambda forge: forge.sign(exp=_now() + 7 * 24 * HOUR),
        "The access token lives longer than 3600 seconds, or not at all.",
        "The access token lives longer than an hour, or not at all.",
    ),
    "without end": (
        lambda forge: forge.sign(exp=None),
        "The access token lacks the claim exp.",
        "The credential has no valid exp.",
    ),
    "without identity": (
        lambda forge: forge.sign(jti=None),
        "The access token has no identity (jti).",
        "The access token has no identity (jti).",
    ),
    "foreign key under our key id": (
        lambda forge: forge.sign(by=forge.other_key),
        "The signature of the access token is not valid.",
        "The signature of the credential is not valid.",
    ),
    "foreign key": (
        lambda forge: forge.sign(by=forge.other_key, head={"kid": "other", "jku": "http://127.0.0.1/jwks.json"}),
        "The access token is not signed with a known key.",
        "The credential is signed with a key that is not trusted here.",
    ),
    "foreign issuer": (
        lambda forge: forge.sign(iss="https://elders.example"),
        "The access token comes from an issuer that is not trusted here.",
        "The access token comes from an issuer that is not trusted here.",
    ),
    "alg none": (
        lambda forge: forge.unsigned(""),
        "The header Authorization must hold a bearer token.",
        "The credential is no signed token.",
    ),
    "alg none with a signature": (
        lambda forge: forge.unsigned("AAAA"),
        "The access token is not signed with an accepted algorithm.",
        "The credential is signed with a key that is not trusted here.",
    ),
    "HS256 with the public key": (
        Forge.signed_with_the_public_key,
        "The access token is not signed with an accepted algorithm.",
        "The credential is signed with a key that is not trusted here.",
    ),
    "another audience": (
        lambda forge: forge.sign(aud="https://elders.example/graphql"),
        "The access token is meant for another audience.",
        "The access token is meant for another audience.",
    ),
    "altered": (
        Forge.altered,
        "The signature of the access token is not valid.",
        "The signature of the credential is not valid.",
    ),
    "another kind": (
        lambda forge: forge.sign(head={"typ": "decision+jwt"}),
        "The token is not an access token.",
        "The credential is of another kind.",
    ),
    "an extension": (
        lambda forge: forge.sign(head={"crit": ["exp"]}),
        "The access token demands an extension that is not supported.",
        "The credential is of another kind.",
    ),
    "two parties": (
        lambda forge: forge.sign(agb="51510101"),
        "The access token does not identify one party.",
        "The access token names more than one party.",
    ),
    "garbage": (
        lambda _: "garbage",
        "The header Authorization must hold a bearer token.",
        "The credential is no signed token.",
    ),
    "garbage in three parts": (
        lambda _: "a.b.c",
        "The access token cannot be read.",
        "The credential is no signed token.",
    ),
    "too long": (lambda _: "a" * 20_000, "The access token is too long.", "The credential is too long."),
}


def _unauthenticated(reply: Reply) -> str:
    """The sentence of a 401."""
    assert reply.status == 401, reply.body
    (error,) = reply.json()["errors"]
    assert reply.json() == {"errors": [{"message": error["message"], "extensions": {"code": "UNAUTHENTICATED"}}]}
    assert reply.headers["www-authenticate"] == CHALLENGE
    return error["message"]


def test_the_forged_token_itself_is_good(net: Network, forges: dict[str, Forge]) -> None:
    for at, forge in forges.items():
        reply = net.ask(QUERY, token=forge.sign(), at=at)
        assert (reply.status, len(reply.json()["data"]["bemiddeling"]) > 10) == (200, True)


@pytest.mark.parametrize("wrong", TOKENS)
@pytest.mark.parametrize("at", ["gateway", REGISTER])
def test_a_token_that_does_not_count(at: str, wrong: str, net: Network, forges: dict[str, Forge]) -> None:
    make, at_gateway, at_register = TOKENS[wrong]
    reply = net.ask(QUERY, token=make(forges[at]), at=at)
    assert _unauthenticated(reply) == (at_gateway if at == "gateway" else at_register)


def test_another_scheme(net: Network) -> None:
    basic = {"Authorization": "Basic dXNlcjpwYXNz"}
    assert _unauthenticated(net.ask(QUERY, headers=basic)) == "The header Authorization must hold a bearer token."
    assert _unauthenticated(net.ask(QUERY, headers=basic, at=REGISTER)) == "A credential is required."


def test_the_schema_is_not_for_strangers(net: Network) -> None:
    for at in ("gateway", REGISTER):
        assert net.ask("{ __schema { queryType { name } } }", at=at).status == 401


def test_a_token_of_another_certificate(net: Network, forges: dict[str, Forge]) -> None:
    thumbprint = {"x5t#S256": base64url(bytes(32))}
    reply = net.ask(QUERY, token=forges["gateway"].sign(cnf=thumbprint))
    assert (reply.status, reply.json()) == (
        403,
        {
            "errors": [
                {
                    "message": "The access token belongs to another client certificate.",
                    "extensions": {"code": "INVALID_CLIENT_CERTIFICATE"},
                }
            ]
        },
    )
    reply = net.ask(QUERY, token=forges[REGISTER].sign(cnf=thumbprint), at=REGISTER)
    assert _unauthenticated(reply) == "The access token is bound to a certificate; use it at the gateway."


def test_each_audience_opens_its_own_door_only(net: Network) -> None:
    other = "The access token is meant for another audience."
    for_gateway, for_register = net.token("uzovi:5050"), net.token("uzovi:5050", register_audience(REGISTER))
    assert _unauthenticated(net.ask(QUERY, token=for_gateway, at=REGISTER)) == other
    assert _unauthenticated(net.ask("{ wlzIndicatie { bsn } }", token=for_register, at="indicatie")) == other


# --- the token of one register, at the gateway ------------------------------------------------------------------------


def test_a_token_for_one_register_reads_that_register_through_the_gateway(net: Network) -> None:
    token = net.token("uzovi:5050", register_audience(REGISTER))
    query = "query ($id: UUID) { bemiddeling(where: {bemiddelingID: {eq: $id}}) { bemiddelingID regiehouder { regierol } } }"
    variables = {"id": str(CASES["full_file"]["bemiddeling"])}
    reply = net.ask(query, variables, token=token)
    assert reply.status == 200
    assert reply.json() == net.ask(query, variables, token=net.token("uzovi:5050")).json()
    assert reply.json()["data"]["bemiddeling"][0]["bemiddelingID"] == variables["id"]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        (
            "{ wlzIndicatie { bsn } }",
            [("Query.wlzIndicatie lies outside the audience of the access token.", "Query.wlzIndicatie")],
        ),
        (
            "{ bemiddeling { wlzIndicatie { besluitnummer } client { profiel { taal } } } }",
            [
                (
                    "WlzIndicatie.besluitnummer lies outside the audience of the access token.",
                    "WlzIndicatie.besluitnummer",
                ),
                ("Clientprofiel.taal lies outside the audience of the access token.", "Clientprofiel.taal"),
            ],
        ),
        (
            # Only the Indicatieregister can say that the indication is there.
            "{ bemiddeling { wlzIndicatie { wlzindicatieID } } }",
            [("The access token is good for one register, and the operation needs another one as well.", None)],
        ),
    ],
    ids=["a root", "behind a link", "a key behind a link"],
)
def test_a_token_for_one_register_reaches_no_other(
    query: str, errors: list[tuple[str, str | None]], net: Network
) -> None:
    reply = net.ask(query, token=net.token("uzovi:5050", register_audience(REGISTER)))
    assert (reply.status, reply.json()) == (
        403,
        {
            "errors": [
                {"message": message, "extensions": {"code": "FORBIDDEN"} | ({"coordinate": where} if where else {})}
                for message, where in errors
            ]
        },
    )


# --- decision contexts ------------------------------------------------------------------------------------------------

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
        "iat": _now(),
        "exp": _now() + 30,
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
    assert _unauthenticated(over_tcp) == "A credential is required."


def test_a_decision_context_at_the_gateway_is_no_credential_and_changes_nothing(net: Network, seal: Seal) -> None:
    context = {"Decision-Context": seal.sign()}
    assert _unauthenticated(net.ask(QUERY, headers=context)) == "An access token is required."
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
    "expired": (lambda seal: seal.sign(iat=_now() - 60, exp=_now() - 40), "The credential has expired."),
    "too long a life": (
        lambda seal: seal.sign(exp=_now() + 300),
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
    assert _unauthenticated(_on_the_socket(net, make(seal))) == sentence


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
