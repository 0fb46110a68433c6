"""A small register of its own for the tests: a house with rooms, a person behind it, and a stub from elsewhere.

Huis 1-n Kamer, Kamer n-0..1 Kleur, Huis n-1 Bewoner; `Straat` is an entity of another register (home elsewhere),
`Persoon` a stub with a key computed from the bsn.
"""

import datetime as dt
import uuid
from pathlib import Path

import strawberry
from strawberry import UNSET, federation

from registers.common.access import FieldsFile, load_fields
from registers.common.definition import RegisterDefinition
from registers.common.inputs import (
    DateOperationFilterInput,
    DateTimeOperationFilterInput,
    FloatOperationFilterInput,
    IntOperationFilterInput,
    SortEnumType,
    StringOperationFilterInput,
    UuidOperationFilterInput,
)
from registers.common.mapping import Column, Mapping, Relation, Root, Table
from registers.common.relations import nested, register_schema


@strawberry.input
class KleurFilterInput:
    naam: StringOperationFilterInput | None = UNSET


@strawberry.input
class KleurSortInput:
    naam: SortEnumType | None = UNSET


@strawberry.input
class KamerFilterInput:
    and_: list["KamerFilterInput"] | None = strawberry.field(name="and", default=UNSET)
    or_: list["KamerFilterInput"] | None = strawberry.field(name="or", default=UNSET)
    kamerID: UuidOperationFilterInput | None = UNSET
    naam: StringOperationFilterInput | None = UNSET
    nummer: IntOperationFilterInput | None = UNSET
    oppervlak: FloatOperationFilterInput | None = UNSET
    gebouwd: DateOperationFilterInput | None = UNSET
    gemeten: DateTimeOperationFilterInput | None = UNSET
    kleur: KleurFilterInput | None = UNSET
    huis: "HuisFilterInput | None" = UNSET
    bewoner: "BewonerFilterInput | None" = UNSET


@strawberry.input
class ListFilterInputTypeOfKamerFilterInput:
    all: KamerFilterInput | None = UNSET
    none: KamerFilterInput | None = UNSET
    some: KamerFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class BewonerFilterInput:
    naam: StringOperationFilterInput | None = UNSET
    kamer: ListFilterInputTypeOfKamerFilterInput | None = UNSET


@strawberry.input
class HuisFilterInput:
    and_: list["HuisFilterInput"] | None = strawberry.field(name="and", default=UNSET)
    or_: list["HuisFilterInput"] | None = strawberry.field(name="or", default=UNSET)
    huisID: UuidOperationFilterInput | None = UNSET
    naam: StringOperationFilterInput | None = UNSET
    bewoner: BewonerFilterInput | None = UNSET
    kamers: ListFilterInputTypeOfKamerFilterInput | None = UNSET
    agbCode: StringOperationFilterInput | None = UNSET
    peildatum: dt.date | None = UNSET


@strawberry.input
class HuisSortInput:
    naam: SortEnumType | None = UNSET


@strawberry.input
class BewonerSortInput:
    naam: SortEnumType | None = UNSET


@strawberry.input
class KamerSortInput:
    naam: SortEnumType | None = UNSET
    nummer: SortEnumType | None = UNSET
    gebouwd: SortEnumType | None = UNSET
    kleur: KleurSortInput | None = UNSET
    huis: HuisSortInput | None = UNSET
    bewoner: BewonerSortInput | None = UNSET


@federation.type(keys=["straatID"])
class Straat:
    straatID: uuid.UUID
    huizen: list["Huis"] | None = nested(where="HuisFilterInput", order="list[HuisSortInput | None]")


@federation.type(keys=["bsn"])
class Persoon:
    bsn: str
    huizen: list["Huis"] | None = nested(where="HuisFilterInput")


@strawberry.type
class Bewoner:
    bewonerID: uuid.UUID
    bsn: str
    naam: str | None
    profiel: Persoon | None


@strawberry.type
class Kleur:
    kleurID: uuid.UUID
    naam: str


@federation.type(keys=["kamerID"])
class Kamer:
    kamerID: uuid.UUID
    id: uuid.UUID | None = strawberry.field(deprecation_reason="kamerID")
    naam: str
    nummer: int | None
    oppervlak: float | None
    gebouwd: dt.date | None
    gemeten: dt.datetime | None
    kleur: Kleur | None = nested(where="KleurFilterInput")
    huis: "Huis" = nested(where="HuisFilterInput")


