"""§1 Composition: a subgraph that is no GraphQL is refused as such, with every reason; what composers accept is accepted."""

from __future__ import annotations

import pytest

from gateway.composition.compose import SubgraphInput, compose
from tests.gateway.composition.harness import types

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@requiresScopes"])'
)
Q = "type Query { q: Int }"


def reasons(sdl: str) -> list[str]:
    """The texts of the errors, all of which must say INVALID_GRAPHQL and name subgraph and line."""
    issues = compose([SubgraphInput("a", "", f"{LINK} {sdl}")]).errors
    assert {(issue.code, issue.subgraph, issue.line) for issue in issues} <= {("INVALID_GRAPHQL", "a", 1)}
    return [issue.message for issue in issues]


@pytest.mark.parametrize(
    ("sdl", "expected"),
    [
        ("type Query { q: ", "Syntax Error: Expected Name, found <EOF>."),
        (f"{Q} query {{ q }}", "A schema contains no operations and no fragments."),
        # names
        ("type Query { q: Nope }", "Unknown type 'Nope'."),
        ("type Query { q(a: Nope): Int }", "Unknown type 'Nope'."),
        ("type Query { q: Int @nope }", "Unknown directive '@nope'."),
        (f"{Q} directive @d(a: Nope) on FIELD", "Unknown type 'Nope'."),
        (f"{Q} type T {{ x: Int }} type T {{ y: Int }}", "There can be only one type named 'T'."),
        (f"{Q} type T {{ x: Int x: Int }}", "Field 'T.x' can only be defined once."),
        (f"{Q} type T {{ x: Int }} extend type T {{ x: Int }}", "Field 'T.x' can only be defined once."),
        (f"{Q} enum E {{ A A }}", "Enum value 'E.A' can only be defined once."),
        (f"{Q} directive @d on FIELD directive @d on FIELD", "There can be only one directive named '@d'."),
        (f"{Q} type T {{ x: Int }} extend interface T {{ y: Int }}", "Cannot extend non-interface type 'T'."),
        (f"{Q} type __T {{ x: Int }}", "Name '__T' must not begin with '__', which is reserved by GraphQL introspection."),
        (f"{Q} extend scalar String @tag(name: \"x\")", "String is built in: it is a scalar and not extended."),
        (f"{Q} enum Boolean {{ A }}", "Boolean is built in: it is a scalar and not extended."),
        # kinds
        (f"{Q} type T", "Type T must define one or more fields."),
        (f"{Q} input I {{ x: Query }}", "The type of I.x must be Input Type but got: Query."),
        ("type Query { q: I } input I { x: Int }", "The type of Query.q must be Output Type but got: I."),
        (f"{Q} union U = Int", "Union type U can only include Object types, it cannot include Int."),
        (f"{Q} input I {{ i: I! }}", "Input Object I cannot be provided a finite value because it references itself through fields: I.i."),
        ("schema { query: I } interface I { x: Int }", "The query root must be an object type, not I."),
        ("schema { query: Query mutation: Query } type Query { q: Int }", "All root types must be different, 'Mutation' type is used as query and mutation root types."),
        # interfaces
        (f"{Q} interface I {{ x: Int }} type T implements I {{ y: Int }}", "Interface field I.x expected but T does not provide it."),
        (f"{Q} interface I {{ x: Int }} type T implements I {{ x: String }}", "Interface field I.x expects type Int but T.x is type String."),
        (f"{Q} interface I {{ x: Int }} type T implements I {{ x(a: Int!): Int }}", "Argument 'T.x(a:)' must not be required type 'Int!' if not provided by the Interface field 'I.x'."),
        (f"{Q} interface I {{ x: Int }} interface J implements I {{ x: Int }} type T implements J {{ x: Int }}", "Type T must implement I because it is implemented by J."),
        # directives
        ("type Query @tag { q: Int }", "Argument '@tag(name:)' of type 'String!' is required, but it was not provided."),
        ('type Query @tag(name: "x", more: 1) { q: Int }', "Unknown argument 'more' on directive '@tag'."),
        ("type Query @deprecated { q: Int }", "Directive '@deprecated' may not be used on object."),
        (f"directive @d on OBJECT type T @d @d {{ x: Int }} {Q}", "The directive '@d' can only be used once at this location."),
        (f"{Q} directive @tag(name: String!) on OBJECT scalar S @tag(name: \"x\")", "Directive '@tag' may not be used on scalar."),
        ("type Query { q: Int @tag(name: 3) }", "The value of @tag(name:) on Query.q is not of its type."),
        ("type Query { q: Int @requiresScopes(scopes: null) }", "The value of @requiresScopes(scopes:) on Query.q is not of its type."),
        ("type Query { q: Int @deprecated(reason: 3) }", "The value of @deprecated(reason:) on Query.q is not of its type."),
        # default values
        ('type Query { q(a: Int = "1"): Int }', "The default value of Query.q(a:) is not of its type."),
        ("type Query { q(a: Int = 12345678901): Int }", "The default value of Query.q(a:) is not of its type."),
        ("type Query { q(a: Int! = null): Int }", "The default value of Query.q(a:) is not of its type."),
        ("type Query { q(a: E = B): Int } enum E { A }", "The default value of Query.q(a:) is not of its type."),
        ('type Query { q(a: I = { y: "x" }): Int } input I { x: Int }', "The default value of Query.q(a:) is not of its type."),
        (f'{Q} input I {{ x: [Int] = ["s"] }}', "The default value of I.x is not of its type."),
    ],
)  # fmt: skip
def test_what_graphql_forbids_is_refused(sdl: str, expected: str):
    assert reasons(sdl) == [expected]


