"""Operations on an invented client schema: everything that a client may write.

Aliases from a small pool (so that branches collide), fragments on interfaces, unions and their members, nested named
fragments, `@skip` and `@include` by literal and by variable, variables at any depth of an argument, `__typename` anywhere,
introspection beside data. Operations of hypothesis-graphql come in beside, with the same changes made to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
)
from hypothesis import strategies as st

from tests.properties.federation.foreign import foreign_queries

__all__ = ["Question", "questions"]

T = TypeVar("T")
Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
_INTROSPECTION = (
    '__type(name: "Query") { name kind fields(includeDeprecated: true) { __typename } }',
    "__schema { queryType { name kind } directives { __typename } }",
    '__type(name: "Nothing") { name }',
)


Taken = dict[str, tuple[str, str]]
"""What a response key stands for already: the object type that it was selected on (or none), the field with its arguments."""


@dataclass(frozen=True)
class Question:
    query: str
    variables: dict[str, Any] = field(default_factory=dict[str, Any])


@st.composite
def questions(draw: st.DrawFn, schema: GraphQLSchema) -> Question:
    """One operation on `schema`, with its variables; nearly always valid."""
    if draw(st.integers(0, 99)) >= 85:
        return Question(draw(foreign_queries(schema)))
    return _Writer(draw, schema).question()


class _Writer:
    def __init__(self, draw: st.DrawFn, schema: GraphQLSchema) -> None:
        self._draw = draw
        self._schema = schema
        self._fragments: dict[str, tuple[str, str]] = {}
        self._declared: dict[str, str] = {}
        self._values: dict[str, Any] = {}
        self._left = self._number(3, 25)
        self._aliases = self._chance(60)
        self._conditions = self._chance(50)
        self._serial = False

    # -- drawing -------------------------------------------------------------------------------------------------

    def _number(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def _chance(self, percent: int) -> bool:
        return self._draw(st.integers(0, 99)) >= 100 - percent

    def _pick(self, options: Sequence[T]) -> T:
        return options[self._draw(st.integers(0, len(options) - 1))]

    # -- the operation -------------------------------------------------------------------------------------------

    def question(self) -> Question:
        mutation = self._schema.mutation_type is not None and self._chance(20)
        root = self._schema.mutation_type if mutation else self._schema.query_type
        assert root is not None
        # Which of two root fields of a mutation comes first must not hang on a variable.
        self._serial = mutation
        body = self._selections(root, 4, {})
        if not mutation and self._chance(4):
            body = f"{body} {self._pick(_INTROSPECTION)}"
        word = "mutation" if mutation else "query"
        variables = ", ".join(f"${name}: {type_text}" for name, type_text in self._declared.items())
        head = f"{word} Q({variables})" if variables else f"{word} Q"
        fragments = [f"fragment {name} on {on} {{ {text} }}" for name, (on, text) in self._fragments.items()]
        return Question("\n".join([f"{head} {{ {body} }}", *fragments]), self._values)

    def _selections(self, parent: Composite, depth: int, taken: Taken) -> str:
        parts = [self._part(parent, depth, taken) for _ in range(self._number(1, 4))]
        parts = [part for part in parts if part]
        return " ".join(parts) if parts else self._typename()

    def _part(self, parent: Composite, depth: int, taken: Taken) -> str:
        self._left -= 1
        roll = self._number(0, 99)
        fields = {} if isinstance(parent, GraphQLUnionType) else parent.fields
        if roll >= 92:
            return self._typename()
        if (roll >= 70 or not fields) and depth > 0 and self._left > 0:
            return self._fragment(parent, depth, taken)
        if not fields:
            return self._typename()
        leaf_only = depth <= 0 or self._left <= 0
        names = [n for n, f in fields.items() if not (leaf_only and is_composite_type(get_named_type(f.type)))]
        if not names:
            return self._typename()
        name = self._pick(names)
        return self._field(parent, name, fields[name], depth, taken)

    def _typename(self) -> str:
        return "__typename" if self._chance(80) else "t: __typename"

    def _field(self, parent: Composite, name: str, found: GraphQLField, depth: int, taken: Taken) -> str:
        key = name
        if self._aliases and self._chance(30):
            key = self._pick(("x", "y", "z", "f0", "f1"))
        asked = f"{name}{self._arguments(found)}"
        place = (parent.name if isinstance(parent, GraphQLObjectType) else "", asked)
        if not _mergeable(taken.get(key), place):
            key = f"{key}_{len(taken)}"
        taken.setdefault(key, place)
        head = f"{asked if key == name else f'{key}: {asked}'}{self._directives()}"
        target = get_named_type(found.type)
        if not isinstance(target, (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)):
            return head
        return f"{head} {{ {self._selections(target, depth - 1, {})} }}"

    # -- fragments -----------------------------------------------------------------------------------------------

    def _fragment(self, parent: Composite, depth: int, taken: Taken) -> str:
        if self._chance(10):
            return (
                f"...{self._directives() or ' @include(if: true)'} {{ {self._selections(parent, depth - 1, taken)} }}"
            )
        on = self._pick(self._overlapping(parent))
        known = [name for name, (condition, _) in self._fragments.items() if condition == on.name]
        if known and self._chance(40):
            return f"...{self._pick(known)}{self._directives()}"
        inside = self._selections(on, depth - 1, taken)
        if self._chance(70):
            return f"... on {on.name}{self._directives()} {{ {inside} }}"
        name = f"F{len(self._fragments)}"
        self._fragments[name] = (on.name, inside)
        return f"...{name}{self._directives()}"

    def _overlapping(self, parent: Composite) -> list[Composite]:
        """Types that a fragment here may be on: those with an object type in common."""
        if isinstance(parent, GraphQLObjectType):
            return [parent, *parent.interfaces]
        members = list(self._schema.get_possible_types(parent))
        wider = {i.name: i for m in members for i in m.interfaces}
        return [*members, *members, *wider.values(), parent]

    def _directives(self) -> str:
        if not self._conditions or self._serial or not self._chance(15):
            return ""
        words = self._pick((("skip",), ("include",), ("skip", "include")))
        return "".join(f" @{word}(if: {self._condition(word)})" for word in words)

    def _condition(self, word: str) -> str:
        if self._chance(20):
            return "false" if word == "skip" else "true"
        name = f"b{self._number(0, 2)}"
        if name not in self._declared:
            default = self._chance(30)
            self._declared[name] = "Boolean! = true" if default else "Boolean!"
            if not default or self._chance(50):
                self._values[name] = self._chance(50)
        return f"${name}"

    # -- arguments -----------------------------------------------------------------------------------------------

    def _arguments(self, found: GraphQLField) -> str:
        parts = [
            f"{name}: {self._argument(arg.type, has_default=arg.default_value is not None)}"
            for name, arg in found.args.items()
            if is_required_argument(arg) or self._chance(60)
        ]
        return f"({', '.join(parts)})" if parts else ""

    def _argument(self, type_: GraphQLInputType, *, has_default: bool, depth: int = 3) -> str:
        if self._chance(30):
            return self._variable(type_, depth)
        return self._literal(type_, depth)

    def _variable(self, type_: GraphQLInputType, depth: int) -> str:
        name = f"v{len(self._declared)}"
        text = str(type_)
        optional = not isinstance(type_, GraphQLNonNull)
        if optional and self._chance(30):
            self._declared[name] = f"{text}!"
            optional = False
        else:
            self._declared[name] = text
        if optional and self._chance(20):
            return f"${name}"
        self._values[name] = self._json(type_, depth, required=not optional)
        return f"${name}"

    def _literal(self, type_: GraphQLInputType, depth: int) -> str:
        if isinstance(type_, GraphQLNonNull):
            return self._literal_of(type_.of_type, depth)
        return "null" if self._chance(10) else self._literal_of(type_, depth)

    def _literal_of(self, type_: Any, depth: int) -> str:
        if isinstance(type_, GraphQLList):
            items = [
                self._argument(type_.of_type, has_default=False, depth=depth - 1) for _ in range(self._number(0, 2))
            ]
            return f"[{', '.join(items)}]"
        if isinstance(type_, GraphQLInputObjectType):
            parts = [
                f"{name}: {self._argument(f.type, has_default=True, depth=depth - 1)}"
                for name, f in type_.fields.items()
                if is_required_input_field(f) or (depth > 0 and self._chance(40))
            ]
            return f"{{{', '.join(parts)}}}"
        if isinstance(type_, GraphQLEnumType):
            return self._pick(list(type_.values))
        match type_.name:
            case "Int":
                return str(self._number(0, 9))
            case "Float":
                return f"{self._number(0, 9)}.5"
            case "Boolean":
                return self._pick(("true", "false"))
            case _:
                return self._pick(('"a"', '"b c"', '"\\"q\\" \\u00e9"'))

    def _json(self, type_: Any, depth: int, *, required: bool = False) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self._json(type_.of_type, depth, required=True)
        if not required and self._chance(10):
            return None
        if isinstance(type_, GraphQLList):
            return [self._json(type_.of_type, depth - 1) for _ in range(self._number(0, 2))]
        if isinstance(type_, GraphQLInputObjectType):
            return {
                name: self._json(f.type, depth - 1)
                for name, f in type_.fields.items()
                if is_required_input_field(f) or (depth > 0 and self._chance(40))
            }
        if isinstance(type_, GraphQLEnumType):
            return self._pick(list(type_.values))
        match type_.name:
            case "Int":
                return self._number(0, 9)
            case "Float":
                return self._number(0, 9) + 0.5
            case "Boolean":
                return self._chance(50)
            case _:
                return self._pick(("a", "b c", '"q" é'))


def _mergeable(known: tuple[str, str] | None, place: tuple[str, str]) -> bool:
    """Whether a response key may stand for this field as well: the same one, or one of an object of another type."""
    if known is None or known[1] == place[1]:
        return True
    return bool(known[0]) and bool(place[0]) and known[0] != place[0]
