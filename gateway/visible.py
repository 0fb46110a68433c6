"""The part of a schema that a caller may use: everything else is cut off, and looks as if it had never been there.

A coordinate stays when the static decision would let it pass: fields that a grant opens, query roots of types that can be
reached, input fields whose every reading is open. Then whatever refers to something that is gone goes too, until nothing
changes, and what nobody refers to any more is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
    is_specified_directive,
)

from gateway.authorization.grants import Reach
from gateway.authorization.language.model import Inputs

__all__ = ["visible_schema"]

_Composite = GraphQLObjectType | GraphQLInterfaceType


def visible_schema(
    api: GraphQLSchema, granted: tuple[Reach, Inputs] | None, closed: frozenset[str] = frozenset()
) -> GraphQLSchema:
    """Return `api` reduced to what grants open (`None`: all) and the graph's own demands leave; at the least a query type without fields."""
    kept = _Kept(api, granted, closed)
    kept.settle()
    return _Build(api, kept).schema()


class _Kept:
    """What stays, by name. `fields` holds output and input types; `arguments` the open ones of `Type.field`."""

    def __init__(self, api: GraphQLSchema, granted: tuple[Reach, Inputs] | None, closed: frozenset[str]) -> None:
        self._api = api
        self._closed = closed
        self._inputs: Inputs | None = None
        self._open = self._reachable = frozenset[str]()
        if granted is not None:
            reach, self._inputs = granted
            anchored = (anchor.coordinates for anchors in reach.anchors.values() for anchor in anchors)
            self._open = reach.allowed.union(*anchored)
            self._reachable = reach.types | set(reach.anchors)
        self._mutation_roots = {t.name for t in (api.mutation_type, api.subscription_type) if t is not None}
        self.fields: dict[str, set[str]] = {}
        self.arguments: dict[str, set[str]] = {}
        self.unions: dict[str, set[str]] = {}
        self._begin()

    def _begin(self) -> None:
        for name, type_ in self._api.type_map.items():
            if is_introspection_type(type_):
                continue
            if isinstance(type_, GraphQLInputObjectType):
                self.fields[name] = {field for field in type_.fields if self._open_input(name, field)}
            elif isinstance(type_, GraphQLUnionType):
                self.unions[name] = {member.name for member in type_.types}
            elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
                self.fields[name] = {field for field in type_.fields if self._open_field(type_, field)}
                for field, definition in type_.fields.items():
                    self.arguments[f"{name}.{field}"] = set(definition.args)

    def _open_field(self, type_: _Composite, field: str) -> bool:
        if f"{type_.name}.{field}" in self._closed:
            return False
        if type_ is self._api.query_type or self._inputs is None:
            return True
        if isinstance(type_, GraphQLInterfaceType):
            # Asked through an interface, a field is asked of everything that may stand there (security case A01).
            possible = self._api.get_possible_types(type_)
            return all(f"{member.name}.{field}" in self._open for member in possible)
        reachable = type_.name in self._mutation_roots or type_.name in self._reachable
        return reachable and f"{type_.name}.{field}" in self._open

    def _open_input(self, name: str, field: str) -> bool:
        if self._inputs is None:
            return True
        transparent = self._inputs.transparent.get(name)
        if transparent is not None:
            return field in transparent
        entry = self._inputs.types.get(name)
        if entry is None:
            return False
        if field in entry.combinators or field in entry.claims or field in entry.ignored:
            return True
        reads = entry.overrides.get(field) or (f"{entry.reads.name}.{field}",)
        return all(coordinate in self._open for coordinate in reads)

    def settle(self) -> None:
        """Take away what refers to something that is gone, until nothing does."""
        while self._narrow():
            pass

    def has(self, type_: GraphQLNamedType) -> bool:
        if type_.name in self.unions:
            return bool(self.unions[type_.name])
        return type_.name not in self.fields or bool(self.fields[type_.name]) or type_ is self._api.query_type

    def _narrow(self) -> bool:
        before = self._size()
        for name, names in self.fields.items():
            type_ = self._api.type_map[name]
            if isinstance(type_, GraphQLInputObjectType):
                self._narrow_input(type_, names)
            elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
                self._narrow_fields(type_, names)
        for names in self.unions.values():
            names -= {name for name in names if not self.fields[name]}
        return self._size() != before

    def _narrow_input(self, type_: GraphQLInputObjectType, names: set[str]) -> None:
        gone = {name for name in names if not self.has(get_named_type(type_.fields[name].type))}
        names -= gone
        if any(is_required_input_field(field) and name not in names for name, field in type_.fields.items()):
            names.clear()

    def _narrow_fields(self, type_: _Composite, names: set[str]) -> None:
        for name in list(names):
            field = type_.fields[name]
            open_ = self.arguments[f"{type_.name}.{name}"]
            # A plain argument is refused by the decision: nobody has said what it reads.
            open_ -= {a for a, argument in field.args.items() if not self._open_argument(argument)}
            needed = {a for a, argument in field.args.items() if is_required_argument(argument)}
            if needed - open_ or not self.has(get_named_type(field.type)):
                names.discard(name)

    def _open_argument(self, argument: GraphQLArgument) -> bool:
        named = get_named_type(argument.type)
        if self._inputs is None:
            return self.has(named)
        return isinstance(named, GraphQLInputObjectType) and self.has(named)

    def _size(self) -> int:
        return sum(map(len, (*self.fields.values(), *self.arguments.values(), *self.unions.values())))


