"""`@context` and `@fromContext`: a value of an object above becomes an argument, in the same request for all values."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.planning.text import plan_json
from tests.gateway.execution.harness import Federation, World
from tests.gateway.planning.harness import graph, plan, planned, text

SDL = {
    "shop": """
        type Query { shop: Shop shops: [Shop] places: [Place] }
        type Shop @key(fields: "id") @context(name: "money") { id: ID! currency: String! item: Item items: [Item] }
        type Item @key(fields: "id") {
          id: ID! name: String part: Item
          price(round: Boolean, currency: String! @fromContext(field: "$money { currency }")): String
        }
        type Box @key(fields: "id") @context(name: "where") { id: ID! land: Land thing: Thing outer: Box }
        interface Place @context(name: "where") { id: ID! land: Land thing: Thing }
        type Land { code: String }
        type Yard implements Place @key(fields: "id") { id: ID! land: Land thing: Thing }
        type Hall implements Place @key(fields: "id") { id: ID! land: Land thing: Thing }
        type Thing @key(fields: "id") {
          id: ID! tax(of: String @fromContext(field: "$where { land { code } }")): Tax inside: Thing
        }
        type Tax { of: String }
    """,
    "stock": """
        type Query { office: Office offices: [Office] }
        type Item @key(fields: "id") { id: ID! left: Int }
        type Office @key(fields: "id") { id: ID! city: String }
    """,
    "staff": """
        type Office @key(fields: "id") @context(name: "at") { id: ID! city: String @external desk: Desk }
        type Desk @key(fields: "id") { id: ID! sign(city: String @fromContext(field: "$at { city }")): String }
    """,
}

ITEMS: list[dict[str, Any]] = [
    {
        "__typename": "Item",
        "id": n,
        "name": f"item {n}",
        "left": 1,
        "price": lambda o, **a: f"{o['id']} {sorted(a.items())}",
    }
    for n in "12"
]
ITEMS[0]["part"] = ITEMS[1]
SHOPS: list[dict[str, Any]] = [
    {"__typename": "Shop", "id": "e", "currency": "EUR", "item": ITEMS[0], "items": ITEMS},
    {"__typename": "Shop", "id": "p", "currency": "PLN", "item": ITEMS[0], "items": ITEMS[:1]},
]
THING: dict[str, Any] = {"__typename": "Thing", "id": "t", "tax": lambda _, of=None: {"__typename": "Tax", "of": of}}
PLACES: list[dict[str, Any]] = [
    {"__typename": "Yard", "id": "y", "land": {"code": "NL"}, "thing": THING},
    {"__typename": "Hall", "id": "h", "land": None, "thing": THING},
]
DESK: dict[str, Any] = {"__typename": "Desk", "id": "d", "sign": lambda _, city=None: f"in {city}"}
OFFICES: list[dict[str, Any]] = [
    {"__typename": "Office", "id": "1", "city": "Ede", "desk": DESK},
    {"__typename": "Office", "id": "2", "city": None, "desk": DESK},
]
WORLD = World(
    roots={"shop": SHOPS[0], "shops": SHOPS, "places": PLACES, "office": OFFICES[0], "offices": OFFICES},
    entities={"Item": ITEMS, "Shop": SHOPS, "Thing": [THING], "Office": OFFICES, "Desk": [DESK]},
)


def answer(query: str, **variables: Any) -> tuple[Any, list[tuple[str, Any]]]:
    federation = Federation(SDL, WORLD)
    result = asyncio.run(federation.run(query, variables))
    assert result.errors == ()
    return result.data, federation.requests


def test_the_object_above_is_asked_for_the_value_before_the_field_is() -> None:
    assert planned(graph(**SDL), "{ shop { item { name price left } } }") == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "shop") {
              {
                shop {
                  _contextualArgument_0: currency
                  item {
                    name
                    id
                  }
                }
              }
            },
            Parallel {
              Flatten(path: "shop.item") {
                Fetch(service: "shop") {
                  {
                    ... on Item {
                      __typename
                      id
                    }
                  } =>
                  {
                    ... on Item {
                      price(currency: $contextualArgument_0)
                    }
                  }
                },
              },
              Flatten(path: "shop.item") {
                Fetch(service: "stock") {
                  {
                    ... on Item {
                      __typename
                      id
                    }
                  } =>
                  {
                    ... on Item {
                      left
                    }
                  }
                },
              },
            },
          },
        }
    """)


def test_the_plan_as_json_says_where_a_variable_comes_from() -> None:
    fetch = plan_json(plan(graph(**SDL), "{ shops { items { part { price } } } }"))["node"]["nodes"][1]["node"]
    assert (fetch["operation"], fetch["contextRewrites"]) == (
        (
            "query($representations: [_Any!]!,$contextualArgument_0: String!)"
            "{_entities(representations:$representations){...on Item{price(currency: $contextualArgument_0)}}}"
        ),
        [
            {
                "kind": "KeyRenamer",
                "path": ["..", "..", "_contextualArgument_0"],
                "renameKeyTo": "contextualArgument_0",
            }
        ],
    )


def test_a_field_without_a_value_from_above_costs_nothing() -> None:
    assert planned(graph(**SDL), "{ shop { item { name } } }") == text("""
        QueryPlan {
          Fetch(service: "shop") {
            {
              shop {
                item {
                  name
                }
              }
            }
          },
        }
    """)


