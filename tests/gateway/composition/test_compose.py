from __future__ import annotations

import itertools

import pytest

from gateway.composition.compose import SubgraphInput, compose
from gateway.composition.versions import join_version
from gateway.supergraph.reader import read_supergraph
from tests.gateway.composition.harness import LINK, codes, composed, hints, types

T = {
    "a": 'type Query { t: T } type T @key(fields: "id") { id: ID! }',
    "b": 'type T @key(fields: "id") { id: ID! x: Int }',
    "c": 'type Query { u: [T] } type T @key(fields: "id", resolvable: false) { id: ID! }',
}


def test_the_order_of_the_subgraphs_does_not_matter():
    made = {composed(**dict(order)).supergraph_sdl for order in itertools.permutations(T.items())}
    assert len(made) == 1


def test_names_of_subgraphs_become_enum_values():
    names = ["a-b", "a_b", "1st", "x_1"]
    subgraphs = [SubgraphInput(name, "", f"type Query {{ q{n}: Int }}") for n, name in enumerate(names)]
    sdl = compose(subgraphs).supergraph_sdl
    assert sdl is not None
    graphs = {graph.name: graph.graph for graph in read_supergraph(sdl).subgraphs.values()}
    assert graphs == {"1st": "_1ST", "a-b": "A_B_1", "a_b": "A_B_2", "x_1": "X_1_"}


def test_two_subgraphs_cannot_have_one_name():
    twice = [SubgraphInput("a", "", "type Query { q: Int }")] * 2
    assert [issue.code for issue in compose(twice).errors] == ["INVALID_SUBGRAPH_NAME"]


def test_all_errors_of_a_stage_are_reported_with_subgraph_and_line():
    result = composed(
        link='extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])',
        a='type Query { q: Int }\ntype T @key(fields: "nope") { id: ID! }',
        b='type U\n  @key(fields: "id {") { id: ID! }',
    )
    assert [(issue.code, issue.subgraph, issue.line) for issue in result.errors] == [
        ("KEY_INVALID_FIELDS", "a", 3),
        ("KEY_INVALID_FIELDS", "b", 3),
    ]
    assert str(result.errors[0]) == "KEY_INVALID_FIELDS: [a] The fields of @key on T: T has no field nope. (line 3)"


@pytest.mark.parametrize(("linked", "join"), [("2.0", (0, 3)), ("2.6", (0, 3)), ("2.7", (0, 4)), ("2.14", (0, 5))])
def test_the_join_version_follows_the_newest_link(linked: str, join: tuple[int, int]):
    link = f'extend schema @link(url: "https://specs.apollo.dev/federation/v{linked}")'
    sdl = composed(link=link, a="type Query { q: Int }").supergraph_sdl
    assert sdl is not None
    assert f"https://specs.apollo.dev/join/v{join[0]}.{join[1]}" in sdl
    assert join_version([]) == (0, 3)


def test_what_federation_prints_along_is_left_out():
    printed = """
    type Query { t: T _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
    type T @key(fields: "id") { id: ID! }
    type _Service { sdl: String! }
    union _Entity = T
    scalar _Any
    scalar federation__FieldSet
    directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
    """
    plain = 'type Query { t: T } type T @key(fields: "id") { id: ID! }'
    assert types(a=printed) == types(a=plain)


def test_directives_may_have_other_names():
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed", import: [{ name: "@key", as: "@id" }])'
    sdl = 'type Query { t: T @fed__shareable } type T @id(fields: "id") { id: ID! @fed__tag(name: "x") }'
    plain = 'type Query { t: T @shareable } type T @key(fields: "id") { id: ID! @tag(name: "x") }'
    assert types(link=link, a=sdl) == types(a=plain).replace("@tag", "@fed__tag")


def test_directives_of_other_specifications_may_be_linked_on_their_own():
    link = LINK + ' extend schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hide")'
    sdl = composed(link=link, a="type Query { q: Int r: Int @hide }").supergraph_sdl
    assert sdl is not None
    assert (
        '@link(url: "https://specs.apollo.dev/inaccessible/v0.2", import: [{name: "@inaccessible", as: "@hide"}]' in sdl
    )
    assert list(read_supergraph(sdl).api.type_map["Query"].fields) == ["q"]  # type: ignore[attr-defined]


def test_composed_directives_come_with_their_link_and_definition():
    sdl = composed(
        a="""
        extend schema @link(url: "https://example.test/mark/v1.2", import: [{ name: "@mark", as: "@m" }])
          @composeDirective(name: "@m")
        directive @m(x: Int = 1) repeatable on FIELD_DEFINITION | OBJECT
        directive @other on FIELD_DEFINITION
        type Query @m { q: Int @m(x: 2) @m(x: 3) @other }
        """,
        b="type Query { r: Int }",
    ).supergraph_sdl
    assert sdl is not None
    assert '@link(url: "https://example.test/mark/v1.2", import: [{name: "@mark", as: "@m"}])' in sdl
    assert "directive @m(x: Int = 1) repeatable on OBJECT | FIELD_DEFINITION" in sdl
    assert "q: Int @join__field(graph: A) @m(x: 2) @m(x: 3)" in sdl
    assert "@other" not in sdl


