"""From AST to the plain form of `model.py`: definitions and extensions of a type joined, directives named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
)

from gateway.composition.model import Applied, EnumValueDef, FieldDef, InputDef, TypeDef
from gateway.supergraph.features import argument_values, schema_directives
from gateway.supergraph.model import TypeKind

__all__ = ["Names", "read_arguments", "read_types", "schema_applied"]

_INPUT = (InputObjectTypeDefinitionNode, InputObjectTypeExtensionNode)
_COMPOSITE = (
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
)


@dataclass(frozen=True, slots=True)
class Names:
    """What federation's directives are called in a document: local name → name of the specification."""

    federation: Mapping[str, str]
    link: str

    def applied(self, directives: Iterable[Any] | None) -> tuple[Applied, ...]:
        return tuple(
            Applied(
                name=self.federation.get(node.name.value, node.name.value),
                values=argument_values(node),
                federation=node.name.value in self.federation,
                node=node,
            )
            for node in directives or ()
        )


def schema_applied(document: DocumentNode, names: Names) -> tuple[Applied, ...]:
    """The directives on the schema itself, links left out."""
    return tuple(a for a in names.applied(schema_directives(document)) if a.node.name.value != names.link)


def read_types(document: DocumentNode, names: Names, adopted: frozenset[str]) -> dict[str, TypeDef]:
    """All types by name, in the order of their first mention. `adopted` types have extensions only."""
    found: dict[str, TypeDef] = {}
    for node in document.definitions:
        if not isinstance(node, (TypeDefinitionNode, TypeExtensionNode)):
            continue
        part = _type(node, names)
        if part.name in adopted or part.has("extends"):
            part = replace(part, extension=True)
        if part.extension or isinstance(node, TypeExtensionNode):
            part = replace(part, applied=tuple(replace(one, extending=True) for one in part.applied))
        known = found.get(part.name)
        found[part.name] = part if known is None else _joined(known, part)
    return found


def _joined(first: TypeDef, second: TypeDef) -> TypeDef:
    return replace(
        first,
        description=first.description if first.description is not None else second.description,
        applied=(*first.applied, *second.applied),
        interfaces=tuple(dict.fromkeys((*first.interfaces, *second.interfaces))),
        fields={**first.fields, **second.fields},
        inputs={**first.inputs, **second.inputs},
        values={**first.values, **second.values},
        members=tuple(dict.fromkeys((*first.members, *second.members))),
        repeated=first.repeated | second.repeated,
    )


def _type(node: Any, names: Names) -> TypeDef:
    applied = names.applied(node.directives)
    counted = Counter(one.name for one in applied if one.federation)
    return TypeDef(
        name=node.name.value,
        description=_description(node),
        applied=applied,
        node=node,
        kind=_kind(node),
        interfaces=tuple(name.name.value for name in getattr(node, "interfaces", None) or ()),
        fields={f.name.value: _field(f, names) for f in node.fields or ()} if isinstance(node, _COMPOSITE) else {},
        inputs={f.name.value: _input(f, names) for f in node.fields or ()} if isinstance(node, _INPUT) else {},
        values={value.name.value: _value(value, names) for value in getattr(node, "values", None) or ()},
        members=tuple(name.name.value for name in getattr(node, "types", None) or ()),
        repeated=frozenset(name for name, count in counted.items() if count > 1),
    )


def _kind(node: Any) -> TypeKind:
    match node:
        case ObjectTypeDefinitionNode() | ObjectTypeExtensionNode():
            return TypeKind.OBJECT
        case InterfaceTypeDefinitionNode() | InterfaceTypeExtensionNode():
            return TypeKind.INTERFACE
        case UnionTypeDefinitionNode() | UnionTypeExtensionNode():
            return TypeKind.UNION
        case EnumTypeDefinitionNode() | EnumTypeExtensionNode():
            return TypeKind.ENUM
        case InputObjectTypeDefinitionNode() | InputObjectTypeExtensionNode():
            return TypeKind.INPUT
        case _:
            return TypeKind.SCALAR


def _field(node: FieldDefinitionNode, names: Names) -> FieldDef:
    return FieldDef(
        name=node.name.value,
        description=_description(node),
        applied=names.applied(node.directives),
        node=node,
        type=node.type,
        arguments=read_arguments(node.arguments, names),
    )


def read_arguments(nodes: Iterable[InputValueDefinitionNode] | None, names: Names) -> dict[str, InputDef]:
    """The arguments of a field or of a directive definition, by name."""
    return {argument.name.value: _input(argument, names) for argument in nodes or ()}


def _input(node: InputValueDefinitionNode, names: Names) -> InputDef:
    return InputDef(
        name=node.name.value,
        description=_description(node),
        applied=names.applied(node.directives),
        node=node,
        type=node.type,
        default=node.default_value,
    )


def _value(node: Any, names: Names) -> EnumValueDef:
    return EnumValueDef(node.name.value, _description(node), names.applied(node.directives), node)


def _description(node: Any) -> str | None:
    description = getattr(node, "description", None)
    return description.value if description is not None else None
