"""Writing grants against PostgreSQL: what the input decides by itself the stored rows confirm, and what it does not they answer as Python does."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from gateway.authorization.given import Given, decided
from gateway.authorization.grants import load_grants
from gateway.authorization.rowpolicies import compile_policies
from gateway.authorization.tables import read_mapping
from gateway.authorization.writes import compile_writes
from tests.gateway.authorization.gallery import GRANTS, MAPPING, gallery

TODAY = date(2026, 3, 1)
BOTH = "gallery:read gallery:write"
PREDICATES = (
    "X.owner == caller.keeper",
    "mine(X)",
    "input.price >= X.price",
    "input.price is None or input.price > X.price",
    "coalesce(input.price, X.price) <= 3",
    "input.owner == caller.keeper and X.owner != caller.keeper",
    "not input.owner == caller.keeper",
    "not (input.price > 2 and mine(X))",
    "input.hung <= today and input.hung >= X.hung",
    "input.hung is None or years(input.hung, 1) <= today",
    "days(input.hung, 2) > X.hung",
    "input.title in ('a', 'b')",
    "input.title not in ('a', 'b')",
    "input.size.width + 1 < input.size.height",
    "min(input.price, 2) == 2 or max(input.price, X.price) == 3",
    "modest(input.price) or mine(X)",
    "any(P.title == input.title for P in X.room.paintings)",
    "input.roomID == X.roomID",
    "year(input.hung) == 2026 and 1 < 2",
    "day(2026, 2, 1) <= input.hung",
    'input.title == "it\'s"',
    "True",
    "False",
)
TABLES = """
CREATE TABLE room (client_key uuid, "roomID" uuid, keeper text, open bool, PRIMARY KEY (client_key, "roomID"));
CREATE TABLE painting (client_key uuid, "paintingID" uuid, title text, owner text, price int, hung date, size text, "roomID" uuid,
    PRIMARY KEY (client_key, "paintingID"));
