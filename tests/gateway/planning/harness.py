"""Subgraph SDL in, a supergraph, plans and answers out: a small composer that trusts its input.

Independent of `gateway.composition` on purpose: tests of planning and execution say what they mean
in subgraph SDL, and fail for reasons of their own only.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    StringValueNode,
    UnionTypeDefinitionNode,
    build_schema,
    parse,
    print_ast,
)

from gateway.language.documents import Limits, parse_operation
from gateway.language.operation import Operation
from gateway.planning.nodes import Plan
from gateway.planning.planner import plan_operation
from gateway.planning.text import plan_text
from gateway.supergraph.model import (
    FieldJoin,
    Key,
    Subgraph,
    Supergraph,
    SupergraphField,
    SupergraphType,
    TypeJoin,
    TypeKind,
)

_KINDS: dict[type, TypeKind] = {
    ObjectTypeDefinitionNode: TypeKind.OBJECT,
    InterfaceTypeDefinitionNode: TypeKind.INTERFACE,
    UnionTypeDefinitionNode: TypeKind.UNION,
    EnumTypeDefinitionNode: TypeKind.ENUM,
    InputObjectTypeDefinitionNode: TypeKind.INPUT,
    ScalarTypeDefinitionNode: TypeKind.SCALAR,
}


def graph(**subgraphs: str) -> Supergraph:
    """Compose subgraphs given as SDL (federation directives undeclared)."""
    documents = {name: parse(sdl) for name, sdl in subgraphs.items()}
    merged = _Merged(documents)
    return Supergraph(
        sdl="",
        hash=hashlib.sha256(repr(sorted(subgraphs.items())).encode()).hexdigest(),
        subgraphs={name: Subgraph(name, name.upper(), f"http://{name}/graphql") for name in subgraphs},
        types=merged.types(),
        schema=build_schema(merged.sdl(hide=False)),
        api=build_schema(merged.sdl(hide=True)),
    )


def plan(supergraph: Supergraph, query: str, **options: Any) -> Plan:
    return plan_operation(supergraph, operation(supergraph.api, query), **options)


def planned(supergraph: Supergraph, query: str, **options: Any) -> str:
    """The plan text of a query, to compare with `text(…)`."""
    return plan_text(plan(supergraph, query, **options))


def operation(schema: GraphQLSchema, query: str) -> Operation:
    """The (only) operation of a document, normalized."""
    return parse_operation(schema, query, None, Limits())


def text(expected: str) -> str:
    return textwrap.dedent(expected).strip()


# -- composing -------------------------------------------------------------------------------------------------------


class _Merged:
    def __init__(self, documents: Mapping[str, DocumentNode]) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        for subgraph, document in documents.items():
            for node in document.definitions:
                self.nodes.setdefault(node.name.value, {})[subgraph] = node  # type: ignore[attr-defined]

    def types(self) -> dict[str, SupergraphType]:
        found: dict[str, SupergraphType] = {}
        for name, nodes in self.nodes.items():
            first = _real(nodes)
            fields: dict[str, dict[str, FieldJoin]] = {}
            for subgraph, node in nodes.items():
                for field in getattr(node, "fields", None) or ():
                    if isinstance(field, FieldDefinitionNode):
                        fields.setdefault(field.name.value, {})[subgraph] = _field_join(subgraph, field, node)
            found[name] = SupergraphType(
                name=name,
                kind=_KINDS[type(first)],
                joins={subgraph: _type_join(subgraph, node) for subgraph, node in nodes.items()},
                contexts=tuple(
                    f"{subgraph}__{_text(directive, 'name')}"
                    for subgraph, node in nodes.items()
                    for directive in _directives(node, "context")
                ),
                fields={field: SupergraphField(field, joins) for field, joins in fields.items()},
            )
        for interface, borrowed in self._lent().items():
            for name in [
                n for n, known in found.items() if any(interface in j.implements for j in known.joins.values())
            ]:
                lent = {field: SupergraphField(field, {}) for field in borrowed}
                found[name] = replace(found[name], fields={**lent, **found[name].fields})
        return found

    def _lent(self) -> dict[str, dict[str, str]]:
        """Fields that an `@interfaceObject` lends to every implementation, by interface, as SDL."""
        found: dict[str, dict[str, str]] = {}
        for name, nodes in self.nodes.items():
            for node in nodes.values():
                if _has(node, "interfaceObject"):
                    fields = {field.name.value: print_ast(field) for field in node.fields or ()}
                    found[name] = {**fields, **found.get(name, {})}
        return found

    def sdl(self, *, hide: bool) -> str:
        parts: list[str] = []
        for name, nodes in self.nodes.items():
            if hide and any(_has(node, "inaccessible") for node in nodes.values()):
                continue
            parts.append(self._definition(name, nodes, hide))
        return "\n".join(parts)

    def _definition(self, name: str, nodes: dict[str, Any], hide: bool) -> str:
        first = _real(nodes)
        match first:
            case ScalarTypeDefinitionNode():
                return f"scalar {name}"
            case UnionTypeDefinitionNode():
                members = dict.fromkeys(m.name.value for node in nodes.values() for m in node.types or ())
                shown = [m for m in members if not (hide and self._hidden(m))]
                return f"union {name} = {' | '.join(shown)}"
            case EnumTypeDefinitionNode():
                values = dict.fromkeys(
                    value.name.value
                    for node in nodes.values()
                    for value in node.values or ()
                    if not (hide and _has(value, "inaccessible"))
                )
                return f"enum {name} {{ {' '.join(values)} }}"
            case InputObjectTypeDefinitionNode():
                return f"input {name} {{ {' '.join(print_ast(field) for field in first.fields or ())} }}"
            case _:
                pass
        word = "interface" if isinstance(first, InterfaceTypeDefinitionNode) else "type"
        interfaces = dict.fromkeys(i.name.value for node in nodes.values() for i in node.interfaces or ())
        heads = [i for i in interfaces if not (hide and self._hidden(i))]
        head = f" implements {' & '.join(heads)}" if heads else ""
        lines: dict[str, str] = {}
        for node in nodes.values():
            for field in node.fields or ():
                if hide and any(
                    _has(other, "inaccessible")
                    for candidate in nodes.values()
                    for other in candidate.fields or ()
                    if other.name.value == field.name.value
                ):
                    continue
                arguments = ", ".join(
                    print_ast(argument) for argument in field.arguments or () if not _has(argument, "fromContext")
                )
                line = (
                    f"{field.name.value}{f'({arguments})' if arguments else ''}: {self._type(field.name.value, nodes)}"
                )
                lines.setdefault(field.name.value, line)
        for interface, fields in self._lent().items():
            if interface in interfaces:
                lines = {**{field: line.partition(" @")[0] for field, line in fields.items()}, **lines}
        return f"{word} {name}{head} {{ {chr(10).join(lines.values())} }}"

    def _hidden(self, name: str) -> bool:
        return any(_has(node, "inaccessible") for node in self.nodes[name].values())

    def _type(self, name: str, nodes: dict[str, Any]) -> str:
        """The widest of the types that subgraphs give a field: abstract over concrete, nullable over not."""
        shapes = [print_ast(f.type) for node in nodes.values() for f in node.fields or () if f.name.value == name]
        named = {shape.strip("[]!") for shape in shapes}
        wide = next(
            (
                n
                for n in named
                if isinstance(_real(self.nodes.get(n, {})), (InterfaceTypeDefinitionNode, UnionTypeDefinitionNode))
            ),
            None,
        )
        shape = min(shapes, key=lambda found: found.count("!"))
        return shape.replace(shape.strip("[]!"), wide) if wide else shape


def _real(nodes: dict[str, Any]) -> Any:
    """The definition that says what a type is: an interface, where another subgraph has it as interface object."""
    found = list(nodes.values())
    return next((node for node in found if isinstance(node, InterfaceTypeDefinitionNode)), found[0] if found else None)


def _directives(node: Any, name: str) -> list[DirectiveNode]:
    return [directive for directive in node.directives or () if directive.name.value == name]


def _has(node: Any, name: str) -> bool:
    return bool(_directives(node, name))


def _text(directive: DirectiveNode, argument: str) -> str | None:
    for found in directive.arguments or ():
        if found.name.value == argument and isinstance(found.value, StringValueNode):
            return found.value.value
    return None


def _field_join(subgraph: str, field: FieldDefinitionNode, node: Any) -> FieldJoin:
    def first(name: str, argument: str = "fields") -> str | None:
        return next((_text(directive, argument) for directive in _directives(field, name)), None)

    return FieldJoin(
        subgraph=subgraph,
        type=print_ast(field.type),
        external=_has(field, "external") or _has(node, "external"),
        requires=first("requires"),
        provides=first("provides"),
        override=first("override", "from"),
        override_label=first("override", "label"),
        context_arguments=tuple(
            (argument.name.value, print_ast(argument.type), f"{subgraph}__{context.strip()}", f"{{{selection}")
            for argument in field.arguments or ()
            for directive in _directives(argument, "fromContext")
            for context, _, selection in [(_text(directive, "field") or "").removeprefix("$").partition("{")]
        ),
    )


def _type_join(subgraph: str, node: Any) -> TypeJoin:
    keys = tuple(
        Key(
            _text(directive, "fields") or "",
            not any(
                a.name.value == "resolvable" and isinstance(a.value, BooleanValueNode) and not a.value.value
                for a in directive.arguments or ()
            ),
        )
        for directive in _directives(node, "key")
    )
    return TypeJoin(
        subgraph=subgraph,
        keys=keys,
        is_interface_object=_has(node, "interfaceObject"),
        implements=tuple(interface.name.value for interface in getattr(node, "interfaces", None) or ()),
        members=tuple(member.name.value for member in getattr(node, "types", None) or ()),
    )
