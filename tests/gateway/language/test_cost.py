"""What operations cost by `@cost` and `@listSize`, whatever the directives are called in the supergraph."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.composition.compose import compose
from gateway.composition.model import SubgraphInput
from gateway.language.cost import cost_of
from gateway.language.documents import Limits, coerce_variables, parse_operation
from gateway.supergraph.costs import read_costs
from gateway.supergraph.model import Supergraph
from gateway.supergraph.reader import read_supergraph


def graph(shop: str) -> Supergraph:
    made = compose([SubgraphInput("shop", "http://shop/", shop)])
    assert made.supergraph_sdl is not None, made.errors
    return read_supergraph(made.supergraph_sdl)


LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", %s])'
SHOP = """
type Query {
  book: Book
  books(first: Int = 3, last: Int): [Book!] @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
  all: [Book]
  best: [Book] @listSize(assumedSize: 5)
  page(first: Int): Books @listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)
  search(text: String @cost(weight: 4)): Hit
  find(by: By @cost(weight: 1)): Book
  shelves: [[Book]]
  node: Node
}
type Mutation { buy: Book }
input By { text: String @cost(weight: 2), id: ID, any: [By!] @cost(weight: 3) }
type Books { edges: [Book], total: Int }
interface Node { id: ID, owner: Owner }
type Book implements Node { id: ID, title: String, price: Int @cost(weight: 2), owner: Owner @cost(weight: 7), author: Author }
type Film implements Node { id: ID, owner: Owner }
type Author @cost(weight: 3) { name: String }
type Owner { name: String }
union Hit = Book | Film
"""
PLAIN = graph(shop=LINK % '"@cost", "@listSize"' + SHOP)
RENAMED = graph(
    shop=LINK % '{name: "@cost", as: "@weighs"}, {name: "@listSize", as: "@length"}'
    + SHOP.replace("@cost", "@weighs").replace("@listSize", "@length")
)


@pytest.mark.parametrize("shop", [PLAIN, RENAMED], ids=["plain", "renamed"])
@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        ("{ __typename }", {}, 0),
        ("{ book { title } }", {}, 1),
        ("{ a: book { title } b: book { title } }", {}, 2),
        ("{ book { title price } }", {}, 3),
        ("{ book { author { name } } }", {}, 4),
        ("{ all { title } }", {}, 10),
        ("{ shelves { title } }", {}, 100),
        ("{ best { price } }", {}, 15),
        ("{ books { title } }", {}, 3),
        ("{ books(first: 7) { title } }", {}, 7),
        ("{ books(first: 7, last: 9) { title } }", {}, 9),
        ("{ books(first: -1) { title } }", {}, 0),
        ("query ($n: Int) { books(first: $n) { author { name } } }", {"n": 6}, 24),
        ("query ($n: Int = 4) { books(first: $n) { title } }", {}, 4),
        ("{ page(first: 4) { total edges { title } } }", {}, 5),
        ("query ($n: Int) { page(first: $n) { edges { title } } }", {"n": 4}, 5),
        ("{ page { edges { title } } }", {}, 11),
        ("{ search(text: \"x\") { ... on Book { price } ... on Film { id } } }", {}, 7),
        ("{ search { __typename } }", {}, 1),
        ("{ find { title } }", {}, 1),
        ("{ find(by: {id: 1}) { title } }", {}, 2),
        ("{ find(by: {text: \"x\"}) { title } }", {}, 4),
        ("{ find(by: {any: [{text: \"x\"}, {id: 1, any: {text: null}}]}) { title } }", {}, 12),
        ("query ($by: By, $t: String) { find(by: $by) { title } b: find(by: {text: $t}) { title } }",
         {"by": {"any": [{"text": "x"}]}}, 11),
        ("{ node { owner { name } } }", {}, 8),
        ("mutation { buy { title } }", {}, 11),
        ("query ($x: Boolean!) { all @include(if: $x) { title } book @skip(if: $x) { title } }", {"x": True}, 10),
        ("query ($x: Boolean!) { all @include(if: $x) { title } book @skip(if: $x) { title } }", {"x": False}, 1),
    ],
)  # fmt: skip
def test_the_cost_of_an_operation(shop: Any, query: str, variables: dict[str, Any], cost: int):
    operation = parse_operation(shop.api, query, None, Limits())
    rules = read_costs(shop.sdl, 10)
    assert cost_of(operation, coerce_variables(shop.api, operation, variables), rules) == cost


def test_a_graph_that_says_nothing_has_objects_and_lists():
    shop = graph(shop="type Query { all: [Book] book: Book } type Book { title: String }")
    operation = parse_operation(shop.api, "{ all { title } book { title } }", None, Limits())
    assert cost_of(operation, {}, read_costs(shop.sdl, 50)) == 51


def test_d01_a_fragment_that_is_spread_everywhere_is_counted_where_it_applies_only():
    query = "{ book { ...F ...F ...F } } fragment F on Book { author { name } }"
    operation = parse_operation(PLAIN.api, query, None, Limits())
    assert cost_of(operation, {}, read_costs(PLAIN.sdl, 10)) == 4
