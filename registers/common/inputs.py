"""The operator inputs of the filters, one superset that is identical in every register.

Composition keeps of an input only what all subgraphs have; were one register to lack an operator, the graph would lose
it. So nobody defines these but this module. An omitted operator is no condition, an explicit null is one
(`eq: null` = has no value). What each operator means stands in `registers/common/sql/operators.py`.
"""

import datetime as dt
import uuid
from enum import Enum

import strawberry
from strawberry import UNSET

__all__ = [
    "DateOperationFilterInput",
    "DateTimeOperationFilterInput",
    "FloatOperationFilterInput",
    "IntOperationFilterInput",
    "SortEnumType",
    "StringOperationFilterInput",
    "UuidOperationFilterInput",
]


@strawberry.enum
class SortEnumType(Enum):
    """The direction of a sort; null values come last in ascending order and first in descending order."""

    ASC = "ASC"
    DESC = "DESC"


@strawberry.input
class StringOperationFilterInput:
    and_: list["StringOperationFilterInput"] | None = strawberry.field(name="and", default=UNSET)
    or_: list["StringOperationFilterInput"] | None = strawberry.field(name="or", default=UNSET)
    eq: str | None = UNSET
    neq: str | None = UNSET
    in_: list[str | None] | None = strawberry.field(name="in", default=UNSET)
    nin: list[str | None] | None = UNSET
    contains: str | None = UNSET
    ncontains: str | None = UNSET
    startsWith: str | None = UNSET
    nstartsWith: str | None = UNSET
    endsWith: str | None = UNSET
    nendsWith: str | None = UNSET
    gt: str | None = UNSET
    ngt: str | None = UNSET
    gte: str | None = UNSET
    ngte: str | None = UNSET
    lt: str | None = UNSET
    nlt: str | None = UNSET
    lte: str | None = UNSET
    nlte: str | None = UNSET


@strawberry.input
class UuidOperationFilterInput:
    and_: list["UuidOperationFilterInput"] | None = strawberry.field(name="and", default=UNSET)
    or_: list["UuidOperationFilterInput"] | None = strawberry.field(name="or", default=UNSET)
    eq: uuid.UUID | None = UNSET
    neq: uuid.UUID | None = UNSET
    in_: list[uuid.UUID | None] | None = strawberry.field(name="in", default=UNSET)
    nin: list[uuid.UUID | None] | None = UNSET
    gt: uuid.UUID | None = UNSET
    ngt: uuid.UUID | None = UNSET
    gte: uuid.UUID | None = UNSET
    ngte: uuid.UUID | None = UNSET
    lt: uuid.UUID | None = UNSET
    nlt: uuid.UUID | None = UNSET
    lte: uuid.UUID | None = UNSET
    nlte: uuid.UUID | None = UNSET


@strawberry.input
class DateOperationFilterInput:
    and_: list["DateOperationFilterInput"] | None = strawberry.field(name="and", default=UNSET)
    or_: list["DateOperationFilterInput"] | None = strawberry.field(name="or", default=UNSET)
    eq: dt.date | None = UNSET
    neq: dt.date | None = UNSET
    in_: list[dt.date | None] | None = strawberry.field(name="in", default=UNSET)
    nin: list[dt.date | None] | None = UNSET
    gt: dt.date | None = UNSET
    ngt: dt.date | None = UNSET
    gte: dt.date | None = UNSET
    ngte: dt.date | None = UNSET
    lt: dt.date | None = UNSET
    nlt: dt.date | None = UNSET
    lte: dt.date | None = UNSET
    nlte: dt.date | None = UNSET


@strawberry.input
class DateTimeOperationFilterInput:
    and_: list["DateTimeOperationFilterInput"] | None = strawberry.field(name="and", default=UNSET)
    or_: list["DateTimeOperationFilterInput"] | None = strawberry.field(name="or", default=UNSET)
    eq: dt.datetime | None = UNSET
    neq: dt.datetime | None = UNSET
    in_: list[dt.datetime | None] | None = strawberry.field(name="in", default=UNSET)
    nin: list[dt.datetime | None] | None = UNSET
    gt: dt.datetime | None = UNSET
    ngt: dt.datetime | None = UNSET
    gte: dt.datetime | None = UNSET
    ngte: dt.datetime | None = UNSET
    lt: dt.datetime | None = UNSET
    nlt: dt.datetime | None = UNSET
    lte: dt.datetime | None = UNSET
    nlte: dt.datetime | None = UNSET


@strawberry.input
class IntOperationFilterInput:
    and_: list["IntOperationFilterInput"] | None = strawberry.field(name="and", default=UNSET)
    or_: list["IntOperationFilterInput"] | None = strawberry.field(name="or", default=UNSET)
    eq: int | None = UNSET
    neq: int | None = UNSET
    in_: list[int | None] | None = strawberry.field(name="in", default=UNSET)
    nin: list[int | None] | None = UNSET
    gt: int | None = UNSET
    ngt: int | None = UNSET
    gte: int | None = UNSET
    ngte: int | None = UNSET
    lt: int | None = UNSET
    nlt: int | None = UNSET
    lte: int | None = UNSET
    nlte: int | None = UNSET


@strawberry.input
class FloatOperationFilterInput:
    and_: list["FloatOperationFilterInput"] | None = strawberry.field(name="and", default=UNSET)
    or_: list["FloatOperationFilterInput"] | None = strawberry.field(name="or", default=UNSET)
    eq: float | None = UNSET
    neq: float | None = UNSET
    in_: list[float | None] | None = strawberry.field(name="in", default=UNSET)
    nin: list[float | None] | None = UNSET
    gt: float | None = UNSET
    ngt: float | None = UNSET
    gte: float | None = UNSET
    ngte: float | None = UNSET
    lt: float | None = UNSET
    nlt: float | None = UNSET
    lte: float | None = UNSET
    nlte: float | None = UNSET
