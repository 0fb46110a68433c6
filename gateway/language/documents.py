"""From what a client sent to a normalized operation: parse within limits, validate, normalize; and its variables.

Limits come first: a document that is refused for its size has cost no more than reading it once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    validate,
    value_from_ast_untyped,
)
from graphql.execution.values import get_variable_values

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.language.limits import Limits, check_limits
from gateway.language.normalize import normalize
from gateway.language.operation import Operation

__all__ = ["Limits", "coerce_variables", "parse_operation"]

_MAX_ERRORS = 20
_LITERAL = re.compile(r"(?:, but encountered|,? found:|(?<=value):) .*", re.DOTALL)
_TOKEN = re.compile(r"\b(Int|Float|String|BlockString) '.*'", re.DOTALL)


def parse_operation(schema: GraphQLSchema, query: str, operation_name: str | None, limits: Limits) -> Operation:
    """Parse, check limits, validate against `schema` and normalize.

    Raises GatewayError: GRAPHQL_PARSE_FAILED, QUERY_TOO_COMPLEX, BAD_USER_INPUT (no such operation), or
    GRAPHQL_VALIDATION_FAILED with all errors (at most 20).
    """
    document = _parsed(query, limits)
    definition = _operation(document, operation_name)
    check_limits(document, definition, limits)
    errors = validate(schema, document, max_errors=_MAX_ERRORS, hide_suggestions=True)
    if errors:
        raise GatewayError(*(_issue(error, Code.GRAPHQL_VALIDATION_FAILED) for error in errors))
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    return normalize(schema, definition, fragments)


def coerce_variables(schema: GraphQLSchema, operation: Operation, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Check `variables` against the operation and return those it declares, as sent, with defaults filled in.

    Values stay what the client wrote (a UUID stays a string), because subgraphs coerce for themselves. Raises GatewayError
    BAD_USER_INPUT naming each variable that does not fit; values are never repeated in the text.
    """
    definition: OperationDefinitionNode = operation.definition
    nodes = definition.variable_definitions or ()
    checked = get_variable_values(schema, nodes, dict(variables), max_errors=_MAX_ERRORS, hide_suggestions=True)
    if isinstance(checked, list):
        raise GatewayError(*_bad_variables(checked))
    coerced: dict[str, Any] = {}
    for node in nodes:
        name = node.variable.name.value
        if name in variables:
            coerced[name] = variables[name]
        elif node.default_value is not None:
            coerced[name] = value_from_ast_untyped(node.default_value)
    return coerced


def _parsed(query: str, limits: Limits) -> DocumentNode:
    if len(query) > limits.max_source:
        raise GatewayError(
            GraphQLIssue(f"The document is longer than {limits.max_source} characters.", Code.QUERY_TOO_COMPLEX)
        )
    try:
        return parse(
            query, max_tokens=limits.max_tokens, max_comments=limits.max_tokens, allow_empty_selection_sets=False
        )
    except GraphQLSyntaxError as error:
        if "token limit" in error.message.lower() or "tokens" in error.message.lower():
            message = f"The document has more than {limits.max_tokens} tokens."
            raise GatewayError(GraphQLIssue(message, Code.QUERY_TOO_COMPLEX)) from None
        raise GatewayError(_issue(error, Code.GRAPHQL_PARSE_FAILED)) from None
    except RecursionError:
        raise GatewayError(GraphQLIssue("The document is nested too deep.", Code.QUERY_TOO_COMPLEX)) from None


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if not operations:
        raise GatewayError(GraphQLIssue("No operation found to evaluate.", Code.BAD_USER_INPUT))
    if name is None:
        if len(operations) > 1:
            message = "The document has several operations; say which one in `operationName`."
            raise GatewayError(GraphQLIssue(message, Code.BAD_USER_INPUT))
        return operations[0]
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise GatewayError(GraphQLIssue("The document has no operation with this `operationName`.", Code.BAD_USER_INPUT))


def _issue(error: GraphQLError, code: Code) -> GraphQLIssue:
    """What graphql-core says, without the literals that it quotes: they may be personal data."""
    locations = tuple((location.line, location.column) for location in error.locations or ())
    message = _TOKEN.sub(r"\1", _LITERAL.sub(".", error.message))
    return GraphQLIssue(message, code, locations=locations)


def _bad_variables(errors: Iterable[GraphQLError]) -> list[GraphQLIssue]:
    """One issue a variable, naming the variable and its declared type but not the value (it may be a BSN)."""
    issues: dict[str, GraphQLIssue] = {}
    for error in errors:
        node = error.nodes[0] if error.nodes else None
        name = getattr(getattr(getattr(node, "variable", None), "name", None), "value", None)
        message = (
            f"The variable `${name}` does not fit its declared type."
            if name
            else "The variables do not fit the operation."
        )
        issues.setdefault(message, _issue(GraphQLError(message, error.nodes), Code.BAD_USER_INPUT))
    return list(issues.values())
