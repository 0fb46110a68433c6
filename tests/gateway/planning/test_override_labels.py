"""A field that an interface needs, overridden by label: its old subgraph answers it as long as the label is off."""

from __future__ import annotations

import pytest

from gateway.supergraph.reader import read_supergraph
from tests.gateway.planning.harness import plan

SUPERGRAPH = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true,
  isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String,
  external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { OLD @join__graph(name: "old", url: "http://old") NEW @join__graph(name: "new", url: "http://new") }
type Query @join__type(graph: OLD) @join__type(graph: NEW) { image: Image @join__field(graph: OLD) }
interface Post @join__type(graph: OLD) { made: String }
type Image implements Post @join__implements(graph: OLD, interface: "Post")
  @join__type(graph: OLD, key: "id") @join__type(graph: NEW, key: "id") {
  id: ID!
  made: String
    @join__field(graph: NEW, override: "old", overrideLabel: "percent(40)")
    @join__field(graph: OLD, usedOverridden: true, overrideLabel: "percent(40)")
}
"""


@pytest.mark.parametrize(
    ("labels", "fetches"),
    [
        (frozenset[str](), [("old", "{image{made}}")]),
        (
            frozenset({"percent(40)"}),
            [
                ("old", "{image{id}}"),
                (
                    "new",
                    "query($representations: [_Any!]!){_entities(representations:$representations){...on Image{made}}}",
                ),
            ],
        ),
    ],
)
def test_the_label_decides(labels: frozenset[str], fetches: list[tuple[str, str]]) -> None:
    made = plan(read_supergraph(SUPERGRAPH), "{ image { made } }", labels=labels)
    assert [(fetch.subgraph, fetch.text) for fetch in made.fetches] == fetches
