"""What a gateway that keeps records reads beside its caller: the key of each row that the caller is shown, under one response key, and nothing else."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import pytest

from registers.common.shell import RegisterApp, register_app
from tests.registers.common.conftest import EVA, JAN, make_id
from tests.registers.common.example import REGISTER
from tests.registers.common.keys import Keys
from tests.registers.common.test_shell import Reply, keys, make_settings, register_url, request

__all__ = ["keys", "register_url"]

ROOMS = "{ kamer { nummer __key: kamerID } }"
ENTITIES = "query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on Huis { __key: huisID } ... on Kamer { __key: kamerID } } }"
STREETS = '{ huis(where: {naam: {eq: "Berk"}}) { straat { __key: straatID } bewoner { profiel { __key: bsn } } } }'


@pytest.fixture
async def app(register_url: str, keys: Keys) -> AsyncIterator[RegisterApp]:
    """Here an agent reads no key of a room, and that of a house on some rows; a tenant has no grant but for streets."""
    made = register_app(REGISTER, make_settings(register_url, keys))
    assert made.fields is not None
    roles: Any = copy.deepcopy(made.fields.roles)
    agent = roles["MAKELAAR"]["types"]
    del agent["Kamer"]["kamerID"]
    agent["Huis"]["huisID"][0]["when"] = "{row}.naam = 'Berk'"
    del agent["Huis"]["straatID"]
    made.fields = dataclasses.replace(made.fields, roles=roles)
    await made.start()
    yield made
    await made.stop()


async def ask(
    app: RegisterApp, context: str, query: str, variables: Mapping[str, Any] | None = None, **more: str
) -> Reply:
    content = {"query": query, "variables": dict(variables or {})}
    return await request(app, content, headers={"Decision-Context": context, **more})


def refused(reply: Reply) -> tuple[int, list[str]]:
    errors: list[Any] = reply.json["errors"]
    assert {error["extensions"]["code"] for error in errors} == {"FORBIDDEN"}
    return reply.status, [error["extensions"]["coordinate"] for error in errors]


async def test_the_key_of_a_row_that_is_shown_is_read_for_the_record(app: RegisterApp, keys: Keys) -> None:
    reply = await ask(app, keys.context("MAKELAAR", record_key="__key"), ROOMS)
    assert reply.status == 200
    assert sorted((row["nummer"] or 0, row["__key"]) for row in reply.json["data"]["kamer"]) == [
        (0, str(make_id(32))), (1, str(make_id(31))), (2, str(make_id(34))), (3, str(make_id(33))),
    ]  # fmt: skip
    assert "errors" not in reply.json


async def test_where_a_grant_opens_the_key_on_some_rows_it_is_read_on_all_that_are_shown(app: RegisterApp, keys: Keys):
    only = '{ huis(where: {naam: {eq: "Eik"}}) { naam huisID __key: huisID } }'
    reply = await ask(app, keys.context("MAKELAAR", record_key="__key"), only)
    assert [(error["path"], error["extensions"]) for error in reply.json["errors"]] == [
        (["huis", 0, "huisID"], {"code": "FORBIDDEN"})
    ]
    reply = await ask(app, keys.context("MAKELAAR", record_key="__key"), "{ huis { naam __key: huisID } }")
    houses = {"Berk": make_id(21), "Eik": make_id(22), "Leeg": make_id(23)}
    assert reply.json == {"data": {"huis": [{"naam": name, "__key": str(id)} for name, id in houses.items()]}}


async def test_which_rows_there_are_is_decided_as_ever(app: RegisterApp, keys: Keys) -> None:
    context = keys.context("BEWONER", identifiers={"bsn": EVA}, record_key="__key")
    reply = await ask(app, context, "{ huis { __key: huisID } }")
    assert reply.json == {"data": {"huis": [{"__key": str(make_id(22))}, {"__key": str(make_id(23))}]}}
    of = [{"__typename": "Huis", "huisID": str(make_id(number))} for number in (21, 22, 99)]
    reply = await ask(app, context, ENTITIES, {"of": of})
    assert reply.json == {"data": {"_entities": [None, {"__typename": "Huis", "__key": str(make_id(22))}, None]}}


async def test_the_key_of_an_entity_of_another_register_is_read_where_its_copy_is_the_caller_s(
    app: RegisterApp, keys: Keys
) -> None:
    """A reference that the caller may follow no further is no record of its answer: null, and nothing is refused for it."""
    reply = await ask(app, keys.context("MAKELAAR", record_key="__key"), STREETS)
    assert reply.json == {"data": {"huis": [{"straat": {"__key": None}, "bewoner": {"profiel": {"__key": None}}}]}}
    assert refused(await ask(app, keys.context("MAKELAAR"), STREETS)) == (403, ["Huis.straatID", "Bewoner.bsn"])
    rules: Any = cast("Any", app.fields).roles["MAKELAAR"]["types"]
    rules["Huis"]["straatID"] = [{**rules["Huis"]["naam"][0], "when": "{row}.naam = 'Berk'"}]
    rules["Bewoner"]["bsn"] = rules["Bewoner"]["naam"]
    # Another statement than the one that was kept for the old rules.
    rows = STREETS.replace('(where: {naam: {eq: "Berk"}})', "").replace("bewoner { profiel { __key: bsn } }", "naam")
    reply = await ask(app, keys.context("MAKELAAR", record_key="__key"), rows)
    assert reply.json == {
        "data": {
            "huis": [
                {"straat": {"__key": str(make_id(91))}, "naam": "Berk"},
                {"straat": {"__key": None}, "naam": "Eik"},
                {"straat": {"__key": None}, "naam": "Leeg"},
            ]
        }
    }
    reply = await ask(
        app, keys.context("MAKELAAR", record_key="__key"), STREETS.replace("__key: bsn", "__typename __key: bsn")
    )
    assert reply.json["data"]["huis"][0]["bewoner"] == {"profiel": {"__typename": "Persoon", "__key": JAN}}


async def test_the_key_of_a_reference_that_the_caller_asks_as_well_is_refused_to_it_as_ever(
    app: RegisterApp, keys: Keys
) -> None:
    both = "{ huis { straat { __key: straatID straatID } } }"
    assert refused(await ask(app, keys.context("MAKELAAR", record_key="__key"), both)) == (403, ["Huis.straatID"])


@pytest.mark.parametrize("claims", [{}, {"record_key": ""}, {"record_key": "__other"}], ids=str)
async def test_without_the_claim_the_response_key_is_like_any_other(
    app: RegisterApp, keys: Keys, claims: dict[str, Any]
) -> None:
    # One statement is kept for each of them: what was compiled for the one is not given to the other.
    assert (await ask(app, keys.context("MAKELAAR", record_key="__key"), ROOMS)).status == 200
    assert refused(await ask(app, keys.context("MAKELAAR", **claims), ROOMS)) == (403, ["Kamer.kamerID"])


async def test_a_party_s_own_token_opens_nothing_by_it(app: RegisterApp, keys: Keys) -> None:
    assert (await ask(app, keys.context("MAKELAAR", record_key="__key"), ROOMS)).status == 200
    for token in (keys.token(), keys.token(record_key="__key")):
        reply = await request(app, {"query": ROOMS}, headers={"Authorization": f"Bearer {token}"}, unix=False)
        assert refused(reply) == (403, ["Kamer.kamerID"])


@pytest.mark.parametrize(
    ("query", "coordinate"),
    [
        ("{ kamer { kamerID } }", "Kamer.kamerID"),
        ("{ kamer { key: kamerID } }", "Kamer.kamerID"),
        ("{ huis { bewoner { __key: bsn } } }", "Bewoner.bsn"),
        ("{ huis { __key: straatID } }", "Huis.straatID"),
        ('{ kamer(where: {kamerID: {eq: "x"}}) { __key: nummer } }', "Kamer.kamerID"),
    ],
)
async def test_nothing_but_a_key_is_opened_and_nowhere_else(
    app: RegisterApp, keys: Keys, query: str, coordinate: str
) -> None:
    query = query.replace('"x"', f'"{make_id(31)}"')
    assert refused(await ask(app, keys.context("MAKELAAR", record_key="__key"), query)) == (403, [coordinate])


async def test_of_a_type_of_which_the_caller_sees_nothing_no_row_is_asked(app: RegisterApp, keys: Keys) -> None:
    fields = cast("Any", app.fields)
    del fields.roles["MAKELAAR"]["types"]["Kamer"]
    of = [{"__typename": "Kamer", "kamerID": str(make_id(31))}]
    reply = await ask(app, keys.context("MAKELAAR", record_key="__key"), ENTITIES, {"of": of})
    assert reply.json == {"data": {"_entities": [None]}}
    assert refused(await ask(app, keys.context("MAKELAAR", record_key="__key"), ROOMS))[0] == 403


@pytest.mark.parametrize("name", ["key", "_key", "__", "__k y", "__'", "__" + "k" * 41, 7, None, ["__key"]], ids=str)
async def test_a_context_that_names_no_response_key_is_refused(app: RegisterApp, keys: Keys, name: Any) -> None:
    reply = await ask(app, keys.context("MAKELAAR", record_key=name), "{ huis { naam } }")
    assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")
