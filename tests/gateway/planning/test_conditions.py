"""`@skip` and `@include`: what is skipped is not fetched. Query above, whole plan below."""

from __future__ import annotations

from gateway.supergraph.model import Supergraph
from tests.gateway.planning.harness import graph, plan, planned, text


def test_an_object_of_which_everything_is_skipped_is_still_asked_for(shop: Supergraph) -> None:
    assert planned(shop, "{ me { name @skip(if: true) } }") == text("""
        QueryPlan {
          Fetch(service: "accounts") {
            {
              me {
                __typename
              }
            }
          },
        }
    """)


def test_what_is_skipped_is_not_fetched(shop: Supergraph) -> None:
    query = (
        "query($a: Boolean!, $b: Boolean!) { me { name reviews @include(if: $a) { body } } top @skip(if: $b) { name } }"
    )
    assert planned(shop, query) == text("""
        QueryPlan {
          Parallel {
            Sequence {
              Fetch(service: "accounts") {
                {
                  me {
                    name
                    id @include(if: $a)
                  }
                }
              },
              Include(if: $a) {
                Flatten(path: "me") {
                  Fetch(service: "reviews") {
                    {
                      ... on User {
                        __typename
                        id
                      }
                    } =>
                    {
                      ... on User {
                        reviews {
                          body
                        }
                      }
                    }
                  },
                },
              },
            },
            Skip(if: $b) {
              Fetch(service: "products") {
                {
                  top {
                    name
                  }
                }
              },
            },
          },
        }
    """)


def test_parts_of_one_request_keep_conditions_of_their_own() -> None:
    supergraph = graph(
        a="""
            type Query { me: User top: Item }
            type User @key(fields: "id") { id: ID! } type Item @key(fields: "id") { id: ID! }
        """,
        b='type User @key(fields: "id") { id: ID! name: String } type Item @key(fields: "id") { id: ID! price: Int }',
    )
    query = "query($a: Boolean!, $b: Boolean!) { me { name @include(if: $a) } top { price @skip(if: $b) } }"
    assert planned(supergraph, query) == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "a") {
              {
                me {
                  id @include(if: $a)
                }
                top {
                  id @skip(if: $b)
                }
              }
            },
            BatchFetch(service: "b") {
              Flatten(path: "me") {
                {
                  ... on User {
                    __typename
                    id
                  }
                } =>
                {
                  ... on User {
                    name @include(if: $a)
                  }
                }
              },
              Flatten(path: "top") {
                {
                  ... on Item {
                    __typename
                    id
                  }
                } =>
                {
                  ... on Item {
                    price @skip(if: $b)
                  }
                }
              },
            },
          },
        }
    """)


def test_requirements_of_a_skipped_field_are_skipped_too(shop: Supergraph) -> None:
    fetches = plan(shop, "query($a: Boolean!) { top { name shipping @include(if: $a) } }").fetches
    assert fetches[0].text == (
        "query($a: Boolean!){top{name upc @include(if: $a) price @include(if: $a) weight @include(if: $a)}}"
    )


def test_two_conditions_of_one_kind_nest(shop: Supergraph) -> None:
    query = "query($a: Boolean!, $b: Boolean!) { me { name username @include(if: $b) ... @include(if: $a) { id @include(if: $b) } } }"
    assert plan(shop, query).fetches[0].text == (
        "query($a: Boolean!,$b: Boolean!){me{name username @include(if: $b) ... @include(if: $b){id @include(if: $a)}}}"
    )
