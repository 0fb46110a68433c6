"""What the directives of a graph keep from whom, without a gateway around it."""

from __future__ import annotations

import pytest
from graphql import build_schema

from gateway.authorization.caller import Caller
from gateway.authorization.demands import Demands, Policy
from gateway.supergraph.demands import Demand, StatedDemands

SCHEMA = build_schema("""
type Query { node: Node found: Found book: Book map: Map }
interface Node { id: ID! name: String }
type Book implements Node { id: ID! name: String price: Int }
type Map implements Node { id: ID! name: String }
union Found = Book | Map
input Filter { id: ID }
enum Size { BIG }
""")
KNOWN = Demand(authenticated=True)


def caller(scopes: str = "", role: str | None = None) -> Caller:
    return Caller(role=role, identifiers={}, scopes=frozenset(scopes.split()))


def closed(who: Caller | None, *policies: tuple[str, Policy], **demands: Demand) -> set[str]:
    """`demands` by type, or by `Type__field`."""
    types = {name: demand for name, demand in demands.items() if "__" not in name}
    fields = {name.replace("__", "."): demand for name, demand in demands.items() if "__" in name}
    return set(Demands(StatedDemands(types, fields), SCHEMA, dict(policies)).closed(who))


def test_a_graph_without_demands_is_open():
    assert closed(None) == set()


def test_a_guarded_type_is_closed_with_all_its_fields_its_name_and_what_returns_it():
    assert closed(None, Book=KNOWN) == {
        "Book.id", "Book.name", "Book.price", "Book.__typename", "Query.book", "Node.id", "Node.name", "Node.__typename",
    }  # fmt: skip
    assert closed(caller(), Book=KNOWN) == set()


def test_one_guarded_field_closes_the_same_field_of_the_interface_and_nothing_else():
    assert closed(None, Map__name=KNOWN) == {"Map.name", "Node.name"}
    assert closed(None, Map__id=KNOWN, Book__name=KNOWN) == {"Map.id", "Book.name", "Node.id", "Node.name"}


def test_a_demand_on_an_interface_is_one_on_what_is_asked_of_it():
    assert closed(None, Node__name=KNOWN) == {"Node.name"}
    assert closed(None, Node=KNOWN) == {"Node.id", "Node.name", "Node.__typename", "Query.node"}


def test_a_union_is_closed_by_its_own_demand_only():
    assert closed(None, Found=KNOWN) == {"Query.found"}
    assert "Query.found" not in closed(None, Book=KNOWN, Map=KNOWN)


def test_demands_of_the_type_the_field_and_what_it_returns_hold_together():
    a, b, c = (Demand(scopes=(frozenset({name}),)) for name in "abc")
    demands = {"Query": a, "Query__book": b, "Book": c}
    assert "Query.book" not in closed(caller("a b c"), **demands)
    for two in ("a b", "a c", "b c"):
        assert "Query.book" in closed(caller(two), **demands)


@pytest.mark.parametrize(
    ("scopes", "open_"),
    [("", False), ("a", False), ("b", False), ("a b", True), ("c", True), ("a c", True), ("x", False), ("ab", False)],
)
def test_one_of_the_alternatives_all_of_it(scopes: str, open_: bool):
    demand = Demand(scopes=(frozenset({"a", "b"}), frozenset({"c"})))
    assert ("Book.price" not in closed(caller(scopes), Book__price=demand)) is open_


def test_scopes_and_policies_hold_together():
    demand = Demand(scopes=(frozenset({"a"}),), policies=(frozenset({"staff"}),))
    staff = ("staff", Policy(roles=frozenset({"CLERK"})))
    assert closed(caller("a", "CLERK"), staff, Book__price=demand) == set()
    for who in (caller("a"), caller("", "CLERK"), caller("a", "READER"), None):
        assert closed(who, staff, Book__price=demand) == {"Book.price"}
    assert closed(caller("a", "CLERK"), Book__price=demand) == {"Book.price"}


@pytest.mark.parametrize(
    ("policy", "scopes", "role", "met"),
    [
        (Policy(), "", None, True),
        (Policy(frozenset({"a", "b"})), "a b", None, True),
        (Policy(frozenset({"a", "b"})), "a b c", None, True),
        (Policy(frozenset({"a", "b"})), "a", None, False),
        (Policy(roles=frozenset({"X", "Y"})), "", "Y", True),
        (Policy(roles=frozenset({"X", "Y"})), "", "Z", False),
        (Policy(roles=frozenset({"X", "Y"})), "", None, False),
        (Policy(frozenset({"a"}), frozenset({"X"})), "a", "X", True),
        (Policy(frozenset({"a"}), frozenset({"X"})), "", "X", False),
        (Policy(frozenset({"a"}), frozenset({"X"})), "a", "Y", False),
    ],
)
def test_who_meets_a_policy(policy: Policy, scopes: str, role: str | None, met: bool):
    assert policy.met_by(caller(scopes, role)) is met


def test_what_was_worked_out_is_kept_for_the_classes_used_last():
    scopes = tuple(frozenset({f"s{number}"}) for number in range(300))
    demands = Demands(StatedDemands({}, {"Book.price": Demand(scopes=scopes)}), SCHEMA, {})
    first, second = demands.closed(caller("other")), demands.closed(None)
    assert demands.closed(caller("another one")) is first
    for number in range(254):
        demands.closed(caller(f"s{number}"))
    assert demands.closed(caller()) is first  # 256 classes are kept
    assert demands.closed(caller("s299")) == set()
    assert demands.closed(caller()) is first
    assert (demands.closed(None) is second, demands.closed(None) == second) == (False, True)


def test_an_alternative_that_asks_for_nothing_is_met_by_everybody():
    assert closed(None, Book__price=Demand(scopes=(frozenset(), frozenset({"x"})))) == set()
    assert closed(None, Book__price=Demand(scopes=(frozenset({"x"}),))) == {"Book.price"}


def test_the_classes_of_callers_that_came_last_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateway.authorization.demands._KEPT", 2)
    demand = Demand(scopes=tuple(frozenset({scope}) for scope in "abc"))
    demands = Demands(StatedDemands({}, {"Book.price": demand}), SCHEMA, {})
    first, second = demands.closed(caller("a")), demands.closed(caller("b"))
    assert (demands.closed(caller("a")) is first, demands.closed(caller("b other")) is second) == (True, True)
    demands.closed(caller("c"))
    assert (demands.closed(caller("b")) is second, demands.closed(caller("a")) is first) == (True, False)
