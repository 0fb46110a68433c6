"""§1 Reading: join v0.1–v0.5, as other composers write them. One small graph a version, who resolves what below."""

from __future__ import annotations

import pytest

from gateway.supergraph.model import FieldJoin, Key
from gateway.supergraph.reader import SupergraphError, read_supergraph

GRAPHS = """
scalar join__FieldSet
enum join__Graph {
  A @join__graph(name: "a", url: "http://a")
  B @join__graph(name: "b", url: "http://b")
}
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
"""


def link(version: str, more: str = "") -> str:
    return f"""
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/{version}", for: EXECUTION){more}
{{ query: Query }}
{GRAPHS}"""


def test_v02_types_say_where_they_are_and_fields_who_resolves_them():
    graph = read_supergraph(
        """
        schema @core(feature: "https://specs.apollo.dev/core/v0.2") @core(feature: "https://specs.apollo.dev/join/v0.2", for: EXECUTION)
        { query: Query }
        directive @core(feature: String!, as: String, for: core__Purpose) repeatable on SCHEMA
        enum core__Purpose { EXECUTION SECURITY }
        directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false) repeatable on OBJECT
        directive @join__field(graph: join__Graph!, requires: join__FieldSet, external: Boolean) repeatable on FIELD_DEFINITION
        """
        + GRAPHS
        + """
        type Query @join__type(graph: A) @join__type(graph: B) { t: T @join__field(graph: A) }
        type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", extension: true) {
          id: ID!
          x: Int @join__field(graph: A) @join__field(graph: B, external: true)
          y: Int @join__field(graph: B, requires: "x")
        }
        """
    )
    assert {name: field.joins for name, field in graph.types["T"].fields.items()} == {
        "id": {"a": FieldJoin("a"), "b": FieldJoin("b")},
        "x": {"a": FieldJoin("a"), "b": FieldJoin("b", external=True)},
        "y": {"b": FieldJoin("b", requires="x")},
    }
    assert graph.types["T"].joins["b"].extension
    assert set(graph.api.type_map) & {"core__Purpose", "join__Graph", "T"} == {"T"}


def test_v03_interfaces_members_and_values_are_known_by_subgraph():
    graph = read_supergraph(
        link("v0.3")
        + """
        interface I @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true) { id: ID! x: Int @join__field(graph: B) }
        type Query @join__type(graph: A) @join__type(graph: B) { i: I @join__field(graph: A) u: U @join__field(graph: A) }
        type S @join__type(graph: B) { e: E }
        type T implements I @join__implements(graph: A, interface: "I") @join__type(graph: A, key: "id") { id: ID! x: Int @join__field }
        union U @join__type(graph: A) @join__type(graph: B) @join__unionMember(graph: A, member: "T") @join__unionMember(graph: B, member: "S") = T | S
        enum E @join__type(graph: A) @join__type(graph: B) { V @join__enumValue(graph: A) W @join__enumValue(graph: A) @join__enumValue(graph: B) }
        """
    )
    types = graph.types
    assert types["I"].joins["b"].is_interface_object
    assert types["T"].joins["a"].implements == ("I",)
    assert types["T"].fields["x"].joins == {}
    assert {name: join.members for name, join in types["U"].joins.items()} == {"a": ("T",), "b": ("S",)}
    assert {name: join.enum_values for name, join in types["E"].joins.items()} == {"a": ("V", "W"), "b": ("W",)}


def test_v04_overrides_have_labels_and_keys_may_not_resolve():
    graph = read_supergraph(
        link("v0.4")
        + """
        directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT
        scalar join__DirectiveArguments
        type Query @join__type(graph: A) @join__type(graph: B) { t: T @join__field(graph: A) }
        type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", resolvable: false)
          @join__directive(graphs: [A], name: "federation__cacheTag", args: { format: "t" })
        {
          id: ID!
          x: Int @join__field(graph: A, overrideLabel: "l") @join__field(graph: B, override: "a", overrideLabel: "l")
        }
        """
    )
    assert graph.types["T"].fields["x"].joins == {
        "a": FieldJoin("a", override_label="l"),
        "b": FieldJoin("b", override="a", override_label="l"),
    }
    assert graph.types["T"].joins["b"].keys == (Key("id", resolvable=False),)
    assert "join__DirectiveArguments" not in graph.api.type_map


def test_v05_arguments_come_from_contexts_that_types_set():
    graph = read_supergraph(
        link(
            "v0.5",
            ' @link(url: "https://specs.apollo.dev/context/v0.1", import: [{name: "@context", as: "@sets"}], for: SECURITY)',
        )
        + """
        directive @sets(name: String!) repeatable on INTERFACE | OBJECT | UNION
        input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }
        scalar join__FieldValue
        type Query @join__type(graph: A) @join__type(graph: B) { t: T @join__field(graph: A) }
        type T @join__type(graph: A) @sets(name: "a__c") @sets(name: "a__d") { p: String u: U }
        type U @join__type(graph: A, key: "id") {
          id: ID!
          f: Int @join__field(graph: A, contextArguments: [{context: "a__c", name: "x", type: "String", selection: " { p }"}])
        }
        """
    )
    assert graph.types["T"].contexts == ("a__c", "a__d")
    assert graph.types["U"].contexts == ()
    assert graph.types["U"].fields["f"].joins["a"].context_arguments == (("x", "String", "a__c", " { p }"),)
    assert graph.schema.get_directive("join__field") is None


@pytest.mark.parametrize(
    ("feature", "refused"),
    [
        ('https://example.test/guard/v1.0", for: SECURITY', True),
        ('https://example.test/run/v1.0", for: EXECUTION', True),
        ('https://example.test/note/v1.0"', False),
        ('https://specs.apollo.dev/tag/v0.3"', False),
    ],
)
def test_a_feature_for_security_or_execution_must_be_known(feature: str, refused: bool):
    sdl = link("v0.5", f' @link(url: "{feature})') + "type Query @join__type(graph: A) { q: Int }"
    if not refused:
        assert list(read_supergraph(sdl).api.query_type.fields) == ["q"]  # type: ignore[union-attr]
        return
    with pytest.raises(SupergraphError) as caught:
        read_supergraph(sdl)
    assert caught.value.code == "UNSUPPORTED_LINKED_FEATURE"