class _Build:
    """Makes the types that are kept, each once; lazily, so that cycles close and unused types are never made."""

    def __init__(self, api: GraphQLSchema, kept: _Kept) -> None:
        self._api = api
        self._kept = kept
        self._made: dict[str, GraphQLNamedType] = {}

    def schema(self) -> GraphQLSchema:
        roots = (self._api.query_type, self._api.mutation_type, self._api.subscription_type)
        query, mutation, subscription = (self._root(root) for root in roots)
        return GraphQLSchema(
            query=query,
            mutation=mutation,
            subscription=subscription,
            types=[self._type(type_) for type_ in self._implementations()],
            directives=[directive for directive in self._api.directives if is_specified_directive(directive)],
            description=self._api.description,
            assume_valid=True,
        )

    def _root(self, root: GraphQLObjectType | None) -> Any:
        return self._type(root) if root is not None and self._kept.has(root) else None

    def _implementations(self) -> Iterable[GraphQLNamedType]:
        """Objects that only an interface leads to. Those of an interface that nobody refers to come along; harmless."""
        for type_ in self._api.type_map.values():
            if isinstance(type_, GraphQLObjectType) and self._kept.has(type_) and self._interfaces(type_):
                yield type_

    def _interfaces(self, type_: _Composite) -> list[Any]:
        return [interface for interface in type_.interfaces if self._kept.has(interface)]

    def _type(self, type_: GraphQLNamedType) -> Any:
        made = self._made.get(type_.name)
        if made is None:
            made = self._made[type_.name] = self._make(type_)
        return made

    def _make(self, type_: GraphQLNamedType) -> GraphQLNamedType:
        if is_introspection_type(type_):
            return type_
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            changed: dict[str, Any] = {
                **type_.to_kwargs(),
                "fields": lambda: self._fields(type_),
                "interfaces": lambda: [self._type(interface) for interface in self._interfaces(type_)],
            }
            return type(type_)(**changed)
        if isinstance(type_, GraphQLUnionType):
            members = self._kept.unions[type_.name]
            types = lambda: [self._type(member) for member in type_.types if member.name in members]  # noqa: E731
            return GraphQLUnionType(**{**type_.to_kwargs(), "types": types})  # type: ignore[arg-type]
        if isinstance(type_, GraphQLInputObjectType):
            changed = {**type_.to_kwargs(), "fields": lambda: self._input_fields(type_)}
            return GraphQLInputObjectType(**changed)
        return type_

    def _fields(self, type_: _Composite) -> dict[str, GraphQLField]:
        names = self._kept.fields[type_.name]
        return {name: self._field(type_.name, name, field) for name, field in type_.fields.items() if name in names}

    def _field(self, owner: str, name: str, field: GraphQLField) -> GraphQLField:
        open_ = self._kept.arguments[f"{owner}.{name}"]
        args = {a: self._argument(argument) for a, argument in field.args.items() if a in open_}
        changed: dict[str, Any] = {**field.to_kwargs(), "type_": self._wrapped(field.type), "args": args}
        return GraphQLField(**changed)

    def _argument(self, argument: GraphQLArgument) -> GraphQLArgument:
        changed: dict[str, Any] = {**argument.to_kwargs(), "type_": self._wrapped(argument.type)}
        return GraphQLArgument(**changed)

    def _input_fields(self, type_: GraphQLInputObjectType) -> Mapping[str, GraphQLInputField]:
        names = self._kept.fields[type_.name]
        return {name: self._input_field(field) for name, field in type_.fields.items() if name in names}

    def _input_field(self, field: GraphQLInputField) -> GraphQLInputField:
        changed: dict[str, Any] = {**field.to_kwargs(), "type_": self._wrapped(field.type)}
        return GraphQLInputField(**changed)

    def _wrapped(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return GraphQLNonNull(self._wrapped(type_.of_type))
        if isinstance(type_, GraphQLList):
            return GraphQLList(self._wrapped(type_.of_type))
        return self._type(type_)
