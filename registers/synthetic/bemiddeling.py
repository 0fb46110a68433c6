"""Writes the Bemiddelingsregister's part: the client, mediations, allocations, coordinators and transfers.

The functions hold the conditions between fields that the message era laid down (rule numbers below); who calls them
decides on dates, offices and providers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from registers.synthetic.dossier import Dossier, Row
from registers.synthetic.person import Contact, Person, Relation

__all__ = [
    "Allocation",
    "Form",
    "allocate",
    "contact_fields",
    "coordinate",
    "describe_client",
    "mediate",
    "relation_fields",
    "transfer",
    "transfer_line",
]

Form = Literal["2", "4", "5", "7", "8", "9"]
"""COD578: PGB, Verblijf, VPT, MPT, DTV, verkeerde bed."""


def describe_client(
    dossier: Dossier,
    person: Person,
    *,
    id: UUID | None = None,
    contact_ids: Sequence[UUID] = (),
    relation_ids: Sequence[UUID] = (),
) -> UUID:
    """Write the client of this register with contact data and contact persons; given ids name the first of each."""
    key = id or dossier.stream.uuid()
    contact_keys, relation_keys = iter(contact_ids), iter(relation_ids)
    dossier.add(
        "bemiddeling",
        "client",
        {
            "clientID": key,
            "bsn": dossier.bsn,
            "leefeenheid": person.household,
            "huisarts": person.gp,
            "communicatievorm": person.communication,
            "taal": person.language,
        },
    )
    for contact in person.contacts:
        dossier.add(
            "bemiddeling",
            "clientcontactgegevens",
            {
                "clientContactgegevensID": next(contact_keys, None) or dossier.stream.uuid(),
                **contact_fields(contact),
                "clientID": key,
            },
        )
    for relation in person.relations:
        relation_key = next(relation_keys, None) or dossier.stream.uuid()
        dossier.add(
            "bemiddeling",
            "contactpersoon",
            {"contactpersoonID": relation_key, **relation_fields(relation), "clientID": key},
        )
        for contact in relation.contacts:
            dossier.add(
                "bemiddeling",
                "contactpersooncontactgegevens",
                {
                    "contactpersoonContactgegevensID": dossier.stream.uuid(),
                    **contact_fields(contact),
                    "contactpersoonID": relation_key,
                },
            )
    return key


def mediate(
    dossier: Dossier,
    client: UUID,
    indication: UUID,
    office: str,
    start: date,
    end: date | None,
    *,
    id: UUID | None = None,
) -> Row:
    """Write the mediation of an indication by the office responsible from `start` to `end`. Returns the row."""
    return dossier.add(
        "bemiddeling",
        "bemiddeling",
        {
            "bemiddelingID": id or dossier.stream.uuid(),
            "wlzIndicatieID": indication,
            "verantwoordelijkZorgkantoor": office,
            "verantwoordelijkheidIngangsdatum": start,
            "verantwoordelijkheidEinddatum": end,
            "clientID": client,
        },
    )


@dataclass(frozen=True, slots=True)
class Allocation:
    """What is allocated to whom: form (COD578), package (COD163), provider (AGB), executing office, from when until when.

    `recorded` is the vaststellingMoment; `percentage` is in hundredths of a percent; `reason` (COD172) says why it was
    withdrawn, `destination` (AGB) who took over, `kind` is COD165.
    """

    form: Form
    package: str
    provider: str | None
    office: str
    start: date
    end: date | None
    recorded: datetime
    percentage: int | None = 10_000
    reason: str | None = None
    destination: str | None = None
    kind: str = "1"

    def __post_init__(self) -> None:
        assert (self.provider is None) == (self.form == "2"), "CD040"
        assert self.end is None or self.end >= self.start, "CS003"


def allocate(dossier: Dossier, mediation: UUID, what: Allocation, *, id: UUID | None = None) -> Row:
    """Write an allocation. Returns the row.

    A PGB (form 2) has no provider and all other forms have one (CD040); `opname` comes with forms 4 and 8 only (CD052),
    `etmalen` with form 8 only (CD072).
    """
    stream = dossier.stream
    return dossier.add(
        "bemiddeling",
        "bemiddelingspecificatie",
        {
            "bemiddelingspecificatieID": id or stream.uuid(),
            "leveringsvorm": what.form,
            "zzpCode": what.package,
            "toewijzingIngangsdatum": what.start,
            "instelling": what.provider,
            "uitvoerendZorgkantoor": what.office,
            "vaststellingMoment": what.recorded,
            "toewijzingEinddatum": what.end,
            "percentage": what.percentage,
            "pgbPercentage": what.percentage if what.form == "2" else None,
            "opname": ("1" if stream.chance(0.7) else "2") if what.form in {"4", "8"} else None,
            "redenIntrekking": what.reason,
            "etmalen": stream.pick(("3,5", "4,0", "4,5")) if what.form == "8" else None,
            "instellingBestemming": what.destination,
            "soortToewijzing": what.kind,
            "bemiddelingID": mediation,
        },
    )


def coordinate(
    dossier: Dossier,
    mediation: UUID,
    provider: str,
    role: Literal["1", "2"],
    start: date,
    end: date | None,
    *,
    id: UUID | None = None,
) -> Row:
    """Write a coordinating provider; role 1 at home, 2 in a residence (COD1004)."""
    return dossier.add(
        "bemiddeling",
        "regiehouder",
        {
            "regiehouderID": id or dossier.stream.uuid(),
            "instelling": provider,
            "ingangsdatum": start,
            "einddatum": end,
            "regierol": role,
            "bemiddelingID": mediation,
        },
    )


def transfer(
    dossier: Dossier,
    mediation: UUID,
    new_office: str,
    day: date,
    moved: date,
    recorded: datetime,
    *,
    id: UUID | None = None,
) -> Row:
    """Write the transfer of a file to another office on `day`; the client moves house on `moved`."""
    return dossier.add(
        "bemiddeling",
        "overdracht",
        {
            "overdrachtID": id or dossier.stream.uuid(),
            "verantwoordelijkZorgkantoor": new_office,
            "overdrachtDatum": day,
            "verhuisDatum": moved,
            "vaststellingMoment": recorded,
            "bemiddelingID": mediation,
        },
    )


def transfer_line(
    dossier: Dossier, transfer_key: UUID, allocation: Row, original_end: date | None, *, id: UUID | None = None
) -> Row:
    """Write that an allocation moves along. A finer status comes with status 2, 3, 6 and 7 only (CD090)."""
    stream = dossier.stream
    status = stream.pick(("4", "4", "4", "1", "2", "3", "7"))
    return dossier.add(
        "bemiddeling",
        "overdrachtspecificatie",
        {
            "overdrachtspecificatieID": id or stream.uuid(),
            "leveringsstatus": status,
            "leveringsstatusClassificatie": stream.pick(("11", "12", "13", "19")) if status in "2367" else None,
            "oorspronkelijkeToewijzingEinddatum": original_end,
            "overdrachtID": transfer_key,
            "bemiddelingspecificatieID": allocation["bemiddelingspecificatieID"],
        },
    )


def contact_fields(contact: Contact) -> Row:
    """The sixteen data fields of contact data, as BR and CR spell them."""
    address = contact.address
    return {
        "adressoort": address.kind,
        "straatnaam": address.street,
        "huisnummer": address.number,
        "huisletter": address.letter,
        "huisnummertoevoeging": address.suffix,
        "postcode": address.postcode,
        "plaatsnaam": address.town,
        "land": address.country,
        "aanduidingWoonadres": address.hint,
        "emailadres": contact.email,
        "telefoonnummer01": contact.phone,
        "landnummer01": "+31" if contact.phone else None,
        "telefoonnummer02": contact.second_phone,
        "landnummer02": "+31" if contact.second_phone else None,
        "ingangsdatum": contact.start,
        "einddatum": contact.end,
    }


def relation_fields(relation: Relation) -> Row:
    """The data fields of a contact person, as BR and CR spell them."""
    name = relation.name
    return {
        "relatienummer": relation.number,
        "volgorde": relation.order,
        "soortRelatie": relation.kind,
        "rol": relation.role,
        "relatie": relation.family,
        "geslachtsnaam": name.family,
        "voorvoegselGeslachtsnaam": name.prefix,
        "partnernaam": name.partner,
        "voorvoegselPartnernaam": name.partner_prefix,
        "voornamen": name.first_names,
        "voorletters": name.initials,
        "roepnaam": name.call_name,
        "naamgebruik": name.usage,
        "geslacht": relation.sex,
        "geboortedatum": relation.born,
        "geboortedatumgebruik": relation.born_usage,
        "ingangsdatum": relation.start,
        "einddatum": relation.end,
    }
