"""What a provider does with an allocation: deliver at once, put off first, decline, or ask for something else."""

from __future__ import annotations

from datetime import date, timedelta

from registers.synthetic import zorglevering as lr
from registers.synthetic.dossier import Dossier, Row

__all__ = ["care_for"]

_HANDED_OVER = {"4", "7"}


def care_for(dossier: Dossier, allocation: Row, other_provider: str) -> None:
    """Write the delivery that belongs to an allocation, as far as it had come by today.

    Without a provider (PGB) nobody reports to this register; a provider that was only just asked has not reported yet.
    """
    stream, today = dossier.stream, dossier.today
    start: date = allocation["toewijzingIngangsdatum"]
    end: date | None = allocation["toewijzingEinddatum"]
    if allocation["instelling"] is None or start > today or stream.chance(0.04):
        return
    delivery = lr.deliver(dossier, allocation)
    if stream.chance(0.03):
        destination = other_provider if stream.chance(0.4) and other_provider != allocation["instelling"] else None
        lr.cancel(dossier, delivery, min(start + timedelta(days=stream.between(1, 40)), today), destination=destination)
        return
    first = _put_off(dossier, delivery, start, end) if stream.chance(0.14) else start
    if first is not None:
        _periods(dossier, delivery, allocation, first + timedelta(days=stream.between(0, 9)), end)
    if stream.chance(0.16):
        _ask(dossier, delivery, allocation, other_provider)


def _put_off(dossier: Dossier, delivery: Row, start: date, end: date | None) -> date | None:
    """A postponement from the start on. Returns the day after it, None when it still lasts or care never came."""
    until = start + timedelta(days=dossier.stream.between(7, 150))
    if until >= dossier.today or (end is not None and until >= end):
        closed = end if end is not None and end <= dossier.today else None
        lr.postpone(dossier, delivery, start, closed)
        return None
    lr.postpone(dossier, delivery, start, until)
    return until + timedelta(days=1)


def _periods(dossier: Dossier, delivery: Row, allocation: Row, start: date, end: date | None) -> None:
    """One period of care, or two with a gap (hospital); an end that is still to come is not reported yet."""
    stream, today = dossier.stream, dossier.today
    if start > today or (end is not None and start > end):
        return
    residence = allocation["leveringsvorm"] == "4"
    ended = end if end is not None and end <= today else None
    destination = allocation["instellingBestemming"] if allocation["redenIntrekking"] in _HANDED_OVER else None
    if stream.chance(0.08) and ((ended or today) - start).days > 60:
        pause = start + timedelta(days=stream.between(10, 40))
        _period(dossier, delivery, start, pause, None, residence=residence)
        start = pause + timedelta(days=stream.between(2, 15))
    _period(dossier, delivery, start, ended, destination, residence=residence)


def _period(
    dossier: Dossier, delivery: Row, start: date, end: date | None, destination: str | None, *, residence: bool
) -> None:
    stream = dossier.stream
    key_day = start - timedelta(days=stream.between(0, 5)) if residence and stream.chance(0.4) else None
    care = lr.period(dossier, delivery, start, end, key_day=key_day, destination=destination)
    if not stream.chance(0.22):
        return
    first = start + timedelta(days=stream.between(0, 10))
    if end is not None and first > end:
        first = start
    if first <= dossier.today:
        lr.treat(dossier, care, first, end)


def _ask(dossier: Dossier, delivery: Row, allocation: Row, other_provider: str) -> None:
    """A request for a change, with the asking provider and sometimes another that would join."""
    stream, today = dossier.stream, dossier.today
    start: date = allocation["toewijzingIngangsdatum"]
    day = stream.day(start, min(today, allocation["toewijzingEinddatum"] or today))
    form = stream.pick(("4", "7", allocation["leveringsvorm"]))
    asked = lr.request(dossier, delivery, day, allocation["zzpCode"], form)
    wanted = day + timedelta(days=stream.between(7, 60))
    until = wanted + timedelta(days=365) if stream.chance(0.2) else None
    joint = stream.chance(0.35) and other_provider != allocation["instelling"]
    own, other = (7_000, 3_000) if joint else (10_000, 0)
    lr.name_provider(dossier, asked, allocation["instelling"], wanted, until, own, coordinator=stream.chance(0.6))
    if joint:
        lr.name_provider(dossier, asked, other_provider, wanted, until, other)
