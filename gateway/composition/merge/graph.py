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
from gateway.composition.merge.model import MergedGraph, MergedType
from gateway.composition.model import SubgraphSchema
from gateway.composition.rules.type_kinds import kind_of
from gateway.supergraph.features import Feature
from gateway.supergraph.model import TypeKind

__all__ = ["merge_graph"]


def merge_graph(context: Context, composed: Mapping[str, tuple[SubgraphSchema, Feature]]) -> MergedGraph:
    """Merge all types of all subgraphs. Errors and hints go to the context."""
    kinds = {name: kind_of(found) for s in context.subgraphs for name, found in s.types.items()}
    types: dict[str, MergedType] = {}
    for name in sorted(kinds):
        if kinds[name] is TypeKind.INPUT:
            types[name] = merge_input_type(context, name)
        elif kinds[name] is not TypeKind.ENUM:
            types[name] = merge_composite(context, name, kinds[name])
    types = with_interface_object_fields(context, types)
    inputs, outputs = frozenset(_input_references(types)), frozenset(_output_references(types))
    for name, kind in kinds.items():
        if kind is TypeKind.ENUM:
            types[name] = merge_enum(context, name, is_input=name in inputs, is_output=name in outputs)
    return MergedGraph(
        types={name: types[name] for name in sorted(types) if _is_used_root(types[name])},
        directives=merge_definitions(context, composed),
        schema_directives=merge_directives(context, "schema", {s.name: s.schema_applied for s in context.subgraphs}),
        description=context.description("schema", (s.description for s in context.subgraphs)),
    )


def _is_used_root(merged: MergedType) -> bool:
    """Root types that only held federation's own fields have nothing left."""
    return merged.name not in {"Mutation", "Subscription"} or bool(merged.fields)


def _input_references(types: Mapping[str, MergedType]) -> Iterator[str]:
    for merged in types.values():
        for given in merged.inputs.values():
            yield given.type.strip("[]!")
        for field in merged.fields.values():
            for argument in field.arguments.values():
                yield argument.type.strip("[]!")


def _output_references(types: Mapping[str, MergedType]) -> Iterator[str]:
    for merged in types.values():
        for field in merged.fields.values():
            yield field.type.strip("[]!")
