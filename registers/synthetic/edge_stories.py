"""Writes the named edge cases: one function each, with the dates that make the case.

`Scene` keeps the words short: it knows the case's ids and gives them to the records under the name used here. A record
without a name gets an id from the client's stream.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from iwlz.participants import DEMO_ZORGAANBIEDER, DEMO_ZORGKANTOOR
from iwlz.periods import AMSTERDAM
from registers.synthetic import bemiddeling, clientregister, indicatie, zorglevering
from registers.synthetic.dossier import Dossier, Row
from registers.synthetic.edge_cases import CASES, EdgeCase
from registers.synthetic.person import Contact, Name, Person, Relation, invent_contact, invent_person

__all__ = ["STORIES", "Scene"]

ZA, ZK = DEMO_ZORGAANBIEDER, DEMO_ZORGKANTOOR
OTHER_ZA = "66600011"
THIRD_ZA = "12345678"


class Scene:
    """One edge case being written: a person in the region of `office`, known since `since`."""

    def __init__(self, dossier: Dossier, case: EdgeCase, office: str, since: date, born: date) -> None:
        self.dossier, self.case, self.office, self.since = dossier, case, office, since
        invented = invent_person(dossier.stream, office, born, since, dossier.today)
        home = invent_contact(dossier.stream, office, invented.name, date(2012, 5, 1))
        self.person: Person = replace(invented, contacts=(home,), relations=(), secret=False)

    def contact(self, start: date, end: date | None = None) -> Contact:
        return invent_contact(self.dossier.stream, self.office, self.person.name, start, end)

    def relation(self, start: date, end: date | None = None) -> Relation:
        return Relation(
            number="001",
            order=1,
            kind="16",
            role="01",
            family="DAUC",
            name=_daughter(self.person),
            sex="2",
            born=date(1969, 4, 12),
            born_usage=None,
            contacts=(self.contact(start, end),),
            start=start,
            end=end,
        )

    def introduce(self, contacts: tuple[str, ...] = (), relations: tuple[str, ...] = ()) -> UUID:
        """Write the person into BR and CR; names are those of the contact rows and contact persons in order."""
        clientregister.profile(self.dossier, self.person, self.office, noon(self.since), id=self.case["profiel"])
        return bemiddeling.describe_client(
            self.dossier,
            self.person,
            id=self.case["client"],
            contact_ids=[self.case[name] for name in contacts],
            relation_ids=[self.case[name] for name in relations],
        )

    def indicate(self, name: str, start: date, *, office: str = "", **extra: Any) -> UUID:
        what = indicatie.Indication("verpleging", office or self.office, start, **extra)
        key, _ = indicatie.indicate(self.dossier, self.person, what, id=self.case[name])
        return key

    def mediate(self, name: str, indication: UUID, start: date, end: date | None = None, *, office: str = "") -> UUID:
        row = bemiddeling.mediate(
            self.dossier, self.case["client"], indication, office or self.office, start, end, id=self.case[name]
        )
        key = row["bemiddelingID"]
        assert isinstance(key, UUID)
        return key

    def allocate(
        self,
        name: str,
        mediation: UUID,
        provider: str | None,
        start: date,
        end: date | None = None,
        *,
        form: bemiddeling.Form = "4",
        **extra: Any,
    ) -> Row:
        """Write an allocation, executed by this scene's office and recorded at its start where `extra` says nothing else."""
        extra = {"office": self.office, "recorded": noon(start), **extra}
        what = bemiddeling.Allocation(form, "754", provider, start=start, end=end, **extra)
        return bemiddeling.allocate(self.dossier, mediation, what, id=self.case[name])

    def coordinate(self, name: str, mediation: UUID, provider: str, start: date, end: date | None = None) -> None:
        bemiddeling.coordinate(self.dossier, mediation, provider, "2", start, end, id=self.case[name])

    def deliver(self, name: str, allocation: Row, period: str = "", *, until: date | None = None) -> Row:
        """Write a delivery; with `period`, one period from the allocation's start. Returns the delivery."""
        delivery = zorglevering.deliver(self.dossier, allocation, id=self.case[name])
        if period:
            start = allocation["toewijzingIngangsdatum"]
            zorglevering.period(self.dossier, delivery, start, until, id=self.case[period])
        return delivery


