"""`@context` and `@fromContext`: the name is set somewhere, and the selection finds one value on every type that sets it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from gateway.composition.facts import Facts
from gateway.composition.fieldsets import try_field_set
from gateway.composition.issues import Issue, error
from gateway.composition.model import Applied, FieldDef, InputDef, TypeDef, type_text
from gateway.supergraph.model import TypeKind

__all__ = ["check"]

_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9]*$")
_VALUE = re.compile(r"^\s*\$\s*([A-Za-z_]\w*)\s*(.+)$", re.DOTALL)


def check(facts: Facts) -> Iterator[Issue]:
    name = facts.subgraph.name
    setters: dict[str, list[TypeDef]] = {}
    for found in facts.subgraph.types.values():
        for applied in found.all("context"):
            context = str(applied.values.get("name"))
            setters.setdefault(context, []).append(found)
            if not _NAME.match(context):
                message = f"The context name {context!r} on {found.name} is not made of letters and digits."
                yield error("CONTEXT_NAME_INVALID", message, name, found.node)
    for found in facts.subgraph.types.values():
        for field in found.fields.values():
            for argument in field.arguments.values():
                for applied in argument.all("fromContext"):
                    yield from _check_argument(facts, setters, found, field, argument, applied)


def _check_argument(
    facts: Facts,
    setters: dict[str, list[TypeDef]],
    found: TypeDef,
    field: FieldDef,
    argument: InputDef,
    applied: Applied,
) -> Iterator[Issue]:
    where = f"{found.name}.{field.name}({argument.name}:)"
    name = facts.subgraph.name
    matched = _VALUE.match(str(applied.values.get("field") or ""))
    if matched is None:
        yield error("NO_CONTEXT_IN_SELECTION", f"The selection of {where} names no context.", name, argument.node)
        return
    context, text = matched.groups()
    if context not in setters:
        yield error("CONTEXT_NOT_SET", f"No type sets the context {context} of {where}.", name, argument.node)
        return
    if not any(key.values.get("resolvable") is not False for key in found.all("key")):
        message = f"{found.name} has an argument from context and needs a resolvable @key."
        yield error("CONTEXT_NO_RESOLVABLE_KEY", message, name, argument.node)
    selection = try_field_set(text)
    reason = _invalid(facts, selection, setters[context]) if selection is not None else "it cannot be read"
    if reason is not None:
        message = f"The selection of {where} is not possible: {reason}."
        yield error("CONTEXT_INVALID_SELECTION", message, name, argument.node)
    if type_text(argument.type).endswith("!") and argument.default is not None:
        message = f"{where} has a default, which an argument from context cannot have."
        yield error("CONTEXT_INVALID_SELECTION", message, name, argument.node)


def _invalid(facts: Facts, selection: SelectionSetNode, setters: list[TypeDef]) -> str | None:
    fields = [node for node in selection.selections if isinstance(node, FieldNode)]
    fragments = [node for node in selection.selections if isinstance(node, InlineFragmentNode)]
    if len(fields) > 1 or (fields and fragments):
        return "it selects more than one value"
    for setter in setters:
        for node in fields:
            if node.alias is not None or node.directives:
                return "it has an alias or a directive"
            if setter.kind is TypeKind.UNION or node.name.value not in setter.fields:
                return f"{setter.name} has no field {node.name.value}"
    for node in fragments:
        target = node.type_condition.name.value if node.type_condition is not None else None
        if target is not None and target not in facts.subgraph.types:
            return f"there is no type {target}"
    return None
