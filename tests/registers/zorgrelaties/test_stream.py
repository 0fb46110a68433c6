"""What of a delivery can be taken, and what is no event."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

import orjson
import pytest

from registers.zorgrelaties.stream import StreamError, event_of, in_order
from tests.registers.zorgrelaties.stories import CLIENT, event, relation

ONE, TWO, THREE, FIVE = (event(n, n, 1) for n in (1, 2, 3, 5))


@pytest.mark.parametrize(
    ("delivered", "after", "taken"),
    [
        ([], 0, []),
        ([ONE, TWO], 0, [ONE, TWO]),
        ([TWO, ONE], 0, [ONE, TWO]),
        ([ONE, ONE, TWO, ONE], 0, [ONE, TWO]),
        ([ONE, TWO, THREE], 2, [THREE]),
        ([ONE], 1, []),
        ([TWO, THREE], 0, []),
        ([FIVE, THREE, ONE, TWO], 0, [ONE, TWO, THREE]),
    ],
)
def test_what_follows_without_a_gap_is_taken_once(delivered: list[Any], after: int, taken: list[Any]):
    assert in_order(delivered, after) == taken


def test_an_event_survives_the_way_through_json():
    sent = event(4, 2, 9, relation(1), relation(2, "12345678", "ZA"))
    text = orjson.dumps([item._asdict() for item in sent.relations])
    assert event_of(4, sent.aggregate, 9, CLIENT, orjson.loads(text)) == sent


@pytest.mark.parametrize(
    "change",
    [{"code": ...}, {"vanaf": "tomorrow"}, {"vanaf": None}, {"zorgrelatieID": "1"}, {"wlzIndicatieID": 7}],
)
def test_what_is_no_event_is_refused_without_a_word_of_its_content(change: dict[str, Any]):
    item: dict[str, Any] = orjson.loads(orjson.dumps(relation(1)._asdict())) | change
    item = {name: value for name, value in item.items() if value is not ...}
    with pytest.raises(StreamError) as caught:
        event_of(12, uuid.UUID(int=1), 1, CLIENT, [item])
    assert str(caught.value) == "The event at position 12 cannot be read."


def test_values_between_stages_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ONE.version = 2  # type: ignore[misc]
