"""Federation 1 subgraphs, read as Federation 2 would have them written.

Federation 1 knew no `@shareable`: value types were shared by everybody, and a field could be resolved twice. It marked key
fields of an extension `@external` although the extension has them at hand, and tolerated unused externals and keys on
interfaces. Those habits are translated here, so merging and rules know Federation 2 only.
Source: https://www.apollographql.com/docs/graphos/reference/federation/versions, "Migrating from Federation 1"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from graphql import (
    DirectiveNode,
    FieldNode,
    InlineFragmentNode,
    NameNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    print_ast,
)

from gateway.composition.facts import Facts, facts_of
from gateway.composition.fieldsets import coordinates, try_field_set, valid_field_set
from gateway.composition.issues import Issue
from gateway.composition.model import ROOTS, Applied, FieldDef, SubgraphSchema, TypeDef, named_type
from gateway.composition.rules import extensions, only_unused_external
from gateway.supergraph.model import TypeKind

__all__ = ["upgraded"]

_SHAREABLE = Applied("shareable", {}, True, DirectiveNode(name=NameNode(value="shareable"), arguments=()))


def upgraded(subgraphs: Sequence[SubgraphSchema]) -> tuple[list[SubgraphSchema], list[Issue]]:
    """All subgraphs, the Federation 1 ones translated; without those that cannot be, for the reasons given beside."""
    kept: list[SubgraphSchema] = []
    problems: list[Issue] = []
    for subgraph in subgraphs:
        found, issues = _cleaned(subgraph, subgraphs) if subgraph.version is None else (subgraph, [])
        problems += issues
        kept += () if issues else (found,)
    return [_with_shareable(s, kept) if s.version is None else s for s in kept], problems


def _cleaned(subgraph: SubgraphSchema, all_: Sequence[SubgraphSchema]) -> tuple[SubgraphSchema, list[Issue]]:
    """Keys on interfaces dropped, extensions made definitions, externals that are none removed.

    Field sets are read whether they are written as strings, names or lists, and lose what the subgraph has anyway.
    """
    issues = list(extensions.check_old(subgraph, all_))
    types = {name: _with_texts(found) for name, found in subgraph.types.items()}
    types = {name: _plain_interface(found) for name, found in types.items()}
    types = {name: _without_repeated_tags(found, subgraph, all_) for name, found in types.items()}
    subgraph = replace(subgraph, types=types)
    subgraph = replace(subgraph, types={name: _real_externals(found, subgraph, all_) for name, found in types.items()})
    facts = facts_of(subgraph)
    subgraph = replace(subgraph, types={n: _trimmed(found, facts) for n, found in subgraph.types.items()})
    facts = facts_of(subgraph)
    return _without_unused(facts), [*issues, *only_unused_external.check(facts)]


def _with_texts(found: TypeDef) -> TypeDef:
    """Field sets as text, and without `@external` on the type itself, which Federation 1 did not know."""
    kept = tuple(_with_text(a) for a in found.applied if not (a.federation and a.name == "external"))
    return _mapped(replace(found, applied=kept), lambda f: replace(f, applied=tuple(map(_with_text, f.applied))))


def _with_text(applied: Applied) -> Applied:
    fields = applied.values.get("fields")
    if not applied.federation or not isinstance(fields, list):
        return applied
    items: list[object] = fields
    names = [name for name in items if isinstance(name, str)]
    return (
        replace(applied, values={**applied.values, "fields": " ".join(names)}) if len(names) == len(items) else applied
    )


def _trimmed(found: TypeDef, facts: Facts) -> TypeDef:
    """`@requires` and `@provides` without the fields that are not external: the subgraph resolves those itself."""

    def trimmed(field: FieldDef) -> FieldDef:
        applied = tuple(_trimmed_directive(facts, found.name, field, one) for one in field.applied)
        return replace(field, applied=tuple(one for one in applied if one is not None))

    return _mapped(found, trimmed) if found.kind is TypeKind.OBJECT else found


def _trimmed_directive(facts: Facts, type_name: str, field: FieldDef, applied: Applied) -> Applied | None:
    if not applied.federation or applied.name not in {"provides", "requires"}:
        return applied
    start = type_name if applied.name == "requires" else named_type(field.type)
    returned = facts.subgraph.types.get(start)
    if returned is None or not (returned.is_composite or returned.kind is TypeKind.UNION):
        return None
    selection = valid_field_set(facts.subgraph, start, applied.values.get("fields"))
    if selection is None:
        return applied
    kept = _external_part(facts, start, selection)
    if kept is None:
        return None
    return replace(applied, values={**applied.values, "fields": " ".join(print_ast(kept).split())[2:-2]})


def _external_part(facts: Facts, type_name: str, selection: SelectionSetNode) -> SelectionSetNode | None:
    kept: list[SelectionNode] = []
    for node in selection.selections:
        part: SelectionNode | None = node
        if isinstance(node, InlineFragmentNode):
            target = node.type_condition.name.value if node.type_condition is not None else type_name
            inner = _external_part(facts, target, node.selection_set)
            part = replace(node, selection_set=inner) if inner is not None else None
        elif isinstance(node, FieldNode) and not _is_external(facts, type_name, node.name.value):
            field = facts.subgraph.types[type_name].fields.get(node.name.value)
            inner = None
            if field is not None and node.selection_set is not None:
                inner = _external_part(facts, named_type(field.type), node.selection_set)
            part = replace(node, selection_set=inner) if inner is not None else None
        if part is not None:
            kept.append(part)
    return SelectionSetNode(selections=tuple(kept)) if kept else None


def _is_external(facts: Facts, type_name: str, name: str) -> bool:
    owners = {type_name, *facts.subgraph.possible(type_name)}
    return any((owner, name) in facts.external for owner in owners)


def _plain_interface(found: TypeDef) -> TypeDef:
    """An interface without keys, and without directives on its fields that mean something on objects only."""
    if found.kind is TypeKind.INTERFACE:
        kept = tuple(a for a in found.applied if a.name != "key")
        fields = {n: _without(f, {"external", "provides", "requires"}) for n, f in found.fields.items()}
        return replace(found, applied=kept, fields=fields)
    return found


def _real_externals(found: TypeDef, subgraph: SubgraphSchema, all_: Sequence[SubgraphSchema]) -> TypeDef:
    """Extensions as definitions. Their key fields are at hand there, whatever `@external` says; without a key of its own, an
    extension has those of the first key that others give the type.
    """
    if not found.extension:
        return found
    at_hand: set[str] = set()
    for owner in [subgraph] if found.has("key") else [other for other in all_ if other is not subgraph]:
        at_hand |= _keyed_by(found.name, owner, first=owner is not subgraph)
    fields = {n: _without(f, {"external"}) if n in at_hand else f for n, f in found.fields.items()}
    applied = tuple(replace(one, extending=False) for one in found.applied)
    return replace(found, fields=fields, applied=applied, extension=False)


def _keyed_by(type_name: str, owner: SubgraphSchema, *, first: bool) -> set[str]:
    """The fields of a type in its keys, or in its first key, in a subgraph. A key that is a list or a bare name, and no text,
    was never read for this.
    """
    declared = owner.types.get(type_name)
    keys = [key for key in declared.all("key") if _is_text(key)] if declared is not None else []
    selections = [try_field_set(key.values.get("fields")) for key in (keys[:1] if first else keys)]
    found = (place for one in selections if one is not None for place in coordinates(owner, type_name, one))
    return {name for parent, name in found if parent == type_name}


def _is_text(key: Applied) -> bool:
    return all(isinstance(a.value, StringValueNode) for a in key.node.arguments or () if a.name.value == "fields")


def _without_repeated_tags(found: TypeDef, subgraph: SubgraphSchema, all_: Sequence[SubgraphSchema]) -> TypeDef:
    """Tags of an external field that it has where it is defined: Federation 1 had them repeated."""
    others = [other.types[found.name] for other in all_ if other is not subgraph and found.name in other.types]

    def kept(field: FieldDef) -> FieldDef:
        if not field.has("external"):
            return field
        bases = [other.fields[field.name] for other in others if field.name in other.fields]
        tags = {tag.values.get("name") for base in bases if not base.has("external") for tag in base.all("tag")}
        applied = (a for a in field.applied if not (a.federation and a.name == "tag" and a.values.get("name") in tags))
        return replace(field, applied=tuple(applied))

    return _mapped(found, kept)


def _without_unused(facts: Facts) -> SubgraphSchema:
    """Drop external fields that nothing uses, and then types that had nothing else."""
    types: dict[str, TypeDef] = {}
    for name, found in facts.subgraph.types.items():
        kept = {n: f for n, f in found.fields.items() if (name, n) not in facts.external or (name, n) in facts.used}
        if not only_unused_external.is_emptied(facts, found):
            types[name] = replace(found, fields=kept) if found.fields else found
    return replace(facts.subgraph, types=types)


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
