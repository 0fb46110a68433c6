"""Definitions of federation's own elements that a subgraph brings along: they may say less than the specification, not more.

A framework that prints them may leave out locations and optional arguments, and may write a built-in scalar for one of
federation's. Everything else would give an application another meaning than composition reads in it.
Source: https://specs.apollo.dev/link/v1.0#Directive, https://specs.apollo.dev/federation/v2.0
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    ConstValueNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    TypeNode,
    parse,
    print_ast,
)

from gateway.composition import connectors
from gateway.composition.issues import Issue, error
from gateway.composition.links import Linked
from gateway.composition.model import type_text
from gateway.composition.specs import definition, link_definitions

__all__ = ["bad_definitions", "bad_link_definition", "is_machinery", "support"]

_BUILT_IN = frozenset({"Boolean", "Float", "ID", "Int", "String"})
_SERVICE_TYPES = frozenset({"_Any", "_Entity", "_Service"})
_FEDERATION_1_KEYS = frozenset({"key", "provides", "requires"})


def is_machinery(node: object, linked: Linked) -> bool:
    """Whether a definition is federation's and not the subgraph's."""
    if isinstance(node, DirectiveDefinitionNode):
        return node.name.value in linked.names().federation or node.name.value == linked.link.directive("link")
    if not isinstance(node, (TypeDefinitionNode, TypeExtensionNode)):
        return False
    link = linked.link
    owned = {*linked.scalars(), *_SERVICE_TYPES, link.type("Purpose"), link.type("Import")}
    if linked.connect is not None:
        owned |= {linked.connect.type(name) for name in connectors.TYPES}
    return node.name.value in owned


def support(document: DocumentNode, linked: Linked) -> tuple[DefinitionNode, ...]:
    """Definitions of everything of federation that the document may refer to and does not define itself."""
    defined = {
        f"@{node.name.value}" if isinstance(node, DirectiveDefinitionNode) else node.name.value
        for node in document.definitions
        if isinstance(node, (DirectiveDefinitionNode, TypeDefinitionNode))
    }
    texts = {f"@{one.name}": definition(one.spec, one.feature, one.version) for one in linked.directives()}
    texts |= {name: f"scalar {name}" for name in sorted(linked.scalars())}
    for node in (*parse(link_definitions(linked.link), no_location=True).definitions, *_connectors(linked)):
        assert isinstance(node, (DirectiveDefinitionNode, TypeDefinitionNode))
        name = f"@{node.name.value}" if isinstance(node, DirectiveDefinitionNode) else node.name.value
        texts.setdefault(name, print_ast(node))
    wanted = "\n".join(text for name, text in texts.items() if name not in defined)
    return parse(wanted, no_location=True).definitions if wanted else ()


def _connectors(linked: Linked) -> tuple[DefinitionNode, ...]:
    return connectors.connector_definitions(linked.connect) if linked.connect is not None else ()


def bad_definitions(document: DocumentNode, linked: Linked) -> Iterator[Issue]:
    """Definitions of federation's directives and types that contradict the specification."""
    specified = {one.name: one for one in linked.directives()}
    scalars = linked.scalars()
    yield from _bad_connectors(document, linked)
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode) and (one := specified.get(node.name.value)) is not None:
            if one.feature is None and one.spec.name in _FEDERATION_1_KEYS and _is_old_form(node):
                continue
            yield from _compared(node, definition(one.spec, one.feature, one.version), scalars, linked.subgraph)
        elif isinstance(node, ScalarTypeDefinitionNode):
            continue
        elif isinstance(node, TypeDefinitionNode) and node.name.value in scalars:
            yield _bad_type(node, "a scalar", linked.subgraph)


def _bad_connectors(document: DocumentNode, linked: Linked) -> Iterator[Issue]:
    wanted = {(_is_directive(node), _name(node)): node for node in _connectors(linked)}
    scalars = frozenset(_name(node) for node in wanted.values() if isinstance(node, ScalarTypeDefinitionNode))
    for node in document.definitions if wanted else ():
        if not isinstance(node, (DirectiveDefinitionNode, TypeDefinitionNode)):
            continue
        specified = wanted.get((_is_directive(node), _name(node)))
        if isinstance(node, DirectiveDefinitionNode) and isinstance(specified, DirectiveDefinitionNode):
            yield from _compared(node, print_ast(specified), scalars, linked.subgraph)
        elif isinstance(node, TypeDefinitionNode) and isinstance(specified, ScalarTypeDefinitionNode):
            if not isinstance(node, ScalarTypeDefinitionNode):
                yield _bad_type(node, "a scalar", linked.subgraph)
        elif isinstance(node, TypeDefinitionNode) and isinstance(specified, InputObjectTypeDefinitionNode):
            yield from _bad_input(node, specified, linked.subgraph)


