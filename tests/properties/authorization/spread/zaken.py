"""Cases and their parties, and who is involved in them. It adds to a person the cases that are about it."""

import datetime as dt
import uuid

import strawberry
from strawberry import UNSET, federation, field

from registers.common.inputs import (
    DateOperationFilterInput,
    IntOperationFilterInput,
    SortEnumType,
    StringOperationFilterInput,
)
from registers.common.inputs import UuidOperationFilterInput as UuidFilter
from registers.common.mapping import Column, Mapping, Relation, Root, Table
from registers.common.relations import nested, register_schema

__all__ = ["MAPPING", "SCHEMA"]


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
    voorganger: "ZaakFilterInput | None" = UNSET
    partijen: "ListFilterInputTypeOfPartijFilterInput | None" = UNSET
    eigenAgb: StringOperationFilterInput | None = UNSET
    peildatum: dt.date | None = UNSET


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
class ListFilterInputTypeOfPartijFilterInput:
    all: PartijFilterInput | None = UNSET
    none: PartijFilterInput | None = UNSET
    some: PartijFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ZaakSortInput:
    soort: SortEnumType | None = UNSET
    beheerder: SortEnumType | None = UNSET
    opening: SortEnumType | None = UNSET
    sluiting: SortEnumType | None = UNSET
    bedrag: SortEnumType | None = UNSET
    voorganger: "ZaakSortInput | None" = UNSET


@strawberry.input
class PartijSortInput:
    code: SortEnumType | None = UNSET
    van: SortEnumType | None = UNSET
    tot: SortEnumType | None = UNSET
    zaak: ZaakSortInput | None = UNSET


@federation.type(keys=["persoonID"])
class Persoon:
    persoonID: uuid.UUID
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
    persoon: Persoon | None
    voorganger: "Zaak | None" = nested(where="ZaakFilterInput")
    partijen: list["Partij"] = nested(where="PartijFilterInput", order="PartijSortInput")


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
    zaak: list[Zaak] = nested(where="ZaakFilterInput", order="ZaakSortInput")
    partij: list[Partij] | None = nested(where="PartijFilterInput", order="PartijSortInput")


SCHEMA = register_schema(Query)

_ZAAK = (("zaakID", "zaakID"),)
_PERSOON = (("persoonID", "persoonID"),)

MAPPING = Mapping(
    register="zaken",
    tables=(
        Table(
            "Persoon",
            "",
            "persoonID",
            (Column("persoonID", "uuid"),),
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
                Column("persoonID", "uuid", hidden=True),
                Column("voorgangerID", "uuid", nullable=True, hidden=True, refers="Zaak"),
            ),
            (
                Relation("persoon", "Persoon", on=_PERSOON, nullable=True),
                Relation("voorganger", "Zaak", on=(("voorgangerID", "zaakID"),), nullable=True),
                Relation("partijen", "Partij", many=True, on=_ZAAK),
                Relation("betrokkenen", "Betrokkene", many=True, on=_ZAAK, hidden=True),
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
    roots=(Root("zaak", "Zaak"), Root("partij", "Partij")),
    filters={
        "ZaakFilterInput": "Zaak",
        "ZaakSortInput": "Zaak",
        "PartijFilterInput": "Partij",
        "PartijSortInput": "Partij",
        "ListFilterInputTypeOfPartijFilterInput": "Partij",
    },
    identity={"ZaakFilterInput.eigenAgb": "agb"},
    ignored=frozenset({"ZaakFilterInput.peildatum"}),
)
