"""Federation 1 subgraphs, read as Federation 2 would have them written.

Federation 1 knew no `@shareable`: value types were shared by everybody, and a field could be resolved twice. It marked key
fields of an extension `@external` although the extension has them at hand, and tolerated unused externals and keys on
interfaces. Those habits are translated here, so merging and rules know Federation 2 only.
Source: https://www.apollographql.com/docs/graphos/reference/federation/versions, "Migrating from Federation 1"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from graphql import DirectiveNode, FieldNode, NameNode

from gateway.composition.facts import facts_of
from gateway.composition.fieldsets import coordinates, try_field_set
from gateway.composition.model import ROOTS, Applied, FieldDef, SubgraphSchema, TypeDef
from gateway.supergraph.model import TypeKind

__all__ = ["upgraded"]

_SHAREABLE = Applied("shareable", {}, True, DirectiveNode(name=NameNode(value="shareable"), arguments=()))


def upgraded(subgraphs: Sequence[SubgraphSchema]) -> list[SubgraphSchema]:
    """All subgraphs, the Federation 1 ones translated."""
    cleaned = [_cleaned(s, subgraphs) if s.version is None else s for s in subgraphs]
    return [_with_shareable(s, cleaned) if s.version is None else s for s in cleaned]


def _cleaned(subgraph: SubgraphSchema, all_: Sequence[SubgraphSchema]) -> SubgraphSchema:
    """Keys on interfaces dropped, missing keys of extensions copied, externals that are none removed."""
    types = {name: _keyed(found, subgraph, all_) for name, found in subgraph.types.items()}
    subgraph = replace(subgraph, types=types)
    types = {name: _mapped(found, _without_tags_on_external) for name, found in subgraph.types.items()}
    subgraph = replace(subgraph, types={name: _real_externals(found, subgraph) for name, found in types.items()})
    return _without_unused(subgraph)


def _keyed(found: TypeDef, subgraph: SubgraphSchema, all_: Sequence[SubgraphSchema]) -> TypeDef:
    if found.kind is TypeKind.INTERFACE:
        kept = tuple(a for a in found.applied if a.name != "key")
        fields = {n: _without(f, {"external", "provides", "requires"}) for n, f in found.fields.items()}
        return replace(found, applied=kept, fields=fields)
    if not found.extension or found.name in ROOTS or found.has("key"):
        return found
    for other in all_:
        base = other.types.get(found.name)
        if other is not subgraph and base is not None and not base.extension and (key := base.first("key")) is not None:
            selection = try_field_set(key.values.get("fields"))
            if selection is not None and all(
                node.name.value in found.fields for node in selection.selections if isinstance(node, FieldNode)
            ):
                return replace(found, applied=(*found.applied, key))
    return found


def _real_externals(found: TypeDef, subgraph: SubgraphSchema) -> TypeDef:
    """Key fields of an extension are at hand there, whatever `@external` says."""
    if not found.extension:
        return found
    at_hand: set[str] = set()
    for key in found.all("key"):
        selection = try_field_set(key.values.get("fields"))
        if selection is not None:
            at_hand |= {name for owner, name in coordinates(subgraph, found.name, selection) if owner == found.name}
    fields = {n: _without(f, {"external"}) if n in at_hand else f for n, f in found.fields.items()}
    return replace(found, fields=fields)


def _without_tags_on_external(field: FieldDef) -> FieldDef:
    return _without(field, {"tag"}) if field.has("external") else field


def _without_unused(subgraph: SubgraphSchema) -> SubgraphSchema:
    """Drop external fields that nothing uses, and then types that had nothing else."""
    facts = facts_of(subgraph)
    types: dict[str, TypeDef] = {}
    for name, found in subgraph.types.items():
        kept = {n: f for n, f in found.fields.items() if (name, n) not in facts.external or (name, n) in facts.used}
        if found.fields and not kept:
            continue
        types[name] = replace(found, fields=kept) if found.fields else found
    return replace(subgraph, types=types)


def _with_shareable(subgraph: SubgraphSchema, all_: Sequence[SubgraphSchema]) -> SubgraphSchema:
    others = [other for other in all_ if other.name != subgraph.name]
    resolved = {other.name: facts_of(other) for other in others}
    own = facts_of(subgraph)
    types: dict[str, TypeDef] = {}
    for name, found in subgraph.types.items():
        types[name] = found
        if found.kind is not TypeKind.OBJECT or name == "Subscription":
            continue
        if not found.has("key") and name not in ROOTS:
            if any(name in other.types for other in others):
                types[name] = replace(found, applied=(*found.applied, _SHAREABLE))
            continue
        fields = dict(found.fields)
        for field_name, field in found.fields.items():
            place = (name, field_name)
            elsewhere = any(
                name in other.types
                and field_name in other.types[name].fields
                and not resolved[other.name].fully_external(place)
                for other in others
            )
            if elsewhere and place not in own.shareable and place not in own.external:
                fields[field_name] = replace(field, applied=(*field.applied, _SHAREABLE))
        types[name] = replace(found, fields=fields)
    return replace(subgraph, types=types)


def _mapped(found: TypeDef, change: Callable[[FieldDef], FieldDef]) -> TypeDef:
    fields: Mapping[str, FieldDef] = {name: change(field) for name, field in found.fields.items()}
    return replace(found, fields=fields)


def _without(field: FieldDef, directives: set[str]) -> FieldDef:
    return replace(field, applied=tuple(a for a in field.applied if not (a.federation and a.name in directives)))
