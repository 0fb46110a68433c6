"""A document from its text: parsed within limits, validated, measured, and kept.

Everything here depends on the text and the operation name alone, so it is done once per document. Limits come first: tokens
before parsing, depth and number of fields with fragments written out (a few fragments can name each other into millions of
fields) before anything is collected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    InlineFragmentNode,
    NoUnusedVariablesRule,
    OperationDefinitionNode,
    OperationType,
    OverlappingFieldsCanBeMergedRule,
    SelectionSetNode,
    ValidationContext,
    get_named_type,
    is_leaf_type,
    parse,
    specified_rules,
    type_from_ast,
    validate,
)
from graphql.execution.values import get_variable_values
from graphql.validation.validate import ValidationAbortedError

from registers.common.errors import Issue, RegisterError
from registers.common.scalars import ScalarError
from registers.common.sql.values import as_sent, shape

__all__ = ["Document", "Limits", "load_document"]

_MAX_ERRORS = 20
_COMPARISONS = 40_000
"""Work that validation may spend on comparing fields of one response key, in units of graphql-core's own budget."""


class _BoundedOverlap(OverlappingFieldsCanBeMergedRule):
    """The rule that can take quadratic time, on a budget of ours: with its own it holds up everybody for a second or two
    (security case D03).
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = _COMPARISONS


# One published template (QLR-0009) declares variables that it does not use; it has to run all the same.
_RULES = tuple(
    _BoundedOverlap if rule is OverlappingFieldsCanBeMergedRule else rule
    for rule in specified_rules
    if rule is not NoUnusedVariablesRule
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may ask. `max_fields` and `max_depth` count with fragments written out."""

    max_tokens: int = 4000
    max_depth: int = 24
    max_fields: int = 5000
    max_roots: int = 50
    max_tables: int = 300
    max_representations: int = 10_000


@dataclass(frozen=True, slots=True)
class Document:
    """A validated operation and the types of its variables."""

    text: str
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variable_types: tuple[tuple[str, GraphQLInputType], ...]
    composite: frozenset[str]
    root_names: frozenset[str]
    entity_fields: tuple[FieldNode, ...]

    def variables(self, schema: GraphQLSchema, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Coerce the variables of a request; input objects keep the client's order of fields."""
        if not self.variable_types:
            return {}
        found = get_variable_values(
            schema, self.operation.variable_definitions or (), dict(sent), hide_suggestions=True
        )
        if isinstance(found, list):
            raise RegisterError(*(_issue(error, "BAD_USER_INPUT") for error in found[:_MAX_ERRORS]))
        coerced = found.coerced
        for name in self.composite:
            if name in coerced and name in sent:
                coerced[name] = as_sent(coerced[name], sent[name])
        return coerced

    def shape(self, variables: Mapping[str, Any]) -> tuple[Any, ...]:
        """What a compiled statement depends on in coerced variables."""
        return tuple(
            shape(variables[name], kind) if name in variables else "absent" for name, kind in self.variable_types
        )


def load_document(schema: GraphQLSchema, text: str, operation_name: str | None, limits: Limits) -> Document:
    """Parse, choose the operation, validate and measure. Raises `RegisterError` with locations, never with values."""
    tree = _parse(text, limits)
    operation = _operation(tree, operation_name)
    fragments = {node.name.value: node for node in tree.definitions if isinstance(node, FragmentDefinitionNode)}
    _measured(operation, fragments, limits)
    errors = validate(schema, tree, _RULES, max_errors=_MAX_ERRORS, hide_suggestions=True)
    if len(errors) <= _MAX_ERRORS and any(isinstance(error, ValidationAbortedError) for error in errors):
        raise _too_complex()
    if errors:
        raise RegisterError(*(_issue(error, _validation_code(error)) for error in errors))
    if operation.operation is not OperationType.QUERY:
        raise RegisterError.of("GRAPHQL_VALIDATION_FAILED", "This register only reads: send a query.")
    kinds: list[tuple[str, Any]] = [
        (item.variable.name.value, type_from_ast(schema, item.type)) for item in operation.variable_definitions or ()
    ]
    roots = _roots(operation.selection_set, fragments, set())
    if len(roots) > limits.max_roots:
        raise _too_complex()
    return Document(
        text=text,
        operation=operation,
        fragments=fragments,
        variable_types=tuple(kinds),
        composite=frozenset(name for name, kind in kinds if not is_leaf_type(get_named_type(kind))),
        root_names=frozenset(field.name.value for field in roots),
        entity_fields=tuple(field for field in roots if field.name.value == "_entities"),
    )


def _parse(text: str, limits: Limits) -> DocumentNode:
    try:
        return parse(text, max_tokens=limits.max_tokens, allow_empty_selection_sets=False)
    except GraphQLError as error:
        code = "QUERY_TOO_COMPLEX" if "Parsing aborted" in error.message else "GRAPHQL_PARSE_FAILED"
        raise RegisterError(_issue(error, code)) from None
    except RecursionError:
        raise _too_complex() from None


def _operation(tree: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in tree.definitions if isinstance(node, OperationDefinitionNode)]
    chosen = [node for node in operations if name is None or (node.name is not None and node.name.value == name)]
    if not operations:
        raise RegisterError.of("GRAPHQL_VALIDATION_FAILED", "The document holds no operation.")
    if not chosen:
        raise RegisterError.of("BAD_USER_INPUT", "The document holds no operation of that name.")
    if len(chosen) > 1:
        raise RegisterError.of("BAD_USER_INPUT", "The document holds several operations: send operationName.")
    return chosen[0]


def _too_complex() -> RegisterError:
    return RegisterError.of("QUERY_TOO_COMPLEX", "The operation asks too much at once: fewer fields, or less deep.")


def _measured(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], limits: Limits
) -> None:
    known: dict[str, tuple[int, int]] = {}
    try:
        depth, fields = _measure(operation.selection_set, fragments, known, frozenset())
    except RecursionError:
        raise _too_complex() from None
    if depth > limits.max_depth or fields > limits.max_fields:
        raise _too_complex()


