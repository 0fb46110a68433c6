"""Query above, whole plan below."""

from __future__ import annotations

import pytest

from gateway.errors import Code, GatewayError
from gateway.planning.nodes import EntityFetch, Subscribe
from gateway.supergraph.model import Supergraph
from tests.gateway.planning.harness import graph, plan, planned, text


def test_one_subgraph_is_one_fetch(shop: Supergraph) -> None:
    assert planned(shop, "query($n: Int) { best: top(first: $n) { name } }") == text("""
        QueryPlan {
          Fetch(service: "products") {
            {
              best: top(first: $n) {
                name
              }
            }
          },
        }
    """)


def test_roots_of_two_subgraphs_run_in_parallel(shop: Supergraph) -> None:
    assert planned(shop, "{ me { name } top { name } }") == text("""
        QueryPlan {
          Parallel {
            Fetch(service: "accounts") {
              {
                me {
                  name
                }
              }
            },
            Fetch(service: "products") {
              {
                top {
                  name
                }
              }
            },
          },
        }
    """)


def test_an_entity_is_fetched_by_its_key(shop: Supergraph) -> None:
    assert planned(shop, "{ me { name reviews { body } } }") == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "accounts") {
              {
                me {
                  name
                  id
                }
              }
            },
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
        }
    """)


def test_what_is_required_travels_with_the_key(shop: Supergraph) -> None:
    assert planned(shop, "query($z: Int) { top { shipping(zone: $z) } }") == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "products") {
              {
                top {
                  upc
                  price
                  weight
                }
              }
            },
            Flatten(path: "top.@") {
              Fetch(service: "inventory") {
                {
                  ... on Product {
                    __typename
                    upc
                    price
                    weight
                  }
                } =>
                {
                  ... on Product {
                    shipping(zone: $z)
                  }
                }
              },
            },
          },
        }
    """)


def test_what_is_provided_is_not_fetched_again(shop: Supergraph) -> None:
    assert planned(shop, "{ me { reviews { author { username } } } }").count("Fetch(") == 2
    assert planned(shop, "{ me { reviews { author { name } } } }").count("Fetch(") == 3


