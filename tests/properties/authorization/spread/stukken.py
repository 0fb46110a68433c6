"""The papers of cases. It adds to a case its papers, and keeps a copy of who is involved in it."""

import uuid

import strawberry
from strawberry import UNSET, federation, field

from registers.common.mapping import Column, Mapping, Relation, Root, Table
from registers.common.relations import nested, register_schema
from tests.properties.authorization.fields import BETROKKENE, ON_ZAAK, STUK, StukFields, StukFilter, StukSort

__all__ = ["MAPPING", "SCHEMA"]


@strawberry.input
class StukFilterInput(StukFilter):
    and_: list["StukFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["StukFilterInput"] | None = field(name="or", default=UNSET)


@strawberry.input
class StukSortInput(StukSort):
    pass


@federation.type(keys=["zaakID"])
class Zaak:
    zaakID: uuid.UUID
    stukken: list["Stuk"] | None = nested(where="StukFilterInput", order="StukSortInput")


@federation.type(keys=["stukID"])
class Stuk(StukFields):
    zaak: Zaak | None


@strawberry.type
class Query:
    stuk: list[Stuk] | None = nested(where="StukFilterInput", order="StukSortInput")


SCHEMA = register_schema(Query)

MAPPING = Mapping(
    register="stukken",
    tables=(
        Table(
            "Zaak",
            "",
            "zaakID",
            (Column("zaakID", "uuid"),),
            (Relation("stukken", "Stuk", many=True, on=ON_ZAAK, nullable=True),),
        ),
        Table(
            "Stuk",
            "stuk",
            "stukID",
            (*STUK, Column("zaakID", "uuid", hidden=True)),
            (
                Relation("zaak", "Zaak", on=ON_ZAAK, nullable=True),
                Relation("betrokkenen", "Betrokkene", many=True, on=ON_ZAAK, hidden=True),
            ),
        ),
        Table(
            "Betrokkene",
            "betrokkene",
            "betrokkeneID",
            (*BETROKKENE, Column("zaakID", "uuid", hidden=True)),
            hidden=True,
            projected=True,
        ),
    ),
    roots=(Root("stuk", "Stuk"),),
    filters={"StukFilterInput": "Stuk", "StukSortInput": "Stuk"},
)
