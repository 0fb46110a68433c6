"""A plain register for invented grants: persons, their cases, papers and parties of a case, and who is involved in it.

Persoon 1-n Zaak, Zaak 1-n Stuk, Zaak 1-n Partij, Zaak n-0..1 Zaak (what came before it). `Betrokkene` is a table that only
predicates read, as the relations of a real register are.
"""

import datetime as dt
import uuid

import strawberry
from strawberry import UNSET, federation, field

from registers.common.inputs import (
    DateOperationFilterInput,
    DateTimeOperationFilterInput,
    IntOperationFilterInput,
    SortEnumType,
    StringOperationFilterInput,
)
from registers.common.inputs import UuidOperationFilterInput as UuidFilter
from registers.common.mapping import Column, Mapping, Relation, Root, Table
from registers.common.relations import nested, register_schema

__all__ = ["MAPPING", "SCHEMA"]


@strawberry.input
class PersoonFilterInput:
    and_: list["PersoonFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["PersoonFilterInput"] | None = field(name="or", default=UNSET)
    persoonID: UuidFilter | None = UNSET
    naam: StringOperationFilterInput | None = UNSET
    woonplaats: StringOperationFilterInput | None = UNSET
    geboren: DateOperationFilterInput | None = UNSET
    zaken: "ListFilterInputTypeOfZaakFilterInput | None" = UNSET


@strawberry.input
class ZaakFilterInput:
    and_: list["ZaakFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["ZaakFilterInput"] | None = field(name="or", default=UNSET)
    zaakID: UuidFilter | None = UNSET
    soort: StringOperationFilterInput | None = UNSET
    beheerder: StringOperationFilterInput | None = UNSET
    waarnemer: StringOperationFilterInput | None = UNSET
    opening: DateOperationFilterInput | None = UNSET
    sluiting: DateOperationFilterInput | None = UNSET
    bedrag: IntOperationFilterInput | None = UNSET
    notitie: StringOperationFilterInput | None = UNSET
    persoon: PersoonFilterInput | None = UNSET
    voorganger: "ZaakFilterInput | None" = UNSET
    stukken: "ListFilterInputTypeOfStukFilterInput | None" = UNSET
    partijen: "ListFilterInputTypeOfPartijFilterInput | None" = UNSET
    eigenAgb: StringOperationFilterInput | None = UNSET
    peildatum: dt.date | None = UNSET


@strawberry.input
class StukFilterInput:
    and_: list["StukFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["StukFilterInput"] | None = field(name="or", default=UNSET)
    stukID: UuidFilter | None = UNSET
    titel: StringOperationFilterInput | None = UNSET
    auteur: StringOperationFilterInput | None = UNSET
    moment: DateTimeOperationFilterInput | None = UNSET
    bladzijden: IntOperationFilterInput | None = UNSET
    zaak: ZaakFilterInput | None = UNSET
    persoon: PersoonFilterInput | None = UNSET


@strawberry.input
class PartijFilterInput:
    and_: list["PartijFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["PartijFilterInput"] | None = field(name="or", default=UNSET)
    partijID: UuidFilter | None = UNSET
    code: StringOperationFilterInput | None = UNSET
    rol: StringOperationFilterInput | None = UNSET
    van: DateOperationFilterInput | None = UNSET
    tot: DateOperationFilterInput | None = UNSET
    zaak: ZaakFilterInput | None = UNSET


@strawberry.input
class ListFilterInputTypeOfZaakFilterInput:
    all: ZaakFilterInput | None = UNSET
    none: ZaakFilterInput | None = UNSET
    some: ZaakFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ListFilterInputTypeOfStukFilterInput:
    all: StukFilterInput | None = UNSET
    none: StukFilterInput | None = UNSET
    some: StukFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ListFilterInputTypeOfPartijFilterInput:
    all: PartijFilterInput | None = UNSET
    none: PartijFilterInput | None = UNSET
    some: PartijFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class PersoonSortInput:
    naam: SortEnumType | None = UNSET
    woonplaats: SortEnumType | None = UNSET
    geboren: SortEnumType | None = UNSET


@strawberry.input
class ZaakSortInput:
    soort: SortEnumType | None = UNSET
    beheerder: SortEnumType | None = UNSET
    opening: SortEnumType | None = UNSET
    sluiting: SortEnumType | None = UNSET
    bedrag: SortEnumType | None = UNSET
    persoon: PersoonSortInput | None = UNSET
    voorganger: "ZaakSortInput | None" = UNSET


@strawberry.input
class StukSortInput:
    titel: SortEnumType | None = UNSET
    moment: SortEnumType | None = UNSET
    bladzijden: SortEnumType | None = UNSET
    zaak: ZaakSortInput | None = UNSET
    persoon: PersoonSortInput | None = UNSET


@strawberry.input
class PartijSortInput:
    code: SortEnumType | None = UNSET
    van: SortEnumType | None = UNSET
    tot: SortEnumType | None = UNSET
    zaak: ZaakSortInput | None = UNSET


@federation.type(keys=["persoonID"])
class Persoon:
    persoonID: uuid.UUID
    naam: str | None
    woonplaats: str | None
    geboren: dt.date | None
    geheim: bool | None
    zaken: list["Zaak"] | None = nested(where="ZaakFilterInput", order="ZaakSortInput")


@federation.type(keys=["zaakID"])
class Zaak:
    zaakID: uuid.UUID
    soort: str
    beheerder: str | None
    waarnemer: str | None
    opening: dt.date
    sluiting: dt.date | None
    bedrag: int | None
    notitie: str | None
    persoon: Persoon = nested(where="PersoonFilterInput")
    voorganger: "Zaak | None" = nested(where="ZaakFilterInput")
    stukken: list["Stuk"] | None = nested(where="StukFilterInput", order="StukSortInput")
    partijen: list["Partij"] = nested(where="PartijFilterInput", order="PartijSortInput")


@federation.type(keys=["stukID"])
class Stuk:
    stukID: uuid.UUID
    titel: str
    auteur: str | None
    moment: dt.datetime | None
    bladzijden: int | None
    zaak: Zaak | None = nested(where="ZaakFilterInput")


@federation.type(keys=["partijID"])
class Partij:
    partijID: uuid.UUID
    code: str
    rol: str | None
    van: dt.date | None
    tot: dt.date | None
    zaak: Zaak = nested(where="ZaakFilterInput")


@strawberry.type
class Query:
    persoon: list[Persoon] = nested(where="PersoonFilterInput", order="PersoonSortInput")
    zaak: list[Zaak] = nested(where="ZaakFilterInput", order="ZaakSortInput")
    stuk: list[Stuk] | None = nested(where="StukFilterInput", order="StukSortInput")
    partij: list[Partij] | None = nested(where="PartijFilterInput", order="PartijSortInput")


SCHEMA = register_schema(Query)

_ZAAK = (("zaakID", "zaakID"),)
_PERSOON = (("persoonID", "persoonID"),)

MAPPING = Mapping(
    register="balie",
    tables=(
        Table(
            "Persoon",
            "persoon",
            "persoonID",
            (
                Column("persoonID", "uuid"),
                Column("naam", "text"),
                Column("woonplaats", "text", nullable=True),
                Column("geboren", "date", nullable=True),
                Column("geheim", "bool"),
            ),
            (Relation("zaken", "Zaak", many=True, on=_PERSOON, nullable=True),),
        ),
        Table(
            "Zaak",
            "zaak",
            "zaakID",
            (
                Column("zaakID", "uuid"),
                Column("soort", "text"),
                Column("beheerder", "text"),
                Column("waarnemer", "text", nullable=True),
                Column("opening", "date"),
                Column("sluiting", "date", nullable=True),
                Column("bedrag", "int", nullable=True),
                Column("notitie", "text", nullable=True),
                Column("persoonID", "uuid", hidden=True, refers="Persoon"),
                Column("voorgangerID", "uuid", nullable=True, hidden=True, refers="Zaak"),
            ),
            (
                Relation("persoon", "Persoon", on=_PERSOON),
                Relation("voorganger", "Zaak", on=(("voorgangerID", "zaakID"),), nullable=True),
                Relation("stukken", "Stuk", many=True, on=_ZAAK, nullable=True),
                Relation("partijen", "Partij", many=True, on=_ZAAK),
                Relation("betrokkenen", "Betrokkene", many=True, on=_ZAAK, hidden=True),
            ),
        ),
        Table(
            "Stuk",
            "stuk",
            "stukID",
            (
                Column("stukID", "uuid"),
                Column("titel", "text"),
                Column("auteur", "text", nullable=True),
                Column("moment", "datetime", nullable=True),
                Column("bladzijden", "int", nullable=True),
                Column("zaakID", "uuid", hidden=True, refers="Zaak"),
            ),
            (
                Relation("zaak", "Zaak", on=_ZAAK, nullable=True),
                Relation("persoon", "Persoon", through=("zaak", "persoon"), hidden=True),
            ),
        ),
        Table(
            "Partij",
            "partij",
            "partijID",
            (
                Column("partijID", "uuid"),
                Column("code", "text"),
                Column("rol", "text", nullable=True),
                Column("van", "date"),
                Column("tot", "date", nullable=True),
                Column("zaakID", "uuid", hidden=True, refers="Zaak"),
            ),
            (Relation("zaak", "Zaak", on=_ZAAK),),
        ),
        Table(
            "Betrokkene",
            "betrokkene",
            "betrokkeneID",
            (
                Column("betrokkeneID", "uuid"),
                Column("code", "text"),
                Column("van", "date"),
                Column("tot", "date", nullable=True),
                Column("zaakID", "uuid", hidden=True, refers="Zaak"),
            ),
            (Relation("zaak", "Zaak", on=_ZAAK),),
            hidden=True,
        ),
    ),
    roots=(Root("persoon", "Persoon"), Root("zaak", "Zaak"), Root("stuk", "Stuk"), Root("partij", "Partij")),
    filters={
        f"{prefix}{name}{suffix}": name
        for name in ("Persoon", "Zaak", "Stuk", "Partij")
        for prefix, suffix in (("", "FilterInput"), ("", "SortInput"), ("ListFilterInputTypeOf", "FilterInput"))
        if (prefix, name) != ("ListFilterInputTypeOf", "Persoon")
    },
    identity={"ZaakFilterInput.eigenAgb": "agb"},
    ignored=frozenset({"ZaakFilterInput.peildatum"}),
)
