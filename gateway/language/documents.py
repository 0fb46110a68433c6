"""From what a client sent to a normalized operation: parse within limits, validate, normalize; and its variables.

Limits come first: a document that is refused for its size has cost no more than reading it once. Messages never suggest
names, since a suggestion would tell what the client may not know (security case A16), and never repeat the value of a
variable or a literal, since it may be a BSN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    ValidationContext,
    VariableDefinitionNode,
    parse,
    specified_rules,
    validate,
    value_from_ast_untyped,
)
from graphql.execution.values import get_variable_values
from graphql.validation import OverlappingFieldsCanBeMergedRule
from graphql.validation.validate import ValidationAbortedError

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.language.fitting import fitting_of
from gateway.language.limits import Limits, check_limits, too_complex
from gateway.language.normalize import normalize
from gateway.language.operation import Operation
from gateway.language.reserved import check_reserved

__all__ = ["Limits", "coerce_variables", "parse_operation"]

_MAX_ERRORS = 20
_MAX_NESTING = 200
"""Of lists and objects in the value of a variable. orjson writes 254 levels, some of which are the request around it."""
_MAX_MESSAGE = 500
# Where graphql-core repeats a literal, in what it says of values and of syntax.
_LITERAL = re.compile(r"(?:, but encountered|,? found:|(?<=value):) .*", re.DOTALL)
_TOKEN = re.compile(r"\b(Int|Float|String|BlockString) '.*'", re.DOTALL)
# How graphql-core says where in a variable a value is wrong, before it repeats the value.
_PLACE = re.compile(r"^Variable '\$\w+' has invalid value at \.?(?P<path>[\w.\[\]]+): ")


def parse_operation(schema: GraphQLSchema, query: str, operation_name: str | None, limits: Limits) -> Operation:
    """Parse, check limits, validate against `schema` and normalize.

    Raises GatewayError: GRAPHQL_PARSE_FAILED, QUERY_TOO_COMPLEX, RESERVED_RESPONSE_KEY, BAD_USER_INPUT (no such operation), or
    GRAPHQL_VALIDATION_FAILED with all errors (at most 20).
    """
    document = _parsed(query, limits)
    check_limits(document, limits)
    if limits.reserved_key is not None and limits.reserved_key in query:
        check_reserved(document, limits.reserved_key)
    definition = _operation(document, operation_name, single=limits.single_operation)
    _validated(schema, document, limits)
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    try:
        return normalize(schema, definition, fragments)
    finally:
        _unchain(document)


def coerce_variables(schema: GraphQLSchema, operation: Operation, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Check `variables` against the operation and return those it declares, as sent, with defaults filled in.

    Values stay what the client wrote (a UUID stays a string), because subgraphs coerce for themselves. Raises GatewayError
    BAD_USER_INPUT naming each variable that does not fit, and where in it.
    """
    definition: OperationDefinitionNode = operation.definition
    nodes = definition.variable_definitions or ()
    fits = fitting_of(schema).fits
    if not all(fits(node.type, variables.get(node.variable.name.value)) for node in nodes):
        _check(schema, nodes, variables)
    coerced: dict[str, Any] = {}
    for node in nodes:
        name = node.variable.name.value
        if name in variables:
            coerced[name] = variables[name]
        elif node.default_value is not None:
            coerced[name] = value_from_ast_untyped(node.default_value)
    return coerced


def _check(schema: GraphQLSchema, nodes: Sequence[VariableDefinitionNode], variables: Mapping[str, Any]) -> None:
    try:
        checked = get_variable_values(schema, nodes, dict(variables), max_errors=_MAX_ERRORS, hide_suggestions=True)
    except (RecursionError, ValueError, OverflowError):  # a scalar that chokes on a value has not accepted it
        raise GatewayError(_does_not_fit(None, "")) from None
    if isinstance(checked, list):
        raise GatewayError(*_bad_variables(checked))
    for node in nodes:
        # Of a scalar of its own a schema says nothing; what is nested deeper than this cannot be written to a subgraph.
        if _deeper(variables.get(node.variable.name.value), _MAX_NESTING):
            raise GatewayError(_does_not_fit(node.variable.name.value, ""))


