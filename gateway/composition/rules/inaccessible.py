"""`@inaccessible`: what clients see must make sense without what they do not see.

Source: https://specs.apollo.dev/inaccessible/v0.2
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import EnumValueNode, ListValueNode, ObjectValueNode, ValueNode, parse_value

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context
from gateway.composition.merge.model import MergedField, MergedGraph, MergedInput, MergedType, MergedValue
from gateway.composition.model import ROOTS

__all__ = ["check"]

_BUILT_IN = frozenset({"Boolean", "Float", "ID", "Int", "String"})


def check(context: Context, graph: MergedGraph) -> Iterator[Issue]:
    del context
    query = graph.types.get(ROOTS[0])
    if query is not None and query.inaccessible:
        yield error("QUERY_ROOT_TYPE_INACCESSIBLE", "The query type is inaccessible.")
    checker = _Checker(graph.types)
    for merged in graph.types.values():
        if merged.inaccessible:
            if merged.name in _BUILT_IN:
                yield error("DISALLOWED_INACCESSIBLE", f"{merged.name} is built in and cannot be inaccessible.")
            continue
        yield from checker.type(merged)
    for definition in graph.directives.values():
        for argument in definition.arguments.values():
            yield from checker.input(f"@{definition.name}({argument.name}:)", argument)


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
            yield from self._field(merged, field)
        for given in merged.inputs.values():
            yield from self.input(f"{merged.name}.{given.name}", given)

    def _field(self, merged: MergedType, field: MergedField) -> Iterator[Issue]:
        demanded = list(self._demanded(merged, field.name))
        if field.inaccessible:
            for interface, _ in demanded:
                message = f"{merged.name}.{field.name} is inaccessible, but {interface} demands it."
                yield error("IMPLEMENTED_BY_INACCESSIBLE", message)
            return
        where = f"{merged.name}.{field.name}"
        yield from self._reference(where, field.type)
        for argument in field.arguments.values():
            yield from self.input(f"{where}({argument.name}:)", argument)
            for interface, declared in demanded:
                if (other := declared.arguments.get(argument.name)) is not None:
                    yield from self._argument(f"{where}({argument.name}:)", argument, interface, other)

    def _demanded(self, merged: MergedType, field: str) -> Iterator[tuple[str, MergedField]]:
        """The field as each visible interface of the type shows it."""
        for name in merged.interfaces:
            interface = self._types.get(name)
            declared = interface.fields.get(field) if interface is not None and not interface.inaccessible else None
            if declared is not None and not declared.inaccessible:
                yield name, declared

    def _argument(self, where: str, own: MergedInput, interface: str, other: MergedInput) -> Iterator[Issue]:
        if own.inaccessible and not other.inaccessible:
            yield error("IMPLEMENTED_BY_INACCESSIBLE", f"{where} is inaccessible, but {interface} demands it.")
        elif other.inaccessible and not own.inaccessible and own.required:
            message = f"{where} is required, but inaccessible on {interface}, so that its clients cannot give it."
            yield error("REQUIRED_INACCESSIBLE", message)

    def _reference(self, where: str, reference: str) -> Iterator[Issue]:
        if self._hidden(reference):
            yield error("REFERENCED_INACCESSIBLE", f"{where} is of the inaccessible type {reference.strip('[]!')}.")

    def input(self, where: str, given: MergedInput) -> Iterator[Issue]:
        """An argument or input field."""
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
