"""What `@key`, `@requires` and `@provides` have in common: their `fields` are a selection that must make sense.

Each of the three rules says with `Demands` what it allows; the codes differ by prefix only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import FieldNode, GraphQLSyntaxError, InlineFragmentNode, SelectionSetNode, print_ast

from gateway.composition.facts import Facts
from gateway.composition.fieldsets import field_set, first_problem
from gateway.composition.issues import Issue, error
from gateway.composition.model import Applied, named_type

__all__ = ["Demands", "check_selection"]


@dataclass(frozen=True, slots=True)
class Demands:
    """`prefix` of the codes (KEY…); whether fields may have arguments, and whether leaves must be external."""

    prefix: str
    arguments: bool = False
    external_leaves: bool = False


def check_selection(facts: Facts, demands: Demands, type_name: str, applied: Applied, where: str) -> Iterator[Issue]:
    """Every problem of one application of a directive with a field set."""
    text = applied.values.get("fields")
    name, node = facts.subgraph.name, applied.node
    argument = next((a for a in node.arguments or () if a.name.value == "fields"), None)
    is_old = facts.subgraph.version is None  # Federation 1 took names and lists as well
    if not isinstance(text, str) or argument is None or not (is_old or argument.value.kind == "string_value"):
        yield error(f"{demands.prefix}_INVALID_FIELDS_TYPE", f"The fields of {where} must be a string.", name, node)
        return
    try:
        selection = field_set(text)
    except GraphQLSyntaxError as problem:
        message = f"The fields of {where}, {text!r}, cannot be read: {problem.message}"
        yield error(f"{demands.prefix}_INVALID_FIELDS", message, name, node)
        return
    problem = first_problem(facts.subgraph, type_name, selection, is_key=demands.prefix == "KEY")
    if problem is not None:
        yield error(f"{demands.prefix}_{problem[0]}", f"The fields of {where}: {problem[1]}", name, node)
        return
    yield from _Checker(facts, demands, applied, where).selection(selection, type_name, external_above=False)


@dataclass(frozen=True, slots=True)
class _Checker:
    """Walks a selection that is valid in itself."""

    facts: Facts
    demands: Demands
    applied: Applied
    where: str

    def _error(self, suffix: str, message: str) -> Issue:
        text = f"The fields of {self.where}: {message}"
        return error(f"{self.demands.prefix}_{suffix}", text, self.facts.subgraph.name, self.applied.node)

    def selection(self, selection: SelectionSetNode, type_name: str, *, external_above: bool) -> Iterator[Issue]:
        for node in selection.selections:
            if node.directives:
                message = f"{print_ast(node.directives[0])} cannot stand in a field set."
                yield self._error("DIRECTIVE_IN_FIELDS_ARG", message)
            if isinstance(node, InlineFragmentNode):
                target = node.type_condition.name.value if node.type_condition is not None else type_name
                yield from self.selection(node.selection_set, target, external_above=external_above)
            elif isinstance(node, FieldNode):
                yield from self._field(node, type_name, external_above=external_above)

    def _field(self, node: FieldNode, type_name: str, *, external_above: bool) -> Iterator[Issue]:
        name = node.name.value
        where = f"{type_name}.{name}"
        field = self.facts.subgraph.types[type_name].fields.get(name)  # none for `__typename`
        if field is not None and field.arguments and not self.demands.arguments:
            yield self._error("FIELDS_HAS_ARGS", f"{where} has arguments.")
        external = external_above or (type_name, name) in self.facts.external
        if node.selection_set is None or field is None:
            if self.demands.external_leaves and not external:
                yield self._error(
                    "FIELDS_MISSING_EXTERNAL", f"{where} should be @external, or it need not be asked for."
                )
            return
        external = external or self._external_on_implementation(type_name, name)
        yield from self.selection(node.selection_set, named_type(field.type), external_above=external)

    def _external_on_implementation(self, type_name: str, name: str) -> bool:
        return any((member, name) in self.facts.external for member in self.facts.subgraph.possible(type_name))
