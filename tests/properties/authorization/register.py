"""A plain register for invented grants: persons, their cases, papers and parties of a case, and who is involved in it.

Persoon 1-n Zaak, Zaak 1-n Stuk, Zaak 1-n Partij, Zaak n-0..1 Zaak (what came before it). `Betrokkene` is a table that only
predicates read, as the relations of a real register are.
"""

import strawberry
from strawberry import UNSET, federation, field

from registers.common.mapping import Column, Mapping, Relation, Root, Table
from registers.common.relations import nested, register_schema
from tests.properties.authorization.fields import (
    BETROKKENE,
    ON_PERSOON,
    ON_ZAAK,
    PARTIJ,
    PERSOON,
    STUK,
    ZAAK,
    PartijFields,
    PartijFilter,
    PartijSort,
    PersoonFields,
    PersoonFilter,
    PersoonSort,
    StukFields,
    StukFilter,
    StukSort,
    ZaakFields,
    ZaakFilter,
    ZaakSort,
)

__all__ = ["MAPPING", "SCHEMA"]


@strawberry.input
class PersoonFilterInput(PersoonFilter):
    and_: list["PersoonFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["PersoonFilterInput"] | None = field(name="or", default=UNSET)
    zaken: "ListFilterInputTypeOfZaakFilterInput | None" = UNSET


@strawberry.input
class ZaakFilterInput(ZaakFilter):
    and_: list["ZaakFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["ZaakFilterInput"] | None = field(name="or", default=UNSET)
    persoon: PersoonFilterInput | None = UNSET
    voorganger: "ZaakFilterInput | None" = UNSET
    stukken: "ListFilterInputTypeOfStukFilterInput | None" = UNSET
    partijen: "ListFilterInputTypeOfPartijFilterInput | None" = UNSET


@strawberry.input
class StukFilterInput(StukFilter):
    and_: list["StukFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["StukFilterInput"] | None = field(name="or", default=UNSET)
    zaak: ZaakFilterInput | None = UNSET
    persoon: PersoonFilterInput | None = UNSET


@strawberry.input
class PartijFilterInput(PartijFilter):
    and_: list["PartijFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["PartijFilterInput"] | None = field(name="or", default=UNSET)
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
class PersoonSortInput(PersoonSort):
    pass


@strawberry.input
class ZaakSortInput(ZaakSort):
    persoon: PersoonSortInput | None = UNSET
    voorganger: "ZaakSortInput | None" = UNSET


@strawberry.input
class StukSortInput(StukSort):
    zaak: ZaakSortInput | None = UNSET
    persoon: PersoonSortInput | None = UNSET


@strawberry.input
class PartijSortInput(PartijSort):
    zaak: ZaakSortInput | None = UNSET


@federation.type(keys=["persoonID"])
class Persoon(PersoonFields):
    zaken: list["Zaak"] | None = nested(where="ZaakFilterInput", order="ZaakSortInput")


@federation.type(keys=["zaakID"])
class Zaak(ZaakFields):
    persoon: Persoon = nested(where="PersoonFilterInput")
    voorganger: "Zaak | None" = nested(where="ZaakFilterInput")
    stukken: list["Stuk"] | None = nested(where="StukFilterInput", order="StukSortInput")
    partijen: list["Partij"] = nested(where="PartijFilterInput", order="PartijSortInput")


@federation.type(keys=["stukID"])
class Stuk(StukFields):
    zaak: Zaak | None = nested(where="ZaakFilterInput")


@federation.type(keys=["partijID"])
class Partij(PartijFields):
    zaak: Zaak = nested(where="ZaakFilterInput")


@strawberry.type
class Query:
    persoon: list[Persoon] = nested(where="PersoonFilterInput", order="PersoonSortInput")
    zaak: list[Zaak] = nested(where="ZaakFilterInput", order="ZaakSortInput")
    stuk: list[Stuk] | None = nested(where="StukFilterInput", order="StukSortInput")
    partij: list[Partij] | None = nested(where="PartijFilterInput", order="PartijSortInput")


SCHEMA = register_schema(Query)

MAPPING = Mapping(
    register="balie",
    tables=(
        Table(
            "Persoon",
            "persoon",
            "persoonID",
            PERSOON,
            (Relation("zaken", "Zaak", many=True, on=ON_PERSOON, nullable=True),),
        ),
        Table(
            "Zaak",
            "zaak",
            "zaakID",
            (
                *ZAAK,
                Column("persoonID", "uuid", hidden=True, refers="Persoon"),
                Column("voorgangerID", "uuid", nullable=True, hidden=True, refers="Zaak"),
            ),
            (
                Relation("persoon", "Persoon", on=ON_PERSOON),
                Relation("voorganger", "Zaak", on=(("voorgangerID", "zaakID"),), nullable=True),
                Relation("stukken", "Stuk", many=True, on=ON_ZAAK, nullable=True),
                Relation("partijen", "Partij", many=True, on=ON_ZAAK),
                Relation("betrokkenen", "Betrokkene", many=True, on=ON_ZAAK, hidden=True),
            ),
        ),
        Table(
            "Stuk",
            "stuk",
            "stukID",
            (*STUK, Column("zaakID", "uuid", hidden=True, refers="Zaak")),
            (
                Relation("zaak", "Zaak", on=ON_ZAAK, nullable=True),
                Relation("persoon", "Persoon", through=("zaak", "persoon"), hidden=True),
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
