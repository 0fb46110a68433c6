"""Answers of whole executions, compared with the same schema executed in one piece."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from gateway.execution.compile import compile_plan
from gateway.execution.execute import execute
from gateway.subgraphs.failure import FailureKind, FetchFailure
from tests.gateway.execution.harness import Federation, World, entity_parts
from tests.gateway.planning.harness import plan

SDL = {
    "a": """
        type Query { pets: [Pet] any: [Any] box: Box cfg: Cfg user(id: ID!): User }
        interface Pet { id: ID! name: String! }
        type Dog implements Pet @key(fields: "id") { id: ID! name: String! bark: String }
        type Cat implements Pet @key(fields: "id") { id: ID! name: String! }
        union Any = Dog | Cat | Rock
        type Rock { w: Int hard: Boolean! }
        type Box @key(fields: "id") { id: ID! pet: Pet h: Int w: Int }
        type Cfg @shareable { a: Int common: Int nested: Nest }
        type Nest @shareable { x: Int }
        type User @key(fields: "id") { id: ID! name: String }
    """,
    "b": """
        type Query { cfg: Cfg }
        type Dog @key(fields: "id") { id: ID! age: Int! friend: Animal }
        type Cat @key(fields: "id") { id: ID! age: Int lives: Int friend: Animal }
        interface Animal { id: ID! age: Int }
        type Fox implements Animal @key(fields: "id") { id: ID! age: Int }
        type Cfg @shareable { b: Int common: Int nested: Nest }
        type Nest @shareable { y: Int }
        type User @key(fields: "id") { id: ID! cats: [Cat!] }
    """,
    "c": """
        type Fox @key(fields: "id") { id: ID! den: Den }
        type Den { size: Int! }
        type Box @key(fields: "id") {
          id: ID! h: Int @external w: Int @external
          label(upper: Boolean = false): String area: Int @requires(fields: "h w")
        }
    """,
}


def make() -> Federation:
    fox = {"__typename": "Fox", "id": "f1", "age": 3, "den": {"size": 4}}
    dogs = [
        {"__typename": "Dog", "id": f"d{n}", "name": f"dog{n}", "bark": "w", "age": n, "friend": fox} for n in range(2)
    ]
    cats = [
        {"__typename": "Cat", "id": f"c{n}", "name": f"cat{n}", "age": None, "lives": 9, "friend": None}
        for n in range(2)
    ]
    box = {
        "__typename": "Box", "id": "b", "pet": dogs[0], "h": 2, "w": 3,
        "label": lambda _box, upper: "LAB" if upper else "lab", "area": lambda box: box["h"] * box["w"],
    }  # fmt: skip
    user = {"__typename": "User", "id": None, "name": "nobody", "cats": None}
    roots = {
        "pets": [*dogs, *cats, None, dogs[0]],
        "any": [dogs[0], {"__typename": "Rock", "w": 3, "hard": True}, cats[0]],
        "box": box,
        "cfg": {"a": 1, "b": 2, "common": 3, "nested": {"x": 1, "y": 2}},
        "user": lambda _root, **arguments: {**user, "id": arguments["id"], "cats": cats},
    }
    return Federation(SDL, World(roots, {"Dog": dogs, "Cat": cats, "Fox": [fox], "Box": [box], "User": []}))


QUERIES = [
    "{ pets { name __typename } }",
    "{ pets { name ... on Dog { age friend { id age ... on Fox { den { size } } } } ... on Cat { lives a2: age } } }",
    "{ pets { ... on Dog { v: bark } ... on Cat { lives } } }",
    "{ any { ... on Dog { n: name } ... on Rock { w } ... on Pet { id name } __typename } }",
    "{ any { ... on Dog { k: bark } ... on Rock { id: w } ... on Cat { age } } }",
    "{ cfg { a b common nested { x y } } }",
    "query($yes: Boolean) { box { label(upper: $yes) other: label(upper: true) pet { id ... on Dog { age } } } }",
    "{ box { id: label h: area w pet { __typename } } }",
    "query($yes: Boolean!, $no: Boolean!) { box { h @skip(if: $yes) area @include(if: $yes) label @include(if: $no) } }",
    "query($yes: Boolean!) { box @skip(if: $yes) { h } b: box { w } box { w h } }",
    "{ pets { ... on Dog { friend { ... on Fox { den { __typename size } } } } } __typename }",
]


@pytest.mark.parametrize("query", QUERIES)
async def test_the_answer_is_that_of_one_schema(query: str) -> None:
    federation = make()
    variables = {name: name == "yes" for name in ("yes", "no") if f"${name}" in query}
    result = await federation.run(query, variables)
    data, errors = federation.monolith(query, variables)
    assert json.dumps(result.data) == json.dumps(data)
    assert (list(result.errors), errors) == ([], [])


async def test_equal_entities_are_asked_for_once() -> None:
    federation = make()
    await federation.run("{ pets { ... on Dog { age } } }")
    assert federation.requests[1] == (
        "b",
        {
            "query": "query($representations: [_Any!]!){_entities(representations:$representations){...on Dog{age}}}",
            "variables": {"representations": [{"__typename": "Dog", "id": "d0"}, {"__typename": "Dog", "id": "d1"}]},
        },
    )


async def test_nothing_to_ask_is_not_asked() -> None:
    federation = make()
    federation.world.roots["pets"] = [None]
    result = await federation.run("{ pets { ... on Dog { age } } }")
    assert result.data == {"pets": [None]}
    assert [subgraph for subgraph, _ in federation.requests] == ["a"]


@pytest.mark.parametrize(
    ("mine", "answer", "document"),
    [
        (
            True,
            {"pet": {"box": {"w": 5}}, "box": {"h": 2}},
            (
                "query($r0: [_Any!]!,$r1: [_Any!]!,$unit: String){_e0:_entities(representations:$r0){...on Box{w(unit: $unit)}}"
                " _e1:_entities(representations:$r1){...on Box{h}}}"
            ),
        ),
        (
            False,
            {"pet": {}, "box": {"h": 2}},
            "query($r1: [_Any!]!){_e1:_entities(representations:$r1){...on Box{h}}}",
        ),
    ],
)
async def test_what_stands_below_a_skipped_field_is_not_asked_beside_something_else(
    mine: bool, answer: object, document: str
) -> None:
    """A subgraph decides by a whole document: it would refuse what was left out."""
    federation = Federation(
        {
            "a": """
                type Query { pet: Dog box: Box }
                type Dog { box: Box } type Box @key(fields: "id") { id: ID! }
            """,
            "b": 'type Box @key(fields: "id") { id: ID! h: Int w(unit: String): Int }',
        },
        make().world,
    )
    box = federation.world.roots["box"]
    box["w"] = 5
    federation.world.roots["pet"] = {"__typename": "Dog", "box": box}
    query = "query($mine: Boolean!, $unit: String) { pet { box @include(if: $mine) { w(unit: $unit) } } box { h } }"
    for _ in range(2):
        federation.requests.clear()
        result = await federation.run(query, {"mine": mine, "unit": "cm"})
        assert (result.data, result.errors) == (answer, ())
        [request] = [request for subgraph, request in federation.requests if subgraph == "b"]
        assert request["query"] == document
        assert set(request["variables"]) == ({"r0", "r1", "unit"} if mine else {"r1"})


@pytest.mark.parametrize(
    ("dogs", "box", "asked"),
    [
        (True, True, {"_e0": ["d0", "d1"], "_e1": ["b"]}),
        (True, False, {"_e0": ["d0", "d1"]}),
        (False, True, {"_e1": ["b"]}),
        (False, False, None),
    ],
)
async def test_a_part_whose_conditions_fail_asks_for_no_object(dogs: bool, box: bool, asked: object) -> None:
    federation = Federation(
        {
            "a": """
                type Query { pets: [Dog] box: Box }
                type Dog @key(fields: "id") { id: ID! } type Box @key(fields: "id") { id: ID! }
            """,
            "b": 'type Dog @key(fields: "id") { id: ID! age: Int } type Box @key(fields: "id") { id: ID! h: Int }',
        },
        make().world,
    )
    query = "query($dogs: Boolean!, $box: Boolean!) { pets { age @include(if: $dogs) } box { h @include(if: $box) } }"
    federation.world.roots["pets"] = federation.world.entities["Dog"]
    result = await federation.run(query, {"dogs": dogs, "box": box})
    assert result.data == {
        "pets": [{"age": 0}, {"age": 1}] if dogs else [{}, {}],
        "box": {"h": 2} if box else {},
    }
    entities = [entity_parts(request) for subgraph, request in federation.requests if subgraph == "b"]
    found = [{alias: [item["id"] for item in items] for alias, items in parts.items()} for parts in entities]
    assert found == ([asked] if asked is not None else [])


@pytest.mark.parametrize("wide", [True, False])
async def test_a_requirement_that_is_skipped_keeps_nothing_else_from_being_asked(wide: bool) -> None:
    federation = Federation(
        {
            "a": 'type Query { box: Box } type Box @key(fields: "id") { id: ID! h: Int }',
            "b": 'type Box @key(fields: "id") { id: ID! w: Int }',
            "c": """
                type Box @key(fields: "id") {
                  id: ID! h: Int @external w: Int @external
                  area: Int @requires(fields: "h w") half: Int @requires(fields: "h") colour: String
                }
            """,
        },
        make().world,
    )
    federation.world.entities["Box"][0] |= {"half": lambda box: box["h"] // 2, "colour": "red"}
    query = "query($wide: Boolean!) { box { half colour area @include(if: $wide) } }"
    result = await federation.run(query, {"wide": wide})
    assert (result.data, result.errors) == ({"box": {"half": 1, "colour": "red", **({"area": 6} if wide else {})}}, ())
    assert [subgraph for subgraph, _ in federation.requests] == (["a", "c", "b", "c"] if wide else ["a", "c"])


async def test_parts_of_a_shared_list_come_together_in_their_places() -> None:
    federation = Federation(
        {
            "a": 'type Query { pets: [Dog] } type Dog @key(fields: "id") { id: ID! name: String! }',
            "b": 'type Query { pets: [Dog] } type Dog @key(fields: "id") { id: ID! age: Int! }',
        },
        make().world,
    )
    federation.world.roots["pets"] = [federation.world.entities["Dog"][0], None, federation.world.entities["Dog"][1]]
    result = await federation.run("{ pets { name age } }")
    assert result.data == {"pets": [{"name": "dog0", "age": 0}, None, {"name": "dog1", "age": 1}]}
    assert [request["query"] for _, request in federation.requests] == ["{pets{name}}", "{pets{age}}"]


async def test_an_object_without_its_key_has_nothing_elsewhere() -> None:
    federation = make()
    federation.answers["a"] = lambda _request, _answer: {"data": {"box": {"id": None, "h": 1, "w": 2}}}
    result = await federation.run("{ box { h area } }")
    assert result.data == {"box": {"h": 1, "area": None}}
    assert [subgraph for subgraph, _ in federation.requests] == ["a"]


async def test_a_requirement_may_be_null_but_not_missing() -> None:
    federation = make()
    federation.answers["a"] = lambda _request, _answer: {"data": {"box": {"id": "b", "h": None, "w": 2}}}
    federation.answers["c"] = lambda _request, _answer: {"data": {"_entities": [{"area": 5}]}}
    assert (await federation.run("{ box { area } }")).data == {"box": {"area": 5}}
    assert federation.requests[1][1]["variables"] == {
        "representations": [{"__typename": "Box", "id": "b", "h": None, "w": 2}]
    }
    federation.answers["a"] = lambda _request, _answer: {"data": {"box": {"id": "b", "w": 2}}}
    assert (await federation.run("{ box { area } }")).data == {"box": {"area": None}}
    assert len(federation.requests) == 1


async def test_a_null_moves_up_to_what_may_be_null() -> None:
    """`Dog.age` may not be null, the items of `pets` may (GraphQL §6.4.4)."""
    federation = make()
    federation.answers["b"] = lambda _request, _answer: {"data": {"_entities": [None, {"age": 1}]}}
    result = await federation.run("{ pets { name ... on Dog { age } } }")
    assert result.data == {"pets": [None, {"name": "dog1", "age": 1}, {"name": "cat0"}, {"name": "cat1"}, None, None]}
    assert [(issue.message, issue.path) for issue in result.errors] == [
        ("Cannot return null for non-nullable field Dog.age.", ("pets", 0, "age")),
        ("Cannot return null for non-nullable field Dog.age.", ("pets", 5, "age")),
    ]


async def test_roots_that_no_subgraph_answers_are_put_in_their_place() -> None:
    federation = make()
    made = plan(
        federation.supergraph, '{ s: __schema { queryType { name } } box { h } t: __type(name: "Box") { name } }'
    )
    roots = {"s": {"queryType": {"name": "Query"}}, "t": None}
    result = await execute(compile_plan(made, federation.supergraph.api), {}, federation, roots=roots)
    assert json.dumps(result.data) == '{"s": {"queryType": {"name": "Query"}}, "box": {"h": 2}, "t": null}'


async def test_only_mutations_may_not_be_repeated() -> None:
    asked: list[tuple[str, bool]] = []

    class Watching:
        async def fetch(self, subgraph: str, body: bytes, *, idempotent: bool = True) -> bytes | FetchFailure:
            asked.append((subgraph, idempotent))
            return await federation.fetch(subgraph, body)

    sdl = {
        "a": 'type Query { q: Int } type Mutation { inc: X } type X @key(fields: "id") { id: ID! }',
        "b": 'type X @key(fields: "id") { id: ID! m: Int }',
    }
    x = {"__typename": "X", "id": "1", "m": 2}
    federation = Federation(sdl, World({"inc": x}, {"X": [x]}))
    made = compile_plan(plan(federation.supergraph, "mutation { inc { m } }"), federation.supergraph.api)
    assert (await execute(made, {}, Watching())).data == {"inc": {"m": 2}}
    assert asked == [("a", False), ("b", True)]


async def test_a_cancelled_request_cancels_its_fetches() -> None:
    cancelled: list[str] = []

    class Hanging:
        async def fetch(self, subgraph: str, body: bytes, *, idempotent: bool = True) -> bytes | FetchFailure:
            del body, idempotent
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                cancelled.append(subgraph)
                raise
            return b""

    federation = make()
    made = compile_plan(plan(federation.supergraph, "{ cfg { a b } }"), federation.supergraph.api)
    running = asyncio.create_task(execute(made, {}, Hanging()))
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert sorted(cancelled) == ["a", "b"]


@pytest.mark.parametrize("first", ["a", "b"])
async def test_the_order_of_errors_does_not_tell_which_subgraph_was_first(first: str) -> None:
    """It could tell how much each had to look through before it said no."""

    class Racing:
        async def fetch(self, subgraph: str, body: bytes, *, idempotent: bool = True) -> bytes | FetchFailure:
            del body, idempotent
            for _ in range(0 if subgraph == first else 5):
                await asyncio.sleep(0)
            return FetchFailure(FailureKind.STATUS, status=500)

    federation = Federation({"a": "type Query { one: Int }", "b": "type Query { two: Int }"}, World({}))
    made = compile_plan(plan(federation.supergraph, "{ two one }"), federation.supergraph.api)
    result = await execute(made, {}, Racing())
    assert [issue.path for issue in result.errors] == [("one",), ("two",)]


async def test_places_that_share_an_entity_do_not_share_what_later_fetches_say_differently() -> None:
    """The same author stands under two aliases whose nested fields differ by argument."""
    sdl = {
        "a": 'type Query { x: Post y: Post } type Post @key(fields: "id") { id: ID! }',
        "b": 'type Post @key(fields: "id") { id: ID! author: User } type User @key(fields: "id") { id: ID! }',
        "c": 'type User @key(fields: "id") { id: ID! name(upper: Boolean!): String }',
    }
    user = {"__typename": "User", "id": "u", "name": lambda _user, upper: "ANN" if upper else "ann"}
    post = {"__typename": "Post", "id": "p", "author": user}
    federation = Federation(sdl, World({"x": post, "y": post}, {"Post": [post], "User": [user]}))
    query = "{ x { author { n: name(upper: true) } } y { author { n: name(upper: false) } } }"
    result = await federation.run(query)
    assert result.data == {"x": {"author": {"n": "ANN"}}, "y": {"author": {"n": "ann"}}}
    assert [subgraph for subgraph, _ in federation.requests] == ["a", "b", "c"]


async def test_aliases_on_the_wire_come_back_under_their_key() -> None:
    sdl = {
        "a": 'type Query { pets: [Pet] } union Pet = Cat | Dog type Cat @key(fields: "id") { id: ID! n: String! @shareable }'
        " type Dog { n: String }",
        "b": 'type Cat @key(fields: "id") { id: ID! n: String @shareable }',
    }
    pets: list[Any] = [
        {"__typename": "Cat", "id": "1", "n": "c"},
        {"__typename": "Dog", "n": "d"},
        {"__typename": "Dog", "n": None},
    ]
    federation = Federation(sdl, World({"pets": pets}))
    result = await federation.run("{ pets { ... on Cat { n } ... on Dog { n } } }")
    assert result.data == {"pets": [{"n": "c"}, {"n": "d"}, {"n": None}]}


async def test_an_interface_object_takes_its_type_from_where_it_is_known() -> None:
    sdl = {
        "a": 'type Query { medias: [Media] } interface Media @key(fields: "id") { id: ID! title: String }'
        ' type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }'
        ' type Film implements Media @key(fields: "id") { id: ID! title: String }',
        "b": 'type Query { top: Media } type Media @interfaceObject @key(fields: "id") { id: ID! marks: [Mark] }'
        " type Mark { score: Int media: Media }",
    }
    book: dict[str, Any] = {"__typename": "Book", "id": "1", "title": "t", "pages": 3}
    film: dict[str, Any] = {"__typename": "Film", "id": "2", "title": "f"}
    for media in (book, film):
        media["marks"] = [{"score": 1, "media": media}]
    world = World({"medias": [book, film], "top": book}, {"Book": [book], "Film": [film], "Media": [book, film]})
    federation = Federation(sdl, world)
    for query in (
        "{ medias { title marks { score } } }",
        "{ top { __typename } }",
        "{ top { title ... on Book { pages marks { score media { title } } } ... on Film { id } } }",
        "{ medias { ... on Film { marks { score } } } }",
    ):
        result = await federation.run(query)
        assert result.errors == ()
        assert json.dumps(result.data) == json.dumps(federation.monolith(query)[0])
