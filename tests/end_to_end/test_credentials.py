"""Who does not prove who asks gets nothing: access tokens at the gateway and at a register.

The tokens here are made with the keys of the running issuer wherever a thief or a colleague could have them, so that what
refuses them is the one thing that is wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from registers.synthetic.edge_cases import CASES
from tests.end_to_end.forge import Forge, base64url, take_apart, unauthenticated
from tests.harness import GATEWAY_AUDIENCE, Network, register_audience

REGISTER = "bemiddeling"
QUERY = "{ bemiddeling { bemiddelingID } }"
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


def test_the_forged_token_itself_is_good(net: Network, forges: dict[str, Forge]) -> None:
    for at, forge in forges.items():
        reply = net.ask(QUERY, token=forge.sign(), at=at)
        assert (reply.status, len(reply.json()["data"]["bemiddeling"]) > 10) == (200, True)


@pytest.mark.parametrize("wrong", TOKENS)
@pytest.mark.parametrize("at", ["gateway", REGISTER])
def test_c14_a_token_that_does_not_count(at: str, wrong: str, net: Network, forges: dict[str, Forge]) -> None:
    make, at_gateway, at_register = TOKENS[wrong]
    reply = net.ask(QUERY, token=make(forges[at]), at=at)
    assert unauthenticated(reply) == (at_gateway if at == "gateway" else at_register)


def test_another_scheme(net: Network) -> None:
    basic = {"Authorization": "Basic dXNlcjpwYXNz"}
    assert unauthenticated(net.ask(QUERY, headers=basic)) == "The header Authorization must hold a bearer token."
    assert unauthenticated(net.ask(QUERY, headers=basic, at=REGISTER)) == "A credential is required."


def test_the_schema_is_not_for_strangers(net: Network) -> None:
    for at in ("gateway", REGISTER):
        assert net.ask("{ __schema { queryType { name } } }", at=at).status == 401


def test_c14_a_token_of_another_certificate(net: Network, forges: dict[str, Forge]) -> None:
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
    assert unauthenticated(reply) == "The access token is bound to a certificate; use it at the gateway."


def test_each_audience_opens_its_own_door_only(net: Network) -> None:
    other = "The access token is meant for another audience."
    for_gateway, for_register = net.token("uzovi:5050"), net.token("uzovi:5050", register_audience(REGISTER))
    assert unauthenticated(net.ask(QUERY, token=for_gateway, at=REGISTER)) == other
    assert unauthenticated(net.ask("{ wlzIndicatie { bsn } }", token=for_register, at="indicatie")) == other


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
