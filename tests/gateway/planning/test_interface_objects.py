"""`@interfaceObject`: the real type is looked up only where somebody asks for it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.gateway.execution.harness import Federation, World
from tests.gateway.planning.harness import graph, plan, planned, text

SDL = {
    "people": """
        type Query { users: [User] }
        interface User @key(fields: "id") { id: ID! name: String }
        type Admin implements User @key(fields: "id") { id: ID! name: String since: Int }
        type Guest implements User @key(fields: "id") { id: ID! name: String }
    """,
    "forum": 'type Query { top: User } type User @key(fields: "id") @interfaceObject { id: ID! posts: Int friend: User }',
    "mail": 'type User @key(fields: "id") @interfaceObject { id: ID! address: String }',
    "labels": """
        type User @key(fields: "id") @interfaceObject {
          id: ID! name: String @external label: String @requires(fields: "name")
        }
    """,
}


@pytest.mark.parametrize(
    ("query", "fetches"),
    [
        ("{ top { posts friend { id } } }", ["forum"]),
        ("{ top { posts address } }", ["forum", "mail"]),
        ("{ top { __typename posts } }", ["forum", "people"]),
        ("{ top { ... on Admin { posts } } }", ["forum", "people", "forum"]),
        ("{ top { name address label } }", ["forum", "people", "labels", "mail"]),
        ("{ top { posts ... on Admin { posts } } }", ["forum"]),
        ("{ top { ... on Admin { posts } posts } }", ["forum", "people"]),
        ("{ users { posts friend { posts } } }", ["people", "forum"]),
    ],
)
def test_no_fetch_more_than_needed(query: str, fetches: list[str]) -> None:
    assert [fetch.subgraph for fetch in plan(graph(**SDL), query).fetches] == fetches


def test_objects_of_two_types_ask_an_interface_object_for_their_own_fields_only() -> None:
    query = "{ users { ... on Admin { label } posts } }"
    assert planned(graph(**SDL), query) == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "people") {
              {
                users {
                  __typename
                  ... on Admin {
                    id
                    name
                  }
                  ... on Guest {
                    id
                  }
                }
              }
            },
            Parallel {
              Flatten(path: "users.@") {
                Fetch(service: "labels") {
                  {
                    ... on User {
                      __typename
                      id
                      name
                    }
                  } =>
                  {
                    ... on User {
                      label
                    }
                  }
                },
              },
              Flatten(path: "users.@") {
                Fetch(service: "forum") {
                  {
                    ... on User {
                      __typename
                      id
                    }
                  } =>
                  {
                    ... on User {
                      posts
                    }
                  }
                },
              },
            },
          },
        }
    """)


def test_what_the_interface_object_answers_anyway_is_not_asked_again_for_one_type() -> None:
    assert planned(graph(**SDL), "{ top { posts ... on Admin { posts since } } }") == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "forum") {
              {
                top {
                  __typename
                  posts
                  id
                }
              }
            },
            Flatten(path: "top") {
              Fetch(service: "people") {
                {
                  ... on User {
                    __typename
                    id
                  }
                } =>
                {
                  ... on User {
                    __typename
                    ... on Admin {
                      since
                    }
                  }
                }
              },
            },
          },
        }
    """)


def test_answers_are_those_of_one_schema() -> None:
    def label(owner: dict[str, Any]) -> str:
        return f"<{owner['name']}>"

    admin: dict[str, Any] = {
        "__typename": "Admin",
        "id": "1",
        "name": "A",
        "since": 1,
        "posts": 3,
        "address": "a@x",
        "label": label,
    }
    guest: dict[str, Any] = {
        "__typename": "Guest",
        "id": "2",
        "name": "G",
        "posts": 4,
        "address": "g@x",
        "label": label,
    }
    admin["friend"], guest["friend"] = guest, admin
    world = World({"users": [admin, guest], "top": guest}, {"Admin": [admin], "Guest": [guest], "User": [admin, guest]})
    federation = Federation(SDL, world)
    for query in (
        "{ users { __typename label ... on Admin { since posts } friend { address label __typename } } }",
        "{ top { posts address friend { ... on Admin { since address } id } } }",
        "{ top { friend { friend { posts } } label } }",
        "{ top { posts ... on Admin { posts } friend { posts ... on Guest { posts } ... on Admin { posts } } } }",
    ):
        result = asyncio.run(federation.run(query))
        assert (result.data, result.errors) == (federation.monolith(query)[0], ())


@pytest.mark.parametrize("typed", [True, False])
def test_an_object_whose_type_nobody_asks_for_this_time_has_none(typed: bool) -> None:
    """The key that leads to the type is skipped together with the question; what else was asked is answered."""
    guest: dict[str, Any] = {"__typename": "Guest", "id": "2", "posts": 4, "address": "g@x"}
    federation = Federation(SDL, World({"top": guest}, {"Guest": [guest], "User": [guest]}))
    for query in (
        "query ($typed: Boolean!) { top { posts } top @include(if: $typed) { __typename ... on Guest { address } } }",
        "query ($typed: Boolean!) { top { posts __typename @include(if: $typed) } }",
        "query ($typed: Boolean!) { top { posts ... on Guest @include(if: $typed) { id } } }",
    ):
        result = asyncio.run(federation.run(query, {"typed": typed}))
        assert (result.data, result.errors) == (federation.monolith(query, {"typed": typed})[0], ())


def test_an_interface_object_of_which_everything_elsewhere_is_skipped_is_still_there() -> None:
    guest = {"__typename": "Guest", "id": "2", "name": "G", "posts": 4}
    federation = Federation(SDL, World({"top": guest}, {"Guest": [guest], "User": [guest]}))
    for query, data in (
        ("query($no: Boolean!) { top { name @include(if: $no) } }", {"top": {}}),
        ("query($no: Boolean!) { top { posts name @include(if: $no) } }", {"top": {"posts": 4}}),
    ):
        result = asyncio.run(federation.run(query, {"no": False}))
        assert (result.data, result.errors) == (data, ())
        assert [subgraph for subgraph, _ in federation.requests] == ["forum"]
