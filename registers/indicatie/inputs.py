"""The filter of the Indicatieregister.

Register 3 filters on six fields. Register 2, in production, has three that are no data: two carry the caller's own code, and
must equal it; `raadpleegDatum` is accepted and means nothing.
"""

import datetime as dt

import strawberry
from strawberry import UNSET

from registers.common.inputs import (
    DateOperationFilterInput,
    IntOperationFilterInput,
    StringOperationFilterInput,
    UuidOperationFilterInput,
)

__all__ = [
    "WlzIndicatieFilterInput",
]


@strawberry.input
class WlzIndicatieFilterInput:
    wlzindicatieID: UuidOperationFilterInput | None = UNSET
    initieelVerantwoordelijkZorgkantoor: StringOperationFilterInput | None = UNSET
    bsn: StringOperationFilterInput | None = UNSET
    besluitnummer: IntOperationFilterInput | None = UNSET
    afgiftedatum: DateOperationFilterInput | None = UNSET
    ingangsdatum: DateOperationFilterInput | None = UNSET
    agbCodeInstelling: StringOperationFilterInput | None = UNSET
    uzoviCodeZorgkantoor: StringOperationFilterInput | None = UNSET
    raadpleegDatum: dt.date | None = UNSET
