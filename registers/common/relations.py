"""How a register declares fields whose data comes from SQL, and how it builds its schema.

HOWTO. In `registers/<name>/types.py` (without `from __future__ import annotations`, strawberry reads the annotations):

```python
import datetime as dt, uuid
import strawberry
from strawberry import UNSET, federation
from registers.common.inputs import StringOperationFilterInput, UuidOperationFilterInput
from registers.common.relations import nested

@strawberry.input
class BemiddelingFilterInput:
    and_: list["BemiddelingFilterInput"] | None = strawberry.field(name="and", default=UNSET)
    or_: list["BemiddelingFilterInput"] | None = strawberry.field(name="or", default=UNSET)
    bemiddelingID: UuidOperationFilterInput | None = UNSET       # every input field is optional and defaults to UNSET
    client: "ClientFilterInput | None" = UNSET                   # or Optional["ClientFilterInput"]

@federation.type(keys=["bemiddelingID"])
class Bemiddeling:
    bemiddelingID: uuid.UUID                                     # UUID!, published spelling is kept to the letter
    verantwoordelijkheidEinddatum: dt.date | None                # Date
    client: "BemiddelingClient"                                  # to-one without arguments: a bare annotation
    bemiddelingspecificatie: list["Bemiddelingspecificatie"] | None = nested(
        where="BemiddelingspecificatieFilterInput", order="BemiddelingspecificatieSortInput")
    levering: "Levering" = nested(where="LeveringFilterInput")   # to-one with an argument
```

`order="X"` prints `order: [X!]`; for `[X]` (BR's `Client.bemiddeling`) write `order="list[X | None]"`. A stub (an entity of
another register) is a class with its key and what this register contributes. Deprecated field:
`id: uuid.UUID | None = strawberry.field(deprecation_reason="…")`. Roots are declared the same way on the query class, then:

```python
@strawberry.type
class Query:
    bemiddeling: list[Bemiddeling] = nested(where="BemiddelingFilterInput")

SCHEMA = register_schema(Query, types=[WlzIndicatie, Clientprofiel])   # types: stubs that no field reaches
```

and in `app.py`: `REGISTER = RegisterDefinition("bemiddeling", SCHEMA, MAPPING, Path(__file__).parent, AUDIENCE)` (from
`registers.common.definition`). No resolver is ever written for a mapped field: the compiler reads the declaration's name
from the mapping. A field that is in the schema but not in the mapping is resolved by strawberry as usual.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from typing import Any

import strawberry
from strawberry.federation import Schema
from strawberry.schema.config import StrawberryConfig

from registers.common.scalars import SCALARS

__all__ = ["FEDERATION_VERSION", "nested", "register_schema"]

FEDERATION_VERSION = "2.9"
"""What the registers link: high enough for every directive they use, low enough for the routers in the field."""


def nested(
    *,
    where: str = "",
    order: str = "",
    page: str = "",
    deprecation_reason: str | None = None,
    description: str | None = None,
) -> Any:
    """Declare a field whose rows come from SQL: a root, a nested list, or a to-one field with a condition.

    `where`, `order` and `page` (for a type that comes in pages) name inputs of the calling module (a name that is defined further down is fine). The type comes from
    the annotation of the attribute.
    """
    annotations: dict[str, str] = {}
    if where:
        annotations["where"] = f"{where} | None"
    if order:
        annotations["order"] = f"{order} | None" if order.startswith("list[") else f"list[{order}] | None"

    if page:
        annotations["pagina"] = f"{page} | None"

    def unmapped(**_arguments: object) -> None:
        raise NotImplementedError("this field has no place in the mapping of its register")

    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=strawberry.UNSET, annotation=annotation)
        for name, annotation in annotations.items()
    ]
    unmapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    unmapped.__annotations__ = dict(annotations)
    # Strawberry looks annotations up in the module of the resolver: that of the declaration, not this one.
    unmapped.__module__ = sys._getframe(1).f_globals["__name__"]  # noqa: SLF001
    return strawberry.field(resolver=unmapped, deprecation_reason=deprecation_reason, description=description)


def register_schema(query: type, *, types: Iterable[type] = ()) -> Schema:
    """Build the schema of a register: published spelling, our scalars, Federation 2."""
    return Schema(
        query=query,
        types=types,
        config=StrawberryConfig(auto_camel_case=False),
        scalar_overrides=SCALARS,
        federation_version=FEDERATION_VERSION,
    )
