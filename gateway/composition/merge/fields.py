"""Fields of objects and interfaces: the union of what the subgraphs resolve.

An external declaration only says what a subgraph knows of somebody else's field: it takes no part in the type of the merged
field, but must agree with it, and stands in the graph as `external: true`.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.composition.contextvalues import context_value
from gateway.composition.fieldsets import canonical
from gateway.composition.merge.context import Context, Override, type_texts
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.inputs import merge_arguments
from gateway.composition.merge.joins import carried, join, quoted
from gateway.composition.merge.model import MergedField
from gateway.composition.merge.values import default_text
from gateway.composition.model import ROOTS, FieldDef, type_text
from gateway.composition.typerefs import is_subtype

__all__ = ["merge_fields"]


def merge_fields(context: Context, type_name: str) -> dict[str, MergedField]:
    """All fields of a type by name, in the order in which the subgraphs list them."""
    definitions = context.defining(type_name)
    names = dict.fromkeys(name for found in definitions.values() for name in found.fields)
    merged: dict[str, MergedField] = {}
    for name in names:
        given = {subgraph: found.fields[name] for subgraph, found in definitions.items() if name in found.fields}
        field = _merge_field(context, type_name, name, given)
        if field is not None:
            merged[name] = field
    return merged


def _merge_field(context: Context, type_name: str, name: str, given: Mapping[str, FieldDef]) -> MergedField | None:
    where = f"{type_name}.{name}"
    own = {s: field for s, field in given.items() if not context.external(s, type_name, name)}
    if not own:
        first, field = next(iter(given.items()))
        message = f"{where} is @external in every subgraph that has it ({', '.join(given)})."
        context.error("EXTERNAL_MISSING_ON_BASE", message, first, field.node)
        return None
    hint_code = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"
    merged = MergedField(
        name=name,
        description=context.description(where, (field.description for field in own.values())),
        directives=merge_directives(
            context, where, {s: field.applied for s, field in own.items()}, more=context.inherited.get(where, ())
        ),
        joins=(*_joins(context, type_name, name, given), *carried(context, {s: f.applied for s, f in given.items()})),
        type=context.types(where, type_texts(own), "FIELD_TYPE_MISMATCH", hint_code, inputs=False),
        arguments=merge_arguments(context, where, own),
    )
    agreed = len(set(type_texts(own).values())) == 1
    _check_external(context, where, merged, {s: f for s, f in given.items() if s not in own}, agreed=agreed)
    return merged


def _check_external(
    context: Context, where: str, merged: MergedField, external: Mapping[str, FieldDef], *, agreed: bool
) -> None:
    """What a subgraph believes of somebody else's field must be true. Where those who resolve it differ (are not `agreed`), it
    may believe any of what they say.
    """
    for subgraph, field in external.items():
        text = type_text(field.type)
        if text != merged.type and (agreed or not is_subtype(text, merged.type, context.is_subtype)):
            message = f"{where} is @external with type {text}, but defined as {merged.type}."
            context.error("EXTERNAL_TYPE_MISMATCH", message, subgraph, field.node)
        for argument in merged.arguments.values():
            _check_external_argument(context, f"{where}({argument.name}:)", field, argument.name, merged, subgraph)


def _check_external_argument(
    context: Context, where: str, field: FieldDef, name: str, merged: MergedField, subgraph: str
) -> None:
    declared, argument = field.arguments.get(name), merged.arguments[name]
    if declared is None:
        message = f"{where} is missing on the @external declaration of the field."
        context.error("EXTERNAL_ARGUMENT_MISSING", message, subgraph, field.node)
        return
    text = type_text(declared.type)
    if not is_subtype(argument.type, text, context.is_subtype):
        message = f"{where} is {text} on the @external declaration, but defined as {argument.type}."
        context.error("EXTERNAL_ARGUMENT_TYPE_MISMATCH", message, subgraph, declared.node)
    default = default_text(declared.default, declared.type)
    if default != argument.default and not (argument.default is None and default is None):
        message = (
            f"{where} has the default {default} on the @external declaration, but {argument.default} where defined."
        )
        context.error("EXTERNAL_ARGUMENT_DEFAULT_MISMATCH", message, subgraph, declared.node)


# -- join directives -------------------------------------------------------------------------------------------------


def _joins(context: Context, type_name: str, name: str, given: Mapping[str, FieldDef]) -> tuple[str, ...]:
    types = type_texts(given)
    same_type = len(set(types.values())) == 1
    overrides = {s: context.overrides.get((type_name, name, s), Override()) for s in given}
    if not _needed(context, type_name, name, given, overrides, same_type=same_type):
        return ()
    return tuple(
        _join(context, type_name, subgraph, field, overrides[subgraph], None if same_type else types[subgraph])
        for subgraph, field in given.items()
        if not overrides[subgraph].removed
    )


def _needed(
    context: Context,
    type_name: str,
    name: str,
    given: Mapping[str, FieldDef],
    overrides: Mapping[str, Override],
    *,
    same_type: bool,
) -> bool:
    if not same_type or any(one.used or one.removed or one.label for one in overrides.values()):
        return True
    knowing = {s.name for s in context.subgraphs} if type_name == ROOTS[0] else set(context.defining(type_name))
    if knowing - set(given):
        return True
    return any(
        context.external(subgraph, type_name, name)
        or field.has("requires")
        or field.has("provides")
        or any(argument.has("fromContext") for argument in field.arguments.values())
        for subgraph, field in given.items()
    )


def _join(
    context: Context, type_name: str, subgraph: str, field: FieldDef, override: Override, type_: str | None
) -> str:
    directive = field.first("override")
    source = directive.values.get("from") if directive is not None else None
    return join(
        "field",
        graph=context.graphs[subgraph],
        requires=_field_set(field, "requires"),
        provides=_field_set(field, "provides"),
        type=quoted(type_) if type_ is not None else None,
        external=context.external(subgraph, type_name, field.name),
        override=quoted(str(source)) if source is not None else None,
        usedOverridden=override.used,
        overrideLabel=quoted(override.label) if override.label is not None else None,
        contextArguments=_context_arguments(subgraph, field),
    )


def _field_set(field: FieldDef, directive: str) -> str | None:
    applied = field.first(directive)
    text = applied.values.get("fields") if applied is not None else None
    return quoted(canonical(text)) if isinstance(text, str) else None


def _context_arguments(subgraph: str, field: FieldDef) -> str | None:
    entries: list[str] = []
    for argument in field.arguments.values():
        applied = argument.first("fromContext")
        value = context_value(applied.values.get("field")) if applied is not None else None
        if value is None:
            continue
        values = (argument.name, type_text(argument.type), f"{subgraph}__{value[0]}", f" {value[1]}")
        listed = zip(("name", "type", "context", "selection"), values, strict=True)
        entries.append("{" + ", ".join(f"{key}: {quoted(value)}" for key, value in listed) + "}")
    return f"[{', '.join(entries)}]" if entries else None
