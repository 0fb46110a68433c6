"""One shape for every spelling: fragments expanded, literal conditions folded, like fields merged.

Works on a validated operation within limits, so the expanded form is small; its size bounds the work. Per place of the
response the selection sets that were written for it are collected together, so a field is merged before anything below it
is looked at. A fragment on the surrounding type or on a supertype of it dissolves; one on a narrower type stays.
The order of the response is that of the document (https://spec.graphql.org/draft/#sec-Field-Collection): fragments on one
type are joined only where nothing stands between them that could come in between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SchemaMetaFieldDef,
    SelectionNode,
    SelectionSetNode,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
    ValueNode,
    VariableNode,
    do_types_overlap,
    get_named_type,
    is_composite_type,
    print_ast,
)
from graphql.utilities.sort_value_node import sort_value_node

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
from gateway.language.printing import masked_text, operation_text

__all__ = ["normalize", "used_variables"]

_KINDS = {
    OperationType.QUERY: OperationKind.QUERY,
    OperationType.MUTATION: OperationKind.MUTATION,
    OperationType.SUBSCRIPTION: OperationKind.SUBSCRIPTION,
}
_META = {"__typename": TypeNameMetaFieldDef, "__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}

_Conditions = frozenset[Condition]
_NONE: _Conditions = frozenset()


def normalize(
    schema: GraphQLSchema, definition: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Operation:
    """Return the normalized form of a valid operation. Variables that nothing mentions any more are not declared."""
    root = schema.get_root_type(definition.operation)
    assert root is not None, "validation has checked the root type"
    selections = _Normalizer(schema, fragments).selections([definition.selection_set], root, _NONE)
    used = frozenset(used_variables(selections))
    variables = tuple(
        VariableDefinition(
            v.variable.name.value,
            print_ast(v.type),
            _value_text(v.default_value) if v.default_value is not None else None,
        )
        for v in definition.variable_definitions or ()
        if v.variable.name.value in used
    )
    kind = _KINDS[definition.operation]
    name = definition.name.value if definition.name is not None else None
    text = operation_text(kind, name, variables, selections)
    digest = _digest(text)
    masked = masked_text(text)
    signature = digest if masked == text else _digest(masked)
    head = OperationDefinitionNode(
        operation=definition.operation,
        variable_definitions=definition.variable_definitions,
        selection_set=SelectionSetNode(selections=()),
    )
    return Operation(kind, name, root.name, selections, variables, text, digest, head, signature)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class _Group:
    """What was written for one field or fragment of a place. `type` is None for a fragment."""

    name: str
    conditions: _Conditions
    selection_sets: list[SelectionSetNode] = field(default_factory=list[SelectionSetNode])
    type: GraphQLOutputType | None = None
    key: str = ""
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class _Normalizer:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    living: dict[tuple[int, str, _Conditions], bool] = field(default_factory=dict[tuple[int, str, _Conditions], bool])

    def selections(
        self, written: Sequence[SelectionSetNode], parent: GraphQLCompositeType, known: _Conditions
    ) -> tuple[Selection, ...]:
        """What `written` selects on `parent`, given that the conditions `known` hold."""
        place = _Place()
        for selection, conditions in self._flattened(written, parent, known):
            if isinstance(selection, FieldNode):
                place.add_field(selection, parent, conditions)
            else:
                target, inner = self._fragment(selection, parent)
                if self._selects(inner, _composite(target), known | conditions):
                    place.add_fragment(target, inner, conditions)
        found = (self._finished(group, parent, known) for group in place.groups)
        return tuple(selection for selection in found if selection is not None)

    def _selects(self, inner: SelectionSetNode, target: GraphQLCompositeType, known: _Conditions) -> bool:
        """Whether a fragment leads to a field at all; one that does not must not come between two others. Found once for
        each nesting, so that the work stays linear.
        """
        place = (id(inner), target.name, known)
        found = self.living.get(place)
        if found is None:
            found = self.living[place] = any(
                isinstance(selection, FieldNode) or self._leads(selection, target, known | conditions)
                for selection, conditions in self._flattened([inner], target, known)
            )
        return found

    def _leads(self, selection: SelectionNode, parent: GraphQLCompositeType, known: _Conditions) -> bool:
        target, inner = self._fragment(selection, parent)
        return self._selects(inner, _composite(target), known)

    def _flattened(
        self, written: Sequence[SelectionSetNode], parent: GraphQLCompositeType, known: _Conditions
    ) -> Iterator[tuple[SelectionNode, _Conditions]]:
        """Fields, and fragments that narrow, in the order of the document, each with its own conditions.

        A stack instead of recursion: a chain of fragments may be as long as the document (security case D02).
        """
        stack = [(iter(node.selections), _NONE) for node in reversed(written)]
        while stack:
            selections, above = stack[-1]
            selection = next(selections, None)
            if selection is None:
                stack.pop()
                continue
            conditions = _conditions(selection.directives or (), above, known)
            if conditions is None:
                continue
            if not isinstance(selection, FieldNode):
                target, inner = self._fragment(selection, parent)
                if self._covers(target, parent):
                    stack.append((iter(inner.selections), conditions))
                    continue
                if not do_types_overlap(self.schema, _composite(target), parent):
                    continue  # dissolving a fragment around it has shown that it never applies
            yield selection, conditions

    def _fragment(
        self, selection: SelectionNode, parent: GraphQLCompositeType
    ) -> tuple[GraphQLNamedType, SelectionSetNode]:
        if isinstance(selection, FragmentSpreadNode):
            definition = self.fragments[selection.name.value]
            return self.schema.type_map[definition.type_condition.name.value], definition.selection_set
        assert isinstance(selection, InlineFragmentNode)
        if selection.type_condition is None:
            return parent, selection.selection_set
        return self.schema.type_map[selection.type_condition.name.value], selection.selection_set

    def _covers(self, wide: GraphQLNamedType, narrow: GraphQLCompositeType) -> bool:
        """Whether every object of `narrow` is declared to be a `wide`, so that a fragment on it changes nothing."""
        if wide.name == narrow.name:
            return True
        if not isinstance(wide, (GraphQLInterfaceType, GraphQLUnionType)):
            return False
        return not isinstance(narrow, GraphQLUnionType) and self.schema.is_sub_type(wide, narrow)

    def _finished(self, group: _Group, parent: GraphQLCompositeType, known: _Conditions) -> Selection | None:
        conditions = tuple(sorted(group.conditions, key=lambda condition: (condition.variable, condition.wanted)))
        inside = known | group.conditions
        if group.type is None:
            target = self.schema.type_map[group.name]
            selections = self.selections(group.selection_sets, _composite(target), inside)
            return Fragment(group.name, selections, conditions) if selections else None
        named = get_named_type(group.type)
        selections = self.selections(group.selection_sets, named, inside) if is_composite_type(named) else ()
        return Field(group.key, group.name, parent.name, group.type, group.arguments, selections, conditions)


def _composite(type_: GraphQLNamedType) -> GraphQLCompositeType:
    assert is_composite_type(type_), "validation has checked type conditions"
    return type_


class _Place:
    """The groups of one place of the response, in order of first appearance."""

    def __init__(self) -> None:
        self.groups: list[_Group] = []
        self._fields: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[_Group]] = {}
        self._joinable: dict[tuple[str, _Conditions], _Group] = {}
        self._abstract: set[str] = set()

    def add_field(self, node: FieldNode, parent: GraphQLCompositeType, conditions: _Conditions) -> None:
        name = node.name.value
        key = node.alias.value if node.alias is not None else name
        arguments = tuple(
            sorted((_argument(a.name.value, a.value) for a in node.arguments or ()), key=lambda a: a.name)
        )
        alike = self._fields.setdefault((key, name, tuple((a.name, _equal_text(a)) for a in arguments)), [])
        # What is selected below may join only the latest mention: one before it would move its keys forward (GraphQL §6.3.2).
        known = alike[-1:] if node.selection_set is not None else alike
        group = next((group for group in known if group.conditions == conditions), None)
        if group is None:
            # A leaf that is there anyway needs no second mention under a narrower condition.
            if node.selection_set is None and any(group.conditions < conditions for group in alike):
                return
            definition = _META.get(name)
            if definition is None:
                assert isinstance(parent, (GraphQLObjectType, GraphQLInterfaceType)), "a union has no fields"
                definition = parent.fields[name]
            group = _Group(name, conditions, type=definition.type, key=key, arguments=arguments)
            alike.append(group)
            self.groups.append(group)
            self._joinable.clear()
        if node.selection_set is not None:
            group.selection_sets.append(node.selection_set)

    def add_fragment(self, target: GraphQLNamedType, inner: SelectionSetNode, conditions: _Conditions) -> None:
        place = (target.name, conditions)
        group = self._joinable.get(place)
        if group is None:
            group = _Group(target.name, conditions)
            self.groups.append(group)
            self._close(target)
            self._joinable[place] = group
        group.selection_sets.append(inner)

    def _close(self, target: GraphQLNamedType) -> None:
        """A new fragment ends the joining of those that may concern the same objects."""
        concrete = isinstance(target, GraphQLObjectType)
        for name, conditions in list(self._joinable):
            apart = concrete and name != target.name and name not in self._abstract
            if not apart:
                del self._joinable[name, conditions]
        if not concrete:
            self._abstract.add(target.name)


def used_variables(selections: Iterable[Selection]) -> Iterator[str]:
    """The variables that conditions and arguments still mention; a literal `@skip` may have taken the rest away."""
    for selection in selections:
        yield from (condition.variable for condition in selection.conditions)
        if isinstance(selection, Field):
            for argument in selection.arguments:
                yield from _variables_in(argument.value)
        yield from used_variables(selection.selections)


def _variables_in(value: ValueNode) -> Iterator[str]:
    if isinstance(value, VariableNode):
        yield value.name.value
    elif isinstance(value, ListValueNode):
        for item in value.values:
            yield from _variables_in(item)
    elif isinstance(value, ObjectValueNode):
        for entry in value.fields:
            yield from _variables_in(entry.value)


def _argument(name: str, value: ValueNode) -> Argument:
    return Argument(name, value, _value_text(value))


def _value_text(value: ValueNode) -> str:
    """A value in one spelling. Object fields stay in the client's order, which a subgraph may take for the meaning: `order: {a: ASC, b: DESC}`."""
    return print_ast(value)


def _equal_text(argument: Argument) -> str:
    """Equal texts are equal values to GraphQL (§5.3.2), which knows no order of object fields."""
    return print_ast(sort_value_node(argument.value)) if "{" in argument.text else argument.text


def _conditions(directives: Iterable[DirectiveNode], above: _Conditions, known: _Conditions) -> _Conditions | None:
    """All conditions of a selection that do not hold anyway; None when it can never be included."""
    found = set(above)
    for directive in directives:
        wanted = directive.name.value == "include"
        if not wanted and directive.name.value != "skip":
            continue
        assert directive.arguments, "validation has checked the argument"
        value = directive.arguments[0].value
        if isinstance(value, BooleanValueNode):
            if value.value != wanted:
                return None
        elif isinstance(value, VariableNode):
            found.add(Condition(value.name.value, wanted))
    found -= known
    if any(
        Condition(one.variable, not one.wanted) in found or Condition(one.variable, not one.wanted) in known
        for one in found
    ):
        return None
    return frozenset(found)
