"""`@cost` and `@listSize`: only where they can be computed with."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error
from gateway.composition.model import Applied, FieldDef, named_type, type_text
from gateway.supergraph.model import TypeKind

__all__ = ["check"]


def check(facts: Facts) -> Iterator[Issue]:
    name = facts.subgraph.name
    for found in facts.subgraph.types.values():
        for field in found.fields.values():
            where = f"{found.name}.{field.name}"
            if found.kind is TypeKind.INTERFACE and field.has("cost"):
                message = f"@cost stands on {where}, a field of an interface."
                yield error("COST_APPLIED_TO_INTERFACE_FIELD", message, name, field.node)
            for applied in field.all("listSize"):
                yield from _list_size(facts, where, field, applied)


def _list_size(facts: Facts, where: str, field: FieldDef, applied: Applied) -> Iterator[Issue]:
    name = facts.subgraph.name
    sized: list[str] = applied.values.get("sizedFields") or []
    if not sized and "[" not in type_text(field.type):
        yield error(
            "LIST_SIZE_APPLIED_TO_NON_LIST", f"@listSize stands on {where}, which is no list.", name, field.node
        )
    assumed = applied.values.get("assumedSize")
    if isinstance(assumed, int) and assumed < 0:
        message = f"The assumed size of {where} is negative."
        yield error("LIST_SIZE_INVALID_ASSUMED_SIZE", message, name, field.node)
    target = facts.subgraph.types.get(named_type(field.type))
    for one in sized:
        declared = target.fields.get(one) if target is not None else None
        if declared is None or "[" not in type_text(declared.type):
            message = f"The sized field {one} of {where} is no list field of {named_type(field.type)}."
            yield error("LIST_SIZE_INVALID_SIZED_FIELD", message, name, field.node)
    for one in applied.values.get("slicingArguments") or []:
        argument = field.arguments.get(str(one))
        if argument is None or type_text(argument.type) not in {"Int", "Int!"}:
            message = f"The slicing argument {one} of {where} is no integer argument."
            yield error("LIST_SIZE_INVALID_SLICING_ARGUMENT", message, name, field.node)
