"""Keys are asked with an operation where that costs nothing, and found in what came back."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.audit.keyed import Keys
from gateway.execution.state import ABSENT, Mark
from gateway.language.documents import Limits, parse_operation
from gateway.language.operation import Fragment, Operation, Selection
from tests.gateway.planning.harness import graph

GRAPH = graph(
    shop="""
    type Query { orders: [Order!] order: Order grid: [[Order]] node: Node person: Person note: Note found: Found }
    union Found = Order | Note | Product
    interface Node { id: ID! }
    type Order implements Node @key(fields: "id") { id: ID! total: Int buyer: Person lines: [Line!] }
    type Parcel implements Node @key(fields: "id") { id: ID! }
    type Line { product: Product! count: Int }
    type Product @key(fields: "sku") { sku: ID! name: String }
    type Person @key(fields: "number") { number: ID! }
    type Note { text: String }
    """,
    stock="""
    type Product @key(fields: "code") { code: ID! weight: Int }
    type Order @key(fields: "id") { id: ID! shipped: Boolean }
    """,
)


def operation(text: str) -> Operation:
    return parse_operation(GRAPH.api, text, None, Limits())


def written(selections: tuple[Selection, ...]) -> str:
    """Selections in short: `key:name{below}`, conditions behind a question mark."""
    parts: list[str] = []
    for selection in selections:
        below = f"{{{written(selection.selections)}}}" if selection.selections else ""
        if isinstance(selection, Fragment):
            parts.append(f"...{selection.condition}{below}")
        else:
            name = selection.name if selection.key == selection.name else f"{selection.key}:{selection.name}"
            conditions = "".join(f"?{condition.variable}" for condition in selection.conditions)
            parts.append(f"{name}{conditions}{below}")
    return " ".join(parts)


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("{ orders { total } }", "orders{total __key:id}"),
        ("{ orders { id total } }", "orders{id total}"),
        ("{ orders { number: id } }", "orders{number:id}"),
        ("{ orders { lines { count } } }", "orders{lines{count} __key:id}"),
        # No key of Product is known to both subgraphs: to read one could cost a fetch.
        ("{ orders { id lines { product { name } } } }", "orders{id lines{product{name}}}"),
        ("{ node { id } }", "node{id ...Order{__key:id} ...Parcel{__key:id}}"),
        ("{ node { ... on Order { total } } }", "node{...Order{total __key:id} ...Parcel{__key:id}}"),
        (
            "query ($a: Boolean!) { node { ... on Order @include(if: $a) { total } } }",
            "node{...Order{total __key:id} ...Order{__key:id} ...Parcel{__key:id}}",
        ),
        ("{ found { __typename } }", "found{__typename ...Order{__key:id}}"),
        # An object of which all is skipped is in the answer: its key is asked whatever is.
        ("query ($a: Boolean!) { orders { total @skip(if: $a) } }", "orders{total?a __key:id}"),
        ("query ($a: Boolean!) { orders { id @skip(if: $a) } }", "orders{id?a __key:id}"),
        ("{ orders { total @skip(if: true) } }", "orders{__key:id}"),
        ("{ node { id @include(if: false) } }", "node{...Order{__key:id} ...Parcel{__key:id}}"),
        ("{ note { text @skip(if: true) } }", "note"),
        ("{ note { text } }", "note{text}"),
        ("{ __typename }", "__typename"),
        ("{ __schema { queryType { name } } }", "__schema{queryType{name}}"),
        (
            "query ($a: Boolean!, $b: Boolean!) { orders { total @include(if: $a) buyer @include(if: $b) { number } } }",
            "orders{total?a buyer?b{number} __key:id}",
        ),
        (
            "query ($a: Boolean!) { orders { id @include(if: $a) total } }",
            "orders{id?a total __key:id}",
        ),
    ],
)  # fmt: skip
def test_keys_are_added_where_the_client_does_not_ask_for_them(asked: str, sent: str):
    assert written(Keys(GRAPH).asked(operation(asked)).selections) == sent


def test_a_type_that_is_withheld_is_left_alone():
    asked = Keys(GRAPH).asked(operation("{ orders { total buyer { __typename } } }"), frozenset({"Order"}))
    assert written(asked.selections) == "orders{total buyer{__typename __key:number}}"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("{ node { id } }", "node{id ...Order{__key:id} ...Parcel{__key:id}}"),
        ("{ node { ... on Order { total } } }", "node{...Order{total} ...Parcel{__key:id}}"),
        ("{ node { id ... on Order { total } } }", "node{id ...Order{total} ...Order{__key:id} ...Parcel{__key:id}}"),
        ("{ found { ... on Node { id } } }", "found{...Node{id ...Order{__key:id} ...Parcel{__key:id}}}"),
        # Nobody may notice that it was asked: never where the client does not.
        (
            "query ($a: Boolean!) { node { id @skip(if: $a) } }",
            "node{id?a ...Order{__key:id?a} ...Parcel{__key:id}}",
        ),
        (
            "query ($a: Boolean!, $b: Boolean!) { node { x: id @skip(if: $a) y: id @include(if: $b) z: id @skip(if: $a) } }",
            "node{x:id?a y:id?b z:id?a ...Order{__key:id?a} ...Order{__key:id?b} ...Parcel{__key:id}}",
        ),
        (
            "query ($a: Boolean!) { node { ... @include(if: $a) { id } } }",
            "node{id?a ...Order{__key:id?a} ...Parcel{__key:id}}",
        ),
    ],
)  # fmt: skip
def test_the_key_of_a_withheld_type_is_asked_as_far_as_the_client_asks_for_it_of_an_interface(asked: str, sent: str):
    assert written(Keys(GRAPH).asked(operation(asked), frozenset({"Order"})).selections) == sent


def test_a_key_of_no_value_is_one():
    """Zero and the empty text are keys like others, also where the client asks twice and skips one."""
    plain = graph(shop='type Query { order: Order } type Order @key(fields: "id") { id: Int! }')
    asked = "query ($s: Boolean!) { order { a: id b: id @skip(if: $s) } }"
    keys = Keys(plain)
    find = keys.finder(keys.asked(parse_operation(plain.api, asked, None, Limits())), "__typename")
    for order in ({"a": 0}, {"a": 0, "b": 0}, {"b": 0}):
        assert find({"order": order}) == ({"Order": [0]}, [])
    assert find({"order": {}}) == ({"Order": []}, [])


def test_a_key_that_may_be_null_is_asked_beside_the_client_s_own():
    """Null would not tell whether there is none or the client may not have it."""
    loose = graph(shop='type Query { order: Order } type Order @key(fields: "id") { id: ID total: Int }')
    asked = Keys(loose).asked(parse_operation(loose.api, "{ order { id total } }", None, Limits()))
    assert written(asked.selections) == "order{id total __key:id}"


def test_a_key_that_is_not_added_is_found_where_the_client_selects_it():
    keys, selected = Keys(GRAPH), operation("{ orders { number: id total } }")
    asked = keys.asked(selected, frozenset({"Order"}))
    assert written(asked.selections) == "orders{number:id total}"
    assert keys.finder(asked, "__typename")({"orders": [{"number": "1", "total": 5}]}) == ({"Order": ["1"]}, [])


@pytest.mark.parametrize(
    ("asked", "store", "found"),
    [
        ("{ orders { total } }", {"orders": [{"__key": "1"}, {"__key": "2"}, {}]}, {"Order": ["1", "2"]}),
        ("{ order { number: id } }", {"order": {"number": 7}}, {"Order": [7]}),
        ("{ order { id } }", {"order": None}, {"Order": []}),
        ("{ orders { id } }", {"orders": [{"id": "1", Mark: ABSENT}, {"id": "2"}, None]}, {"Order": ["2"]}),
        ("{ grid { id } }", {"grid": [[{"id": "1"}, None], None, [{"id": "2"}]]}, {"Order": ["1", "2"]}),
        (
            "{ orders { id lines { product { sku } } } }",
            {"orders": [{"id": "1", "lines": [{"product": {"sku": "x"}}, {"product": {"sku": "y"}}]}]},
            {"Order": ["1"]},
        ),
        (
            "{ node { ... on Order { id } } }",
            {"node": {"__typename": "Order", "id": "1"}},
            {"Order": ["1"], "Parcel": []},
        ),
        (
            "{ node { ... on Order { id } } }",
            {"node": {"__typename": "Parcel", "id": "1", "__key": "2"}},
            {"Order": [], "Parcel": ["2"]},
        ),
        ("{ note { text } }", {"note": {"text": "x"}}, {}),
    ],
)  # fmt: skip
def test_keys_are_found(asked: str, store: dict[Any, Any], found: dict[str, list[Any]]):
    keys = Keys(GRAPH)
    assert keys.finder(keys.asked(operation(asked)), "__typename")(store) == (found, [])


def test_what_names_a_person_is_found_apart():
    keys = Keys(GRAPH, persons=["Person.number"])
    find = keys.finder(keys.asked(operation("{ order { id buyer { number } } }")), "__typename")
    store = {"order": {"id": "1", "buyer": {"number": "123"}}}
    assert find(store) == ({"Order": ["1"], "Person": ["123"]}, ["123"])
    assert keys.is_person("Person")
    assert not keys.is_person("Order")


def test_what_names_a_person_is_found_also_where_it_is_asked_of_an_interface():
    keys = Keys(GRAPH, persons=["Order.id"])
    find = keys.finder(keys.asked(operation("{ node { number: id } }"), frozenset({"Order", "Parcel"})), "__typename")
    for type_name, persons in (("Order", ["1"]), ("Parcel", [])):
        store = {"node": {"__typename": type_name, "number": "1", "__key": "1"}}
        assert [*dict.fromkeys(find(store)[1])] == persons


@pytest.mark.parametrize(
    "coordinate", ["Order", "Order.", "Order.number", "Orders.id", "Node.id", "Order.id.x", "ID.id"]
)
def test_what_should_name_a_person_is_a_field_of_an_object(coordinate: str):
    with pytest.raises(ValueError, match=rf"^{coordinate} is no field of an object of this graph$"):
        Keys(GRAPH, persons=["Order.id", coordinate])


def test_only_an_issue_at_our_own_key_is_ours():
    paths = [None, (), ("orders", 0, "total"), ("orders", 0, "__key")]
    assert [Keys.is_ours(path) for path in paths] == [False, False, False, True]
