"""Writes the Zorgleveringsregister's part: what providers say about care that was allocated to them.

Code lists of reasons, units and surcharges are not published; the codes here are invented and stable (`01` to `05`).
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from registers.synthetic.dossier import Dossier, Row

__all__ = ["cancel", "client_of", "deliver", "name_provider", "period", "postpone", "request", "treat"]

REASON_ENDED, REASON_HANDED_OVER = "01", "02"


def client_of(dossier: Dossier, *, id: UUID | None = None) -> UUID:
    """The client of this register, written when first asked for."""
    rows = dossier.rows("zorglevering", "client")
    if not rows:
        dossier.add("zorglevering", "client", {"clientID": id or dossier.stream.uuid(), "bsn": dossier.bsn})
        rows = dossier.rows("zorglevering", "client")
    key = rows[0]["clientID"]
    assert isinstance(key, UUID)
    return key


def deliver(dossier: Dossier, allocation: Row, *, id: UUID | None = None) -> Row:
    """Write a delivery on an allocation (a row of `bemiddelingspecificatie`). Returns the row."""
    return dossier.add(
        "zorglevering",
        "levering",
        {
            "leveringID": id or dossier.stream.uuid(),
            "bemiddelingspecificatieID": allocation["bemiddelingspecificatieID"],
            "clientID": client_of(dossier),
        },
    )


def period(
    dossier: Dossier,
    delivery: Row,
    start: date,
    end: date | None,
    *,
    id: UUID | None = None,
    key_day: date | None = None,
    destination: str | None = None,
) -> Row:
    """Write a period of actual care. A provider taking over is named only where care was handed over (CD020)."""
    assert end is None or end >= start, "CS003"
    ended = REASON_HANDED_OVER if destination else REASON_ENDED
    return dossier.add(
        "zorglevering",
        "leveringperiode",
        {
            "leveringperiodeID": id or dossier.stream.uuid(),
            "ingangsdatum": start,
            "vaststellingMoment": dossier.stream.moment(start),
            "sleuteldatum": key_day,
            "einddatum": end,
            "beeindigingReden": ended if end else None,
            "aanbiederBestemming": destination if end else None,
            "leveringID": delivery["leveringID"],
        },
    )


def treat(dossier: Dossier, care: Row, start: date, end: date | None, *, id: UUID | None = None) -> Row:
    """Write a period of treatment within a period of care."""
    return dossier.add(
        "zorglevering",
        "behandelingperiode",
        {
            "behandelingperiodeID": id or dossier.stream.uuid(),
            "ingangsdatum": start,
            "einddatum": end,
            "leveringperiodeID": care["leveringperiodeID"],
        },
    )


def postpone(dossier: Dossier, delivery: Row, start: date, end: date | None, *, id: UUID | None = None) -> Row:
    """Write a period in which care is put off. Always with a status that has a finer classification (CD090)."""
    stream = dossier.stream
    return dossier.add(
        "zorglevering",
        "uitstelperiode",
        {
            "uitstelperiodeID": id or stream.uuid(),
            "ingangsdatum": start,
            "vaststellingMoment": stream.moment(start),
            "reden": stream.pick(("01", "02")),
            "leveringsstatus": stream.pick(("2", "3", "6", "7")),
            "leveringsstatusClassificatie": stream.pick(("09", "11", "12", "13", "17", "19")),
            "einddatum": end,
            "leveringID": delivery["leveringID"],
        },
    )


def cancel(
    dossier: Dossier,
    delivery: Row,
    day: date,
    *,
    id: UUID | None = None,
    destination: str | None = None,
    recorded: datetime | None = None,
) -> Row:
    """Write that care will not be delivered at all."""
    return dossier.add(
        "zorglevering",
        "afstel",
        {
            "afstelID": id or dossier.stream.uuid(),
            "afsteldatum": day,
            "vaststellingMoment": recorded or dossier.stream.moment(day),
            "reden": "03" if destination else dossier.stream.pick(("01", "02")),
            "aanbiederBestemming": destination,
            "leveringID": delivery["leveringID"],
        },
    )


def request(dossier: Dossier, delivery: Row, day: date, package: str, form: str, *, id: UUID | None = None) -> Row:
    """Write a request for a new or changed allocation."""
    stream = dossier.stream
    modular = form == "7"
    return dossier.add(
        "zorglevering",
        "verzoek",
        {
            "verzoekID": id or stream.uuid(),
            "verzoekdatum": day,
            "product": package,
            "toewijzingSoort": stream.pick(("1", "1", "1", "3")),
            "leveringsvorm": form,
            "volume": stream.between(2, 80) / 2 if modular else None,
            "eenheid": "01" if modular else None,
            "frequentie": "02" if modular else None,
            "doelmatig": stream.pick(("1", "1", "2")) if stream.chance(0.7) else None,
            "toeslagreden": stream.pick(("01", "02", "03")) if stream.chance(0.1) else None,
            "verantwoord": "1" if stream.chance(0.7) else None,
            "leveringID": delivery["leveringID"],
        },
    )


def name_provider(
    dossier: Dossier,
    asked: Row,
    provider: str,
    start: date,
    end: date | None,
    percentage: int,
    *,
    coordinator: bool = False,
    id: UUID | None = None,
) -> Row:
    """Write a provider into a request, with the part that it would take (hundredths of a percent)."""
    return dossier.add(
        "zorglevering",
        "verzoekaanbieder",
        {
            "verzoekAanbiederID": id or dossier.stream.uuid(),
            "aanbieder": provider,
            "toewijzingIngangsdatum": start,
            "toewijzingEinddatum": end,
            "toewijzingPercentage": percentage,
            "opname": "1" if asked["leveringsvorm"] == "4" else None,
            "regiehouder": "1" if coordinator else "2",
            "verzoekID": asked["verzoekID"],
        },
    )
