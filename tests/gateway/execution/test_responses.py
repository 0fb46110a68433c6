"""What subgraphs may answer, and what the client sees of it (security cases D08 and D10)."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from gateway.errors import Code, GatewayError
from gateway.execution.responses import read_answer
from gateway.subgraphs.failure import FailureKind, FetchFailure
from tests.gateway.execution.harness import Federation, World

SHOP = """
    type Query { items: [Item!] first: Item must: Item! }
    type Item @key(fields: "id") { id: ID! name: String }
"""
STOCK = 'type Item @key(fields: "id") { id: ID! count: Int place: Place } type Place { street: String! code: Code } enum Code { A B }'


def make() -> Federation:
    items = [
        {"__typename": "Item", "id": str(n), "name": f"i{n}", "count": n, "place": {"street": "s", "code": "A"}}
        for n in range(3)
    ]
    world = World({"items": [*items, items[0]], "first": items[0], "must": items[0]}, {"Item": items})
    return Federation({"shop": SHOP, "stock": STOCK}, world)


def lines(result: Any) -> list[tuple[str, tuple[Any, ...]]]:
    return [(issue.code.name, issue.path) for issue in result.errors]


BROKEN: dict[str, bytes | FetchFailure] = {
    "no JSON": b"<html>",
    "empty": b"",
    "a list": b"[]",
    "a string": b'"data"',
    "no data": b"{}",
    "data is a list": b'{"data":[]}',
    "too deep": b'{"data":' + b"[" * 2000 + b"]" * 2000 + b"}",
    "one entity too few": b'{"data":{"_entities":[null]}}',
    "one entity too many": b'{"data":{"_entities":[null,null,null,null]}}',
    "entities are an object": b'{"data":{"_entities":{}}}',
    "refused": FetchFailure(FailureKind.CONNECTION),
    "too large": FetchFailure(FailureKind.TOO_LARGE),
    "a 500": FetchFailure(FailureKind.STATUS, 500, "SQLSTATE"),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_answer_leaves_nulls_and_a_masked_issue_at_each_path(answer: bytes | FetchFailure) -> None:
    federation = make()
    federation.answers["stock"] = lambda _request, _answer: answer
    result = await federation.run("{ items { name count } }")
    assert result.data == {"items": [{"name": f"i{n}", "count": None} for n in (0, 1, 2, 0)]}
    assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("items", n, "count")) for n in (0, 1, 2, 3)]
    assert {issue.message for issue in result.errors} == {"A subgraph could not answer this field."}
    assert result.status == 200


async def test_a_timeout_has_a_code_of_its_own_and_nothing_left_is_504() -> None:
    federation = make()
    federation.answers["shop"] = lambda _request, _answer: FetchFailure(FailureKind.TIMEOUT)
    result = await federation.run("{ must { name } }")
    assert result.data is None
    assert lines(result) == [("DOWNSTREAM_TIMEOUT", ("must",))]
    assert result.status == 504


async def test_a_failed_root_fetch_without_data_left_is_502() -> None:
    federation = make()
    federation.answers["shop"] = lambda _request, _answer: FetchFailure(FailureKind.CONNECTION)
    result = await federation.run("{ must { name } i: items { name } }")
    assert result.data is None
    assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("must",)), ("DOWNSTREAM_SERVICE_ERROR", ("i",))]
    assert result.status == 502


@pytest.mark.parametrize("code", ["AUTHORIZATION_UNAVAILABLE", "POLICY_MISMATCH"])
async def test_a_register_that_cannot_decide_ends_the_request(code: str) -> None:
    federation = make()
    federation.answers["stock"] = lambda _request, _answer: FetchFailure(FailureKind.STATUS, 503, code)
    with pytest.raises(GatewayError) as ended:
        await federation.run("{ items { name count } }")
    assert (ended.value.status, ended.value.issues[0].code) == (503, Code.AUTHORIZATION_UNAVAILABLE)


async def test_another_503_is_an_ordinary_failure() -> None:
    federation = make()
    federation.answers["stock"] = lambda _request, _answer: FetchFailure(FailureKind.STATUS, 503, "BUSY")
    result = await federation.run("{ first { count } }")
    assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("first", "count"))]


async def test_forbidden_comes_back_at_every_place_of_a_shared_entity() -> None:
    federation = make()

    def forbid(_request: Any, answer: Any) -> Any:
        answer["data"]["_entities"][0]["p"] = None
        error = {
            "message": "no grant BRA0001",
            "path": ["_entities", 0, "p", "s"],
            "extensions": {"code": "FORBIDDEN"},
        }
        return {**answer, "errors": [error]}

    federation.answers["stock"] = forbid
    result = await federation.run("{ items { p: place { s: street } } }")
    assert lines(result) == [("FORBIDDEN", ("items", 0, "p", "s")), ("FORBIDDEN", ("items", 3, "p", "s"))]
    assert result.data == {"items": [{"p": None}, {"p": {"s": "s"}}, {"p": {"s": "s"}}, {"p": None}]}
    assert {issue.message for issue in result.errors} == {"This caller may not read this field here."}


async def test_rows_that_a_register_leaves_out_are_told_beside_those_that_it_shows() -> None:
    """A register whose relations are stale shows what needs none, and says that it did."""
    federation = make()
    error = {"message": "which rows", "extensions": {"code": "AUTHORIZATION_UNAVAILABLE"}}
    federation.answers["shop"] = lambda _request, answer: {**answer, "errors": [error]}
    result = await federation.run("{ items { name } i: items { name } }")
    items = [{"name": f"i{n}"} for n in (0, 1, 2, 0)]
    assert (result.status, result.data) == (200, {"items": items, "i": items})
    assert lines(result) == [("AUTHORIZATION_UNAVAILABLE", ("items",)), ("AUTHORIZATION_UNAVAILABLE", ("i",))]
    assert {issue.message for issue in result.errors} == {
        "Rows of which it cannot be decided at the moment whether this caller may see them are left out."
    }


async def test_a_forbidden_root_fetch_is_forbidden_for_each_of_its_fields() -> None:
    federation = make()
    federation.answers["shop"] = lambda _request, _answer: FetchFailure(FailureKind.STATUS, 403, "FORBIDDEN")
    result = await federation.run("{ a: items { name } b: first { name } }")
    assert result.data == {"a": None, "b": None}
    assert lines(result) == [("FORBIDDEN", ("a",)), ("FORBIDDEN", ("b",))]


async def test_upstream_texts_never_pass() -> None:
    federation = make()
    federation.answers["shop"] = lambda _request, answer: {
        **answer,
        "errors": [
            {"message": "password of db-7", "path": ["first", "name"], "extensions": {"code": "X", "stack": "s"}}
        ],
    }
    result = await federation.run("{ first { name } }")
    assert [issue.as_json() for issue in result.errors] == [
        {
            "message": "A subgraph could not answer this field.",
            "path": ["first", "name"],
            "extensions": {"code": "DOWNSTREAM_SERVICE_ERROR"},
        }
    ]


@pytest.mark.parametrize(
    "error", [{}, {"message": 3}, "text", None, {"path": "first"}, {"path": []}, {"path": [None]}, {"path": [{}]}]
)
async def test_an_error_without_a_usable_path_is_one_for_the_whole_fetch(error: Any) -> None:
    federation = make()
    federation.answers["shop"] = lambda _request, answer: {**answer, "errors": [error]}
    result = await federation.run("{ first { name } }")
    assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("first",))]


async def test_an_error_path_ends_where_the_clients_selection_ends() -> None:
    federation = make()
    federation.answers["shop"] = lambda _request, answer: {
        **answer,
        "errors": [{"message": "m", "path": ["items", 1, "id"]}, {"message": "m", "path": ["items", 2, "x", "y"]}],
    }
    result = await federation.run("{ items { count } }")
    assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("items", 1)), ("DOWNSTREAM_SERVICE_ERROR", ("items", 2))]


async def test_keys_that_were_not_asked_for_are_ignored() -> None:
    """A subgraph cannot speak for another one, not even where that one is silent (GHSA-pfjj-6f4p-rvmh)."""
    federation = make()

    def slip_in(_request: Any, answer: Any) -> Any:
        for item in answer["data"]["items"]:
            item.update(count=666, place={"street": "evil"}, __proto__={"x": 1})
        return answer

    federation.answers["shop"] = slip_in
    federation.answers["stock"] = lambda _request, _answer: {"data": {"_entities": [None, {"count": 1}, {}]}}
    result = await federation.run("{ items { count place { street } } }")
    assert result.data == {
        "items": [
            {"count": None, "place": None},
            {"count": 1, "place": None},
            {"count": None, "place": None},
            {"count": None, "place": None},
        ]
    }


async def test_values_that_are_not_of_their_type_become_null_with_an_issue() -> None:
    federation = make()
    federation.answers["stock"] = lambda _request, _answer: {
        "data": {
            "_entities": [
                {"count": "3", "place": "x"},
                {"count": 2**31, "place": []},
                {"count": 3.0, "place": {"street": 5, "code": "C"}},
            ]
        }
    }
    result = await federation.run("{ items { id count place { street code } } }")
    assert result.data == {
        "items": [
            {"id": "0", "count": None, "place": None},
            {"id": "1", "count": None, "place": None},
            {"id": "2", "count": 3, "place": None},
            {"id": "0", "count": None, "place": None},
        ]
    }
    assert sorted(path for _, path in lines(result)) == [
        ("items", 0, "count"),
        ("items", 0, "place"),
        ("items", 1, "count"),
        ("items", 1, "place"),
        ("items", 2, "place", "street"),
        ("items", 3, "count"),
        ("items", 3, "place"),
    ]


async def test_a_foreign_runtime_type_is_null_with_an_issue() -> None:
    sdl = "type Query { beast: Beast } union Beast = Dog | Ghost type Dog { name: String } type Ghost @inaccessible { name: String }"
    world = World({"beast": {"__typename": "Ghost", "name": "boo"}})
    federation = Federation({"zoo": sdl}, world)
    for answer in ("Ghost", "Cat", None, 3, ["Dog"]):
        federation.answers["zoo"] = lambda _request, _answer, name=answer: {
            "data": {"beast": {"__typename": name, "name": "b"}}
        }
        result = await federation.run("{ beast { ... on Dog { name } } }")
        assert result.data == {"beast": None}
        assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("beast",))]
        assert "Ghost" not in result.errors[0].message


async def test_an_inaccessible_enum_value_is_null_with_an_issue() -> None:
    sdl = "type Query { c: C cs: [C!] } enum C { A B @inaccessible }"
    federation = Federation({"one": sdl}, World({"c": "B", "cs": ["A", "B"]}))
    result = await federation.run("{ c cs }")
    assert result.data == {"c": None, "cs": None}
    assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("c",)), ("DOWNSTREAM_SERVICE_ERROR", ("cs", 1))]


async def test_custom_scalars_pass_untouched_unless_nothing_could_encode_them() -> None:
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    values = {"a": {"x": [1, "2", None]}, "b": 12345678901234567, "c": deep}
    sdl = "scalar JSON type Query { a: JSON b: JSON c: JSON }"
    federation = Federation({"one": sdl}, World({}))
    federation.answers["one"] = lambda _request, _answer: b'{"data":%b}' % _encoded(values)
    result = await federation.run("{ a b c }")
    assert result.data == {"a": {"x": [1, "2", None]}, "b": 12345678901234567, "c": None}
    assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("c",))]
    orjson.dumps(result.data)


def _encoded(values: dict[str, Any]) -> bytes:
    import json

    return json.dumps(values).encode()


async def test_one_failure_takes_an_entity_down_and_is_the_only_issue() -> None:
    """What its other fields lack is explained by the field that failed (GraphQL §6.4.4), in client terms."""
    stock = 'type Item @key(fields: "id") { id: ID! count: Int! size: Int! }'
    items: list[dict[str, Any]] = [{"__typename": "Item", "id": "1", "count": ValueError("no"), "size": 2}]
    federation = Federation({"shop": SHOP, "stock": stock}, World({"items": items}, {"Item": items}))
    result = await federation.run("{ items { id size count } }")
    assert result.data == {"items": None}
    assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("items", 0, "count"))]


async def test_one_failure_takes_all_root_fields_down_and_is_the_only_issue() -> None:
    federation = Federation({"one": "type Query { a: Int! b: Int! }"}, World({"a": 1, "b": ValueError("no")}))
    result = await federation.run("{ a b }")
    assert result.data is None
    assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("b",))]


async def test_what_an_object_lacks_that_one_of_two_subgraphs_lost_is_no_issue_of_its_own() -> None:
    """Both have `place`; one loses it for the sake of `row`, the other still says the rest of it."""
    shop = """
        type Query { items: [Item] }
        type Item @key(fields: "id") { id: ID! }
    """
    stock = """
        type Item @key(fields: "id") { id: ID! place: Place @shareable places: [Place!] @shareable }
        type Place { id: ID! @shareable row: Int! }
    """
    plans = """
        type Item @key(fields: "id") { id: ID! place: Place @shareable places: [Place!] @shareable }
        type Place { id: ID! @shareable shelf: Int }
    """
    place: dict[str, Any] = {"id": "p", "row": ValueError("no"), "shelf": 4}
    items: list[dict[str, Any]] = [{"__typename": "Item", "id": "1", "place": place, "places": [place, place]}]
    federation = Federation({"shop": shop, "stock": stock, "plans": plans}, World({"items": items}, {"Item": items}))
    for field, where in (("place", ("place", "row")), ("places", ("places", 0, "row"))):
        result = await federation.run(f"{{ items {{ {field} {{ id row shelf }} }} }}")
        assert result.data == {"items": [{field: None}]}
        assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("items", 0, *where))]


async def test_nor_is_what_an_object_below_it_lacks() -> None:
    shop = """
        type Query { items: [Item] }
        type Item @key(fields: "id") { id: ID! }
    """
    stock = """
        type Item @key(fields: "id") { id: ID! place: Place @shareable }
        type Place { row: Int! spot: Spot @shareable }
        type Spot { id: ID! @shareable name: String! }
    """
    plans = """
        type Item @key(fields: "id") { id: ID! place: Place @shareable }
        type Place { shelf: Int spot: Spot @shareable }
        type Spot { id: ID! @shareable colour: String }
    """
    place = {"row": ValueError("no"), "shelf": 4, "spot": {"id": "s", "name": "left", "colour": "red"}}
    items: list[dict[str, Any]] = [{"__typename": "Item", "id": "1", "place": place}]
    federation = Federation({"shop": shop, "stock": stock, "plans": plans}, World({"items": items}, {"Item": items}))
    result = await federation.run("{ items { place { spot { name colour } shelf row } } }")
    assert result.data == {"items": [{"place": None}]}
    assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("items", 0, "place", "row"))]


async def test_a_field_that_two_fetches_asked_for_is_one_issue() -> None:
    people = """
        interface User @key(fields: "id") { id: ID! }
        type Admin implements User @key(fields: "id") { id: ID! }
    """
    forum = """
        type Query { top: User }
        type User @key(fields: "id") @interfaceObject { id: ID! last: Post }
        type Post { text: String length: Int }
    """
    admin: dict[str, Any] = {"__typename": "Admin", "id": "1", "last": ValueError("no")}
    federation = Federation(
        {"people": people, "forum": forum}, World({"top": admin}, {"Admin": [admin], "User": [admin]})
    )
    result = await federation.run("{ top { last { text } ... on Admin { last { length } } } }")
    assert result.data == {"top": {"last": None}}
    assert lines(result) == [("DOWNSTREAM_SERVICE_ERROR", ("top", "last"))]


async def test_issues_are_bounded() -> None:
    federation = make()
    items = [{"__typename": "Item", "id": str(n), "name": "n"} for n in range(2000)]
    federation.world.roots["items"] = items
    federation.answers["stock"] = lambda _request, _answer: b"x"
    result = await federation.run("{ items { count } }")
    assert len(result.errors) == 500


@pytest.mark.parametrize("body", [b'{"data":null,"errors":[]}', b'{"errors":{}}', b"null"])
def test_neither_data_nor_errors_is_a_failure(body: bytes) -> None:
    assert read_answer(body) == FetchFailure(FailureKind.INVALID)
