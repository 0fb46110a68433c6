from __future__ import annotations

import pytest

from gateway.supergraph.api import print_api_schema
from gateway.supergraph.model import FieldJoin, Key, TypeJoin, TypeKind
from gateway.supergraph.reader import SupergraphError, read_supergraph

LINKS = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
{ query: Query }
enum join__Graph {
  A @join__graph(name: "a", url: "http://a/graphql")
  B_C @join__graph(name: "b-c", url: "")
}
scalar join__FieldSet
directive @join__field(graph: join__Graph, requires: join__FieldSet) repeatable on FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION | OBJECT | ENUM_VALUE | ARGUMENT_DEFINITION
directive @mine on FIELD
"""

GRAPH = (
    LINKS
    + """
type Query @join__type(graph: A) @join__type(graph: B_C) {
  node: Node @join__field(graph: A)
  t(old: Int @inaccessible, unit: Unit): T @join__field(graph: B_C, provides: "x")
  secret: Secret @join__field(graph: A) @inaccessible
}
interface Node @join__type(graph: A, key: "id") @join__type(graph: B_C, key: "id", isInterfaceObject: true) {
  id: ID!
  extra: Int @join__field(graph: B_C)
}
type T implements Node
  @join__implements(graph: A, interface: "Node")
  @join__type(graph: A, key: "id")
  @join__type(graph: A, key: "o { k }", resolvable: false)
  @join__type(graph: B_C, key: "id", extension: true)
{
  id: ID!
  extra: Int @join__field
  x: Int @join__field(graph: A, type: "Int!") @join__field(graph: B_C, type: "Int", external: true)
  y: Int @join__field(graph: A, overrideLabel: "l") @join__field(graph: B_C, override: "a", overrideLabel: "l")
  z: Int @join__field(graph: A, usedOverridden: true)
    @join__field(graph: B_C, requires: "x", contextArguments: [{ name: "n", type: "Int", context: "a__c", selection: " { p }" }])
  "The letter."
  letter: String @deprecated(reason: "old")
}
type Secret @join__type(graph: A) @inaccessible { s: Int }
union U @join__type(graph: A) @join__type(graph: B_C)
  @join__unionMember(graph: A, member: "T") @join__unionMember(graph: B_C, member: "Secret") = T | Secret
