"""`@inaccessible`: what clients see must make sense without what they do not see.

Source: https://specs.apollo.dev/inaccessible/v0.2
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import EnumValueNode, ListValueNode, ObjectValueNode, ValueNode, parse_value

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context
from gateway.composition.merge.model import MergedGraph, MergedInput, MergedType, MergedValue
from gateway.composition.model import ROOTS
from gateway.supergraph.model import TypeKind

__all__ = ["check"]

_BUILT_IN = frozenset({"Boolean", "Float", "ID", "Int", "String"})


def check(context: Context, graph: MergedGraph) -> Iterator[Issue]:
    del context
    query = graph.types.get(ROOTS[0])
    if query is not None and query.inaccessible:
        yield error("QUERY_ROOT_TYPE_INACCESSIBLE", "The query type is inaccessible.")
    for merged in graph.types.values():
        if merged.inaccessible:
            if merged.name in _BUILT_IN:
                yield error("DISALLOWED_INACCESSIBLE", f"{merged.name} is built in and cannot be inaccessible.")
            continue
        yield from _Checker(graph.types).type(merged)


class _Checker:
    def __init__(self, types: Mapping[str, MergedType]) -> None:
        self._types = types

    def _hidden(self, reference: str) -> bool:
        found = self._types.get(reference.strip("[]!"))
        return found is not None and found.inaccessible

    def type(self, merged: MergedType) -> Iterator[Issue]:
        members = [*merged.fields.values(), *merged.inputs.values(), *merged.values.values()]
        if members and all(member.inaccessible for member in members):
            yield error("ONLY_INACCESSIBLE_CHILDREN", f"{merged.name} has only inaccessible members.")
        if merged.members and all(self._hidden(member) for member in merged.members):
            yield error("ONLY_INACCESSIBLE_CHILDREN", f"{merged.name} has only inaccessible members.")
        for field in merged.fields.values():
            where = f"{merged.name}.{field.name}"
            yield from self._implemented(merged, field.name)
            if field.inaccessible:
                continue
            yield from self._reference(where, field.type)
            for argument in field.arguments.values():
                yield from self._input(f"{where}({argument.name}:)", argument)
                yield from self._implemented_argument(merged, field.name, argument)
        for given in merged.inputs.values():
            yield from self._input(f"{merged.name}.{given.name}", given)

    def _reference(self, where: str, reference: str) -> Iterator[Issue]:
        if self._hidden(reference):
            yield error("REFERENCED_INACCESSIBLE", f"{where} is of the inaccessible type {reference.strip('[]!')}.")

    def _input(self, where: str, given: MergedInput) -> Iterator[Issue]:
        if given.inaccessible:
            if given.required:
                yield error("REQUIRED_INACCESSIBLE", f"{where} is required and cannot be inaccessible.")
            return
        yield from self._reference(where, given.type)
        if given.default is not None and self._uses_hidden(parse_value(given.default), given.type):
            yield error("DEFAULT_VALUE_USES_INACCESSIBLE", f"The default of {where} has an inaccessible element.")

    def _uses_hidden(self, value: ValueNode, reference: str) -> bool:
        found = self._types.get(reference.strip("[]!"))
        if isinstance(value, ListValueNode):
            return any(self._uses_hidden(item, reference) for item in value.values)
        if found is None:
            return False
        if isinstance(value, EnumValueNode):
            named: MergedValue | None = found.values.get(value.value)
            return named is not None and named.inaccessible
        if isinstance(value, ObjectValueNode):
            for entry in value.fields:
                declared = found.inputs.get(entry.name.value)
                if declared is not None and (declared.inaccessible or self._uses_hidden(entry.value, declared.type)):
                    return True
        return False

    def _implemented(self, merged: MergedType, field: str) -> Iterator[Issue]:
        """A hidden field (or one of a hidden kind) that a visible interface demands."""
        if merged.kind not in {TypeKind.OBJECT, TypeKind.INTERFACE} or not merged.fields[field].inaccessible:
            return
        for name in merged.interfaces:
            interface = self._types.get(name)
            declared = interface.fields.get(field) if interface is not None and not interface.inaccessible else None
            if declared is not None and not declared.inaccessible:
                message = f"{merged.name}.{field} is inaccessible, but {name} demands it."
                yield error("IMPLEMENTED_BY_INACCESSIBLE", message)

    def _implemented_argument(self, merged: MergedType, field: str, argument: MergedInput) -> Iterator[Issue]:
        if not argument.inaccessible:
            return
        for name in merged.interfaces:
            interface = self._types.get(name)
            declared = interface.fields.get(field) if interface is not None and not interface.inaccessible else None
            demanded = declared.arguments.get(argument.name) if declared is not None else None
            if (
                declared is not None
                and not declared.inaccessible
                and demanded is not None
                and not demanded.inaccessible
            ):
                message = f"{merged.name}.{field}({argument.name}:) is inaccessible, but {name} demands it."
                yield error("IMPLEMENTED_BY_INACCESSIBLE", message)
