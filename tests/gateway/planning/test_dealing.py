"""Which subgraphs are opened for the fields of one object: never more than needed, and no step later than needed."""

from __future__ import annotations

from gateway.supergraph.model import Supergraph
from tests.gateway.planning.harness import graph, plan, planned, text

COVER = graph(
    home='type Query { t: T } type T @key(fields: "id") { id: ID! }',
    s1='type T @key(fields: "id") { id: ID! a: Int b: Int c: Int }',
    s2='type T @key(fields: "id") { id: ID! a: Int d: Int e: Int }',
    s3='type T @key(fields: "id") { id: ID! b: Int c: Int d: Int e: Int }',
    s4='type T @key(fields: "id") { id: ID! a: Int f: Int }',
)


def fetched(supergraph: Supergraph, query: str) -> list[str]:
    return [fetch.subgraph for fetch in plan(supergraph, query).fetches]


def test_one_subgraph_that_answers_all_is_enough() -> None:
    assert fetched(COVER, "{ t { b d } }") == ["home", "s3"]
    assert fetched(COVER, "{ t { a d } }") == ["home", "s2"]


def test_a_field_goes_where_another_has_to_go() -> None:
    assert fetched(COVER, "{ t { a f } }") == ["home", "s4"]
    assert fetched(COVER, "{ t { f a b c d e } }") == ["home", "s4", "s3"]


def test_a_child_is_taken_from_the_subgraph_that_is_open_anyway() -> None:
    supergraph = graph(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! child: C } type C @key(fields: "id") { id: ID! }',
        b='type T @key(fields: "id") { id: ID! child: C other: Int } type C @key(fields: "id") { id: ID! x: Int }',
    )
    assert planned(supergraph, "{ t { child { x } other } }") == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "a") {
              {
                t {
                  id
                }
              }
            },
            Flatten(path: "t") {
              Fetch(service: "b") {
                {
                  ... on T {
                    __typename
                    id
                  }
                } =>
                {
                  ... on T {
                    child {
                      x
                    }
                    other
                  }
                }
              },
            },
          },
        }
    """)


def test_a_subgraph_that_is_visited_for_a_key_answers_fields_as_well() -> None:
    supergraph = graph(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! }',
        b='type T @key(fields: "id") @key(fields: "code") { id: ID! code: ID! name: String }',
        c='type T @key(fields: "id") { id: ID! name: String }',
        d='type T @key(fields: "code") { code: ID! last: Int }',
    )
    assert fetched(supergraph, "{ t { name last } }") == ["a", "b", "d"]


def test_a_field_required_with_two_arguments_is_handed_over_with_each() -> None:
    supergraph = graph(
        a='type Query { i: I } type I @key(fields: "id") { id: ID! v(n: Int): String }',
        b="""type I @key(fields: "id") {
            id: ID! v(n: Int): String @external
            x: String @requires(fields: "v(n: 1)") y: String @requires(fields: "v(n: 2)")
        }""",
    )
    made = plan(supergraph, "{ i { x y } }")
    assert "\n".join(fetch.text for fetch in made.fetches) == (
        "{i{id v(n: 1) _v_1:v(n: 2)}}\n"
        "query($r0: [_Any!]!,$r1: [_Any!]!){_e0:_entities(representations:$r0){...on I{x}} "
        "_e1:_entities(representations:$r1){...on I{y}}}"
    )


# -- shared fields: each subgraph answers its part -----------------------------------------------------------------------

FEED = graph(
    a='type Query { feed: [Post] @shareable } type Post @key(fields: "id") { id: ID! title: String }',
    b="""
        type Query { feed: [Post] @shareable }
        type Mutation { publish: Post }
        type Post @key(fields: "id") { id: ID! likes: Int author: User }
        type User @key(fields: "id") { id: ID! }
    """,
    c='type User @key(fields: "id") { id: ID! name: String }',
)


def test_two_subgraphs_that_share_a_root_field_answer_their_parts_at_once() -> None:
    assert planned(FEED, "{ feed { title likes } }") == text("""
        QueryPlan {
          Parallel {
            Fetch(service: "a") {
              {
                feed {
                  title
                }
              }
            },
            Fetch(service: "b") {
              {
                feed {
                  likes
                }
              }
            },
          },
        }
    """)


def test_what_a_mutation_returns_is_never_asked_of_two() -> None:
    assert planned(FEED, "mutation { publish { title likes } }") == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "b") {
              {
                publish {
                  id
                  likes
                }
              }
            },
            Flatten(path: "publish") {
              Fetch(service: "a") {
                {
                  ... on Post {
                    __typename
                    id
                  }
                } =>
                {
                  ... on Post {
                    title
                  }
                }
              },
            },
          },
        }
    """)