enum Unit @join__type(graph: A) @join__type(graph: B_C) {
  M @join__enumValue(graph: A) @join__enumValue(graph: B_C)
  CM @join__enumValue(graph: A) @inaccessible
}
"""
)


def test_subgraphs_are_known_by_name():
    graph = read_supergraph(GRAPH)
    assert {name: (s.graph, s.url) for name, s in graph.subgraphs.items()} == {
        "a": ("A", "http://a/graphql"),
        "b-c": ("B_C", ""),
    }


def test_types_say_what_each_subgraph_knows_of_them():
    types = read_supergraph(GRAPH).types
    assert types["T"].joins == {
        "a": TypeJoin("a", keys=(Key("id"), Key("o { k }", resolvable=False)), implements=("Node",)),
        "b-c": TypeJoin("b-c", keys=(Key("id"),), extension=True),
    }
    assert types["Node"].joins["b-c"] == TypeJoin("b-c", keys=(Key("id"),), is_interface_object=True)
    assert types["U"].joins["a"].members == ("T",)
    assert types["U"].joins["b-c"].members == ("Secret",)
    assert types["Unit"].joins["a"].enum_values == ("M", "CM")
    assert types["Unit"].joins["b-c"].enum_values == ("M",)
    assert (types["Secret"].kind, types["Secret"].inaccessible) == (TypeKind.OBJECT, True)
    assert "join__Graph" not in types


def test_fields_say_who_resolves_them():
    fields = read_supergraph(GRAPH).types["T"].fields
    assert fields["id"].joins == {"a": FieldJoin("a"), "b-c": FieldJoin("b-c")}
    assert fields["extra"].joins == {}
    assert fields["x"].joins == {
        "a": FieldJoin("a", type="Int!"),
        "b-c": FieldJoin("b-c", type="Int", external=True),
    }
    assert fields["y"].joins == {
        "a": FieldJoin("a", override_label="l"),
        "b-c": FieldJoin("b-c", override="a", override_label="l"),
    }
    assert fields["z"].joins == {
        "a": FieldJoin("a", used_overridden=True),
        "b-c": FieldJoin("b-c", requires="x", context_arguments=(("n", "Int", "a__c", " { p }"),)),
    }


def test_a16_clients_see_no_machinery_and_nothing_inaccessible():
    assert (
        print_api_schema(read_supergraph(GRAPH).api).strip()
        == (
            '''
directive @mine on FIELD

type Query {
  node: Node
  t(unit: Unit): T
}

interface Node {
  id: ID!
  extra: Int
}

type T implements Node {
  id: ID!
  extra: Int
  x: Int
  y: Int
  z: Int

  """The letter."""
  letter: String @deprecated(reason: "old")
}

union U = T

enum Unit {
  M
}
'''
        ).strip()
    )


def test_the_full_schema_keeps_what_is_inaccessible():
    schema = read_supergraph(GRAPH).schema
    assert "Secret" in schema.type_map
    assert schema.query_type is not None
    assert "secret" in schema.query_type.fields
    assert "join__Graph" not in schema.type_map
    assert [d.name for d in schema.directives if d.name.startswith("join")] == []


def test_renamed_machinery_is_found():
    renamed = (
        GRAPH.replace('"https://specs.apollo.dev/join/v0.5"', '"https://specs.apollo.dev/join/v0.5", as: "j"')
        .replace("join__", "j__")
        .replace('inaccessible/v0.2"', 'inaccessible/v0.2", as: "hide"')
        .replace("@inaccessible", "@hide")
    )
    assert print_api_schema(read_supergraph(renamed).api) == print_api_schema(read_supergraph(GRAPH).api)
    assert read_supergraph(renamed).types == read_supergraph(GRAPH).types


V01 = """
schema @core(feature: "https://specs.apollo.dev/core/v0.1") @core(feature: "https://specs.apollo.dev/join/v0.1")
{ query: Query }
directive @core(feature: String!) repeatable on SCHEMA
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet) on FIELD_DEFINITION
directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on OBJECT | INTERFACE
directive @join__owner(graph: join__Graph!) on OBJECT | INTERFACE
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
scalar join__FieldSet
enum join__Graph {
  ACCOUNTS @join__graph(name: "accounts", url: "http://accounts")
  REVIEWS @join__graph(name: "reviews", url: "http://reviews")
}
type Query { me: User @join__field(graph: ACCOUNTS) }
type User @join__owner(graph: ACCOUNTS) @join__type(graph: ACCOUNTS, key: "id") @join__type(graph: REVIEWS, key: "id") {
  id: ID! @join__field(graph: ACCOUNTS)
  name: String @join__field(graph: ACCOUNTS)
  meta: Meta
  reviews: [String] @join__field(graph: REVIEWS)
}
type Meta { a: Int }
"""


def test_join_v01_owners_resolve_what_names_no_other():
    graph = read_supergraph(V01)
    assert {name: list(field.joins) for name, field in graph.types["User"].fields.items()} == {
        "id": ["accounts", "reviews"],
        "name": ["accounts"],
        "meta": ["accounts"],
        "reviews": ["reviews"],
    }
    assert list(graph.types["Meta"].fields["a"].joins) == ["accounts", "reviews"]
    assert print_api_schema(graph.api).startswith("type Query {\n  me: User\n}")


@pytest.mark.parametrize(
    ("sdl", "code"),
    [
        ("type Query {", "INVALID_GRAPHQL"),
        ("type Query { q: Int }", "INVALID_FEDERATION_SUPERGRAPH"),
        (GRAPH.replace("join/v0.5", "join/v9.9"), "INVALID_FEDERATION_SUPERGRAPH"),
        (GRAPH.replace("(graph: B_C, key", "(graph: NOBODY, key"), "INVALID_FEDERATION_SUPERGRAPH"),
        (GRAPH.replace("enum join__Graph", "enum join__Other"), "INVALID_FEDERATION_SUPERGRAPH"),
        (GRAPH.replace("s: Int", "s: Nobody"), "INVALID_GRAPHQL"),
        (
            LINKS.replace("{ query", '@link(url: "https://example.test/guard/v1.0", for: SECURITY) { query')
            + "type Query { q: Int }",
            "UNSUPPORTED_LINKED_FEATURE",
        ),
    ],
)
def test_a03_what_cannot_be_served_is_refused(sdl: str, code: str):
    with pytest.raises(SupergraphError) as refused:
        read_supergraph(sdl)
    assert refused.value.code == code
