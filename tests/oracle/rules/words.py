"""The words in which the rules are written: who asks, periods, whose an allocation is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tests.oracle.world import Row, World

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FAR = date.max


@dataclass(frozen=True)
class Party:
    """A caller as the table speaks of one: role, the one identifier that goes with it, scopes, and the day it is."""

    role: str
    code: str
    scopes: frozenset[str]
    today: date


Predicate = Callable[[Row, World, Party], bool]


def day(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()


def start(spec: Row) -> date:
    return min(spec["toewijzingIngangsdatum"], day(spec["vaststellingMoment"]))


def end(spec: Row) -> date:
    return spec["toewijzingEinddatum"] or FAR


def overlaps(spec: Row, first: date, last: date | None) -> bool:
    return start(spec) <= (last or FAR) and first <= end(spec)


def within31(spec: Row, today: date) -> bool:
    return end(spec) == FAR or today <= date(end(spec).year + 1, 5, 31)


def within2y(spec: Row, today: date) -> bool:
    last = end(spec)
    if last == FAR:
        return True
    leap = (last.month, last.day) == (2, 29)
    return today <= (date(last.year + 2, 2, 28) if leap else last.replace(year=last.year + 2))


def mine(spec: Row, party: Party) -> bool:
    """Does the allocation name this provider, or is this office the one that carries it out?"""
    if party.role == "ZORGAANBIEDER":
        return spec["instelling"] == party.code
    return spec["uitvoerendZorgkantoor"] == party.code


def zkv(bemiddeling: Row, party: Party) -> bool:
    return bemiddeling["verantwoordelijkZorgkantoor"] == party.code


def specs(bemiddeling: Row, world: World) -> list[Row]:
    return world.related("Bemiddeling", bemiddeling, "bemiddelingspecificatie")


def transfers_to(bemiddeling: Row, world: World, party: Party) -> list[Row]:
    return [
        o
        for o in world.related("Bemiddeling", bemiddeling, "overdracht")
        if o["verantwoordelijkZorgkantoor"] == party.code
    ]


def running_at(last: date | None, transfer: Row) -> bool:
    """`end > overdrachtDatum - 1 day`."""
    return (last or FAR) >= transfer["overdrachtDatum"]