def test_a_field_is_not_split_where_the_plan_gets_more_fetches() -> None:
    supergraph = graph(
        a='type Query { t: T @shareable } type T @key(fields: "id") { id: ID! a: Int }',
        b='type Query { t: T @shareable } type T @key(fields: "id") { id: ID! b: Int }',
        c='type Query { t: T @shareable } type T @key(fields: "id") { id: ID! c: Int b: Int @shareable }',
    )
    assert fetched(supergraph, "{ " + " ".join(f"t{n}: t {{ a b c }}" for n in range(10)) + " }") == ["c", "a"]


def test_where_homes_judge_existence_the_other_part_comes_by_the_key() -> None:
    made = plan(FEED, "{ feed { title likes } }", homes={"Post": "a"})
    assert [fetch.text for fetch in made.fetches] == [
        "{feed{id likes}}",
        "query($representations: [_Any!]!){_entities(representations:$representations){...on Post{title}}}",
    ]


# -- what another object visits anyway -----------------------------------------------------------------------------------


def test_a_subgraph_that_another_type_needs_anyway_answers_for_both() -> None:
    supergraph = graph(
        a="""
            type Query { any: [Any] } union Any = Dog | Cat
            type Dog @key(fields: "id") { id: ID! } type Cat @key(fields: "id") { id: ID! }
        """,
        b='type Dog @key(fields: "id") { id: ID! age: Int @shareable }',
        c='type Dog @key(fields: "id") { id: ID! age: Int @shareable } type Cat @key(fields: "id") { id: ID! lives: Int }',
    )
    assert planned(supergraph, "{ any { ... on Dog { age } ... on Cat { lives } } }") == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "a") {
              {
                any {
                  __typename
                  ... on Cat {
                    id
                  }
                  ... on Dog {
                    id
                  }
                }
              }
            },
            Flatten(path: "any.@") {
              Fetch(service: "c") {
                {
                  ... on Cat {
                    __typename
                    id
                  }
                  ... on Dog {
                    __typename
                    id
                  }
                } =>
                {
                  ... on Cat {
                    lives
                  }
                  ... on Dog {
                    age
                  }
                }
              },
            },
          },
        }
    """)


# -- what is provided on the spot ----------------------------------------------------------------------------------------


def test_a_field_that_requires_what_is_provided_needs_no_other_fetch() -> None:
    supergraph = graph(
        a="""
            type Query { best: Product @provides(fields: "weight") any: Product }
            type Product @key(fields: "id") {
              id: ID! weight: Int @external shipping: Int @requires(fields: "weight")
            }
        """,
        b='type Product @key(fields: "id") { id: ID! weight: Int @shareable }',
    )
    assert planned(supergraph, "query($a: Boolean!) { best { shipping @include(if: $a) } }") == text("""
        QueryPlan {
          Fetch(service: "a") {
            {
              best {
                weight @include(if: $a)
                shipping @include(if: $a)
              }
            }
          },
        }
    """)
    assert fetched(supergraph, "{ any { shipping } }") == ["a", "b", "a"]


def test_links_that_are_shared_under_two_names_are_split_together() -> None:
    supergraph = graph(
        a='type Query { t: T @shareable } type T @key(fields: "id") { id: ID! a: Int }',
        b='type Query { t: T @shareable } type T @key(fields: "id") { id: ID! b: Int }',
    )
    assert planned(supergraph, "{ x: t { a b } t { a b } }") == text("""
        QueryPlan {
          Parallel {
            Fetch(service: "a") {
              {
                x: t {
                  a
                }
                t {
                  a
                }
              }
            },
            Fetch(service: "b") {
              {
                x: t {
                  b
                }
                t {
                  b
                }
              }
            },
          },
        }
    """)


# -- interfaces ----------------------------------------------------------------------------------------------------------


def test_an_interface_field_is_asked_of_each_type_where_that_saves_a_fetch() -> None:
    supergraph = graph(
        a="""
            type Query { product: Product } interface Product { similar: Product }
            type Book implements Product @key(fields: "id") {
              id: ID! price: Int @external similar: Book @provides(fields: "price")
            }
        """,
        b='type Book @key(fields: "id") { id: ID! price: Int @shareable }',
    )
    assert planned(supergraph, "{ product { similar { ... on Book { price } } } }") == text("""
        QueryPlan {
          Fetch(service: "a") {
            {
              product {
                __typename
                ... on Book {
                  similar {
                    price
                  }
                }
              }
            }
          },
        }
    """)
    assert [fetch.text for fetch in plan(supergraph, "{ product { similar { __typename } } }").fetches] == [
        "{product{__typename similar{__typename}}}"
    ]
