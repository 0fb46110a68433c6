"""The differential test can fail: a leak, a refusal or an existence oracle that is put in on purpose is found.

Each case spoils one thing where it is generated or decided, and runs invented grants until the comparison says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

import gateway.deciding
import gateway.pipeline
from gateway.audit.keyed import Finder, Keys
from gateway.audit.opening import Withheld
from gateway.authorization import conditions
from gateway.authorization.decide import Decision, Reason, Refusal, decide
from gateway.execution.result import Found
from gateway.execution.state import Store
from gateway.plans import Plans
from tests.properties.authorization.comparing import DifferenceError, Tally, compare
from tests.properties.authorization.model import THREE
from tests.properties.authorization.running import Stage

ROUNDS = 16


class Spoiled(Stage):
    """A stage on which what was generated is changed before the database and the register get it."""

    spoil_sql: Callable[[str], str] | None = None
    spoil_fields: Callable[[dict[str, Any]], None] | None = None

    async def _changed(self, policies: Path) -> None:
        if self.spoil_sql is not None:
            path = policies / "policies.sql"
            path.write_text(self.spoil_sql(path.read_text()))
        if self.spoil_fields is not None:
            path = policies / "fields.json"
            fields = orjson.loads(path.read_bytes())
            self.spoil_fields(fields)
            path.write_bytes(orjson.dumps(fields))


@pytest.fixture(name="spoiled")
def stage_of_this_test(postgres: str, tmp_path: Path) -> Iterator[Spoiled]:
    with Spoiled(postgres, "bedorven", tmp_path) as stage:
        yield stage


@pytest.fixture(name="spread")
def stage_over_three_registers(postgres: str, tmp_path: Path) -> Iterator[Spoiled]:
    with Spoiled(postgres, "bedorven", tmp_path, THREE) as stage:
        yield stage


def open_a_table(sql: str) -> str:
    """The row policy of one table holds for every row."""
    return re.sub(r"(ON public\.\"zaak\" FOR SELECT TO \S+ USING \().*?(\n\);)", r"\1 true \2", sql, flags=re.DOTALL)


def forget_a_day(sql: str) -> str:
    """Windows do not end."""
    return sql.replace("nullif(current_setting('caller.today', true), '')::date", "'2000-01-01'::date")


def close_a_table(sql: str) -> str:
    """A condition is never met."""
    return sql.replace("EXISTS (SELECT FROM policy", "false AND EXISTS (SELECT FROM policy")


def forget_scopes(sql: str) -> str:
    """Whatever scope the caller holds, the rows are there."""
    return re.sub(r"\(SELECT position\('[^']*' in current_setting\('caller.scopes', true\)\) > 0\)", "true", sql)


def widen(fields: dict[str, Any]) -> None:
    """A field that one grant gives is given on every row."""
    for role in fields["roles"].values():
        for members in role["types"].values():
            for alternatives in members.values():
                for alternative in alternatives:
                    alternative["when"] = None


def forget_filters(fields: dict[str, Any]) -> None:
    """Filters and sorts read nothing."""
    fields["inputs"] = {name: [] for name in fields["inputs"]}


def forget_pins(fields: dict[str, Any]) -> None:
    """At any root an anchored grant counts, pinned or not."""
    for role in fields["roles"].values():
        role["anchors"] = {}
        role.pop("rows", None)


def count_old_copies(sql: str) -> str:
    """Copies are always fresh."""
    return sql.replace("current_setting('caller.relations', true) = 'fresh'", "true")


def found_by(stage: Stage) -> str:
    """What the comparison finds, or nothing."""
    for round_number in range(ROUNDS):
        try:
            compare(stage, f"seeded/{round_number}", Tally())
        except DifferenceError as error:
            return error.kind
    return ""


@pytest.mark.parametrize("spoil", [open_a_table, forget_a_day, forget_scopes, close_a_table])
def test_a_predicate_that_is_dropped_is_found(spoiled: Spoiled, spoil: Callable[[str], str]) -> None:
    spoiled.spoil_sql = spoil
    assert found_by(spoiled) == "other data"


def test_a_field_group_that_is_widened_is_found(spoiled: Spoiled) -> None:
    spoiled.spoil_fields = widen
    assert found_by(spoiled) in {"other data", "other errors", "on record, though nobody saw it"}


def test_a_filter_that_reads_what_is_refused_is_found(spoiled: Spoiled) -> None:
    spoiled.spoil_fields = forget_filters
    assert found_by(spoiled) in {"other data", "what is hidden shows"}


def test_an_anchor_that_is_forgotten_is_found(spoiled: Spoiled) -> None:
    spoiled.spoil_fields = forget_pins
    assert found_by(spoiled) == "other data"


def test_a_look_that_forgets_what_one_of_its_grants_asks_for_is_found(
    spoiled: Spoiled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looks of several grants are compiled into one; what a grant asks for outside of its own, its scope for one, goes along."""
    monkeypatch.setattr(conditions, "_inside", lambda _outer, look, _both: look)
    assert found_by(spoiled) in {"other data", "other errors"}


