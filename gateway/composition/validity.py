"""Whether a subgraph is GraphQL at all: `INVALID_GRAPHQL`, and names of root types that would be mistaken.

The rules of GraphQL run in three groups, because what a group finds makes the next one's findings noise: first what
keeps a document from being a schema (names twice, names unknown), then directives that nobody defines, then the rest.
Two rules are left out that no composer demands: a subgraph without a query, and deprecation of implementing fields.
Source: https://spec.graphql.org/draft/#sec-Type-System
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    ASTValidationRule,
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    ExecutableDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    KnownDirectivesRule,
    KnownTypeNamesRule,
    LoneSchemaDefinitionRule,
    NameNode,
    ObjectTypeDefinitionNode,
    PossibleTypeExtensionsRule,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    TypeNode,
    UniqueArgumentDefinitionNamesRule,
    UniqueArgumentNamesRule,
    UniqueDirectiveNamesRule,
    UniqueDirectivesPerLocationRule,
    UniqueEnumValueNamesRule,
    UniqueFieldDefinitionNamesRule,
    UniqueInputFieldNamesRule,
    UniqueOperationTypesRule,
    UniqueTypeNamesRule,
    Visitor,
    build_ast_schema,
    parse_type,
    validate_schema,
    visit,
)
from graphql.validation.rules.known_argument_names import KnownArgumentNamesOnDirectivesRule
from graphql.validation.rules.provided_required_arguments import ProvidedRequiredArgumentsOnDirectivesRule
from graphql.validation.validate import validate_sdl

from gateway.composition.issues import Issue, error
from gateway.composition.model import type_text
from gateway.composition.values import Values

__all__ = ["check_directives", "check_schema", "check_structure"]

_CODE = "INVALID_GRAPHQL"
_BUILT_IN = frozenset({"Boolean", "Float", "ID", "Int", "String"})
_STRUCTURE_RULES: Sequence[type[ASTValidationRule]] = (
    LoneSchemaDefinitionRule,
    UniqueOperationTypesRule,
    UniqueTypeNamesRule,
    UniqueEnumValueNamesRule,
    UniqueFieldDefinitionNamesRule,
    UniqueArgumentDefinitionNamesRule,
    UniqueDirectiveNamesRule,
    PossibleTypeExtensionsRule,
    KnownTypeNamesRule,
)
_OTHER_RULES: Sequence[type[ASTValidationRule]] = (
    UniqueDirectivesPerLocationRule,
    KnownArgumentNamesOnDirectivesRule,
    UniqueArgumentNamesRule,
    UniqueInputFieldNamesRule,
    ProvidedRequiredArgumentsOnDirectivesRule,
)
_INPUT_TYPES = (InputObjectTypeDefinitionNode, InputObjectTypeExtensionNode)
_UNKNOWN_DIRECTIVE = "Unknown directive"
# The arguments of GraphQL's own directives for schemas, where the document does not define them itself.
_SPECIFIED: Mapping[str, Mapping[str, TypeNode]] = {
    "deprecated": {"reason": parse_type("String")},
    "specifiedBy": {"url": parse_type("String!")},
}


def check_structure(document: DocumentNode, adopted: frozenset[str], subgraph: str) -> list[Issue]:
    """What keeps the document from being a schema: operations in it, names that are defined twice or not at all.

    `adopted` are the types that the document only extends.
    """
    issues = [
        error(_CODE, "A schema contains no operations and no fragments.", subgraph, node)
        for node in document.definitions
        if isinstance(node, ExecutableDefinitionNode)
    ]
    if issues:
        return issues
    issues += _built_in_names(document, adopted, subgraph)
    issues += [_issue(problem, subgraph) for problem in validate_sdl(document, rules=_STRUCTURE_RULES)]
    return issues or list(_root_kinds(document, subgraph))


def check_directives(document: DocumentNode, subgraph: str) -> list[Issue]:
    """Directives that are applied, but defined nowhere."""
    problems = validate_sdl(document, rules=[KnownDirectivesRule])
    return [_issue(problem, subgraph) for problem in problems if problem.message.startswith(_UNKNOWN_DIRECTIVE)]


def check_schema(document: DocumentNode, subgraph: str) -> tuple[GraphQLSchema | None, list[Issue]]:
    """The executable schema of a document whose structure is sound, or everything else that is wrong with it."""
    problems = validate_sdl(document, rules=[KnownDirectivesRule, *_OTHER_RULES])
    issues = [_issue(problem, subgraph) for problem in problems]
    issues += _values(document, subgraph)
    try:
        schema = build_ast_schema(document, assume_valid_sdl=True)
        problems = [problem for problem in validate_schema(schema) if not _tolerated(problem.message)]
    except (GraphQLError, TypeError, ValueError, KeyError) as problem:
        issues = issues or [error(_CODE, str(getattr(problem, "message", problem)), subgraph)]
        return None, issues
    issues += [_issue(problem, subgraph) for problem in problems]
    return (None, issues) if issues else (schema, [])


def _issue(problem: GraphQLError, subgraph: str) -> Issue:
    lines = [location.line for location in problem.locations or ()]
    return Issue(_CODE, problem.message, subgraph, next(iter(lines), None))


def _tolerated(message: str) -> bool:
    """What composition judges itself, or nobody demands: Query may be empty, as some libraries print it."""
    if message == "Query root type must be provided." or "so implementation field" in message:
        return True
    if message == "Type Query must define one or more fields.":
        return True
    return " has invalid default value" in message  # judged by `_values`, with the habits that it knows


def _built_in_names(document: DocumentNode, adopted: frozenset[str], subgraph: str) -> Iterator[Issue]:
    """What is built in may be printed along as it is; it cannot be extended or be something else."""
    for node in document.definitions:
        if not isinstance(node, (TypeDefinitionNode, TypeExtensionNode)) or node.name.value not in _BUILT_IN:
            continue
        if node.name.value in adopted or not isinstance(node, ScalarTypeDefinitionNode):
            yield error(_CODE, f"{node.name.value} is built in: it is a scalar and not extended.", subgraph, node)


def _root_kinds(document: DocumentNode, subgraph: str) -> Iterator[Issue]:
    kinds = {node.name.value: node for node in document.definitions if isinstance(node, TypeDefinitionNode)}
    for node in document.definitions:
        if not isinstance(node, (SchemaDefinitionNode, SchemaExtensionNode)):
            continue
        for entry in node.operation_types or ():
            found = kinds.get(entry.type.name.value)
            if not isinstance(found, ObjectTypeDefinitionNode):
                message = f"The {entry.operation.value} root must be an object type, not {entry.type.name.value}."
                yield error(_CODE, message, subgraph, entry)


# -- values ----------------------------------------------------------------------------------------------------------


def _values(document: DocumentNode, subgraph: str) -> list[Issue]:
    checker = _ValueChecker(document, subgraph)
    visit(document, checker)
    return checker.issues


class _ValueChecker(Visitor):
    def __init__(self, document: DocumentNode, subgraph: str) -> None:
        super().__init__()
        self.issues: list[Issue] = []
        self._subgraph = subgraph
        self._values = Values.of(document)
        self._arguments = {
            node.name.value: {argument.name.value: argument.type for argument in node.arguments or ()}
            for node in document.definitions
            if isinstance(node, DirectiveDefinitionNode)
        }
        self._arguments |= {name: types for name, types in _SPECIFIED.items() if name not in self._arguments}

    def enter_directive(self, node: ConstDirectiveNode, *context: Any) -> None:
        types = self._arguments.get(node.name.value, {})
        for argument in node.arguments or ():
            type_ = types.get(argument.name.value)
            if type_ is not None and type_text(type_).endswith("FieldSet!"):
                continue  # field sets have rules of their own
            if type_ is not None and not self._values.fit(argument.value, type_):
                name = f"@{node.name.value}({argument.name.value}:)"
                message = f"The value of {name} on {_coordinate(context[-1])} is not of its type."
                self.issues.append(error(_CODE, message, self._subgraph, node))

    def enter_input_value_definition(self, node: InputValueDefinitionNode, *context: Any) -> None:
        if node.default_value is not None and not self._values.fit(node.default_value, node.type):
            message = f"The default value of {_coordinate([*context[-1], node])} is not of its type."
            self.issues.append(error(_CODE, message, self._subgraph, node))


def _coordinate(nodes: Sequence[Any]) -> str:
    """The schema coordinate of the last node, given all around it: `Query.q(a:)`."""
    named = [node for node in nodes if isinstance(getattr(node, "name", None), NameNode)]
    if not named:
        return "schema"
    *outer, last = named
    name: str = last.name.value
    if isinstance(last, InputValueDefinitionNode) and not isinstance(outer[-1], _INPUT_TYPES):
        return f"{_coordinate(outer)}({name}:)"
    if outer:
        return f"{_coordinate(outer)}.{name}"
    return f"@{name}" if isinstance(last, DirectiveDefinitionNode) else name
