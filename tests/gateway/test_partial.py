"""A client that asks for a part gets what grants give it, and null with an error for the rest, instead of a refusal of the whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.library import Library, library, token
from tests.gateway.transport.harness import ask

PART = {"Authorization-Mode": "partial"}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Library]:
    async with library(tmp_path) as running:
        yield running


async def part(desk: Library, query: str, role: str = "READER", **more: Any) -> tuple[int, Any, list[Any]]:
    desk.seen.clear()
    reply = await ask(desk.app, query, token=token(role), headers=PART, **more)
    content = reply.json()
    assert {error["extensions"]["code"] for error in content.get("errors", ())} <= {"UNAUTHORIZED_FIELD_OR_TYPE"}
    return reply.status, content["data"], [error["path"] for error in content.get("errors", ())]


async def test_without_asking_the_whole_is_refused(desk: Library):
    reply = await ask(desk.app, "{ featured { title price } }", token=token("READER"))
    assert (reply.status, reply.codes, desk.seen) == (403, ["FORBIDDEN"], [])


@pytest.mark.parametrize("asked", [{"headers": PART}, {"extensions": {"partial": True}}])
async def test_by_header_or_by_extension(asked: dict[str, Any], desk: Library):
    reply = await ask(desk.app, "{ featured { title price } }", token=token("READER"), **asked)
    assert (reply.status, reply.json()) == (
        200,
        {
            "errors": [
                {
                    "message": "Unauthorized field or type",
                    "path": ["featured", "price"],
                    "extensions": {"code": "UNAUTHORIZED_FIELD_OR_TYPE"},
                }
            ],
            "data": {"featured": {"title": "Dune", "price": None}},
        },
    )
    assert ["price" in str(request) for _, _, request in desk.seen] == [False]


async def test_a_filter_that_may_not_be_read_takes_its_field_with_it(desk: Library):
    query = '{ a: books(where: {price: {gt: "8"}}) { title } b: books(where: {title: {eq: "x"}}) { title } featured { title } }'
    status, data, refused = await part(desk, "{ featured { title } }")
    assert (status, data, refused) == (200, {"featured": {"title": "Dune"}}, [])
    status, data, refused = await part(desk, query)
    # `books` may not be null, so nothing is left; what was refused is said, and the filter was not sent.
    assert (status, data, refused) == (403, None, [["a"]])
    assert "price" not in str([request for _, _, request in desk.seen])


async def test_a_type_of_which_nothing_is_granted_is_not_even_looked_for(desk: Library):
    status, data, refused = await part(desk, "{ loans { loanID reader } featured { title } }")
    assert (status, data, refused) == (200, {"loans": None, "featured": {"title": "Dune"}}, [["loans"]])
    assert "loans" not in str([request for _, _, request in desk.seen])


async def test_a_scope_that_is_missing_takes_one_register_away(desk: Library):
    reply = await ask(
        desk.app, "{ featured { title reviews { stars } } }", token=token(scopes=["stock:read"]), headers=PART
    )
    assert reply.json()["data"] == {"featured": {"title": "Dune", "reviews": None}}
    assert desk.asked == ["stock"]


async def test_a13_a_mutation_that_nobody_granted_is_not_run(desk: Library):
    assert await part(desk, "mutation { remove { title } }", "CLERK") == (403, None, [["remove"]])
    assert desk.seen == []


async def test_a_part_and_a_whole_share_nothing(desk: Library):
    query = "{ featured { title price } }"
    for _ in range(2):
        assert (await part(desk, query))[1] == {"featured": {"title": "Dune", "price": None}}
        assert (await part(desk, query, "CLERK"))[1] == {"featured": {"title": "Dune", "price": 9}}
        assert (await ask(desk.app, query, token=token("READER"))).status == 403
