"""The mutants that are made, how they get into a process, and the list of those that no test needs to kill."""

from __future__ import annotations

import importlib
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.proof.mutation.changes import Mutant, mutants_of
from tests.proof.mutation.survivors import explained
from tests.proof.mutation.swapping import functions_of, put_in, put_in_module
from tests.proof.mutation.worker import ROOT, mutants

SOURCE = '''
"""A gate."""

from dataclasses import dataclass

LIMIT = 3


@dataclass
class Ticket:
    name: str
    age: int = 18


def admitted(ticket: Ticket, seen: set[str], strict: bool = True) -> bool:
    """Whether a ticket lets in."""
    if ticket.age < 18 or (strict and ticket.name in seen):
        raise ValueError("not you, sorry")
    seen.add(ticket.name)
    return len(seen) <= LIMIT


def names(tickets: list[Ticket]) -> list[str]:
    return [ticket.name for ticket in tickets if ticket.name]
'''


def written(folder: Path, source: str = SOURCE) -> list[Mutant]:
    (folder / "gate.py").write_text(source)
    return mutants_of(folder, "gate.py")


def test_every_place_where_a_small_change_should_be_noticed(tmp_path: Path):
    assert [f"{mutant.function}: {mutant.change}" for mutant in written(tmp_path)] == [
        ": `3` → `4`",
        "Ticket: `18` → `19`",
        "admitted: `True` → `False`",
        "admitted: `ticket.age < 18 or (strict and ticket.name in seen)` → `ticket.age < 18 and (strict and ticket.name in seen)`",
        "admitted: `ticket.age < 18 or (strict and ticket.name in seen)` → `strict and ticket.name in seen`",
        "admitted: `ticket.age < 18 or (strict and ticket.name in seen)` → `ticket.age < 18`",
        "admitted: `ticket.age < 18` → `ticket.age <= 18`",
        "admitted: `ticket.age < 18` → `ticket.age >= 18`",
        "admitted: `18` → `19`",
        "admitted: `strict and ticket.name in seen` → `strict or ticket.name in seen`",
        "admitted: `strict and ticket.name in seen` → `ticket.name in seen`",
        "admitted: `strict and ticket.name in seen` → `strict`",
        "admitted: `ticket.name in seen` → `ticket.name not in seen`",
        "admitted: `raise ValueError('not you, sorry')` → nothing",
        "admitted: `seen.add(ticket.name)` → nothing",
        "admitted: `return len(seen) <= LIMIT` → `return None`",
        "admitted: `len(seen) <= LIMIT` → `len(seen) < LIMIT`",
        "admitted: `len(seen) <= LIMIT` → `len(seen) > LIMIT`",
        "names: `return [ticket.name for ticket in tickets if ticket.name]` → `return None`",
        "names: `ticket.name` → `not ticket.name`",
        "names: `if ticket.name` → nothing",
    ]


def test_a_mutant_is_known_by_its_line_wherever_that_stands(tmp_path: Path):
    before = [mutant.name for mutant in written(tmp_path)]
    moved = SOURCE.replace("LIMIT = 3", "# a remark\n\nLIMIT = 3").replace("def names", "# another\ndef names")
    assert [mutant.name for mutant in written(tmp_path, moved)] == before
    assert len(set(before)) == len(before)


def test_of_two_like_changes_on_a_line_each_has_its_name(tmp_path: Path):
    (one, two) = written(tmp_path, "def f(x):\n    x.y = 1, 1\n")[1:]
    assert (one.change, two.change) == ("`1` → `2`", "`1` → `2` (no. 2)")


def _in_a_child(work: Callable[[], bool]) -> bool:
    """A mutant stays where it was put, so it is put into a child."""
    child = os.fork()
    if child == 0:
        with_mutant = False
        try:
            with_mutant = work()
        finally:
            os._exit(0 if with_mutant else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(
    ("change", "noticed"),
    [
        ("`3` → `4`", lambda gate: gate.admitted(gate.Ticket("d"), {"a", "b", "c"})),
        ("`18` → `19`", lambda gate: gate.Ticket("a").age == 19),
        ("`True` → `False`", lambda gate: gate.admitted(gate.Ticket("a"), {"a"})),
        ("`ticket.age < 18` → `ticket.age >= 18`", lambda gate: gate.admitted(gate.Ticket("a", 3), set())),
        ("`raise ValueError('not you, sorry')` → nothing", lambda gate: gate.admitted(gate.Ticket("a", 3), set())),
        ("`if ticket.name` → nothing", lambda gate: gate.names([gate.Ticket("")]) == [""]),
    ],
)
def test_a_mutant_is_where_the_function_is_known(
    change: str, noticed: Callable[[Any], bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made = next(mutant for mutant in written(tmp_path) if mutant.change == change)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "gate", raising=False)
    gate = importlib.import_module("gate")

    def work() -> bool:
        placed = (
            put_in(tmp_path, made, functions_of(tmp_path, ["gate.py"])) if made.outer else put_in_module(tmp_path, made)
        )
        return placed and noticed(gate)

    assert _in_a_child(work)
    monkeypatch.delitem(sys.modules, "gate")


# --- the list ------------------------------------------------------------------------------------------------------------


def test_every_explanation_is_of_a_change_that_can_still_be_made():
    known = {mutant.name for mutant in mutants()}
    assert [name for entry in explained() for name in entry.names if name not in known] == []


def test_nothing_is_explained_twice():
    counted = Counter(name for entry in explained() for name in entry.names)
    assert [name for name, times in counted.items() if times > 1] == []


def test_what_is_explained_is_a_small_part():
    total = len(mutants())
    assert sum(len(entry.changes) for entry in explained()) < total / 10
    assert (ROOT / "gateway" / "authorization").is_dir()
