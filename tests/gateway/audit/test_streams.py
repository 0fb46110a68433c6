"""Keys for the record in subscriptions: each event names its rows whoever hears it and however little of them, and no socket may borrow the name."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.audit.harness import requests, settings
from tests.gateway.library import GRANTS, token
from tests.gateway.streaming.harness import DUNE, EMMA, Street, bearer, events, street

# A reader gets no number of a book.
RULES = GRANTS.replace("type: stock.Book, fields: [bookID, title]", "type: stock.Book, fields: [title]")
READER = bearer(token("READER"))
TITLE = "subscription { sold { title } }"


def town(folder: Path, **more: Any) -> AbstractAsyncContextManager[Street]:
    return street(folder, grants=True, rules=RULES, record_keys=("stock",), audit=settings(folder), **more)


@asynccontextmanager
async def listening(place: Street, way: str, query: str) -> AsyncGenerator[Callable[[], Awaitable[Any]]]:
    """A subscription over a socket or as server-sent events; what is given hears its next answer."""
    if way == "socket":
        async with place.socket(init={"Authorization": READER}) as client:
            await client.subscribe(query)

            async def hear() -> Any:
                return (await client.hear())["payload"]

            yield hear
        return
    async with events(place.port, body={"query": query}, Authorization=READER) as source:

        async def event() -> Any:
            return (await source.event())[1]

        yield event


@pytest.mark.parametrize("way", ["socket", "events"])
@pytest.mark.parametrize(
    ("query", "answers"),
    [
        (TITLE, [{"sold": {"title": "Dune"}}, {"sold": {"title": "Emma"}}]),
        ("subscription { sold { title @skip(if: true) } }", [{"sold": {}}] * 2),
        ("subscription { sold { ... @include(if: false) { title } } }", [{"sold": {}}] * 2),
        ("subscription { sold { __typename } }", [{"sold": {"__typename": "Book"}}] * 2),
        ("subscription { a: sold { b: title } }", [{"a": {"b": "Dune"}}, {"a": {"b": "Emma"}}]),
    ],
)
async def test_each_event_names_its_rows(tmp_path: Path, way: str, query: str, answers: list[Any]):
    async with town(tmp_path) as place, listening(place, way, query) as hear:
        await place.shop.streams(1)
        for book, answer in zip((DUNE, EMMA), answers, strict=True):
            place.shop.publish(book)
            assert await hear() == {"data": answer}
    kept = [(record["kind"], record.get("records"), record["caller"]["role"]) for record in requests(tmp_path)]
    assert kept == [
        ("request", None, "READER"),
        ("event", {"Book": ["1"]}, "READER"),
        ("event", {"Book": ["2"]}, "READER"),
    ]


async def test_a_socket_cannot_borrow_the_name(tmp_path: Path):
    async with town(tmp_path) as place, place.socket(init={"Authorization": READER}) as client:
        for number, query in enumerate(
            (
                "subscription { sold { __key: title } }",
                "{ books { __key: title } }",
                "subscription { __key: sold { title } }",
            )
        ):
            await client.subscribe(query, id_=str(number))
            (error,) = (await client.hear())["payload"]
            assert error["extensions"]["code"] == "RESERVED_RESPONSE_KEY"
        assert place.shop.opened == 0
    assert [record["code"] for record in requests(tmp_path)] == ["RESERVED_RESPONSE_KEY"] * 3
