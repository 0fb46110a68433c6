"""One read, one statement: what a register says to its database, to the letter, for every published query.

The registers run in this process on a real PostgreSQL, with their migrations, row policies and synthetic data; asyncpg's
query log of the only connection is compared as a whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from registers.cli import load_register
from registers.common.access import load_fields
from registers.common.caller import Caller
from registers.common.client_key import client_key
from registers.common.engine import Engine, Request
from registers.common.errors import RegisterError
from registers.common.migrations import migrate
from registers.common.pool import open_database
from registers.synthetic.edge_cases import CASES as EDGES
from registers.synthetic.load import seed
from registers.synthetic.network import DEMO_SECRET, network
from registers.synthetic.tables import REGISTERS
from tests.end_to_end.published_queries.cases import CASES, Case
from tests.harness import SCOPES
from tests.oracle.world import World

CLIENTS, SEED = 60, 1
TODAY = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
IDENTIFIER = {"ZORGKANTOOR": "uzovi", "ZORGAANBIEDER": "agb", "CIZ": "kvk"}


def _url(postgres: str, register: str, user: str = "postgres") -> str:
    """A database of these tests; on a unix socket without passwords."""
    return postgres.replace("postgres@/postgres?", f"{user}@/statements_{register}?")


@pytest.fixture(scope="module")
def filled(postgres: str) -> str:
    """The four databases with their tables, policies and synthetic data; returns the server."""
    import asyncio

    async def fill() -> None:
        admin = await asyncpg.connect(postgres)
        for register in REGISTERS:
            await admin.execute(f'DROP DATABASE IF EXISTS "statements_{register}"')
            await admin.execute(f"CREATE DATABASE \"statements_{register}\" ENCODING 'UTF8' TEMPLATE template0")
        await admin.close()
        for register in REGISTERS:
            await migrate(_url(postgres, register), load_register(register))
        await seed({name: _url(postgres, name) for name in REGISTERS}, CLIENTS, SEED, DEMO_SECRET, TODAY)

    asyncio.run(fill())
    return postgres


@pytest.fixture(scope="module")
def world() -> World:
    return World(network(CLIENTS, SEED, TODAY))


@dataclass
class Observed:
    """A register and everything that it said to its database."""

    engine: Engine
    said: list[str] = field(default_factory=list[str])

    async def ask(self, query: str, variables: dict[str, Any], caller: Caller) -> Any:
        self.said.clear()
        return json.loads(await self.engine.run(Request(query, None, variables), caller))

    def kinds(self) -> list[str]:
        """What was said, statement by statement: `opening`, `data`, or the text itself."""
        return [next((kind for kind, form in _FORMS.items() if form.fullmatch(text)), text) for text in self.said]


_FORMS = {
    # One round trip: the transaction, the role, and who asks.
    "opening": re.compile(r'BEGIN READ ONLY; SET LOCAL ROLE "statements_\w+"; SELECT set_config\([^;]*\)'),
    "data": re.compile(r"/\* [A-Z]+ \*/ SELECT json_send\([^;]*\)", re.DOTALL),
}
ONE_READ = ["opening", "data", "COMMIT"]


@asynccontextmanager
async def _observed(postgres: str, register: str) -> AsyncGenerator[Observed]:
    definition = load_register(register)

    def derive(bsn: str) -> Any:
        return client_key(DEMO_SECRET, bsn)

    url = _url(postgres, register, f"statements_{register}_app")
    database = await open_database(url, as_roles=True, derive=derive, size=1)
    try:
        fields = load_fields(definition.policies / "fields.json")
        observed = Observed(Engine(definition, database, fields=fields, derive=derive, max_staleness=float("inf")))

        def log(record: Any) -> None:
            observed.said.append(record.query)

        async with database.pool.acquire() as connection:
            connection.add_query_logger(log)
        yield observed
    finally:
        await database.close()


def _caller(role: str, code: str) -> Caller:
    return Caller("token", role, {IDENTIFIER[role]: code}, frozenset(SCOPES.values()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_a_published_query_is_one_data_statement(case: Case, filled: str, world: World) -> None:
    async with _observed(filled, case.register) as register:
        for code, variables in islice(case.find(world, TODAY), 200):
            answer = await register.ask(case.query, variables, _caller(case.role, code))
            assert register.kinds() == ONE_READ
            if any(answer["data"].values()):
                return
    pytest.fail(f"no example of {case.id} finds anything")


OFFICE = _caller("ZORGKANTOOR", "5050")
FULL = EDGES["full_file"]


def _entity(type_name: str, key: str, value: Any) -> dict[str, str]:
    return {"__typename": type_name, key: str(value)}


async def test_entities_of_one_type_are_one_data_statement(filled: str, world: World) -> None:
    query = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Bemiddeling { bemiddelingID } } }"
    of = [_entity("Bemiddeling", "bemiddelingID", row["bemiddelingID"]) for row in world.rows("Bemiddeling")]
    assert len(of) > CLIENTS
    caller = Caller("context", "ZORGKANTOOR", {"uzovi": "5050"}, OFFICE.scopes)
    async with _observed(filled, "bemiddeling") as register:
        answer = await register.ask(query, {"of": of}, caller)
        assert register.kinds() == ONE_READ
    own = {row["bemiddelingID"] for row in answer["data"]["_entities"] if row}
    assert {str(row["bemiddelingID"]) for row in world.rows("Bemiddeling") if _responsible(row)} <= own
    assert len(own) < len(of)


def _responsible(row: Any) -> bool:
    return row["verantwoordelijkZorgkantoor"] == "5050"


async def test_entities_of_several_types_are_one_data_statement_too(filled: str) -> None:
    query = """query ($of: [_Any!]!) { _entities(representations: $of) { __typename
        ... on Bemiddeling { regiehouder { regierol } }
        ... on Bemiddelingspecificatie { leveringsvorm of: bemiddeling { client { bsn } } }
        ... on Regiehouder { regierol }
        ... on WlzIndicatie { bemiddeling { bemiddelingID } }
        ... on Clientprofiel { bemiddelingen { bemiddelingID } }
    } }"""
    of = [
        _entity("Bemiddeling", "bemiddelingID", FULL["bemiddeling"]),
        _entity("Bemiddelingspecificatie", "bemiddelingspecificatieID", FULL["eigen"]),
        _entity("Regiehouder", "regiehouderID", FULL["regiehouder"]),
        _entity("WlzIndicatie", "wlzindicatieID", FULL["indicatie"]),
        _entity("Clientprofiel", "bsn", FULL.bsn),
        _entity("Bemiddeling", "bemiddelingID", FULL["indicatie"]),
    ]
    caller = Caller("context", "ZORGKANTOOR", {"uzovi": "5050"}, OFFICE.scopes)
    async with _observed(filled, "bemiddeling") as register:
        answer = await register.ask(query, {"of": of}, caller)
        assert register.kinds() == ONE_READ
    assert [row and row["__typename"] for row in answer["data"]["_entities"]] == [
        *("Bemiddeling", "Bemiddelingspecificatie", "Regiehouder", "WlzIndicatie", "Clientprofiel"),
        None,
    ]


async def test_several_roots_are_one_data_statement(filled: str) -> None:
    query = "{ a: client { bsn } bemiddeling { bemiddelingID } b: client { bsn contactgegevens { postcode } } regiehouder { regierol } }"
    async with _observed(filled, "bemiddeling") as register:
        answer = await register.ask(query, {}, OFFICE)
        assert register.kinds() == ONE_READ
    assert list(answer["data"]) == ["a", "bemiddeling", "b", "regiehouder"]


async def test_lists_of_every_kind_of_value_are_one_data_statement(filled: str) -> None:
    """The driver asks the catalogue about array types when a connection is made, never while it reads for a caller."""
    query = (
        """query ($where: BemiddelingspecificatieFilterInput) { bemiddelingspecificatie(where: $where) { zzpCode } }"""
    )
    where = {
        "bemiddelingspecificatieID": {"nin": [str(FULL["andere"])]},
        "zzpCode": {"nin": ["x"]},
        "percentage": {"nin": [1]},
        "toewijzingIngangsdatum": {"nin": ["1900-01-01"]},
        "vaststellingMoment": {"nin": ["1900-01-01T00:00:00Z"]},
    }
    async with _observed(filled, "bemiddeling") as register:
        answer = await register.ask(query, {"where": where}, OFFICE)
        assert register.kinds() == ONE_READ
    assert answer["data"]["bemiddelingspecificatie"] != []


async def test_a_refused_field_on_some_rows_is_no_second_statement(filled: str) -> None:
    """Office 5050 reads of the files that others handed over no percentage of a personal budget."""
    async with _observed(filled, "bemiddeling") as register:
        query = "{ bemiddelingspecificatie { bemiddelingspecificatieID pgbPercentage } }"
        answer = await register.ask(query, {}, OFFICE)
        assert register.kinds() == ONE_READ
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}


async def test_what_reads_no_rows_says_nothing_to_the_database(filled: str) -> None:
    async with _observed(filled, "bemiddeling") as register:
        assert await register.ask("{ __typename }", {}, OFFICE) == {"data": {"__typename": "Query"}}
        assert register.said == []
        await register.ask("{ __schema { queryType { name } } _service { sdl } }", {}, OFFICE)
        assert register.said == []
        with pytest.raises(RegisterError) as refused:
            await register.ask("{ overdracht { overdrachtID } }", {}, _caller("ZORGAANBIEDER", "51510101"))
        assert (refused.value.status, register.said) == (403, [])
