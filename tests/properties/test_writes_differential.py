"""Invented grants to write, against an evaluator that only reads what they say: no write that no grant allows, none refused that one does.

Three answers are compared, for each asker, input and stored row: what is refused before anything is asked (`decide`), what the input decides
by itself (`check_write`), and what a real PostgreSQL says of the stored row, by the SQL of what is left and as the role of the asker.
No register writes yet; its part is the statement.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gateway.authorization.writes
from gateway.authorization.caller import Caller
from gateway.authorization.given import Given, decided
from gateway.authorization.grants import Grants as Loaded
from gateway.authorization.grants import load_grants
from gateway.authorization.rowpolicies import compile_policies
from gateway.authorization.tables import read_mapping
from gateway.authorization.writes import Writes, check_write, compile_writes
from registers.common.client_key import client_key
from tests.gateway.authorization.harness import decision, supergraph
from tests.proof import examples, record
from tests.properties.authorization.filling import invent_askers, invent_world
from tests.properties.authorization.model import ONE, TYPES, Row
from tests.properties.authorization.reading import SECRET, Sight
from tests.properties.authorization.register import MAPPING
from tests.properties.authorization.serving import Serving, parts_of
from tests.properties.authorization.staging import empty_database
from tests.properties.authorization.writing import (
    MUTATIONS,
    SDL,
    Mutation,
    allowed,
    invent_input,
    invent_writing_grants,
    listed,
)

EXAMPLES = examples(150)
"""Writes: one input of one asker for one mutation, tried on every stored row."""
ASKERS, INPUTS = 6, 3
"""Of one grants file; each asker tries each mutation with so many inputs."""
NAME = "schrijven"
GRAPH = supergraph(balie=SDL)
MIGRATION = Path(__file__).parent / "authorization" / "migrations" / "balie" / "0001_tabellen.sql"


class Desk:
    """The plain register's database, under one grants file at a time."""

    def __init__(self, postgres: str, folder: Path) -> None:
        self.runner = asyncio.Runner()
        self.serving = Serving(parts_of(ONE)[0], empty_database(postgres, NAME), folder / "balie")
        self.run(self.serving.enter())
        self.run(self.serving.admin.execute(MIGRATION.read_text()))

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def leave(self) -> None:
        self.run(self.serving.leave())
        self.runner.close()

    def holds(self, sight: Sight, sql: str, mutation: Mutation, given: Any) -> dict[str, bool]:
        """What the SQL says of each stored row, as the role of the asker."""
        settings = {
            **sight.identifiers,
            "today": sight.asker.today.isoformat(),
            "scopes": f" {' '.join(sorted(sight.asker.scopes))} ",
        }
        if "bsn" in sight.identifiers:
            settings["client_key"] = str(client_key(SECRET, sight.identifiers["bsn"]))
        question = sql.replace("{row}", "t").replace("{input}", "$1::jsonb")
        key = TYPES[mutation.stored].key
        table = f"policy.{mutation.stored.lower()}"

        async def ask() -> list[Any]:
            admin = self.serving.admin
            async with admin.transaction():
                await admin.execute(f'SET LOCAL ROLE "{NAME}_{str(sight.role).lower()}"')
                for name, value in settings.items():
                    await admin.execute("SELECT set_config($1, $2, true)", f"caller.{name}", value)
                return await admin.fetch(
                    f'SELECT "{key}"::text, coalesce(({question}), false) AND $1::jsonb IS NOT NULL FROM {table} t',
                    json.dumps(given),
                )

        return {row[0]: row[1] for row in self.run(ask())}


