"""Several ways from one row to others of the same person, as one way with a fork in it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from gateway.authorization.paths import Fork, Join, forked
from gateway.authorization.tables import CLIENT_KEY

ROWS: dict[str, Any] = {name: SimpleNamespace(type=name) for name in "ABCDEF"}
PERSON = (CLIENT_KEY, CLIENT_KEY)


def join(way: str, *, person: bool = True) -> Join:
    source, target = way
    return Join(ROWS[source], ROWS[target], ((way.lower(), "id"), *([PERSON] if person else [])))


def fork(*ways: str) -> Fork | None:
    return forked([[join(step) for step in way.split()] for way in ways])


def test_ways_that_part_and_meet_again():
    assert fork("AB BD DE", "AC CF FD DE") == Fork(
        before=(),
        arms=((join("AB"), join("BD")), (join("AC"), join("CF"), join("FD"))),
        meeting=Join(ROWS["A"], ROWS["D"], (PERSON,)),
        after=(join("DE"),),
    )


def test_ways_that_begin_alike():
    assert fork("AB BC CE", "AB BD DE") == Fork(
        before=(join("AB"),),
        arms=((join("BC"), join("CE")), (join("BD"), join("DE"))),
        meeting=Join(ROWS["B"], ROWS["E"], (PERSON,)),
        after=(),
    )


def test_a_way_that_goes_round_before_it_goes_as_the_other_does():
    """Each arm keeps a join of its own, which says at which row it arrives."""
    assert fork("DE", "DD DE") == Fork(
        before=(),
        arms=((join("DE"),), (join("DD"), join("DE"))),
        meeting=Join(ROWS["D"], ROWS["E"], (PERSON,)),
        after=(),
    )


def test_what_is_the_same_again_after_the_ways_parted_is_no_beginning():
    assert fork("AB BD DE EF", "AC CD DE EF") == Fork(
        before=(),
        arms=((join("AB"), join("BD")), (join("AC"), join("CD"))),
        meeting=Join(ROWS["A"], ROWS["D"], (PERSON,)),
        after=(join("DE"), join("EF")),
    )


def test_the_ways_meet_as_early_as_each_has_a_join_of_its_own():
    assert fork("BD DE", "BB BD DE") == Fork(
        before=(),
        arms=((join("BD"),), (join("BB"), join("BD"))),
        meeting=Join(ROWS["B"], ROWS["D"], (PERSON,)),
        after=(join("DE"),),
    )


def test_what_has_no_fork():
    assert fork("AB") is None
    assert fork("AB", "AB BC") is None
    assert fork("AB BC", "AB BD") is None
    assert forked([[join("AB")], [join("AB", person=False)]]) is None
