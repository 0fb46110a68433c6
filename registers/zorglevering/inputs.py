"""The filters of the Zorgleveringsregister: no `and` and `or` between fields, no filters over relations, no sorting."""

import strawberry
from strawberry import UNSET

from registers.common.inputs import (
    DateOperationFilterInput,
    DateTimeOperationFilterInput,
    FloatOperationFilterInput,
    StringOperationFilterInput,
    UuidOperationFilterInput,
)

__all__ = [
    "AfstelFilterInput",
    "BehandelingPeriodeFilterInput",
    "LeveringFilterInput",
    "LeveringperiodeFilterInput",
    "UitstelperiodeFilterInput",
    "VerzoekAanbiederFilterInput",
    "VerzoekFilterInput",
]


@strawberry.input
class LeveringFilterInput:
    leveringID: UuidOperationFilterInput | None = UNSET
    bemiddelingspecificatieID: UuidOperationFilterInput | None = UNSET
    clientID: UuidOperationFilterInput | None = UNSET


@strawberry.input
class LeveringperiodeFilterInput:
    leveringperiodeID: UuidOperationFilterInput | None = UNSET
    leveringID: UuidOperationFilterInput | None = UNSET
    ingangsdatum: DateOperationFilterInput | None = UNSET
    vaststellingMoment: DateTimeOperationFilterInput | None = UNSET
    sleuteldatum: DateOperationFilterInput | None = UNSET
    einddatum: DateOperationFilterInput | None = UNSET
    beeindigingReden: StringOperationFilterInput | None = UNSET
    aanbiederBestemming: StringOperationFilterInput | None = UNSET


@strawberry.input
class BehandelingPeriodeFilterInput:
    behandelingperiodeID: UuidOperationFilterInput | None = UNSET
    leveringperiodeID: UuidOperationFilterInput | None = UNSET


@strawberry.input
class UitstelperiodeFilterInput:
    uitstelperiodeID: UuidOperationFilterInput | None = UNSET
    leveringID: UuidOperationFilterInput | None = UNSET
    ingangsdatum: DateOperationFilterInput | None = UNSET
    vaststellingMoment: DateTimeOperationFilterInput | None = UNSET
    reden: StringOperationFilterInput | None = UNSET
    leveringsstatus: StringOperationFilterInput | None = UNSET
    leveringsstatusClassificatie: StringOperationFilterInput | None = UNSET
    einddatum: DateOperationFilterInput | None = UNSET


@strawberry.input
class AfstelFilterInput:
    afstelID: UuidOperationFilterInput | None = UNSET
    leveringID: UuidOperationFilterInput | None = UNSET
    afsteldatum: DateOperationFilterInput | None = UNSET
    vaststellingMoment: DateTimeOperationFilterInput | None = UNSET
    reden: StringOperationFilterInput | None = UNSET
    aanbiederBestemming: StringOperationFilterInput | None = UNSET


@strawberry.input
class VerzoekFilterInput:
    verzoekID: UuidOperationFilterInput | None = UNSET
    leveringID: UuidOperationFilterInput | None = UNSET
    verzoekdatum: DateOperationFilterInput | None = UNSET
    product: StringOperationFilterInput | None = UNSET
    toewijzingSoort: StringOperationFilterInput | None = UNSET
    leveringsvorm: StringOperationFilterInput | None = UNSET
    volume: FloatOperationFilterInput | None = UNSET
    eenheid: StringOperationFilterInput | None = UNSET
    frequentie: StringOperationFilterInput | None = UNSET
    doelmatig: StringOperationFilterInput | None = UNSET
    toeslagreden: StringOperationFilterInput | None = UNSET
    verantwoord: StringOperationFilterInput | None = UNSET


@strawberry.input
class VerzoekAanbiederFilterInput:
    verzoekAanbiederID: UuidOperationFilterInput | None = UNSET
    verzoekID: UuidOperationFilterInput | None = UNSET
    aanbieder: StringOperationFilterInput | None = UNSET
    toewijzingIngangsdatum: DateOperationFilterInput | None = UNSET
    toewijzingEinddatum: DateOperationFilterInput | None = UNSET
    toewijzingPercentage: FloatOperationFilterInput | None = UNSET
    opname: StringOperationFilterInput | None = UNSET
    regiehouder: StringOperationFilterInput | None = UNSET
