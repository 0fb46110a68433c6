"""§1 Composition: subgraph SDL of Federation 1 and of Federation 2 under every link there is."""

from __future__ import annotations

import pytest

from gateway.composition.compose import SubgraphInput, compose
from tests.gateway.composition.harness import types

FEDERATION = "https://specs.apollo.dev/federation"
Q = "type Query { q: Int }"

SINCE = {
    "key": 0, "requires": 0, "provides": 0, "external": 0, "shareable": 0, "extends": 0, "override": 0, "inaccessible": 0,
    "tag": 0, "composeDirective": 1, "interfaceObject": 3, "authenticated": 5, "requiresScopes": 5, "policy": 6,
    "context": 8, "fromContext": 8, "cost": 9, "listSize": 9, "cacheTag": 12,
}  # fmt: skip


def refused(sdl: str, **more: str) -> list[str]:
    """The errors as printed, in order."""
    subgraphs = [SubgraphInput(name, "", text) for name, text in {"a": sdl, **more}.items()]
    return [str(issue) for issue in compose(subgraphs).errors]


@pytest.mark.parametrize(
    ("directive", "since", "minor"),
    [(name, since, minor) for name, since in SINCE.items() for minor in sorted({max(since - 1, 0), since, 14})],
)
def test_a_directive_can_be_imported_from_its_version_on(directive: str, since: int, minor: int):
    sdl = f'extend schema @link(url: "{FEDERATION}/v2.{minor}", import: ["@{directive}"]) {Q}'
    missing = f"[a] {FEDERATION} has no @{directive} to import in this version. (line 1)"
    assert refused(sdl) == ([] if minor >= since else [f"INVALID_LINK_DIRECTIVE_USAGE: {missing}"])