def noon(day: date) -> datetime:
    """Twelve o'clock, Dutch time."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=AMSTERDAM)


def _daughter(person: Person) -> Name:
    """The name of a daughter of this person."""
    return person.name._replace(first_names="Marijke", call_name="Marijke", initials="M")


def _scene(dossier: Dossier, office: str, since: date) -> Scene:
    case = next(case for case in CASES.values() if case.index == dossier.index)
    return Scene(dossier, case, office, since, date(1941, 8, 23))


def full_file(dossier: Dossier) -> None:
    day = dossier.today + timedelta(days=21)
    scene = _scene(dossier, ZK, dossier.today - timedelta(days=600))
    case, start, end = scene.case, scene.since, day - timedelta(days=1)
    later = start + timedelta(days=90)
    scene.person = replace(scene.person, relations=(scene.relation(start - timedelta(days=60)),))
    scene.introduce(("contact",), ("contactpersoon",))
    lapses = (indicatie.Lapse(end, "1", "5518"),)
    indication = scene.indicate("indicatie", start, lapses=lapses, preferred=ZA, wzd=True)
    mediation = scene.mediate("bemiddeling", indication, start, end)
    own = scene.allocate("eigen", mediation, ZA, start, end, reason="8", percentage=6_000)
    other = scene.allocate("andere", mediation, OTHER_ZA, start, percentage=4_000, form="7")
    elsewhere = scene.allocate("bovenregionaal", mediation, THIRD_ZA, later, office="5529")
    scene.allocate("pgb", mediation, None, start, later, form="2", percentage=2_000)
    scene.coordinate("regiehouder", mediation, ZA, start)
    recorded = noon(dossier.today - timedelta(days=5))
    handover = bemiddeling.transfer(dossier, mediation, "5518", day, day, recorded, id=case["overdracht"])
    bemiddeling.transfer_line(dossier, handover["overdrachtID"], own, None, id=case["overdrachtspecificatie"])
    _full_delivery(scene, own, later)
    scene.deliver("levering_andere", other)
    declined = scene.deliver("levering_bovenregionaal", elsewhere)
    zorglevering.cancel(dossier, declined, later, id=case["afstel"], destination=ZA)


def _full_delivery(scene: Scene, own: Row, later: date) -> None:
    """A delivery that was put off, then given with treatment, and for which more was asked."""
    dossier, case, start = scene.dossier, scene.case, scene.since
    begun = start + timedelta(days=14)
    delivery = scene.deliver("levering", own)
    zorglevering.postpone(dossier, delivery, start, begun - timedelta(days=1), id=case["uitstelperiode"])
    care = zorglevering.period(dossier, delivery, begun, None, id=case["leveringperiode"], key_day=begun)
    zorglevering.treat(dossier, care, later, later + timedelta(days=180), id=case["behandelingperiode"])
    asked = zorglevering.request(dossier, delivery, later, "755", "4", id=case["verzoek"])
    wanted = later + timedelta(days=30)
    zorglevering.name_provider(dossier, asked, ZA, wanted, None, 10_000, coordinator=True, id=case["verzoek_aanbieder"])


def windows_ended(dossier: Dossier) -> None:
    scene = _scene(dossier, "5517", date(2024, 1, 8))
    earlier = scene.contact(date(2012, 5, 1), date(2024, 2, 20))
    home = scene.contact(date(2024, 2, 21))
    scene.person = replace(scene.person, contacts=(home, earlier), relations=(scene.relation(date(2020, 1, 1)),))
    scene.introduce(("contact", "contact_eerder"), ("contactpersoon",))
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since), scene.since)
    start, end = date(2024, 2, 21), date(2025, 7, 15)
    own = scene.allocate("eigen", mediation, ZA, start, end, office=ZK, reason="4", destination=OTHER_ZA)
    overlapping = scene.allocate("overlappend", mediation, OTHER_ZA, date(2024, 6, 1), percentage=4_000, form="7")
    later = scene.allocate("later", mediation, THIRD_ZA, date(2025, 7, 16))
    scene.coordinate("regiehouder", mediation, OTHER_ZA, date(2024, 3, 1))
    scene.coordinate("regiehouder_later", mediation, THIRD_ZA, date(2025, 7, 16))
    scene.deliver("levering", own, "leveringperiode", until=end)
    scene.deliver("levering_overlappend", overlapping, "leveringperiode_overlappend")
    scene.deliver("levering_later", later)


def open_end(dossier: Dossier) -> None:
    scene = _scene(dossier, "5509", date(2021, 12, 1))
    scene.introduce(("contact",))
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since), scene.since)
    own = scene.allocate("eigen", mediation, ZA, date(2022, 1, 10), office=ZK)
    other = scene.allocate("overlappend", mediation, OTHER_ZA, date(2021, 12, 6), date(2022, 1, 10), form="7")
    scene.coordinate("regiehouder", mediation, OTHER_ZA, date(2021, 12, 6), date(2022, 1, 10))
    scene.deliver("levering", own, "leveringperiode")
    scene.deliver("levering_overlappend", other)


def recorded_before_start(dossier: Dossier) -> None:
    scene = _scene(dossier, "5509", date(2023, 1, 1))
    scene.introduce()
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since), scene.since)
    scene.allocate("eigen", mediation, ZA, date(2024, 4, 17), office=ZK, recorded=noon(date(2024, 2, 21)))
    end = date(2024, 3, 1)
    other = scene.allocate("overlappend", mediation, OTHER_ZA, scene.since, end, form="7", reason="5")
    scene.deliver("levering_overlappend", other, "leveringperiode_overlappend", until=end)


def transfer_done(dossier: Dossier) -> None:
    scene = _scene(dossier, "5529", date(2024, 1, 1))
    case, day, before = scene.case, date(2025, 3, 1), date(2025, 2, 28)
    contacts = scene.contact(day), scene.contact(date(2020, 1, 1), before), scene.contact(date(2020, 1, 1), day)
    scene.person = replace(scene.person, contacts=contacts)
    scene.introduce(("contact", "contact_2025_02_28", "contact_2025_03_01"))
    indication = scene.indicate("indicatie", scene.since)
    mediation = scene.mediate("bemiddeling", indication, scene.since, before)
    linked = scene.allocate("verbonden", mediation, OTHER_ZA, scene.since, before, reason="8")
    scene.allocate("lopend", mediation, THIRD_ZA, scene.since, percentage=2_000, form="7")
    scene.allocate("beeindigd", mediation, THIRD_ZA, scene.since, date(2024, 6, 30), form="7", reason="5")
    scene.coordinate("regiehouder", mediation, OTHER_ZA, scene.since)
    scene.coordinate("regiehouder_beeindigd", mediation, THIRD_ZA, scene.since, before)
    scene.coordinate("regiehouder_later", mediation, THIRD_ZA, date(2025, 3, 2))
    handover = bemiddeling.transfer(
        dossier, mediation, ZK, day, date(2025, 2, 20), noon(date(2025, 2, 3)), id=case["overdracht"]
    )
    line = case["overdrachtspecificatie"]
    bemiddeling.transfer_line(dossier, handover["overdrachtID"], linked, date(2025, 12, 31), id=line)
    new = scene.mediate("bemiddeling_nieuw", indication, day, office=ZK)
    scene.allocate("eigen_nieuw", new, ZA, day, office=ZK)


def two_offices(dossier: Dossier) -> None:
    scene = _scene(dossier, ZK, date(2024, 3, 1))
    scene.introduce()
    lapses = (indicatie.Lapse(date(2024, 2, 29), "1", ZK),)
    elsewhere = scene.indicate("indicatie_elders", date(2022, 6, 1), office="5505", lapses=lapses)
    old = scene.mediate("bemiddeling_elders", elsewhere, date(2022, 6, 1), date(2024, 2, 29), office="5505")
    scene.allocate("elders", old, OTHER_ZA, date(2022, 6, 1), date(2024, 2, 29), office="5505", reason="3")
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since), scene.since)
    scene.allocate("eigen", mediation, ZA, scene.since)


def transfer_in_progress(dossier: Dossier) -> None:
    scene = _scene(dossier, ZK, date(2025, 1, 6))
    case, day = scene.case, dossier.today + timedelta(days=14)
    scene.introduce()
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since), scene.since)
    linked = scene.allocate("verbonden", mediation, ZA, scene.since)
    scene.coordinate("regiehouder", mediation, ZA, scene.since)
    recorded = noon(dossier.today - timedelta(days=7))
    handover = bemiddeling.transfer(dossier, mediation, "5518", day, day, recorded, id=case["overdracht"])
    bemiddeling.transfer_line(dossier, handover["overdrachtID"], linked, None, id=case["overdrachtspecificatie"])


def secret_client(dossier: Dossier) -> None:
    scene = _scene(dossier, ZK, date(2024, 9, 2))
    scene.person = replace(scene.person, secret=True)
    scene.introduce(("contact",))
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since), scene.since)
    scene.deliver("levering", scene.allocate("eigen", mediation, ZA, scene.since))


def request_to_other(dossier: Dossier) -> None:
    scene = _scene(dossier, "5521", date(2024, 5, 1))
    case = scene.case
    scene.introduce()
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since), scene.since)
    own = scene.allocate("eigen", mediation, OTHER_ZA, scene.since)
    delivery = scene.deliver("levering", own, "leveringperiode")
    asked = zorglevering.request(dossier, delivery, date(2025, 4, 7), "754", "7", id=case["verzoek"])
    wanted = date(2025, 5, 1)
    zorglevering.name_provider(dossier, asked, ZA, wanted, None, 3_000, id=case["verzoek_aanbieder"])
    zorglevering.name_provider(
        dossier, asked, OTHER_ZA, wanted, None, 7_000, coordinator=True, id=case["verzoek_aanbieder_zelf"]
    )


def dangling_indication(dossier: Dossier) -> None:
    scene = _scene(dossier, ZK, date(2024, 10, 1))
    scene.introduce()
    mediation = scene.mediate("bemiddeling", scene.case["indicatie_onbekend"], scene.since)
    scene.deliver("levering", scene.allocate("eigen", mediation, ZA, scene.since))


def pgb(dossier: Dossier) -> None:
    scene = _scene(dossier, ZK, date(2024, 11, 1))
    scene.introduce()
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since), scene.since)
    scene.allocate("pgb", mediation, None, scene.since, form="2")


def cancelled(dossier: Dossier) -> None:
    scene = _scene(dossier, ZK, date(2025, 3, 3))
    scene.introduce()
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since), scene.since)
    delivery = scene.deliver("levering", scene.allocate("eigen", mediation, ZA, scene.since))
    zorglevering.cancel(dossier, delivery, date(2025, 3, 24), id=scene.case["afstel"], destination=OTHER_ZA)


def leap_day(dossier: Dossier) -> None:
    scene = _scene(dossier, "5512", date(2023, 1, 2))
    scene.introduce(("contact",))
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since), scene.since)
    end = date(2024, 2, 29)
    scene.allocate("eigen", mediation, ZA, scene.since, end, office=ZK, reason="5")
    scene.allocate("overlappend", mediation, OTHER_ZA, end, form="7")


def recorded_at_midnight(dossier: Dossier) -> None:
    scene = _scene(dossier, "5512", date(2023, 1, 2))
    scene.introduce()
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since), scene.since)
    recorded = datetime(2024, 3, 1, 0, 30, tzinfo=AMSTERDAM)
    scene.allocate("eigen", mediation, ZA, date(2024, 6, 3), office=ZK, recorded=recorded)
    scene.allocate("geen_overlap", mediation, OTHER_ZA, scene.since, date(2024, 2, 29), form="7", reason="5")


def postponed(dossier: Dossier) -> None:
    scene = _scene(dossier, ZK, date(2025, 6, 2))
    scene.introduce()
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since), scene.since)
    delivery = scene.deliver("levering", scene.allocate("eigen", mediation, ZA, scene.since))
    zorglevering.postpone(dossier, delivery, scene.since, None, id=scene.case["uitstelperiode"])


def re_indicated(dossier: Dossier) -> None:
    scene = _scene(dossier, "5526", date(2023, 5, 1))
    scene.introduce()
    end, start = date(2025, 1, 31), date(2025, 2, 1)
    lapses = (indicatie.Lapse(end, "1", ZK),)
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since, lapses=lapses), scene.since, end)
    scene.allocate("eigen", mediation, ZA, scene.since, end, reason="3")
    new = scene.mediate("bemiddeling_nieuw", scene.indicate("indicatie_nieuw", start, office=ZK), start, office=ZK)
    scene.allocate("eigen_nieuw", new, ZA, start, office=ZK)


def not_started(dossier: Dossier) -> None:
    scene = _scene(dossier, ZK, dossier.today - timedelta(days=10))
    scene.introduce()
    start = dossier.today + timedelta(days=30)
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", start), start)
    scene.allocate("eigen", mediation, ZA, start, recorded=noon(start))
    scene.coordinate("regiehouder", mediation, ZA, start)


def bare(dossier: Dossier) -> None:
    scene = _scene(dossier, ZK, date(2025, 5, 5))
    scene.person = replace(scene.person, contacts=())
    scene.introduce()
    mediation = scene.mediate("bemiddeling", scene.indicate("indicatie", scene.since, wzd=False), scene.since)
    scene.deliver("levering", scene.allocate("eigen", mediation, ZA, scene.since), "leveringperiode")
    indications = dossier.tables["indicatie"]
    for table in set(indications) - {"wlzindicatie", "client"}:
        del indications[table]
    for tables in dossier.tables.values():
        for row in (row for rows in tables.values() for row in rows):
            row.update(dict.fromkeys(row.keys() & _NULLABLE))


# What may be null in the tables of which `bare` has a row. The provider stays: an allocation in kind has one (CD040).
_NULLABLE = frozenset(
    [
        "agbcodeHuisarts",
        "burgerlijkeStaat",
        "commentaar",
        "communicatieVorm",
        "communicatievorm",
        "einddatum",
        "geboortedatumGebruik",
        "huisarts",
        "leefeenheid",
        "meerzorg",
        "opname",
        "partnernaam",
        "percentage",
        "pgbPercentage",
        "roepnaam",
        "sleuteldatum",
        "taal",
        "vervaldatum",
        "voorkeurContactwijze",
        "voorletters",
        "voornamen",
        "voorvoegselGeslachtsnaam",
        "voorvoegselPartnernaam",
    ]
)

_WRITERS = (
    full_file, windows_ended, open_end, recorded_before_start, transfer_done, two_offices, transfer_in_progress,
    secret_client, request_to_other, dangling_indication, pgb, cancelled, bare, leap_day, recorded_at_midnight,
    postponed, re_indicated, not_started,
)  # fmt: skip

STORIES: dict[int, Callable[[Dossier], None]] = {CASES[writer.__name__].index: writer for writer in _WRITERS}
"""Client number → what writes it."""