"""
PERSON = uuid.UUID(int=1)
PRICE_WHEN = "when: X.owner == caller.keeper and input.price >= X.price"


def _around_price(grants: str) -> tuple[str, str, str]:
    """The file before the grant of a price, that grant, and what follows."""
    start, end = grants.index("  - id: PRICE\n"), grants.index("  - id: SELL\n")
    return grants[:start], grants[start:end], grants[end:]


@dataclass
class Gallery:
    connection: Any
    loop: asyncio.AbstractEventLoop
    paintings: list[dict[str, Any]]
    keepers: dict[uuid.UUID, str | None]

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def holds(self, sql: str, input_: Any) -> dict[uuid.UUID, bool]:
        """What the SQL of a rule says of each stored painting, as the role of a keeper called anna."""

        async def ask() -> list[Any]:
            async with self.connection.transaction():
                await self.connection.execute('SET LOCAL ROLE "galerie_keeper"')
                for name, value in {"keeper": "anna", "today": TODAY.isoformat(), "scopes": f" {BOTH} "}.items():
                    await self.connection.execute("SELECT set_config($1, $2, true)", f"caller.{name}", value)
                question = sql.replace("{row}", "t").replace("{input}", "$1::jsonb")
                return await self.connection.fetch(
                    f'SELECT "paintingID", coalesce(({question}), false) AND $1::jsonb IS NOT NULL FROM policy.painting t',
                    json.dumps(input_),
                )

        return {row[0]: row[1] for row in self.run(ask())}


@pytest.fixture(scope="module")
def stored(postgres: str) -> Iterator[Gallery]:
    loop = asyncio.new_event_loop()
    chance = random.Random(3)
    keepers = {uuid.UUID(int=10 + n): keeper for n, keeper in enumerate(("anna", "bert", None))}
    paintings = [
        {
            "client_key": PERSON,
            "paintingID": uuid.UUID(int=100 + n),
            "title": chance.choice(("a", "b", "c", None)),
            "owner": chance.choice(("anna", "bert", None)),
            "price": chance.choice((1, 2, 3, None)),
            "hung": chance.choice((TODAY, TODAY - timedelta(days=400), TODAY + timedelta(days=1), None)),
            "size": None,
            "roomID": chance.choice([*keepers]),
        }
        for n in range(40)
    ]

    async def prepare() -> Any:
        admin: Any = await asyncpg.connect(postgres)
        await admin.execute("DROP DATABASE IF EXISTS galerie")
        await admin.execute("CREATE DATABASE galerie")
        await admin.close()
        connection: Any = await asyncpg.connect(postgres.replace("/postgres?", "/galerie?"))
        await connection.execute(TABLES)
        rooms = [(PERSON, key, keeper, True) for key, keeper in keepers.items()]
        await connection.copy_records_to_table("room", records=rooms)
        await connection.copy_records_to_table("painting", records=[tuple(row.values()) for row in paintings])
        # Every predicate is in one file, so that its columns are in the views and the rules of each can be asked.
        head, price, tail = _around_price(GRANTS)
        every = "".join(
            price.replace("id: PRICE", f"id: PRICE-{n}").replace(PRICE_WHEN, f"when: {predicate}")
            for n, predicate in enumerate(PREDICATES)
        )
        sql, _ = compile_policies(load_grants(head + every + tail, gallery()).file, MAPPING, gallery())
        await connection.execute(sql.replace("{prefix}", "galerie"))
        return connection

    connection = loop.run_until_complete(prepare())
    yield Gallery(connection, loop, paintings, keepers)
    loop.run_until_complete(connection.close())
    loop.close()


def inputs(count: int) -> list[dict[str, Any]]:
    chance = random.Random(11)
    days = (TODAY, TODAY + timedelta(days=1), TODAY - timedelta(days=399), date(2024, 2, 29))
    values: dict[str, Any] = {
        "title": ("a", "c", "it's", None),
        "owner": ("anna", "bert", None),
        "price": (1, 2, 3, 1000, 1001, None),
        "hung": (*(day.isoformat() for day in days), None),
        "size": ({"width": 1, "height": 3}, {"width": 2, "height": 3}, {"width": 2}, None),
        "roomID": (str(uuid.UUID(int=10)), str(uuid.UUID(int=11)), None),
    }
    return [{}] + [
        {name: chance.choice(options) for name, options in values.items() if chance.random() < 0.7}
        for _ in range(count)
    ]


@pytest.mark.parametrize("predicate", PREDICATES)
def test_what_the_input_decides_the_stored_rows_confirm(predicate: str, stored: Gallery):
    """A decision without a row is the same with every row; where a row is asked, its answer is that of Python."""
    text = GRANTS.replace(PRICE_WHEN, f"when: {predicate}")
    loaded = load_grants(text, gallery())
    found = compile_writes(loaded.file, read_mapping(MAPPING), gallery())
    (rule,) = [rule for rule in found.rules["change"]["KEEPER"] if rule.grant == "PRICE"]
    told = set[bool | None]()
    for input_ in inputs(25):
        known = Given(
            input_, found.kinds["change"], {"keeper": "anna"}, TODAY, loaded.file.timezone, loaded.file.functions
        )
        verdict = decided(rule.when, known)
        told.add(verdict)
        answers = stored.holds(rule.sql, input_)
        if verdict is not None:
            assert set(answers.values()) == {verdict}, input_
        expected = {row["paintingID"]: meaning(predicate, input_, row, stored) for row in stored.paintings}
        assert answers == expected, input_
    assert told <= ({True, False} if "X" not in predicate else {True, False, None})
    assert "X" in predicate or None not in told


def day_of(input_: Any) -> Any:
    return date.fromisoformat(input_["hung"]) if input_.get("hung") else None


def meaning(predicate: str, input_: Any, row: dict[str, Any], stored: Gallery) -> bool:
    """Each predicate once more, by hand."""
    price: Any = input_.get("price")
    title, owner = input_.get("title"), input_.get("owner")
    hung = day_of(input_)
    size = input_.get("size") or {}
    room = uuid.UUID(input_["roomID"]) if input_.get("roomID") else None
    keeper = stored.keepers[row["roomID"]]

    def known(*values: object) -> bool:
        return all(value is not None for value in values)

    mine = keeper == "anna"
    higher = [value for value in (price, row["price"]) if value is not None]
    answers = {
        "X.owner == caller.keeper": row["owner"] == "anna",
        "mine(X)": mine,
        "input.price >= X.price": known(price, row["price"]) and price >= row["price"],
        "input.price is None or input.price > X.price": not known(price) or (known(row["price"]) and price > row["price"]),
        "coalesce(input.price, X.price) <= 3": known(*higher[:1]) and bool(higher) and higher[0] <= 3,
        "input.owner == caller.keeper and X.owner != caller.keeper": owner == "anna" and row["owner"] not in {None, "anna"},
        "not input.owner == caller.keeper": owner != "anna",
        "not (input.price > 2 and mine(X))": not (known(price) and price > 2 and mine),
        "input.hung <= today and input.hung >= X.hung": known(hung, row["hung"]) and hung <= TODAY and hung >= row["hung"],
        "input.hung is None or years(input.hung, 1) <= today": not known(hung) or hung <= TODAY - timedelta(days=365),
        "days(input.hung, 2) > X.hung": known(hung, row["hung"]) and hung + timedelta(days=2) > row["hung"],
        "input.title in ('a', 'b')": title in {"a", "b"},
        "input.title not in ('a', 'b')": title not in {"a", "b"},
        "input.size.width + 1 < input.size.height": known(size.get("width"), size.get("height")) and size["width"] + 1 < size["height"],
        "min(input.price, 2) == 2 or max(input.price, X.price) == 3": min([2, *([price] if known(price) else [])]) == 2 or (bool(higher) and max(higher) == 3),
        "modest(input.price) or mine(X)": (known(price) and price <= 1000) or mine,
        "any(P.title == input.title for P in X.room.paintings)": known(title) and any(p["title"] == title for p in stored.paintings if p["roomID"] == row["roomID"]),
        "input.roomID == X.roomID": room == row["roomID"],
        "year(input.hung) == 2026 and 1 < 2": known(hung) and hung.year == 2026,
        "day(2026, 2, 1) <= input.hung": known(hung) and hung >= date(2026, 2, 1),
        'input.title == "it\'s"': title == "it's",
        "True": True,
        "False": False,
    }  # fmt: skip
    return bool(answers[predicate])