@pytest.mark.parametrize(
    ("link", "sdl"),
    [
        (f'@link(url: "{FEDERATION}/v2.0", import: ["@key"])', 'type Query { t: T } type T @key(fields: "id") { id: ID! }'),
        (f'@link(url: "{FEDERATION}/v2.0")', 'type Query { t: T } type T @federation__key(fields: "id") { id: ID! }'),
        (f'@link(url: "{FEDERATION}/v2.0", as: "f")', 'type Query { t: T } type T @f__key(fields: "id") { id: ID! }'),
        (f'@link(url: "{FEDERATION}/v2.0", as: "f", import: [{{name: "@key", as: "@id"}}])', 'type Query { t: T } type T @id(fields: "id") { id: ID! }'),
        (f'@link(url: "{FEDERATION}/v2.0", import: ["@key", "FieldSet"])', 'directive @key(fields: FieldSet!) on OBJECT scalar FieldSet type Query { t: T } type T @key(fields: "id") { id: ID! }'),
        (f'@link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "{FEDERATION}/v2.0", import: ["@key"])', 'type Query { t: T } type T @key(fields: "id") { id: ID! }'),
        (f'@link(url: "https://specs.apollo.dev/link/v1.0", import: ["Import", "Purpose"]) @link(url: "{FEDERATION}/v2.0", import: ["@key"])', 'directive @link(url: String, as: String, for: Purpose, import: [Import]) repeatable on SCHEMA scalar Import enum Purpose { SECURITY EXECUTION } type Query { t: T } type T @key(fields: "id") { id: ID! }'),
        (f'@l(url: "https://specs.apollo.dev/link/v1.0", as: "l") @l(url: "{FEDERATION}/v2.0", import: ["@key"])', 'directive @l(url: String, as: String, for: l__Purpose, import: [l__Import]) repeatable on SCHEMA scalar l__Import enum l__Purpose { SECURITY EXECUTION } type Query { t: T } type T @key(fields: "id") { id: ID! }'),
        (f'@link(url: "{FEDERATION}/v2.0", import: ["@key"]) @link(url: "https://example.test/mark/v1.0", import: ["@mark"])', 'type Query { t: T } type T @key(fields: "id") { id: ID! }'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("on", ["extend schema {}", "schema {} {{ query: Query }}"])
def test_however_it_is_linked_a_key_is_a_key(link: str, sdl: str, on: str):
    plain = 'type Query { t: T } type T @key(fields: "id") { id: ID! }'
    assert types(link=on.format(link), a=sdl) == types(a=plain)


@pytest.mark.parametrize(
    "specification", ["tag/v0.3", "inaccessible/v0.2", "authenticated/v0.1", "cost/v0.1", "policy/v0.1"]
)
def test_other_specifications_of_federation_may_be_linked_on_their_own(specification: str):
    link = f'extend schema @link(url: "{FEDERATION}/v2.0") @link(url: "https://specs.apollo.dev/{specification}")'
    assert refused(f"{link} {Q}") == []


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ('@link(url: "#/v2.0") @link(url: "#/v2.1", as: "other")', "INVALID_LINK_DIRECTIVE_USAGE: [a] # is linked more than once. (line 1)"),
        ('@link(url: "#/v2.0", as: "a__b")', "INVALID_LINK_DIRECTIVE_USAGE: [a] # cannot be linked as 'a__b': it contains two underscores. (line 1)"),
        ('@link(url: "#/v2.0", as: "a_")', "INVALID_LINK_DIRECTIVE_USAGE: [a] # cannot be linked as 'a_': it ends in an underscore. (line 1)"),
        ('@link(url: "#/v2.0", as: "@a")', "INVALID_LINK_DIRECTIVE_USAGE: [a] # cannot be linked as '@a': it is not a name. (line 1)"),
        ('@link(url: "#/v2.0", as: "link")', "INVALID_LINK_DIRECTIVE_USAGE: [a] # and https://specs.apollo.dev/link are both called link; link one `as` another. (line 1)"),
        ('@link(url: "#/v2.0", import: "@key")', "INVALID_LINK_DIRECTIVE_USAGE: [a] The import of a @link is a list. (line 1)"),
        ('@link(url: "#/v2.0", import: [{as: "@key"}])', "INVALID_LINK_DIRECTIVE_USAGE: [a] An import of a @link is a name, or {name, as}. (line 1)"),
        ('@link(url: "#/v2.0", import: [{name: "@key", as: "key"}])', "INVALID_LINK_DIRECTIVE_USAGE: [a] @key cannot be imported as key: both are directives, or neither. (line 1)"),
        ('@link(url: "#/v2.0", import: [{name: "@key", as: "@k-y"}])', "INVALID_LINK_DIRECTIVE_USAGE: [a] @key cannot be imported as '@k-y', which is no name. (line 1)"),
        ('@link(url: "#/v2.0", import: ["@key", {name: "@key", as: "@id"}])', "INVALID_LINK_DIRECTIVE_USAGE: [a] @key is imported under two names, @key and @id. (line 1)"),
        ('@link(url: "#/v2.0", import: ["@key", {name: "@tag", as: "@key"}])', "INVALID_LINK_DIRECTIVE_USAGE: [a] @tag and @key are both imported as @key. (line 1)"),
        ('@link(url: "#/v2.0", import: [{name: "@key", as: "@federation__tag"}])', "INVALID_LINK_DIRECTIVE_USAGE: [a] @key of # cannot be imported as @federation__tag, a name of #. (line 1)"),
        ('@link(url: "#/v2.0", import: ["@key"]) @link(url: "https://x.test/foo/v1.0", import: ["@key"])', "INVALID_LINK_DIRECTIVE_USAGE: [a] @key is imported from https://x.test/foo and from #. (line 1)"),
        ('@link(url: "#/v2.0", import: ["@tag"]) @link(url: "https://specs.apollo.dev/tag/v0.3")', "INVALID_LINK_DIRECTIVE_USAGE: [a] @tag of # cannot be imported as @tag, a name of https://specs.apollo.dev/tag. (line 1)"),
        ('@link(url: "#/v2.0") @link(url: "https://x.test/federation/v1.0")', "INVALID_LINK_DIRECTIVE_USAGE: [a] https://x.test/federation and # are both called federation; link one `as` another. (line 1)"),
        ('@link(url: "#/v2.0") @link(url: "https://x.test/foo")', "INVALID_LINK_IDENTIFIER: [a] 'https://x.test/foo' does not end in a version like v1.0. (line 1)"),
        ('@link(url: "#/v2.0") @link(url: "https://x.test")', "INVALID_LINK_IDENTIFIER: [a] 'https://x.test' has no path, so it names no specification. (line 1)"),
        ('@link(url: "#/v2.0") @link(url: "https://x.test/v1.0")', "INVALID_LINK_IDENTIFIER: [a] 'https://x.test/v1.0' has no name before its version. (line 1)"),
        ('@link(url: "#/v2.0") @link(url: "foo")', "INVALID_LINK_IDENTIFIER: [a] 'foo' is not a URL. (line 1)"),
        ('@link(url: "#/v2.0") @link(as: "foo")', "INVALID_LINK_IDENTIFIER: [a] A @link has no URL. (line 1)"),
        ('@link(url: "https://specs.apollo.dev/link/v1.1")', "UNKNOWN_LINK_VERSION: [a] Only version 1.0 of the link specification exists. (line 1)"),
        ('@link(url: "#/v2.15")', "UNKNOWN_FEDERATION_LINK_VERSION: [a] Version v2.15 of federation does not exist. (line 1)"),
        ('@link(url: "#/v1.0")', "UNKNOWN_FEDERATION_LINK_VERSION: [a] Version v1.0 of federation does not exist. (line 1)"),
        ('@link(url: "#/v2.0", for: NOPE)', "INVALID_GRAPHQL: [a] The value of @link(for:) on schema is not of its type. (line 1)"),
    ],
)  # fmt: skip
def test_a_bad_link_is_refused(links: str, expected: str):
    assert refused(f"extend schema {links.replace('#', FEDERATION)} {Q}") == [expected.replace("#", FEDERATION)]


def test_all_bad_links_of_all_subgraphs_are_reported():
    links = '@link(url: "https://x.test/foo", as: "foo") @link(url: "https://x.test/bar")'
    sdl = f'extend schema\n@link(url: "{FEDERATION}/v2.0", import: ["@nope"])\n{links} {Q}'
    assert refused(sdl, b=f'extend schema @link(url: "{FEDERATION}/v2")') == [
        f"INVALID_LINK_DIRECTIVE_USAGE: [a] {FEDERATION} has no @nope to import in this version. (line 2)",
        "INVALID_LINK_IDENTIFIER: [a] 'https://x.test/foo' does not end in a version like v1.0. (line 3)",
        "INVALID_LINK_IDENTIFIER: [a] 'https://x.test/bar' does not end in a version like v1.0. (line 3)",
        f"INVALID_LINK_IDENTIFIER: [b] '{FEDERATION}/v2' does not end in a version like v1.0. (line 1)",
    ]


def test_in_an_unknown_version_no_directive_is_known():
    sdl = f'extend schema @link(url: "{FEDERATION}/v2.99", import: ["@key"]) type Query {{ t: T }} type T @key(fields: "id") {{ id: ID! }}'
    assert refused(sdl) == [
        "UNKNOWN_FEDERATION_LINK_VERSION: [a] Version v2.99 of federation does not exist. (line 1)",
        "INVALID_GRAPHQL: [a] Unknown directive '@key'. (line 1)",
    ]


def test_directives_that_are_not_imported_are_the_subgraphs_own():
    link = f'extend schema @link(url: "{FEDERATION}/v2.3")'
    sdl = "directive @key(of: String) on FIELD_DEFINITION scalar FieldSet type Query { q(set: FieldSet): Int @key(of: 3) }"
    assert refused(f"{link} {sdl}") == [
        "INVALID_GRAPHQL: [a] The value of @key(of:) on Query.q is not of its type. (line 1)"
    ]
    assert "scalar FieldSet" in types(link=link, a=sdl.replace("3", '"x"'))


# -- definitions that are printed along ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("directive @key(fields: String!) on OBJECT", None),
        ("directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE scalar federation__FieldSet", None),
        ("directive @key(fields: String) on OBJECT", "its argument fields is String and not federation__FieldSet!"),
        ("directive @key(fields: FieldSet!) on OBJECT scalar FieldSet", "its argument fields is FieldSet! and not federation__FieldSet!"),
        ("directive @key(resolvable: Boolean = true) on OBJECT", "it lacks the argument fields"),
        ("directive @key(fields: String!, resolvable: Boolean = false) on OBJECT", "the default of its argument resolvable is not true"),
        ("directive @key(fields: String!, on: Int) on OBJECT", "it has no argument on"),
        ("directive @key(fields: String!) on OBJECT | FIELD_DEFINITION", "it has no location FIELD_DEFINITION"),
        ("directive @requires(fields: String!) repeatable on FIELD_DEFINITION", "it is not repeatable"),
        ("directive @requiresScopes(scopes: [[String!]!]!) on OBJECT", None),
        ("directive @requiresScopes(scopes: [String!]!) on OBJECT", "its argument scopes is [String!]! and not [[federation__Scope!]!]!"),
        ("directive @override(from: String!, label: String) on FIELD_DEFINITION", None),
        ("directive @cost(weight: Float!) on OBJECT", "its argument weight is Float! and not Int!"),
    ],
)  # fmt: skip
def test_a_directive_of_federation_may_be_defined_as_specified_or_narrower(definition: str, expected: str | None):
    name = definition.split("(", maxsplit=1)[0].removeprefix("directive ")
    sdl = f'extend schema @link(url: "{FEDERATION}/v2.9", import: ["{name}"]) {definition} {Q}'
    text = f"DIRECTIVE_DEFINITION_INVALID: [a] {name} is defined unlike its specification: {expected}. (line 1)"
    assert refused(sdl) == ([text] if expected is not None else [])


