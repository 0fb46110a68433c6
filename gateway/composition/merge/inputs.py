"""Arguments and input types: intersections. What one subgraph requires, every subgraph must know.

An argument or field that is missing somewhere is left out of the graph, because a value for it would be lost there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gateway.composition.merge.context import Context, type_texts
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.joins import field_joins, type_joins
from gateway.composition.merge.model import MergedInput, MergedType
from gateway.composition.model import FieldDef, InputDef
from gateway.supergraph.model import TypeKind

__all__ = ["merge_arguments", "merge_input_type"]


def merge_arguments(context: Context, coordinate: str, fields: Mapping[str, FieldDef]) -> dict[str, MergedInput]:
    """The arguments that all of `fields` (by subgraph) have."""
    merged: dict[str, MergedInput] = {}
    for name in dict.fromkeys(name for field in fields.values() for name in field.arguments):
        where = f"{coordinate}({name}:)"
        given = {subgraph: field.arguments[name] for subgraph, field in fields.items() if name in field.arguments}
        contextual = {subgraph for subgraph, one in given.items() if one.has("fromContext")}
        if contextual:
            _check_contextual(context, where, given, contextual, fields)
            continue
        if len(given) < len(fields):
            _missing_argument(context, where, given, fields)
            continue
        merged[name] = MergedInput(
            name=name,
            description=context.description(where, (one.description for one in given.values())),
            directives=merge_directives(context, where, {s: one.applied for s, one in given.items()}),
            joins=(),
            type=context.types(
                where,
                type_texts(given),
                "FIELD_ARGUMENT_TYPE_MISMATCH",
                "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
                inputs=True,
            ),
            default=context.default(where, given, "FIELD_ARGUMENT_DEFAULT_MISMATCH"),
        )
    return merged


def _missing_argument(
    context: Context, where: str, given: Mapping[str, InputDef], fields: Mapping[str, FieldDef]
) -> None:
    missing = [subgraph for subgraph in fields if subgraph not in given]
    requiring = [subgraph for subgraph, one in given.items() if one.required]
    if requiring:
        message = f"{where} is required in {', '.join(requiring)}, but missing in {', '.join(missing)}."
        context.error("REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH", message, requiring[0], given[requiring[0]].node)
    else:
        message = f"{where} is missing in {', '.join(missing)}, and left out of the graph."
        context.hint("INCONSISTENT_ARGUMENT_PRESENCE", message)


def _check_contextual(
    context: Context,
    where: str,
    given: Mapping[str, InputDef],
    contextual: set[str],
    fields: Mapping[str, FieldDef],
) -> None:
    """An argument filled by the gateway is no argument of the graph; elsewhere it must at least be optional."""
    code = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
    for subgraph in fields:
        if subgraph in contextual or subgraph not in given:
            continue
        message = f"{where} is filled from context in {', '.join(sorted(contextual))}, but not in {subgraph}."
        if given[subgraph].required:
            context.error(code, message, subgraph, given[subgraph].node)
        else:
            context.hint(code, message, subgraph)


def merge_input_type(context: Context, name: str) -> MergedType:
    """An input type with the fields that all subgraphs that know it have. A hidden field stays where it is: no client can
    give a value that would be lost elsewhere.
    """
    definitions = context.defining(name)
    inputs: dict[str, MergedInput] = {}
    for field in dict.fromkeys(field for found in definitions.values() for field in found.inputs):
        where = f"{name}.{field}"
        given = {subgraph: found.inputs[field] for subgraph, found in definitions.items() if field in found.inputs}
        merged = _merge_input_field(context, where, field, given, len(definitions))
        hidden = any(one.has("inaccessible") for one in given.values())
        if len(given) < len(definitions) and not hidden:
            _missing_field(context, where, given, list(definitions))
        else:
            applied = {s: one.applied for s, one in given.items()}
            inputs[field] = replace(merged, directives=merge_directives(context, where, applied))
    if not inputs:
        context.error("EMPTY_MERGED_INPUT_TYPE", f"The subgraphs share no field of the input type {name}.")
    return MergedType(
        name=name,
        description=context.description(name, (found.description for found in definitions.values())),
        directives=merge_directives(context, name, {s: found.applied for s, found in definitions.items()}),
        joins=type_joins(context, name),
        kind=TypeKind.INPUT,
        inputs=inputs,
    )


def _merge_input_field(
    context: Context, where: str, name: str, given: Mapping[str, InputDef], knowing: int
) -> MergedInput:
    """The field as those who have it agree on it, as they must even where the graph then leaves it out; without directives."""
    texts = type_texts(given)
    hint_code = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"
    return MergedInput(
        name=name,
        description=context.description(where, (one.description for one in given.values())),
        directives=(),
        joins=field_joins(context, texts, knowing),
        type=context.types(where, texts, "FIELD_TYPE_MISMATCH", hint_code, inputs=True),
        default=context.default(where, given, "INPUT_FIELD_DEFAULT_MISMATCH"),
    )


def _missing_field(context: Context, where: str, given: Mapping[str, InputDef], subgraphs: list[str]) -> None:
    missing = [subgraph for subgraph in subgraphs if subgraph not in given]
    requiring = [subgraph for subgraph, one in given.items() if one.required]
    if requiring:
        message = f"{where} is required in {', '.join(requiring)}, but missing in {', '.join(missing)}."
        code = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"
        context.error(code, message, requiring[0], given[requiring[0]].node)
    else:
        message = f"{where} is missing in {', '.join(missing)}, and left out of the graph."
        context.hint("INCONSISTENT_INPUT_OBJECT_FIELD", message)
