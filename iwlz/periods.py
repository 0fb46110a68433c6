"""Periods and windows of the access rules, over calendar dates.

All dates are calendar days in the Netherlands. A period includes both its ends; a missing end is open, and `end` turns it
into the last day there is, so that comparisons need no special case. The names are those of the rule vocabulary: what
started when, what overlaps, and until when somebody whose own allocation has ended may still look.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

__all__ = [
    "AMSTERDAM",
    "INFINITY",
    "Period",
    "at_transfer",
    "date_of",
    "end",
    "overlap",
    "specification",
    "start",
    "win2y",
    "win2y_until",
    "win31",
    "win31_until",
]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
INFINITY = date.max
"""The day after which nothing comes: the end of an open period."""

_MAY, _LAST_OF_MAY = 5, 31


class Period(NamedTuple):
    """From `start` to `end`, both included; an open end is `INFINITY`."""

    start: date
    end: date


def date_of(moment: datetime) -> date:
    """The calendar day of a moment in the Netherlands; a moment without an offset is refused.

    Registers compare dates with moments of establishment (`vaststellingMoment`); near midnight the UTC day differs.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs an offset before it has a date")
    return moment.astimezone(AMSTERDAM).date()


def start(toewijzing_ingangsdatum: date, vaststelling_moment: datetime) -> date:
    """`start(S)` of a specification: its allocation starts, or it was recorded, whichever came first."""
    return min(toewijzing_ingangsdatum, date_of(vaststelling_moment))


def end(einddatum: date | None) -> date:
    """`end(x)`: the end date, `INFINITY` when open."""
    return INFINITY if einddatum is None else einddatum


def specification(
    toewijzing_ingangsdatum: date, vaststelling_moment: datetime, toewijzing_einddatum: date | None
) -> Period:
    """The period of a Bemiddelingspecificatie as the access rules see it."""
    return Period(start(toewijzing_ingangsdatum, vaststelling_moment), end(toewijzing_einddatum))


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods share a day."""
    return one.start <= other.end and other.start <= one.end


def win31_until(einddatum: date | None) -> date:
    """The last day of the window after an ended allocation: 31 May of the next year, itself included."""
    if einddatum is None or einddatum.year >= INFINITY.year:
        return INFINITY
    return date(einddatum.year + 1, _MAY, _LAST_OF_MAY)


def win31(einddatum: date | None, today: date) -> bool:
    """`win31(S)`: the allocation is open, or it is not later than 31 May of the year after its end."""
    return today <= win31_until(einddatum)


def win2y_until(einddatum: date | None) -> date:
    """The last day of the two-year window: same day and month two years on; 29 February becomes 28 February."""
    if einddatum is None or einddatum.year + 2 > INFINITY.year:
        return INFINITY
    try:
        return einddatum.replace(year=einddatum.year + 2)
    except ValueError:  # only 29 February; two years after a leap year there is none
        return date(einddatum.year + 2, 2, 28)


def win2y(einddatum: date | None, today: date) -> bool:
    """`win2y(S)`: the allocation is open, or its end is no more than two years ago."""
    return today <= win2y_until(einddatum)


def at_transfer(einddatum: date | None, overdracht_datum: date, ingangsdatum: date | None = None) -> bool:
    """`atO(x, O)`: the row was still running when the file changed hands.

    It ended after the day before the transfer, or is open. Give `ingangsdatum` for a Regiehouder, which must also have
    started by then.
    """
    if ingangsdatum is not None and ingangsdatum > overdracht_datum:
        return False
    return end(einddatum) > overdracht_datum - timedelta(days=1)