def test_an_override_has_a_label_from_federation_2_7_on():
    definition = "directive @override(from: String!, label: String) on FIELD_DEFINITION"
    sdl = f'extend schema @link(url: "{FEDERATION}/v2.6", import: ["@override"]) {definition} {Q}'
    text = "@override is defined unlike its specification: it has no argument label."
    assert refused(sdl) == [f"DIRECTIVE_DEFINITION_INVALID: [a] {text} (line 1)"]


def test_types_of_federation_and_link_are_defined_as_specified():
    definitions = "enum link__Purpose { SECURITY } input federation__FieldSet { x: Int }"
    sdl = f'extend schema @link(url: "{FEDERATION}/v2.3") {definitions} {Q}'
    purpose = "link__Purpose is defined unlike its specification: it is the enum of SECURITY and EXECUTION."
    assert refused(sdl) == [f"TYPE_DEFINITION_INVALID: [a] {purpose} (line 1)"]
    sdl = sdl.replace("SECURITY", "SECURITY EXECUTION")
    field_set = "federation__FieldSet is defined unlike its specification: it is a scalar."
    assert refused(sdl) == [f"TYPE_DEFINITION_INVALID: [a] {field_set} (line 1)"]


# -- Federation 1 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("directive", ["@shareable", "@inaccessible", '@override(from: "b")'])
def test_federation_1_knows_no_directive_of_federation_2(directive: str):
    name = directive.split("(", maxsplit=1)[0]
    expected = [f"INVALID_GRAPHQL: [a] Unknown directive '{name}'. (line 1)"]
    assert refused(f"type Query {{ q: Int {directive} }}") == expected


