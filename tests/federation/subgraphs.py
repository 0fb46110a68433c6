"""Subgraphs in this process: their SDL executed by graphql-core over a few rows of JSON.

The JSON of a subgraph has what only this subgraph knows: the values of `Query`, `Mutation` and `Subscription` (there a list of
events), and for types a table of rows. An object with the fields of a row stands for the whole row; so does a
representation. Where a field that returns one object has several, its arguments choose. A text with `{name}` is filled in
from the object and the arguments, so that `@requires` computes from what was really sent; `{"__error": …}` is a failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    REMOVE,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    SchemaExtensionNode,
    Visitor,
    build_schema,
    execute_sync,
    get_named_type,
    is_abstract_type,
    is_list_type,
    is_object_type,
    parse,
    print_ast,
    validate,
    visit,
)
from graphql.pyutils import is_iterable

__all__ = ["Subgraph"]

Row = Mapping[str, Any]


class Subgraph:
    """One subgraph. Documents that it would not accept are a failure of the test."""

    def __init__(self, sdl: str, data: Mapping[str, Any], entities: Iterable[str]) -> None:
        self._schema = _executable(sdl, sorted(entities))
        self._data = data
        self._mutations = 0

    def answer(self, query: str, variables: Mapping[str, Any] | None) -> dict[str, Any]:
        """The answer to a query or mutation, as JSON."""
        return dict(self._executed(query, variables, self._roots()).formatted)

    def events(self, query: str, variables: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """The payloads of a subscription."""
        roots = self._data["Subscription"]
        field, events = next(iter(roots.items()))
        return [dict(self._executed(query, variables, {field: event}).formatted) for event in events]

    def _roots(self) -> dict[str, Any]:
        return {**self._data.get("Query", {}), **self._data.get("Mutation", {})}

    def _executed(self, query: str, variables: Mapping[str, Any] | None, root: Row) -> ExecutionResult:
        document = parse(query)
        problems = [problem.message for problem in validate(self._schema, document)]
        assert problems == [], query
        return execute_sync(
            self._schema,
            document,
            root_value=root,
            variable_values=dict(variables or {}),
            field_resolver=self._resolve,
            type_resolver=lambda value, _info, _type: value["__typename"],
        )

    # -- values --------------------------------------------------------------------------------------------------

    def _resolve(self, owner: Row, info: Any, **arguments: Any) -> Any:
        if info.field_name == "_entities":
            return [self._row(found["__typename"], found, needed=True) for found in arguments["representations"]]
        if info.parent_type is info.schema.mutation_type:
            self._mutations += 1
        value = owner.get(info.field_name)
        if isinstance(value, str) and "{" in value:
            return _filled(value, {**owner, **arguments, "call": self._mutations})
        if isinstance(value, Mapping) and "__error" in value:
            raise GraphQLError(value["__error"])
        named = get_named_type(info.return_type)
        if is_iterable(value) and not _has_list(info.return_type):
            value = next((row for row in value if _agree(arguments, row)), None)
        return self._rows(named.name, value) if is_object_type(named) or is_abstract_type(named) else value

    def _rows(self, type_name: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._rows(type_name, item) for item in value]
        return None if value is None else self._row(value.get("__typename", type_name), value)

    def _row(self, type_name: str, given: Row, *, needed: bool = False) -> Row | None:
        """The object that `given` stands for. `needed`: without a row there is none, unless the subgraph has no such rows."""
        names = self._names(type_name)
        rows = [{"__typename": name, **row} for name in names for row in self._data.get(name, ())]
        found = next((row for row in rows if _meant(given, row)), None)
        if found is None and needed and rows:
            return None
        return {"__typename": type_name, **given, **(found or {})}

    def _names(self, type_name: str) -> list[str]:
        known = self._schema.type_map.get(type_name)
        if not isinstance(known, GraphQLInterfaceType):
            return [type_name]
        return [member.name for member in self._schema.get_possible_types(known)]


def _filled(text: str, values: Row) -> str:
    return text.format(**{name: "null" if value is None else value for name, value in values.items()})


def _has_list(type_: Any) -> bool:
    return is_list_type(type_) or (hasattr(type_, "of_type") and _has_list(type_.of_type))


def _agree(given: Row, row: Row) -> bool:
    return all(row.get(name, value) == value for name, value in given.items())


def _meant(given: Row, row: Row) -> bool:
    """Whether an object has a field in common with a row, and none that differs."""
    common = (given.keys() & row.keys()) - {"__typename"}
    return bool(common) and all(_same(given[name], row[name]) for name in common)


def _same(given: Any, known: Any) -> bool:
    if isinstance(given, Mapping) and isinstance(known, Mapping):
        return all(_same(value, known.get(name)) for name, value in given.items() if name != "__typename")
    return given == known


# -- the schema as the subgraph's server has it ----------------------------------------------------------------------------


def _executable(sdl: str, entities: list[str]) -> GraphQLSchema:
    text = print_ast(visit(parse(sdl), _Plain()))
    if not entities:
        return build_schema(text, assume_valid=True)
    root = build_schema(text, assume_valid=True).query_type
    query = f"extend type {root.name}" if root else "type Query"
    return build_schema(
        f"""
        {text}
        scalar _Any
        union _Entity = {" | ".join(entities)}
        {query} {{ _entities(representations: [_Any!]!): [_Entity]! }}
        """,
        assume_valid=True,
    )


class _Plain(Visitor):
    """Without what only the composer reads; an extension of nothing is a definition."""

    def enter_document(self, node: DocumentNode, *_: Any) -> DocumentNode:
        defined = {found.name.value for found in node.definitions if isinstance(found, ObjectTypeDefinitionNode)}
        return DocumentNode(definitions=tuple(_defined(found, defined) for found in node.definitions))

    def enter_directive(self, _node: DirectiveNode, *_: Any) -> Any:
        return REMOVE

    def enter_directive_definition(self, _node: DirectiveDefinitionNode, *_: Any) -> Any:
        return REMOVE

    def enter_schema_extension(self, _node: SchemaExtensionNode, *_: Any) -> Any:
        return REMOVE


def _defined(found: Any, defined: set[str]) -> Any:
    if not isinstance(found, ObjectTypeExtensionNode) or found.name.value in defined:
        return found
    defined.add(found.name.value)
    return ObjectTypeDefinitionNode(
        name=found.name, interfaces=found.interfaces, fields=found.fields, directives=found.directives
    )
