"""`@override`: which subgraph loses a field to which, and whether it is still needed where it was lost.

Source: https://specs.apollo.dev/federation/v2.7 (progressive override by label)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error, hint
from gateway.composition.merge.context import Override
from gateway.composition.model import Applied, FieldDef, SubgraphSchema, TypeDef
from gateway.supergraph.model import TypeKind

__all__ = ["find_overrides"]

_LABEL = re.compile(r"^[a-zA-Z][a-zA-Z0-9_\-:./]*$")
_PERCENT = re.compile(r"^percent\((?:\d{1,2}(?:\.\d{1,8})?|100)\)$")

Place = tuple[str, str, str]
"""(type, field, subgraph)"""


def find_overrides(
    subgraphs: Sequence[SubgraphSchema], facts: Mapping[str, Facts]
) -> tuple[dict[Place, Override], list[Issue]]:
    """How each field of each subgraph is touched by an override; with the errors and hints on the way."""
    by_name = {subgraph.name: subgraph for subgraph in subgraphs}
    found: dict[Place, Override] = {}
    issues: list[Issue] = []
    for subgraph, type_, field, applied in _overriding(subgraphs):
        where = f"{type_.name}.{field.name}"
        if type_.kind is TypeKind.INTERFACE:
            message = f"@override cannot stand on {where}, a field of an interface."
            issues.append(error("OVERRIDE_ON_INTERFACE", message, subgraph.name, field.node))
            continue
        source_name = str(applied.values.get("from"))
        if source_name == subgraph.name:
            message = f"{where} is overridden from its own subgraph."
            issues.append(error("OVERRIDE_FROM_SELF_ERROR", message, subgraph.name, field.node))
            continue
        source = by_name.get(source_name)
        if source is not None and _override_on(source, type_.name, field.name):
            message = f"{where} is overridden from {source_name}, where it is overridden itself."
            issues.append(error("OVERRIDE_SOURCE_HAS_OVERRIDE", message, subgraph.name, field.node))
            continue
        if source is None:
            message = f"{where} is overridden from {source_name}, which does not exist."
            issues.append(hint("FROM_SUBGRAPH_DOES_NOT_EXIST", message, subgraph.name, field.node))
            continue
        if collisions := list(_collisions(subgraph, source, type_, field, facts)):
            issues += collisions
            continue
        declared = source.types[type_.name].fields.get(field.name) if type_.name in source.types else None
        label = applied.values.get("label") or None
        if declared is not None:
            issues += _label_problems(where, label, subgraph, field)
        is_external = (type_.name, field.name) in facts[source_name].external
        if declared is None or (is_external and label is None):
            message = f"{where} is not resolved in {source_name} any more, so @override can go."
            issues.append(hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", message, subgraph.name, field.node))
        else:
            found |= _verdict(type_.name, field.name, subgraph.name, source_name, label, facts)
            issues.append(_progress(where, source_name, label))
    return found, issues


def _verdict(
    type_name: str, field_name: str, target: str, source: str, label: object, facts: Mapping[str, Facts]
) -> dict[Place, Override]:
    used = (type_name, field_name) in facts[source].used
    if isinstance(label, str):
        return {
            (type_name, field_name, target): Override(label=label),
            (type_name, field_name, source): Override(label=label, used=used),
        }
    return {(type_name, field_name, source): Override(removed=not used, used=used)}


def _progress(where: str, source: str, label: object) -> Issue:
    if label is None:
        return hint("OVERRIDDEN_FIELD_CAN_BE_REMOVED", f"{where} is overridden and can go from {source}.", source)
    return hint("OVERRIDE_MIGRATION_IN_PROGRESS", f"{where} is moving away from {source} under a label.", source)


def _overriding(subgraphs: Sequence[SubgraphSchema]) -> Iterator[tuple[SubgraphSchema, TypeDef, FieldDef, Applied]]:
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            for field in type_.fields.values():
                if (applied := field.first("override")) is not None:
                    yield subgraph, type_, field, applied


def _override_on(subgraph: SubgraphSchema, type_name: str, field_name: str) -> bool:
    declared = subgraph.types.get(type_name)
    field = declared.fields.get(field_name) if declared is not None else None
    return field is not None and field.has("override")


def _abstracted(source: SubgraphSchema, type_: TypeDef, field_name: str) -> str | None:
    """The field of an `@interfaceObject` through which `source` resolves a field of an implementation."""
    for name in type_.interfaces:
        found = source.types.get(name)
        if found is not None and found.has("interfaceObject") and field_name in found.fields:
            return f"{name}.{field_name}"
    return None


def _label_problems(where: str, label: object, subgraph: SubgraphSchema, field: FieldDef) -> Iterator[Issue]:
    if label is None or (isinstance(label, str) and (_LABEL.match(label) or _PERCENT.match(label))):
        return
    message = f"The label of @override on {where} is neither a name nor percent(N) with N from 0 to 100."
    yield error("OVERRIDE_LABEL_INVALID", message, subgraph.name, field.node)


def _collisions(
    subgraph: SubgraphSchema, source: SubgraphSchema, type_: TypeDef, field: FieldDef, facts: Mapping[str, Facts]
) -> Iterator[Issue]:
    where = f"{type_.name}.{field.name}"

    def problem(message: str) -> Issue:
        return error("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", f"{where} {message}", subgraph.name, field.node)

    if type_.has("interfaceObject"):
        yield problem("is a field of an @interfaceObject and cannot be @override.")
        return
    declared = source.types.get(type_.name)
    abstracted = _abstracted(source, type_, field.name) if declared is None else None
    if abstracted is not None:
        yield problem(
            f"cannot be overridden from {source.name}, which knows it as {abstracted} of an @interfaceObject."
        )
    overridden = declared.fields.get(field.name) if declared is not None else None
    if overridden is None:
        return
    if (type_.name, field.name) in facts[subgraph.name].external:
        yield problem("cannot be @override and @external.")
    for directive in ("requires", "provides"):
        if overridden.has(directive):
            yield problem(f"cannot be overridden from {source.name}, where it has @{directive}.")