def _deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects are nested in each other more than so many times."""
    layer: list[Any] = [value]
    for _ in range(levels + 1):
        containers = [found for found in layer if isinstance(found, list | dict)]
        if not containers:
            return False
        layer = [inner for found in containers for inner in (found.values() if isinstance(found, dict) else found)]
    return True


# -- the document ----------------------------------------------------------------------------------------------------


def _parsed(query: str, limits: Limits) -> DocumentNode:
    if len(query) > limits.max_source:
        raise too_complex(f"The document is longer than {limits.max_source} characters.")
    try:
        return parse(
            query,
            max_tokens=limits.max_tokens,
            max_lexical_tokens=limits.max_tokens + limits.max_comments,
            max_comments=limits.max_comments,
            allow_empty_selection_sets=False,
        )
    except GraphQLSyntaxError as error:
        if error.message.endswith("Parsing aborted."):  # one of the limits above, or too much nesting
            raise too_complex("The document has too many tokens or comments, or is nested too deep.") from None
        raise GatewayError(_issue(error, Code.GRAPHQL_PARSE_FAILED)) from None


def _operation(document: DocumentNode, name: str | None, *, single: bool) -> OperationDefinitionNode:
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if not operations:
        raise GatewayError(GraphQLIssue("No operation found to evaluate.", Code.BAD_USER_INPUT))
    if single and len(operations) > 1:
        raise GatewayError(GraphQLIssue("The document has more than one operation.", Code.BAD_USER_INPUT))
    if name is None:
        if len(operations) > 1:
            message = "The document has several operations; say which one in `operationName`."
            raise GatewayError(GraphQLIssue(message, Code.BAD_USER_INPUT))
        return operations[0]
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise GatewayError(GraphQLIssue("The document has no operation with this `operationName`.", Code.BAD_USER_INPUT))


def _validated(schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> None:
    class BoundedOverlap(OverlappingFieldsCanBeMergedRule):
        """The rule that can take quadratic time, on a budget of ours (security case D03)."""

        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            self.rule_context.remaining_complexity_budget = limits.max_comparisons

    rules = [BoundedOverlap if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules]
    try:
        errors = validate(schema, document, rules, max_errors=_MAX_ERRORS, hide_suggestions=True)
    except (RecursionError, ValueError, OverflowError):  # e.g. a number that Python refuses to read
        message = "A value in the document cannot be read."
        raise GatewayError(GraphQLIssue(message, Code.GRAPHQL_VALIDATION_FAILED)) from None
    if any(isinstance(error, ValidationAbortedError) for error in errors) and len(errors) <= _MAX_ERRORS:
        raise too_complex("The document takes too much work to validate.")
    if errors:
        raise GatewayError(*(_issue(error, Code.GRAPHQL_VALIDATION_FAILED) for error in errors[:_MAX_ERRORS]))


def _unchain(document: DocumentNode) -> None:
    """Part the tokens: each knows its neighbours, so that one argument that is kept would keep them all."""
    token = document.loc.start_token if document.loc is not None else None
    while token is not None:
        following, token.prev, token.next = token.next, None, None
        token = following


def _issue(error: GraphQLError, code: Code) -> GraphQLIssue:
    """What graphql-core says, without the literals that it quotes: they may be personal data."""
    locations = tuple((location.line, location.column) for location in error.locations or ())
    message = _TOKEN.sub(r"\1", _LITERAL.sub(".", error.message))
    return GraphQLIssue(message[:_MAX_MESSAGE], code, locations=locations)


# -- variables -------------------------------------------------------------------------------------------------------


def _bad_variables(errors: Iterable[GraphQLError]) -> list[GraphQLIssue]:
    """One issue a variable and place, without the value and without what graphql-core says about it."""
    issues: dict[str, GraphQLIssue] = {}
    for error in errors:
        node = error.nodes[0] if error.nodes else None
        name = getattr(getattr(getattr(node, "variable", None), "name", None), "value", None)
        matched = _PLACE.match(error.message)
        issue = _does_not_fit(name, matched["path"] if matched is not None else "", error)
        issues.setdefault(issue.message, issue)
    return list(issues.values())


def _does_not_fit(name: str | None, path: str, error: GraphQLError | None = None) -> GraphQLIssue:
    place = f" at {path}" if path else ""
    text = (
        f"The variable `${name}` does not fit its declared type{place}."
        if name
        else "A variable does not fit its type."
    )
    return _issue(GraphQLError(text, error.nodes if error is not None else None), Code.BAD_USER_INPUT)
