"""Code that projects the assembled answer onto the client's operation, generated once per operation.

For each selection set on each object type one Python function is written that reads the store, checks every leaf, and
returns the object with its keys in the client's order, or None when a non-null field below it is null (GraphQL §6.4.4).
Field-by-field interpretation costs fifty times as much. Everything in the generated text is a literal of our own making
(`repr` of names that the schema or the parser has checked); no client value is ever part of it.

Generated functions call the helpers of `complete.py` wherever something is not as it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
from gateway.execution.state import State, Store
from gateway.language.operation import Condition, Field, Fragment, Operation, Selection

__all__ = ["Projector", "Root", "projector"]

Trail = tuple[Any, ...]
"""A path under construction: `(parent trail, key)`, () at the root. Made into a path only when an issue needs it."""
ObjectFunction = Callable[[Store, Trail, State], Any]
Root = Callable[[Store, State], dict[str, Any] | None]
Variants = tuple[tuple[tuple[Condition, ...], tuple[Selection, ...]], ...]
"""Selection sets that merge into one object, each under the conditions that its field had."""

_PLAIN = {"ID": "str", "String": "str", "Int": "int", "Float": "float", "Boolean": "bool"}


def projector(operation: Operation, api: GraphQLSchema, typename_key: str, homes: frozenset[str]) -> Root:
    """The projection of one operation: store and state in, `data` out. Issues are added to the state."""
    return Projector(api, typename_key, homes).root(operation)


@dataclass(slots=True)
class _Slot:
    """A response key of an object: its field, and the ways in which it was asked."""

    field: Field
    ways: list[tuple[tuple[Condition, ...], tuple[Selection, ...]]]


class Projector:
    """Writes the functions of one operation. Functions for members of an abstract type are written when first met."""

    def __init__(self, api: GraphQLSchema, typename_key: str, homes: frozenset[str]) -> None:
        self._api = api
        self._typename_key = typename_key
        self._homes = homes
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
        slots: dict[str, _Slot] = {}
        order: list[tuple[_Slot, int]] = []
        for conditions, selections in variants:
            self._collect(selections, type_name, conditions, slots, order)
        writer = _Writer()
        if type_name in self._homes:
            writer.line("if M in o: return absent(o[M], p, S)")
        if any(conditions for slot in slots.values() for conditions, _ in slot.ways):
            writer.line("V = S.variables.get")
        writer.line("r = {}")
        for slot, way in order:
            self._slot(writer, type_name, slot, way)
        writer.line("return r")
        return writer.function()

    def _collect(
        self,
        selections: Iterable[Selection],
        type_name: str,
        outer: tuple[Condition, ...],
        slots: dict[str, _Slot],
        order: list[tuple[_Slot, int]],
    ) -> None:
        """CollectFields (GraphQL §6.3.2) for objects of one type, conditions kept instead of evaluated.

        A key stands where it is first included, which depends on the conditions: `order` has every place it may have.
        """
        for selection in selections:
            conditions = (*outer, *(condition for condition in selection.conditions if condition not in outer))
            if isinstance(selection, Fragment):
                if self._applies(selection.condition, type_name):
                    self._collect(selection.selections, type_name, conditions, slots, order)
                continue
            slot = slots.setdefault(selection.key, _Slot(selection, []))
            if not any(set(earlier) <= set(conditions) for earlier, _ in slot.ways):
                order.append((slot, len(slot.ways)))
            slot.ways.append((conditions, selection.selections))

    def _applies(self, condition: str, type_name: str) -> bool:
        if condition == type_name:
            return True
        declared = self._api.type_map.get(condition)
        if not isinstance(declared, (GraphQLInterfaceType, GraphQLUnionType)):
            return False
        return any(member.name == type_name for member in self._api.get_possible_types(declared))

    # -- one field -------------------------------------------------------------------------------------------------

    def _slot(self, writer: _Writer, type_name: str, slot: _Slot, way: int) -> None:
        key = slot.field.key
        test = _test(slot.ways[way][0])
        if way:
            test = " and ".join(part for part in (test, f"{key!r} not in r") if part)
        if test:
            writer.line(f"if {test}:")
            writer.indent += 1
        name = slot.field.name
        if name == "__typename":
            writer.line(f"r[{key!r}] = {type_name!r}")
        elif name in ("__schema", "__type"):
            writer.line(f"r[{key!r}] = S.roots.get({key!r})")
        else:
            declared = self._declared(type_name, name)
            if declared is None:
                # A field that the client's schema lost since the operation was validated.
                writer.line(f"r[{key!r}] = None")
            else:
                self._field(writer, f"{type_name}.{name}", key, slot, declared)
        if test:
            writer.indent -= 1

    def _declared(self, type_name: str, name: str) -> GraphQLOutputType | None:
        declared = self._api.type_map.get(type_name)
        if not isinstance(declared, (GraphQLObjectType, GraphQLInterfaceType)) or name not in declared.fields:
            return None
        return declared.fields[name].type

    def _field(self, writer: _Writer, coordinate: str, key: str, slot: _Slot, declared: GraphQLOutputType) -> None:
        """`v` is read, checked, and set; a null where none may be ends the object."""
        variants = tuple(slot.ways) if len(slot.ways) > 1 else (((), slot.ways[0][1]),)
        required = isinstance(declared, GraphQLNonNull)
        inner = declared.of_type if required else declared
        writer.line(f"v = o.get({key!r})")
        if not required:
            self._value(writer, inner, variants, f"(p, {key!r})")
            if self._may_be_absent(inner):
                writer.line("if v is ABSENT: v = None")
            writer.line(f"r[{key!r}] = v")
            return
        writer.line("if v is None:")
        writer.line(f"    missing((p, {key!r}), {coordinate!r}, S)")
        writer.line("    return None")
        self._value(writer, inner, variants, f"(p, {key!r})", known=True)
        if self._may_be_absent(inner):
            writer.line(f"if v is ABSENT: v = missing_home((p, {key!r}), {coordinate!r}, S)")
        writer.line("if v is None: return None")
        writer.line(f"r[{key!r}] = v")

    def _may_be_absent(self, declared: GraphQLOutputType) -> bool:
        """Whether an object's home may say that it does not exist."""
        if isinstance(declared, (GraphQLInterfaceType, GraphQLUnionType)):
            return bool(self._homes)
        return isinstance(declared, GraphQLObjectType) and declared.name in self._homes

    def _value(
        self, writer: _Writer, declared: GraphQLOutputType, variants: Variants, trail: str, *, known: bool = False
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
        writer = _Writer("v", loop=True)
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
        return writer.function()

    def _item(
        self, writer: _Writer, inner: GraphQLOutputType, variants: Variants, trail: str, *, required: bool
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
        if self._may_be_absent(named):
            # What does not exist for this caller is not in the list either: its place is closed up.
            writer.line("if v is ABSENT:")
            writer.line("    removed(p, i, S)")
            writer.line("    continue")

    def _composite(
        self, named: GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType, variants: Variants
    ) -> ObjectFunction:
        if isinstance(named, GraphQLObjectType):
            return self._object(named.name, variants)
        members = {member.name for member in self._api.get_possible_types(named)}
        if all(_only_own_fields(selections) for _, selections in variants):
            # An interface object, of which nobody asks what it really is, goes by the name of the interface.
            members.add(named.name)
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


def _only_own_fields(selections: Iterable[Selection]) -> bool:
    """Whether an answer depends on no runtime type."""
    return all(isinstance(selection, Field) and selection.name != "__typename" for selection in selections)


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


def _test(conditions: Iterable[Condition]) -> str:
    """The Python test under which a field is there; empty when it always is."""
    return " and ".join(
        f"V({condition.variable!r}) is {'True' if condition.wanted else 'not True'}" for condition in conditions
    )


class _Writer:
    """One function being written: lines, and the objects that they name."""

    def __init__(self, argument: str = "o", *, loop: bool = False) -> None:
        self._argument = "x" if loop else argument
        self._lines: list[str] = []
        self._names: dict[str, Any] = dict(complete.HELPERS)
        self.indent = 1

    def line(self, text: str) -> None:
        self._lines.append("    " * self.indent + text)

    def bind(self, value: Any) -> str:
        name = f"g{len(self._names)}"
        self._names[name] = value
        return name

    def function(self) -> Callable[[Any, Trail, State], Any]:
        source = f"def project({self._argument}, p, S):\n" + "\n".join(self._lines)
        names: dict[str, Any] = self._names
        exec(compile(source, "<projection>", "exec"), names)  # noqa: S102 - text of our own, see the head
        made: Callable[[Any, Trail, State], Any] = names.pop("project")
        return made