def test_a_stale_copy_that_counts_is_found(spread: Spoiled) -> None:
    spread.spoil_sql = count_old_copies
    assert found_by(spread) in {"other data", "other errors"}


def test_a_row_that_is_not_judged_at_home_is_found(spread: Spoiled, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a link to another register, the word of the register that links is not enough."""
    monkeypatch.setattr(gateway.pipeline, "Plans", lambda graph, _homes, *more: Plans(graph, {}, *more))
    assert found_by(spread) in {"other data", "other errors"}


def test_a_decision_that_lets_a_field_through_is_found(spoiled: Spoiled, monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(*given: Any) -> Decision:
        found = decide(*given)
        kept = tuple(refusal for refusal in found.refused if not refusal.coordinate.startswith("Zaak."))
        return Decision(kept, found.missing_scopes, found.coordinates, found.places)

    monkeypatch.setattr(gateway.deciding, "decide", blind)
    assert found_by(spoiled) in {"a refusal that is not told", "a leak: not refused", "no answer"}


def test_a_decision_that_refuses_too_much_is_found(spoiled: Spoiled, monkeypatch: pytest.MonkeyPatch) -> None:
    def strict(*given: Any) -> Decision:
        found = decide(*given)
        more = tuple(Refusal(name, Reason.ROLE) for name in found.coordinates if name == "Zaak.soort")
        return Decision((*found.refused, *more), found.missing_scopes, found.coordinates, found.places)

    monkeypatch.setattr(gateway.deciding, "decide", strict)
    assert found_by(spoiled) == "refused wrongly"


def test_a_look_that_leaves_no_record_is_found(spread: Spoiled, monkeypatch: pytest.MonkeyPatch) -> None:
    """A type of which no key is asked is named only where the client happens to ask for it."""
    monkeypatch.setattr(Withheld, "of", lambda *_: frozenset({"Zaak"}))
    assert found_by(spread) == "a look that is not on record"


def test_a_record_of_what_nobody_saw_is_found(spoiled: Spoiled, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_more(*given: Any) -> Finder:
        find = finder(*given)

        def found(store: Store) -> Found:
            records, persons = find(store)
            return {**records, "Zaak": [*records.get("Zaak", ()), "another"]}, persons

        return found

    finder = Keys.finder
    monkeypatch.setattr(Keys, "finder", one_more)
    assert found_by(spoiled) == "on record, though nobody saw it"


def test_an_existence_oracle_is_found(spoiled: Spoiled, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that says how many rows there are at all, whoever asks, answers right otherwise."""
    ask = Spoiled.ask

    def telling(stage: Spoiled, *given: Any) -> Any:
        count = stage.runner.run(stage.served["balie"].admin.fetchval("SELECT count(*) FROM zaak"))
        return [reply if b'"errors"' in reply.body else spaced(reply, count) for reply in ask(stage, *given)]

    def spaced(reply: Any, count: int) -> Any:
        return replace(reply, body=reply.body + b" " * count)

    monkeypatch.setattr(Spoiled, "ask", telling)
    assert found_by(spoiled) == "what is hidden shows"
