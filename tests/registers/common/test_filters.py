"""Every filter and order that the schema allows finds in PostgreSQL what plain Python finds over the same rows."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import uuid
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.registers.common.brute import House, matches, ordered
from tests.registers.common.conftest import TABLES, Asker

COLUMNS = {
    "bewoner": ("client_key", "bewonerID", "bsn", "naam"),
    "kleur": ("client_key", "kleurID", "naam"),
    "huis": ("client_key", "huisID", "naam", "straatID", "bewonerID"),
    "kamer": (
        "client_key",
        "kamerID",
        "naam",
        "nummer",
        "oppervlak",
        "gebouwd",
        "gemeten",
        "huisID",
        "kleurID",
    ),
}
TEXTS = ["", "a", "A", "b", "ab", "aB", "%", "_a", "é", "z\\", "Ab'", "ß", "\U0001f600", "a b"]
MOMENTS = [
    "2020-01-01T00:00:00+01:00",
    "2019-12-31T23:00:00Z",
    "2020-07-01T12:30:00.123456+02:00",
    "1999-01-01T00:00:00Z",
]
DATES = ["2019-12-31", "2020-01-01", "2020-02-29", "0001-01-01", "9999-12-31"]
FLOATS = [0.0, 0.1, -1.5, 1e20, 3.0]
NUMBERS = [-2147483648, 0, 1, 2, 2147483647]
IDS = [uuid.UUID(int=0x40008000000000000000 + n * 0x1F3F5A7B9C3D5E7F90000000) for n in range(24)]


def invent(seed: int) -> House:
    """Some rows with many nulls and many equal values."""
    chance = random.Random(seed)

    def maybe(values: list[Any]) -> Any:
        return chance.choice([None, *values])

    house = House({name: [] for name in COLUMNS})
    clients = [uuid.UUID(int=n) for n in (1, 2, 3)]
    numbers = iter(range(1000))

    def key() -> uuid.UUID:
        # In no order of making, and in both halves of the range.
        return uuid.UUID(int=(next(numbers) * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128)

    for client in clients:
        bewoner = {"client_key": client, "bewonerID": key(), "bsn": "1", "naam": maybe(TEXTS)}
        colours = [{"client_key": client, "kleurID": key(), "naam": chance.choice(TEXTS)} for _ in range(2)]
        houses = [
            {
                "client_key": client,
                "huisID": key(),
                "naam": chance.choice(TEXTS),
                "straatID": key(),
                "bewonerID": bewoner["bewonerID"],
            }
            for _ in range(chance.randint(1, 3))
        ]
        house.tables["bewoner"].append(bewoner)
        house.tables["kleur"] += colours
        house.tables["huis"] += houses
        for home in houses:
            house.tables["kamer"] += [
                {
                    "client_key": client,
                    "kamerID": key(),
                    "naam": chance.choice(TEXTS),
                    "nummer": maybe(NUMBERS),
                    "oppervlak": maybe(FLOATS),
                    "gebouwd": maybe([dt.date.fromisoformat(item) for item in DATES]),
                    "gemeten": maybe([dt.datetime.fromisoformat(item) for item in MOMENTS]),
                    "huisID": home["huisID"],
                    "kleurID": maybe([colour["kleurID"] for colour in colours]),
                }
                for _ in range(chance.randint(0, 5))
            ]
    return house


HOUSE = invent(7)
KNOWN = [str(row["kamerID"]) for row in HOUSE.tables["kamer"][:4]]


def operator(operands: st.SearchStrategy[Any], *, text: bool = False, depth: int = 1) -> st.SearchStrategy[Any]:
    comparisons = ["eq", "neq", "gt", "ngt", "gte", "ngte", "lt", "nlt", "lte", "nlte"]
    searches = ["contains", "startsWith", "endsWith", "ncontains", "nstartsWith", "nendsWith"] if text else []
    optional: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(comparisons + searches, st.none() | operands)
    listed = st.none() | st.lists(st.none() | operands, max_size=3) | operands
    optional |= {"in": listed, "nin": listed}
    if depth:
        inner = operator(operands, text=text, depth=depth - 1)
        optional |= {name: st.none() | st.lists(inner, max_size=2) | inner for name in ("and", "or")}
    return few(optional)


def few(optional: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """One or two entries of a possible object, sometimes none."""

    def build(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({name: optional[name] for name in names})

    return st.lists(st.sampled_from(sorted(optional)), max_size=2, unique=True).flatmap(build)


TEXT = operator(st.sampled_from(TEXTS), text=True)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "kamerID": operator(st.sampled_from([*KNOWN, KNOWN[0].upper()])),
    "naam": TEXT,
    "nummer": operator(st.sampled_from(NUMBERS)),
    "oppervlak": operator(st.sampled_from(FLOATS)),
    "gebouwd": operator(st.sampled_from(DATES)),
    "gemeten": operator(st.sampled_from(MOMENTS)),
}


def kamer_filter(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    fields = {**SCALARS, "kleur": few({"naam": TEXT})}
    if depth:
        inner = kamer_filter(depth - 1)
        fields |= {name: st.none() | st.lists(inner, max_size=3) | inner for name in ("and", "or")}
        fields |= {"huis": huis_filter(depth - 1), "bewoner": bewoner_filter(depth - 1)}
    return few({name: st.none() | strategy for name, strategy in fields.items()})


def huis_filter(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    fields: dict[str, st.SearchStrategy[Any]] = {"naam": TEXT}
    if depth:
        fields |= {"bewoner": bewoner_filter(depth - 1), "kamers": quantified(depth - 1)}
        fields |= {name: st.lists(huis_filter(depth - 1), max_size=2) for name in ("and", "or")}
    return few(fields)


def bewoner_filter(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    fields: dict[str, st.SearchStrategy[Any]] = {"naam": TEXT}
    return few({**fields, "kamer": quantified(depth - 1)} if depth else fields)


def quantified(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    inner = st.none() | kamer_filter(depth)
    return few({"some": inner, "all": inner, "none": inner, "any": st.none() | st.booleans()})


DIRECTION = st.sampled_from(["ASC", "DESC"]) | st.none()
ORDER = st.lists(
    few(
        {
            **dict.fromkeys(("naam", "nummer", "gebouwd"), DIRECTION),
            "kleur": few({"naam": DIRECTION}),
            "huis": few({"naam": DIRECTION}),
        }
    ),
    max_size=3,
)


def literal(value: Any) -> str:
    """A value as GraphQL text, to run the same filter without variables."""
    if isinstance(value, dict):
        return "{" + " ".join(f"{name}: {literal(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + " ".join(literal(item) for item in value) + "]"
    if value in ("ASC", "DESC"):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return (
        {None: "null", True: "true", False: "false"}.get(value, repr(value))
        if not isinstance(value, int | float) or isinstance(value, bool)
        else repr(value)
    )


class Runner:
    def __init__(self, url: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.connection = self.loop.run_until_complete(self.prepare(url))

    async def prepare(self, url: str) -> Any:
        admin = await asyncpg.connect(url)
        await admin.execute('DROP DATABASE IF EXISTS "huizen_filters"')
        await admin.execute('CREATE DATABASE "huizen_filters" TEMPLATE template0')
        await admin.close()
        connection = await asyncpg.connect(
            url.replace("/postgres?", "/huizen_filters?"),
            server_settings={"jit": "off", "timezone": "Europe/Amsterdam"},
        )
        await connection.execute(TABLES)
        for table, columns in COLUMNS.items():
            rows = [[row[column] for column in columns] for row in HOUSE.tables[table]]
            await connection.copy_records_to_table(table, records=rows, columns=columns)
        return connection

    def ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        return self.loop.run_until_complete(Asker(self.connection)(query, variables))

    def close(self) -> None:
        self.loop.run_until_complete(self.connection.close())
        self.loop.close()


@pytest.fixture(scope="module")
def runner(postgres: str) -> Iterator[Runner]:
    made = Runner(postgres)
    yield made
    made.close()


PROPERTY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@PROPERTY
@given(where=kamer_filter(3), as_variable=st.booleans())
def test_root_filters(runner: Runner, where: dict[str, Any], as_variable: bool) -> None:
    if as_variable:
        answer = runner.ask("query ($w: KamerFilterInput) { kamer(where: $w) { kamerID } }", {"w": where})
    else:
        answer = runner.ask("{ kamer(where: " + literal(where) + ") { kamerID } }", {})
    rows = [row for row in HOUSE.tables["kamer"] if matches(HOUSE, "kamer", row, where)]
    expected = ordered(HOUSE, "kamer", rows, [], "kamerID")
    assert answer == {"data": {"kamer": [{"kamerID": str(row["kamerID"])} for row in expected]}}


@settings(PROPERTY, max_examples=100)
@given(house_filter=huis_filter(3), where=kamer_filter(1), order=ORDER, as_variable=st.booleans())
def test_nested_filters_and_orders(
    runner: Runner, house_filter: dict[str, Any], where: dict[str, Any], order: list[Any], as_variable: bool
) -> None:
    if as_variable:
        query = """query ($h: HuisFilterInput, $w: KamerFilterInput, $o: [KamerSortInput!]) {
                     huis(where: $h) { huisID kamers(where: $w, order: $o) { kamerID } } }"""
        answer = runner.ask(query, {"h": house_filter, "w": where, "o": order})
    else:
        nested = f"kamers(where: {literal(where)}, order: {literal(order)}) {{ kamerID }}"
        answer = runner.ask("{ huis(where: " + literal(house_filter) + ") { huisID " + nested + " } }", {})
    houses = [row for row in HOUSE.tables["huis"] if matches(HOUSE, "huis", row, house_filter)]
    expected: list[dict[str, Any]] = []
    for house in ordered(HOUSE, "huis", houses, [], "huisID"):
        rooms = [row for row in HOUSE.related("huis", house, "kamers")[1] if matches(HOUSE, "kamer", row, where)]
        listed = ordered(HOUSE, "kamer", rooms, order, "kamerID")
        expected.append(
            {"huisID": str(house["huisID"]), "kamers": [{"kamerID": str(row["kamerID"])} for row in listed]}
        )
    assert answer == {"data": {"huis": expected}}
