"""Who there is. It keeps a copy of who is involved in the cases of each person."""

import strawberry
from strawberry import UNSET, federation, field

from registers.common.mapping import Column, Mapping, Relation, Root, Table
from registers.common.relations import nested, register_schema
from tests.properties.authorization.fields import (
    BETROKKENE,
    ON_PERSOON,
    PERSOON,
    PersoonFields,
    PersoonFilter,
    PersoonSort,
)

__all__ = ["MAPPING", "SCHEMA"]


@strawberry.input
class PersoonFilterInput(PersoonFilter):
    and_: list["PersoonFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["PersoonFilterInput"] | None = field(name="or", default=UNSET)


@strawberry.input
class PersoonSortInput(PersoonSort):
    pass


@federation.type(keys=["persoonID"])
class Persoon(PersoonFields):
    pass


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
            PERSOON,
            (Relation("betrokkenen", "Betrokkene", many=True, on=ON_PERSOON, hidden=True),),
        ),
        Table(
            "Betrokkene",
            "betrokkene",
            "betrokkeneID",
            (*BETROKKENE, Column("persoonID", "uuid", hidden=True)),
            hidden=True,
            projected=True,
        ),
    ),
    roots=(Root("persoon", "Persoon"),),
    filters={"PersoonFilterInput": "Persoon", "PersoonSortInput": "Persoon"},
)
