"""The papers of cases. It adds to a case its papers, and keeps a copy of who is involved in it."""

import datetime as dt
import uuid

import strawberry
from strawberry import UNSET, federation, field

from registers.common.inputs import (
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
class StukFilterInput:
    and_: list["StukFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["StukFilterInput"] | None = field(name="or", default=UNSET)
    stukID: UuidFilter | None = UNSET
    titel: StringOperationFilterInput | None = UNSET
    auteur: StringOperationFilterInput | None = UNSET
    moment: DateTimeOperationFilterInput | None = UNSET
    bladzijden: IntOperationFilterInput | None = UNSET


@strawberry.input
class StukSortInput:
    titel: SortEnumType | None = UNSET
    moment: SortEnumType | None = UNSET
    bladzijden: SortEnumType | None = UNSET


@federation.type(keys=["zaakID"])
class Zaak:
    zaakID: uuid.UUID
    stukken: list["Stuk"] | None = nested(where="StukFilterInput", order="StukSortInput")


@federation.type(keys=["stukID"])
class Stuk:
    stukID: uuid.UUID
    titel: str
    auteur: str | None
    moment: dt.datetime | None
    bladzijden: int | None
    zaak: Zaak | None


@strawberry.type
class Query:
    stuk: list[Stuk] | None = nested(where="StukFilterInput", order="StukSortInput")


SCHEMA = register_schema(Query)

_ZAAK = (("zaakID", "zaakID"),)

MAPPING = Mapping(
    register="stukken",
    tables=(
        Table(
            "Zaak",
            "",
            "zaakID",
            (Column("zaakID", "uuid"),),
            (Relation("stukken", "Stuk", many=True, on=_ZAAK, nullable=True),),
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
                Column("zaakID", "uuid", hidden=True),
            ),
            (
                Relation("zaak", "Zaak", on=_ZAAK, nullable=True),
                Relation("betrokkenen", "Betrokkene", many=True, on=_ZAAK, hidden=True),
            ),
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
                Column("zaakID", "uuid", hidden=True),
            ),
            hidden=True,
            projected=True,
        ),
    ),
    roots=(Root("stuk", "Stuk"),),
    filters={"StukFilterInput": "Stuk", "StukSortInput": "Stuk"},
)
