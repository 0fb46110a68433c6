"""The filter on inzagen, and the page of them."""

import uuid

import strawberry
from strawberry import UNSET, field

from registers.common.inputs import (
    DateTimeOperationFilterInput,
    StringOperationFilterInput,
    UuidOperationFilterInput,
)

__all__ = ["InzageFilterInput", "InzagePaginaInput"]


@strawberry.input
class InzageFilterInput:
    and_: list["InzageFilterInput"] | None = field(name="and", default=UNSET)
    or_: list["InzageFilterInput"] | None = field(name="or", default=UNSET)
    inzageID: UuidOperationFilterInput | None = UNSET
    persoon: UuidOperationFilterInput | None = UNSET
    moment: DateTimeOperationFilterInput | None = UNSET
    hoedanigheid: StringOperationFilterInput | None = UNSET
    partijcode: StringOperationFilterInput | None = UNSET
    doel: StringOperationFilterInput | None = UNSET


@strawberry.input(description="Een bladzijde van de lijst, die met het nieuwste begint.")
class InzagePaginaInput:
    eerste: int | None = field(default=UNSET, description="Hoeveel; zonder dit 100, en nooit meer dan 1000.")
    na: uuid.UUID | None = field(default=UNSET, description="De inzageID waarna de bladzijde begint.")
