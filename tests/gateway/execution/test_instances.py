"""Instances: one subgraph served by several parties; who is asked, and what becomes of their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from graphql import execute_sync, parse

from gateway.errors import GatewayError
from gateway.execution.compile import compile_plan
from gateway.execution.execute import execute
from gateway.execution.owners import Instances, Locator
from gateway.planning.instances import InstanceRules
from gateway.planning.planner import plan_operation
from gateway.subgraphs.failure import FailureKind, FetchFailure
from tests.gateway.execution.harness import World, resolve, subgraph_schema
from tests.gateway.planning.harness import graph, operation

LOANS = """
    type Query { loans(branch: String, branches: [String!]): [Loan!]!  loan(id: ID!): Loan  counter: Counter }
    type Mutation { lend(branch: String, book: ID!): Loan }
    type Counter { open: Boolean desks: [Desk!]! }
    type Desk { name: String! clerk: String! }
    type Loan @key(fields: "id") { id: ID! due: String! fine: String }
    type Member @key(fields: "number") { number: ID! loans: [Loan!]! }
    type Shelf @key(fields: "branch row") { branch: String! row: Int! full: Boolean }
"""
MEMBERS = """
    type Query { members: [Member!]! shelves: [Shelf!]! marked: [Loan!]! }
    type Member @key(fields: "number") { number: ID! name: String }
    type Shelf @key(fields: "branch row") { branch: String! row: Int! }
    type Loan @key(fields: "id") { id: ID! note: String }