def test_equal_entities_of_several_paths_are_one_request(shop: Supergraph) -> None:
    query = "{ top { reviews { product { name } author { reviews { product { name } } } } } }"
    assert planned(shop, query) == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "products") {
              {
                top {
                  upc
                }
              }
            },
            Flatten(path: "top.@") {
              Fetch(service: "reviews") {
                {
                  ... on Product {
                    __typename
                    upc
                  }
                } =>
                {
                  ... on Product {
                    reviews {
                      product {
                        upc
                      }
                      author {
                        reviews {
                          product {
                            upc
                          }
                        }
                      }
                    }
                  }
                }
              },
            },
            BatchFetch(service: "products") {
              Flatten(paths: ["top.@.reviews.@.product", "top.@.reviews.@.author.reviews.@.product"]) {
                {
                  ... on Product {
                    __typename
                    upc
                  }
                } =>
                {
                  ... on Product {
                    name
                  }
                }
              },
            },
          },
        }
    """)


def test_different_selections_of_one_depth_are_parts_of_one_request(shop: Supergraph) -> None:
    fetches = plan(shop, "query($n: Int) { me { reviews { body } } top(first: $n) { reviews { id } } }").fetches
    assert [(fetch.subgraph, fetch.text) for fetch in fetches] == [
        ("accounts", "{me{id}}"),
        ("products", "query($n: Int){top(first: $n){upc}}"),
        (
            "reviews",
            (
                "query($r0: [_Any!]!,$r1: [_Any!]!){"
                "_e0:_entities(representations:$r0){...on User{reviews{body}}} "
                "_e1:_entities(representations:$r1){...on Product{reviews{id}}}}"
            ),
        ),
    ]


def test_the_deep_query_of_the_public_benchmark_takes_seven_requests(shop: Supergraph) -> None:
    query = """
        fragment U on User { id username name }
        fragment R on Review { id body }
        fragment P on Product { inStock name price shipping upc weight }
        query Big {
          users { ...U reviews { ...R product { ...P
            reviews { ...R author { ...U reviews { ...R product { ...P } } } } } } }
          top { ...P reviews { ...R author { ...U reviews { ...R product { ...P } } } } }
        }
    """
    assert len(plan(shop, query).fetches) == 7


def test_only_a_typename_fetches_nothing(shop: Supergraph) -> None:
    assert planned(shop, "{ __typename t: __typename }") == "QueryPlan {}"


def test_a_typename_alone_still_asks_whether_the_object_is_there(shop: Supergraph) -> None:
    assert [fetch.text for fetch in plan(shop, "{ me { __typename } }").fetches] == ["{me{__typename}}"]


# -- response keys -------------------------------------------------------------------------------------------------------


def test_a_key_never_lands_on_the_clients_alias(shop: Supergraph) -> None:
    first, second = plan(shop, "{ me { id: name _id_1: username reviews { body } } }").fetches
    assert first.text == "{me{id:name _id_1:username _id_2:id}}"
    assert isinstance(second, EntityFetch)
    (key,) = second.parts[0].requires[0].selections
    assert (key.name, key.source) == ("id", "_id_2")  # type: ignore[union-attr]


def test_branches_that_a_subgraph_would_refuse_to_merge_get_an_alias_on_the_wire() -> None:
    """The client sees `String` in both; subgraph a has `String!` in one of them."""
    supergraph = graph(
        a='type Query { pets: [Pet] } union Pet = Cat | Dog type Cat @key(fields: "id") { id: ID! n: String! @shareable } type Dog { n: String }',
        b='type Cat @key(fields: "id") { id: ID! n: String @shareable }',
    )
    (fetch,) = plan(supergraph, "{ pets { ... on Cat { n } ... on Dog { n } } }").fetches
    assert fetch.text == "{pets{__typename ...on Cat{n} ...on Dog{n__1:n}}}"


def test_a_client_may_call_anything_typename() -> None:
    supergraph = graph(
        a="type Query { pets: [Pet] } union Pet = Cat | Dog type Cat { n: String } type Dog { n: String }"
    )
    made = plan(supergraph, "{ pets { ... on Cat { __typename: n } } }")
    assert made.typename_key == "__typename_"
    assert made.fetches[0].text == "{pets{__typename_:__typename ...on Cat{__typename:n}}}"


# -- shared fields, overrides ----------------------------------------------------------------------------------------------


def test_a_shared_root_goes_where_most_of_it_is_answered() -> None:
    supergraph = graph(
        a="type Query { cfg: Cfg } type Cfg @shareable { x: Int }",
        b="type Query { cfg: Cfg } type Cfg @shareable { x: Int y: Int }",
    )
    assert [(f.subgraph, f.text) for f in plan(supergraph, "{ cfg { x y } }").fetches] == [("b", "{cfg{x y}}")]


def test_a_value_type_that_two_subgraphs_know_in_part_is_fetched_from_both() -> None:
    supergraph = graph(
        a="type Query { cfg: Cfg } type Cfg @shareable { x: Int in: In } type In @shareable { p: Int }",
        b="type Query { cfg: Cfg } type Cfg @shareable { y: Int in: In } type In @shareable { q: Int }",
    )
    assert [(f.subgraph, f.text) for f in plan(supergraph, "{ cfg { x y in { p q } } }").fetches] == [
        ("a", "{cfg{x in{p}}}"),
        ("b", "{cfg{y in{q}}}"),
    ]


def test_an_overridden_field_moves_and_a_label_decides_when() -> None:
    def of(label: str) -> Supergraph:
        return graph(
            a='type Query { t: T } type T @key(fields: "id") { id: ID! f: Int }',
            b=f'type T @key(fields: "id") {{ id: ID! f: Int @override(from: "a"{label}) }}',
        )

    labelled = of(', label: "percent(5)"')
    assert [f.subgraph for f in plan(of(""), "{ t { f } }").fetches] == ["a", "b"]
    assert [f.subgraph for f in plan(labelled, "{ t { f } }").fetches] == ["a"]
    assert [f.subgraph for f in plan(labelled, "{ t { f } }", labels=frozenset({"percent(5)"})).fetches] == ["a", "b"]


# -- keys ------------------------------------------------------------------------------------------------------------------


def test_a_key_that_leads_through_a_third_subgraph() -> None:
    supergraph = graph(
        a='type Query { p: P } type P @key(fields: "id") { id: ID! }',
        b='type P @key(fields: "id") @key(fields: "sku org { id }") { id: ID! sku: String! org: Org! } type Org { id: ID! }',
        c='type P @key(fields: "sku org { id }") { sku: String! org: Org! price: Int } type Org { id: ID! }',
    )
    assert planned(supergraph, "{ p { price } }") == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "a") {
              {
                p {
                  id
                }
              }
            },
            Flatten(path: "p") {
              Fetch(service: "b") {
                {
                  ... on P {
                    __typename
                    id
                  }
                } =>
                {
                  ... on P {
                    sku
                    org {
                      id
                    }
                  }
                }
              },
            },
            Flatten(path: "p") {
              Fetch(service: "c") {
                {
                  ... on P {
                    __typename
                    sku
                    org {
                      id
                    }
                  }
                } =>
                {
                  ... on P {
                    price
                  }
                }
              },
            },
          },
        }
    """)


