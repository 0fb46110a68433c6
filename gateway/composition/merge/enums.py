"""Enums, merged by use: as input an intersection, as output a union, as both they must agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gateway.composition.merge.context import Context
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.joins import join, type_joins
from gateway.composition.merge.model import MergedType, MergedValue
from gateway.composition.model import EnumValueDef
from gateway.supergraph.model import TypeKind

__all__ = ["merge_enum"]


def merge_enum(context: Context, name: str, *, is_input: bool, is_output: bool) -> MergedType:
    """An enum. Unused ones are merged as output."""
    definitions = context.defining(name)
    if not is_input and not is_output:
        context.hint("UNUSED_ENUM_TYPE", f"The enum {name} is used nowhere.")
    values: dict[str, MergedValue] = {}
    for value in dict.fromkeys(value for found in definitions.values() for value in found.values):
        given = {subgraph: found.values[value] for subgraph, found in definitions.items() if value in found.values}
        missing = [subgraph for subgraph in definitions if subgraph not in given]
        hidden = any(one.has("inaccessible") for one in given.values())
        merged = _merge_value(context, f"{name}.{value}", value, given)
        if not missing or hidden or _tolerated(context, name, value, missing, is_input=is_input, is_output=is_output):
            applied = {s: one.applied for s, one in given.items()}
            values[value] = replace(merged, directives=merge_directives(context, f"{name}.{value}", applied))
    if not values:
        context.error("EMPTY_MERGED_ENUM_TYPE", f"The subgraphs share no value of the enum {name}.")
    return MergedType(
        name=name,
        description=context.description(name, (found.description for found in definitions.values())),
        directives=merge_directives(context, name, {s: found.applied for s, found in definitions.items()}),
        joins=type_joins(context, name),
        kind=TypeKind.ENUM,
        values=values,
    )


def _tolerated(context: Context, name: str, value: str, missing: list[str], *, is_input: bool, is_output: bool) -> bool:
    """Whether a value that is missing somewhere stays in the graph."""
    lacking = f"The value {value} of the enum {name} is missing in {', '.join(missing)}"
    if is_input and is_output:
        message = f"{lacking}, but the enum is used for input and output, so its values must agree."
        context.error("ENUM_VALUE_MISMATCH", message)
        return True
    if is_input:
        context.hint("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", f"{lacking}, and left out of the graph.")
        return False
    context.hint("INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", f"{lacking}.")
    return True


def _merge_value(context: Context, where: str, value: str, given: Mapping[str, EnumValueDef]) -> MergedValue:
    return MergedValue(
        name=value,
        description=context.description(where, (one.description for one in given.values())),
        directives=(),
        joins=tuple(join("enumValue", graph=context.graphs[subgraph]) for subgraph in given),
    )