@pytest.mark.parametrize(
    ("newest", "reason"),
    [
        ("directive @m(x: Int!) on FIELD_DEFINITION | OBJECT", "its argument x is required"),
        ("directive @m on FIELD_DEFINITION", "it has no place on OBJECT"),
        ("directive @m on OBJECT", "it has no place on FIELD_DEFINITION"),
        ("directive @m(x: Int! = 1, y: Int) on FIELD_DEFINITION | OBJECT", None),
    ],
)
def test_what_is_composed_fits_the_newest_definition(newest: str, reason: str | None):
    def linked(version: str, definition: str, rest: str) -> str:
        link = f'extend schema @link(url: "https://example.test/m/{version}", import: ["@m"]) @composeDirective(name: "@m")'
        return f"{link} {definition} {rest}"

    older = linked("v1.0", "directive @m on FIELD_DEFINITION | OBJECT", "type Query { q: T } type T @m { x: Int @m }")
    newer = linked("v1.1", newest, "type Query { r: Int }")
    expected = [] if reason is None else [("a", f"@m is defined by b, and there {reason}.")]
    found = composed(a=older, b=newer).errors
    assert list(dict.fromkeys((issue.subgraph, issue.message) for issue in found)) == expected


def test_a_subscription_cannot_be_shared():
    field = "type Query { q: Int } type Subscription { s: Int @shareable }"
    assert codes(a=field) == ["INVALID_FIELD_SHARING"]
    # On the whole type it says nothing of a field that one subgraph has.
    whole = "type Query { q: Int @shareable } type Subscription @shareable { s: Int }"
    assert codes(a=whole) == codes(a=whole, b=whole) == []
    assert codes(a=whole, b="type Subscription { s: Int }") == ["INVALID_FIELD_SHARING"]


def test_directives_for_operations_stay_when_all_subgraphs_know_them():
    sdl = composed(
        a="directive @go(x: Int) on FIELD | QUERY directive @mine on FIELD type Query { q: Int }",
        b="directive @go(x: Int, y: Int) on FIELD type Query { r: Int }",
    ).supergraph_sdl
    assert sdl is not None
    assert "directive @go(x: Int) on FIELD\n" in sdl
    assert "@mine" not in sdl


@pytest.mark.parametrize(
    ("code", "subgraphs"),
    [
        ("FROM_SUBGRAPH_DOES_NOT_EXIST", {"a": 'type Query { q: Int @override(from: "z") }'}),
        ("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", {"a": "type Query { p: Int }", "b": 'type Query { q: Int @override(from: "a") }'}),
        ("OVERRIDDEN_FIELD_CAN_BE_REMOVED", {"a": "type Query { q: Int }", "b": 'type Query { q: Int @override(from: "a") }'}),
        ("OVERRIDE_MIGRATION_IN_PROGRESS", {"a": "type Query { q: Int }", "b": 'type Query { q: Int @override(from: "a", label: "l") }'}),
        ("INCONSISTENT_ARGUMENT_PRESENCE", {"a": "type Query { q(x: Int): Int @shareable }", "b": "type Query { q: Int @shareable }"}),
        ("INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE", {"a": "type Query { q(x: Int): Int @shareable }", "b": "type Query { q(x: Int!): Int @shareable }"}),
        ("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", {"a": "type Query { q: Int @shareable }", "b": "type Query { q: Int! @shareable }"}),
        ("INCONSISTENT_DEFAULT_VALUE_PRESENCE", {"a": "type Query { q(x: Int = 1): Int @shareable }", "b": "type Query { q(x: Int): Int @shareable }"}),
        ("INCONSISTENT_DESCRIPTION", {"a": '"x" type Query { q: Int }', "b": '"y" type Query { r: Int }'}),
        ("INCONSISTENT_INPUT_OBJECT_FIELD", {"a": "type Query { q(i: I): Int } input I { a: Int b: Int }", "b": "type Query { r(i: I): Int } input I { a: Int }"}),
        ("INCONSISTENT_ENTITY", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! }', "b": "type Query { u: T } type T { id: ID! @shareable }"}),
        ("UNUSED_ENUM_TYPE", {"a": "type Query { q: Int } enum E { A }"}),
        ("NO_EXECUTABLE_DIRECTIVE_INTERSECTION", {"a": "directive @d on FIELD type Query { q: Int }", "b": "directive @d on QUERY type Query { r: Int }"}),
    ],
)  # fmt: skip
def test_hints(code: str, subgraphs: dict[str, str]):
    assert code in hints(**subgraphs)


def test_defaults_and_types_of_arguments_suit_every_subgraph():
    made = types(
        a="type Query { q(x: Int = 1, y: [Int!]): Int @shareable }",
        b="type Query { q(x: Int, y: [Int!]!): Int! @shareable }",
    )
    assert 'q(x: Int, y: [Int!]!): Int @join__field(graph: A, type: "Int") @join__field(graph: B, type: "Int!")' in made


def test_cache_tags_are_carried():
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@cacheTag"])'
    made = types(link=link, a='type Query { q: Int @cacheTag(format: "q") r: Int }')
    assert 'q: Int @join__directive(graphs: [A], name: "federation__cacheTag", args: {format: "q"})' in made
