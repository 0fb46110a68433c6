"""Who there is. It keeps a copy of who is involved in the cases of each person."""

import datetime as dt
import uuid

import strawberry
from strawberry import UNSET, federation, field

from registers.common.inputs import DateOperationFilterInput, SortEnumType, StringOperationFilterInput
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


@strawberry.input
class PersoonSortInput:
    naam: SortEnumType | None = UNSET
    woonplaats: SortEnumType | None = UNSET
    geboren: SortEnumType | None = UNSET


@federation.type(keys=["persoonID"])
class Persoon:
    persoonID: uuid.UUID
    naam: str | None
    woonplaats: str | None
    geboren: dt.date | None
    geheim: bool | None


@strawberry.type
class Query:
    persoon: list[Persoon] = nested(where="PersoonFilterInput", order="PersoonSortInput")


SCHEMA = register_schema(Query)

MAPPING = Mapping(
    register="personen",
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
            (Relation("betrokkenen", "Betrokkene", many=True, on=(("persoonID", "persoonID"),), hidden=True),),
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
                Column("persoonID", "uuid", hidden=True),
            ),
            hidden=True,
            projected=True,
        ),
    ),
    roots=(Root("persoon", "Persoon"),),
    filters={"PersoonFilterInput": "Persoon", "PersoonSortInput": "Persoon"},
)
