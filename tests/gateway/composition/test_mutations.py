"""§1 Composition: whatever is written in a subgraph, composition answers with a graph that can be read or with coded errors.

Sound subgraphs that use every directive lose, double, swap and exchange tokens: near misses reach deeper than noise does.
"""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.composition.codes import ERRORS
from gateway.composition.compose import SubgraphInput, compose
from gateway.supergraph.reader import read_supergraph

LINK = """extend schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/federation/v2.12",
  as: "fed", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@tag",
  "@composeDirective", "@interfaceObject", "@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext",
  "@cost", "@listSize", {name: "@cacheTag", as: "@cached"}, "FieldSet"])
"""

SOUND = [
    {
        "a": LINK
        + """
        @link(url: "https://example.test/mark/v1.0", import: ["@mark"]) @composeDirective(name: "@mark")
        directive @mark(a: Int = 1, b: [In!]) repeatable on FIELD_DEFINITION | OBJECT
        directive @run(x: String) on FIELD
        schema { query: Query mutation: Change }
        type Query { t(id: ID!, how: How = {e: A, n: [1]}): T i: [I!]! u: U @provides(fields: "... on P { name }") }
        type Change { change(e: E): T @mark(b: [{e: B}]) }
        type T implements I @key(fields: "id") @key(fields: "o { x }", resolvable: false) @context(name: "c") {
          id: ID! o: O @shareable e: E @inaccessible p: String @tag(name: "t") n: [Int] @listSize(assumedSize: 3) x: X
        }
        type O @shareable { x: Int y: Float @deprecated(reason: "r") }
        interface I @key(fields: "id") { id: ID! }
        type P @key(fields: "id") { id: ID! name: String @external }
        type X @key(fields: "id") @authenticated { id: ID! f(a: String @fromContext(field: "$c { p }")): Int @cost(weight: 2) }
        union U = P | T
        enum E { A B @tag(name: "e") }
        input How { e: E = A n: [Int!] i: In }
        input In { e: E }
        scalar S @specifiedBy(url: "https://example.test/s")
        """,
        "b": LINK
        + """
        type Query { p: P s: S }
        type P @key(fields: "id") @cached(format: "p-{$key.id}") { id: ID! name: String @shareable }
        type T @key(fields: "id") {
          id: ID! p: String @external q(r: Int): Int @requires(fields: "p") @requiresScopes(scopes: [["a"], ["b", "c"]])
        }
        scalar S
        """,
        "c": LINK
        + """
        type I @interfaceObject @key(fields: "id") { id: ID! extra: S @policy(policies: [["p"]]) }
        scalar S
        """,
    },
    {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID! f(a: Int = 3): V g: Int } type V { x: Int! } enum E { A }',
        "b": """
        extend type T @key(fields: "id") { id: ID! @external g: Int @external h(e: E): V @requires(fields: "g") }
        type V { x: Int! } extend type Query { v: V w: [T] @provides(fields: "g") } enum E { A B }
        """,
    },
]

TOKEN = re.compile(r'""".*?"""|"[^"\n]*"|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|\.\.\.|[^\s,]', re.DOTALL)
STRAY = ["", "{", "}", "(", ")", "[", "]", "!", "@", ":", "=", "|", "&", "$", "null", "true", "3", '""', '"id"', '"o { x"',
         "Int", "Query", "T", "I", "U", "E", "type", "extend", "interface", "union", "input", "enum", "scalar", "schema",
         "directive", "on", "implements", "@key(fields: \"id\")", "@external", "@shareable", "@inaccessible", "@fed__tag(name: \"x\")",
         "@override(from: \"a\", label: \"l\")", "@interfaceObject", "fed__FieldSet", "_", "__x", "ſ", '"\\u0000"']  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, str]:
    subgraphs = dict(draw(st.sampled_from(SOUND)))
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(subgraphs)))
        tokens = TOKEN.findall(subgraphs[name])
        at, other = (draw(st.integers(0, len(tokens) - 1)) for _ in range(2))
        match draw(st.sampled_from(["lose", "double", "swap", "stray", "inside"])):
            case "lose":
                del tokens[at : at + draw(st.integers(1, 3))]
            case "double":
                tokens[at:at] = tokens[at : at + draw(st.integers(1, 12))]
            case "swap":
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case "inside" if tokens[at].startswith('"'):
                inner = tokens[at].strip('"')
                cut = draw(st.integers(0, len(inner)))
                tokens[at] = (
                    f'"{inner[:cut]}{draw(st.sampled_from(["", "{", "}", "nope", " { id }", ":", "@", "$", "(a: 1)", "."]))}{inner[cut + 1 :]}"'
                )
            case _:
                tokens[at] = draw(st.sampled_from(STRAY))
        subgraphs[name] = " ".join(tokens) or " "
    return subgraphs


def test_the_subgraphs_that_are_mutated_are_sound():
    for subgraphs in SOUND:
        assert compose([SubgraphInput(name, "", sdl) for name, sdl in subgraphs.items()]).errors == ()


@settings(max_examples=100, deadline=None)
@given(mutated())
def test_mutated_subgraphs_compose_or_are_refused_with_codes(subgraphs: dict[str, str]):
    result = compose([SubgraphInput(name, "", sdl) for name, sdl in subgraphs.items()])
    assert (result.supergraph_sdl is None) == bool(result.errors)
    assert {issue.code for issue in result.errors} <= set(ERRORS) - {"INTERNAL_ERROR"}
    assert all(issue.message for issue in result.errors)
    if result.supergraph_sdl is not None:
        read_supergraph(result.supergraph_sdl)
