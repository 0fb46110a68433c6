"""What the types of the data are made of, said once: for the one register in which all lies, and for the three over which it is dealt.

The fields that hold a value, as a schema, a filter, a sort and a table have them. What leads from one type to another is a matter of where they live.
"""

import datetime as dt
import uuid

import strawberry
from strawberry import UNSET

from registers.common.inputs import (
    DateOperationFilterInput,
    DateTimeOperationFilterInput,
    IntOperationFilterInput,
    SortEnumType,
    StringOperationFilterInput,
)
from registers.common.inputs import UuidOperationFilterInput as UuidFilter
from registers.common.mapping import Column

__all__ = [
    "BETROKKENE",
    "ON_PERSOON",
    "ON_ZAAK",
    "PARTIJ",
    "PERSOON",
    "STUK",
    "ZAAK",
    "PartijFields",
    "PartijFilter",
    "PartijSort",
    "PersoonFields",
    "PersoonFilter",
    "PersoonSort",
    "StukFields",
    "StukFilter",
    "StukSort",
    "ZaakFields",
    "ZaakFilter",
    "ZaakSort",
]

ON_PERSOON = (("persoonID", "persoonID"),)
ON_ZAAK = (("zaakID", "zaakID"),)


@strawberry.type
class PersoonFields:
    persoonID: uuid.UUID
    naam: str | None
    woonplaats: str | None
    geboren: dt.date | None
    geheim: bool | None


@strawberry.input
class PersoonFilter:
    persoonID: UuidFilter | None = UNSET
    naam: StringOperationFilterInput | None = UNSET
    woonplaats: StringOperationFilterInput | None = UNSET
    geboren: DateOperationFilterInput | None = UNSET


@strawberry.input
class PersoonSort:
    naam: SortEnumType | None = UNSET
    woonplaats: SortEnumType | None = UNSET
    geboren: SortEnumType | None = UNSET


PERSOON = (
    Column("persoonID", "uuid"),
    Column("naam", "text"),
    Column("woonplaats", "text", nullable=True),
    Column("geboren", "date", nullable=True),
    Column("geheim", "bool"),
)


@strawberry.type
class ZaakFields:
    zaakID: uuid.UUID
    soort: str
    beheerder: str | None
    waarnemer: str | None
    opening: dt.date
    sluiting: dt.date | None
    bedrag: int | None
    notitie: str | None


@strawberry.input
class ZaakFilter:
    zaakID: UuidFilter | None = UNSET
    soort: StringOperationFilterInput | None = UNSET
    beheerder: StringOperationFilterInput | None = UNSET
    waarnemer: StringOperationFilterInput | None = UNSET
    opening: DateOperationFilterInput | None = UNSET
    sluiting: DateOperationFilterInput | None = UNSET
    bedrag: IntOperationFilterInput | None = UNSET
    notitie: StringOperationFilterInput | None = UNSET
    eigenAgb: StringOperationFilterInput | None = UNSET
    peildatum: dt.date | None = UNSET


@strawberry.input
class ZaakSort:
    soort: SortEnumType | None = UNSET
    beheerder: SortEnumType | None = UNSET
    opening: SortEnumType | None = UNSET
    sluiting: SortEnumType | None = UNSET
    bedrag: SortEnumType | None = UNSET


ZAAK = (
    Column("zaakID", "uuid"),
    Column("soort", "text"),
    Column("beheerder", "text"),
    Column("waarnemer", "text", nullable=True),
    Column("opening", "date"),
    Column("sluiting", "date", nullable=True),
    Column("bedrag", "int", nullable=True),
    Column("notitie", "text", nullable=True),
)


@strawberry.type
class StukFields:
    stukID: uuid.UUID
    titel: str
    auteur: str | None
    moment: dt.datetime | None
    bladzijden: int | None


@strawberry.input
class StukFilter:
    stukID: UuidFilter | None = UNSET
    titel: StringOperationFilterInput | None = UNSET
    auteur: StringOperationFilterInput | None = UNSET
    moment: DateTimeOperationFilterInput | None = UNSET
    bladzijden: IntOperationFilterInput | None = UNSET


@strawberry.input
class StukSort:
    titel: SortEnumType | None = UNSET
    moment: SortEnumType | None = UNSET
    bladzijden: SortEnumType | None = UNSET


STUK = (
    Column("stukID", "uuid"),
    Column("titel", "text"),
    Column("auteur", "text", nullable=True),
    Column("moment", "datetime", nullable=True),
    Column("bladzijden", "int", nullable=True),
)


@strawberry.type
class PartijFields:
    partijID: uuid.UUID
    code: str
    rol: str | None
    van: dt.date | None
    tot: dt.date | None


@strawberry.input
class PartijFilter:
    partijID: UuidFilter | None = UNSET
    code: StringOperationFilterInput | None = UNSET
    rol: StringOperationFilterInput | None = UNSET
    van: DateOperationFilterInput | None = UNSET
    tot: DateOperationFilterInput | None = UNSET


@strawberry.input
class PartijSort:
    code: SortEnumType | None = UNSET
    van: SortEnumType | None = UNSET
    tot: SortEnumType | None = UNSET


PARTIJ = (
    Column("partijID", "uuid"),
    Column("code", "text"),
    Column("rol", "text", nullable=True),
    Column("van", "date"),
    Column("tot", "date", nullable=True),
)

BETROKKENE = (
    Column("betrokkeneID", "uuid"),
    Column("code", "text"),
    Column("van", "date"),
    Column("tot", "date", nullable=True),
)
