"""`extensions.authorization`: which grant opened or refused each coordinate, for developers with the scope, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from gateway.settings import AuthorizationSettings, IssuerSettings
from tests.gateway.library import AUDIENCE, ISSUER, Library, library, token
from tests.gateway.transport.harness import Reply, ask

SCOPE = "gateway:explain"
DEVELOPER = ["stock:read", "reviews:read", SCOPE]
QUERY = "{ featured { title reviews { stars } } }"
REFUSED = '{ books(where: {price: {gt: "8"}}) { title } }'


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Library]:
    issuer = IssuerSettings(ISSUER, jwks=str(tmp_path / "jwks.json"), audience=AUDIENCE)
    authorization = AuthorizationSettings(issuers=(issuer,), explain_scope=SCOPE)
    async with library(tmp_path, authorization=authorization) as running:
        yield running


async def asked(desk: Library, query: str, *, role: str = "READER", wish: Any = True, scopes: Any = DEVELOPER) -> Reply:
    return await ask(desk.app, query, token=token(role, scopes=scopes), extensions={"authorization": wish})


async def test_each_coordinate_with_the_grants_that_open_it(desk: Library):
    content = (await asked(desk, QUERY)).json()
    assert content["data"] == {"featured": {"title": "Dune", "reviews": [{"stars": 5}]}}
    release = content["extensions"]["authorization"].pop("release")
    assert len(release) == 64
    assert content["extensions"] == {
        "authorization": {
            "role": "READER",
            "allowed": True,
            "coordinates": [
                {"coordinate": "Book.reviews", "allowed": True, "grants": ["REVIEWS"]},
                {"coordinate": "Book.title", "allowed": True, "grants": ["BOOK-READER"]},
                {"coordinate": "Review.stars", "allowed": True, "grants": ["REVIEW"]},
            ],
        }
    }


async def test_a_refusal_is_explained_too_and_filters_are_reading(desk: Library):
    reply = await asked(desk, REFUSED)
    content = reply.json()
    assert (reply.status, reply.codes, desk.seen) == (403, ["FORBIDDEN"], [])
    told = content["extensions"]["authorization"]
    assert (told["allowed"], told["coordinates"]) == (
        False,
        [
            {"coordinate": "Book.price", "allowed": False, "reason": "role"},
            {"coordinate": "Book.title", "allowed": True, "grants": ["BOOK-READER"]},
        ],
    )


async def test_a_missing_scope_is_named(desk: Library):
    content = (await asked(desk, QUERY, scopes=["stock:read", SCOPE])).json()
    told = {entry["coordinate"]: entry for entry in content["extensions"]["authorization"]["coordinates"]}
    assert told["Review.stars"] == {
        "coordinate": "Review.stars",
        "allowed": False,
        "reason": "scope",
        "missingScope": "reviews:read",
    }


@pytest.mark.parametrize("query", [QUERY, REFUSED])
@pytest.mark.parametrize(
    "not_asked",
    [{"scopes": ["stock:read", "reviews:read"]}, {"wish": False}, {"wish": "true"}, {"wish": None}],
    ids=str,
)
async def test_who_may_not_or_did_not_ask_gets_the_bytes_of_ever(desk: Library, query: str, not_asked: Any):
    """A caller without the scope is not told that there is one."""
    plain = await ask(desk.app, query, token=token("READER"))
    reply = await asked(desk, query, **not_asked)
    assert (reply.status, reply.body) == (plain.status, plain.body)


async def test_without_the_setting_nobody_may(tmp_path: Path):
    async with library(tmp_path) as desk:
        assert "extensions" not in (await asked(desk, QUERY)).json()


async def test_no_token_no_explanation(desk: Library):
    reply = await ask(desk.app, QUERY, extensions={"authorization": True})
    assert reply.status == 401
    assert b"coordinate" not in reply.body


@pytest.mark.parametrize("query", [QUERY, '{ books(where: {title: {eq: "Dune"}}) { title } }'])
async def test_hidden_rows_change_nothing_of_it(desk: Library, query: str):
    """What the register does not show to this caller is there in one world and not in the other."""
    told: list[Any] = []
    for shelf in ([], [{"__typename": "Book", "__keys__": ("bookID",), "bookID": "9", "title": "Secret", "price": 1}]):
        desk.federation.world.entities["Book"][2:] = shelf
        told.append(orjson.dumps((await asked(desk, query)).json()["extensions"]))
    assert told[0] == told[1]


async def test_answers_of_others_do_not_hold_it(tmp_path: Path):
    """Equal requests share one answer, and the explanation is put on the developer's alone."""
    issuer = IssuerSettings(ISSUER, jwks=str(tmp_path / "jwks.json"), audience=AUDIENCE)
    authorization = AuthorizationSettings(issuers=(issuer,), explain_scope=SCOPE)
    async with library(tmp_path, authorization=authorization) as desk:
        await asked(desk, QUERY)
        later = await ask(desk.app, QUERY, token=token("READER", scopes=DEVELOPER))
        assert "extensions" not in later.json()


async def test_an_explanation_that_fails_takes_no_answer_with_it(desk: Library, monkeypatch: pytest.MonkeyPatch):
    expected = (await asked(desk, QUERY, wish=False)).body

    def failing(*_: Any) -> Any:
        raise RuntimeError("of ours")

    monkeypatch.setattr("gateway.deciding.explain", failing)
    reply = await asked(desk, QUERY)
    assert (reply.status, reply.body) == (200, expected)


def test_the_setting_is_a_scope_or_nothing():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"issuers": [], "explain_scope": ""}, AuthorizationSettings)
