"""Invented grants files against an evaluator that only reads what they say: no leak, no wrong refusal, no existence oracle, no look without its record.

An example is a grants file over plain data, in one register or dealt over three, its rows, askers with a day each, and questions with filters and
sorts. The way is the shipped one: the file is checked and compiled, its row policies are migrated into a real PostgreSQL, the
gateway decides and the register answers (`tests/properties/authorization/running.py`). The record of each question names the rows that its answer
shows. Then the same is asked once more, after what the asker cannot see was changed or taken away; the bytes have to be the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof import examples, record
from tests.properties.authorization.comparing import ASKERS, QUESTIONS, Tally, compare
from tests.properties.authorization.model import ONE, THREE
from tests.properties.authorization.running import Stage

EXAMPLES = examples(6 * ASKERS * QUESTIONS)
"""Cases: one question of one asker under one grants file."""


@pytest.fixture(name="stages")
def stages_of_this_test(postgres: str, tmp_path: Path) -> Iterator[list[Stage]]:
    for name in ("one", "three"):
        (tmp_path / name).mkdir()
    with (
        Stage(postgres, "one", tmp_path / "one", ONE) as one,
        Stage(postgres, "three", tmp_path / "three", THREE) as three,
    ):
        yield [one, three]


def test_the_gateway_answers_what_the_grants_file_says(stages: list[Stage], pytestconfig: pytest.Config) -> None:
    first = pytestconfig.getoption("hypothesis_seed") or random.SystemRandom().getrandbits(32)
    tally = Tally()
    while tally.counts["cases"] < EXAMPLES:
        number = tally.counts["grants files"]
        compare(stages[number % 2], f"{first}/{number}", tally)
    record(**{name.replace(" ", "_").replace(",", ""): count for name, count in tally.counts.items()})
