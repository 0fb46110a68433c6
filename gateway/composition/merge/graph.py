"""The order of merging: types first by kind, then what depends on all of them.

Enums come last, because how an enum is merged hangs on where the merged graph uses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateway.composition.merge.composites import merge_composite, with_interface_object_fields
from gateway.composition.merge.context import Context
from gateway.composition.merge.definitions import merge_definitions
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.enums import merge_enum
from gateway.composition.merge.inputs import merge_input_type
from gateway.composition.merge.joins import carried, carried_links
from gateway.composition.merge.model import MergedDefinition, MergedGraph, MergedType
from gateway.composition.model import named_type
from gateway.composition.rules.type_kinds import kind_of
from gateway.supergraph.model import TypeKind

__all__ = ["merge_graph"]


def merge_graph(context: Context) -> MergedGraph:
    """Merge all types of all subgraphs. Errors and hints go to the context."""
    kinds = _kinds(context)
    types: dict[str, MergedType] = {}
    for name in sorted(kinds):
        if kinds[name] is TypeKind.INPUT:
            types[name] = merge_input_type(context, name)
        elif kinds[name] is not TypeKind.ENUM:
            types[name] = merge_composite(context, name, kinds[name])
    types = with_interface_object_fields(context, types)
    directives = merge_definitions(context)
    inputs = frozenset(_input_references(context, types, directives))
    outputs = frozenset(_output_references(types))
    for name, kind in kinds.items():
        if kind is TypeKind.ENUM:
            types[name] = merge_enum(context, name, is_input=name in inputs, is_output=name in outputs)
    applied = {s.name: s.schema_applied for s in context.subgraphs}
    return MergedGraph(
        types={name: types[name] for name in sorted(types) if _is_used_root(types[name])},
        directives=directives,
        schema_directives=merge_directives(context, "schema", applied),
        schema_joins=(*carried_links(context), *carried(context, applied)),
        description=context.description("schema", (s.description for s in context.subgraphs)),
    )


def _kinds(context: Context) -> dict[str, TypeKind]:
    """The kind of each type. One that has several is left out, and reported by a rule."""
    found: dict[str, set[TypeKind]] = {}
    for subgraph in context.subgraphs:
        for name, declared in subgraph.types.items():
            found.setdefault(name, set()).add(kind_of(declared))
    return {name: next(iter(kinds)) for name, kinds in found.items() if len(kinds) == 1}


def _is_used_root(merged: MergedType) -> bool:
    """Root types that only held federation's own fields have nothing left."""
    return merged.name not in {"Mutation", "Subscription"} or bool(merged.fields)


def _input_references(
    context: Context, types: Mapping[str, MergedType], directives: Mapping[str, MergedDefinition]
) -> Iterator[str]:
    """What stands in an input position of the graph, or did before an input field was left out of it."""
    for subgraph in context.subgraphs:
        for found in subgraph.types.values():
            yield from (named_type(given.type) for given in found.inputs.values())
    for definition in directives.values():
        yield from (argument.type.strip("[]!") for argument in definition.arguments.values())
    for merged in types.values():
        for field in merged.fields.values():
            for argument in field.arguments.values():
                yield argument.type.strip("[]!")


def _output_references(types: Mapping[str, MergedType]) -> Iterator[str]:
    for merged in types.values():
        for field in merged.fields.values():
            yield field.type.strip("[]!")
