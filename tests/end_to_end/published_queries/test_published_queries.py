"""Every published query, unmodified, at the shipped processes.

The expected data are worked out by brute force (`tests/oracle`) from the rows that were seeded, never by the product.
"""

from __future__ import annotations

from datetime import date

import pytest
from graphql import GraphQLSchema

from tests.end_to_end.published_queries.cases import CASES, HERE, Case, Variables
from tests.harness import SCOPES, Network, register_audience
from tests.oracle.answer import Answer, answer
from tests.oracle.compare import comparable
from tests.oracle.rules.words import Party
from tests.oracle.world import World

PREFIX = {"ZORGKANTOOR": "uzovi", "ZORGAANBIEDER": "agb", "CIZ": "kvk"}


def _asked(case: Case, world: World, schema: GraphQLSchema, today: date) -> tuple[str, Variables, Answer]:
    """The first example that answers something: (party, variables, expected answer)."""
    for code, variables in case.find(world, today):
        party = Party(case.role, code, frozenset(SCOPES.values()), today)
        expected = answer(schema, world, party, case.query, variables)
        if expected.status == 200 and expected.data and any(expected.data.values()):
            return f"{PREFIX[case.role]}:{code}", variables, expected
    pytest.fail(f"the synthetic network has no example for {case.id}")


def _stranger(case: Case, world: World, schema: GraphQLSchema, variables: Variables, today: date) -> str:
    """A party to whom the same question must answer nothing: of the same role, for CIZ's questions a care office."""
    role = "ZORGKANTOOR" if case.role == "CIZ" else case.role
    codes = (
        sorted({s["instelling"] for s in world.rows("Bemiddelingspecificatie") if s["instelling"]})
        if role == "ZORGAANBIEDER"
        else [str(code) for code in range(5501, 5534) if code != 5522]
    )
    for code in codes:
        expected = answer(schema, world, Party(role, code, frozenset(SCOPES.values()), today), case.query, variables)
        if expected.data is not None and not any(expected.data.values()) and not expected.failed:
            return f"{PREFIX[role]}:{code}"
    pytest.fail(f"everybody may see the example of {case.id}")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_c01_the_right_party_gets_the_right_data(
    case: Case, net: Network, world: World, schema: GraphQLSchema, today: date
) -> None:
    party, variables, expected = _asked(case, world, schema, today)
    reply = net.ask(case.query, variables, token=net.token(party))
    assert reply.status == 200, reply.body
    assert comparable(reply.json()) == {"data": comparable(expected.data)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_c02_another_party_gets_nothing(
    case: Case, net: Network, world: World, schema: GraphQLSchema, today: date
) -> None:
    _, variables, _ = _asked(case, world, schema, today)
    stranger = _stranger(case, world, schema, variables, today)
    reply = net.ask(case.query, variables, token=net.token(stranger))
    assert reply.status == 200, reply.body
    assert reply.json() == {"data": {name: [] for name in reply.json()["data"]}}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_token_without_the_scope_is_refused(
    case: Case, net: Network, world: World, schema: GraphQLSchema, today: date
) -> None:
    party, variables, _ = _asked(case, world, schema, today)
    other = next(scope for name, scope in SCOPES.items() if name not in {case.register, "client"})
    reply = net.ask(case.query, variables, token=net.token(party, scope=other))
    assert (reply.status, set(reply.codes)) == (403, {"FORBIDDEN"})
    assert 'error="insufficient_scope"' in reply.headers["www-authenticate"]
    assert SCOPES[case.register] in reply.headers["www-authenticate"]
    assert "data" not in reply.json()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_c01_the_register_answers_the_same_by_itself(
    case: Case, net: Network, world: World, schema: GraphQLSchema, today: date
) -> None:
    party, variables, expected = _asked(case, world, schema, today)
    token = net.token(party, audience=register_audience(case.register))
    reply = net.ask(case.query, variables, token=token, at=case.register)
    assert reply.status == 200, reply.body
    assert comparable(reply.json()) == {"data": comparable(expected.data)}


def test_every_published_query_has_its_case() -> None:
    assert {path.stem for path in HERE.glob("*.graphql")} == {case.id for case in CASES}
    published = {case.id.split(".")[0] for case in CASES}
    indicatie = {"QIR-0001-ZKi", "QIR-0002-ZA", "QIR-0003-ZKn", "QIR-0004-ZKu", "QIR-0005-ZKn"}
    bemiddeling = {
        *("QBR-0001-ZA", "QBR-0002-ZA", "QBR-0003-ZA", "QBR-0004-ZKu", "QBR-0005-ZKu", "QBR-0006-ZKu", "QBR-0007-ZKn"),
        *("QBR-0008-ZKn", "QBR-0009-ZAr", "QBR-0010-CIZ", "QBR-0011-CIZ", "QBR-0012-ZKu", "QBR-0013-ZKu"),
    }
    levering = {
        *("QLR-0001_1-ZA", "QLR-0001_2-ZA", "QLR-0002-ZA", "QLR-0003-ZK", "QLR-0004-ZK", "QLR-0006-ZK", "QLR-0007-ZK"),
        *("QLR-0008-ZK", "QLR-0009-ZK", "QLR-0010-ZK"),
    }
    assert published - {"POL110", "POL111"} == indicatie | bemiddeling | levering
