"""Asking for the keys of entities changes no answer and adds no fetch, whatever of federation an operation uses."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gateway.audit.keyed import Keys
from gateway.planning.nodes import Plan
from gateway.planning.planner import plan_operation
from tests.federation.cases import Case, Feature, features
from tests.federation.running import Running

CASES = [
    pytest.param(feature, case, id=f"{feature.name}: {case.title}") for feature in features() for case in feature.cases
]


class Keyed(Running):
    """The same, with keys."""

    def _planned(self, case: Case) -> Plan:
        operation = self._operation(case)
        asked = Keys(self.supergraph).asked(operation)
        return replace(plan_operation(self.supergraph, asked, labels=case.labels), operation=operation)


@pytest.mark.parametrize(("feature", "case"), CASES)
def test_the_answer_is_the_same(feature: Feature, case: Case) -> None:
    expected = json.loads(case.blocks["answer"])
    assert json.dumps(Keyed(feature).answer(case), indent=1) == json.dumps(expected, indent=1)


@pytest.mark.parametrize(("feature", "case"), CASES)
def test_there_are_as_many_fetches(feature: Feature, case: Case) -> None:
    assert len(Keyed(feature)._planned(case).fetches) == len(Running(feature)._planned(case).fetches)


def test_some_of_them_are_asked_with_keys() -> None:
    texts = [
        fetch.text
        for feature in features()
        for case in feature.cases
        for fetch in Keyed(feature)._planned(case).fetches
    ]
    assert any("__key:" in text for text in texts)
