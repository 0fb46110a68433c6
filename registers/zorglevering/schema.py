"""The schema of the Zorgleveringsregister: its seven roots, and what it adds to an allocation and a person.

`behandelingperiode` is missing from the last published schema text; a published query (QLR-0010) uses it.
"""

import strawberry

from registers.common.relations import nested, register_schema
from registers.zorglevering import types

__all__ = ["SCHEMA"]


@strawberry.type
class Query:
    levering: list[types.Levering] | None = nested(
        where="types.LeveringFilterInput", description="Leveringen van zorg."
    )
    leveringperiode: list[types.Leveringperiode] | None = nested(
        where="types.LeveringperiodeFilterInput", description="Perioden waarin zorg is geleverd."
    )
    behandelingperiode: list[types.BehandelingPeriode] | None = nested(
        where="types.BehandelingPeriodeFilterInput", description="Perioden van behandeling."
    )
    uitstelperiode: list[types.Uitstelperiode] | None = nested(
        where="types.UitstelperiodeFilterInput", description="Perioden waarin de zorg is uitgesteld."
    )
    afstel: list[types.Afstel] | None = nested(where="types.AfstelFilterInput", description="Zorg die er niet komt.")
    verzoek: list[types.Verzoek] | None = nested(
        where="types.VerzoekFilterInput", description="Verzoeken om een toewijzing of wijziging ervan."
    )
    verzoekAanbieder: list[types.VerzoekAanbieder] | None = nested(
        where="types.VerzoekAanbiederFilterInput", description="Wat aan zorgaanbieders wordt gevraagd."
    )


SCHEMA = register_schema(Query)
