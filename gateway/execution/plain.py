"""The projection of an answer in which all is as it should be, generated once per operation.

Most answers hold no null where none may be and no value that is not of its type. For those the functions here make every
check of the careful ones (`projection.py`) and keep no book: no path, no index, no issue. At the first thing that is odd they
give up (`Odd`), and the careful functions start anew on the same store, which a projection never changes.

One function looks like this, for `{ product { id price reviews { id } } }`:

    def written(o):
        v0 = o['id']
        if not (v0.__class__ is str): v0 = as_id(v0)
        v1 = o.get('price')
        if not (v1.__class__ is int and -2147483648 <= v1 <= 2147483647 or v1 is None): v1 = odd(v1)
        v2 = o['reviews']
        if v2.__class__ is not list: raise Odd
        v2 = [g1(x) if x.__class__ is dict else null(x) for x in v2]
        return {'id': v0, 'price': v1, 'reviews': v2}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    get_named_type,
)

from gateway.execution.complete import within_depth
from gateway.execution.fields import Composite, Fields, Slot, Variants
from gateway.execution.state import ABSENT, Mark, State, Store
from gateway.execution.writing import Writer
from gateway.language.operation import Field, Operation, Selection

__all__ = ["Odd", "PlainRoot", "plain_projection"]

PlainRoot = Callable[[Store, State], dict[str, Any]]
ObjectFunction = Callable[..., Any]


class Odd(Exception):  # noqa: N818 - no error yet: what it is, the careful functions say
    """Something is not as it should be."""


def plain_projection(operation: Operation, fields: Fields, typename_key: str) -> PlainRoot | None:
    """A projection that raises `Odd`, or `KeyError`, where anything is amiss; None for schema questions."""
    if any(isinstance(root, Field) and root.name in ("__schema", "__type") for root in operation.selections):
        return None
    return _PlainProjector(operation, fields, typename_key).root()


def odd(value: Any) -> Any:
    del value
    raise Odd


def null(value: Any) -> None:
    """None where it may stand."""
    if value is not None:
        raise Odd


def as_id(value: Any) -> str:
    """An ID may come as a number (GraphQL §3.5.5)."""
    if value.__class__ is int:
        return str(value)
    raise Odd


def untouched(value: Any) -> Any:
    """A custom scalar that is a list or an object."""
    if value is None or not within_depth(value):
        raise Odd
    return value


def gone(mark: Mark) -> Any:
    """An object that its home did not confirm."""
    if mark is not ABSENT:
        raise Odd
    return ABSENT


_NAMES: dict[str, Any] = {
    "ABSENT": ABSENT,
    "M": Mark,
    "Odd": Odd,
    "as_id": as_id,
    "gone": gone,
    "null": null,
    "odd": odd,
    "untouched": untouched,
}
_LEAVES = {
    "Boolean": ("{v}.__class__ is bool", "odd"),
    "Float": ("({v}.__class__ is float or {v}.__class__ is int)", "odd"),
    "ID": ("{v}.__class__ is str", "as_id"),
    "Int": ("{v}.__class__ is int and -2147483648 <= {v} <= 2147483647", "odd"),
    "String": ("{v}.__class__ is str", "odd"),
}
"""The test that a built-in scalar passes as it is, and what is called with another value (GraphQL §3.5)."""


class _PlainProjector:
    """Writes the functions of one operation. Functions for members of an abstract type are written when first met."""

    def __init__(self, operation: Operation, fields: Fields, typename_key: str) -> None:
        self._operation = operation
        self._fields = fields
        self._typename_key = typename_key
        self._functions: dict[object, ObjectFunction] = {}
        self._kept: list[Any] = []
        self._more = ", V" if _conditional(operation.selections) else ""
        """Functions get the getter of variables only where some condition asks for one."""

    def root(self) -> PlainRoot:
        function = self._object(self._operation.root_type, (((), self._operation.selections),))
        if self._more:
            return lambda store, state: function(store, state.variables.get)
        return lambda store, _: function(store)

    def _object(self, type_name: str, variants: Variants) -> ObjectFunction:
        memo = (type_name, tuple((conditions, id(inner)) for conditions, inner in variants))
        if memo not in self._functions:
            self._kept.append(variants)
            self._functions[memo] = self._written(type_name, variants)
        return self._functions[memo]

    def _written(self, type_name: str, variants: Variants) -> ObjectFunction:
        places = self._fields.of(type_name, variants)
        tests = [slot.test(way) for slot, way in places]
        writer = Writer(f"o{self._more}", _NAMES)
        if type_name in self._fields.homes:
            writer.line("if M in o: return gone(o[M])")
        untold = self._fields.type_test(type_name, variants)
        if untold:
            writer.line(f"if {untold}: raise Odd")
        if any(tests):
            writer.line("r = {}")
        finished: list[str] = []
        for number, ((slot, _), test) in enumerate(zip(places, tests, strict=True)):
            if test:
                writer.line(f"if {test}:")
                writer.indent += 1
            value = self._field(writer, type_name, slot, f"v{number}")
            if any(tests):
                writer.line(f"r[{slot.field.key!r}] = {value}")
            else:
                finished.append(f"{slot.field.key!r}: {value}")
            if test:
                writer.indent -= 1
        # One literal where nothing depends on a condition: faster than an item at a time.
        writer.line("return r" if any(tests) else f"return {{{', '.join(finished)}}}")
        return writer.function("plain projection")

    # -- one field -------------------------------------------------------------------------------------------------

    def _field(self, writer: Writer, type_name: str, slot: Slot, v: str) -> str:
        """Read a field into `v` and check it; returns the expression of its value."""
        name, key = slot.field.name, slot.field.key
        if name == "__typename":
            return repr(type_name)
        declared = self._fields.declared(type_name, name)
        if declared is None:
            return "None"
        if isinstance(declared, GraphQLNonNull):
            writer.line(f"{v} = o[{key!r}]")
            self._value(writer, v, declared.of_type, slot.variants, required=True)
            return v
        writer.line(f"{v} = o.get({key!r})")
        named = get_named_type(declared)
        if isinstance(declared, GraphQLList) or isinstance(named, Composite):
            writer.line(f"if {v} is not None:")
            writer.indent += 1
            self._value(writer, v, declared, slot.variants, required=False)
            writer.indent -= 1
        else:
            self._value(writer, v, declared, slot.variants, required=False)
        return v

    def _value(
        self, writer: Writer, v: str, declared: GraphQLOutputType, variants: Variants, *, required: bool
    ) -> None:
        if isinstance(declared, GraphQLList):
            writer.line(f"if {v}.__class__ is not list: raise Odd")
            writer.line(f"{v} = {self._items(writer, v, declared, variants)}")
            return
        if not isinstance(declared, Composite):
            test, otherwise = _leaf(writer, v, declared, required=required)
            writer.line(f"if not ({test}): {v} = {otherwise}({v})")
            return
        writer.line(f"if {v}.__class__ is not dict: raise Odd")
        writer.line(f"{v} = {writer.bind(self._composite(declared, variants))}({v}{self._more})")
        if self._fields.may_be_absent(declared):
            writer.line(f"if {v} is ABSENT: {'raise Odd' if required else f'{v} = None'}")

    # -- lists and abstract types ------------------------------------------------------------------------------------

    def _items(self, writer: Writer, v: str, declared: GraphQLList[Any], variants: Variants) -> str:
        """The expression of a list; what does not exist for this caller is not in it."""
        required = isinstance(declared.of_type, GraphQLNonNull)
        inner: GraphQLOutputType = declared.of_type.of_type if required else declared.of_type
        item = self._item(writer, inner, variants, required=required)
        if isinstance(inner, Composite) and self._fields.may_be_absent(inner):
            return f"[y for x in {v} if (y := {item}) is not ABSENT]"
        return f"[{item} for x in {v}]"

    def _item(self, writer: Writer, inner: GraphQLOutputType, variants: Variants, *, required: bool) -> str:
        """The expression of one item `x`."""
        if not isinstance(inner, (GraphQLList, *Composite.__args__)):
            test, otherwise = _leaf(writer, "x", inner, required=required)
            return f"x if {test} else {otherwise}(x)"
        function = self._nested(inner, variants) if isinstance(inner, GraphQLList) else self._composite(inner, variants)
        kind = "list" if isinstance(inner, GraphQLList) else "dict"
        otherwise = "odd" if required else "null"
        return f"{writer.bind(function)}(x{self._more}) if x.__class__ is {kind} else {otherwise}(x)"

    def _nested(self, declared: GraphQLList[Any], variants: Variants) -> ObjectFunction:
        writer = Writer(f"v{self._more}", _NAMES)
        writer.line(f"return {self._items(writer, 'v', declared, variants)}")
        return writer.function("plain projection")

    def _composite(self, named: Any, variants: Variants) -> ObjectFunction:
        if isinstance(named, GraphQLObjectType):
            return self._object(named.name, variants)
        assert isinstance(named, (GraphQLInterfaceType, GraphQLUnionType))
        members = self._fields.members(named, variants)
        functions: dict[Any, ObjectFunction] = {}
        typename_key = self._typename_key

        def unmet(store: Store, *more: Any) -> Any:
            type_name: Any = store.get(typename_key)
            if type_name.__class__ is str and type_name in members:
                function = functions[type_name] = self._object(type_name, variants)
                return function(store, *more)
            if Mark in store:
                return gone(store[Mark])
            raise Odd  # a type that the client may not know of, or that has no business here (case D08)

        def dispatch(store: Store, *more: Any) -> Any:
            type_name: Any = store.get(typename_key)
            return (functions.get(type_name, unmet) if type_name.__class__ is str else unmet)(store, *more)

        return dispatch


def _leaf(writer: Writer, v: str, declared: Any, *, required: bool) -> tuple[str, str]:
    """The test that a value of a leaf type passes as it is, and the name of what is called with another one."""
    if isinstance(declared, GraphQLEnumType):
        test, otherwise = f"{v}.__class__ is str and {v} in {writer.bind(frozenset(declared.values))}", "odd"
    elif declared.name in _LEAVES:
        pattern, otherwise = _LEAVES[declared.name]
        test = pattern.format(v=v)
    else:
        test, otherwise = f"{v}.__class__ is not dict and {v}.__class__ is not list", "untouched"
        return (f"{test} and {v} is not None" if required else test), otherwise
    return (test if required else f"{test} or {v} is None"), otherwise


def _conditional(selections: Iterable[Selection]) -> bool:
    return any(selection.conditions or _conditional(selection.selections) for selection in selections)
