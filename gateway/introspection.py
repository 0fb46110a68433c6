"""Answers schema questions with what this caller may use, by graphql-core over a schema cut to measure.

The schema is reduced to what the caller's role and scopes can reach by grants, less what the graph's own directives keep from it
(`gateway.visible`, security case A16). Without either everybody sees the whole client schema. Cut schemas are kept for the pairs of role and scopes used last, and so are
answers to questions without variables, which is what tools ask.

Only the introspection roots of an operation come here; data beside them is fetched as always.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    ListValueNode,
    NameNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    execute_sync,
    parse_const_value,
    parse_type,
)
from graphql.execution import ExecutionResult

from gateway.authorization.caller import Caller
from gateway.authorization.demands import Demands
from gateway.authorization.grants import Grants
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.language.operation import Field, Operation, OperationKind, Selection
from gateway.planning.cache import BytesCache
from gateway.visible import visible_schema

__all__ = ["Introspection"]

_Who = tuple[tuple[str | None, frozenset[str]] | None, frozenset[str]]
"""What a caller's schema hangs on: role and scopes where there are grants, and what the graph's directives close."""

_ROOTS = frozenset({"__schema", "__type"})
_SCHEMAS_KEPT = 64
_ANSWERS_BYTES = 32 * 1024 * 1024


class Introspection:
    """Answers for one client schema. With `enabled` off, a schema question is refused."""

    def __init__(
        self, api: GraphQLSchema, grants: Grants | None = None, demands: Demands | None = None, *, enabled: bool = True
    ) -> None:
        self._api = api
        self._grants = grants
        self._demands = demands
        self._enabled = enabled
        self._schemas: OrderedDict[_Who, GraphQLSchema] = OrderedDict()
        self._answers = BytesCache[tuple[Any, ...], dict[str, Any]](_ANSWERS_BYTES)

    def answer(self, operation: Operation, variables: Mapping[str, Any], caller: Caller | None) -> dict[str, Any]:
        """Return the values of the introspection roots of `operation` by response key; nothing when it has none.

        Raises `GatewayError` when introspection is off. How deep a question may go is validation's to say.
        """
        roots = _roots(operation)
        if not roots:
            return {}
        if not self._enabled:
            raise GatewayError(GraphQLIssue("Introspection is switched off.", Code.GRAPHQL_VALIDATION_FAILED))
        who = self.who(caller)
        if variables:
            return self._execute(who, operation, roots, variables)
        key = (operation.hash, who)
        found = self._answers.get(key)
        if found is None:
            found = self._execute(who, operation, roots, variables)
            self._answers.put(key, found, 3 * len(orjson.dumps(found)))
        return found

    def schema_for(self, caller: Caller | None) -> GraphQLSchema:
        """The schema as this caller sees it."""
        return self._schema(self.who(caller))

    def is_cut(self, caller: Caller | None) -> bool:
        """Whether this caller sees less than all."""
        granted, closed = self.who(caller)
        return granted is not None or bool(closed)

    def who(self, caller: Caller | None) -> _Who:
        """What the schema of this caller hangs on."""
        closed = self._demands.closed(caller) if self._demands is not None else frozenset[str]()
        if self._grants is None:
            return None, closed
        if caller is None:
            return (None, frozenset[str]()), closed
        return (caller.role, caller.scopes & self._grants.known_scopes), closed

    def _schema(self, who: _Who) -> GraphQLSchema:
        seen, closed = who
        granted = (self._grants.reach(*seen), self._grants.inputs) if self._grants is not None and seen else None
        if granted is None and not closed:
            return self._api
        found = self._schemas.get(who)
        if found is None:
            found = self._schemas[who] = visible_schema(self._api, granted, closed)
            if len(self._schemas) > _SCHEMAS_KEPT:
                self._schemas.popitem(last=False)
        else:
            self._schemas.move_to_end(who)
        return found

    def _execute(
        self, who: _Who, operation: Operation, roots: tuple[Field, ...], variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        result = execute_sync(self._schema(who), _document(operation, roots), variable_values=dict(variables))
        assert isinstance(result, ExecutionResult)
        if result.errors:
            # The document was validated and the resolvers are graphql-core's own; only a value can be wrong.
            raise GatewayError(GraphQLIssue(result.errors[0].message, Code.BAD_USER_INPUT))
        return result.data or {}


def _roots(operation: Operation) -> tuple[Field, ...]:
    if operation.kind is not OperationKind.QUERY:
        return ()
    return tuple(field for field in operation.selections if isinstance(field, Field) and field.name in _ROOTS)


# -- back to a document ------------------------------------------------------------------------------------------------


def _document(operation: Operation, roots: tuple[Field, ...]) -> DocumentNode:
    used = set(_used(roots))
    definitions = tuple(
        VariableDefinitionNode(
            variable=_variable(variable.name),
            type=parse_type(variable.type_text),
            default_value=parse_const_value(variable.default_text) if variable.default_text is not None else None,
            directives=(),
        )
        for variable in operation.variables
        if variable.name in used
    )
    node = OperationDefinitionNode(
        operation=OperationType.QUERY,
        name=None,
        variable_definitions=definitions,
        directives=(),
        selection_set=_selection_set(roots),
    )
    return DocumentNode(definitions=(node,))


def _selection_set(selections: Iterable[Selection]) -> SelectionSetNode:
    # Introspection types are objects, on which normalization leaves no fragment.
    return SelectionSetNode(selections=tuple(_node(s) for s in selections if isinstance(s, Field)))


def _node(field: Field) -> FieldNode:
    return FieldNode(
        alias=NameNode(value=field.key) if field.key != field.name else None,
        name=NameNode(value=field.name),
        arguments=tuple(ArgumentNode(name=NameNode(value=a.name), value=a.value) for a in field.arguments),
        directives=tuple(
            DirectiveNode(
                name=NameNode(value="include" if condition.wanted else "skip"),
                arguments=(ArgumentNode(name=NameNode(value="if"), value=_variable(condition.variable)),),
            )
            for condition in field.conditions
        ),
        selection_set=_selection_set(field.selections) if field.selections else None,
    )


def _variable(name: str) -> VariableNode:
    return VariableNode(name=NameNode(value=name))


def _used(selections: Iterable[Selection]) -> Iterator[str]:
    for selection in selections:
        yield from (condition.variable for condition in selection.conditions)
        if isinstance(selection, Field):
            for argument in selection.arguments:
                yield from _named(argument.value)
        yield from _used(selection.selections)


def _named(value: ValueNode) -> Iterator[str]:
    if isinstance(value, VariableNode):
        yield value.name.value
    elif isinstance(value, ListValueNode):
        for item in value.values:
            yield from _named(item)
    elif isinstance(value, ObjectValueNode):
        for entry in value.fields:
            yield from _named(entry.value)