@federation.type(keys=["huisID"])
class Huis:
    huisID: uuid.UUID
    naam: str
    straatID: uuid.UUID
    straat: Straat | None
    bewoner: Bewoner
    kamers: list[Kamer] | None = nested(where="KamerFilterInput", order="KamerSortInput")


@strawberry.type
class Query:
    huis: list[Huis] = nested(where="HuisFilterInput", order="HuisSortInput")
    kamer: list[Kamer] | None = nested(where="KamerFilterInput", order="KamerSortInput")

    @strawberry.field
    async def versie(self) -> str:
        return "1"


SCHEMA = register_schema(Query, types=[Persoon])

_KLEUR = (("kleurID", "kleurID"),)
_HUIS = (("huisID", "huisID"),)
_BEWONER = (("bewonerID", "bewonerID"),)

MAPPING = Mapping(
    register="huizen",
    tables=(
        Table(
            "Huis",
            "huis",
            "huisID",
            (
                Column("huisID", "uuid"),
                Column("naam", "text"),
                Column("straatID", "uuid"),
                Column("bewonerID", "uuid", hidden=True),
            ),
            (
                Relation("straat", "Straat", on=(("straatID", "straatID"),), nullable=True, same_client=False),
                Relation("bewoner", "Bewoner", on=_BEWONER),
                Relation("kamers", "Kamer", many=True, on=_HUIS, nullable=True),
            ),
        ),
        Table(
            "Kamer",
            "kamer",
            "kamerID",
            (
                Column("kamerID", "uuid"),
                Column("id", "uuid", column="kamerID", nullable=True),
                Column("naam", "text"),
                Column("nummer", "int", nullable=True),
                Column("oppervlak", "float", nullable=True),
                Column("gebouwd", "date", nullable=True),
                Column("gemeten", "datetime", nullable=True),
                Column("huisID", "uuid", hidden=True),
                Column("kleurID", "uuid", hidden=True, nullable=True),
            ),
            (
                Relation("kleur", "Kleur", on=_KLEUR, nullable=True),
                Relation("huis", "Huis", on=_HUIS),
                Relation("bewoner", "Bewoner", hidden=True, through=("huis", "bewoner")),
            ),
        ),
        Table("Kleur", "kleur", "kleurID", (Column("kleurID", "uuid"), Column("naam", "text"))),
        Table(
            "Bewoner",
            "bewoner",
            "bewonerID",
            (Column("bewonerID", "uuid"), Column("bsn", "text"), Column("naam", "text", nullable=True)),
            (
                Relation("profiel", "Persoon", on=(("bsn", "bsn"),), nullable=True),
                Relation("huizen", "Huis", many=True, on=_BEWONER, hidden=True),
                Relation("kamer", "Kamer", many=True, hidden=True, through=("huizen", "kamers")),
            ),
        ),
        Table(
            "Straat",
            "",
            "straatID",
            (Column("straatID", "uuid"),),
            (Relation("huizen", "Huis", many=True, on=(("straatID", "straatID"),), nullable=True, same_client=False),),
        ),
        Table(
            "Persoon",
            "",
            "bsn",
            (Column("bsn", "text"), Column("client_key", "key", hidden=True)),
            (Relation("huizen", "Huis", many=True, nullable=True),),
            keyed_from="bsn",
        ),
    ),
    roots=(Root("huis", "Huis"), Root("kamer", "Kamer")),
    filters={
        "HuisFilterInput": "Huis",
        "HuisSortInput": "Huis",
        "KamerFilterInput": "Kamer",
        "KamerSortInput": "Kamer",
        "ListFilterInputTypeOfKamerFilterInput": "Kamer",
        "KleurFilterInput": "Kleur",
        "KleurSortInput": "Kleur",
        "BewonerFilterInput": "Bewoner",
        "BewonerSortInput": "Bewoner",
    },
    identity={"HuisFilterInput.agbCode": "agb"},
    ignored=frozenset({"HuisFilterInput.peildatum"}),
)

REGISTER = RegisterDefinition("huizen", SCHEMA, MAPPING, Path(__file__).parent / "huizen")


def fields_file() -> FieldsFile:
    found = load_fields(REGISTER.policies / "fields.json")
    assert found is not None
    return found
