"""What `@key`, `@requires` and `@provides` have in common: their `fields` are a selection that must make sense.

Each of the three rules says with `Demands` what it allows; the codes differ by prefix only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import FieldNode, GraphQLSyntaxError, InlineFragmentNode, SelectionSetNode, print_ast

from gateway.composition.facts import Facts
from gateway.composition.fieldsets import field_set
from gateway.composition.issues import Issue, error
from gateway.composition.model import Applied, FieldDef, TypeDef, named_type, type_text
from gateway.supergraph.model import TypeKind

__all__ = ["Demands", "check_selection"]

_COMPOSITE = frozenset({TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION})


@dataclass(frozen=True, slots=True)
class Demands:
    """`prefix` of the codes (KEY…); whether arguments are allowed, only objects may be entered, leaves must be external."""

    prefix: str
    arguments: bool = False
    plain_objects: bool = False
    external_leaves: bool = False


def check_selection(facts: Facts, demands: Demands, type_name: str, applied: Applied, where: str) -> Iterator[Issue]:
    """Every problem of one application of a directive with a field set."""
    text = applied.values.get("fields")
    name, node = facts.subgraph.name, applied.node
    argument = next((a for a in node.arguments or () if a.name.value == "fields"), None)
    if not isinstance(text, str) or argument is None or argument.value.kind != "string_value":
        yield error(f"{demands.prefix}_INVALID_FIELDS_TYPE", f"The fields of {where} must be a string.", name, node)
        return
    try:
        selection = field_set(text)
    except GraphQLSyntaxError as problem:
        message = f"The fields of {where}, {text!r}, cannot be read: {problem.message}"
        yield error(f"{demands.prefix}_INVALID_FIELDS", message, name, node)
        return
    checker = _Checker(facts, demands, applied, where)
    yield from checker.selection(selection, type_name, external_above=False)


@dataclass(frozen=True, slots=True)
class _Checker:
    facts: Facts
    demands: Demands
    applied: Applied
    where: str

    def _error(self, suffix: str, message: str) -> Issue:
        text = f"The fields of {self.where}: {message}"
        return error(f"{self.demands.prefix}_{suffix}", text, self.facts.subgraph.name, self.applied.node)

    def selection(self, selection: SelectionSetNode, type_name: str, *, external_above: bool) -> Iterator[Issue]:
        found = self.facts.subgraph.types.get(type_name)
        for node in selection.selections:
            if node.directives:
                message = f"{print_ast(node.directives[0])} cannot stand in a field set."
                yield self._error("DIRECTIVE_IN_FIELDS_ARG", message)
            if isinstance(node, InlineFragmentNode):
                yield from self._fragment(node, type_name, external_above=external_above)
            elif isinstance(node, FieldNode):
                yield from self._field(node, type_name, found, external_above=external_above)
            else:
                yield self._error("INVALID_FIELDS", "a named fragment cannot stand in a field set.")

    def _fragment(self, node: InlineFragmentNode, type_name: str, *, external_above: bool) -> Iterator[Issue]:
        target = node.type_condition.name.value if node.type_condition is not None else type_name
        known = self.facts.subgraph.types.get(target)
        if known is None or known.kind not in _COMPOSITE:
            yield self._error("INVALID_FIELDS", f"{target} is no type that can be selected on.")
        elif not set(self.facts.subgraph.possible(target)) & set(self.facts.subgraph.possible(type_name)):
            yield self._error("INVALID_FIELDS", f"a {type_name} is never a {target}.")
        else:
            yield from self.selection(node.selection_set, target, external_above=external_above)

    def _field(
        self, node: FieldNode, type_name: str, found: TypeDef | None, *, external_above: bool
    ) -> Iterator[Issue]:
        name = node.name.value
        if node.alias is not None:
            yield self._error("INVALID_FIELDS", f"{name} cannot have an alias.")
            return
        if name == "__typename":
            if self.demands.prefix == "KEY":
                yield self._error("INVALID_FIELDS", "__typename is part of every representation already.")
            return
        field = found.fields.get(name) if found is not None else None
        if field is None:
            yield self._error("INVALID_FIELDS", f"{type_name} has no field {name}.")
            return
        yield from self._arguments(node, field, type_name)
        yield from self._kind(node, field, f"{type_name}.{name}")
        external = external_above or (type_name, name) in self.facts.external
        if node.selection_set is None:
            if self.demands.external_leaves and not external:
                message = f"{type_name}.{name} should be @external, or it need not be asked for."
                yield self._error("FIELDS_MISSING_EXTERNAL", message)
            return
        external = external or self._external_on_implementation(type_name, name)
        yield from self.selection(node.selection_set, named_type(field.type), external_above=external)

    def _arguments(self, node: FieldNode, field: FieldDef, type_name: str) -> Iterator[Issue]:
        if field.arguments and not self.demands.arguments:
            yield self._error("FIELDS_HAS_ARGS", f"{type_name}.{field.name} has arguments.")
            return
        given = {argument.name.value for argument in node.arguments or ()}
        if unknown := given - set(field.arguments):
            yield self._error(
                "INVALID_FIELDS", f"{type_name}.{field.name} has no argument {', '.join(sorted(unknown))}."
            )
        missing = sorted(name for name, argument in field.arguments.items() if argument.required and name not in given)
        if missing:
            yield self._error("INVALID_FIELDS", f"{type_name}.{field.name} needs the argument {', '.join(missing)}.")

    def _kind(self, node: FieldNode, field: FieldDef, where: str) -> Iterator[Issue]:
        known = self.facts.subgraph.types.get(named_type(field.type))
        composite = known is not None and known.kind in _COMPOSITE
        if composite and node.selection_set is None:
            yield self._error("INVALID_FIELDS", f"{where} is an object, so fields of it must be selected.")
        if not composite and node.selection_set is not None:
            yield self._error("INVALID_FIELDS", f"{where} has no fields to select.")
        if not self.demands.plain_objects:
            return
        if "[" in type_text(field.type):
            yield self._error("FIELDS_SELECT_INVALID_TYPE", f"{where} is a list.")
        elif known is not None and known.kind in {TypeKind.INTERFACE, TypeKind.UNION}:
            yield self._error("FIELDS_SELECT_INVALID_TYPE", f"{where} is an interface or a union.")

    def _external_on_implementation(self, type_name: str, name: str) -> bool:
        return any((member, name) in self.facts.external for member in self.facts.subgraph.possible(type_name))
