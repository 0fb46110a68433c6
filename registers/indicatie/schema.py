"""The schema of the Indicatieregister: one root, and the indications of a person."""

import strawberry

from registers.common.relations import nested, register_schema
from registers.indicatie import types

__all__ = ["SCHEMA"]


@strawberry.type
class Query:
    wlzIndicatie: list[types.WlzIndicatie] = nested(
        where="types.WlzIndicatieFilterInput", description="Indicaties, met alles wat het CIZ erbij vaststelde."
    )


SCHEMA = register_schema(Query)
