"""The named edge cases: which clients they are, which ids they have, and what each is there for.

They are always the first clients, whatever the seed, with fixed ids, so that tests and readers can speak of
`CASES["transfer_done"].ids["overdracht"]`. Dates are absolute where a conformance case of the access rules names them.
The records themselves are written by `edge_stories`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from iwlz.identifiers import bsn_from_index

__all__ = ["CASES", "EdgeCase"]


@dataclass(frozen=True, slots=True)
class EdgeCase:
    """A named client: its number and BSN, what it shows, and the ids of its records by a name of ours."""

    name: str
    index: int
    bsn: str
    sentence: str
    ids: Mapping[str, UUID]

    def __getitem__(self, name: str) -> UUID:
        return self.ids[name]


_COMMON = ("indicatie", "client", "bemiddeling", "profiel")

_CATALOGUE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "full_file",
        ("A file in which every type of every register occurs: office 5050 is responsible, 51510101 delivers and "
        "coordinates, 66600011 delivers beside it, 5529 executes one allocation, and 5518 takes over three weeks from today."),
        (
            "eigen", "andere", "bovenregionaal", "pgb", "regiehouder", "overdracht", "overdrachtspecificatie",
            "levering", "levering_andere", "levering_bovenregionaal", "leveringperiode", "behandelingperiode",
            "uitstelperiode", "afstel", "verzoek", "verzoek_aanbieder", "contact", "contactpersoon",
        ),
    ),
    (
        "windows_ended",
        ("Provider 51510101 and executing office 5050 have an allocation of 2024-02-21 to 2025-07-15: sub-records visible "
        "to 2026-05-31, contact data to 2027-07-15."),
        (
            "eigen", "overlappend", "later", "regiehouder", "regiehouder_later", "levering", "leveringperiode",
            "levering_overlappend", "leveringperiode_overlappend", "levering_later", "contact", "contact_eerder",
            "contactpersoon",
        ),
    ),
    (
        "open_end",
        "Provider 51510101 and executing office 5050 have an allocation without end: no time limit on what overlaps it.",
        ("eigen", "overlappend", "regiehouder", "levering", "leveringperiode", "levering_overlappend", "contact"),
    ),
    (
        "recorded_before_start",
        ("The own allocation starts on 2024-04-17 but was recorded on 2024-02-21; another that ended on 2024-03-01 overlaps "
        "through that moment."),
        ("eigen", "overlappend", "levering_overlappend", "leveringperiode_overlappend"),
    ),
    (
        "transfer_done",
        ("Office 5529 handed over to 5050 on 2025-03-01; contact data, allocations and coordinators that ended on the day "
        "before are not part of it."),
        (
            "overdracht", "overdrachtspecificatie", "verbonden", "lopend", "beeindigd", "regiehouder",
            "regiehouder_beeindigd", "regiehouder_later", "contact", "contact_2025_02_28", "contact_2025_03_01",
            "bemiddeling_nieuw", "eigen_nieuw",
        ),
    ),
    (
        "two_offices",
        "Two indications, one mediated by 5050 and one by 5505: neither office sees the mediation of the other.",
        ("eigen", "indicatie_elders", "bemiddeling_elders", "elders"),
    ),
    (
        "transfer_in_progress",
        "Office 5050 hands over to 5518 two weeks from today: the new office reads the file, but is not responsible yet.",
        ("overdracht", "overdrachtspecificatie", "verbonden", "regiehouder"),
    ),
    (
        "secret_client",
        "A client whose address is protected (geheimeClient 1).",
        ("eigen", "contact", "levering"),
    ),
    (
        "request_to_other",
        ("Provider 66600011 delivers and asks for a change in which 51510101 would join: 51510101 sees that request, "
        "of the delivery only its id, and of the allocation nothing."),
        ("eigen", "levering", "leveringperiode", "verzoek", "verzoek_aanbieder", "verzoek_aanbieder_zelf"),
    ),
    (
        "dangling_indication",
        "The mediation names an indication that neither IR has nor CIZ has published to BR.",
        ("eigen", "indicatie_onbekend", "levering"),
    ),
    (
        "pgb",
        "Only a personal budget: an allocation without provider, and therefore no delivery.",
        ("pgb",),
    ),
    (
        "cancelled",
        "Provider 51510101 declined the care before it began.",
        ("eigen", "levering", "afstel"),
    ),
    (
        "bare",
        "Every field that may be null is null, and every list that may be empty is empty.",
        ("eigen", "levering", "leveringperiode"),
    ),
    (
        "leap_day",
        "The own allocation ended on 2024-02-29: contact data visible to 2026-02-28.",
        ("eigen", "overlappend", "contact"),
    ),
    (
        "recorded_at_midnight",
        ("Recorded at 00:30 Dutch time on 2024-03-01, which is still 29 February in UTC: what ended on 29 February does not "
        "overlap."),
        ("eigen", "geen_overlap"),
    ),
    (
        "postponed",
        "Provider 51510101 puts care off and has not started.",
        ("eigen", "levering", "uitstelperiode"),
    ),
    (
        "re_indicated",
        "The first indication lapsed by a second one at another office (VervallenGeldigheid, reason 1).",
        ("eigen", "indicatie_nieuw", "bemiddeling_nieuw", "eigen_nieuw"),
    ),
    (
        "not_started",
        "Responsibility, allocation and coordinator start a month from today; nothing is delivered yet.",
        ("eigen", "regiehouder"),
    ),
)  # fmt: skip


def _id(case: int, record: int) -> UUID:
    """A readable UUID of version 4: case and record number in the digits that are free."""
    return UUID(f"ed9e{case:04x}-0000-4000-8000-{record:012x}")


CASES: Mapping[str, EdgeCase] = MappingProxyType(
    {
        name: EdgeCase(
            name=name,
            index=index,
            bsn=bsn_from_index(index),
            sentence=sentence,
            ids=MappingProxyType({key: _id(index, number) for number, key in enumerate((*_COMMON, *names), start=1)}),
        )
        for index, (name, sentence, names) in enumerate(_CATALOGUE)
    }
)
"""All edge cases by name, in order of their client numbers."""
