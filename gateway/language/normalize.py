"""One shape for every spelling: fragments expanded, literal conditions folded, like fields merged.

Works on a validated operation. Two fields of a selection set become one when key, name, arguments and conditions agree;
their selections are joined. A fragment on the surrounding type or on a supertype of it dissolves; one on a narrower type
stays, with all fragments on that type joined.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
    VariableNode,
    get_named_type,
    print_ast,
)

from gateway.language.operation import (
    Argument,
    Condition,
    Field,
    Fragment,
    Operation,
    OperationKind,
    Selection,
    VariableDefinition,
)
from gateway.language.printing import selections_text

__all__ = ["normalize"]

_KINDS = {
    OperationType.QUERY: OperationKind.QUERY,
    OperationType.MUTATION: OperationKind.MUTATION,
    OperationType.SUBSCRIPTION: OperationKind.SUBSCRIPTION,
}


def normalize(
    schema: GraphQLSchema, definition: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Operation:
    """Return the normalized form of a valid operation."""
    root = schema.get_root_type(definition.operation)
    assert root is not None, "validation has checked the root type"
    selections = _Normalizer(schema, fragments).selections(definition.selection_set, root)
    variables = tuple(
        VariableDefinition(
            v.variable.name.value,
            print_ast(v.type),
            print_ast(v.default_value) if v.default_value else None,
        )
        for v in definition.variable_definitions or ()
    )
    kind = _KINDS[definition.operation]
    name = definition.name.value if definition.name else None
    declared = ", ".join(
        f"${v.name}: {v.type_text}" + (f" = {v.default_text}" if v.default_text is not None else "") for v in variables
    )
    text = f"{kind.value}{f'({declared})' if declared else ''} {selections_text(selections)}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Operation(kind, name, root.name, selections, variables, text, digest, definition)


class _Normalizer:
    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments

    def selections(self, node: SelectionSetNode, parent: GraphQLCompositeType) -> tuple[Selection, ...]:
        return merge(self._collect(node, parent))

    def _collect(self, node: SelectionSetNode, parent: GraphQLCompositeType) -> list[Selection]:
        found: list[Selection] = []
        for selection in node.selections:
            conditions = _conditions(selection.directives or ())
            if conditions is None:
                continue
            if isinstance(selection, FieldNode):
                found.append(self._field(selection, parent, conditions))
                continue
            if isinstance(selection, FragmentSpreadNode):
                definition = self._fragments[selection.name.value]
                name, inner = definition.type_condition.name.value, definition.selection_set
            else:
                assert isinstance(selection, InlineFragmentNode)
                name = selection.type_condition.name.value if selection.type_condition else parent.name
                inner = selection.selection_set
            found += self._fragment(name, inner, parent, conditions)
        return found

    def _field(self, node: FieldNode, parent: GraphQLCompositeType, conditions: tuple[Condition, ...]) -> Field:
        name = node.name.value
        definition = _META.get(name)
        if definition is None:
            assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType), "validation has checked the field"
            definition = parent.fields[name]
        inner: tuple[Selection, ...] = ()
        if node.selection_set is not None:
            inner = self.selections(node.selection_set, _composite(get_named_type(definition.type)))
        arguments = tuple(
            Argument(a.name.value, a.value, print_ast(a.value))
            for a in sorted(node.arguments or (), key=lambda a: a.name.value)
        )
        key = node.alias.value if node.alias else name
        return Field(key, name, parent.name, definition.type, arguments, inner, conditions)

    def _fragment(
        self, name: str, node: SelectionSetNode, parent: GraphQLCompositeType, conditions: tuple[Condition, ...]
    ) -> list[Selection]:
        target = _composite(self._schema.type_map[name])
        if name == parent.name or self._covers(target, parent):
            # Collected against the surrounding type, so that one field is one field however it was reached.
            return [_with(selection, conditions) for selection in self._collect(node, parent)]
        return [Fragment(name, self.selections(node, target), conditions)]

    def _covers(self, wide: GraphQLCompositeType, narrow: GraphQLCompositeType) -> bool:
        if isinstance(narrow, GraphQLUnionType) or isinstance(wide, GraphQLObjectType):
            return False
        return self._schema.is_sub_type(wide, narrow)


def _composite(named: GraphQLNamedType) -> GraphQLCompositeType:
    assert isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
    return named


_META = {
    "__typename": TypeNameMetaFieldDef,
    "__schema": SchemaMetaFieldDef,
    "__type": TypeMetaFieldDef,
}


def merge(selections: Iterable[Selection]) -> tuple[Selection, ...]:
    """Join like selections of one selection set, keeping the order of first appearance."""
    merged: dict[object, Selection] = {}
    for selection in selections:
        if isinstance(selection, Field):
            arguments = tuple((a.name, a.text) for a in selection.arguments)
            identity: object = (selection.key, selection.name, arguments, selection.conditions)
        else:
            identity = (selection.condition, selection.conditions)
        known = merged.get(identity)
        merged[identity] = selection if known is None else _joined(known, selection)
    return tuple(merged.values())


def _joined(first: Selection, second: Selection) -> Selection:
    inner = merge((*first.selections, *second.selections))
    if isinstance(first, Field):
        return Field(first.key, first.name, first.parent, first.type, first.arguments, inner, first.conditions)
    return Fragment(first.condition, inner, first.conditions)


def _with(selection: Selection, conditions: tuple[Condition, ...]) -> Selection:
    if not conditions:
        return selection
    both = tuple(dict.fromkeys((*conditions, *selection.conditions)))
    if isinstance(selection, Field):
        return Field(
            selection.key,
            selection.name,
            selection.parent,
            selection.type,
            selection.arguments,
            selection.selections,
            both,
        )
    return Fragment(selection.condition, selection.selections, both)


def _conditions(directives: Iterable[DirectiveNode]) -> tuple[Condition, ...] | None:
    """Variable conditions of a selection; None when a literal one excludes it."""
    found: list[Condition] = []
    for directive in directives:
        name = directive.name.value
        if name not in {"skip", "include"}:
            continue
        value = next(argument.value for argument in directive.arguments or ())
        wanted = name == "include"
        if isinstance(value, BooleanValueNode):
            if value.value != wanted:
                return None
        elif isinstance(value, VariableNode):
            found.append(Condition(value.name.value, wanted))
    return tuple(sorted(set(found), key=lambda c: (c.variable, c.wanted)))