@pytest.fixture(name="desk")
def desk_of_this_test(postgres: str, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(postgres, tmp_path)
    yield desk
    desk.leave()


def test_a_write_is_allowed_where_the_grants_file_says_so(desk: Desk, pytestconfig: pytest.Config) -> None:
    first = pytestconfig.getoption("hypothesis_seed") or random.SystemRandom().getrandbits(32)
    counts: Counter[str] = Counter()
    while counts["writes"] < EXAMPLES:
        compare(desk, random.Random(f"{first}/{counts['grants files']}"), counts)
    record(**{name.replace(" ", "_"): count for name, count in counts.items()})


def test_a_write_that_is_allowed_too_soon_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An input that decides more than it can, here that nothing of a stored row matters, is told apart within a few files."""
    monkeypatch.setattr(gateway.authorization.writes, "decided", lambda when, given: decided(when, given) is not False)
    with pytest.raises(AssertionError):
        _try(desk, files=6)


def _try(desk: Desk, files: int) -> None:
    for number in range(files):
        compare(desk, random.Random(f"seeded/{number}"), Counter())


def compare(desk: Desk, rng: random.Random, counts: Counter[str]) -> None:
    """Invent a grants file and compare all writes under it."""
    grants, world = invent_writing_grants(rng), invent_world(rng)
    loaded = load_grants(grants.text, GRAPH)
    sql, _ = compile_policies(loaded.file, MAPPING.as_json(), GRAPH)
    desk.run(desk.serving.admin.execute(sql.replace("{prefix}", NAME)))
    desk.run(desk.serving.fill(world))
    writes = compile_writes(loaded.file, read_mapping(MAPPING.as_json()), GRAPH)
    for asker in invent_askers(rng, ASKERS):
        sight = Sight(grants, world, asker)
        for mutation in MUTATIONS:
            for _ in range(INPUTS if sight.role else 0):
                given = invent_input(rng, mutation)
                before = _refused_before(sight, loaded, mutation, given, world.rows[mutation.stored][:1])
                counts[_compared(desk, sight, loaded, writes, mutation, given, before)] += 1
                counts["writes"] += 1
                counts["stored rows asked about"] += len(world.rows[mutation.stored])
    counts["grants files"] += 1


def _refused_before(sight: Sight, loaded: Loaded, mutation: Mutation, given: Any, rows: list[Row]) -> bool:
    """The static decision; it has to name what no grant of the asker lets write."""
    key = rows[0][TYPES[mutation.stored].key] if rows else "00000000-0000-4000-8000-000000000000"
    caller = Caller(sight.role, sight.identifiers, sight.asker.scopes, audience="")
    variables = {"invoer": given} if mutation.kinds else {}
    found = decision(loaded, caller, mutation.query(key), variables)
    named = {refusal.coordinate for refusal in found.refused}
    may = listed(sight, mutation)
    if may is None:
        assert f"Mutation.{mutation.name}" in named
        return True
    missing = {f"{mutation.type}.{name}" for name in given if name not in may}
    assert named - {f"Mutation.{mutation.name}"} == missing, (sight.asker, mutation, given)
    return bool(missing)


def _compared(
    desk: Desk, sight: Sight, loaded: Loaded, writes: Writes, mutation: Mutation, given: Any, before: bool
) -> str:
    rules = writes.rules.get(mutation.name, {}).get(str(sight.role), ())
    known = Given(
        given,
        writes.kinds[mutation.name],
        sight.identifiers,
        sight.asker.today,
        loaded.file.timezone,
        loaded.file.functions,
    )
    written = [f"{mutation.type}.{name}" for name in given]
    check = check_write(rules, mutation.type, written, sight.asker.scopes, known)
    key = TYPES[mutation.stored].key
    expected = {row[key]: allowed(sight, mutation, given, row) for row in sight.world.rows[mutation.stored]}
    told = (sight.grants.text, sight.asker, mutation, given, check)
    if before or check.refused:
        assert not any(expected.values()), told
        return "refused before anything was asked" if before else "refused by the input alone"
    assert desk.holds(sight, check.sql, mutation, given) == expected, told
    return "allowed on some row" if any(expected.values()) else "refused by every row"