def test_a_key_that_is_not_resolvable_is_no_way_in() -> None:
    supergraph = graph(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! }',
        b='type T @key(fields: "id", resolvable: false) { id: ID! f: Int }',
    )
    with pytest.raises(GatewayError) as refusal:
        plan(supergraph, "{ t { f } }")
    assert refusal.value.issues[0].code is Code.INTERNAL_SERVER_ERROR


def test_requirements_chain_and_return_to_a_subgraph() -> None:
    supergraph = graph(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! a: Int c: Int @external d: Int @requires(fields: "c") }',
        b='type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }',
        c='type T @key(fields: "id") { id: ID! b: Int @external c: Int @requires(fields: "b") }',
    )
    assert [(f.subgraph, f.text.split("...on T")[-1]) for f in plan(supergraph, "{ t { d } }").fetches] == [
        ("a", "{t{id a}}"),
        ("b", "{b}}}"),
        ("c", "{c}}}"),
        ("a", "{d}}}"),
    ]


def test_requirements_that_need_each_other_cannot_be_planned() -> None:
    supergraph = graph(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! y: Int @external x: Int @requires(fields: "y") }',
        b='type T @key(fields: "id") { id: ID! x: Int @external y: Int @requires(fields: "x") }',
    )
    with pytest.raises(GatewayError):
        plan(supergraph, "{ t { x } }")


# -- mutations and subscriptions -----------------------------------------------------------------------------------------------


def test_mutations_run_one_subgraph_after_the_other_each_to_its_end() -> None:
    supergraph = graph(
        a='type Query { q: Int } type Mutation { inc(by: Int!): X } type X @key(fields: "id") { id: ID! n: Int }',
        b='type Mutation { dec: X } type X @key(fields: "id") { id: ID! m: Int }',
    )
    made = plan(
        supergraph, "mutation($b: Int!) { a: inc(by: $b) { n m } b: dec { m } c: inc(by: 2) { n } d: inc(by: 3) { n } }"
    )
    assert [(f.subgraph, f.text) for f in made.fetches] == [
        ("a", "mutation($b: Int!){a:inc(by: $b){n id}}"),
        ("b", "query($representations: [_Any!]!){_entities(representations:$representations){...on X{m}}}"),
        ("b", "mutation{b:dec{m}}"),
        ("a", "mutation{c:inc(by: 2){n} d:inc(by: 3){n}}"),
    ]


def test_a_mutation_selected_twice_under_conditions_runs_once_where_it_stands_first() -> None:
    supergraph = graph(
        a="type Query { q: Int } type Mutation { inc: X } type X { n: Int m: Int }",
        b="type Mutation { dec: Int }",
    )
    made = plan(supergraph, "mutation($b: Boolean!) { inc { n } dec ... @include(if: $b) { inc { m } } }")
    assert [(f.subgraph, f.text) for f in made.fetches] == [
        ("a", "mutation($b: Boolean!){inc{n} inc @include(if: $b){m}}"),
        ("b", "mutation{dec}"),
    ]


def test_a_subscription_is_a_stream_and_what_completes_its_events() -> None:
    supergraph = graph(
        a='type Query { q: Int } type Subscription { x: X } type X @key(fields: "id") { id: ID! }',
        b='type X @key(fields: "id") { id: ID! m: Int }',
    )
    root = plan(supergraph, "subscription { x { m } }").root
    assert isinstance(root, Subscribe)
    assert root.primary.text == "subscription{x{id}}"
    assert isinstance(root.rest, EntityFetch)


def test_a_fragment_is_not_sent_where_it_could_select_nothing() -> None:
    """Subgraph `a` knows both `U` and `J`, but no object that is both: it would refuse the fragment (GraphQL §5.5.2.3)."""
    supergraph = graph(
        a="""
            type Query { u: U }
            union U = A
            type A { id: ID! }
            interface J { n: Int }
            type B implements J { n: Int }
        """,
        b="""
            type Query { w: U }
            union U = C
            interface J { n: Int }
            type C implements J { n: Int }
        """,
    )
    assert plan(supergraph, "{ u { __typename ... on J { n } } }").fetches[0].text == "{u{__typename}}"
