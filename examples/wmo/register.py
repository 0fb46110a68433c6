"""A Wmo register: which support a municipality arranged for a person. Its schema, its mapping, and nothing else.

Everything that a register does (one statement a read, row policies, decision contexts) comes from `registers.common`.
"""

import datetime as dt
import uuid
from pathlib import Path

import strawberry
from strawberry import UNSET, federation, field

from registers.common.definition import RegisterDefinition
from registers.common.inputs import DateOperationFilterInput, SortEnumType, StringOperationFilterInput
from registers.common.inputs import UuidOperationFilterInput as UuidFilter
from registers.common.mapping import Column, Mapping, Relation, Root, Table
from registers.common.relations import nested, register_schema

__all__ = ["AUDIENCE", "REGISTER"]

AUDIENCE = "https://wmo.example/register"


@strawberry.input
class MaatwerkvoorzieningFilterInput:
    and_: list["MaatwerkvoorzieningFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["MaatwerkvoorzieningFilterInput"] | None = field(name="or", default=UNSET)
    maatwerkvoorzieningID: UuidFilter | None = UNSET
    gemeente: StringOperationFilterInput | None = UNSET
    bsn: StringOperationFilterInput | None = UNSET
    aanbieder: StringOperationFilterInput | None = UNSET
    productcategorie: StringOperationFilterInput | None = UNSET
    ingangsdatum: DateOperationFilterInput | None = UNSET
    einddatum: DateOperationFilterInput | None = UNSET


@strawberry.input
class MaatwerkvoorzieningSortInput:
    ingangsdatum: SortEnumType | None = UNSET
    einddatum: SortEnumType | None = UNSET


@federation.type(keys=["bsn"], description="Een persoon; wie dat is, weet het Cliëntregister.")
class Clientprofiel:
    bsn: str = field(description="Burgerservicenummer.")
    maatwerkvoorzieningen: list["Maatwerkvoorziening"] | None = nested(
        where="MaatwerkvoorzieningFilterInput",
        order="MaatwerkvoorzieningSortInput",
        description="Ondersteuning uit de Wmo voor deze persoon.",
    )


@federation.type(keys=["maatwerkvoorzieningID"], description="Ondersteuning die een gemeente voor iemand regelt.")
class Maatwerkvoorziening:
    maatwerkvoorzieningID: uuid.UUID = field(description="Sleutel van de voorziening.")
    gemeente: str = field(description="Gemeente die besliste (CBS-code).")
    bsn: str = field(description="Burgerservicenummer.")
    aanbieder: str = field(description="Aanbieder die de ondersteuning levert (AGB-code).")
    productcategorie: str = field(description="Soort ondersteuning, zoals 02 voor begeleiding.")
    ingangsdatum: dt.date = field(description="Eerste dag.")
    einddatum: dt.date | None = field(description="Laatste dag; leeg zolang het doorloopt.")
    toelichting: str | None = field(description="Wat de gemeente erbij schreef; alleen voor haarzelf.")


@strawberry.type
class Query:
    maatwerkvoorziening: list[Maatwerkvoorziening] = nested(
        where="MaatwerkvoorzieningFilterInput", order="MaatwerkvoorzieningSortInput", description="Voorzieningen."
    )


MAPPING = Mapping(
    register="wmo",
    tables=(
        Table(
            "Maatwerkvoorziening",
            "maatwerkvoorziening",
            "maatwerkvoorzieningID",
            (
                Column("maatwerkvoorzieningID", "uuid"),
                Column("gemeente", "text"),
                Column("bsn", "text"),
                Column("aanbieder", "text"),
                Column("productcategorie", "text"),
                Column("ingangsdatum", "date"),
                Column("einddatum", "date", nullable=True),
                Column("toelichting", "text", nullable=True),
            ),
        ),
        Table(
            "Clientprofiel",
            "",
            "bsn",
            (Column("bsn", "text"), Column("client_key", "key", hidden=True)),
            (Relation("maatwerkvoorzieningen", "Maatwerkvoorziening", many=True, nullable=True),),
            keyed_from="bsn",
        ),
    ),
    roots=(Root("maatwerkvoorziening", "Maatwerkvoorziening"),),
    filters={
        "MaatwerkvoorzieningFilterInput": "Maatwerkvoorziening",
        "MaatwerkvoorzieningSortInput": "Maatwerkvoorziening",
    },
)

REGISTER = RegisterDefinition(
    "wmo", register_schema(Query, types=[Clientprofiel]), MAPPING, Path(__file__).parent, AUDIENCE
)