def test_federation_1_may_define_what_federation_2_has_but_not_otherwise():
    definition = "directive @override(from: String!, label: String) on FIELD_DEFINITION"
    text = "@override is defined unlike its specification: it has no argument label."
    assert refused(f"{definition} {Q}") == [f"DIRECTIVE_DEFINITION_INVALID: [a] {text} (line 1)"]
    assert refused(f"{definition.replace(', label: String', '')} {Q}") == []


@pytest.mark.parametrize("arguments", ["", "(fields: String)", "(fields: _FieldSet)", "(fields: _FieldSet!)"])
def test_federation_1_libraries_printed_keys_in_many_forms(arguments: str):
    scalar = "scalar _FieldSet" if "_FieldSet" in arguments else ""
    service = "_service: _Service! _entities(representations: [_Any!]!): [_Entity]!"
    printed = f"directive @key{arguments} on OBJECT {scalar} type Query {{ t: Int {service} }}"
    assert types(link="", a=printed) == types(link="", a="type Query { t: Int }")


# -- what is said beside a bad link ----------------------------------------------------------------------------------

SPEC = '@link(url: "https://specs.apollo.dev/link/v1.0")'
OLD = '@link(url: "https://specs.apollo.dev/federation/v2.2", import: ["@key", "@interfaceObject"])'
SOUND = '@link(url: "https://specs.apollo.dev/federation/v2.2", import: ["@shareable"])'
LATER = '@link(url: "https://x.test/mark")'


