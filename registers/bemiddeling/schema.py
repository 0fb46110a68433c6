"""The schema of the Bemiddelingsregister: its five roots, and what it adds to an indication and a person."""

import strawberry

from registers.bemiddeling import types
from registers.common.relations import nested, register_schema

__all__ = ["SCHEMA"]


@strawberry.type
class Query:
    client: list[types.BemiddelingClient] = nested(where="types.ClientFilterInput", description="Cliënten.")
    bemiddeling: list[types.Bemiddeling] = nested(where="types.BemiddelingFilterInput", description="Bemiddelingen.")
    bemiddelingspecificatie: list[types.Bemiddelingspecificatie] = nested(
        where="types.BemiddelingspecificatieFilterInput", description="Toewijzingen van zorg."
    )
    overdracht: list[types.Overdracht] = nested(
        where="types.OverdrachtFilterInput", description="Overdrachten van een dossier."
    )
    regiehouder: list[types.Regiehouder] = nested(
        where="types.RegiehouderFilterInput", description="Zorgaanbieders met de regie."
    )


SCHEMA = register_schema(Query)