def test_every_reason_is_reported():
    assert reasons('type Query { q(a: Int = "x"): Int @tag } union U = Int input I { x: Int @tag(name: 3) }') == [
        "Argument '@tag(name:)' of type 'String!' is required, but it was not provided.",
        "The default value of Query.q(a:) is not of its type.",
        "The value of @tag(name:) on I.x is not of its type.",
        "Union type U can only include Object types, it cannot include Int.",
    ]
    assert reasons("type Query { q: Nope r: Never s: Int @nope } type T { x: Int x: Int }") == [
        "Unknown type 'Nope'.",
        "Unknown type 'Never'.",
        "Field 'T.x' can only be defined once.",
    ]


@pytest.mark.parametrize(
    "sdl",
    [
        'type Query { q(a: [Int] = 1, b: ID = 1, c: Float = 1, d: S = { x: [A, "b"] }): Int } scalar S',
        "type Query { q(a: I): Int } input I @oneOf { a: Int b: Int }",
        "type Query { q(a: I): Int } input I { i: I l: [I!]! = [] }",
        'scalar S @specifiedBy(url: "https://x.test") type Query { q: S @deprecated }',
        "scalar String scalar Int type Query { q: String }",
        "directive @deprecated(reason: String) on FIELD_DEFINITION type Query { q: Int @deprecated }",
        "schema { query: Root } type Root { q: Int again: Root! }",
        "interface I { x: Int } type T implements I { x: Int @deprecated } type Query { q: T r: Int }",
    ],
)
def test_what_graphql_allows_is_composed(sdl: str):
    assert reasons(sdl.replace(" @deprecated } type Query { q: T", " } type Query { q: T")) == []


def test_a_subgraph_needs_no_query():
    sdl = types(link="", a=f"{LINK} schema {{ mutation: M }} type M {{ m: Int }}", b="type Query { q: Int }")
    assert "type Mutation" in sdl


@pytest.mark.parametrize(
    ("sdl", "code"),
    [
        ("schema { query: R } type R { q: Int } type Query { q: Int }", "ROOT_QUERY_USED"),
        ("schema { query: R } type R { q: Int } extend interface Query { q: Int }", "ROOT_QUERY_USED"),
        (
            f"schema {{ query: Query mutation: R }} type R {{ q: Int }} type Mutation {{ m: Int }} {Q}",
            "ROOT_MUTATION_USED",
        ),
        (
            f"schema {{ query: Query subscription: R }} type R {{ q: Int }} scalar Subscription {Q}",
            "ROOT_SUBSCRIPTION_USED",
        ),
    ],
)
def test_the_name_of_a_root_type_belongs_to_the_root(sdl: str, code: str):
    root = code.split("_")[1].capitalize()
    issues = compose([SubgraphInput("a", "", sdl)]).errors
    assert [str(issue) for issue in issues] == [
        f"{code}: [a] {root} is a type here, but R is the root type of that name. (line 1)"
    ]


def test_a_type_that_is_only_extended_is_defined_elsewhere():
    extending = f'{LINK} type Query {{ q: Int }} extend enum E {{ B }} extend type T {{ x: Int }} extend scalar S @tag(name: "x")'
    alone = compose([SubgraphInput("a", "", extending)])
    assert [str(issue) for issue in alone.errors] == [
        "EXTENSION_WITH_NO_BASE: [a] E is extended, but defined nowhere. (line 1)",
        "EXTENSION_WITH_NO_BASE: [a] T is extended, but defined nowhere. (line 1)",
        "EXTENSION_WITH_NO_BASE: [a] S is extended, but defined nowhere. (line 1)",
    ]
    defining = f"{LINK} enum E {{ A }} type T {{ y: Int }} scalar S"
    assert compose([SubgraphInput("a", "", extending), SubgraphInput("b", "", defining)]).errors == ()


def test_a_schema_that_is_nested_too_deeply_is_refused():
    sdl = f"type Query {{ q: {'[' * 5000}Int{']' * 5000} }}"
    issues = compose([SubgraphInput("a", "", sdl)]).errors
    assert [str(issue) for issue in issues] == [
        "INVALID_GRAPHQL: [a] Syntax Error: Document is nested too deeply. Parsing aborted. (line 1)"
    ]


@pytest.mark.parametrize("name", ["", "_"])
def test_a_subgraph_has_a_usable_name(name: str):
    issues = compose([SubgraphInput(name, "", Q)]).errors
    assert [issue.code for issue in issues] == ["INVALID_SUBGRAPH_NAME"]


def test_a_root_type_with_the_wrong_name_does_not_hide_other_mistakes():
    sdl = f"""{LINK} schema {{ query: Query mutation: M }}
      type M {{ m: Int }} type Mutation {{ m: Int }} {Q} type K @key(fields: "nope") {{ id: ID! }}"""
    assert [str(issue) for issue in compose([SubgraphInput("a", "", sdl)]).errors] == [
        "ROOT_MUTATION_USED: [a] Mutation is a type here, but M is the root type of that name. (line 2)",
        "KEY_INVALID_FIELDS: [a] The fields of @key on K: K has no field nope. (line 2)",
    ]
