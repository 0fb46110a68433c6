"""The home of an entity judges whether it exists; behind a link nobody else's word is enough."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.errors import Code, GatewayError
from gateway.subgraphs.failure import FailureKind, FetchFailure
from tests.gateway.execution.harness import Federation, World, entity_parts
from tests.gateway.planning.harness import planned, text

HOMES = {"Dossier": "ir"}
IR = """
    type Query { dossier(id: ID!): Dossier }
    type Dossier @key(fields: "id") { id: ID! besluit: String }
"""
BR = """
    type Query { zaken: [Zaak!]! }
    type Zaak { naam: String dossier: Dossier vast: Dossier! alle: [Dossier!]! los: [Dossier] }
    type Dossier @key(fields: "id") { id: ID! zaken: [Zaak!] note: String }
"""


def make() -> Federation:
    seen = {"__typename": "Dossier", "id": "1", "besluit": "ja", "note": "n1", "zaken": []}
    alien = {"__typename": "Dossier", "id": "2", "note": "secret", "zaken": []}
    zaken = [
        {"naam": "a", "dossier": seen, "vast": seen, "alle": [alien, seen, alien, seen], "los": [alien, seen, None]},
        {"naam": "b", "dossier": alien, "vast": alien, "alle": [alien], "los": []},
    ]
    federation = Federation(
        {"ir": IR, "br": BR},
        World({"zaken": zaken, "dossier": lambda _root, **_arguments: seen}, {"Dossier": [seen, alien]}),
    )
    federation.answers["ir"] = hide_the_alien
    return federation


def hide_the_alien(request: Any, answer: Any) -> Any:
    for alias, representations in entity_parts(request).items():
        for place, representation in enumerate(representations):
            if representation["id"] == "2":
                answer["data"][alias][place] = None
    return answer


def test_the_home_is_visited_even_when_nothing_else_is_wanted_there() -> None:
    assert planned(make().supergraph, "{ zaken { dossier { note } } }", homes=HOMES) == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "br") {
              {
                zaken {
                  dossier {
                    id
                    note
                  }
                }
              }
            },
            Flatten(path: "zaken.@.dossier") {
              Fetch(service: "ir") {
                {
                  ... on Dossier {
                    __typename
                    id
                  }
                } =>
                {
                  __typename
                }
              },
            },
          },
        }
    """)


def test_an_entity_that_its_home_returned_is_not_visited_again() -> None:
    federation = make()
    assert planned(federation.supergraph, '{ dossier(id: "1") { besluit } }', homes=HOMES).count("Fetch(") == 1


async def test_an_absent_entity_is_null_without_an_error() -> None:
    result = await make().run("{ zaken { naam dossier { id note } } }", homes=HOMES)
    assert result.data == {
        "zaken": [{"naam": "a", "dossier": {"id": "1", "note": "n1"}}, {"naam": "b", "dossier": None}]
    }
    assert result.errors == ()


async def test_no_error_comes_from_inside_an_absent_entity_also_when_a_null_above_hides_it() -> None:
    federation = make()

    def failing(_request: Any, answer: Any) -> Any:
        answer["data"]["zaken"][1]["dossier"]["note"] = None
        return {**answer, "errors": [{"message": "m", "path": ["zaken", 1, "dossier", "note"]}]}

    federation.answers["br"] = failing
    result = await federation.run("{ zaken { vast { id } dossier { note } } }", homes=HOMES)
    assert result.data is None
    assert [issue.path for issue in result.errors] == [("zaken", 1, "vast")]


async def test_no_error_comes_from_inside_an_entity_that_nobody_could_confirm() -> None:
    """Its subgraph nulled what it stands in, so that its home was not asked. What else explains the null is told, or the null itself."""
    federation = make()
    inside = {"message": "m", "path": ["zaken", 1, "dossier", "zaken", 0, "naam"]}
    beside = {"message": "m", "path": ["zaken", 1, "naam"]}

    async def told(*errors: Any) -> list[Any]:
        federation.answers["br"] = lambda _request, _answer: {"data": None, "errors": [*errors]}
        result = await federation.run("{ zaken { naam dossier { note zaken { naam } } } }", homes=HOMES)
        assert result.data is None
        return [issue.path for issue in result.errors]

    assert await told(inside, beside) == [("zaken", 1, "naam")]
    assert await told(inside) == [("zaken",)]


async def test_absent_entities_are_not_in_lists() -> None:
    result = await make().run("{ zaken { alle { id } los { id } } }", homes=HOMES)
    assert result.data == {
        "zaken": [
            {"alle": [{"id": "1"}, {"id": "1"}], "los": [{"id": "1"}, None]},
            {"alle": [], "los": []},
        ]
    }
    assert result.errors == ()


