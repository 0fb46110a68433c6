"""Server-sent events to clients, from the outside: bytes on real sockets, in both modes of GraphQL over SSE."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gateway.settings import SubscriptionSettings
from tests.gateway.library import token
from tests.gateway.streaming.harness import DUNE, DUNE_SOLD, EMMA, EMMA_SOLD, SOLD, EventSource, Street, events, street
from tests.gateway.streaming.shop import END

BOOKS = "{ books { title } }"
BOOKS_ANSWER = {"data": {"books": [{"title": "Dune"}, {"title": "Emma"}]}}
SSE = "text/event-stream"


def settings(**chosen: Any) -> dict[str, Any]:
    return {"subscriptions": SubscriptionSettings(**chosen)}


# --- distinct connections ---------------------------------------------------------------------------------------------


async def test_a_subscription_is_a_stream_of_events_to_its_end(tmp_path: Path) -> None:
    async with street(tmp_path) as town, events(town.port, body={"query": SOLD}) as stream:
        assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert (stream.headers["cache-control"], stream.headers["x-accel-buffering"]) == ("no-store", "no")
        assert len(stream.headers["x-b3-traceid"]) == 32
        await town.shop.streams(1)
        for item in (DUNE, EMMA, END):
            town.shop.publish(item)
        heard = [await stream.event() for _ in range(3)]
        assert heard == [("next", DUNE_SOLD), ("next", EMMA_SOLD), ("complete", None)]
        await town.quiet()


async def test_the_bytes_are_those_of_the_standard(tmp_path: Path) -> None:
    body = {"query": "subscription { sold { title } }"}
    async with street(tmp_path) as town, events(town.port, body=body, Connection="close") as stream:
        await town.shop.streams(1)
        town.shop.publish({"bookID": "1", "title": "a\r\nevent: x\n\u2028"})
        town.shop.publish(END)
        assert await stream.unframed() == (
            b':\n\nevent: next\ndata: {"data":{"sold":{"title":"a\\r\\nevent: x\\n\xe2\x80\xa8"}}}\n\nevent: complete\ndata: \n\n'
        )


async def test_a_silent_stream_has_a_heartbeat(tmp_path: Path) -> None:
    async with street(tmp_path, **settings(heartbeat=0.02)) as town, events(town.port, body={"query": SOLD}) as stream:
        await town.shop.streams(1)
        assert [await stream.line() for _ in range(6)] == [":\n", "\n"] * 3
        town.shop.publish(DUNE)
        assert await stream.event() == ("next", DUNE_SOLD)


async def test_a_query_is_one_event(tmp_path: Path) -> None:
    async with street(tmp_path) as town, events(town.port, body={"query": BOOKS}) as stream:
        assert [await stream.event(), await stream.event()] == [("next", BOOKS_ANSWER), ("complete", None)]


async def test_a_get_carries_a_subscription_and_the_cross_site_check_holds(tmp_path: Path) -> None:
    path = f"/graphql?query={quote(SOLD)}"
    async with street(tmp_path) as town:
        async with events(town.port, "GET", path) as refused:
            assert (refused.status, await refused.codes()) == (400, ["CSRF_PREVENTION"])
        async with events(town.port, "GET", path, GraphQL_Require_Preflight="1") as stream:
            await town.shop.streams(1)
            town.shop.publish(DUNE)
            assert await stream.event() == ("next", DUNE_SOLD)
        await town.quiet()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_other_methods_are_405_here_too(tmp_path: Path, method: str) -> None:
    path = f"/graphql?query={quote(BOOKS)}"
    async with street(tmp_path) as town, events(town.port, method, path, GraphQL_Require_Preflight="1") as reply:
        assert (reply.status, reply.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"query": 1}, 400, "BAD_USER_INPUT"),
        ({"query": SOLD, "variables": 1}, 400, "BAD_USER_INPUT"),
        ([{"query": SOLD}], 400, "BAD_USER_INPUT"),
        ({"query": SOLD, "padding": "x" * 1_100_000}, 413, "PAYLOAD_TOO_LARGE"),
    ],
)
async def test_a_request_that_is_none_is_refused_before_a_stream(
    tmp_path: Path, body: Any, status: int, code: str
) -> None:
    async with street(tmp_path) as town, events(town.port, body=body) as reply:
        assert (reply.status, reply.headers["content-type"]) == (status, "application/json; charset=utf-8")
        assert await reply.codes() == [code]
        assert town.shop.opened == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { a: sold { title } b: sold { title } }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_what_graphql_says_of_an_operation_comes_as_an_event(tmp_path: Path, query: str, code: str) -> None:
    async with street(tmp_path) as town, events(town.port, body={"query": query}) as stream:
        name, answer = await stream.event()
        assert (stream.status, name, [error["extensions"]["code"] for error in answer["errors"]]) == (
            200,
            "next",
            [code],
        )
        assert await stream.event() == ("complete", None)


async def test_who_may_not_is_refused_before_a_stream(tmp_path: Path) -> None:
    async with street(tmp_path, grants=True) as town:
        for given, query, status, code in (
            ("", SOLD, 401, "UNAUTHENTICATED"),
            ("Bearer x.y.z", SOLD, 401, "UNAUTHENTICATED"),
            (f"Bearer {token('READER')}", "subscription { sold { price } }", 403, "FORBIDDEN"),
        ):
            async with events(town.port, body={"query": query}, Authorization=given) as reply:
                assert (reply.status, await reply.codes()) == (status, [code])
        assert town.shop.opened == 0
        async with events(town.port, body={"query": SOLD}, Authorization=f"Bearer {token('READER')}") as stream:
            await town.shop.streams(1)
            town.shop.publish(DUNE)
            assert await stream.event() == ("next", DUNE_SOLD)


@pytest.mark.parametrize("how", ["close", "abort"])
async def test_a_client_that_goes_ends_the_stream_at_the_subgraph(tmp_path: Path, how: str) -> None:
    async with street(tmp_path) as town:
        async with events(town.port, body={"query": SOLD}) as stream:
            await town.shop.streams(1)
            if how == "abort":
                stream.writer.transport.abort()
        await town.quiet()
        assert town.library.app.streaming.events is not None
        assert town.library.app.streaming.events.open == 0


@pytest.mark.parametrize(
    ("accept", "query", "content_type"),
    [
        (f"{SSE}, application/json", BOOKS, "application/json"),
        (f"application/json, {SSE};q=0.5", BOOKS, "application/json"),
        (f"application/json;q=0.5, {SSE}", BOOKS, SSE),
        (f"application/json, {SSE};q=0.5", SOLD, SSE),
        (f"{SSE};q=0, application/json", BOOKS, "application/json"),
    ],
)
async def test_what_a_client_prefers(tmp_path: Path, accept: str, query: str, content_type: str) -> None:
    async with street(tmp_path) as town, events(town.port, body={"query": query}, Accept=accept) as reply:
        assert reply.headers["content-type"].partition(";")[0] == content_type


async def test_events_can_be_switched_off(tmp_path: Path) -> None:
    async with street(tmp_path, **settings(sse=False)) as town, events(town.port, body={"query": SOLD}) as reply:
        assert (reply.status, await reply.codes()) == (406, ["NOT_ACCEPTABLE"])


async def test_a_stream_ends_with_a_coded_answer_when_the_gateway_stops(tmp_path: Path) -> None:
    async with street(tmp_path) as town, events(town.port, body={"query": SOLD}) as stream:
        await town.shop.streams(1)
        await town.library.app.drain()
        name, answer = await stream.event()
        assert (name, answer["errors"][0]["extensions"]["code"]) == ("next", "GATEWAY_STOPPING")
        assert await stream.event() == ("complete", None)


# --- single connection ------------------------------------------------------------------------------------------------


@asynccontextmanager
async def reserved(town: Street, authorization: str = "", **headers: str) -> AsyncGenerator[tuple[str, EventSource]]:
    """A stream that is open, and its token."""
    name = await reservation(town, authorization)
    async with events(town.port, "GET", f"/graphql?token={name}", **headers) as stream:
        assert stream.status == 200
        yield name, stream


async def reservation(town: Street, authorization: str = "") -> str:
    async with events(town.port, "PUT", Authorization=authorization) as reply:
        assert (reply.status, reply.headers["content-type"]) == (201, "text/plain; charset=utf-8")
        return (await reply.content()).decode()


async def post(town: Street, name: str, query: str, id_: Any = "1", authorization: str = "") -> tuple[int, list[str]]:
    body = {"query": query, "extensions": {"operationId": id_}}
    more = {"X_GraphQL_Event_Stream_Token": name, "Authorization": authorization}
    async with events(town.port, body=body, Accept="application/json", **more) as reply:
        return reply.status, [] if reply.status == 202 else await reply.codes()


async def delete(town: Street, name: str, id_: str, authorization: str = "") -> int:
    more = {"X_GraphQL_Event_Stream_Token": name, "Authorization": authorization}
    async with events(town.port, "DELETE", f"/graphql?operationId={id_}", **more) as reply:
        return reply.status


SINGLE = settings(single_connection=True)


async def test_one_stream_carries_many_operations(tmp_path: Path) -> None:
    async with street(tmp_path, **SINGLE) as town, reserved(town) as (name, stream):
        assert await post(town, name, SOLD, "a") == (202, [])
        assert await post(town, name, BOOKS, "b") == (202, [])
        await town.shop.streams(1)
        assert [await stream.event(), await stream.event()] == [
            ("next", {"id": "b", "payload": BOOKS_ANSWER}),
            ("complete", {"id": "b"}),
        ]
        town.shop.publish(DUNE)
        assert await stream.event() == ("next", {"id": "a", "payload": DUNE_SOLD})
        assert await delete(town, name, "a") == 200
        await town.shop.streams(0)
        assert await post(town, name, SOLD, "a") == (202, [])
        await town.shop.streams(1)
        town.shop.publish(EMMA)
        assert await stream.event() == ("next", {"id": "a", "payload": EMMA_SOLD})
        town.shop.publish(END)
        assert await stream.event() == ("complete", {"id": "a"})


async def test_an_operation_that_is_refused_is_told_in_the_stream(tmp_path: Path) -> None:
    async with street(tmp_path, grants=True, **SINGLE) as town:
        reader = f"Bearer {token('READER')}"
        async with reserved(town, reader) as (name, stream):
            assert (await post(town, name, "subscription { sold { price } }", authorization=reader))[0] == 202
            event, told = await stream.event()
            assert (event, told["id"], told["payload"]["errors"][0]["extensions"]["code"]) == ("next", "1", "FORBIDDEN")
            assert await stream.event() == ("complete", {"id": "1"})


async def test_bad_requests_of_a_single_connection(tmp_path: Path) -> None:
    chosen = settings(single_connection=True, max_operations=2)
    async with street(tmp_path, **chosen) as town, reserved(town) as (name, _):
        assert await post(town, "x" * 43, SOLD) == (404, ["BAD_USER_INPUT"])
        for id_ in (None, 1, "", "x" * 257, ["1"]):
            assert await post(town, name, SOLD, id_) == (400, ["BAD_USER_INPUT"])
        assert await post(town, name, SOLD, "1") == (202, [])
        assert await post(town, name, SOLD, "1") == (409, ["BAD_USER_INPUT"])
        assert await post(town, name, SOLD, "2") == (202, [])
        assert await post(town, name, SOLD, "3") == (429, ["TOO_MANY_SUBSCRIPTIONS"])
        assert await delete(town, name, "unknown") == 200
        async with events(town.port, "GET", f"/graphql?token={name}") as again:
            assert (again.status, await again.codes()) == (409, ["BAD_USER_INPUT"])
        async with events(town.port, "DELETE", "/graphql?operationId=1") as nameless:
            assert (nameless.status, await nameless.codes()) == (400, ["BAD_USER_INPUT"])


async def test_a_stream_that_is_left_ends_what_it_carries_and_is_forgotten(tmp_path: Path) -> None:
    async with street(tmp_path, **SINGLE) as town:
        async with reserved(town) as (name, _):
            for id_ in "abc":
                assert (await post(town, name, f"subscription {{ {id_}: sold {{ title }} }}", id_))[0] == 202
            await town.shop.streams(3)
        await town.quiet()
        assert (await post(town, name, SOLD))[0] == 404


async def test_a_reservation_that_nobody_takes_up_is_forgotten_with_what_was_asked_for_it(tmp_path: Path) -> None:
    async with street(tmp_path, **settings(single_connection=True, init_timeout=0.3)) as town:
        name = await reservation(town)
        assert (await post(town, name, SOLD))[0] == 202
        await town.shop.streams(1)
        await town.quiet()
        async with events(town.port, "GET", f"/graphql?token={name}") as late:
            assert late.status == 404


async def test_a_stream_belongs_to_the_identity_that_reserved_it(tmp_path: Path) -> None:
    """Who has its token and is somebody else neither adds to it, nor ends what it carries, nor reads it as himself."""
    ann, bob = f"Bearer {token('READER')}", f"Bearer {token('READER', sub='bob', card='bob')}"
    async with street(tmp_path, grants=True, **SINGLE) as town:
        async with events(town.port, "PUT") as nobody:
            assert nobody.status == 401
        async with reserved(town, ann) as (name, stream):
            assert await post(town, name, BOOKS, "x", authorization=bob) == (404, ["BAD_USER_INPUT"])
            assert await post(town, name, BOOKS, "x") == (401, ["UNAUTHENTICATED"])
            assert (await post(town, name, SOLD, "1", authorization=ann))[0] == 202
            await town.shop.streams(1)
            assert [await delete(town, name, "1", bob), await delete(town, name, "1")] == [404, 401]
            town.shop.publish(DUNE)
            assert await stream.event() == ("next", {"id": "1", "payload": DUNE_SOLD})
            later = f"Bearer {token('READER', jti='later')}"
            assert (await post(town, name, BOOKS, "2", authorization=later))[0] == 202
            assert (await stream.event())[1]["id"] == "2"
        name = await reservation(town, ann)
        async with events(town.port, "GET", f"/graphql?token={name}", Authorization=bob) as other:
            assert other.status == 404
        async with events(town.port, "GET", f"/graphql?token={name}", Authorization=ann) as own:
            assert own.status == 200


async def test_too_many_reservations_are_refused(tmp_path: Path) -> None:
    async with street(tmp_path, **settings(single_connection=True, max_sockets=1)) as town:
        await reservation(town)
        async with events(town.port, "PUT") as refused:
            assert (refused.status, await refused.codes()) == (429, ["RATE_LIMITED"])


async def test_the_last_words_of_a_single_connection(tmp_path: Path) -> None:
    async with street(tmp_path, **SINGLE) as town, reserved(town) as (name, stream):
        await post(town, name, SOLD)
        await town.shop.streams(1)
        await town.library.app.drain()
        event, told = await stream.event()
        assert (event, told["payload"]["errors"][0]["extensions"]["code"]) == ("next", "GATEWAY_STOPPING")
        assert await stream.event() == ("complete", {"id": "1"})
        assert (await stream.body()).endswith(b"0\r\n\r\n")
        async with events(town.port, "PUT") as refused:
            assert (refused.status, await refused.codes()) == (503, ["GATEWAY_STOPPING"])


async def test_without_the_setting_there_is_no_single_connection(tmp_path: Path) -> None:
    async with street(tmp_path) as town, events(town.port, "PUT") as refused:
        assert refused.status == 405
