"""Literals in a subgraph's SDL, against the types that they are given for: default values and arguments of directives.

Works on the document alone, so it runs before a schema is built. Two habits of older libraries are accepted as the reference
composers do: an enum value written as a string, and an input object without its required fields as default.
Source: https://spec.graphql.org/draft/#sec-Values-of-Correct-Type
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    EnumValueNode,
    FloatValueNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    IntValueNode,
    ListTypeNode,
    ListValueNode,
    NonNullTypeNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    TypeNode,
    ValueNode,
    VariableNode,
)

from gateway.composition.model import TypeDef, type_text
from gateway.supergraph.model import TypeKind

__all__ = ["Values"]

_BUILT_IN: Mapping[str, tuple[type[ValueNode], ...]] = {
    "Boolean": (BooleanValueNode,),
    "Float": (IntValueNode, FloatValueNode),
    "ID": (StringValueNode, IntValueNode),
    "Int": (IntValueNode,),
    "String": (StringValueNode,),
}
_INT_LIMIT = 2**31
_DIGITS = 11
"""More digits than any 32-bit integer has, sign included; longer literals are not converted."""


@dataclass(frozen=True, slots=True)
class Values:
    """The enums and input types of a document. Types that are neither, nor built in, take any literal."""

    enums: Mapping[str, frozenset[str]]
    inputs: Mapping[str, Mapping[str, TypeNode]]

    @classmethod
    def of(cls, document: DocumentNode) -> Values:
        enums: dict[str, frozenset[str]] = {}
        inputs: dict[str, dict[str, TypeNode]] = {}
        for node in document.definitions:
            if isinstance(node, (EnumTypeDefinitionNode, EnumTypeExtensionNode)):
                names = frozenset(value.name.value for value in node.values or ())
                enums[node.name.value] = enums.get(node.name.value, frozenset()) | names
            elif isinstance(node, (InputObjectTypeDefinitionNode, InputObjectTypeExtensionNode)):
                fields = {field.name.value: field.type for field in node.fields or ()}
                inputs.setdefault(node.name.value, {}).update(fields)
        return cls(enums, inputs)

    @classmethod
    def of_types(cls, types: Mapping[str, TypeDef]) -> Values:
        return cls(
            enums={found.name: frozenset(found.values) for found in types.values() if found.kind is TypeKind.ENUM},
            inputs={
                found.name: {name: field.type for name, field in found.inputs.items()}
                for found in types.values()
                if found.kind is TypeKind.INPUT
            },
        )

    def fit(self, value: ValueNode, type_: TypeNode) -> bool:
        """Whether the literal is one of the type."""
        if isinstance(value, VariableNode):
            return False
        if isinstance(type_, NonNullTypeNode):
            return not isinstance(value, NullValueNode) and self.fit(value, type_.type)
        if isinstance(value, NullValueNode):
            return True
        if isinstance(type_, ListTypeNode):
            items = value.values if isinstance(value, ListValueNode) else (value,)
            return all(self.fit(item, type_.type) for item in items)
        return self._fit_named(value, type_text(type_))

    def _fit_named(self, value: ValueNode, name: str) -> bool:
        if name in _BUILT_IN:
            return isinstance(value, _BUILT_IN[name]) and (name != "Int" or _is_int(value))
        if name in self.enums:
            return isinstance(value, (EnumValueNode, StringValueNode)) and value.value in self.enums[name]
        if name not in self.inputs:
            return True
        if not isinstance(value, ObjectValueNode):
            return False
        fields = self.inputs[name]
        return all(
            entry.name.value in fields and self.fit(entry.value, fields[entry.name.value]) for entry in value.fields
        )


def _is_int(value: ValueNode) -> bool:
    assert isinstance(value, IntValueNode)
    return len(value.value) <= _DIGITS and -_INT_LIMIT <= int(value.value) < _INT_LIMIT
