"""What a plan may cost to make (security case D06), and which variables a fetch declares."""

from __future__ import annotations

import time

import pytest

from gateway.errors import Code, GatewayError
from gateway.planning.budget import Budget
from gateway.planning.nodes import Fetch
from gateway.supergraph.model import Supergraph
from tests.gateway.planning.harness import graph, plan


def test_d06_an_adversarial_graph_stops_at_the_budget() -> None:
    """Security case D06: each field requires all others, so every order of asking could be tried."""
    count = 12
    subgraphs = {"root": 'type Query { t: T } type T @key(fields: "id") { id: ID! }'}
    for number in range(count):
        others = [f"x{other}" for other in range(count) if other != number]
        external = " ".join(f"{name}: Int @external" for name in others)
        subgraphs[f"s{number}"] = (
            f'type T @key(fields: "id") {{ id: ID! {external} x{number}: Int @requires(fields: "{" ".join(others)}") }}'
        )
    start = time.process_time()
    with pytest.raises(GatewayError) as refusal:
        plan(graph(**subgraphs), "{ t { x0 } }")
    assert refusal.value.issues[0].code is Code.PLAN_BUDGET
    assert time.process_time() - start < 5


def test_an_entity_of_many_subgraphs_is_planned_within_the_budget() -> None:
    """A key that all of them have leads from each to each; what is at hand is not looked for anywhere else."""
    count = 100
    subgraphs = {f"s{n}": f'type T @key(fields: "id") {{ id: ID! f{n}: Int }}' for n in range(count)}
    subgraphs["s0"] += " type Query { t: T }"
    made = plan(graph(**subgraphs), f"{{ t {{ {' '.join(f'f{n}' for n in range(count))} }} }}")
    assert [fetch.subgraph for fetch in made.fetches] == [f"s{n}" for n in range(count)]


def test_d06_wide_operations_stop_at_the_number_of_selections() -> None:
    supergraph = graph(a="type Query { a: Int }")
    query = "{ " + " ".join(f"f{number}: a" for number in range(15)) + " }"
    with pytest.raises(GatewayError) as refusal:
        plan(supergraph, query, budget=Budget(selections=10))
    assert refusal.value.issues[0].code is Code.PLAN_BUDGET


def test_variables_go_where_they_are_used(shop: Supergraph) -> None:
    query = (
        "query($n: Int = 3, $z: Int, $a: Boolean!) { top(first: $n) { shipping(zone: $z) } me { name @skip(if: $a) } }"
    )
    fetches = plan(shop, query).fetches
    assert {fetch.subgraph: [variable.name for variable in fetch.variables] for fetch in fetches} == {
        "accounts": ["a"],
        "products": ["n"],
        "inventory": ["z"],
    }
    assert isinstance(fetches[0], Fetch)
    assert "$n: Int=3" in next(fetch.text for fetch in fetches if fetch.subgraph == "products")
