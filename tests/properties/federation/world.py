"""The data behind an invented graph: every value follows from the type, the object, the field and its arguments.

There is no store. An object is a type and a number; what a field of it holds is made up from a checksum, the same for the
monolith and for every subgraph. A `@requires` field is made up from the required values as well: the subgraph takes them
from the representation that it was sent, the monolith looks them up.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zlib import crc32

import orjson
from graphql import (
    FieldNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    value_from_ast_untyped,
)

from tests.properties.federation.graph import FieldSpec, Graph, named, top_names

__all__ = ["Ref", "World", "WrongError", "parsed_type"]

INSTANCES = 3
ROOT = 0


class WrongError(Exception):
    """An error of a resolver."""


@dataclass(frozen=True)
class Ref:
    """An object. `given` is the representation that it came by; `provided` what may be read of it beyond what is owned."""

    type: str
    id: int
    given: Mapping[str, Any] | None = field(default=None, compare=False)
    provided: frozenset[str] = field(default=frozenset(), compare=False)


@lru_cache(4096)
def parsed_type(text: str) -> tuple[str, ...]:
    """`[[E!]]!` → `("!", "[", "[", "!")`: what is wrapped around the named type, outermost first."""
    found: list[str] = []
    while text[-1] in "!]":
        if text[-1] == "!":
            found.append("!")
            text = text[:-1]
        else:
            found.append("[")
            text = text[1:-1]
    return tuple(found)


@lru_cache(4096)
def _parsed_fields(text: str) -> SelectionSetNode:
    definition = parse(f"{{ {text} }}", no_location=True).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return definition.selection_set


def _canonical(value: Any) -> Any:
    """A representation without what only tells types apart."""
    if isinstance(value, dict):
        return {key: _canonical(inner) for key, inner in value.items() if key != "__typename"}
    return [_canonical(inner) for inner in value] if isinstance(value, list) else value


def _trimmed(selections: SelectionSetNode, value: Any) -> Any:
    if isinstance(value, list):
        return [_trimmed(selections, item) for item in value]
    if value is None:
        return None
    found: dict[str, Any] = {}
    for node in selections.selections:
        if isinstance(node, InlineFragmentNode):
            assert node.type_condition is not None
            if value["__typename"] == node.type_condition.name.value:
                found |= _trimmed(node.selection_set, value)
        elif isinstance(node, FieldNode):
            below = value[node.name.value]
            found[node.name.value] = _trimmed(node.selection_set, below) if node.selection_set else below
    return found


class World:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.mutations: list[str] = []
        self._runtime: dict[tuple[str, str], list[str]] = {}

    # -- values --------------------------------------------------------------------------------------------------

    def value(self, owner: Ref, name: str, args: Mapping[str, Any], required: Any = None) -> Any:
        """The value of a field: leaves, `Ref`s and lists of them, `None`, or a `WrongError` where a resolver fails."""
        spec = self.graph.fields_of(owner.type)[name]
        if spec.key:
            return self._key(owner, spec)
        if spec.requires and required is None:
            required = self.selected(owner, spec.requires)
        text = orjson.dumps([_canonical(dict(args)), _canonical(required)], option=orjson.OPT_SORT_KEYS).decode()
        seed = crc32(f"{self.graph.salt}|{spec.origin}|{name}|{owner.id}|{text}".encode())
        shape = parsed_type(spec.type)
        return self._made(owner.type, spec, shape, random.Random(seed), f"{name}{owner.id}{text}")

    def _made(self, owner: str, spec: FieldSpec, shape: tuple[str, ...], dice: random.Random, hint: str) -> Any:
        trouble = 0 if spec.calm or spec.solid else self.graph.trouble
        required = shape[:1] == ("!",)
        roll = dice.randrange(100)
        if roll < trouble // 2:
            return WrongError("made up")
        if not spec.solid and roll < (trouble if required else trouble + 10):
            return None
        rest = shape[1:] if required else shape
        if rest:
            return [self._made(owner, spec, rest[1:], dice, f"{hint}.{n}") for n in range(dice.randrange(4))]
        return self._leaf(owner, spec, dice, hint)

    def _leaf(self, owner: str, spec: FieldSpec, dice: random.Random, hint: str) -> Any:
        match named(spec.type):
            case "String" | "ID" | "Stamp":
                return hint
            case "Int":
                return dice.randrange(1000)
            case "Float":
                return dice.randrange(1000) / 4
            case "Boolean":
                return dice.random() < 0.5
            case "Blob":
                return {"at": dice.randrange(100), "list": [hint, None]}
            case "N0" | "N1":
                return dice.choice(self.graph.enum_values(owner, spec))
            case _:
                return self._object(owner, spec, dice)

    def _object(self, owner: str, spec: FieldSpec, dice: random.Random) -> Ref:
        types = self._runtime.get((owner, spec.name))
        if types is None:
            types = self._runtime[owner, spec.name] = self.graph.runtime_types(owner, spec)
        return self.instance(dice.choice(types), dice.randrange(1000))

    def instance(self, type_name: str, number: int) -> Ref:
        """Entities have few instances, with numbers that no other type has; a value object is any number."""
        found = self.graph.objects[type_name]
        return Ref(type_name, found.number * 10 + number % INSTANCES if found.entity else number)

    def _key(self, owner: Ref, spec: FieldSpec) -> Any:
        """Key values tell the instances of a type apart: alone, or (`…a`, `…b`) together."""
        target = named(spec.type)
        if target in self.graph.objects:
            number = owner.id % 10
            return self.instance(target, number) if self.graph.objects[target].entity else Ref(target, owner.id)
        number = owner.id
        if spec.name[0] == "k" and spec.name[-1] in "ab":
            number = owner.id % 10 % 2 if spec.name[-1] == "a" else owner.id % 10 // 2
        return number if target == "Int" else f"{spec.name}-{number}"

    # -- entities ------------------------------------------------------------------------------------------------

    def find(self, subgraph: str, representation: Mapping[str, Any]) -> Ref | None:
        """The entity that a representation means in a subgraph. A representation without a whole key means none."""
        name = representation["__typename"]
        abstract = self.graph.abstracts.get(name)
        for type_name in abstract.members if abstract else [name]:
            owner = self.graph.objects[type_name]
            keys = [owner.keys[0]] if abstract else [owner.keys[n] for n in owner.presence[subgraph].keys]
            for number in range(INSTANCES):
                candidate = self.instance(type_name, number)
                if any(self._means(candidate, key, representation) for key in keys):
                    return Ref(candidate.type, candidate.id, representation)
        return None

    def _means(self, candidate: Ref, key: str, representation: Mapping[str, Any]) -> bool:
        if any(name not in representation for name in top_names(key)):
            return False
        wanted = self.selected(candidate, key)
        return all(_canonical(representation[name]) == value for name, value in wanted.items())

    # -- requirements --------------------------------------------------------------------------------------------

    def selected(self, owner: Ref, field_set: str) -> dict[str, Any]:
        """The values of a field set, as a representation holds them."""
        return self._selected(owner, _parsed_fields(field_set))

    def trimmed(self, field_set: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Of a representation what a field set names: a representation may serve several fields. KeyError: something lacks."""
        return _trimmed(_parsed_fields(field_set), given)

    def _selected(self, owner: Ref, selections: SelectionSetNode) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for node in selections.selections:
            if isinstance(node, InlineFragmentNode):
                if node.type_condition is not None and node.type_condition.name.value == owner.type:
                    found |= self._selected(owner, node.selection_set)
            elif isinstance(node, FieldNode):
                name = node.name.value
                spec = self.graph.fields_of(owner.type)[name]
                args = {arg.name: self._argument(arg.type, arg.default, arg.name, node) for arg in spec.args}
                given = {n: v for n, v in args.items() if v is not ...}
                found[name] = self._read(self.value(owner, name, given), node.selection_set)
        return found

    def _argument(self, type_text: str, default: str | None, name: str, node: FieldNode) -> Any:
        """The value of an argument as a resolver gets it."""
        written = next((a.value for a in node.arguments or () if a.name.value == name), None)
        if written is None and default is None:
            return ...
        if written is None:
            from graphql import parse_value

            written = parse_value(default or "")
        return self.coerced(type_text, value_from_ast_untyped(written))

    def coerced(self, type_text: str, value: Any) -> Any:
        """An input value with the defaults of its input objects."""
        made = self.graph.inputs.get(named(type_text))
        if value is None or made is None:
            return value
        if isinstance(value, list):
            return [self.coerced(type_text.strip("!")[1:-1], item) for item in value]
        found: dict[str, Any] = {}
        for arg in made.fields:
            if arg.name in value:
                given = value[arg.name]
                as_list = arg.type[0] == "[" and given is not None and not isinstance(given, list)
                found[arg.name] = self.coerced(arg.type, [given] if as_list else given)
            elif arg.default is not None:
                from graphql import parse_value

                found[arg.name] = self.coerced(arg.type, value_from_ast_untyped(parse_value(arg.default)))
        return found

    def _read(self, value: Any, below: SelectionSetNode | None) -> Any:
        if isinstance(value, list):
            return [self._read(item, below) for item in value]
        if isinstance(value, Ref):
            assert below is not None
            return self._selected(value, below)
        return value