def test_one_value_is_one_list_of_entities() -> None:
    data, requests = answer("{ shop { items { price(round: true) } } }")
    assert data == {
        "shop": {
            "items": [
                {"price": "1 [('currency', 'EUR'), ('round', True)]"},
                {"price": "2 [('currency', 'EUR'), ('round', True)]"},
            ]
        }
    }
    assert requests[1] == (
        "shop",
        {
            "query": "query($representations: [_Any!]!,$contextualArgument_0: String!){_entities(representations:"
            "$representations){...on Item{price(round: true, currency: $contextualArgument_0)}}}",
            "variables": {
                "contextualArgument_0": "EUR",
                "representations": [{"__typename": "Item", "id": "1"}, {"__typename": "Item", "id": "2"}],
            },
        },
    )


def test_several_values_are_several_lists_in_one_request() -> None:
    data, requests = answer("{ shops { item { price } } }")
    assert data == {
        "shops": [
            {"item": {"price": "1 [('currency', 'EUR')]"}},
            {"item": {"price": "1 [('currency', 'PLN')]"}},
        ]
    }
    assert requests[1:] == [
        (
            "shop",
            {
                "query": "query($representations_0: [_Any!]!,$representations_1: [_Any!]!,"
                "$contextualArgument_0_0: String!,$contextualArgument_0_1: String!)"
                "{_entities_0:_entities(representations:$representations_0)"
                "{...on Item{price(currency: $contextualArgument_0_0)}}"
                " _entities_1:_entities(representations:$representations_1)"
                "{...on Item{price(currency: $contextualArgument_0_1)}}}",
                "variables": {
                    "contextualArgument_0_0": "EUR",
                    "contextualArgument_0_1": "PLN",
                    "representations_0": [{"__typename": "Item", "id": "1"}],
                    "representations_1": [{"__typename": "Item", "id": "1"}],
                },
            },
        )
    ]


@pytest.mark.parametrize(
    ("query", "data", "subgraphs"),
    [
        (
            "{ shops { item { part { a: price b: price(round: true) left } } } }",
            {
                "shops": [
                    {
                        "item": {
                            "part": {
                                "a": f"2 [('currency', '{money}')]",
                                "b": f"2 [('currency', '{money}'), ('round', True)]",
                                "left": 1,
                            }
                        }
                    }
                    for money in ("EUR", "PLN")
                ]
            },
            ["shop", "shop", "stock"],
        ),
        (
            "{ places { thing { tax { of } } } }",
            {"places": [{"thing": {"tax": {"of": "NL"}}}, {"thing": {"tax": {"of": None}}}]},
            ["shop", "shop"],
        ),
        (
            "{ places { ... on Yard { thing { tax { of } } } id } }",
            {"places": [{"thing": {"tax": {"of": "NL"}}, "id": "y"}, {"id": "h"}]},
            ["shop", "shop"],
        ),
        (
            "{ places { ... on Hall { thing { tax { of } id } } ... on Yard { thing { tax { of } } } } }",
            {"places": [{"thing": {"tax": {"of": "NL"}}}, {"thing": {"tax": {"of": None}, "id": "t"}}]},
            ["shop", "shop"],
        ),
        (
            "{ places { ... on Hall { thing { tax { of } one: tax { of } } } ... on Yard { thing { tax { of } } } } }",
            {
                "places": [
                    {"thing": {"tax": {"of": "NL"}}},
                    {"thing": {"tax": {"of": None}, "one": {"of": None}}},
                ]
            },
            ["shop", "shop"],
        ),
        (
            "{ offices { desk { sign } } }",
            {"offices": [{"desk": {"sign": "in Ede"}}, {"desk": {"sign": "in None"}}]},
            ["stock", "staff", "staff"],
        ),
    ],
    ids=[
        "below an entity that both share",
        "an interface sets it",
        "under a fragment",
        "under two",
        "asked for differently",
        "from another subgraph",
    ],
)
def test_answers(query: str, data: Any, subgraphs: list[str]) -> None:
    found, requests = answer(query)
    assert found == data
    assert [subgraph for subgraph, _ in requests] == subgraphs


def test_what_is_skipped_is_neither_fetched_nor_asked_for_above() -> None:
    query = "query($with: Boolean!) { shop { item { id price @include(if: $with) } } }"
    data, requests = answer(query, **{"with": False})
    assert data == {"shop": {"item": {"id": "1"}}}
    assert [request["query"] for _, request in requests] == [
        "query($with: Boolean!){shop{_contextualArgument_0:currency @include(if: $with) item{id}}}"
    ]


@pytest.mark.parametrize(
    "query",
    [
        "query($a: Boolean!, $b: Boolean!) { shop { item @include(if: $a) { price } item @skip(if: $b) { price id } } }",
        "query($a: Boolean!, $b: Boolean!) { shop @include(if: $a) { item { price } } shop @skip(if: $b) { item { price id } } }",
    ],
)
def test_branches_of_one_place_ask_with_one_variable(query: str) -> None:
    data, requests = answer(query, a=True, b=False)
    assert data == {"shop": {"item": {"price": "1 [('currency', 'EUR')]", "id": "1"}}}
    assert requests[1][1]["query"].partition("{")[2] == (
        "_entities(representations:$representations){...on Item{"
        "price(currency: $contextualArgument_0) @include(if: $a) price(currency: $contextualArgument_0) @skip(if: $b)}}}"
    )


def test_a_name_that_the_client_uses_is_left_alone() -> None:
    query = "query($contextualArgument_0: Boolean) { shop { item { price(round: $contextualArgument_0) } } }"
    data, _ = answer(query, contextualArgument_0=False)
    assert data == {"shop": {"item": {"price": "1 [('currency', 'EUR'), ('round', False)]"}}}
