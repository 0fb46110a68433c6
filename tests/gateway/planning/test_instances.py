"""Instances: a fetch of a subgraph that runs as several carries its target, one plan for whatever the values turn out to be."""

import pytest

from gateway.planning.instances import InstanceRules
from gateway.supergraph.model import Supergraph
from tests.gateway.planning.harness import graph, planned, text

LOANS = """
    type Query {
        loans(where: LoanFilter, branch: String, branches: [String!]): [Loan!]!
        loan(id: ID!): Loan
    }
    type Mutation { lend(branch: String!, book: ID!): Loan  renew(loan: ID!): Loan }
    input LoanFilter { branch: StringFilter }
    input StringFilter { eq: String, in: [String!] }
    type Loan @key(fields: "id") { id: ID! due: String }
    type Member @key(fields: "number") { number: ID! loans: [Loan!]! }
    type Shelf @key(fields: "branch row") { branch: String! row: Int! full: Boolean }
"""
MEMBERS = """
    type Query { members: [Member!]! shelves: [Shelf!]! }
    type Member @key(fields: "number") { number: ID! name: String }
    type Shelf @key(fields: "branch row") { branch: String! row: Int! books: [Loan!]! }
    type Loan @key(fields: "id", resolvable: false) { id: ID! }
"""
RULES = {
    "loans": InstanceRules(
        arguments={
            "Query.loans": (("where", "branch", "eq"), ("where", "branch", "in"), ("branch",), ("branches",)),
            "Mutation.lend": (("branch",),),
        },
        keys={"Shelf": "branch"},
        located=frozenset({"Loan"}),
    )
}


@pytest.fixture(scope="module")
def library() -> Supergraph:
    return graph(members=MEMBERS, loans=LOANS)


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ('{ loans(where: {branch: {eq: "north"}}) { due } }', "owner of north"),
        ("query($b: String) { loans(where: {branch: {eq: $b}}) { due } }", "owner of $b"),
        ("query($w: LoanFilter) { loans(where: $w) { due } }", "owner of $w.branch.eq or $w.branch.in"),
        ('{ loans(branches: ["north", "south"]) { due } }', "owner of north + south"),
        ('query($b: String!) { loans(branches: ["north", $b]) { due } }', "owner of north + $b"),
        ("{ loans { due } }", "all"),
        ("{ loans(where: {branch: null}) { due } }", "all"),
        ('{ loan(id: "1") { due } }', "all"),
    ],
)
def test_the_owner_of_a_root_field_stands_in_its_arguments(library: Supergraph, query: str, target: str) -> None:
    first = planned(library, query, instances=RULES).splitlines()[1].strip()
    assert first == f'Fetch(service: "loans", instances: "{target}") {{'


def test_root_fields_of_different_owners_are_fetched_apart_and_of_one_owner_together(library: Supergraph) -> None:
    query = """
        { a: loans(branch: "north") { due } b: loans(branch: "south") { due } c: loans(branch: "north") { id } }
    """
    assert planned(library, query, instances=RULES) == text("""
        QueryPlan {
          Parallel {
            Fetch(service: "loans", instances: "owner of north") {
              {
                a: loans(branch: "north") {
                  due
                }
                c: loans(branch: "north") {
                  id
                }
              }
            },
            Fetch(service: "loans", instances: "owner of south") {
              {
                b: loans(branch: "south") {
                  due
                }
              }
            },
          },
        }
    """)


def test_mutations_stay_in_series_when_they_go_to_different_owners(library: Supergraph) -> None:
    query = """
        mutation {
          a: lend(branch: "north", book: "1") { due }
          b: lend(branch: "north", book: "2") { due }
          c: lend(branch: "south", book: "3") { due }
        }
    """
    assert planned(library, query, instances=RULES) == text("""
        QueryPlan {
          Sequence {
            Fetch(service: "loans", instances: "owner of north") {
              {
                a: lend(book: "1", branch: "north") {
                  due
                }
                b: lend(book: "2", branch: "north") {
                  due
                }
              }
            },
            Fetch(service: "loans", instances: "owner of south") {
              {
                c: lend(book: "3", branch: "south") {
                  due
                }
              }
            },
          },
        }
    """)


def test_an_entity_fetch_says_for_each_type_how_its_owner_is_found(library: Supergraph) -> None:
    query = "{ members { loans { due } } shelves { full books { due } } }"
    heads = [line.strip() for line in planned(library, query, instances=RULES).splitlines() if "Fetch(" in line]
    assert heads == [
        'Fetch(service: "members") {',
        'BatchFetch(service: "loans", instances: "Loan by locator, Shelf by branch") {',
    ]


def test_other_subgraphs_have_no_target(library: Supergraph) -> None:
    assert "instances" not in planned(library, "{ members { name loans { due } } }")
