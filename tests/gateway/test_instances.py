"""Instances in gateway.yaml: what is checked at the start, and a gateway over real sockets that asks the right party."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import orjson
import pytest
from graphql import execute_sync, parse

from gateway.app import build_app
from gateway.composition.compose import compose
from gateway.composition.model import SubgraphInput
from gateway.instances import served
from gateway.settings import Settings, SettingsError
from gateway.supergraph.model import Supergraph
from gateway.supergraph.reader import read_supergraph
from gateway.transport.asgi import App, Receive, Scope, Send
from tests.gateway.execution.harness import World, resolve, subgraph_schema
from tests.gateway.transport.harness import ask
from tests.gateway.transport.harness import served as serving

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])'
LOANS = """
    type Query { loans(where: Where): [Loan!]! }
    input Where { branch: Equals }
    input Equals { eq: String }
    type Loan @key(fields: "branch number") { branch: String! number: Int! due: String }
    type Book @key(fields: "isbn") { isbn: ID! copies: Int }
"""
BOOKS = """
    type Query { books: [Book!]!  owners(type: String!, keys: [String!]!): [String]! }
    type Book @key(fields: "isbn") { isbn: ID! }
"""


@pytest.fixture(scope="module", name="library")
def library_graph() -> Supergraph:
    made = compose(
        [SubgraphInput(name, "http://unused/", LINK + sdl) for name, sdl in (("loans", LOANS), ("books", BOOKS))]
    )
    assert made.supergraph_sdl is not None, made.errors
    return read_supergraph(made.supergraph_sdl)


def settings(owners: Mapping[str, Any], **instances: Any) -> Settings:
    several = instances or {"north": {"url": "http://n/"}, "south": {"url": "http://s/"}}
    return msgspec.convert({"subgraphs": {"loans": {"instances": several, "owners": owners}}}, Settings)


@pytest.mark.parametrize(
    ("owners", "sentence"),
    [
        ({"arguments": {"Query.lones": ["where"]}}, "owners.arguments.Query.lones: there is no such root field."),
        ({"arguments": {"Loan.due": ["where"]}}, "owners.arguments.Loan.due: there is no such root field."),
        (
            {"arguments": {"Query.loans": ["where.branch.equals"]}},
            "owners.arguments.Query.loans: `where.branch.equals` leads to no value of this field.",
        ),
        (
            {"arguments": {"Query.loans": ["where.branch"]}},
            "owners.arguments.Query.loans: `where.branch` leads to no value of this field.",
        ),
        ({"keys": {"Loan": "due"}}, "owners.keys.Loan: `due` is no field of every key of `Loan` in `loans`."),
        (
            {"locator": {"subgraph": "loans", "types": ["Book"]}},
            "owners.locator.subgraph: `loans` is no other subgraph of this supergraph.",
        ),
        (
            {"locator": {"subgraph": "books", "field": "who", "types": ["Book"]}},
            "owners.locator.field: there is no query field `who` with the arguments `type` and `keys`.",
        ),
        (
            {"locator": {"subgraph": "books", "types": ["Where"]}},
            "owners.locator.types: `Where` is no entity of `loans`.",
        ),
        (
            {"keys": {"Loan": "branch"}, "locator": {"subgraph": "books", "types": ["Loan"]}},
            "owners.locator.types: the owner of `Loan` stands in its key already.",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_a_start_error(library: Supergraph, owners: Any, sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        served(settings(owners), library)
    assert (caught.value.code, str(caught.value)) == ("CONFIG_INVALID", f"subgraphs.loans.{sentence}")


def test_an_owner_belongs_to_one_instance_and_owners_need_instances(library: Supergraph) -> None:
    twice = {"url": "http://n/", "owners": ["a", "b"]}, {"url": "http://s/", "owners": ["b"]}
    with pytest.raises(SettingsError, match=r"instances\.south\.owners: `b` belongs to another instance"):
        served(settings({}, north=twice[0], south=twice[1]), library)
    with pytest.raises(SettingsError, match=r"loans\.owners: expected `instances` as well"):
        served(msgspec.convert({"subgraphs": {"loans": {"owners": {"keys": {"Loan": "branch"}}}}}, Settings), library)


def subgraph(sdl: str, world: World, asked: list[str], name: str) -> App:
    schema = subgraph_schema(sdl, world)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        request = orjson.loads((await receive())["body"])
        asked.append(name)
        result = execute_sync(
            schema,
            parse(request["query"]),
            root_value=world.roots,
            variable_values=request.get("variables"),
            field_resolver=resolve,
        )
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": orjson.dumps(result.formatted)})

    return app


def branch(name: str, copies: int) -> World:
    return World(
        roots={"loans": [{"branch": name, "number": 1, "due": f"soon at {name}"}]},
        entities={"Book": [{"__typename": "Book", "isbn": "1", "__keys__": ("isbn",), "copies": copies}]},
    )


async def test_the_gateway_asks_the_party_that_owns_what_is_asked(library: Supergraph) -> None:
    asked: list[str] = []
    books = World(roots={"books": [{"isbn": "1"}], "owners": lambda _root, keys, **_: ["city"] * len(keys)})
    worlds = {"north": branch("north", 2), "south": branch("south", 5)}
    async with AsyncExitStack() as stack:
        ports = {
            name: await stack.enter_async_context(serving(subgraph(LOANS, world, asked, name)))
            for name, world in worlds.items()
        }
        own = await stack.enter_async_context(serving(subgraph(BOOKS, books, asked, "books")))
        given = {
            "supergraph": "unused",
            "subgraphs": {
                "books": {"url": f"http://127.0.0.1:{own}/"},
                "loans": {
                    "instances": {
                        "north": {"url": f"http://127.0.0.1:{ports['north']}/"},
                        "south": {"url": f"http://127.0.0.1:{ports['south']}/", "owners": ["south", "city"]},
                    },
                    "owners": {
                        "arguments": {"Query.loans": ["where.branch.eq"]},
                        "locator": {"subgraph": "books", "types": ["Book"]},
                    },
                },
            },
        }
        app = build_app(msgspec.convert(given, Settings), supergraph=library)
        everywhere = (await ask(app, "{ loans { due } }")).json()
        asked.clear()
        query = "query($b: String) { loans(where: {branch: {eq: $b}}) { due } books { copies } }"
        one = (await ask(app, query, variables={"b": "north"})).json()
        await app.stop()
    assert everywhere == {"data": {"loans": [{"due": "soon at north"}, {"due": "soon at south"}]}}
    assert one == {"data": {"loans": [{"due": "soon at north"}], "books": [{"copies": 5}]}}
    assert sorted(asked) == ["books", "books", "north", "south"]
