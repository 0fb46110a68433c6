"""Asking for the keys of entities changes no answer and adds no fetch, whatever of federation an operation uses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway.audit.keyed import RECORD_KEY, Keys
from gateway.planning.nodes import EntityFetch, EntityPart, KeyField, Plan
from gateway.planning.planner import plan_operation
from tests.federation.cases import Case, Feature, features
from tests.federation.running import Running

CASES = [
    pytest.param(feature, case, all_withheld, id=f"{feature.name}: {case.title}{', withheld' * all_withheld}")
    for feature in features()
    for case in feature.cases
    for all_withheld in (False, True)
]


class Keyed(Running):
    """The same, with keys; or with those only that the client asks for of an interface."""

    all_withheld = False

    def _planned(self, case: Case) -> Plan:
        operation = self._operation(case)
        withheld = frozenset(self.supergraph.types if self.all_withheld else ())
        asked = Keys(self.supergraph).asked(operation, withheld)
        return replace(plan_operation(self.supergraph, asked, labels=case.labels), operation=operation)


def keyed(feature: Feature, all_withheld: bool) -> Keyed:
    running = Keyed(feature)
    running.all_withheld = all_withheld
    return running


@pytest.mark.parametrize(("feature", "case", "all_withheld"), CASES)
def test_the_answer_is_the_same(feature: Feature, case: Case, all_withheld: bool) -> None:
    expected = json.loads(case.blocks["answer"])
    assert json.dumps(keyed(feature, all_withheld).answer(case), indent=1) == json.dumps(expected, indent=1)


@pytest.mark.parametrize(("feature", "case", "all_withheld"), CASES)
def test_there_are_as_many_fetches(feature: Feature, case: Case, all_withheld: bool) -> None:
    assert len(keyed(feature, all_withheld)._planned(case).fetches) == len(Running(feature)._planned(case).fetches)


@pytest.mark.parametrize(("feature", "case", "all_withheld"), CASES)
def test_no_entity_is_asked_for_by_what_was_read_for_the_record(
    feature: Feature, case: Case, all_withheld: bool
) -> None:
    """A register may read it where the caller may not: it never becomes part of a question."""
    parts = [
        part
        for fetch in keyed(feature, all_withheld)._planned(case).fetches
        if isinstance(fetch, EntityFetch)
        for part in fetch.parts
    ]
    assert not [
        part for part in parts if RECORD_KEY in {*_sources(part), *(step.key for path in part.paths for step in path)}
    ]


def _sources(part: EntityPart) -> Iterator[str]:
    """The response keys that a question is made from."""
    waiting = [one for requirement in part.requires for one in requirement.selections]
    for one in waiting:
        waiting += one.selections
        if isinstance(one, KeyField):
            yield one.source
    for context in part.contexts:
        yield from (key for source in context.sources for key in source)


def test_some_of_them_are_asked_with_keys() -> None:
    for all_withheld in (False, True):
        texts = [
            fetch.text
            for feature in features()
            for case in feature.cases
            for fetch in keyed(feature, all_withheld)._planned(case).fetches
        ]
        assert any("__key:" in text for text in texts)