@pytest.mark.parametrize(
    ("links", "rest", "expected"),
    [
        (OLD, "type Query { q: Int @shareable }", ["INVALID_LINK_DIRECTIVE_USAGE"]),
        # With the link specification linked soundly, the document is read by the links before the bad one.
        (f"{SPEC} {OLD}", "type Query { q: Int @shareable }", ["INVALID_LINK_DIRECTIVE_USAGE", "INVALID_GRAPHQL"]),
        (f"{OLD} {SPEC}", "type Query { q: Int @shareable }", ["INVALID_LINK_DIRECTIVE_USAGE", "INVALID_GRAPHQL"]),
        (f"{SPEC} {OLD}", 'type Query { q: Q } type Q @key(fields: "x") { x: Int }', ["INVALID_LINK_DIRECTIVE_USAGE"]),
        (f"{SPEC} {SOUND} {LATER}", "type Query { q: Int @shareable }", ["INVALID_LINK_IDENTIFIER"]),
        (f"{SPEC} {SOUND} {LATER}", "type Query { q: Int @mark }", ["INVALID_LINK_IDENTIFIER", "INVALID_GRAPHQL"]),
        (f"{SPEC} {OLD}", "type Query { q: Nope }", ["INVALID_GRAPHQL"]),
        (f"{SPEC} {OLD} @mark", "type Query { q: Int }", ["INVALID_GRAPHQL"]),
    ],
)
def test_what_is_said_beside_a_bad_link(links: str, rest: str, expected: list[str]):
    errors = compose([SubgraphInput("a", "", f"extend schema {links} {rest}")]).errors
    assert [issue.code for issue in errors] == expected


@pytest.mark.parametrize("version", ["v2.99", "v3.0"])
def test_a_directive_of_the_schema_that_nobody_defines_comes_first(version: str):
    link = f'@link(url: "https://specs.apollo.dev/federation/{version}")'
    errors = compose([SubgraphInput("a", "", f"extend schema {link} @mark type Query {{ q: Int @other }}")]).errors
    assert [str(issue) for issue in errors] == ["INVALID_GRAPHQL: [a] Unknown directive '@mark'. (line 1)"]


def test_links_count_for_nothing_where_neither_federation_nor_the_link_specification_is_linked():
    link = '@link(url: "https://specs.apollo.dev/cost/v0.1") @link(url: "https://specs.apollo.dev/connect/v0.1")'
    result = compose([SubgraphInput("a", "", f"extend schema {link} {Q}")])
    assert result.hints == ()
    assert result.supergraph_sdl is not None
    assert result.supergraph_sdl.startswith(
        'schema\n  @link(url: "https://specs.apollo.dev/link/v1.0")\n'
        '  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)\n{\n'
    )
