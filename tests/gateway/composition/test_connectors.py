"""The connect specification: what connectors say is checked as written, and carried in the graph."""

from __future__ import annotations

import pytest

from gateway.composition.compose import SubgraphInput, compose
from gateway.supergraph.reader import read_supergraph

FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.10", import: ["@key"])'


def composed(**sdl: str):
    return compose([SubgraphInput(name, f"http://{name}", text) for name, text in sdl.items()])


def test_connectors_travel_under_the_names_their_subgraph_gave_them():
    sdl = composed(
        a=f"""{FEDERATION}
        @link(url: "https://specs.apollo.dev/connect/v0.1", import: ["@connect", "@source"])
        @source(name: "s", http: {{ baseURL: "http://x.test" }})
        type Query {{ a(id: ID!): T @connect(source: "s", http: {{ GET: "/a" }}, selection: \"\"\"
        id
        x
        \"\"\") }}
        type T @key(fields: "id") {{ id: ID! x: Int }}
        """,
        b=f"""{FEDERATION}
        @link(url: "https://specs.apollo.dev/connect/v0.2", as: "api", import: [{{name: "@connect", as: "@http"}}])
        type Query {{ b: Int @http(http: {{ GET: "http://b.test" }}, selection: "$") }}
        type T @key(fields: "id") @http(http: {{ GET: "http://b.test" }}, selection: "y") {{ id: ID! y: Int }}
        """,
    ).supergraph_sdl
    assert sdl is not None
    assert sdl.startswith(
        """schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/connect/v0.3", for: EXECUTION)
  @join__directive(graphs: [A], name: "link", args: {url: "https://specs.apollo.dev/connect/v0.1", import: ["@connect", "@source"]})
  @join__directive(graphs: [B], name: "link", args: {url: "https://specs.apollo.dev/connect/v0.2", as: "api", import: [{ as: "@http", name: "@connect" }]})
  @join__directive(graphs: [A], name: "source", args: {name: "s", http: { baseURL: "http://x.test" }})
{
  query: Query
}
"""
    )
    assert sdl.endswith(
        """
type Query
  @join__type(graph: A)
  @join__type(graph: B)
{
  a(id: ID!): T @join__field(graph: A) @join__directive(graphs: [A], name: "connect", args: {source: "s", http: { GET: "/a" }, selection: "id\\nx"})
  b: Int @join__field(graph: B) @join__directive(graphs: [B], name: "http", args: {http: { GET: "http://b.test" }, selection: "$"})
}

type T
  @join__type(graph: A, key: "id")
  @join__type(graph: B, key: "id")
  @join__directive(graphs: [B], name: "http", args: {http: { GET: "http://b.test" }, selection: "y"})
{
  id: ID!
  x: Int @join__field(graph: A)
  y: Int @join__field(graph: B)
}
"""
    )
    assert not any("connect" in name for name in read_supergraph(sdl).api.type_map)


@pytest.mark.parametrize(
    ("version", "graph", "hint"),
    [("v0.1", "v0.3", "v2.10"), ("v0.2", "v0.3", "v2.11"), ("v0.3", "v0.3", "v2.12"), ("v0.4", "v0.4", "v2.13")],
)
def test_a_version_brings_the_federation_it_came_with(version: str, graph: str, hint: str):
    link = f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0") @link(url: "https://specs.apollo.dev/connect/{version}")'
    result = composed(a=link + " type Query { a: Int }")
    assert result.supergraph_sdl is not None
    assert f'@link(url: "https://specs.apollo.dev/connect/{graph}", for: EXECUTION)' in result.supergraph_sdl
    assert [str(issue) for issue in result.hints] == [
        f"IMPLICITLY_UPGRADED_FEDERATION_VERSION: [a] a has federation v2.0, but is composed under {hint}."
    ]


@pytest.mark.parametrize(
    ("imports", "sdl", "code"),
    [
        ('"@connect", "@nope"', "type Query { a: Int }", "INVALID_LINK_DIRECTIVE_USAGE"),
        ('"@connect"', 'type Query { a: Int @connect(http: { GET: "x" }) }', "INVALID_GRAPHQL"),
        ('"@connect"', 'type Query { a: Int @connect(http: { FETCH: "x" }, selection: "$") }', "INVALID_GRAPHQL"),
        ('"@connect"', 'type Query { a(x: Int @connect(selection: "$")): Int }', "INVALID_GRAPHQL"),
        ('"@source"', 'extend schema @source(name: "s") type Query { a: Int }', "INVALID_GRAPHQL"),
        ('"@connect"', "directive @connect(selection: String!, more: Int) repeatable on FIELD_DEFINITION type Query { a: Int }", "DIRECTIVE_DEFINITION_INVALID"),
        ('"@connect"', "input connect__JSONSelection { x: Int } type Query { a: Int }", "TYPE_DEFINITION_INVALID"),
        ('"@connect"', "scalar connect__ConnectHTTP type Query { a: Int }", "TYPE_DEFINITION_INVALID"),
        ('"@connect"', "input connect__HTTPHeaderMapping { from: String } type Query { a: Int }", "TYPE_DEFINITION_INVALID"),
    ],
)  # fmt: skip
def test_what_is_not_written_as_specified_is_refused(imports: str, sdl: str, code: str):
    link = f'{FEDERATION} @link(url: "https://specs.apollo.dev/connect/v0.1", import: [{imports}]) '
    assert [issue.code for issue in composed(a=link + sdl).errors] == [code]


def test_definitions_as_specified_may_be_brought_along():
    link = f'{FEDERATION} @link(url: "https://specs.apollo.dev/connect/v0.1", import: ["@connect"])'
    own = """
    directive @connect(selection: connect__JSONSelection!, http: connect__ConnectHTTP) repeatable on FIELD_DEFINITION
    scalar connect__JSONSelection
    input connect__ConnectHTTP { GET: String }
    type Query { a: Int @connect(http: { GET: "http://a.test" }, selection: "$") }
    """
    assert composed(a=link + own).errors == ()