async def test_without_homes_federation_is_plain() -> None:
    result = await make().run("{ zaken { dossier { id note besluit } } }")
    assert result.data == {
        "zaken": [
            {"dossier": {"id": "1", "note": "n1", "besluit": "ja"}},
            {"dossier": {"id": "2", "note": "secret", "besluit": None}},
        ]
    }


async def test_an_absent_entity_that_may_not_be_null_nulls_its_parent_with_the_plain_sentence() -> None:
    result = await make().run("{ zaken { vast { id } } }", homes=HOMES)
    assert result.data is None
    assert [(issue.message, issue.path) for issue in result.errors] == [
        ("Cannot return null for non-nullable field Zaak.vast.", ("zaken", 1, "vast")),
    ]


async def test_errors_from_inside_an_absent_entity_are_not_told() -> None:
    """Hidden and missing rows must look the same, whatever other subgraphs say of them."""
    federation = make()

    def with_errors(request: Any, answer: Any) -> Any:
        if "representations" in request.get("variables", {}):
            answer["errors"] = [{"message": "m", "path": ["_entities", place, "zaken"]} for place in (0, 1)]
        return answer

    federation.answers["br"] = with_errors
    third = 'type Dossier @key(fields: "id") { id: ID! kleur: String }'
    federation = Federation(
        {**federation.sdl, "cr": third}, federation.world, answers={"ir": hide_the_alien, "cr": with_kleur_errors}
    )
    result = await federation.run("{ zaken { dossier { id kleur } los { kleur } } }", homes=HOMES)
    assert [issue.path for issue in result.errors] == [
        ("zaken", 0, "dossier", "kleur"),
        ("zaken", 0, "los", 0, "kleur"),
    ]
    assert result.data == {
        "zaken": [
            {"dossier": {"id": "1", "kleur": None}, "los": [{"kleur": None}, None]},
            {"dossier": None, "los": []},
        ]
    }


def with_kleur_errors(request: Any, answer: Any) -> Any:
    places = range(len(answer["data"]["_entities"]))
    answer["errors"] = [{"message": "db at 10.0.0.1", "path": ["_entities", place, "kleur"]} for place in places]
    return answer


async def test_a_home_that_does_not_answer_leaves_null_and_an_error_at_the_object() -> None:
    federation = make()
    federation.answers["ir"] = lambda _request, _answer: FetchFailure(FailureKind.TIMEOUT)
    result = await federation.run("{ zaken { dossier { note besluit } } }", homes=HOMES)
    assert result.data == {"zaken": [{"dossier": None}, {"dossier": None}]}
    assert [(issue.code, issue.path) for issue in result.errors] == [
        (Code.DOWNSTREAM_TIMEOUT, ("zaken", 0, "dossier")),
        (Code.DOWNSTREAM_TIMEOUT, ("zaken", 1, "dossier")),
    ]


async def test_an_error_of_the_home_is_no_absence() -> None:
    federation = make()

    def refuse(request: Any, answer: Any) -> Any:
        del request
        answer["data"]["_entities"] = [None, None]
        answer["errors"] = [{"message": "x", "path": ["_entities", 0], "extensions": {"code": "FORBIDDEN"}}]
        return answer

    federation.answers["ir"] = refuse
    result = await federation.run("{ zaken { dossier { note } } }", homes=HOMES)
    assert result.data == {"zaken": [{"dossier": None}, {"dossier": None}]}
    assert [(issue.code, issue.path) for issue in result.errors] == [(Code.FORBIDDEN, ("zaken", 0, "dossier"))]


def test_a_home_that_cannot_be_entered_is_refused_not_skipped() -> None:
    closed = IR.replace('@key(fields: "id")', '@key(fields: "id", resolvable: false)')
    federation = Federation({"ir": closed, "br": BR}, make().world)
    with pytest.raises(GatewayError) as refusal:
        planned(federation.supergraph, "{ zaken { dossier { id } } }", homes=HOMES)
    assert refusal.value.issues[0].code is Code.INTERNAL_SERVER_ERROR


async def test_hidden_and_missing_rows_give_the_same_bytes() -> None:
    federation = make()
    query = "{ zaken { naam dossier { id note besluit } los { id } alle { note } } }"
    hidden = await federation.run(query, homes=HOMES)
    hidden_requests = json.dumps(federation.requests)
    federation.world.entities["Dossier"].pop()
    federation.answers.clear()
    missing = await federation.run(query, homes=HOMES)
    assert json.dumps(hidden.data) == json.dumps(missing.data)
    assert hidden.errors == missing.errors
    assert hidden_requests == json.dumps(federation.requests)