def _measure(
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    known: dict[str, tuple[int, int]],
    open_fragments: frozenset[str],
) -> tuple[int, int]:
    """Depth and number of fields; a fragment is measured once, a cycle (which validation refuses) counts as nothing."""
    depth = fields = 0
    for node in selections.selections:
        inner, count, below = (0, 0), 0, 0
        if isinstance(node, FieldNode):
            count, below = 1, 1
            if node.selection_set:
                inner = _measure(node.selection_set, fragments, known, open_fragments)
        elif isinstance(node, InlineFragmentNode):
            inner = _measure(node.selection_set, fragments, known, open_fragments)
        elif isinstance(node, FragmentSpreadNode):
            inner = _spread(node.name.value, fragments, known, open_fragments)
        depth = max(depth, inner[0] + below)
        fields += inner[1] + count
    return depth, fields


def _spread(
    name: str,
    fragments: Mapping[str, FragmentDefinitionNode],
    known: dict[str, tuple[int, int]],
    open_fragments: frozenset[str],
) -> tuple[int, int]:
    if name in open_fragments or name not in fragments:
        return 0, 0
    if name not in known:
        known[name] = _measure(fragments[name].selection_set, fragments, known, open_fragments | {name})
    return known[name]


def _roots(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]
) -> list[FieldNode]:
    """The root fields as written, through fragments."""
    found: list[FieldNode] = []
    for node in selections.selections:
        if isinstance(node, FieldNode):
            found.append(node)
        elif isinstance(node, InlineFragmentNode):
            found += _roots(node.selection_set, fragments, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            found += _roots(fragments[node.name.value].selection_set, fragments, seen)
    return found


_SENTENCES = {
    "BAD_USER_INPUT": "A variable has no valid value.",
    "GRAPHQL_PARSE_FAILED": "The document is no GraphQL at this place.",
    "QUERY_TOO_COMPLEX": "The document is too long or too deep.",
}


def _validation_code(error: GraphQLError) -> str:
    """A literal of UUID, Date or DateTime that is none is bad input: no gateway can judge it before us."""
    return "BAD_USER_INPUT" if isinstance(error, ScalarError) else "GRAPHQL_VALIDATION_FAILED"


def _issue(error: GraphQLError, code: str) -> Issue:
    """What graphql-core says, without the values that a client sent: they may be personal data."""
    message = error.message if isinstance(error, ScalarError) else _SENTENCES.get(code) or _plain(error.message)
    return Issue(message, code, locations=tuple((place.line, place.column) for place in error.locations or ()))


def _plain(message: str) -> str:
    """Messages about literals quote them. Names stand in single quotes; whatever else may be a value is left out."""
    if '"' in message or "represent" in message or message.startswith(("Expected value", "Value")):
        return "A literal in the document has no valid value for its type."
    return message.replace("\n", " ")[:300]
