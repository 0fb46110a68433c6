"""Interfaces and unions whose members several subgraphs know. Query above, whole plan below."""

from __future__ import annotations

from tests.gateway.planning.harness import graph, plan, planned, text

ZOO = {
    "a": """
        type Query { pets: [Pet] }
        interface Pet { id: ID! name: String }
        type Dog implements Pet @key(fields: "id") { id: ID! name: String }
        type Cat implements Pet @key(fields: "id") { id: ID! name: String lives: Int }
    """,
    "b": """
        interface Pet { id: ID! age: Int }
        type Dog implements Pet @key(fields: "id") { id: ID! age: Int }
        type Cat implements Pet @key(fields: "id") { id: ID! age: Int }
        type Fox implements Pet @key(fields: "id") { id: ID! age: Int name: String }
    """,
}


def test_an_interface_field_that_the_subgraph_knows_is_asked_as_it_stands() -> None:
    assert [f.text for f in plan(graph(**ZOO), "{ pets { name ... on Cat { lives } ... on Fox { id } } }").fetches] == [
        "{pets{__typename name ...on Cat{lives}}}"
    ]


def test_an_interface_field_of_another_subgraph_is_fetched_per_member() -> None:
    assert planned(graph(**ZOO), "{ pets { name age } }") == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "a") {
              {
                pets {
                  __typename
                  name
                  ... on Cat {
                    id
                  }
                  ... on Dog {
                    id
                  }
                }
              }
            },
            Flatten(path: "pets.@") {
              Fetch(service: "b") {
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
                    age
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


def test_an_interface_object_answers_its_own_fields_and_another_subgraph_says_what_it_is() -> None:
    supergraph = graph(
        a='type Query { medias: [Media] } interface Media @key(fields: "id") { id: ID! title: String } type Book implements Media @key(fields: "id") { id: ID! title: String }',
        b='type Query { top: Media } type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }',
    )
    assert [(f.subgraph, f.text) for f in plan(supergraph, "{ top { stars title } }").fetches] == [
        ("b", "{top{__typename stars id}}"),
        (
            "a",
            "query($representations: [_Any!]!){_entities(representations:$representations){...on Media{__typename title}}}",
        ),
    ]
    assert [f.subgraph for f in plan(supergraph, "{ medias { stars } }").fetches] == ["a", "b"]