"""
WHO = "type Query { owners(type: String!, keys: [String!]!): [String]! }"
RULES = InstanceRules(
    arguments={"Query.loans": (("branch",), ("branches",)), "Mutation.lend": (("branch",),)},
    keys={"Shelf": "branch"},
    located=frozenset({"Loan"}),
)
INSTANCES = Instances(
    ("loans/north", "loans/south"),
    {"north": "loans/north", "south": "loans/south", "harbour": "loans/south"},
    Locator("who"),
)
OWNERS = {"Loan": {"1": "north", "2": "north", "3": "harbour"}}


def loan(number: str) -> dict[str, Any]:
    return {"__typename": "Loan", "id": number, "due": f"due {number}"}


def branch(name: str, *numbers: str) -> World:
    loans = [loan(number) for number in numbers]
    return World(
        roots={
            "loans": loans,
            "loan": lambda _root, **named: next((found for found in loans if found["id"] == named["id"]), None),
            "lend": lambda _root, book, branch: {**loan(book), "due": f"lent at {branch}"},
            "counter": {"open": name == "north", "desks": [{"name": f"{name} 1", "clerk": "Ann"}]},
        },
        entities={
            "Loan": loans,
            "Member": [{"__typename": "Member", "number": "7", "__keys__": ("number",), "loans": loans}],
            "Shelf": [
                {
                    "__typename": "Shelf",
                    "branch": name,
                    "row": 1,
                    "__keys__": ("branch", "row"),
                    "full": name == "north",
                }
            ],
        },
    )


@dataclass
class Network:
    """Two branches, each with its own rows; members and the locator are whole. `broken` answers instead of an endpoint."""

    broken: dict[str, Any] = field(default_factory=dict[str, Any])
    asked: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    requests: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])

    def __post_init__(self) -> None:
        self.supergraph = graph(members=MEMBERS, loans=LOANS, who=WHO)
        self.worlds = {
            "loans/north": branch("north", "1", "2"),
            "loans/south": branch("south", "3"),
            "members": World(
                roots={
                    "members": [{"number": "7", "name": "Bo"}],
                    "shelves": [{"branch": "south", "row": 1}, {"branch": "north", "row": 1}],
                    "marked": [{"id": "3"}, {"id": "1"}, {"id": "404"}],
                }
            ),
            "who": World(
                roots={"owners": lambda _root, keys, **named: [OWNERS[named["type"]].get(key) for key in keys]}
            ),
        }
        sdl = {"loans/north": LOANS, "loans/south": LOANS, "members": MEMBERS, "who": WHO}
        self.schemas = {name: subgraph_schema(text, self.worlds[name]) for name, text in sdl.items()}

    async def fetch(self, subgraph: str, body: bytes, *, idempotent: bool = True) -> bytes | FetchFailure:
        request = orjson.loads(body)
        self.requests.append((subgraph, request))
        representations = (request.get("variables") or {}).get("representations")
        self.asked.append((subgraph, [max(r.items())[1] for r in representations] if representations else None))
        if subgraph in self.broken:
            answer = self.broken[subgraph]
            return answer if isinstance(answer, FetchFailure) else orjson.dumps(answer)
        result = execute_sync(
            self.schemas[subgraph],
            parse(request["query"]),
            root_value=self.worlds[subgraph].roots,
            variable_values=request.get("variables"),
            field_resolver=resolve,
        )
        return orjson.dumps(result.formatted)

    async def run(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        made = plan_operation(self.supergraph, operation(self.supergraph.api, query), instances={"loans": RULES})
        compiled = compile_plan(made, self.supergraph.api, {"loans": INSTANCES})
        result = await execute(compiled, variables or {}, self)
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [
                {"path": list(issue.path or ()), **issue.as_json()["extensions"]} for issue in result.errors
            ]
        return answer

    @property
    def endpoints(self) -> list[str]:
        return [name for name, _ in self.asked]


@pytest.fixture(name="network")
def network_of_two() -> Network:
    return Network()


async def test_without_an_owner_all_are_asked_and_their_lists_are_joined_in_order(network: Network) -> None:
    assert await network.run("{ loans { id due } }") == {
        "data": {"loans": [{"id": "1", "due": "due 1"}, {"id": "2", "due": "due 2"}, {"id": "3", "due": "due 3"}]}
    }
    assert network.endpoints == ["loans/north", "loans/south"]


@pytest.mark.parametrize(
    ("query", "variables", "asked"),
    [
        ('{ loans(branch: "south") { id } }', {}, ["loans/south"]),
        ("query($b: String) { loans(branch: $b) { id } }", {"b": "north"}, ["loans/north"]),
        ("query($b: String) { loans(branch: $b) { id } }", {"b": None}, ["loans/north", "loans/south"]),
        ('{ loans(branch: "harbour") { id } }', {}, ["loans/south"]),
        ('{ loans(branches: ["south", "harbour"]) { id } }', {}, ["loans/south"]),
        (
            'query($b: String!) { loans(branches: ["south", $b]) { id } }',
            {"b": "north"},
            ["loans/north", "loans/south"],
        ),
        ('{ loans(branch: "nowhere") { id } }', {}, ["loans/north", "loans/south"]),
    ],
)
async def test_an_argument_names_the_owner(network: Network, query: str, variables: Any, asked: list[str]) -> None:
    await network.run(query, variables)
    assert network.endpoints == asked


async def test_one_object_comes_from_whoever_has_it_and_parts_of_an_object_are_joined(network: Network) -> None:
    assert await network.run('{ loan(id: "3") { due } counter { open desks { name } } }') == {
        "data": {
            "loan": {"due": "due 3"},
            "counter": {"open": True, "desks": [{"name": "north 1"}, {"name": "south 1"}]},
        }
    }


async def test_a_failing_instance_costs_its_own_part_and_is_named(network: Network) -> None:
    network.broken["loans/south"] = FetchFailure(FailureKind.TIMEOUT)
    assert await network.run("{ loans { id } }") == {
        "data": {"loans": [{"id": "1"}, {"id": "2"}]},
        "errors": [{"path": ["loans"], "code": "DOWNSTREAM_TIMEOUT", "instance": "south"}],
    }


async def test_when_all_fail_there_is_no_data(network: Network) -> None:
    failure = FetchFailure(FailureKind.CONNECTION)
    network.broken = {"loans/north": failure, "loans/south": failure}
    assert await network.run("{ loans { id } }") == {
        "data": None,
        "errors": [
            {"path": ["loans"], "code": "DOWNSTREAM_SERVICE_ERROR", "instance": "north"},
            {"path": ["loans"], "code": "DOWNSTREAM_SERVICE_ERROR", "instance": "south"},
        ],
    }


async def test_an_error_inside_a_list_keeps_its_place_after_joining(network: Network) -> None:
    network.broken["loans/south"] = {
        "data": {"loans": [{"id": "8", "fine": "1"}, {"id": "9", "fine": None}]},
        "errors": [{"message": "no", "path": ["loans", 1, "fine"], "extensions": {"code": "FORBIDDEN"}}],
    }
    answer = await network.run("{ loans { id fine } }")
    assert [found["id"] for found in answer["data"]["loans"]] == ["1", "2", "8", "9"]
    assert answer["errors"] == [{"path": ["loans", 3, "fine"], "code": "FORBIDDEN", "instance": "south"}]


async def test_where_no_instance_can_decide_the_request_ends(network: Network) -> None:
    closed = FetchFailure(FailureKind.STATUS, 503, "POLICY_MISMATCH")
    network.broken = {"loans/north": closed}
    assert (await network.run("{ loans { id } }"))["data"] == {"loans": [{"id": "3"}]}
    network.broken["loans/south"] = closed
    with pytest.raises(GatewayError) as ended:
        await network.run("{ loans { id } }")
    assert ended.value.status == 503


async def test_a_mutation_goes_to_its_owner_and_without_one_nowhere(network: Network) -> None:
    assert await network.run('mutation { lend(branch: "harbour", book: "5") { due } }') == {
        "data": {"lend": {"due": "lent at harbour"}}
    }
    assert network.endpoints == ["loans/south"]
    network.asked.clear()
    for query in ('mutation { lend(book: "5") { due } }', 'mutation { lend(branch: "nowhere", book: "5") { due } }'):
        assert await network.run(query) == {
            "data": {"lend": None},
            "errors": [{"path": ["lend"], "code": "OWNER_REQUIRED"}],
        }
    assert network.endpoints == []


async def test_entities_are_cut_by_the_owner_in_their_key(network: Network) -> None:
    assert await network.run("{ shelves { branch full } }") == {
        "data": {"shelves": [{"branch": "south", "full": False}, {"branch": "north", "full": True}]}
    }
    assert network.asked == [("members", None), ("loans/north", [1]), ("loans/south", [1])]


async def test_entities_are_cut_by_the_locator_and_unknown_ones_take_a_fetch_as_well(network: Network) -> None:
    assert await network.run("{ marked { id fine } }") == {
        "data": {"marked": [{"id": "3", "fine": None}, {"id": "1", "fine": None}, {"id": "404", "fine": None}]}
    }
    assert network.endpoints == ["members", "who", "loans/north", "loans/south"]
    asked = [sorted(ids) for _, ids in network.asked if ids]
    assert sorted(asked) in (sorted([["1", "404"], ["3"]]), sorted([["1"], ["3", "404"]]))


@pytest.mark.parametrize("full", [True, False])
async def test_a_part_that_is_empty_for_one_instance_is_not_sent_to_it(network: Network, full: bool) -> None:
    """A register decides by what is selected, and would refuse all of it for a part of which there is nothing to ask there."""
    network.worlds["members"].roots |= {"shelves": [{"branch": "north", "row": 1}], "marked": [{"id": "3"}]}
    query = "query ($full: Boolean!) { shelves { branch full @include(if: $full) row } marked { id due } }"
    shelf = {"branch": "north", **({"full": True} if full else {}), "row": 1}
    assert await network.run(query, {"full": full}) == {
        "data": {"shelves": [shelf], "marked": [{"id": "3", "due": "due 3"}]}
    }
    told = {endpoint: request for endpoint, request in network.requests if endpoint.startswith("loans/")}
    loans = {"r1": [{"__typename": "Loan", "id": "3"}]}
    shelves = {"r0": [{"__typename": "Shelf", "branch": "north", "row": 1}], "full": True}
    assert {endpoint: request["variables"] for endpoint, request in told.items()} == {
        **({"loans/north": shelves} if full else {}),
        "loans/south": loans,
    }
    assert "Shelf" not in told["loans/south"]["query"]
    assert "$full" not in told["loans/south"]["query"]
    assert not full or "Loan" not in told["loans/north"]["query"]


async def test_parts_of_which_each_instance_has_something_are_sent_as_planned(network: Network) -> None:
    network.worlds["members"].roots["marked"] = [{"id": "3"}, {"id": "1"}]
    assert await network.run("{ shelves { branch full } marked { id due } }") == {
        "data": {
            "shelves": [{"branch": "south", "full": False}, {"branch": "north", "full": True}],
            "marked": [{"id": "3", "due": "due 3"}, {"id": "1", "due": "due 1"}],
        }
    }
    north, south = [request for endpoint, request in network.requests if endpoint.startswith("loans/")]
    assert north["query"] == south["query"]


async def test_what_failed_at_an_instance_is_said_of_what_it_was_asked_only(network: Network) -> None:
    network.worlds["members"].roots |= {"shelves": [{"branch": "north", "row": 1}], "marked": [{"id": "3"}]}
    network.broken["loans/north"] = FetchFailure(FailureKind.CONNECTION)
    assert await network.run("{ shelves { branch full } marked { id due } }") == {
        "data": {"shelves": [{"branch": "north", "full": None}], "marked": [{"id": "3", "due": "due 3"}]},
        "errors": [{"path": ["shelves", 0], "code": "DOWNSTREAM_SERVICE_ERROR", "instance": "north"}],
    }


async def test_entities_that_everybody_knows_are_asked_of_all_and_their_lists_joined(network: Network) -> None:
    assert await network.run("{ members { name loans { due } } }") == {
        "data": {"members": [{"name": "Bo", "loans": [{"due": "due 1"}, {"due": "due 2"}, {"due": "due 3"}]}]}
    }


async def test_an_entity_of_a_failing_instance_has_what_the_others_have(network: Network) -> None:
    network.broken["loans/north"] = FetchFailure(FailureKind.CONNECTION)
    assert await network.run("{ members { name loans { due } } }") == {
        "data": {"members": [{"name": "Bo", "loans": [{"due": "due 3"}]}]},
        "errors": [{"path": ["members", 0], "code": "DOWNSTREAM_SERVICE_ERROR", "instance": "north"}],
    }


@pytest.mark.parametrize(
    "answer", [{"data": {"l0": ["north"]}}, {"data": None, "errors": [{}]}, {"data": {"l0": "north"}}]
)
async def test_a_locator_that_does_not_answer_well_is_a_failure_of_the_fetch(network: Network, answer: Any) -> None:
    network.broken["who"] = answer
    found = await network.run("{ marked { id fine } }")
    assert found["data"] == {
        "marked": [{"id": "3", "fine": None}, {"id": "1", "fine": None}, {"id": "404", "fine": None}]
    }
    assert [error["path"] for error in found["errors"]] == [["marked", place, "fine"] for place in range(3)]
    assert network.endpoints == ["members", "who"]
