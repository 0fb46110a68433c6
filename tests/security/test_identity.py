"""A token says one thing to everybody who reads it, and no more than its issuer meant."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from tests.end_to_end.forge import take_apart
from tests.harness import SCOPES, Network
from tests.security.parties import ALL, CIZ, CLIENT, OFFICE, PROVIDER, aggregated, audience, forged, refused

PLACES = ("gateway", "bemiddeling")
QUERY = "{ bemiddeling { bemiddelingID } }"
SCOPE = SCOPES["bemiddeling"]


def _others(net: Network, at: str) -> int:
    """How many rows office 5050 sees: none of the tricks below may come near them."""
    return len(net.ask(QUERY, token=net.token(OFFICE, audience(at)), at=at).json()["data"]["bemiddeling"])


# --- what went wrong once ---------------------------------------------------------------------------------------------


def test_an_audience_that_holds_a_space_opens_no_second_door(net: Network) -> None:
    token = forged(net, aud=[audience("bemiddeling"), f"x {audience('gateway')}"])
    assert refused(net.ask("{ wlzIndicatie { bsn } }", token=token)) == ["Query.wlzIndicatie"]


@pytest.mark.parametrize("at", PLACES)
def test_a_scope_that_holds_what_no_scope_holds_counts_for_nothing_and_harms_nothing(at: str, net: Network) -> None:
    odd = ["a\x00b", "x'); DROP TABLE bemiddeling; --", "\\", "é", 'q"', f" {SCOPE} ", f"x\n{SCOPE}"]
    good = net.ask(QUERY, token=forged(net, at, scopes=[SCOPE, *odd]), at=at)
    assert (good.status, len(good.json()["data"]["bemiddeling"])) == (200, _others(net, at))
    assert net.ask(QUERY, token=forged(net, at, scopes=odd), at=at).status == 403


@pytest.mark.parametrize("at", PLACES)
def test_a_source_with_two_inner_tokens_is_not_read_by_anybody(at: str, net: Network) -> None:
    """One reader would take `JWT`, as the standard has it, and another `jwt`, as published tokens have it."""
    source = {"JWT": aggregated(uzovi="5050"), "jwt": aggregated(uzovi="5504")}
    token = forged(net, at, uzovi=None, _claim_names={"uzovi": "s"}, _claim_sources={"s": source})
    assert net.ask(QUERY, token=token, at=at).status in {401, 403}


@pytest.mark.parametrize("spelling", ["JWT", "jwt"])
@pytest.mark.parametrize("at", PLACES)
def test_both_spellings_of_an_inner_token_are_read_by_everybody(at: str, spelling: str, net: Network) -> None:
    source = {spelling: aggregated(uzovi="5050")}
    token = forged(net, at, uzovi=None, _claim_names={"uzovi": "s"}, _claim_sources={"s": source})
    assert len(net.ask(QUERY, token=token, at=at).json()["data"]["bemiddeling"]) == _others(net, at)


@pytest.mark.parametrize(
    ("query", "scope"),
    [
        ("{ client { profiel { bsn } } }", SCOPES["client"]),
        ("{ client { profiel { __typename } } }", SCOPES["client"]),
        ("{ client { profiel { bemiddelingen { bemiddelingID } } } }", SCOPES["client"]),
        ("{ client { profiel { indicaties { bsn } } } }", SCOPES["indicatie"]),
        ("{ bemiddeling { wlzIndicatie { wlzindicatieID } } }", SCOPES["indicatie"]),
    ],
)
def test_the_scope_that_is_named_is_the_one_that_is_missing(query: str, scope: str, net: Network) -> None:
    reply = net.ask(query, token=net.token(OFFICE, scope=SCOPE))
    assert reply.status == 403
    assert reply.json()["errors"][0]["extensions"]["missingScope"] == scope


def test_a_token_for_one_register_may_ask_for_the_schema(net: Network) -> None:
    reply = net.ask("{ __schema { queryType { name } } }", token=net.token(OFFICE, audience("bemiddeling")))
    assert (reply.status, reply.json()) == (200, {"data": {"__schema": {"queryType": {"name": "Query"}}}})


# --- what did not -----------------------------------------------------------------------------------------------------

Claims = dict[str, Any]

NOBODY: dict[str, Claims] = {
    "two identifiers": {"agb": "51510101"},
    "one direct, one aggregated": {"_claim_names": {"agb": "s"}, "_claim_sources": {"s": {"jwt": aggregated(agb="51510101")}}},
    "a list of identifiers": {"uzovi": ["5050"]},
    "a number": {"uzovi": 5050},
    "true": {"uzovi": True},
    "an object": {"uzovi": {"eq": "5050"}},
    "nothing": {"uzovi": ""},
    "quotes": {"uzovi": "5050' OR true --"},
    "a line end": {"uzovi": "5050\n"},
    "digits of another script": {"uzovi": "５０５０"},
    "another kind of party": {"instantie_type": "Zorgaanbieder"},
    "a kind of party beside it": {
        "instantie_type": None,
        "_claim_names": {"instantie_type": "s"},
        "_claim_sources": {"s": {"jwt": aggregated(instantie_type="Burger")}},
    },
    "scopes as text": {"scopes": " ".join(ALL)},
    "scopes from a source": {
        "scopes": [],
        "_claim_names": {"scopes": "s"},
        "_claim_sources": {"s": {"jwt": aggregated(scopes=ALL)}},
    },
    "scopes in capitals": {"scopes": [scope.upper() for scope in ALL]},
    "a longer scope": {"scopes": [f"{scope}s" for scope in ALL]},
    "a shorter scope": {"scopes": [scope[:-1] for scope in ALL]},
    "the scope of all but one": {"scopes": [scope for scope in ALL if scope != SCOPE]},
}  # fmt: skip


@pytest.mark.parametrize("trick", NOBODY)
@pytest.mark.parametrize("at", PLACES)
def test_claims_that_make_nobody(at: str, trick: str, net: Network) -> None:
    reply = net.ask(QUERY, token=forged(net, at, **NOBODY[trick]), at=at)
    assert reply.status in {401, 403}
    assert "data" not in reply.json()


@pytest.mark.parametrize("at", PLACES)
def test_a_direct_claim_wins_over_an_aggregated_one(at: str, net: Network) -> None:
    source = {"s": {"jwt": aggregated(uzovi="5050")}}
    token = forged(net, at, uzovi="0000", _claim_names={"uzovi": "s"}, _claim_sources=source)
    assert net.ask(QUERY, token=token, at=at).json() == {"data": {"bemiddeling": []}}


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize(
    "head",
    [
        {"jku": "http://127.0.0.1:1/jwks.json"},
        {"x5u": "http://127.0.0.1:1/chain.pem"},
        {"kid": "../../../../etc/passwd"},
        {"kid": ""},
        {"crit": ["exp"]},
        {"typ": "decision+jwt"},
    ],
    ids=lambda head: next(iter(head)),
)
def test_a_header_does_not_choose_the_key(at: str, head: dict[str, Any], net: Network) -> None:
    forge = take_apart(net, OFFICE, audience(at))
    assert net.ask(QUERY, token=forge.sign(by=forge.other_key, head=head), at=at).status == 401


@pytest.mark.parametrize("at", PLACES)
def test_a_key_in_the_header_is_not_read(at: str, net: Network) -> None:
    forge = take_apart(net, OFFICE, audience(at))
    thief = generate_private_key(public_exponent=65537, key_size=2048)
    public = RSAAlgorithm.to_jwk(thief.public_key(), as_dict=True)
    for head in ({"jwk": public}, {"jwk": public, "kid": "mine"}):
        assert net.ask(QUERY, token=forge.sign(by=thief, head=head), at=at).status == 401


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("algorithm", ["PS256", "RS384", "RS512"])
def test_a_key_has_one_algorithm(at: str, algorithm: str, net: Network) -> None:
    forge = take_apart(net, OFFICE, audience(at))
    token = jwt.encode(forge.claims, forge.key, algorithm=algorithm, headers=forge.head)
    assert net.ask(QUERY, token=token, at=at).status == 401


def test_a_client_sees_one_person_however_it_is_asked(net: Network) -> None:
    token = net.token(CLIENT)
    for query in (
        "{ clientprofiel { bsn } }",
        '{ clientprofiel(where: {bsn: {neq: "999990007"}}) { bsn } }',
        '{ clientprofiel(where: {or: [{bsn: {neq: "999990007"}}, {bsn: {eq: "999990007"}}]}) { bsn } }',
        "{ client { bsn } }",
        '{ client(where: {bsn: {in: ["999990111", "999990202"]}}) { bsn } }',
        "{ wlzIndicatie { bsn } }",
        "{ levering { client { bsn } } }",
        "{ bemiddelingspecificatie { bemiddeling { client { bsn } } } }",
        "{ overdracht { bemiddeling { client { bsn } } } }",
    ):
        reply = net.ask(query, token=token)
        assert reply.status == 200
        assert set(_numbers(reply.json()["data"])) <= {"999990007"}, query


def _numbers(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [found for inner in value.values() for found in _numbers(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in _numbers(inner)]
    return [value]


def test_callers_of_one_role_share_no_answer(net: Network) -> None:
    """One document, one plan, one statement; and yet each has its own rows, in whatever order they come."""
    query = "{ bemiddeling { bemiddelingID client { bsn profiel { bsn } } bemiddelingspecificatie { instelling } } }"
    parties = (OFFICE, "uzovi:5504", "uzovi:5509", PROVIDER, "agb:66600011", CLIENT, "bsn:999990111")
    alone = {party: net.ask(query, token=net.token(party)).body for party in parties}
    assert len(set(alone.values())) == len(parties)
    for party in (*parties, *reversed(parties), *parties[::2], *parties[1::2]):
        assert net.ask(query, token=net.token(party)).body == alone[party]
    assert net.ask(query, token=net.token(CIZ)).status == 403
