"""A smallest refused graph for each error code: name of the code → subgraphs."""

from __future__ import annotations

from tests.gateway.composition.harness import LINK

Q = "type Query { q: Int }"
OLD = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])'

REFUSED: list[tuple[str, dict[str, str]]] = [
    ("AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", {"a": "type Query { i: I } interface I @authenticated { x: Int } type T implements I { x: Int }"}),
    ("AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", {"a": 'type Query { i: I } interface I { x: Int @policy(policies: [["p"]]) } type T implements I { x: Int }'}),
    ("CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS", {
        "a": 'type Query { t: T } type T @key(fields: "id") @context(name: "c") { id: ID! p: String! u: U }'
             ' type U @key(fields: "id") { id: ID! f(x: String @fromContext(field: "$c { p }")): Int @shareable }',
        "b": 'type U @key(fields: "id") { id: ID! f(x: String!): Int @shareable }',
    }),
    ("CONTEXT_INVALID_SELECTION", {"a": 'type Query { t: T } type T @key(fields: "id") @context(name: "c") { id: ID! u: U } type U @key(fields: "id") { id: ID! f(x: String @fromContext(field: "$c { nope }")): Int }'}),
    ("CONTEXT_NAME_INVALID", {"a": 'type Query @context(name: "a_b") { q: Int }'}),
    ("CONTEXT_NOT_SET", {"a": 'type Query { u: U } type U @key(fields: "id") { id: ID! f(x: String @fromContext(field: "$c { p }")): Int }'}),
    ("CONTEXT_NO_RESOLVABLE_KEY", {"a": 'type Query { t: T } type T @context(name: "c") { p: String u: U } type U { f(x: String @fromContext(field: "$c { p }")): Int }'}),
    ("COST_APPLIED_TO_INTERFACE_FIELD", {"a": "type Query { i: I } interface I { x: Int @cost(weight: 2) } type T implements I { x: Int }"}),
    ("DEFAULT_VALUE_USES_INACCESSIBLE", {"a": "type Query { q(e: E = A): Int } enum E { A @inaccessible B }"}),
    ("DIRECTIVE_COMPOSITION_ERROR", {"a": 'extend schema @composeDirective(name: "@nope") type Query { q: Int }'}),
    ("DIRECTIVE_COMPOSITION_ERROR", {"a": 'extend schema @composeDirective(name: "key") type Query { q: Int }'}),
    ("DIRECTIVE_DEFINITION_INVALID", {"a": "directive @key(fields: String!, more: Int) repeatable on OBJECT type Query { q: Int }"}),
    ("EMPTY_MERGED_ENUM_TYPE", {"a": "type Query { q(e: E): Int } enum E { A }", "b": "type Query { r(e: E): Int } enum E { B }"}),
    ("EMPTY_MERGED_INPUT_TYPE", {"a": "type Query { q(i: I): Int } input I { a: Int }", "b": "type Query { r(i: I): Int } input I { b: Int }"}),
    ("ENUM_VALUE_MISMATCH", {"a": "type Query { q(e: E): E } enum E { A B }", "b": "type Query { r: E } enum E { A }"}),
    ("EXTERNAL_ARGUMENT_DEFAULT_MISMATCH", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f(x: Int = 1): Int }', "b": 'type T @key(fields: "id") { id: ID! f(x: Int = 2): Int @external g: Int @requires(fields: "f") }'}),
    ("EXTERNAL_ARGUMENT_MISSING", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f(x: Int): Int }', "b": 'type T @key(fields: "id") { id: ID! f: Int @external g: Int @requires(fields: "f") }'}),
    ("EXTERNAL_ARGUMENT_TYPE_MISMATCH", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f(x: Int): Int }', "b": 'type T @key(fields: "id") { id: ID! f(x: String): Int @external g: Int @requires(fields: "f") }'}),
    ("EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f: T }', "b": 'type T @key(fields: "id") { id: ID! f: T @external @provides(fields: "id") g: Int @requires(fields: "f { id }") }'}),
    ("EXTERNAL_MISSING_ON_BASE", {"a": Q, "b": 'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int @external g: Int @requires(fields: "f") }'}),
    ("EXTERNAL_ON_INTERFACE EXTERNAL_UNUSED", {"a": "type Query { i: I } interface I { x: Int @external } type T implements I { x: Int }"}),
    ("EXTERNAL_TYPE_MISMATCH", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int }', "b": 'type T @key(fields: "id") { id: ID! f: String @external g: Int @requires(fields: "f") }'}),
    ("EXTERNAL_UNUSED", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int }', "b": 'type T @key(fields: "id") { id: ID! f: Int @external g: Int }'}),
    ("FIELD_ARGUMENT_DEFAULT_MISMATCH", {"a": "type Query { q(x: Int = 1): Int @shareable }", "b": "type Query { q(x: Int = 2): Int @shareable }"}),
    ("FIELD_ARGUMENT_TYPE_MISMATCH", {"a": "type Query { q(x: Int): Int @shareable }", "b": "type Query { q(x: String): Int @shareable }"}),
    ("FIELD_TYPE_MISMATCH", {"a": "type Query { q: Int @shareable }", "b": "type Query { q: String @shareable }"}),
    ("FIELD_TYPE_MISMATCH", {"a": "type Query { q(i: I): Int } input I { a: Int }", "b": "type Query { r(i: I): Int } input I { a: String }"}),
    ("IMPLEMENTED_BY_INACCESSIBLE", {"a": "type Query { i: I } interface I { x: Int } type T implements I { x: Int @inaccessible y: Int }"}),
    ("INPUT_FIELD_DEFAULT_MISMATCH", {"a": "type Query { q(i: I): Int } input I { a: Int = 1 }", "b": "type Query { r(i: I): Int } input I { a: Int = 2 }"}),
    ("INTERFACE_FIELD_NO_IMPLEM", {"a": "type Query { i: I } interface I { x: Int y: Int } type T implements I { x: Int y: Int }", "b": "type Query { j: I } interface I { x: Int } type U implements I { x: Int }"}),
    ("INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE", {
        "a": 'type Query { i: I } interface I @key(fields: "id") { id: ID! } type T implements I @key(fields: "id") { id: ID! }',
        "b": 'type Query { j: I } interface I { id: ID! } type U implements I @key(fields: "id") { id: ID! }',
    }),
    ("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", {"a": 'type Query { i: I } interface I @key(fields: "id") { id: ID! } type T implements I { id: ID! }'}),
    ("INTERFACE_OBJECT_USAGE_ERROR", {"a": 'type Query { i: I } type I @interfaceObject { id: ID! }'}),
    ("INTERFACE_OBJECT_USAGE_ERROR", {"a": 'type Query { i: I } type I @interfaceObject @key(fields: "id") { id: ID! }'}),
    ("INVALID_FIELD_SHARING", {"a": "type Query { q: Int }", "b": "type Query { q: Int }"}),
    ("INVALID_FIELD_SHARING", {"a": "type Query { q: Int @shareable }", "b": "type Query { q: Int }"}),
    ("INVALID_GRAPHQL", {"a": "type Query { q: Nope }"}),
    ("INVALID_GRAPHQL", {"a": "type Query { q: "}),
    ("INVALID_GRAPHQL", {"a": "type Query { q: Int @nope }"}),
    ("INVALID_SHAREABLE_USAGE", {"a": "type Query { i: I } interface I { x: Int @shareable } type T implements I { x: Int }"}),
    ("INVALID_SUBGRAPH_NAME", {"_": Q}),
    ("KEY_DIRECTIVE_IN_FIELDS_ARG", {"a": 'type Query { t: T } type T @key(fields: "id @skip(if: true)") { id: ID! }'}),
    ("KEY_FIELDS_HAS_ARGS", {"a": 'type Query { t: T } type T @key(fields: "id") { id(x: Int): ID! }'}),
    ("KEY_FIELDS_SELECT_INVALID_TYPE", {"a": 'type Query { t: T } type T @key(fields: "i { x }") { i: I! } interface I { x: Int }'}),
    ("KEY_FIELDS_SELECT_INVALID_TYPE", {"a": 'type Query { t: T } type T @key(fields: "u { ... on V { x } }") { u: U! } union U = V type V { x: Int }'}),
    ("KEY_INVALID_FIELDS", {"a": 'type Query { t: T } type T @key(fields: "nope") { id: ID! }'}),
    ("KEY_INVALID_FIELDS", {"a": 'type Query { t: T } type T @key(fields: "id {") { id: ID! }'}),
    ("KEY_INVALID_FIELDS", {"a": 'type Query { t: T } type T @key(fields: "") { id: ID! }'}),
    ("KEY_INVALID_FIELDS_TYPE", {"a": 'type Query { t: T } type T @key(fields: ["id"]) { id: ID! }'}),
    ("LIST_SIZE_APPLIED_TO_NON_LIST", {"a": "type Query { q: Int @listSize(assumedSize: 3) }"}),
    ("LIST_SIZE_INVALID_ASSUMED_SIZE", {"a": "type Query { q: [Int] @listSize(assumedSize: -3) }"}),
    ("LIST_SIZE_INVALID_SIZED_FIELD", {"a": 'type Query { q: T @listSize(sizedFields: ["x"]) } type T { x: Int }'}),
    ("LIST_SIZE_INVALID_SLICING_ARGUMENT", {"a": 'type Query { q(first: String): [Int] @listSize(slicingArguments: ["first"]) }'}),
    ("MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int }', "b": 'type T @key(fields: "id") { id: ID! f: Int @external @tag(name: "x") g: Int @requires(fields: "f") }'}),
    ("MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int }', "b": 'type T @key(fields: "id") { id: ID! f: Int @external @deprecated g: Int @requires(fields: "f") }'}),
    ("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int @authenticated }', "b": 'type T @key(fields: "id") { id: ID! f: Int @external g: Int @requires(fields: "f") }'}),
    ("NO_CONTEXT_IN_SELECTION", {"a": 'type Query { u: U } type U @key(fields: "id") { id: ID! f(x: String @fromContext(field: "{ p }")): Int }'}),
    ("NO_QUERIES", {"a": 'type T @key(fields: "id") { id: ID! }'}),
    ("ONLY_INACCESSIBLE_CHILDREN", {"a": "type Query { t: T } type T { x: Int @inaccessible }"}),
    ("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int } ', "b": 'type T @key(fields: "id") { id: ID! f: Int @external @override(from: "a") k: Int @requires(fields: "f") }'}),
    ("OVERRIDE_FROM_SELF_ERROR", {"a": 'type Query { q: Int @override(from: "a") }'}),
    ("OVERRIDE_LABEL_INVALID", {"a": "type Query { q: Int }", "b": 'type Query { q: Int @override(from: "a", label: "percent(101)") }'}),
    ("OVERRIDE_ON_INTERFACE", {"a": 'type Query { i: I } interface I { x: Int @override(from: "b") } type T implements I { x: Int }'}),
    ("OVERRIDE_SOURCE_HAS_OVERRIDE", {"a": 'type Query { q: Int @shareable @override(from: "b") }', "b": 'type Query { q: Int @shareable @override(from: "a") }'}),
    ("PROVIDES_DIRECTIVE_IN_FIELDS_ARG", {"a": 'type Query { t: T @provides(fields: "f @skip(if: true)") } type T @key(fields: "id") { id: ID! f: Int @external }', "b": 'type T @key(fields: "id") { id: ID! f: Int @shareable }'}),
    ("PROVIDES_FIELDS_HAS_ARGS", {"a": 'type Query { t: T @provides(fields: "f") } type T @key(fields: "id") { id: ID! f(x: Int): Int @external }', "b": 'type T @key(fields: "id") { id: ID! f(x: Int): Int @shareable }'}),
    ("PROVIDES_FIELDS_MISSING_EXTERNAL", {"a": 'type Query { t: T @provides(fields: "f") } type T { f: Int }'}),
    ("PROVIDES_INVALID_FIELDS", {"a": 'type Query { t: T @provides(fields: "nope") } type T { f: Int }'}),
    ("PROVIDES_INVALID_FIELDS_TYPE", {"a": 'type Query { t: T @provides(fields: 3) } type T { f: Int }'}),
    ("PROVIDES_ON_NON_OBJECT_FIELD", {"a": 'type Query { t: Int @provides(fields: "f") }'}),
    ("PROVIDES_FIELDS_MISSING_EXTERNAL PROVIDES_UNSUPPORTED_ON_INTERFACE", {"a": 'type Query { i: I } interface I { t: T @provides(fields: "f") } type J implements I { t: T } type T { f: Int }'}),
    ("QUERY_ROOT_TYPE_INACCESSIBLE", {"a": "type Query @inaccessible { q: Int }"}),
    ("REFERENCED_INACCESSIBLE", {"a": "type Query { t: T q: Int } type T @inaccessible { x: Int }"}),
    ("REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH", {"a": "type Query { q(x: Int!): Int @shareable }", "b": "type Query { q: Int @shareable }"}),
    ("REQUIRED_INACCESSIBLE", {"a": "type Query { q(x: Int! @inaccessible): Int }"}),
    ("REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH", {"a": "type Query { q(i: I): Int } input I { a: Int b: Int! }", "b": "type Query { r(i: I): Int } input I { a: Int }"}),
    ("REQUIRES_DIRECTIVE_IN_FIELDS_ARG", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int }', "b": 'type T @key(fields: "id") { id: ID! f: Int @external g: Int @requires(fields: "f @include(if: true)") }'}),
    ("REQUIRES_FIELDS_MISSING_EXTERNAL", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int g: Int @requires(fields: "f") }'}),
    ("REQUIRES_INVALID_FIELDS", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! g: Int @requires(fields: "nope") }'}),
    ("REQUIRES_INVALID_FIELDS_TYPE", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! g: Int @requires(fields: {a: 1}) }'}),
    ("REQUIRES_FIELDS_MISSING_EXTERNAL REQUIRES_UNSUPPORTED_ON_INTERFACE", {"a": 'type Query { i: I } interface I { x: Int y: Int @requires(fields: "x") } type T implements I { x: Int y: Int }'}),
    ("ROOT_QUERY_USED", {"a": "schema { query: Q } type Q { q: Int } type Query { r: Int }"}),
    ("ROOT_MUTATION_USED", {"a": "schema { query: Query mutation: M } type M { q: Int } type Query { r: Int } type Mutation { x: Int }"}),
    ("ROOT_SUBSCRIPTION_USED", {"a": "schema { query: Query subscription: S } type S { q: Int } type Query { r: Int } type Subscription { x: Int }"}),
    ("SATISFIABILITY_ERROR", {"a": 'type Query { t: T } type T @key(fields: "id") { id: ID! }', "b": 'type T @key(fields: "other") { other: ID! g: Int }'}),
    ("SATISFIABILITY_ERROR", {"a": "type Query { t: T } type T @shareable { x: Int }", "b": "type Query { u: T } type T @shareable { x: Int y: Int }"}),
    ("SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES", {
        "a": "type Query { i: I @shareable } interface I { x: Int } type T implements I { x: Int }",
        "b": "type Query { i: I @shareable } interface I { x: Int } type U implements I { x: Int }",
    }),
    ("TYPE_DEFINITION_INVALID", {"a": "type federation__FieldSet { x: Int } type Query { q: Int }"}),
    ("TYPE_KIND_MISMATCH", {"a": "type Query { t: T } type T { x: Int }", "b": "type Query { u: T } interface T { x: Int }"}),
]  # fmt: skip

# Refused for their links: (code, link); the subgraph is a plain query.
LINKS: list[tuple[str, str]] = [
    ("INVALID_LINK_DIRECTIVE_USAGE", 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@nope"])'),
    ("INVALID_LINK_DIRECTIVE_USAGE", 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@authenticated"])'),
    ("INVALID_LINK_DIRECTIVE_USAGE", 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: [{name: "@key", as: "key"}])'),
    ("INVALID_LINK_DIRECTIVE_USAGE", 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: [3])'),
    ("INVALID_LINK_IDENTIFIER", 'extend schema @link(url: "https://specs.apollo.dev/federation/v2")'),
    ("UNKNOWN_FEDERATION_LINK_VERSION", 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.99")'),
    ("UNKNOWN_FEDERATION_LINK_VERSION", 'extend schema @link(url: "https://specs.apollo.dev/federation/v3.0")'),
    ("UNKNOWN_LINK_VERSION", 'extend schema @link(url: "https://specs.apollo.dev/link/v9.0")'),
]  # fmt: skip

KEY_ON_OLD_INTERFACE = f"""{OLD}
type Query {{ i: I }} interface I @key(fields: "id") {{ id: ID! }} type T implements I @key(fields: "id") {{ id: ID! }}"""
COMPOSED_UNDER_TWO_NAMES = {
    "a": LINK.replace("extend schema", 'extend schema @link(url: "https://example.test/mark/v1.0", import: ["@mark"]) @composeDirective(name: "@mark")')
    + "directive @mark on FIELD_DEFINITION type Query { q: Int @mark }",
    "b": LINK.replace("extend schema", 'extend schema @link(url: "https://example.test/mark/v1.0", import: [{name: "@mark", as: "@sign"}]) @composeDirective(name: "@sign")')
    + "directive @sign on FIELD_DEFINITION type Query { r: Int @sign }",
}  # fmt: skip
