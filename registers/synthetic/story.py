"""An ordinary life in the network, told in the order in which it happens.

A person is indicated, perhaps again later; an office mediates each indication, perhaps until the client moves; within a
mediation one form of care follows another, sometimes two at once, sometimes executed by an office elsewhere; providers
deliver, put off or decline. What has not happened by `today` is written down as far as it is known by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from iwlz.participants import DEMO_ZORGKANTOOR, ZORGAANBIEDERS, ZORGKANTOREN
from registers.synthetic import bemiddeling, clientregister, indicatie
from registers.synthetic.care import care_for
from registers.synthetic.dossier import Dossier, Row
from registers.synthetic.person import Person, invent_person
from registers.synthetic.stream import Stream, Weighted

__all__ = ["tell"]

_OTHER_OFFICES = tuple(code for code, _ in ZORGKANTOREN if code != DEMO_ZORGKANTOOR)
_DEMO_PROVIDERS = Weighted(*((code, 8 - 2 * rank) for rank, (code, _) in enumerate(ZORGAANBIEDERS[:4])))
_OTHER_PROVIDERS = tuple(code for code, _ in ZORGAANBIEDERS[4:])
_PROVIDERS_A_REGION = 24

_YEARS_KNOWN = 6
_INDICATIONS = Weighted((1, 74), (2, 22), (3, 4))
_FORMS: Weighted[bemiddeling.Form] = Weighted(("7", 36), ("4", 36), ("5", 12), ("2", 9), ("8", 5), ("9", 2))
_NEXT_FORM: dict[bemiddeling.Form, Weighted[bemiddeling.Form]] = {
    "2": Weighted(("7", 60), ("4", 30), ("5", 10)),
    "4": Weighted(("4", 100)),
    "5": Weighted(("4", 80), ("5", 20)),
    "7": Weighted(("4", 50), ("5", 20), ("7", 20), ("8", 10)),
    "8": Weighted(("4", 85), ("7", 15)),
    "9": Weighted(("4", 100)),
}
_KIND = Weighted(("1", 88), ("3", 8), ("5", 4))


@dataclass(frozen=True, slots=True)
class _Span:
    """From `start` to `end`; `reason` (COD172) says why it ended, when it did."""

    start: date
    end: date | None
    reason: str | None


def tell(dossier: Dossier) -> None:
    """Write a whole ordinary life into the registers."""
    stream, today = dossier.stream, dossier.today
    known = today - timedelta(days=stream.between(10, _YEARS_KNOWN * 365))
    age = stream.between(4, 17) if stream.chance(0.07) else stream.between(18, 69) if stream.chance(0.25) else 0
    age = age or min(stream.between(70, 99), stream.between(74, 104))
    born = known - timedelta(days=age * 365 + stream.between(0, 364))
    kind = indicatie.kinds_for(stream, age)
    office = _office(stream)
    person = invent_person(stream, office, born, known, today)
    died = stream.day(known + timedelta(days=60), today) if stream.chance(0.12 if age >= 70 else 0.02) else None
    client = bemiddeling.describe_client(dossier, person)
    holder = office
    for span in _indications(stream, known, died, today):
        holder = _indication(dossier, client, person, kind, holder, span)
    clientregister.profile(dossier, person, holder, stream.moment(stream.day(known, today)))


def _office(stream: Stream) -> str:
    return DEMO_ZORGKANTOOR if stream.chance(0.14) else stream.pick(_OTHER_OFFICES)


def _provider(stream: Stream, office: str) -> str:
    """A provider of the region, or one of the demonstration providers, which work everywhere."""
    if stream.chance(0.12):
        return _DEMO_PROVIDERS.pick(stream)
    first = int(office) * 7
    return _OTHER_PROVIDERS[(first + stream.between(0, _PROVIDERS_A_REGION - 1)) % len(_OTHER_PROVIDERS)]


def _indications(stream: Stream, known: date, died: date | None, today: date) -> list[_Span]:
    """One to three indications after each other; the last runs on, or ends with the client's death or a refusal."""
    starts = [known]
    for _ in range(_INDICATIONS.pick(stream) - 1):
        following = starts[-1] + timedelta(days=stream.between(150, 900))
        if following < (died or today):
            starts.append(following)
    spans = [_Span(one, two - timedelta(days=1), "3") for one, two in pairwise(starts)]
    if died and died >= starts[-1]:
        return [*spans, _Span(starts[-1], died, "1")]
    refused = stream.chance(0.01) and (today - starts[-1]).days > 60
    return [*spans, _Span(starts[-1], today - timedelta(days=14), "2") if refused else _Span(starts[-1], None, None)]


# Reasons of withdrawal (COD172) → reasons why an indication lapsed (COD1005).
_LAPSE_REASON = {"3": "1", "2": "2", "1": "3"}


def _indication(dossier: Dossier, client: UUID, person: Person, kind: str, office: str, span: _Span) -> str:
    """Write an indication and all that follows from it. Returns the office that is responsible at its end."""
    stream, today = dossier.stream, dossier.today
    moved = _moved(stream, span, today)
    last_office = stream.pick(_OTHER_OFFICES) if moved and stream.chance(0.8) else DEMO_ZORGKANTOOR
    if moved is None or last_office == office:
        moved, last_office = None, office
    lapses = (
        (indicatie.Lapse(span.end, _LAPSE_REASON[span.reason], last_office if span.reason == "3" else None),)
        if span.end and span.reason
        else ()
    )
    preferred = _provider(stream, office) if stream.chance(0.4) else None
    # Few indications are for a time only; those that are end well after today.
    planned = today + timedelta(days=stream.between(200, 900)) if not span.end and stream.chance(0.04) else None
    what = indicatie.Indication(kind, office, span.start, planned, lapses, preferred)
    key, package = indicatie.indicate(dossier, person, what)
    if moved is None:
        _mediation(dossier, client, key, package, office, span)
        return office
    before = _Span(span.start, moved - timedelta(days=1), "8")
    source, allocations = _mediation(dossier, client, key, package, office, before)
    _hand_over(dossier, source, allocations, last_office, moved)
    if moved > today:  # a transfer in progress: the new office has nothing of its own yet
        return office
    _mediation(dossier, client, key, package, last_office, _Span(moved, span.end, span.reason))
    return last_office


