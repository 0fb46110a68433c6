"""Objects, interfaces, unions and scalars: unions of what the subgraphs say."""

from __future__ import annotations

from dataclasses import replace

from gateway.composition.merge.context import Context
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.fields import merge_fields
from gateway.composition.merge.joins import carried, type_joins
from gateway.composition.merge.model import MergedDirective, MergedField, MergedType
from gateway.composition.model import ROOTS, TypeDef
from gateway.supergraph.model import TypeKind

__all__ = ["merge_composite", "with_interface_object_fields"]


def merge_composite(context: Context, name: str, kind: TypeKind) -> MergedType:
    """A type of a kind whose members are united. Fields of `@interfaceObject` types arrive with the interface. What the
    implementations of an interface demand, the interface demands (security case A02).
    """
    definitions = context.defining(name)
    demands = context.inherited.get(name, ()) if kind is TypeKind.INTERFACE else ()
    fields = merge_fields(context, name) if kind in {TypeKind.OBJECT, TypeKind.INTERFACE} else {}
    _hint_partial(context, name, kind, fields)
    return MergedType(
        name=name,
        description=context.description(name, (found.description for found in definitions.values())),
        directives=(
            *merge_directives(context, name, {s: found.applied for s, found in definitions.items()}, more=demands),
            *_contexts(context, name),
        ),
        joins=(*type_joins(context, name), *carried(context, {s: found.applied for s, found in definitions.items()})),
        kind=kind,
        interfaces=tuple(dict.fromkeys(i for found in definitions.values() for i in found.interfaces)),
        fields=fields,
        members=tuple(dict.fromkeys(m for found in definitions.values() for m in found.members)),
    )


def _contexts(context: Context, name: str) -> list[MergedDirective]:
    """`@context` keeps its name apart per subgraph: `a__user` is what subgraph a calls `user`."""
    return [
        MergedDirective("context", f'@{context.names["context"]}(name: "{subgraph}__{applied.values.get("name")}")')
        for subgraph, found in context.defining(name).items()
        for applied in found.all("context")
    ]


def _hint_partial(context: Context, name: str, kind: TypeKind, fields: dict[str, MergedField]) -> None:
    definitions = context.defining(name)
    keyed = {subgraph for subgraph, found in definitions.items() if found.has("key")}
    if keyed and len(keyed) < len(definitions) and kind is TypeKind.OBJECT:
        context.hint("INCONSISTENT_ENTITY", f"{name} has a key in {', '.join(sorted(keyed))} only.")
    if kind is TypeKind.UNION:
        for member in dict.fromkeys(m for found in definitions.values() for m in found.members):
            if any(member not in found.members for found in definitions.values()):
                context.hint("INCONSISTENT_UNION_MEMBER", f"{member} is a member of {name} in some subgraphs only.")
        return
    if keyed or name in ROOTS or len(definitions) < 2:
        return
    word = "OBJECT" if kind is TypeKind.OBJECT else "INTERFACE"
    for field in fields:
        if any(field not in found.fields and not _only_external(context, s, found) for s, found in definitions.items()):
            context.hint(f"INCONSISTENT_{word}_VALUE_TYPE_FIELD", f"{name}.{field} is missing in some subgraphs.")


def _only_external(context: Context, subgraph: str, found: TypeDef) -> bool:
    """Whether a subgraph resolves nothing of a type, and so cannot lack a field of it."""
    return all(context.external(subgraph, found.name, field) for field in found.fields)


def with_interface_object_fields(context: Context, types: dict[str, MergedType]) -> dict[str, MergedType]:
    """Give implementations the fields that an `@interfaceObject` adds to their interface: no subgraph resolves them on the
    implementation itself, which the bare `@join__field` says.
    """
    added = {
        name: [
            field for found in context.defining(name).values() if found.has("interfaceObject") for field in found.fields
        ]
        for name, merged in types.items()
        if merged.kind is TypeKind.INTERFACE
    }
    changed = dict(types)
    for name, merged in types.items():
        if merged.kind is not TypeKind.OBJECT:
            continue
        fields = dict(merged.fields)
        for interface in merged.interfaces:
            for field in added.get(interface, ()):
                if field not in fields and field in types[interface].fields:
                    fields[field] = replace(types[interface].fields[field], joins=("@join__field",))
        changed[name] = replace(merged, fields=fields)
    return changed
