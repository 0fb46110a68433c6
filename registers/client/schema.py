"""The schema of the Cliëntregister: one root, the person."""

import strawberry

from registers.client import types
from registers.common.relations import nested, register_schema

__all__ = ["SCHEMA"]


@strawberry.type
class Query:
    clientprofiel: list[types.Clientprofiel] = nested(
        where="types.ClientprofielFilterInput", description="Personen, en hoe zij bereikbaar zijn."
    )


SCHEMA = register_schema(Query)