def _moved(stream: Stream, span: _Span, today: date) -> date | None:
    """The day on which another office becomes responsible, for the few who move."""
    last = span.end or today
    if stream.chance(0.07) and (last - span.start).days > 120:
        return stream.day(span.start + timedelta(days=60), last - timedelta(days=30))
    if span.end is None and stream.chance(0.02):
        return today + timedelta(days=stream.between(2, 45))
    return None


def _hand_over(dossier: Dossier, source: Row, allocations: list[Row], office: str, day: date) -> None:
    stream = dossier.stream
    recorded = stream.moment(day - timedelta(days=stream.between(5, 40)))
    moved = day - timedelta(days=stream.between(0, 20))
    transfer = bemiddeling.transfer(dossier, source["bemiddelingID"], office, day, moved, recorded)
    for allocation in allocations:
        if allocation["toewijzingEinddatum"] == day - timedelta(days=1):
            bemiddeling.transfer_line(dossier, transfer["overdrachtID"], allocation, None)


def _mediation(
    dossier: Dossier, client: UUID, indication: UUID, package: str, office: str, span: _Span
) -> tuple[Row, list[Row]]:
    """Write a mediation with its allocations, their delivery and the coordinators. Returns it and the allocations."""
    stream = dossier.stream
    source = bemiddeling.mediate(dossier, client, indication, office, span.start, span.end)
    allocations = [
        allocation
        for form, part in _forms(stream, span, dossier.today)
        for allocation in _allocations(dossier, source, package, form, part)
    ]
    for allocation in allocations:
        care_for(dossier, allocation, _provider(stream, office))
    _coordinators(dossier, source, allocations)
    return source, allocations


def _forms(stream: Stream, span: _Span, today: date) -> list[tuple[bemiddeling.Form, _Span]]:
    """Forms of care that follow each other and fill the span."""
    form = _FORMS.pick(stream)
    parts = list[tuple[bemiddeling.Form, _Span]]()
    start = span.start + timedelta(days=stream.between(0, 14))
    last = span.end or today
    if start > last:
        start = span.start
    while stream.chance(0.38):
        until = start + timedelta(days=stream.between(60, 700))
        if until >= last:
            break
        following = _NEXT_FORM[form].pick(stream)
        parts.append((form, _Span(start, until, "5" if following != form else "4")))
        start, form = until + timedelta(days=1), following
    parts.append((form, _Span(start, span.end, span.reason)))
    return parts


def _allocations(dossier: Dossier, source: Row, package: str, form: bemiddeling.Form, part: _Span) -> list[Row]:
    """One allocation, or two providers side by side for care at home."""
    stream, office = dossier.stream, source["verantwoordelijkZorgkantoor"]
    shares = (6_000, 4_000) if form in {"7", "8"} and stream.chance(0.3) else (10_000,)
    executing = (_office(stream) if stream.chance(0.15) else office) if form != "2" else office
    rows = list[Row]()
    for number, share in enumerate(shares):
        start = part.start + timedelta(days=stream.between(0, 40) if number else 0)
        if part.end and start > part.end:
            start = part.start
        planned = max(dossier.today, start) + timedelta(days=stream.between(20, 400)) if stream.chance(0.08) else None
        provider = None if form == "2" else _provider(stream, executing)
        what = bemiddeling.Allocation(
            form=form,
            package=package,
            provider=provider,
            office=executing,
            start=start,
            end=part.end or planned,
            recorded=stream.moment(_recorded(stream, start, dossier.today)),
            percentage=share if stream.chance(0.9) else None,
            reason=part.reason,
            destination=_provider(stream, executing) if part.reason == "4" and provider else None,
            kind=_KIND.pick(stream),
        )
        rows.append(bemiddeling.allocate(dossier, source["bemiddelingID"], what))
    return rows


def _recorded(stream: Stream, start: date, today: date) -> date:
    """Most allocations are written down before they start, some up to three weeks after; none after today."""
    shift = stream.between(1, 21) if stream.chance(0.2) else -stream.between(0, 45)
    return min(start + timedelta(days=shift), today)


def _coordinators(dossier: Dossier, source: Row, allocations: list[Row]) -> None:
    """One coordinating provider, sometimes two after each other; none where nobody delivers."""
    stream = dossier.stream
    providers = [row for row in allocations if row["instelling"]]
    if not providers or stream.chance(0.12):
        return
    first, last = providers[0], providers[-1]
    start, end = first["toewijzingIngangsdatum"], source["verantwoordelijkheidEinddatum"]
    change = last["toewijzingIngangsdatum"]
    if last["instelling"] != first["instelling"] and change > start:
        _coordinate(dossier, source, first, start, change - timedelta(days=1))
        start = change
        first = last
    _coordinate(dossier, source, first, start, end)


def _coordinate(dossier: Dossier, source: Row, allocation: Row, start: date, end: date | None) -> None:
    role = "1" if allocation["leveringsvorm"] in {"5", "7"} else "2"
    end = None if end is None else max(start, end)
    bemiddeling.coordinate(dossier, source["bemiddelingID"], allocation["instelling"], role, start, end)
