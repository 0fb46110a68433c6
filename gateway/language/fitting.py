"""Whether the value of a variable fits its declared type so plainly that nothing has to be coerced.

Coercion in general builds a value anew and says what is wrong with it; that costs 10 to 20 µs for each variable of each request, and its
result is not used: subgraphs get what the client wrote. Most values are plainly right. What is tested here says yes for those alone; whoever gets a
no, also for what coercion would put right (one item for a list, a whole float for an Int), goes the long way.

The tests of a schema's types are made once, when first asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    TypeNode,
    is_required_input_field,
)

__all__ = ["Fitting", "fitting_of"]

Test = Callable[[Any, int], bool]
"""Of a value, and how many levels it stands below its variable."""

_MAX_LEVELS = 32
"""What is nested deeper goes the long way, which knows the limit."""
_PLAIN = frozenset({str, int, float, bool})

_BUILT_IN: dict[str, Test] = {
    "Boolean": lambda value, _: value.__class__ is bool,
    "Float": lambda value, _: value.__class__ is int or (value.__class__ is float and math.isfinite(value)),
    "ID": lambda value, _: value.__class__ is str,
    "Int": lambda value, _: value.__class__ is int and -(2**31) <= value < 2**31,
    "String": lambda value, _: value.__class__ is str,
}


class Fitting:
    """The tests of one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        # The types and not the schema, which this would keep alive.
        self._types = schema.type_map
        self._tests: dict[str, Test] = {}

    def fits(self, declared: TypeNode, value: Any) -> bool:
        """Whether `value` (None where there is none) plainly fits the type that a variable declares."""
        if declared.__class__ is NonNullTypeNode:
            if value is None:
                return False
            declared = declared.type  # type: ignore[attr-defined] - told apart by class
        elif value is None:
            return True
        if isinstance(declared, NamedTypeNode):
            return self._named(declared.name.value)(value, 0)
        if not isinstance(declared, ListTypeNode) or value.__class__ is not list:
            return False
        return all(self.fits(declared.type, item) for item in value)

    def _named(self, name: str) -> Test:
        test = self._tests.get(name)
        if test is None:
            test = self._tests[name] = self._made(self._types.get(name))
        return test

    def _made(self, type_: Any) -> Test:
        if isinstance(type_, GraphQLScalarType):
            if type_.name in _BUILT_IN:
                return _BUILT_IN[type_.name]
            # Of a scalar of its own a schema says nothing, so that every value is one; those that hold others are looked through elsewhere.
            takes_all = type_.coerce_input_value is GraphQLScalarType.parse_value
            return _single if takes_all else _never
        if isinstance(type_, GraphQLEnumType):
            names = frozenset(type_.values)
            return lambda value, _: value.__class__ is str and value in names
        if isinstance(type_, GraphQLInputObjectType) and not type_.is_one_of:
            return self._object(type_)
        return _never

    def _object(self, type_: GraphQLInputObjectType) -> Test:
        required = frozenset(name for name, field in type_.fields.items() if is_required_input_field(field))
        tests: dict[str, Test] = {}
        fields = type_.fields

        def fits(value: Any, level: int) -> bool:
            if value.__class__ is not dict or level > _MAX_LEVELS or not required <= value.keys():
                return False
            for name, inner in value.items():
                test = tests.get(name)
                if test is None:
                    if name not in fields:
                        return False
                    test = tests[name] = self._of(fields[name].type)
                if not test(inner, level + 1):
                    return False
            return True

        return fits

    def _of(self, type_: GraphQLInputType) -> Test:
        if isinstance(type_, GraphQLNonNull):
            return self._present(type_.of_type)
        test = self._present(type_)
        return lambda value, level: value is None or test(value, level)

    def _present(self, type_: Any) -> Test:
        """Of a value that is not None: no test takes it for anything but null."""
        if not isinstance(type_, GraphQLList):
            return self._named(type_.name)
        item = self._of(type_.of_type)
        return lambda value, level: (
            value.__class__ is list and level <= _MAX_LEVELS and all(item(one, level + 1) for one in value)
        )


def _single(value: Any, _level: int) -> bool:
    return value.__class__ in _PLAIN


def _never(_value: Any, _level: int) -> bool:
    return False


_known: WeakKeyDictionary[GraphQLSchema, Fitting] = WeakKeyDictionary()


def fitting_of(schema: GraphQLSchema) -> Fitting:
    """The tests of `schema`, which are kept as long as it is."""
    found = _known.get(schema)
    if found is None:
        found = _known[schema] = Fitting(schema)
    return found
