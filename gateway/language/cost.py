"""What an operation may cost at the most, estimated before anything is fetched: `@cost` and `@listSize`, as the ecosystem reads them.

    field  = list size × (weight + cost of what is selected) + arguments
    weight = @cost of the field, else of its type, else 1 for an object and 0 for a leaf

An argument costs what @cost says of it and of each input field that is given inside it. A mutation costs 10 more. What is selected under several type conditions is added up, and what a variable skips costs nothing. The
operation is normalized, so that fields are counted once each and the work grows with what is selected.
Source: https://specs.apollo.dev/cost/v0.1, https://ibm.github.io/graphql-specs/cost-spec.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLOutputType, get_named_type, is_leaf_type, value_from_ast_untyped

from gateway.language.operation import Argument, Condition, Field, Operation, OperationKind, Selection

__all__ = ["CostRules", "ListSize", "cost_of"]

_MUTATION = 10


@dataclass(frozen=True, slots=True)
class ListSize:
    """`@listSize`. `slicing`: arguments that say how many are asked for, with their defaults."""

    assumed: int | None = None
    slicing: Mapping[str, int | None] = field(default_factory=dict[str, "int | None"])
    sized: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CostRules:
    """What a schema says of costs. `types` by name; the others by coordinates: (type, field) and (type, field, argument)."""

    list_size: int
    """Of a list of which nothing is said."""
    types: Mapping[str, int] = field(default_factory=dict[str, int])
    fields: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    arguments: Mapping[tuple[str, str, str], int] = field(default_factory=dict[tuple[str, str, str], int])
    lists: Mapping[tuple[str, str], ListSize] = field(default_factory=dict[tuple[str, str], ListSize])
    inputs: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """Of fields of input objects: (type, field)."""
    input_types: Mapping[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])
    """The input object that an argument or an input field takes, by coordinates; empty when no input field costs anything."""


def cost_of(operation: Operation, variables: Mapping[str, Any], rules: CostRules) -> int:
    """The cost of an operation with these (coerced) variables."""
    base = _MUTATION if operation.kind is OperationKind.MUTATION else 0
    return base + _Estimate(rules, variables).selections(operation.selections, {})


@dataclass(frozen=True, slots=True)
class _Estimate:
    rules: CostRules
    variables: Mapping[str, Any]

    def selections(self, selections: Iterable[Selection], sizes: Mapping[str, int]) -> int:
        """`sizes`: of fields, told by the field around them."""
        total = 0
        for selection in selections:
            if not self._included(selection.conditions):
                continue
            total += (
                self._field(selection, sizes.get(selection.name))
                if isinstance(selection, Field)
                else self.selections(selection.selections, sizes)
            )
        return total

    def _field(self, selected: Field, told: int | None) -> int:
        if selected.name.startswith("__"):
            return 0
        place = (selected.parent, selected.name)
        rule = self.rules.lists.get(place)
        size = self._size(selected, rule)
        inside: Mapping[str, int] = {}
        if rule is not None and rule.sized:
            # It is the fields below that are lists of this size (a connection and its edges).
            inside = dict.fromkeys(rule.sized, self.rules.list_size if size is None else size)
        each = self._weight(place, selected) + self.selections(selected.selections, inside)
        return self._times(selected.type, told, None if inside else size) * each + self._arguments(selected)

    def _times(self, type_: GraphQLOutputType, told: int | None, size: int | None) -> int:
        times, first = 1, True
        while isinstance(type_, (GraphQLNonNull, GraphQLList)):
            if isinstance(type_, GraphQLList):
                found = (told if told is not None else size) if first else None
                times *= self.rules.list_size if found is None else found
                first = False
            type_ = type_.of_type
        return times

    def _size(self, selected: Field, rule: ListSize | None) -> int | None:
        """The largest of the slicing arguments that are given, else what is assumed."""
        if rule is None:
            return None
        arguments = {argument.name: argument for argument in selected.arguments}
        asked = [self._number(arguments.get(name), default) for name, default in rule.slicing.items()]
        return max((number for number in asked if number is not None), default=rule.assumed)

    def _number(self, argument: Argument | None, default: int | None) -> int | None:
        if argument is None:
            return default
        value: Any = value_from_ast_untyped(argument.value, dict(self.variables))
        return max(value, 0) if isinstance(value, int) and not isinstance(value, bool) else default

    def _weight(self, place: tuple[str, str], selected: Field) -> int:
        weight = self.rules.fields.get(place)
        if weight is not None:
            return weight
        named = get_named_type(selected.type)
        weight = self.rules.types.get(named.name)
        return weight if weight is not None else 0 if is_leaf_type(named) else 1

    def _arguments(self, selected: Field) -> int:
        return sum(self._argument((selected.parent, selected.name, given.name), given) for given in selected.arguments)

    def _argument(self, place: tuple[str, str, str], given: Argument) -> int:
        weight = self.rules.arguments.get(place, 0)
        if place not in self.rules.input_types:
            return weight
        return weight + self._input(place, value_from_ast_untyped(given.value, dict(self.variables)))

    def _input(self, place: tuple[str, ...], value: Any) -> int:
        """What is given for an argument or an input field: every item of a list counts."""
        named = self.rules.input_types.get(place)
        if named is None:
            return 0
        if isinstance(value, list):
            items: list[Any] = value
            return sum(self._input(place, item) for item in items)
        if not isinstance(value, dict):
            return 0
        fields: dict[str, Any] = value
        return sum(
            self.rules.inputs.get((named, name), 0) + self._input((named, name), inner)
            for name, inner in fields.items()
        )

    def _included(self, conditions: Iterable[Condition]) -> bool:
        return all(self.variables.get(one.variable) is one.wanted for one in conditions)
