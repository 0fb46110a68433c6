"""The whole expected answer of the network to one query of one party, by brute force.

graphql-core executes the query over the rows themselves: every list is filtered by the authorization table first, then by
`where`. What it yields — data, the paths of refused fields, or a refusal of the whole operation — is what the gateway
must answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    execute_sync,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_object_type,
    parse,
    visit,
)
from graphql.execution.values import get_argument_values, get_variable_values

from tests.oracle.filters import Reader, coordinates, type_of_input
from tests.oracle.rules.words import Party
from tests.oracle.table12 import anchored_by, enterable, grantable
from tests.oracle.world import RELATIONS, World

OPERATORS = frozenset({"some", "all", "none", "any", "and", "or"})
FREE_INPUTS = frozenset({"agbCodeInstelling", "uzoviCodeZorgkantoor", "raadpleegDatum"})
LINKS = {("Clientprofiel", "bemiddelingen"), ("Clientprofiel", "leveringen")}


@dataclass(frozen=True)
class Answer:
    """`status` 403 with the refused coordinates, or 200 with data and the paths of refused fields."""

    status: int
    data: dict[str, Any] | None = None
    forbidden: frozenset[tuple[str | int, ...]] = frozenset()
    failed: frozenset[tuple[str | int, ...]] = frozenset()
    coordinates: frozenset[str] = frozenset()


def answer(
    schema: GraphQLSchema, world: World, party: Party, query: str, variables: Mapping[str, Any] | None = None
) -> Answer:
    document = parse(query)
    refused = _refused(schema, document, party, variables or {})
    if refused:
        return Answer(403, coordinates=frozenset(refused))
    reader = Reader(world, party)
    result = execute_sync(
        schema,
        document,
        root_value=_ROOT,
        context_value=reader,
        variable_values=dict(variables or {}),
        field_resolver=_resolve,
    )
    forbidden: set[tuple[str | int, ...]] = set()
    failed: set[tuple[str | int, ...]] = set()
    for error in result.errors or ():
        code = (error.extensions or {}).get("code")
        (forbidden if code == "FORBIDDEN" else failed).add(tuple(error.path or ()))
    return Answer(200, result.data, frozenset(forbidden), frozenset(failed))


# --- execution --------------------------------------------------------------------------------------------------------

_ROOT = object()


def _resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    reader: Reader = info.context
    if source is _ROOT:
        type_name = get_named_type(info.return_type).name
        rows = [row for row in reader.rows(type_name) if reader.matches(type_name, row, arguments.get("where"))]
        return reader.sort(type_name, rows, arguments.get("order"))
    type_name, field = info.parent_type.name, info.field_name
    if not reader.allowed(type_name, field, source):
        raise GraphQLError("refused", extensions={"code": "FORBIDDEN"})
    if (type_name, field) not in RELATIONS and (type_name, field) not in LINKS:
        return _leaf(source[field])
    target, related = reader.related(type_name, source, field)
    matching = [row for row in related if reader.matches(target, row, arguments.get("where"))]
    if is_list_type(get_nullable_type(info.return_type)):
        return reader.sort(target, matching, arguments.get("order"))
    if matching:
        return matching[0]
    if isinstance(info.return_type, GraphQLNonNull):
        raise GraphQLError("no match")
    return None


def _leaf(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


# --- the static part --------------------------------------------------------------------------------------------------


def _refused(schema: GraphQLSchema, document: DocumentNode, party: Party, variables: Mapping[str, Any]) -> set[str]:
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    coerced = get_variable_values(schema, operation.variable_definitions or (), dict(variables))
    values: Any = coerced if not isinstance(coerced, list) else None
    assert values is not None, coerced
    info = TypeInfo(schema)
    walk = _Walk(info, party, values)
    visit(document, TypeInfoVisitor(info, walk))
    return walk.refused


class _Walk(Visitor):
    def __init__(self, info: TypeInfo, party: Party, variables: Any) -> None:
        super().__init__()
        self.info, self.party, self.variables = info, party, variables
        self.refused: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, definition = self.info.get_parent_type(), self.info.get_field_def()
        assert parent is not None and definition is not None
        if not node.name.value.startswith("__") and not _is_query(parent.name):
            self._ask(parent.name, node.name.value)
        target = get_named_type(definition.type)
        if is_object_type(target) and not target.name.startswith("__") and not enterable(target.name, self.party):
            self.refused.add(f"{parent.name}.{node.name.value}")
        arguments = get_argument_values(definition, node, self.variables)
        for name, value in arguments.items():
            self._inputs(definition.args[name], value)
        if _is_query(parent.name):
            self._anchor(get_named_type(definition.type).name, arguments.get("where"))

    def _ask(self, type_name: str, field: str) -> None:
        if not grantable(type_name, field, self.party):
            self.refused.add(f"{type_name}.{field}")

    def _anchor(self, type_name: str, where: Any) -> None:
        for field in anchored_by(type_name, self.party.role):
            if not isinstance(where, Mapping) or not (where.get(field) or {}).get("eq"):
                self.refused.add(f"{type_name}:{field}")

    def _inputs(self, argument: GraphQLArgument, value: Any) -> None:
        self._input(get_named_type(argument.type), value)

    def _input(self, input_type: Any, value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                self._input(input_type, item)
            return
        if not isinstance(value, Mapping) or not isinstance(input_type, GraphQLInputObjectType):
            return
        if input_type.name.endswith("OperationFilterInput"):
            return
        type_name = type_of_input(input_type.name)
        for field, inner in value.items():
            if field in FREE_INPUTS:
                continue
            if field not in OPERATORS:
                for owner, name in coordinates(type_name, field):
                    self._ask(owner, name)
            self._input(get_named_type(input_type.fields[field].type), inner)


def _is_query(name: str) -> bool:
    return name == "Query"
