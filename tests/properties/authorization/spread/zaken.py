"""Cases and their parties, and who is involved in them. It adds to a person the cases that are about it."""

import uuid

import strawberry
from strawberry import UNSET, federation, field

from registers.common.mapping import Column, Mapping, Relation, Root, Table
from registers.common.relations import nested, register_schema
from tests.properties.authorization.fields import (
    BETROKKENE,
    ON_PERSOON,
    ON_ZAAK,
    PARTIJ,
    ZAAK,
    PartijFields,
    PartijFilter,
    PartijSort,
    ZaakFields,
    ZaakFilter,
    ZaakSort,
)

__all__ = ["MAPPING", "SCHEMA"]


@strawberry.input
class ZaakFilterInput(ZaakFilter):
    and_: list["ZaakFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["ZaakFilterInput"] | None = field(name="or", default=UNSET)
    voorganger: "ZaakFilterInput | None" = UNSET
    partijen: "ListFilterInputTypeOfPartijFilterInput | None" = UNSET


@strawberry.input
class PartijFilterInput(PartijFilter):
    and_: list["PartijFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["PartijFilterInput"] | None = field(name="or", default=UNSET)
    zaak: ZaakFilterInput | None = UNSET


@strawberry.input
class ListFilterInputTypeOfPartijFilterInput:
    all: PartijFilterInput | None = UNSET
    none: PartijFilterInput | None = UNSET
    some: PartijFilterInput | None = UNSET
    any: bool | None = UNSET


@strawberry.input
class ZaakSortInput(ZaakSort):
    voorganger: "ZaakSortInput | None" = UNSET


@strawberry.input
class PartijSortInput(PartijSort):
    zaak: ZaakSortInput | None = UNSET


@federation.type(keys=["persoonID"])
class Persoon:
    persoonID: uuid.UUID
    zaken: list["Zaak"] | None = nested(where="ZaakFilterInput", order="ZaakSortInput")


@federation.type(keys=["zaakID"])
class Zaak(ZaakFields):
    persoon: Persoon | None
    voorganger: "Zaak | None" = nested(where="ZaakFilterInput")
    partijen: list["Partij"] = nested(where="PartijFilterInput", order="PartijSortInput")


@federation.type(keys=["partijID"])
class Partij(PartijFields):
    zaak: Zaak = nested(where="ZaakFilterInput")


@strawberry.type
class Query:
    zaak: list[Zaak] = nested(where="ZaakFilterInput", order="ZaakSortInput")
    partij: list[Partij] | None = nested(where="PartijFilterInput", order="PartijSortInput")


SCHEMA = register_schema(Query)

MAPPING = Mapping(
    register="zaken",
    tables=(
        Table(
            "Persoon",
            "",
            "persoonID",
            (Column("persoonID", "uuid"),),
            (Relation("zaken", "Zaak", many=True, on=ON_PERSOON, nullable=True),),
        ),
        Table(
            "Zaak",
            "zaak",
            "zaakID",
            (
                *ZAAK,
                Column("persoonID", "uuid", hidden=True),
                Column("voorgangerID", "uuid", nullable=True, hidden=True, refers="Zaak"),
            ),
            (
                Relation("persoon", "Persoon", on=ON_PERSOON, nullable=True),
                Relation("voorganger", "Zaak", on=(("voorgangerID", "zaakID"),), nullable=True),
                Relation("partijen", "Partij", many=True, on=ON_ZAAK),
                Relation("betrokkenen", "Betrokkene", many=True, on=ON_ZAAK, hidden=True),
            ),
        ),
        Table(
            "Partij",
            "partij",
            "partijID",
            (*PARTIJ, Column("zaakID", "uuid", hidden=True, refers="Zaak")),
            (Relation("zaak", "Zaak", on=ON_ZAAK),),
        ),
        Table(
            "Betrokkene",
            "betrokkene",
            "betrokkeneID",
            (*BETROKKENE, Column("zaakID", "uuid", hidden=True, refers="Zaak")),
            (Relation("zaak", "Zaak", on=ON_ZAAK),),
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
