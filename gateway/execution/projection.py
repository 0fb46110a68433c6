"""Code that projects the assembled answer onto the client's operation, generated once per operation.

For each selection set on each object type one Python function is written that reads the store, checks every leaf, and
returns the object with its keys in the client's order, or None when a non-null field below it is null (GraphQL §6.4.4).
Field-by-field interpretation costs fifty times as much. Everything in the generated text is a literal of our own making
(`repr` of names that the schema or the parser has checked); no client value is ever part of it.

There are two sets of functions. Those of `plain.py` run first and know only answers in which all is well. The careful ones
here call the helpers of `complete.py` wherever something is not as it should be; they are written when first needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

from gateway.execution import complete
from gateway.execution.fields import Fields, Slot, Variants
from gateway.execution.plain import Odd, plain_projection
from gateway.execution.state import State, Store
from gateway.execution.writing import Writer
from gateway.language.operation import Field, Operation
from gateway.language.pruning import is_refused_somewhere

__all__ = ["Projector", "Root", "projector"]

Trail = tuple[Any, ...]
"""A path under construction: `(parent trail, key)`, () at the root. Made into a path only when an issue needs it."""
ObjectFunction = Callable[[Store, Trail, State], Any]
Root = Callable[[Store, State], dict[str, Any] | None]

_PLAIN = {"ID": "str", "String": "str", "Int": "int", "Float": "float", "Boolean": "bool"}


def projector(operation: Operation, api: GraphQLSchema, typename_key: str, homes: frozenset[str]) -> Root:
    """The projection of one operation: store and state in, `data` out. Issues are added to the state."""
    fields = Fields(api, homes)
    refused = is_refused_somewhere(operation.selections)
    plain = plain_projection(operation, fields, typename_key) if not refused else None
    careful: list[Root] = []

    def project(store: Store, state: State) -> dict[str, Any] | None:
        if plain is not None and not state.issues:
            try:
                return plain(store, state)
            except (Odd, KeyError):
                pass
        if not careful:
            careful.append(Projector(fields, typename_key).root(operation))
        return careful[0](store, state)

    return project


class Projector:
    """Writes the functions of one operation. Functions for members of an abstract type are written when first met."""

    def __init__(self, fields: Fields, typename_key: str) -> None:
        self._fields = fields
        self._typename_key = typename_key
        self._functions: dict[object, ObjectFunction] = {}
        self._kept: list[Any] = []

    def root(self, operation: Operation) -> Root:
        function = self._object(operation.root_type, (((), operation.selections),))

        def project(store: Store, state: State) -> dict[str, Any] | None:
            return function(store, (), state)

        return project

    # -- one function per object ---------------------------------------------------------------------------------

    def _object(self, type_name: str, variants: Variants) -> ObjectFunction:
        memo = (type_name, tuple((conditions, id(inner)) for conditions, inner in variants))
        if memo not in self._functions:
            self._kept.append(variants)
            self._functions[memo] = self._written(type_name, variants)
        return self._functions[memo]

    def _written(self, type_name: str, variants: Variants) -> ObjectFunction:
        places = self._fields.of(type_name, variants)
        writer = Writer("o, p, S", complete.HELPERS)
        if type_name in self._fields.homes:
            writer.line("if M in o: return absent(o[M], p, S)")
        untold = self._fields.type_test(type_name, variants)
        if untold or any(conditions for slot, _ in places for conditions, _ in slot.ways):
            writer.line("V = S.variables.get")
        if untold:
            writer.line(f"if {untold}: return wrong_object(o, p, S)")
        writer.line("r = {}")
        for slot, way in places:
            self._slot(writer, type_name, slot, way)
        writer.line("return r")
        return writer.function("projection")

    # -- one field -------------------------------------------------------------------------------------------------

    def _slot(self, writer: Writer, type_name: str, slot: Slot, way: int) -> None:
        key = slot.field.key
        test = slot.test(way)
        if test:
            writer.line(f"if {test}:")
            writer.indent += 1
        name = slot.field.name
        if slot.refused:
            self._refused(writer, type_name, slot.field)
        elif name == "__typename":
            writer.line(f"r[{key!r}] = {type_name!r}")
        elif name in ("__schema", "__type"):
            writer.line(f"r[{key!r}] = S.roots.get({key!r})")
        else:
            declared = self._fields.declared(type_name, name)
            if declared is None:
                # A field that the client's schema lost since the operation was validated.
                writer.line(f"r[{key!r}] = None")
            else:
                self._field(writer, f"{type_name}.{name}", key, slot, declared)
        if test:
            writer.indent -= 1

    def _refused(self, writer: Writer, type_name: str, field: Field) -> None:
        """Null and an error, or the end of the object. The store is not looked at: the field may be there for a join."""
        declared = self._fields.declared(type_name, field.name)
        writer.line(f"refused((p, {field.key!r}), S)")
        required = isinstance(declared, GraphQLNonNull) or field.name == "__typename"
        writer.line("return None" if required else f"r[{field.key!r}] = None")

    def _field(self, writer: Writer, coordinate: str, key: str, slot: Slot, declared: GraphQLOutputType) -> None:
        """`v` is read, checked, and set; a null where none may be ends the object."""
        variants = slot.variants
        required = isinstance(declared, GraphQLNonNull)
        inner = declared.of_type if required else declared
        writer.line(f"v = o.get({key!r})")
        if not required:
            self._value(writer, inner, variants, f"(p, {key!r})")
            if self._fields.may_be_absent(inner):
                writer.line("if v is ABSENT: v = None")
            writer.line(f"r[{key!r}] = v")
            return
        writer.line("if v is None:")
        writer.line(f"    missing((p, {key!r}), {coordinate!r}, S)")
        writer.line("    return None")
        self._value(writer, inner, variants, f"(p, {key!r})", known=True)
        if self._fields.may_be_absent(inner):
            writer.line(f"if v is ABSENT: v = missing_home((p, {key!r}), {coordinate!r}, S)")
        writer.line("if v is None: return None")
        writer.line(f"r[{key!r}] = v")

    def _value(
        self, writer: Writer, declared: GraphQLOutputType, variants: Variants, trail: str, *, known: bool = False
    ) -> None:
        """Check `v` against a nullable type; None stays None. `known` says that it is not None."""
        if isinstance(declared, GraphQLList):
            function = writer.bind(self._list(declared, variants))
            guard = "" if known else "if v is not None: "
            writer.line(f"{guard}v = {function}(v, {trail}, S)")
            return
        named = get_named_type(declared)
        guard = "" if known else " and v is not None"
        if isinstance(named, (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)):
            function = writer.bind(self._composite(named, variants))
            writer.line(f"if v.__class__ is dict: v = {function}(v, {trail}, S)")
            writer.line(f"elif v is not None: v = wrong({trail}, S)")
        elif isinstance(named, GraphQLEnumType):
            values = writer.bind(frozenset(named.values))
            writer.line(f"if not (v.__class__ is str and v in {values}){guard}: v = wrong({trail}, S)")
        elif named.name in _PLAIN:
            writer.line(_leaf_check(named.name, trail, guard))
        else:
            writer.line(f"if v.__class__ is dict or v.__class__ is list: v = untouched(v, {trail}, S)")

    # -- lists and abstract types ------------------------------------------------------------------------------------

    def _list(self, declared: GraphQLList, variants: Variants) -> Callable[[Any, Trail, State], Any]:
        """A function for one list type; lists of lists nest."""
        item = declared.of_type
        required = isinstance(item, GraphQLNonNull)
        inner = item.of_type if required else item
        writer = Writer("x, p, S", complete.HELPERS)
        writer.line("if x.__class__ is not list: return wrong(p, S)")
        writer.line("r = []")
        writer.line("a = r.append")
        if _needs_index(inner):
            writer.line("i = -1")
        writer.line("for v in x:")
        writer.indent += 1
        trail = "(p, i)" if _needs_index(inner) else "(p, len(r))"
        if _needs_index(inner):
            writer.line("i += 1")
        if required:
            writer.line("if v is None:")
            writer.line(f"    missing({trail}, '', S)")
            writer.line("    return None")
        self._item(writer, inner, variants, trail, required=required)
        if required:
            writer.line("if v is None: return None")
        writer.line("a(v)")
        writer.indent -= 1
        writer.line("return r")
        return writer.function("projection")

    def _item(
        self, writer: Writer, inner: GraphQLOutputType, variants: Variants, trail: str, *, required: bool
    ) -> None:
        named = get_named_type(inner)
        composite = isinstance(named, (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType))
        if isinstance(inner, GraphQLList) or not composite:
            self._value(writer, inner, variants, trail, known=required)
            return
        assert isinstance(named, (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType))
        function = writer.bind(self._composite(named, variants))
        writer.line(f"if v.__class__ is dict: v = {function}(v, {trail}, S)")
        writer.line(f"elif v is not None: v = wrong({trail}, S)")
        if self._fields.may_be_absent(named):
            # What does not exist for this caller is not in the list either: its place is closed up.
            writer.line("if v is ABSENT:")
            writer.line("    removed(p, i, S)")
            writer.line("    continue")

    def _composite(
        self, named: GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType, variants: Variants
    ) -> ObjectFunction:
        if isinstance(named, GraphQLObjectType):
            return self._object(named.name, variants)
        members = self._fields.members(named, variants)
        functions: dict[str, ObjectFunction] = {}
        typename_key = self._typename_key

        def dispatch(store: Store, trail: Trail, state: State) -> Any:
            type_name: Any = store.get(typename_key)
            function = functions.get(type_name) if type_name.__class__ is str else None
            if function is None:
                if type_name.__class__ is not str or type_name not in members:
                    # A type that the client may not know of, or that has no business here (case D08).
                    return complete.wrong_object(store, trail, state)
                function = functions[type_name] = self._object(type_name, variants)
            return function(store, trail, state)

        return dispatch


def _needs_index(inner: GraphQLOutputType) -> bool:
    """Objects can be taken out of a list, so their index is not the length of what was kept."""
    named = get_named_type(inner)
    return not isinstance(inner, GraphQLList) and isinstance(
        named, (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)
    )


def _leaf_check(name: str, trail: str, guard: str) -> str:
    """Built-in scalars pass as they are when they are of their own class; anything else is looked at (GraphQL §3.5)."""
    if name == "Int":
        inside = "(v.__class__ is int and -2147483648 <= v <= 2147483647)"
    else:
        inside = f"v.__class__ is {_PLAIN[name]}"
    return f"if not {inside}{guard}: v = leaf_{name}(v, {trail}, S)"
