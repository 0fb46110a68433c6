"""A selection with its fragments gone, its repeated fields merged and its @skip/@include decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionNode,
    SelectionSetNode,
    TypeNameMetaFieldDef,
    VariableNode,
    get_named_type,
    is_composite_type,
)

from registers.common.sql.values import ABSENT, resolve

__all__ = ["Selected", "collect"]


@dataclass(frozen=True, slots=True)
class Selected:
    """A field of a selection. `children` has an entry for each object type that the value can be of."""

    key: str
    name: str
    type: GraphQLOutputType
    arguments: Mapping[str, Any]
    argument_types: Mapping[str, Any]
    children: Mapping[str, tuple[Selected, ...]]
    nodes: tuple[FieldNode, ...]
    """As written: more than one when the document repeats the field."""


@dataclass(frozen=True, slots=True)
class _Collector:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def fields(self, parent: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> tuple[Selected, ...]:
        groups: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for selection_set in sets:
            self._gather(parent, selection_set.selections, groups, seen)
        return tuple(self._field(parent, key, nodes) for key, nodes in groups.items())

    def _gather(
        self,
        parent: GraphQLObjectType,
        nodes: Iterable[SelectionNode],
        groups: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for node in nodes:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                groups.setdefault(key, []).append(node)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                fragment = self.fragments[name]
                if name not in seen and self._applies(fragment.type_condition, parent):
                    seen.add(name)
                    self._gather(parent, fragment.selection_set.selections, groups, seen)
            elif isinstance(node, InlineFragmentNode) and self._applies(node.type_condition, parent):
                self._gather(parent, node.selection_set.selections, groups, seen)

    def _included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value not in {"skip", "include"}:
                continue
            assert directive.arguments  # both directives have one, and validation saw it
            value = directive.arguments[0].value
            given = (
                self.variables.get(value.name.value)
                if isinstance(value, VariableNode)
                else getattr(value, "value", None)
            )
            if given == (directive.name.value == "skip"):
                return False
        return True

    def _applies(self, condition: NamedTypeNode | None, parent: GraphQLObjectType) -> bool:
        if condition is None or condition.name.value == parent.name:
            return True
        found = self.schema.get_type(condition.name.value)
        return isinstance(found, GraphQLUnionType) and parent in found.types

    def _field(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Selected:
        node = nodes[0]
        name = node.name.value
        definition = parent.fields.get(name) or self.schema.get_field(parent, name) or TypeNameMetaFieldDef
        values = {
            argument.name.value: resolve(argument.value, definition.args[argument.name.value].type, self.variables)
            for argument in node.arguments or ()
            if not name.startswith("_")
        }
        named = get_named_type(definition.type)
        children: dict[str, tuple[Selected, ...]] = {}
        if is_composite_type(named) and not name.startswith("__"):
            sets = [found.selection_set for found in nodes if found.selection_set]
            for possible in self.schema.get_possible_types(named) if isinstance(named, GraphQLUnionType) else (named,):
                assert isinstance(possible, GraphQLObjectType)
                children[possible.name] = self.fields(possible, sets)
        return Selected(
            key=key,
            name=name,
            type=definition.type,
            arguments={name: value for name, value in values.items() if value is not ABSENT},
            argument_types={name: definition.args[name].type for name in values},
            children=children,
            nodes=tuple(nodes),
        )


def collect(
    schema: GraphQLSchema,
    parent: GraphQLObjectType,
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> tuple[Selected, ...]:
    """Collect the fields of a selection set on `parent` (GraphQL, CollectFields), all the way down."""
    return _Collector(schema, fragments, variables).fields(parent, [selections])
