from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iwlz.periods import (
    AMSTERDAM,
    INFINITY,
    Period,
    at_transfer,
    date_of,
    end,
    overlap,
    specification,
    start,
    win2y,
    win2y_until,
    win31,
    win31_until,
)

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
PERIODS = st.tuples(DAYS, st.one_of(st.none(), st.integers(0, 4000))).map(
    lambda pair: Period(pair[0], INFINITY if pair[1] is None else pair[0] + timedelta(days=pair[1]))
)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2024, 2, 29, 23, 30, tzinfo=UTC), date(2024, 3, 1)),  # winter: an hour ahead
        (datetime(2024, 7, 31, 22, 0, tzinfo=UTC), date(2024, 8, 1)),  # summer: two hours ahead
        (datetime(2024, 7, 31, 21, 59, 59, tzinfo=UTC), date(2024, 7, 31)),
        (datetime(2024, 3, 1, 0, 30, tzinfo=AMSTERDAM), date(2024, 3, 1)),
        (datetime(2024, 3, 1, 8, 0, tzinfo=timezone(timedelta(hours=10))), date(2024, 2, 29)),
    ],
)
def test_the_date_of_a_moment_is_the_dutch_day(moment: datetime, day: date) -> None:
    assert date_of(moment) == day


def test_a_moment_without_offset_has_no_date() -> None:
    with pytest.raises(ValueError, match="offset"):
        date_of(datetime(2024, 3, 1, 12, 0))  # noqa: DTZ001


def test_a_specification_starts_when_it_was_recorded_if_that_came_first() -> None:
    recorded = datetime(2024, 2, 21, 12, 0, tzinfo=AMSTERDAM)
    assert start(date(2024, 4, 17), recorded) == date(2024, 2, 21)
    assert start(date(2024, 1, 1), recorded) == date(2024, 1, 1)
    own = specification(date(2024, 4, 17), recorded, None)
    assert own == Period(date(2024, 2, 21), INFINITY)
    assert overlap(own, Period(date(2023, 1, 1), date(2024, 3, 1)))
    assert not overlap(own, Period(date(2023, 1, 1), date(2024, 2, 20)))


def test_one_common_day_is_overlap() -> None:
    one = Period(date(2024, 1, 1), date(2024, 1, 31))
    assert overlap(one, Period(date(2024, 1, 31), date(2024, 2, 29)))
    assert not overlap(one, Period(date(2024, 2, 1), date(2024, 2, 29)))


@given(PERIODS, PERIODS)
def test_overlap_is_symmetric_and_means_a_common_day(one: Period, other: Period) -> None:
    assert overlap(one, other) == overlap(other, one) == (max(one.start, other.start) <= min(one.end, other.end))


def test_an_open_end_comes_after_every_day() -> None:
    assert end(None) == INFINITY
    assert end(date(2025, 7, 15)) == date(2025, 7, 15)


@pytest.mark.parametrize(
    ("today", "within"),
    [(date(2025, 7, 15), True), (date(2026, 5, 31), True), (date(2026, 6, 1), False)],
)
def test_the_window_of_31_may_includes_that_day(today: date, within: bool) -> None:
    assert win31(date(2025, 7, 15), today) is within


@pytest.mark.parametrize(
    ("ended", "last"),
    [
        (date(2025, 1, 1), date(2026, 5, 31)),
        (date(2025, 12, 31), date(2026, 5, 31)),
        (None, INFINITY),
        (date(9999, 1, 1), INFINITY),
    ],
)
def test_31_may_is_of_the_year_after_the_end(ended: date | None, last: date) -> None:
    assert win31_until(ended) == last


@pytest.mark.parametrize(
    ("ended", "last"),
    [
        (date(2025, 7, 15), date(2027, 7, 15)),
        (date(2024, 2, 29), date(2026, 2, 28)),
        (date(2024, 2, 28), date(2026, 2, 28)),
        (None, INFINITY),
        (date(9998, 1, 1), INFINITY),
    ],
)
def test_two_years_later_is_the_same_day_and_month(ended: date | None, last: date) -> None:
    assert win2y_until(ended) == last


@given(DAYS, DAYS)
def test_windows_close_once(ended: date, today: date) -> None:
    assert win2y(ended, today) == (today <= win2y_until(ended))
    assert win31(None, today)
    assert win2y(None, today)
    if today <= ended:
        assert win31(ended, today)
        assert win2y(ended, today)


@pytest.mark.parametrize(
    ("ended", "visible"), [(date(2025, 2, 28), False), (date(2025, 3, 1), True), (date(2025, 3, 2), True), (None, True)]
)
def test_what_ended_the_day_before_is_not_transferred(ended: date | None, visible: bool) -> None:
    assert at_transfer(ended, date(2025, 3, 1)) is visible


@pytest.mark.parametrize(("began", "visible"), [(date(2025, 3, 1), True), (date(2025, 3, 2), False)])
def test_a_coordinator_must_have_begun_by_the_transfer(began: date, visible: bool) -> None:
    assert at_transfer(None, date(2025, 3, 1), began) is visible
