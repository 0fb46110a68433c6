"""The schema of the register of inzagen: one root, newest first, and the same list on the person."""

import strawberry

from registers.common.relations import nested, register_schema
from registers.inzage import types

__all__ = ["SCHEMA"]


@strawberry.type
class Query:
    inzagen: list[types.Inzage] = nested(
        where="types.InzageFilterInput",
        page="types.InzagePaginaInput",
        description="Wie gegevens heeft ingezien van u, of van wie u mag vertegenwoordigen; het nieuwste eerst.",
    )


SCHEMA = register_schema(Query, types=[types.Clientprofiel])
