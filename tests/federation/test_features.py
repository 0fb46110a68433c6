"""Every feature does what its folder says: input above, whole plan and whole answer below."""

from __future__ import annotations

import json
from functools import cache

import pytest

from tests.federation.cases import Case, Feature, features
from tests.federation.running import Running

FEATURES = features()
CASES = [(feature, case) for feature in FEATURES for case in feature.cases]
COSTS = [found for found in CASES if "cost" in found[1].blocks]
running = cache(Running)


def each(cases: list[tuple[Feature, Case]]) -> pytest.MarkDecorator:
    found = [pytest.param(feature, case, id=f"{feature.name}: {case.title}") for feature, case in cases]
    return pytest.mark.parametrize(("feature", "case"), found)


@each(CASES)
def test_plan(feature: Feature, case: Case) -> None:
    assert running(feature).plan(case) == case.blocks["plan"]


@each(CASES)
def test_answer(feature: Feature, case: Case) -> None:
    expected = json.loads(case.blocks["answer"])
    # As text, because the order of keys counts.
    assert json.dumps(Running(feature).answer(case), indent=1) == json.dumps(expected, indent=1)


@each(COSTS)
def test_cost(feature: Feature, case: Case) -> None:
    assert running(feature).cost(case) == case.blocks["cost"]


@pytest.mark.parametrize("feature", [found for found in FEATURES if "api" in found.schemas], ids=lambda f: f.name)
def test_schema_of_the_client(feature: Feature) -> None:
    assert running(feature).api == feature.schemas["api"]


@pytest.mark.parametrize(
    "feature", [found for found in FEATURES if "supergraph" in found.schemas], ids=lambda f: f.name
)
def test_lines_of_the_supergraph(feature: Feature) -> None:
    made = [line.strip() for line in running(feature).supergraph.sdl.split("\n")]
    assert [line for line in feature.schemas["supergraph"].split("\n") if line.strip() not in made] == []


@pytest.mark.parametrize("feature", FEATURES, ids=lambda f: f.name)
def test_every_folder_shows_something(feature: Feature) -> None:
    assert feature.cases or feature.schemas
    assert {file.stem for file in feature.folder.glob("*.json")} <= feature.sdl.keys()