def _bad_input(node: TypeDefinitionNode, wanted: InputObjectTypeDefinitionNode, subgraph: str) -> Iterator[Issue]:
    if not isinstance(node, InputObjectTypeDefinitionNode):
        yield _bad_type(node, "an input type", subgraph)
        return
    given = {field.name.value for field in node.fields or ()}
    for field in wanted.fields or ():
        if isinstance(field.type, NonNullTypeNode) and field.name.value not in given:
            yield _bad_type(node, f"an input type with the field {field.name.value}", subgraph)


def _is_directive(node: object) -> bool:
    return isinstance(node, DirectiveDefinitionNode)


def _name(node: DefinitionNode) -> str:
    assert isinstance(node, (DirectiveDefinitionNode, TypeDefinitionNode))
    return node.name.value


def bad_link_definition(document: DocumentNode, linked: Linked) -> list[Issue]:
    """What is wrong with the document's definition of `@link` itself and its types."""
    link = linked.link
    wanted = parse(link_definitions(link), no_location=True).definitions
    texts = {node.name.value: print_ast(node) for node in wanted if isinstance(node, DirectiveDefinitionNode)}
    if not linked.is_linking or link.directive("link") != "link":
        texts = {}  # a directive of that name is the subgraph's own; a renamed one has types of many names
    purpose, imports = link.type("Purpose"), link.type("Import")
    issues: list[Issue] = []
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode) and node.name.value in texts:
            issues += _compared(node, texts[node.name.value], frozenset({imports}), linked.subgraph)
        elif isinstance(node, TypeDefinitionNode) and node.name.value == imports:
            if not isinstance(node, ScalarTypeDefinitionNode):
                issues.append(_bad_type(node, "a scalar", linked.subgraph))
        elif isinstance(node, TypeDefinitionNode) and node.name.value == purpose:
            values = (
                {value.name.value for value in node.values or ()} if isinstance(node, EnumTypeDefinitionNode) else ()
            )
            if values != {"SECURITY", "EXECUTION"}:
                issues.append(_bad_type(node, "the enum of SECURITY and EXECUTION", linked.subgraph))
    return issues


def _bad_type(node: TypeDefinitionNode, text: str, subgraph: str) -> Issue:
    message = f"{node.name.value} is defined unlike its specification: it is {text}."
    return error("TYPE_DEFINITION_INVALID", message, subgraph, node)


def _is_old_form(node: DirectiveDefinitionNode) -> bool:
    """Federation 1 libraries printed `@key`, `@requires` and `@provides` without `fields`, or with nullable ones."""
    texts = [f"{argument.name.value}: {type_text(argument.type)}" for argument in node.arguments or ()]
    return texts in ([], ["fields: String"], ["fields: _FieldSet"])


def _compared(node: DirectiveDefinitionNode, text: str, scalars: frozenset[str], subgraph: str) -> Iterator[Issue]:
    wanted = parse(text, no_location=True).definitions[0]
    assert isinstance(wanted, DirectiveDefinitionNode)
    for reason in _differences(node, wanted, scalars):
        message = f"@{node.name.value} is defined unlike its specification: {reason}."
        yield error("DIRECTIVE_DEFINITION_INVALID", message, subgraph, node)


def _differences(
    node: DirectiveDefinitionNode, wanted: DirectiveDefinitionNode, scalars: frozenset[str]
) -> Iterator[str]:
    given = {argument.name.value: argument for argument in node.arguments or ()}
    for argument in wanted.arguments or ():
        found = given.pop(argument.name.value, None)
        name = argument.name.value
        if found is None:
            if isinstance(argument.type, NonNullTypeNode):
                yield f"it lacks the argument {name}"
        elif not _fits(found.type, argument.type, scalars):
            yield f"its argument {name} is {type_text(found.type)} and not {type_text(argument.type)}"
        elif not isinstance(argument.type, NonNullTypeNode) and _text(found.default_value) != _text(
            argument.default_value
        ):
            yield f"the default of its argument {name} is not {_text(argument.default_value) or 'absent'}"
    if given:
        yield f"it has no argument {', '.join(sorted(given))}"
    if node.repeatable and not wanted.repeatable:
        yield "it is not repeatable"
    if extra := {place.value for place in node.locations} - {place.value for place in wanted.locations}:
        yield f"it has no location {', '.join(sorted(extra))}"


def _fits(given: TypeNode, wanted: TypeNode, scalars: frozenset[str]) -> bool:
    """Whether an argument may be declared as `given`: at least as strict, and built in where federation has a scalar."""
    if isinstance(wanted, NonNullTypeNode):
        return isinstance(given, NonNullTypeNode) and _fits(given.type, wanted.type, scalars)
    given = given.type if isinstance(given, NonNullTypeNode) else given
    if isinstance(wanted, ListTypeNode):
        return isinstance(given, ListTypeNode) and _fits(given.type, wanted.type, scalars)
    assert isinstance(wanted, NamedTypeNode)
    if wanted.name.value not in scalars:
        return isinstance(given, NamedTypeNode) and given.name.value == wanted.name.value
    return type_text(given).strip("[]!") in {wanted.name.value, *_BUILT_IN}


def _text(value: ConstValueNode | None) -> str | None:
    return print_ast(value) if value is not None else None
