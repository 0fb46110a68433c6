"""A register whose relations have grown stale: what hangs on them is refused, what does not goes on, nothing is told of hidden rows (C16)."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from iwlz.participants import CIZ_KVK
from registers.common.migrations import migrate
from registers.common.shell import RegisterApp, register_app
from registers.graph import register
from registers.synthetic.command import database_urls
from registers.synthetic.load import seed
from registers.synthetic.network import DEMO_SECRET, network
from registers.synthetic.tables import REGISTERS
from tests.registers.common.keys import Keys
from tests.registers.common.test_shell import Reply, make_settings, request

TODAY = dt.datetime.now(ZoneInfo("Europe/Amsterdam")).date()
CLIENTS = 20
SCOPES = {
    "indicatie": "registers/wlzindicatieregister/indicaties/indicatie:read",
    "client": "registers/wlzclientregister/clienten/client:read",
}
STALE = {"errors": [{"message": "What this caller may read hangs on relations that are stale.", "extensions": {"code": "AUTHORIZATION_UNAVAILABLE"}}]}  # fmt: skip
LEFT_OUT = {"message": "Rows whose visibility hangs on stale relations are left out.", "extensions": {"code": "AUTHORIZATION_UNAVAILABLE"}}  # fmt: skip


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, list[Any]]]:
    return network(CLIENTS, 1, TODAY)


@pytest.fixture(scope="module")
def urls(postgres: str) -> dict[str, str]:
    found = database_urls(postgres, "oud_")

    async def prepare() -> None:
        admin: Any = await asyncpg.connect(postgres)
        for name in REGISTERS:
            await admin.execute(f"DROP DATABASE IF EXISTS oud_{name}")
            await admin.execute(f"CREATE DATABASE oud_{name} TEMPLATE template0")
        await admin.close()
        for name in REGISTERS:
            await migrate(found[name], register(name))
        await seed(found, CLIENTS, 1, DEMO_SECRET, TODAY)

    asyncio.run(prepare())
    return found


async def beat(urls: dict[str, str], name: str, age: float) -> None:
    """The heartbeat of so many seconds ago."""
    connection: Any = await asyncpg.connect(urls[name])
    await connection.execute(
        "UPDATE projectie.stand SET volledig_tot = clock_timestamp() - make_interval(secs => $1)", float(age)
    )
    await connection.close()


class House:
    """One register as its own app, and a way to ask it as a party."""

    def __init__(self, name: str, app: RegisterApp, keys: Keys) -> None:
        self.name, self.app, self.keys = name, app, keys

    async def ask(self, party: str, query: str, variables: Any = None) -> Reply:
        kind, _, code = party.partition(":")
        role = {"uzovi": "ZORGKANTOOR", "agb": "ZORGAANBIEDER", "kvk": "CIZ", "bsn": "BURGER"}[kind]
        fields = self.app.fields
        assert fields is not None
        context = self.keys.context(
            role, identifiers={kind: code}, scopes=[SCOPES[self.name]], aud=register(self.name).audience,
            grants=fields.release, today=TODAY.isoformat(),
        )  # fmt: skip
        return await request(
            self.app, {"query": query, "variables": variables or {}}, headers={"Decision-Context": context}
        )


@pytest.fixture(params=["indicatie", "client"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def house(name: str, urls: dict[str, str], keys: Keys) -> AsyncIterator[House]:
    url = urls[name].replace("postgres@/", f"oud_{name}_app@/")
    app = register_app(
        register(name), make_settings(url, keys, secret=DEMO_SECRET, unix=Path("/run/example.sock"), max_staleness=60.0)
    )
    await app.start()
    yield House(name, app, keys)
    await app.stop()


INDICATIONS = "{ wlzIndicatie { wlzindicatieID } }"
indicatie = pytest.mark.parametrize("name", ["indicatie"], indirect=True)
client = pytest.mark.parametrize("name", ["client"], indirect=True)


def provider(rows: Any) -> str:
    """The provider with a current allocation."""
    found = next(r for r in rows["indicatie"]["zorgrelatie"] if r["hoedanigheid"] == "ZA")
    return f"agb:{found['code']}"


def office(rows: Any) -> str:
    """An office that issued for some indications of others too."""
    own = {r["initieelVerantwoordelijkZorgkantoor"] for r in rows["indicatie"]["wlzindicatie"]}
    return f"uzovi:{next(r['code'] for r in rows['indicatie']['zorgrelatie'] if r['code'] in own)}"


def listed(reply: Reply) -> list[str]:
    return [row["wlzindicatieID"] for row in reply.json["data"]["wlzIndicatie"]]


@indicatie
async def test_grants_that_hang_on_relations_answer_503_and_are_back_with_the_next_heartbeat(
    house: House, urls: dict[str, str], rows: Any
) -> None:
    await beat(urls, "indicatie", 1)
    assert listed(await house.ask(provider(rows), INDICATIONS)) != []
    house.app = await restarted(house.app)
    await beat(urls, "indicatie", 61)
    refused = await house.ask(provider(rows), INDICATIONS)
    assert (refused.status, refused.json) == (503, STALE)
    await beat(urls, "indicatie", 0)
    assert listed(await house.ask(provider(rows), INDICATIONS)) != []


async def restarted(app: RegisterApp) -> RegisterApp:
    """As new: what it read of the stand is forgotten."""
    await app.stop()
    await app.start()
    return app


@indicatie
async def test_grants_on_own_rows_keep_working(house: House, urls: dict[str, str], rows: Any) -> None:
    await beat(urls, "indicatie", 3600)
    reply = await house.ask(f"kvk:{CIZ_KVK}", INDICATIONS)
    assert (reply.status, len(listed(reply)), "errors" in reply.json) == (
        200,
        len(rows["indicatie"]["wlzindicatie"]),
        False,
    )


@indicatie
async def test_where_both_kinds_meet_own_rows_stay_and_the_answer_says_that_others_are_left_out(
    house: House, urls: dict[str, str], rows: Any
) -> None:
    party = office(rows)
    own = {
        str(row["wlzindicatieID"])
        for row in rows["indicatie"]["wlzindicatie"]
        if f"uzovi:{row['initieelVerantwoordelijkZorgkantoor']}" == party
    }
    await beat(urls, "indicatie", 0)
    fresh = set(listed(await house.ask(party, INDICATIONS)))
    house.app = await restarted(house.app)
    await beat(urls, "indicatie", 3600)
    reply = await house.ask(party, INDICATIONS)
    assert (reply.status, set(listed(reply)), reply.json["errors"]) == (200, own, [LEFT_OUT])
    assert own < fresh
    # Parts of an indication follow it.
    parts = await house.ask(
        party, "{ wlzIndicatie { wlzindicatieID client { clientID contactPersoon { contactPersoonID } } } }"
    )
    assert (set(listed(parts)), parts.json["errors"]) == (own, [LEFT_OUT])


@indicatie
async def test_a_stale_register_does_not_tell_hidden_rows_from_missing_ones(
    house: House, urls: dict[str, str], rows: Any
) -> None:
    party = office(rows)
    await beat(urls, "indicatie", 3600)
    hidden = next(
        str(row["wlzindicatieID"])
        for row in rows["indicatie"]["wlzindicatie"]
        if f"uzovi:{row['initieelVerantwoordelijkZorgkantoor']}" != party
    )
    query = "query ($id: UUID!) { wlzIndicatie(where: {wlzindicatieID: {eq: $id}}) { wlzindicatieID } }"
    entity = (
        "query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on WlzIndicatie { wlzindicatieID } } }"
    )
    absent = "11111111-1111-4111-8111-111111111111"
    by_filter = [(await house.ask(party, query, {"id": key})).raw for key in (hidden, absent)]
    assert by_filter[0] == by_filter[1]
    by_key = [
        (await house.ask(party, entity, {"r": [{"__typename": "WlzIndicatie", "wlzindicatieID": key}]})).raw
        for key in (hidden, absent)
    ]
    assert by_key[0] == by_key[1]


@indicatie
async def test_what_is_refused_in_any_case_is_refused_as_ever(house: House, urls: dict[str, str], rows: Any) -> None:
    await beat(urls, "indicatie", 3600)
    never = await house.ask(provider(rows), "{ wlzIndicatie { grondslag { id } } }")
    assert (never.status, never.json["errors"][0]["extensions"]) == (
        403,
        {"code": "FORBIDDEN", "coordinate": "Grondslag.id"},
    )


@indicatie
async def test_whether_an_entity_is_there_is_no_question_for_stale_relations(
    house: House, urls: dict[str, str], rows: Any
) -> None:
    await beat(urls, "indicatie", 3600)
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
    key = str(rows["indicatie"]["wlzindicatie"][0]["wlzindicatieID"])
    reply = await house.ask(provider(rows), query, {"r": [{"__typename": "WlzIndicatie", "wlzindicatieID": key}]})
    assert (reply.status, reply.json) == (503, STALE)


@client
async def test_a_client_reads_its_profile_whatever_the_relations(house: House, urls: dict[str, str], rows: Any) -> None:
    await beat(urls, "client", 3600)
    profile = rows["client"]["clientprofiel"][0]
    reply = await house.ask(f"bsn:{profile['bsn']}", "{ clientprofiel { bsn contactpersoon { geslachtsnaam } } }")
    assert (reply.status, [row["bsn"] for row in reply.json["data"]["clientprofiel"]]) == (200, [profile["bsn"]])
    assert "errors" not in reply.json
    office_ = await house.ask(office(rows), "{ clientprofiel { bsn } }")
    assert (office_.status, office_.json) == (503, STALE)


@indicatie
async def test_without_a_bound_the_relations_count_for_ever(
    urls: dict[str, str], keys: Keys, rows: Any, name: str
) -> None:
    await beat(urls, "indicatie", 10**8)
    url = urls[name].replace("postgres@/", f"oud_{name}_app@/")
    app = register_app(register(name), make_settings(url, keys, secret=DEMO_SECRET, max_staleness=float("inf")))
    await app.start()
    assert listed(await House(name, app, keys).ask(provider(rows), INDICATIONS)) != []
    await app.stop()
